"""Checks the bulletins of a locality: number, date, chain, content (R5.1). Also reads bulletins that were published
elsewhere and holds them against the journal. Never decides what is released."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from consumers.verification.book import Account, Step
from consumers.verification.findings import Broken
from consumers.verification.form import HASH_PATTERN, bulletin_hash
from consumers.verification.shapes import BulletinIssued, Entry
from consumers.verification.state import Place
from schemas.errors import Malformed
from schemas.words import Admission, Stage, Timer
from schemas.zones import date_to_day

RULE = "R5.1"
# A day of the largest city is some ten million bytes; more is no bulletin.
BULLETIN_BYTES_MAX = 64 * 1024 * 1024
TERMS = (
    "place_id",
    "organisation_id",
    "queue",
    "birth_year",
    "age_from",
    "age_to",
    "language",
    "group_type",
    "regime",
    "admission_from",
    "admission_until",
    "attendance",
)


def bulletin_issued(account: Account, fact: BulletinIssued, step: Step) -> None:
    """The next number, the next day, the chain, and exactly what was released and recalled since the last one."""
    if step.timer is not Timer.BULLETIN or step.subject != account.locality:
        raise Broken(RULE, "a bulletin is issued by its timer only")
    day = date_to_day(fact.date)
    if fact.number != account.bulletin_number + 1:
        raise Broken(RULE, "the bulletin should have the number {number}", number=account.bulletin_number + 1)
    if account.bulletin_day >= 0 and day != account.bulletin_day + 1:
        raise Broken(RULE, "the bulletin of {date} does not follow the day before", date=fact.date)
    if account.zone.day_of(step.due) != day:
        raise Broken(RULE, "the bulletin of {date} is issued on another day", date=fact.date)
    if day not in account.act_days and account.zone.at(day, account.minutes(day, bulletin=True)) != step.due:
        raise Broken(RULE, "the bulletin of {date} is issued at another time of the day", date=fact.date)
    if fact.previous_bulletin_hash != account.bulletin_hash:
        raise Broken(
            RULE, "previous_bulletin_hash is not the hash of bulletin {number}", number=account.bulletin_number
        )
    _check_entries(account, fact)
    _check_recalled(account, fact)
    raw = next(each for each in step.row.raw["facts"] if each["type"] == "BulletinIssued")
    computed = bulletin_hash(account.locality, raw)
    if fact.bulletin_hash != computed:
        raise Broken(RULE, "the bulletin's content gives the hash {computed}", computed=computed)
    account.bulletin_number, account.bulletin_day, account.bulletin_hash = fact.number, day, fact.bulletin_hash


def _check_entries(account: Account, fact: BulletinIssued) -> None:
    if len(fact.entries) != len(account.arrived):
        raise Broken(
            RULE,
            "{expected} places were released since the last bulletin, {found} are listed",
            expected=len(account.arrived),
            found=len(fact.entries),
        )
    for entry, (place, moment) in zip(fact.entries, account.arrived, strict=True):
        _check_entry(account, entry, place, moment)
        if place.stage is Stage.RELEASED and not place.queue.immediate:
            place.stage = Stage.LISTED
            if not place.queue.automatic:
                place.queue.listed[place.terms.place_id] = place
    account.arrived.clear()


def _check_entry(account: Account, entry: Entry, place: Place, moment: int) -> None:
    terms = place.terms
    if account.moments.of(entry.at) != moment:
        raise Broken(RULE, "place {id} was not released at {at}", id=entry.place_id, at=entry.at)
    for name in TERMS:
        if getattr(entry, name) != getattr(terms, name):
            raise Broken(
                RULE,
                "entry {id}: {name} is {found}, the place has {expected}",
                id=entry.place_id,
                name=name,
                found=getattr(entry, name),
                expected=getattr(terms, name),
            )
    admission = Admission.REGULAR if place.vacated else terms.admission
    if entry.admission is not admission:
        raise Broken(RULE, "entry {id}: the admission is {expected}", id=entry.place_id, expected=admission)


def _check_recalled(account: Account, fact: BulletinIssued) -> None:
    found = [(each.place_id, str(each.reason), account.moments.of(each.at)) for each in fact.recalled]
    if found != [(place_id, str(reason), at) for place_id, reason, at in account.recalled]:
        raise Broken(RULE, "the recalled places are not those recalled since the last bulletin")
    account.recalled.clear()


class PublishedBulletin(msgspec.Struct, frozen=True, gc=False):
    """A bulletin as it was published outside the journal."""

    locality: str
    number: int
    date: datetime.date
    entries: list[Any]
    recalled: list[Any]
    previous_bulletin_hash: str
    bulletin_hash: str


class Published:
    """Bulletins from outside, by locality and number: what the journal must contain."""

    def __init__(self) -> None:
        """Know none."""
        self.hashes: dict[str, dict[int, str]] = {}
        # All of them, without their entries.
        self.bulletins: dict[str, dict[int, PublishedBulletin]] = {}
        self.count = 0

    def add(self, bulletin: PublishedBulletin, raw: dict[str, Any], where: str) -> None:
        """Take one. Raises: Malformed when it does not hold by itself, or contradicts another."""
        if not HASH_PATTERN.fullmatch(bulletin.bulletin_hash):
            raise Malformed(f"{where}: bulletin_hash is not 64 hexadecimal digits")
        if bulletin_hash(bulletin.locality, raw) != bulletin.bulletin_hash:
            raise Malformed(f"{where}: the bulletin was changed: its content gives another hash")
        numbers = self.hashes.setdefault(bulletin.locality, {})
        if numbers.setdefault(bulletin.number, bulletin.bulletin_hash) != bulletin.bulletin_hash:
            raise Malformed(f"{where}: another bulletin {bulletin.number} of {bulletin.locality} was read before")
        alone = msgspec.structs.replace(bulletin, entries=[], recalled=[])
        self.bulletins.setdefault(bulletin.locality, {})[bulletin.number] = alone
        self.count += 1

    def check(self, locality: str, number: int, found: str) -> None:
        """A bulletin of the journal against the published one, if there is one. Raises: Broken."""
        expected = self.hashes.get(locality, {}).pop(number, None)
        if expected is not None and expected != found:
            raise Broken("R8.1", "bulletin {number} was published with another hash", number=number)

    def missing(self) -> Iterator[tuple[str, int]]:
        """(locality, number) of the published bulletins that the journal does not hold."""
        for locality, numbers in sorted(self.hashes.items()):
            if numbers:
                yield locality, min(numbers)


def read_published(folder: Path) -> Published:
    """All bulletins of a folder: `*.json` (one, or a list) and `*.jsonl`. Raises: Malformed, OSError."""
    published = Published()
    decoder = msgspec.json.Decoder()
    paths = sorted(each for each in folder.rglob("*") if each.suffix in (".json", ".jsonl"))
    if not paths:
        raise Malformed(f"{folder}: no *.json or *.jsonl file is there")
    for path in paths:
        for where, text in _documents(path):
            try:
                raw = decoder.decode(text)
                for each in raw if isinstance(raw, list) else [raw]:
                    published.add(msgspec.convert(each, PublishedBulletin), each, where)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
                raise Malformed(f"{where}: not a bulletin: {exc}") from exc
    return published


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        if path.suffix == ".json":
            text = file.read(BULLETIN_BYTES_MAX + 1)
            if len(text) > BULLETIN_BYTES_MAX:
                raise Malformed(f"{path}: longer than {BULLETIN_BYTES_MAX} bytes")
            yield str(path), text
            return
        number = 0
        while line := file.readline(BULLETIN_BYTES_MAX + 1):
            number += 1
            if len(line) > BULLETIN_BYTES_MAX:
                raise Malformed(f"{path}, line {number}: longer than {BULLETIN_BYTES_MAX} bytes")
            if line.strip():
                yield f"{path}, line {number}", line


HANDLERS: dict[type, Any] = {BulletinIssued: bulletin_issued}
