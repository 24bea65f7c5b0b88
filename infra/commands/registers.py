"""`oryn registers`: the registers as CSV files; upkeep of those in PostgreSQL. Owns options, progress and tables."""

import gc
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from consumers.register_files.files import write_registers
from consumers.register_files.fold import LocalityRegisters
from consumers.registers.rebuilding import Rebuild, Stopped
from consumers.registers.state import CopyState, copies
from consumers.registers.upgrading import newest, upgrade
from infra import answers
from infra.journal_source import HELP, LIVE, JournalSource, journal_lines, shown_progress
from infra.logging import configure_logging
from infra.processors import stopped_by_signals
from infra.readers.registers import registers_settings, registers_sources
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, KafkaOption, PrefixOption, QuietOption, SettingsOption
from infra.settings_services import kafka_admin, kafka_client
from schemas.errors import BrokenJournal
from schemas.journal import decode_record
from schemas.topic_offsets import OffsetLost
from schemas.topic_reading import TopicReading
from schemas.zones import zone_of

GARBAGE_OBJECTS = 200_000
FAILED = 1
INTERRUPTED = 130
# So many offsets are read to count their records.
COUNTED_MAX = 10_000
# No locality's own: moments of several are shown in the time of most.
NATION = ""


command = typer.Typer(
    help="The registers: write them as CSV files; look after those in PostgreSQL, which `oryn reader registers` fills.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command("export")
def export(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where the files go; made if it is not there.")],
    journal: Annotated[str, typer.Option("--journal", help=HELP)] = LIVE,
    locality: Annotated[list[str] | None, typer.Option(help="Only this locality; repeatable.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Write the registers as CSV files: applications, places, referrals, accesses, bulletins, rejections and more.

    One line for each thing, as it is at the journal's end; localities.csv says up to which record. A file of this name
    is replaced when the new one is complete. The live topic is read up to where it ends now.

      oryn registers export out/registers --journal journal.jsonl
    """
    source = JournalSource(journal, settings, kafka, prefix).check("--journal")
    gc.set_threshold(GARBAGE_OBJECTS)  # rows live until the end: looking for garbage among them costs time
    registers: dict[str, LocalityRegisters] = {}
    wanted = set(locality or ())
    with (
        shown_progress(source, "reading", quiet=quiet) as shown,
        journal_lines(source, localities=wanted, report=shown) as lines,
    ):
        for number, line in enumerate(lines, start=1):
            try:
                record = decode_record(line)
            except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as exc:
                raise BrokenJournal(f"record {number} of {journal} is not a journal record: {exc}") from exc
            if wanted and record.locality not in wanted:
                continue
            found = registers.get(record.locality)
            if found is None:
                found = registers[record.locality] = LocalityRegisters(record.locality)
            found.take(record)
    written = write_registers(folder, registers)
    if not quiet:
        table = Table(title=f"Registers in {folder}", title_justify="left", show_header=False)
        for name, count in written.items():
            table.add_row(f"{name}.csv", f"{count:,}")
        Console(stderr=True).print(table)
    return 0


@command.command("upgrade")
def upgrade_command(settings: SettingsOption = None, prefix: PrefixOption = None) -> int:
    """Bring the schema in PostgreSQL to the form of this version. A reader does so itself when it starts.

    Readers and the writer may go on meanwhile. Repeatable; made again after an interruption.
    """
    registers = registers_settings(load_settings(settings, {"kafka.topic_prefix": prefix}).settings)
    before, after = upgrade(registers)
    told = f"is of form {after}" if before == after else f"was of form {before or 'none'} and is now of form {after}"
    Console().print(f"Schema {registers.schema} {told}.", highlight=False)
    return 0


@command.command("rebuild")
def rebuild(
    settings: SettingsOption = None, kafka: KafkaOption = None, prefix: PrefixOption = None, quiet: QuietOption = False
) -> int:
    """Make the registers in PostgreSQL anew from the topics, beside the live ones, and switch to the new copy.

    Whoever asks the registers sees the old copy until then, and `oryn reader registers` may run on: it goes on with the
    new copy. Interrupted, run it again: it begins anew. It needs room for a second copy.
    """
    configure_logging(quiet=True)
    found = load_settings(settings, {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix}).settings
    registers, console = registers_settings(found), Console(stderr=True)
    sources = registers_sources(found)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        stopped_by_signals() as stop,
        Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress,
    ):
        tasks = {source.topic: progress.add_task(source.topic, total=None) for source in sources.values()}
        work = Rebuild(
            registers,
            kafka_client(found),
            tuple(sources.values()),
            batch_records=found.reader.batch_records,
            report=lambda topic, done, total: progress.update(tasks[topic], completed=done, total=total),
        )
        try:
            dropped = work.run(stop)
        except Stopped as exc:
            console.print(f"oryn: {exc}", highlight=False)
            return INTERRUPTED
    if not quiet:
        kept = "" if dropped else f" Queries still run on the old one, {registers.replaced.schema}: drop it later."
        console.print(f"Schema {registers.schema} is a new copy.{kept}", highlight=False)
    return 0


@command.command("status")
def status(
    settings: SettingsOption = None, kafka: KafkaOption = None, prefix: PrefixOption = None, json: JsonOption = False
) -> int:
    """Show the registers in PostgreSQL: their form, up to where they go, and how far behind the topics they are.

    Exit code 1 when they are not there or not of this version's form.
    """
    found = load_settings(settings, {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix}).settings
    registers = registers_settings(found)
    states = copies(registers)
    rows = [_shown(state, _behind(found, state)) for state in states]
    if json:
        Console().print_json(data={"newest_form": newest(), "copies": rows})
    else:
        for state, row in zip(states, rows, strict=True):
            behind = {
                f"behind {topic}": "unknown: it was made again" if count is None else count
                for topic, count in row["behind"].items()
            }
            pairs = {
                **row,
                "form": f"{state.form or 'none'} (this version: {newest()})",
                "until": state.until,
                **behind,
            }
            answers.console().print(
                answers.facts(f"Registers in the schema {state.schema}", NATION, _without(pairs, "schema", "behind"))
            )
        if not states:
            answers.console().print(f"There is no schema {registers.schema}.")
    live = next((state for state in states if state.schema == registers.schema), None)
    return 0 if live is not None and live.form is not None and live.form >= newest() else FAILED


def _behind(settings: Settings, state: CopyState) -> dict[str, int | None]:
    """How many records each topic has that the copy has not; offsets, in which markers of transactions count, if there
    are many. None where the copy is of another topic."""
    client = kafka_client(settings)
    kafka_admin(settings)  # says why, when the brokers do not answer
    behind: dict[str, int | None] = {}
    for source in registers_sources(settings).values():
        here = {partition: offset for (topic, partition), offset in state.positions.items() if topic == source.topic}
        try:
            with TopicReading(client, source.topic, start=here) as reading:
                count = reading.total
                if count <= COUNTED_MAX:
                    count = sum(len(batch) for batch in reading.batches())
        except OffsetLost:
            behind[source.topic] = None
        else:
            behind[source.topic] = count
    return behind


def _without(pairs: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in pairs.items() if name not in names}


def _shown(state: CopyState, behind: dict[str, int | None]) -> dict[str, Any]:
    return {
        "schema": state.schema,
        "form": state.form,
        "localities": state.localities,
        "records": state.records,
        "until": None if state.until is None else zone_of(NATION).render(state.until),
        "behind": behind,
    }
