"""What a public page is made from: a bulletin as it was issued, and the names of its organisations at that record.

Owns the one view that JSON, CSV, HTML and PDF share. Never words anything, never writes, never asks a clock.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from schemas.errors import BrokenJournal
from schemas.facts import BulletinEntry, BulletinIssued
from schemas.journal import JournalCodec, Record
from schemas.outputs import Bulletin
from schemas.zones import Zone, zone_of

LOCALITY = re.compile(r"[0-9]{9}")
NUMBER_MAX = 999_999_999
# The letters of Kazakh, among them all of Russian, in their order; code points put the Kazakh ones behind all others.
_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_LETTERS = {ord(letter): 0x0400 + index for index, letter in enumerate(_ALPHABET)}
# An entry's terms: all but its place and the moment of its release.
TERMS: tuple[str, ...] = tuple(
    name for name in BulletinEntry.__struct_fields__ if name not in ("place_id", "organisation_id", "at")
)


def _terms(entry: BulletinEntry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in TERMS)


class PlaceKind(Struct, frozen=True):
    """Places of one organisation with the same terms, in order of arrival; never empty."""

    entries: tuple[BulletinEntry, ...]

    @property
    def terms(self) -> BulletinEntry:
        """An entry that says what holds for all of them."""
        return self.entries[0]


class OrganisationPart(Struct, frozen=True):
    """What a bulletin lists of one organisation. `name`: as of the bulletin's record; none if none was registered."""

    organisation_id: str
    name: str | None
    entries: tuple[BulletinEntry, ...]

    @property
    def title(self) -> str:
        """What people call it: the name, or else the id."""
        return self.name or self.organisation_id

    def kinds(self) -> tuple[PlaceKind, ...]:
        """The places by what is the same of them: by queue, then in order of arrival."""
        found: dict[tuple[Any, ...], list[BulletinEntry]] = {}
        for entry in self.entries:
            found.setdefault(_terms(entry), []).append(entry)
        return tuple(PlaceKind(tuple(each)) for each in sorted(found.values(), key=lambda each: each[0].queue))


class BulletinView(Struct, frozen=True, dict=True):
    """One bulletin to publish: as it was issued, and what its organisations were called then (R5.1, R7.3)."""

    issued: Bulletin
    # organisation_id -> name, of those that the bulletin lists; an id that is missing never had one.
    names: Mapping[str, str]

    @property
    def locality(self) -> str:
        """The KATO code."""
        return self.issued.locality

    @property
    def zone(self) -> Zone:
        """The locality's local time."""
        return zone_of(self.issued.locality)

    @property
    def stem(self) -> str:
        """What its files are called, without folder and ending: `bulletin-00003-2021-06-10`."""
        return stem_of(self.issued.number, self.issued.date.isoformat())

    @cached_property
    def by_organisation(self) -> tuple[OrganisationPart, ...]:
        """The released places, by organisation: by name as people count (No. 2 before No. 10), then by id."""
        found: dict[str, list[BulletinEntry]] = {}
        for entry in self.issued.entries:
            found.setdefault(entry.organisation_id, []).append(entry)
        parts = (OrganisationPart(key, self.names.get(key), tuple(entries)) for key, entries in found.items())
        return tuple(sorted(parts, key=lambda each: (natural(each.title), each.organisation_id)))


def stem_of(number: int, date: str) -> str:
    """The file name of a bulletin without its ending."""
    return f"bulletin-{number:05}-{date}"


def alphabetical(text: str) -> str:
    """A key that sorts as the alphabets of Kazakh and Russian do: қ behind к, ә behind а."""
    return text.casefold().translate(_LETTERS)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts numbers inside a text by value."""
    parts = re.split("([0-9]{1,18})", alphabetical(text))
    return tuple((1, int(each), "") if each.isascii() and each.isdigit() else (0, 0, each) for each in parts if each)


class Names:
    """What the organisations of one locality are called, record by record."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        """`names`: those known so far, by id."""
        self.known = dict(names or {})

    def take(self, organisation_id: str, name: str) -> bool:
        """An organisation was registered or updated. Returns: whether it is called otherwise now."""
        changed = self.known.get(organisation_id) != name
        self.known[organisation_id] = name
        return changed

    def view(self, issued: Bulletin) -> BulletinView:
        """A bulletin of this moment."""
        listed = sorted({each.organisation_id for each in issued.entries})
        return BulletinView(issued, {each: self.known[each] for each in listed if each in self.known})


def issued_by(record: Record, fact: BulletinIssued) -> Bulletin:
    """The bulletin that a record issues, checked. Raises: BrokenJournal when it can't be published as it stands."""
    if not LOCALITY.fullmatch(record.locality) or not 1 <= fact.number <= NUMBER_MAX:
        raise BrokenJournal(f"a bulletin of locality {record.locality[:32]!r} with number {fact.number}")
    computed = JournalCodec(zone_of(record.locality).render).bulletin_hash(
        record.locality, fact.number, fact.date, fact.entries, fact.recalled, fact.previous_bulletin_hash
    )
    if computed != fact.bulletin_hash:
        raise BrokenJournal(f"bulletin {fact.number} of {record.locality}: its content gives another hash, {computed}")
    return Bulletin(
        record.locality,
        fact.number,
        fact.date,
        fact.entries,
        fact.recalled,
        fact.previous_bulletin_hash,
        fact.bulletin_hash,
        record.sequence,
        record.time,
    )


class LedgerRow(Struct, frozen=True):
    """One line of a locality's list of bulletins."""

    number: int
    date: str
    issued_at: str
    places: int
    recalled: int
    bulletin_hash: str
    record: int

    @property
    def stem(self) -> str:
        """What the bulletin's files are called."""
        return stem_of(self.number, self.date)

    @property
    def month(self) -> str:
        """`2021-06`."""
        return self.date[:7]


def ledger_row(view: BulletinView) -> LedgerRow:
    """The line of a bulletin."""
    issued = view.issued
    return LedgerRow(
        issued.number,
        issued.date.isoformat(),
        view.zone.render(issued.at),
        len(issued.entries),
        len(issued.recalled),
        issued.bulletin_hash,
        issued.sequence,
    )


def pages_of(lengths: Iterable[int], page_max: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of the parts that things of these lengths make, none longer than `page_max` if it can be."""
    begin = end = length = 0
    for each in lengths:
        if end > begin and length + each > page_max:
            yield begin, end
            begin, length = end, 0
        end += 1
        length += each
    if end > begin:
        yield begin, end


def as_json(view: BulletinView) -> dict[str, Any]:
    """The bulletin as its hash covers it, and the hash: what `oryn verify --bulletins` reads."""
    issued = view.issued
    encoder = msgspec.json.Encoder(enc_hook=view.zone.render)
    raw = msgspec.json.decode(encoder.encode(issued))
    # The record and its time are the journal's, not the bulletin's.
    found: dict[str, Any] = {name: raw[name] for name in raw if name not in ("sequence", "at")}
    return found
