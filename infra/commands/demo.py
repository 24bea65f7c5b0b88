"""`oryn demo`: a season live through Kafka, from nothing to checked files. Owns the options, not what they do."""

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from infra.live.demo import Demo
from infra.live.season import CAMPAIGN_DEFAULT, SeasonFile, Wishes, choose
from infra.settings_layers import load_settings
from infra.settings_options import KafkaOption, SettingsOption
from producers.campaign.scenario import CAMPAIGNS

SCALE_MAX = 100.0
DAYS_MAX = 1_000
WORKERS_MAX = 64
INTERRUPTED = 130


def command(  # noqa: PLR0913, PLR0917 - each parameter is an option of the command line
    campaign: Annotated[
        str | None,
        typer.Argument(help=f"The season: {', '.join(CAMPAIGNS)}; else {CAMPAIGN_DEFAULT}.", show_default=False),
    ] = None,
    scale: Annotated[
        float | None, typer.Option(max=SCALE_MAX, help="The size, against the published figures; else 1.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The season's chance; else 1.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=DAYS_MAX, help="Stop after so many days.")] = None,
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Where the files go at the end.")] = Path("out"),
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, max=WORKERS_MAX, help="Allocation workers.")] = 1,
    new: Annotated[bool, typer.Option("--new", help="Begin anew, also where a season was interrupted.")] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop the services that were started, also after a finished season.")
    ] = False,
    dashboard: Annotated[
        bool, typer.Option("--dashboard/--no-dashboard", help="Show the season in the browser, and stay open after it.")
    ] = True,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
) -> int:
    """Play a season live: people who read their messages from Kafka, workers that decide, a board that shows it.

    Starts Kafka, PostgreSQL and Redis in the data folder unless they are set or run, and `oryn run` on them. The
    dashboard shows the season in the browser; its address and logins are printed. Bulletins and messages appear in a
    folder as they come; at the end journal and registers are written to it, and the live journal is verified. Services
    and dashboard run on afterwards (`oryn stack down` stops them). Interrupted in any way, it goes on where it stood
    when it is started again; a finished one is followed by a new season.

      oryn demo village --scale 0.5
    """
    console = Console(stderr=True)
    if campaign is not None and campaign not in CAMPAIGNS:
        raise typer.BadParameter(f"{campaign!r} is none of {', '.join(CAMPAIGNS)}", param_hint="CAMPAIGN")
    if scale is not None and scale <= 0:
        raise typer.BadParameter("the scale must be above 0", param_hint="--scale")
    found = load_settings(settings, {"kafka.bootstrap": kafka}).settings
    last = SeasonFile(found.data / "demo").load()
    wishes = Wishes(campaign, seed, scale, days)
    season = choose(last, wishes, anew=new, environment=found.kafka.topic_prefix)
    if last is not None and not last.finished:
        said = "goes on" if season == last else "is given up"
        console.print(f"The interrupted season ({last.title}) {said}.", highlight=False)
    # A supervisor's way to interrupt is as good as a keyboard's.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        Demo(found, settings, season, last, out, workers, console, stop=stop, dashboard=dashboard).play()
    except KeyboardInterrupt:
        console.print("\nInterrupted. `make demo` goes on from here, `oryn demo --new` begins anew.", highlight=False)
        return INTERRUPTED
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
