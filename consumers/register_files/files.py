"""Writes rows as CSV files: UTF-8, a heading, a line for each row, whole or not at all. Never folds a record.

Moments are written in the locality's own time with their offset, days as ISO dates, lists with semicolons, a missing
value as nothing.
"""

import csv
import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from msgspec import Struct
from msgspec.structs import fields

from consumers.register_files.fold import LocalityRegisters
from consumers.register_files.rows import (
    AccessRow,
    ApplicationRow,
    BulletinRow,
    LocalityRow,
    OrganisationRow,
    PlaceRow,
    ReferralRow,
    RejectionRow,
)
from schemas.errors import OrynError
from schemas.events import Attendance
from schemas.instants import Instant
from schemas.zones import zone_of

BUFFER_BYTES = 1 << 20
Rows = Callable[[LocalityRegisters], Iterable[Any]]
Cell = Callable[[Any], object]

# File name, what a row is, and where its rows are.
REGISTERS: tuple[tuple[str, type[Struct], Rows], ...] = (
    ("organisations", OrganisationRow, lambda registers: registers.organisations.values()),
    ("places", PlaceRow, lambda registers: registers.places.values()),
    ("applications", ApplicationRow, lambda registers: registers.applications.values()),
    ("referrals", ReferralRow, lambda registers: registers.referrals.values()),
    ("accesses", AccessRow, lambda registers: registers.accesses),
    ("bulletins", BulletinRow, lambda registers: registers.bulletins),
    ("rejections", RejectionRow, lambda registers: registers.rejections),
    # The last one: it says up to which record the others go.
    ("localities", LocalityRow, lambda registers: (registers.summary,)),
)


def write_registers(folder: Path, registers: Mapping[str, LocalityRegisters]) -> dict[str, int]:
    """Write all registers of all localities, sorted by their codes: file name to number of rows. Repeatable.

    Each file is replaced at once and only when it is complete. Raises: OrynError when one can't be written.
    """
    written: dict[str, int] = {}
    for name, kind, rows in REGISTERS:
        count = 0
        with replaced(folder / f"{name}.csv") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(columns(kind))
            for locality in sorted(registers):
                found = list(rows(registers[locality]))
                count += len(found)
                out.writerows(cells(found, kind, locality))
        written[name] = count
    return written


def columns(kind: type[Struct]) -> list[str]:
    """The headings of a file."""
    return [each.name for each in fields(kind)]


def cells(rows: Iterable[Any], kind: type[Struct], locality: str) -> Iterator[list[object]]:
    """The rows of one locality as cells."""
    names = columns(kind)
    write = cell_writer(locality)
    for row in rows:
        yield [write(getattr(row, name)) for name in names]


def cell_writer(locality: str) -> Cell:
    """How values are written in files of a locality."""
    render = zone_of(locality).render
    simple = (str, int)

    def write(value: Any) -> object:
        kind = type(value)
        if value is None or kind in simple:
            return value
        if kind is Instant:
            return render(value)
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, datetime.date):
            return value.isoformat()
        if isinstance(value, Attendance):
            return f"{value.from_}/{value.until}"
        return ";".join(str(write(each)) for each in value)

    return write


@contextmanager
def replaced(path: Path) -> Iterator[TextIO]:
    """A text file that takes the place of the one of this name when all is written. Raises: OrynError."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = partial.open("w", encoding="utf-8", newline="", buffering=BUFFER_BYTES)
    except OSError as exc:
        raise OrynError(f"cannot write {path}: {exc.strerror}") from exc
    try:
        with file:
            yield file
        os.replace(partial, path)
    except OSError as exc:
        raise OrynError(f"cannot write {path}: {exc.strerror or exc}") from exc
    finally:
        partial.unlink(missing_ok=True)
