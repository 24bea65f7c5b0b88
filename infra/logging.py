"""How long-running commands tell what they do: one line an entry, on standard error. Owns the form, never the words."""

import logging
import sys
from typing import Any

# What every entry has anyway; all else was given as a field.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Lines(logging.Formatter):
    """`2026-11-21 07:00:00,123 INFO streams.runtime.loop: assigned partitions=[0, 1]`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The entry's line, its fields at its end; a traceback follows on lines of its own."""
        fields: dict[str, Any] = {name: value for name, value in vars(record).items() if name not in _USUAL}
        told = "".join(f" {name}={value}" for name, value in fields.items())
        record.message = record.getMessage() + told
        text = f"{self.formatTime(record)} {record.levelname} {record.name}: {record.message}"
        return text + "\n" + self.formatException(record.exc_info) if record.exc_info else text


def configure_logging(*, quiet: bool = False, verbose: bool = False) -> None:
    """Send entries to standard error; from warnings on if quiet, all of them if verbose. Repeatable."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO)
    # A library that tells of each of its parts at its start.
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
