"""What commands write: files whole or not at all, and words that no terminal obeys. Never decides what goes in."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from schemas.errors import OrynError

BUFFER_BYTES = 1 << 20
MISSING = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Words as a terminal may have them: what could move, hide or reorder others is replaced. Lines stay."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else MISSING for each in text)


@contextmanager
def written(path: Path | None) -> Iterator[BinaryIO]:
    """A stream to a file that appears under its name only when all is written; none: standard output.

    A device or a pipe is written to as it is. Raises: OrynError when the file cannot be made.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    special = path.exists() and not path.is_file()
    partial = path if special else path.with_name(f"{path.name}.partial")
    try:
        stream = partial.open("wb", buffering=BUFFER_BYTES)
    except OSError as exc:
        raise OrynError(f"cannot write {path}: {exc.strerror}") from exc
    try:
        with stream:
            yield stream
        if not special:
            os.replace(partial, path)
    except BaseException:
        if not special:
            partial.unlink(missing_ok=True)
        raise
