"""Bulletins as files: for each one JSON, as it was issued and as `oryn verify --bulletins` reads it, and one CSV.

A published bulletin never changes. So a file that is there and says something else is an error, and is left alone.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from consumers.register_files.files import replaced
from schemas.errors import BrokenJournal

Json = dict[str, Any]
MARK = b'"BulletinIssued"'
LOCALITY, NUMBER, DATE = (re.compile(each) for each in ("[0-9]{9}", "[0-9]{1,9}", "[0-9]{4}-[0-9]{2}-[0-9]{2}"))
MEMBERS = ("locality", "number", "date", "entries", "recalled", "previous_bulletin_hash", "bulletin_hash")
INDEX = ("locality", "number", "date", "issued_at", "places", "recalled", "bulletin_hash", "record", "file")
COLUMNS = (
    "part",
    "place_id",
    "organisation_id",
    "queue",
    "at",
    "birth_year",
    "age_from",
    "age_to",
    "language",
    "group_type",
    "regime",
    "admission",
    "admission_from",
    "admission_until",
    "attendance",
    "reason",
)


def bulletins_of(lines: Iterable[bytes]) -> Iterator[tuple[Json, Json]]:
    """(record, bulletin) of each bulletin in the lines of a journal. Raises: BrokenJournal for a line that is none."""
    for line in lines:
        if MARK not in line:
            continue
        try:
            record: Json = msgspec.json.decode(line)
            for fact in record["facts"]:
                if fact["type"] == "BulletinIssued":
                    whole = {**fact, "locality": record["locality"]}
                    yield record, {name: whole[name] for name in MEMBERS}
        except (msgspec.DecodeError, KeyError, TypeError) as exc:
            raise BrokenJournal(f"not a journal record: {line[:80].decode('utf-8', 'replace')}") from exc


def write_bulletins(folder: Path, lines: Iterable[bytes]) -> tuple[int, int]:
    """Write every bulletin of a journal and an index; how many there are, and how many are new. Repeatable.

    `LOCALITY/bulletin-NUMBER-DATE.json` and `.csv`, and `bulletins.csv`. Raises: OrynError when one can't be written;
    BrokenJournal for one that was written before with another content.
    """
    new = 0
    index: list[tuple[Any, ...]] = []
    for record, bulletin in bulletins_of(lines):
        name = _name(bulletin)
        new += _write(folder / f"{name}.json", bulletin)
        index.append(
            (
                bulletin["locality"],
                bulletin["number"],
                bulletin["date"],
                record["time"],
                len(bulletin["entries"]),
                len(bulletin["recalled"]),
                bulletin["bulletin_hash"],
                record["sequence"],
                f"{name}.json",
            )
        )
    index.sort(key=lambda each: each[:2])
    with replaced(folder / "bulletins.csv") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(INDEX)
        out.writerows(index)
    return len(index), new


def _name(bulletin: Json) -> str:
    """Where a bulletin's files are. Raises: BrokenJournal when what it is called by could lead anywhere else."""
    locality, number, date = (str(bulletin[name]) for name in ("locality", "number", "date"))
    if not (LOCALITY.fullmatch(locality) and NUMBER.fullmatch(number) and DATE.fullmatch(date)):
        raise BrokenJournal(
            f"a bulletin of locality {locality[:32]!r} with number {number[:32]!r} and date {date[:32]!r}"
        )
    return f"{locality}/bulletin-{int(number):05}-{date}"


def _write(path: Path, bulletin: Json) -> bool:
    """Whether it was new."""
    table = path.with_suffix(".csv")
    if path.exists():
        try:
            known = msgspec.json.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError) as exc:
            raise BrokenJournal(f"{path} is there, but is no bulletin: {exc}") from exc
        if known != bulletin:
            raise BrokenJournal(f"{path} was written before with another content: bulletins never change")
        if table.exists():
            return False
    # The table first: a JSON file that is there says that its bulletin is complete.
    with replaced(table) as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for part, member in (("RELEASED", "entries"), ("RECALLED", "recalled")):
            out.writerows([part, *(_cell(entry.get(name)) for name in COLUMNS[1:])] for entry in bulletin[member])
    with replaced(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(bulletin), indent=1).decode() + "\n")
    return True


def _cell(value: object) -> object:
    if isinstance(value, list):
        return ";".join(f"{each['from']}/{each['until']}" for each in value)
    return value
