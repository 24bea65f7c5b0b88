"""`oryn live-view`: how the live view in Redis is, make it anew, take it away. Owns options, progress and tables."""

from threading import Event as Flag
from typing import Annotated, Any

import typer
from prometheus_client import CollectorRegistry
from rich.console import Console

from consumers.live_view.generations import Generations, GenerationState
from consumers.live_view.scripts import Scripts, store_errors
from infra.answers import console, rows, text, write_json
from infra.logging import configure_logging
from infra.processors import stopped_by_signals
from infra.readers.live_view import JOURNAL, live_view_store, reader_into, redis_client
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, KafkaOption, PrefixOption, QuietOption, SettingsOption
from infra.settings_services import kafka_admin, kafka_client
from schemas.instants import Instant
from schemas.topic_offsets import OffsetLost
from schemas.topic_reading import TopicReading

FAILED = 1
INTERRUPTED = 130
MIB = 1 << 20
# Counted one by one; more are given in offsets.
COUNTED_MAX = 10_000
OF_ANOTHER = "unknown: of another journal"
# With it, Redis refuses new data when it is full. With any other policy it drops keys, and answers would be wrong.
SAFE_POLICY = "noeviction"

command = typer.Typer(
    help="The live view in Redis, which `oryn reader live-view` fills: how it is, make it anew, take it away.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command("status")
def status(
    settings: SettingsOption = None, kafka: KafkaOption = None, prefix: PrefixOption = None, json: JsonOption = False
) -> int:
    """Show the generations of the live view: which is shown, which is being built, how far behind the journal.

    Exit code 1 when none is shown, or one that this version can't read.
    """
    found = _settings(settings, kafka, prefix)
    client = redis_client(found)
    with client, store_errors():
        states = _generations(client, found).states()
        memory: Any = client.info("memory")
    lines = [_shown(state, _behind(found, state)) for state in states]
    redis = {"used_mib": memory["used_memory"] // MIB, "policy": memory.get("maxmemory_policy", "")}
    if json:
        write_json({"prefix": found.redis_prefix, "generations": lines, "redis": redis}, "")
    else:
        _print(found.redis_prefix, lines, redis)
    return 0 if any(state.shown and state.usable for state in states) else FAILED


@command.command("rebuild")
def rebuild(
    settings: SettingsOption = None, kafka: KafkaOption = None, prefix: PrefixOption = None, quiet: QuietOption = False
) -> int:
    """Make the live view anew from the journal, beside the one that is shown, and show the new one at once.

    Whoever asks sees the old one until then, and `oryn reader live-view` may run on: it goes on with the new one.
    Interrupted, it leaves the old one as it is, and nothing else. It needs room for a second copy in Redis.
    """
    configure_logging(quiet=quiet)
    found = _settings(settings, kafka, prefix)
    shown = Flag()
    with stopped_by_signals() as stop:

        def done() -> None:
            shown.set()
            stop.set()

        store = live_view_store(found, rebuild=True, shown=done)
        try:
            reader_into(store, found, CollectorRegistry()).run(stop)
        finally:
            store.give_up()
    if not shown.is_set():
        return INTERRUPTED
    with redis_client(found) as client, store_errors():
        while _generations(client, found).sweep():
            pass
    if not quiet:
        Console(stderr=True).print("A new generation of the live view is shown.", highlight=False)
    return 0


@command.command("forget")
def forget(
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> int:
    """Delete the live view: every key under its prefix, and no other. Nothing is lost: the journal has it all.

    A reader that runs builds it anew. Until then whoever asks is told that the view is not ready.
    """
    found = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    if not yes and not typer.confirm(f"Delete all keys under {found.redis_prefix}: in Redis?"):
        return FAILED
    with redis_client(found) as client, store_errors():
        _generations(client, found).forget()
    return 0


def _settings(settings: Any, kafka: str | None, prefix: str | None) -> Settings:
    return load_settings(settings, {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix}).settings


def _generations(client: Any, settings: Settings) -> Generations:
    return Generations(client, settings.redis_prefix, Scripts(client, settings.redis_prefix))


def _behind(settings: Settings, state: GenerationState) -> int | None:
    """How many records the journal has that the generation has not; offsets, in which markers of transactions count, if
    there are many. None where it is of another journal."""
    client = kafka_client(settings)
    kafka_admin(settings)  # says why, when the brokers do not answer
    try:
        with TopicReading(client, settings.topic(JOURNAL), start=state.positions) as reading:
            total = reading.total
            return sum(len(batch) for batch in reading.batches()) if total <= COUNTED_MAX else total
    except OffsetLost:
        return None


def _shown(state: GenerationState, behind: int | None) -> dict[str, Any]:
    return {
        "generation": state.generation,
        "state": ("shown" if state.shown else "being built") + ("" if state.usable else ", by another version"),
        "localities": state.localities,
        "behind": behind,
        "begun": Instant(state.begun_at),
        "shown_since": None if state.shown_since is None else Instant(state.shown_since),
    }


def _print(prefix: str, lines: list[dict[str, Any]], redis: dict[str, Any]) -> None:
    out = console()
    if lines:
        columns = ("generation!", "state", "localities#", "behind#", "begun!", "shown since!")
        shown = (
            tuple({**line, "behind": OF_ANOTHER if line["behind"] is None else line["behind"]}.values())
            for line in lines
        )
        out.print(rows(f"Live view under {prefix}:", "", columns, shown))
        out.print(f"Redis uses {redis['used_mib']:,} MiB.")
    else:
        out.print(text(f"No live view under {prefix}: run `oryn reader live-view`."))
    if redis["policy"] not in ("", SAFE_POLICY):
        out.print(f"Redis may drop keys when it is full (maxmemory-policy {redis['policy']}): set {SAFE_POLICY}.")
