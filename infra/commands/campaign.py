"""`oryn campaign`: plays a named season and writes its events. Owns its options, its progress and its summary."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from heapq import merge
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.campaign_events import EventLines
from infra.campaign_loop import LocalityLoop
from infra.campaign_summary import Summary
from infra.output import written
from producers.campaign.assumptions import everything
from producers.campaign.daytime import Daytime
from producers.campaign.scenario import CAMPAIGNS, Scenario, scenario_of
from schemas.events import Event
from schemas.journal import JournalCodec, Record
from schemas.zones import date_to_day, zone_of
from streams.rules.pack import PACKS

PROGRESS_EVENTS = 1_000
DAYS_MAX = 1_000
SCALE_MAX = 100.0
PACK = "kz-2020"


def command(  # noqa: PLR0913, PLR0917 - each parameter is an option of the command line
    name: Annotated[str | None, typer.Argument(help=f"The season: {', '.join(CAMPAIGNS)}.", show_default=False)] = None,
    seed: Annotated[int, typer.Option(help="The season's chance: the same seed gives the same bytes.")] = 1,
    scale: Annotated[float, typer.Option(max=SCALE_MAX, help="The size, against the published figures.")] = 1.0,
    days: Annotated[
        int | None, typer.Option(min=1, max=DAYS_MAX, help="Stop after so many days; by default the season's own.")
    ] = None,
    events: Annotated[str, typer.Option(help="Where the events go; - is standard output.")] = "-",
    journal: Annotated[
        str | None, typer.Option(help="Write the journal of the season here as well; - is standard output.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the seasons and leave.")] = False,
    assumptions: Annotated[bool, typer.Option("--assumptions", help="List all assumptions and leave.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> int:
    """Play a season of a real campaign and write its events, in order of time.

    Families, kindergartens and departments are simulated; they see what their real counterparts would see (messages,
    bulletins, answers to their own events), and the allocation answers them in this process. Sizes are published
    figures, behaviour is assumed (--assumptions; docs/campaign.md).

      oryn campaign astana-2021 | oryn simulate - --journal journal.jsonl
    """
    if show or assumptions:
        Console().print(_assumptions() if assumptions else _seasons())
        return 0
    if name is None:
        raise typer.BadParameter(f"name one of {', '.join(CAMPAIGNS)}", param_hint="NAME")
    if name not in CAMPAIGNS:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(CAMPAIGNS)}", param_hint="NAME")
    if scale <= 0:
        raise typer.BadParameter("the scale must be above 0", param_hint="--scale")
    if journal == events:
        raise typer.BadParameter("events and journal need a file each", param_hint="--journal")
    console = Console(stderr=True)
    scenario = scenario_of(name, scale, days)
    summary = Summary(scenario)
    started = time.perf_counter()
    # Nothing here is freed before the end, so looking for garbage over and over would only cost time.
    gc.disable()
    with ExitStack() as stack:
        out = stack.enter_context(written(_path(events)))
        listeners: list[Callable[[Record], None]] = [summary]
        if journal is not None:
            listeners.append(_journal_writer(stack.enter_context(written(_path(journal)))))
        progress = stack.enter_context(_progress(console, quiet))
        _write(play(scenario, seed, listeners), out, _Watch(progress, scenario, summary))
    if not quiet:
        summary.show(console, time.perf_counter() - started)
    return 0


def _path(name: str) -> Path | None:
    """A file's path, or none for standard output."""
    return None if name == "-" else Path(name)


def play(scenario: Scenario, seed: int, listeners: list[Callable[[Record], None]]) -> Iterator[Event]:
    """The events of all localities in order of time. `listeners`: are given each record of their journals."""

    def listen(record: Record) -> None:
        for listener in listeners:
            listener(record)

    pack = PACKS[PACK]
    loops = [LocalityLoop(plan, scenario, seed, pack, listen).run() for plan in scenario.localities]
    return loops[0] if len(loops) == 1 else merge(*loops, key=lambda event: event.time)


def _write(events: Iterator[Event], out: BinaryIO, watch: "_Watch") -> None:
    lines = EventLines()
    for event in events:
        out.write(lines.line(event))
        watch(event)


def _journal_writer(out: BinaryIO) -> Callable[[Record], None]:
    codecs: dict[str, JournalCodec] = {}

    def write(record: Record) -> None:
        codec = codecs.get(record.locality)
        if codec is None:
            codec = codecs[record.locality] = JournalCodec(zone_of(record.locality).render)
        out.write(codec.line(record))
        out.write(b"\n")

    return write


class _Watch:
    """Moves the progress bar with simulated time."""

    def __init__(self, progress: Progress, scenario: Scenario, summary: Summary) -> None:
        self._progress, self._summary = progress, summary
        self._days = Daytime(scenario.localities[0].locality)
        self._first = date_to_day(scenario.starts)
        self._task: TaskID = progress.add_task(
            scenario.name, total=date_to_day(scenario.last) - self._first + 1, events=0, day="", places=0
        )
        self._count = 0

    def __call__(self, event: Event) -> None:
        self._count += 1
        if self._count % PROGRESS_EVENTS:
            return
        self._progress.update(
            self._task,
            completed=self._days.zone.day_of(event.time) - self._first,
            day=str(self._days.date(event.time)),
            events=self._count,
            places=len(self._summary.on_offer),
        )


def _progress(console: Console, quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[day]}  {task.fields[events]:,} events  {task.fields[places]:,} places on offer"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def _seasons() -> Table:
    table = Table(title="Seasons")
    for column in ("name", "season", "waiting", "places", "organisations", "localities"):
        table.add_column(column, justify="left" if column in ("name", "season") else "right")
    for name in CAMPAIGNS:
        season = scenario_of(name)
        towns = season.localities
        table.add_row(
            name,
            season.title,
            f"{sum(town.queue for town in towns):,}",
            f"{sum(places for town in towns for _, places in town.places):,}",
            f"{sum(town.state + town.private + town.departmental for town in towns):,}",
            f"{len(towns):,}",
        )
    return table


def _assumptions() -> Table:
    table = Table(title="Assumptions", show_lines=True)
    for column in ("name", "value", "unit", "reason", "source"):
        table.add_column(column, overflow="fold")
    for name, each in everything().items():
        table.add_row(name, str(each.value), each.unit, each.reason, each.source)
    return table
