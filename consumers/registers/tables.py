"""Which row of the fold stands in which table, and how a row becomes cells and cells a row. Never asks the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Final, Generic, TypeVar, get_args, get_type_hints

from msgspec import Struct
from msgspec.structs import astuple

from consumers.reading.store import StoreConflict
from consumers.register_files.rows import (
    AccessRow,
    ApplicationRow,
    BulletinRow,
    LocalityRow,
    MovementRow,
    OrganisationRow,
    PlaceRow,
    ReferralRow,
    RejectionRow,
)
from schemas.events import Attendance

Kind = TypeVar("Kind", bound=Struct)
Cells = tuple[Any, ...]


@dataclass(frozen=True)
class Table(Generic[Kind]):
    """One register. `key`: its primary key; `listed`: the column that is a list, if one is."""

    name: str
    kind: type[Kind]
    key: tuple[str, ...]
    history: str | None = None
    listed: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns that hold the row's fields, in their order."""
        return self.kind.__struct_fields__

    def cells(self, rows: Iterable[Kind]) -> list[Cells]:
        """Rows as they are written."""
        if self.listed is None:
            return [astuple(row) for row in rows]
        at = self.columns.index(self.listed)
        return [_with_list(astuple(row), at) for row in rows]

    def row(self, values: Sequence[Any]) -> Kind:
        """A row as it was written. Raises: StoreConflict for a word that this version does not know."""
        named = dict(zip(self.columns, values, strict=True))
        for name, words in _words(self.kind):
            value = named[name]
            if value is None:
                continue
            if value not in words:
                raise StoreConflict(
                    f"a row of {self.name} has {name} {value!r}, which is no word of ours: `oryn registers rebuild`"
                    " makes the registers anew"
                )
            named[name] = words[value]
        if self.listed is not None and named[self.listed] is not None:
            read = _span if self.listed == "attendance" else str
            named[self.listed] = tuple(read(each) for each in named[self.listed])
        return self.kind(**named)


@cache
def _words(kind: type[Struct]) -> tuple[tuple[str, Mapping[str, Enum]], ...]:
    """The columns that hold words of the rule book, and the words. The fold compares words by identity."""
    found = []
    for name, hint in get_type_hints(kind).items():
        kinds = [each for each in (get_args(hint) or (hint,)) if isinstance(each, type) and issubclass(each, Enum)]
        if kinds:
            found.append((name, {str(word.value): word for each in kinds for word in each}))
    return tuple(found)


def _with_list(cells: Cells, at: int) -> Cells:
    value = cells[at]
    if value is None:
        return cells
    return (
        *cells[:at],
        [span_text(each) if isinstance(each, Attendance) else each for each in value],
        *cells[at + 1 :],
    )


def span_text(span: Attendance) -> str:
    """A span of days as registers write it."""
    return f"{span.from_}/{span.until}"


def _span(text: str) -> Attendance:
    begin, _, end = text.partition("/")
    return Attendance(date.fromisoformat(begin), date.fromisoformat(end))


ORGANISATIONS: Final = Table(
    "organisations", OrganisationRow, ("locality", "organisation_id"), "organisation_history", "profiles"
)
PLACES: Final = Table("places", PlaceRow, ("locality", "place_id"), "place_history", "attendance")
APPLICATIONS: Final = Table("applications", ApplicationRow, ("locality", "application_id"), "application_history")
REFERRALS: Final = Table("referrals", ReferralRow, ("locality", "referral"), "referral_history")
ACCESSES: Final = Table("accesses", AccessRow, ("locality", "application_id", "record"))
BULLETINS: Final = Table("bulletins", BulletinRow, ("locality", "number"))
REJECTIONS: Final = Table("rejections", RejectionRow, ("locality", "record"))
MOVEMENTS: Final = Table("movements", MovementRow, ("locality", "application_id", "record", "fact"))
LOCALITIES: Final = Table("localities", LocalityRow, ("locality",))
# Those whose rows change; the others are only added to.
CHANGING: Final[tuple[Table[Any], ...]] = (ORGANISATIONS, PLACES, APPLICATIONS, REFERRALS, ACCESSES)
VERSIONED: Final[tuple[Table[Any], ...]] = tuple(each for each in CHANGING if each.history is not None)
BY_KIND: Final[Mapping[type[Struct], Table[Any]]] = {
    each.kind: each for each in (*CHANGING, BULLETINS, REJECTIONS, MOVEMENTS)
}
# Of a version that ended, behind the columns of the row.
ENDED: Final = ("valid_until", "ended_by")


def quoted(columns: Iterable[str]) -> str:
    """Names of columns in a statement: one of them is a word of SQL."""
    return ", ".join(f'"{each}"' for each in columns)
