"""`oryn registers`: the registers of a journal as CSV files. Only wires."""

import gc
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from consumers.register_files.files import write_registers
from consumers.register_files.fold import LocalityRegisters
from infra.journal_source import HELP, LIVE, JournalSource, journal_lines, shown_progress
from infra.settings_options import KafkaOption, PrefixOption, SettingsOption
from schemas.errors import BrokenJournal
from schemas.journal import decode_record

GARBAGE_OBJECTS = 200_000


def command(
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

      oryn registers out/registers --journal journal.jsonl
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
