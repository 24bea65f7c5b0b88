"""`oryn journal`: the journal as a file, one record of it, or its newest records as they come. Only reads."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from consumers.verification.wire import Wire
from infra.journal_export import in_order, without_places
from infra.journal_shown import in_full, in_one_line
from infra.journal_source import (
    HELP,
    LIVE,
    JournalSource,
    LiveJournal,
    Report,
    journal_lines,
    line_of,
    log_records,
    shown_progress,
)
from infra.output import written
from infra.settings_options import JsonOption, KafkaOption, PrefixOption, SettingsOption
from schemas.errors import BrokenJournal
from schemas.topic_offsets import Extent

FAILED = 1
LAST_MAX = 1_000_000
SourceOption = Annotated[str, typer.Option("--journal", help=HELP)]
LocalityOption = Annotated[list[str] | None, typer.Option("--locality", help="Only this locality; repeatable.")]

command = typer.Typer(
    help="Write the journal as a file, show one of its records, or follow it as it grows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command()
def export(  # one for each option
    file: Annotated[str, typer.Argument(help="Where the journal goes; - is standard output.")],
    journal: SourceOption = LIVE,
    locality: LocalityOption = None,
    no_offsets: Annotated[
        bool, typer.Option("--no-offsets", help="Leave out the partition and offset of each record's event.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Write the journal as JSON Lines: localities by their codes, each in its own order.

    Up to where the topic ends now. Equals what `oryn simulate` writes of the same events, but for the partition and
    offset at which each event stood, which no hash covers; with --no-offsets two such files are equal byte for byte.

      oryn journal export journal.jsonl
    """
    source = JournalSource(journal, settings, kafka, prefix).check("--journal")
    wanted = [_beginning(each) for each in locality or ()]
    records = 0

    def kept(lines: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal records
        for line in lines:
            if not line or (wanted and not any(line.startswith(each) for each in wanted)):
                continue
            records += 1
            yield without_places(line) if no_offsets else line

    with (
        shown_progress(source, "reading", quiet=quiet) as shown,
        journal_lines(source, localities=locality or (), report=shown) as lines,
        written(None if file == "-" else Path(file)) as out,
    ):
        out.writelines(in_order(kept(lines)))
    if not quiet:
        typer.echo(f"{records:,} records written", err=True)
    return 0


@command.command()
def show(  # one for each option
    locality: Annotated[str, typer.Argument(help="KATO code.")],
    sequence: Annotated[int, typer.Argument(min=1, help="The record's number in its locality.")],
    journal: SourceOption = LIVE,
    json: JsonOption = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Show one record: when, why, every fact, and its hashes. --json writes its line."""
    source = JournalSource(journal, settings, kafka, prefix).check("--journal")
    with shown_progress(source, "looking") as shown:
        line, place = _find(source, locality, sequence, shown)
    if line is None:
        typer.echo(f"oryn: the journal has no record {sequence} of {locality}", err=True)
        return FAILED
    if json:
        sys.stdout.buffer.write(line + b"\n")
        return 0
    with _readable(line):
        for each in in_full(msgspec.json.decode(line), place):
            typer.echo(each)
    return 0


@command.command()
def follow(  # one for each option
    journal: Annotated[str, typer.Option("--journal", help=f"{LIVE}, or {LIVE}TOPIC for one of another name.")] = LIVE,
    locality: LocalityOption = None,
    last: Annotated[
        int, typer.Option(min=0, max=LAST_MAX, help="Begin with so many of the newest records of each partition.")
    ] = 0,
    json: Annotated[bool, typer.Option("--json", help="Whole records, one JSON line each.")] = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Show the live journal as it grows, one line for each record, until it is interrupted."""
    source = JournalSource(journal, settings, kafka, prefix)
    if not source.live:
        raise typer.BadParameter(f"{journal}: only a live journal can be followed", param_hint="--journal")

    def start(extents: Mapping[int, Extent]) -> Mapping[int, int]:
        return {each: max(extent.begin, extent.end - last) for each, extent in extents.items()}

    keys = {each.encode() for each in locality or ()}
    with LiveJournal(source, localities=locality or (), start=start, follow=True) as live:
        wire = Wire(live.schema_of)
        if Console(stderr=True).is_terminal:
            typer.echo(f"Following {live.topic}; Ctrl-C ends.", err=True)
        for batch in live.reading.batches():
            for record in log_records(batch):
                if keys and record.key not in keys:
                    continue
                line = line_of(wire, record, live.topic)
                with _readable(line):
                    text = line if json else in_one_line(msgspec.json.decode(line)).encode()
                sys.stdout.buffer.write(text + b"\n")
            if batch:
                sys.stdout.buffer.flush()
    return 0


def _find(
    source: JournalSource, locality: str, sequence: int, report: Report | None
) -> tuple[bytes | None, str | None]:
    """The record's line and, in a topic, where it stands."""
    beginning = _beginning(locality) + b',"sequence":%d,' % sequence
    if source.live:
        with LiveJournal(source, localities=(locality,), report=report) as live:
            wire = Wire(live.schema_of)
            key = locality.encode()
            for record in live.records():
                if record.key == key:
                    line = line_of(wire, record, live.topic)
                    if line.startswith(beginning):
                        return line, f"{live.topic}, partition {record.partition}, offset {record.offset}"
        return None, None
    with journal_lines(source, report=report) as lines:
        for line in lines:
            if line.startswith(beginning):
                return line, None
    return None, None


def _beginning(locality: str) -> bytes:
    return b'{"locality":"%s"' % locality.encode()


@contextmanager
def _readable(line: bytes) -> Iterator[None]:
    """Raises: BrokenJournal when the line lacks what every record has."""
    try:
        yield
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError) as exc:
        raise BrokenJournal(f"not a journal record: {line[:80].decode('utf-8', 'replace')}") from exc
