"""`oryn dead-letters`: lists, shows and sends again. Owns options, tables and the question before anything is sent."""

import sys
from collections import Counter, deque
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.dead_letters import (
    DEAD_LETTERS,
    Letter,
    Place,
    Resubmission,
    Stranger,
    event_of,
    find_letters,
    hexdump,
    hints,
    moment_text,
    parse_place,
    printable,
    read_letters,
    resubmission,
    send,
)
from infra.output import written
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, KafkaOption, PrefixOption, SettingsOption
from infra.settings_services import kafka_admin, kafka_client, schema_ids
from infra.topics import TIMESTAMP_TYPE, plan_topics
from schemas.dead_letter_headers import Cause
from schemas.errors import Malformed
from schemas.events import EVENTS_BY_TOPIC
from schemas.ids import SchemaIds
from schemas.instants import parse_instant

FAILED = 1
LIMIT_DEFAULT = 50
DUMP_BYTES_DEFAULT = 512
LOG_TIME = "LogAppendTime"

OriginArgument = Annotated[
    str, typer.Argument(metavar="ORIGIN", help="TOPIC/PARTITION/OFFSET of the record, as `list` shows it.")
]
OriginsArgument = Annotated[
    list[str], typer.Argument(metavar="ORIGIN...", help="TOPIC/PARTITION/OFFSET of each record, as `list` shows it.")
]
command = typer.Typer(
    help="Records that are no events: list them, look at one, send one again.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command("list")
def list_letters(
    topic: Annotated[str | None, typer.Option(help="Only those of this input topic.")] = None,
    cause: Annotated[Cause | None, typer.Option(help="Only those with this cause.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only records of this time or later (ISO 8601 with offset).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = LIMIT_DEFAULT,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> None:
    """List dead letters, the newest last: where each record stood, its time, its key, and what is wrong with it."""
    found, ids = _settings(settings, kafka, prefix)
    moment = None if since is None else _moment(since, "--since")
    newest: deque[dict[str, Any]] = deque(maxlen=limit)
    causes: Counter[str] = Counter()
    strangers: list[Stranger] = []
    for each in read_letters(kafka_client(found), found.topic(DEAD_LETTERS), ids):
        if isinstance(each, Stranger):
            strangers.append(each)
        elif (
            topic in (None, each.origin.topic)
            and cause in (None, each.cause)
            and (moment is None or each.origin.timestamp >= moment)
        ):
            causes[each.cause.value] += 1
            newest.append(_summary(each))
    if json:
        _write({"letters": list(newest), "causes": causes, "strangers": strangers})
        return
    _show_list(list(newest), causes, strangers)


@command.command("show")
def show(
    origin: OriginArgument,
    bytes_shown: Annotated[int, typer.Option("--bytes", min=0, help="How many bytes are dumped.")] = DUMP_BYTES_DEFAULT,
    value: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the value here, byte by byte; - is standard output.")
    ] = None,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> None:
    """Show one dead letter: its origin, its error, its headers, what its value looks like, and its first bytes."""
    found, ids = _settings(settings, kafka, prefix)
    (letter,) = _letters(found, ids, [origin])
    if value is not None:
        with written(None if value == "-" else Path(value)) as out:
            out.write(letter.value or b"")
        return
    said = hints(letter, ids)
    if json:
        headers = [{"name": name, "value": printable(text)} for name, text in letter.headers]
        _write({**_summary(letter), "headers": headers, "hints": said, "value": letter.value})
        return
    console = Console()
    table = Table(title=f"Dead letter {letter.place}", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows = [(name.replace("_", " "), str(each)) for name, each in _summary(letter).items() if each is not None]
    rows += [(f"header {printable(name)}", printable(text)) for name, text in letter.headers]
    for name, text in (*rows, *(("looks like", each) for each in said)):
        table.add_row(name, Text(text))
    console.print(table)
    for row in hexdump((letter.value or b"")[:bytes_shown]):
        console.print(Text(row), soft_wrap=True)
    rest = len(letter.value or b"") - bytes_shown
    if rest > 0:
        console.print(f"and {rest:,} bytes more: --bytes N dumps them, --value FILE writes them all", markup=False)


@command.command("resubmit")
def resubmit(  # noqa: PLR0913, PLR0917  # each is an option of the command
    origins: OriginsArgument,
    topic: Annotated[str | None, typer.Option(help="Send to this input topic instead of the one it came from.")] = None,
    key: Annotated[str | None, typer.Option(metavar="LOCALITY", help="Send with this key instead of its own.")] = None,
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Add a header, or replace it; again for another.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Its time instead of its own, where the broker gives none.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Send although it would be a dead letter again.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send without a question.")] = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Send the records of dead letters once more, unchanged but for what the options say.

    Each goes to the partition where its key belongs, with its own headers; so its event keeps its id, and sending it
    twice has no second effect. A record that would be refused again is not sent. The letter itself stays.
    """
    found, ids = _settings(settings, kafka, prefix)
    if topic is not None and topic not in EVENTS_BY_TOPIC:
        raise typer.BadParameter(f"{topic!r} is none of {', '.join(EVENTS_BY_TOPIC)}", param_hint="--topic")
    headers = [_header(text) for text in header or ()]
    moment = None if at is None else _moment(at, "--at")
    records = [
        resubmission(letter, topic=topic, key=key, headers=headers, timestamp=moment)
        for letter in _letters(found, ids, origins)
    ]
    refused = _preview(found, ids, records)
    if refused and not force:
        Console().print(f"Nothing is sent: {refused} of {len(records)} would be dead letters again (--force sends).")
        return FAILED
    if not yes and not typer.confirm(f"Send {len(records)}?"):
        return FAILED
    for record, place in zip(records, send(kafka_client(found), found.kafka.topic_prefix, records), strict=True):
        typer.echo(f"{record.place} is now {place}")
    return 0


def _preview(settings: Settings, ids: SchemaIds, records: Sequence[Resubmission]) -> int:
    """Show what would become of each record; how many would be refused again."""
    admin = kafka_admin(settings)
    plan = plan_topics(admin, settings.kafka.topic_prefix, settings.worker.clock)
    log_time = {name for name, each in plan.present.items() if each.config.get(TIMESTAMP_TYPE) == LOG_TIME}
    table = Table(title="To be sent", title_justify="left")
    for column in ("record", "to", "key", "becomes"):
        table.add_column(column, overflow="fold")
    refused = 0
    for record in records:
        try:
            event = event_of(record, ids, log_time=settings.topic(record.topic) in log_time)
            becomes = Text(f"{event.type} {event.event_id} of {event.source}")
        except Malformed as exc:
            refused += 1
            becomes = Text(f"refused again: {printable(str(exc))}", "red")
        table.add_row(str(record.place), record.topic, printable(record.key), becomes)
    Console().print(table)
    return refused


def _settings(settings: Path | None, kafka: str | None, prefix: str | None) -> tuple[Settings, SchemaIds]:
    found = load_settings(settings, {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix}).settings
    return found, schema_ids(found)


def _letters(settings: Settings, ids: SchemaIds, origins: Sequence[str]) -> list[Letter]:
    return find_letters(kafka_client(settings), settings.topic(DEAD_LETTERS), ids, [_place(text) for text in origins])


def _place(text: str) -> Place:
    try:
        return parse_place(text)
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="ORIGIN") from exc


def _moment(text: str, option: str) -> int:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError) as exc:
        raise typer.BadParameter(f"{text!r} is no moment like 2021-09-01T00:00:00+06:00", param_hint=option) from exc


def _header(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--header")
    return name, value


def _summary(letter: Letter) -> dict[str, Any]:
    return {
        "origin": str(letter.place),
        "time": moment_text(letter.origin.timestamp),
        "cause": letter.cause.value,
        "error": printable(letter.error),
        "key": None if letter.key is None else printable(letter.key),
        "value_bytes": None if letter.value is None else len(letter.value),
        "cut_bytes": letter.cut_bytes,
        "letter": f"{letter.partition}/{letter.offset}",
    }


def _show_list(newest: Sequence[dict[str, Any]], causes: Counter[str], strangers: Sequence[Stranger]) -> None:
    console = Console()
    if newest:
        table = Table(title="Dead letters", title_justify="left")
        for column in ("origin", "time", "cause"):
            table.add_column(column, no_wrap=True)
        for column in ("key", "error"):
            table.add_column(column, overflow="fold")
        for each in newest:
            table.add_row(each["origin"], each["time"], each["cause"], Text(each["key"] or "none"), Text(each["error"]))
        console.print(table)
    total = causes.total()
    shown = "" if total == len(newest) else f", the newest {len(newest)} shown"
    by_cause = ", ".join(f"{cause} {count:,}" for cause, count in causes.most_common())
    console.print(f"{total:,} dead letters{shown}{': ' if by_cause else '.'}{by_cause}", highlight=False)
    for stranger in strangers:
        where = f"{DEAD_LETTERS}/{stranger.partition}/{stranger.offset}"
        console.print(Text(f"{where} is no dead letter: {printable(stranger.error)}", "yellow"))


def _write(value: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
