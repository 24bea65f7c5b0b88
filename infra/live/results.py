"""What a season leaves behind: journal and registers as files, and the check of the live topic.

Owns the names in the folder and the order; each step is a command of its own that anybody may run again.
"""

from pathlib import Path

from infra.commands import journal, registers, verify
from infra.journal_source import LIVE
from infra.live.stores import PAGES_FOLDER
from schemas.errors import OrynError

JOURNAL_FILE = "journal.jsonl"
REGISTERS_FOLDER = "registers"


class CheckFailed(OrynError):
    """The journal does not hold. That must not happen, whatever was killed: keep everything as it is."""


def write_results(folder: Path, settings: Path | None, bootstrap: str, prefix: str) -> None:
    """Write the files and verify the topics against the bulletins that their reader has published there.

    Raises: CheckFailed; OrynError, OSError when something can't be read or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, published = folder / JOURNAL_FILE, folder / PAGES_FOLDER
    journal.export(str(path), settings=settings, kafka=bootstrap, prefix=prefix)
    registers.export(folder / REGISTERS_FOLDER, str(path))
    # A season of a day or two has none.
    compared = published if any(published.glob("*/*.json")) else None
    if verify.command(LIVE, compared, inputs=True, settings=settings, kafka=bootstrap, prefix=prefix):
        raise CheckFailed(f"the live journal {prefix}journal does not hold; see above")
