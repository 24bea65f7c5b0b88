"""Bulletins as files: for each one JSON, as it was issued and as `oryn verify --bulletins` reads it, and one CSV.

A published bulletin never changes. So a file that is there and says something else is an error, and is left alone.
Owns the two forms, which the public pages use as well (`consumers.public_bulletins`).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from consumers.register_files.files import replaced
from schemas.errors import BrokenJournal

Json = dict[str, Any]
MARK, NAME_MARK = b'"BulletinIssued"', b'"OrganisationChanged"'
LOCALITY, NUMBER, DATE = (re.compile(each) for each in ("[0-9]{9}", "[0-9]{1,9}", "[0-9]{4}-[0-9]{2}-[0-9]{2}"))
MEMBERS = ("locality", "number", "date", "entries", "recalled", "previous_bulletin_hash", "bulletin_hash")
INDEX = ("locality", "number", "date", "issued_at", "places", "recalled", "bulletin_hash", "record", "file")
COLUMNS = (
    "part",
    "place_id",
    "organisation_id",
    "organisation",
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
# What a spreadsheet takes for a formula when a cell begins with it, in the wide forms of East Asia, too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def bulletins_of(lines: Iterable[bytes]) -> Iterator[tuple[Json, Json]]:
    """(record, bulletin) of each bulletin in the lines of a journal. Raises: BrokenJournal for a line that is none."""
    for record, bulletin, _ in named_bulletins(lines):
        yield record, bulletin


def named_bulletins(lines: Iterable[bytes]) -> Iterator[tuple[Json, Json, Mapping[str, str]]]:
    """(record, bulletin, names) of each bulletin in the lines of a journal. Raises: BrokenJournal for a line that is
    none. `names`: what organisations of its locality are called at that record, by id; valid until the next one."""
    names: dict[str, dict[str, str]] = {}
    for line in lines:
        if MARK not in line and NAME_MARK not in line:
            continue
        try:
            record: Json = msgspec.json.decode(line)
            known = names.setdefault(record["locality"], {})
            for fact in record["facts"]:
                if fact["type"] == "OrganisationChanged":
                    known[fact["organisation_id"]] = fact["name"]
                if fact["type"] == "BulletinIssued":
                    whole = {**fact, "locality": record["locality"]}
                    yield record, {name: whole[name] for name in MEMBERS}, known
        except (msgspec.DecodeError, KeyError, TypeError) as exc:
            raise BrokenJournal(f"not a journal record: {line[:80].decode('utf-8', 'replace')}") from exc


def document(bulletin: Json) -> str:
    """The JSON of a bulletin: its members as they were issued, laid out for eyes."""
    return msgspec.json.format(msgspec.json.encode(bulletin), indent=1).decode() + "\n"


def table(bulletin: Json, names: Mapping[str, str]) -> str:
    """The CSV of a bulletin: a heading, the released places in order of arrival, the recalled ones."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    for part, member in (("RELEASED", "entries"), ("RECALLED", "recalled")):
        for entry in bulletin[member]:
            whole = {"organisation": names.get(entry.get("organisation_id", ""))} | entry
            out.writerow([part, *(_cell(whole.get(name)) for name in COLUMNS[1:])])
    return text.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that looks like it gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def write_bulletins(folder: Path, lines: Iterable[bytes]) -> tuple[int, int]:
    """Write every bulletin of a journal and an index; how many there are, and how many are new. Repeatable.

    `LOCALITY/bulletin-NUMBER-DATE.json` and `.csv`, and `bulletins.csv`. Raises: OrynError when one can't be written;
    BrokenJournal for one that was written before with another content.
    """
    new = 0
    index: list[tuple[Any, ...]] = []
    for record, bulletin, names in named_bulletins(lines):
        name = _name(bulletin)
        new += _write(folder / f"{name}.json", bulletin, names)
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


def _write(path: Path, bulletin: Json, names: Mapping[str, str]) -> bool:
    """Whether it was new."""
    sheet = path.with_suffix(".csv")
    if path.exists():
        try:
            known = msgspec.json.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError) as exc:
            raise BrokenJournal(f"{path} is there, but is no bulletin: {exc}") from exc
        if known != bulletin:
            raise BrokenJournal(f"{path} was written before with another content: bulletins never change")
        if sheet.exists():
            return False
    # The table first: a JSON file that is there says that its bulletin is complete.
    with replaced(sheet) as file:
        file.write(table(bulletin, names))
    with replaced(path) as file:
        file.write(document(bulletin))
    return True


def _cell(value: object) -> object:
    if isinstance(value, list):
        return ";".join(f"{each['from']}/{each['until']}" for each in value)
    return harmless(value) if isinstance(value, str) else value
