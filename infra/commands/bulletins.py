"""`oryn bulletins`: the bulletins of a journal as files to publish. Only wires."""

from pathlib import Path
from typing import Annotated

import typer

from consumers.register_files.bulletins import write_bulletins
from infra.journal_source import HELP, LIVE, JournalSource, journal_lines, shown_progress
from infra.settings_options import KafkaOption, PrefixOption, SettingsOption


def command(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where the files go; made if it is not there.")],
    journal: Annotated[str, typer.Option("--journal", help=HELP)] = LIVE,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Write every bulletin as JSON and as CSV, a folder for each locality, and an index of all (bulletins.csv).

    The JSON is the bulletin as it was issued: `oryn verify JOURNAL --bulletins FOLDER` holds a journal against it. What
    was written before stays as it is; if it differs from the journal, that is an error.

      oryn bulletins out/bulletins --journal journal.jsonl
    """
    source = JournalSource(journal, settings, kafka, prefix).check("--journal")
    with shown_progress(source, "reading", quiet=quiet) as shown, journal_lines(source, report=shown) as lines:
        count, new = write_bulletins(folder, lines)
    if not quiet:
        typer.echo(f"{count:,} bulletins in {folder}, {new:,} of them new", err=True)
    return 0
