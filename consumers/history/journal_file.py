"""Reads a journal file: finds what an id names, and streams the records that can matter to it.

A season is half a million lines, most of which say nothing about one queue. So lines are first looked through as
bytes, and only those that can matter are decoded. Never holds more than one record, never checks a hash.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from heapq import nlargest
from pathlib import Path

import msgspec

from schemas import facts as f
from schemas.errors import BrokenJournal, OrynError
from schemas.instants import Instant
from schemas.journal import Record, decode_record

PROGRESS_LINES = 20_000
HINTS_MAX = 5
# Ids compared for a hint at most; beyond that a hint is not worth the wait.
HINT_CANDIDATES_MAX = 2_000_000
HINT_RATIO_MIN = 0.6
_IDS = re.compile(rb'"(?:application|place|organisation)_id": ?"([^"\\]{1,64})"')

Progress = Callable[[int, int], None]


class Kind(StrEnum):
    """What an id can name."""

    APPLICATION = "application"
    PLACE = "place"
    ORGANISATION = "organisation"
    QUEUE = "queue"


class UnknownSubject(OrynError):
    """No record names the id. `hints`: the nearest ids that some record names."""

    def __init__(self, subject: str, hints: tuple[str, ...]) -> None:
        """Keep both for the one who words the message."""
        super().__init__(subject)
        self.subject = subject
        self.hints = hints


class AmbiguousSubject(OrynError):
    """The id names several things. `candidates`: each with its kind and locality."""

    def __init__(self, subject: str, candidates: tuple["Subject", ...]) -> None:
        """Keep both for the one who words the message."""
        super().__init__(subject)
        self.subject = subject
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that an id names: its kind, its locality and its queue.

    An organisation has no queue, nor has what was never registered or released: only its rejections are known.
    """

    kind: Kind
    id: str
    locality: str
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class JournalFile:
    """A journal file that can be read more than once."""

    path: Path
    progress: Progress | None = field(default=None, compare=False)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Every line with its number, from 1. Raises: OSError."""
        total = self.path.stat().st_size
        done = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield number, line
                done += len(line)
                if self.progress is not None and number % PROGRESS_LINES == 0:
                    self.progress(done, total)
        if self.progress is not None:
            self.progress(total, total)

    def find(self, subject: str, locality: str | None, kind: Kind | None) -> Subject:
        """What the id names. Raises: UnknownSubject, AmbiguousSubject, BrokenJournal, OSError."""
        needle = _quoted(subject)
        found: dict[tuple[Kind, str], Subject] = {}
        mentioned: dict[tuple[Kind, str], Subject] = {}
        for number, line in self.lines():
            if needle not in line:
                continue
            record = decode(line, number)
            if locality is not None and record.locality != locality:
                continue
            for each in _named(record, subject):
                found.setdefault((each.kind, each.locality), each)
            for each in _mentioned(record, subject):
                mentioned.setdefault((each.kind, each.locality), each)
        # A mention counts only where nothing else does: an event sent to the wrong locality is rejected there, too.
        candidates = tuple(each for each in (found or mentioned).values() if kind is None or each.kind is kind)
        if not candidates:
            raise UnknownSubject(subject, self._hints(subject, locality))
        if len(candidates) > 1:
            raise AmbiguousSubject(subject, candidates)
        return candidates[0]

    def records(
        self, locality: str, until: Instant | None, kinds: Iterable[type[f.Fact]], texts: Iterable[str]
    ) -> Iterator[Record]:
        """The locality's records up to a moment that hold a fact of these kinds or one of these texts (an id, a
        queue), and its last one, which says how far its time has come.

        A few others may be among them: the look at the bytes is generous. Raises: BrokenJournal, OSError.
        """
        place = _quoted(locality)
        # Plain searches, not one pattern: an alternation is tried at every quote of a line, ten times slower.
        needles = tuple([_quoted(kind.__name__) for kind in kinds] + [text.encode() for text in texts])
        skipped: tuple[int, bytes] | None = None
        for number, line in self.lines():
            if place not in line:
                continue
            for needle in needles:
                if needle in line:
                    break
            else:
                skipped = number, line
                continue
            record = decode(line, number)
            if record.locality != locality:
                continue
            if until is not None and record.time > until:
                break
            skipped = None
            yield record
        if skipped is not None:
            record = decode(skipped[1], skipped[0])
            if record.locality == locality and (until is None or record.time <= until):
                yield record

    def _hints(self, subject: str, locality: str | None) -> tuple[str, ...]:
        place = _quoted(locality) if locality is not None else b""
        known: set[bytes] = set()
        for _, line in self.lines():
            if place in line:
                known.update(_IDS.findall(line))
                if len(known) > HINT_CANDIDATES_MAX:
                    return ()
        return nearest(subject, (each.decode("ascii", "replace") for each in known))


def decode(line: bytes, number: int) -> Record:
    """The record of a line. Raises: BrokenJournal that names the line."""
    try:
        return decode_record(line)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as exc:
        raise BrokenJournal(f"line {number} is not a journal record: {exc}") from exc


def nearest(subject: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known ids that look most like the one asked for, best first."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(subject)

    def scored() -> Iterator[tuple[float, str]]:
        for each in known:
            matcher.set_seq1(each)
            # The cheap bounds first: a locality knows a hundred thousand ids.
            if matcher.real_quick_ratio() >= HINT_RATIO_MIN and matcher.quick_ratio() >= HINT_RATIO_MIN:
                ratio = matcher.ratio()
                if ratio >= HINT_RATIO_MIN:
                    yield ratio, each

    return tuple(each for _, each in nlargest(HINTS_MAX, scored(), key=lambda pair: (pair[0], pair[1])))


def _quoted(text: str) -> bytes:
    return b'"' + text.encode() + b'"'


def _named(record: Record, subject: str) -> Iterator[Subject]:
    for fact in record.facts:
        match fact:
            case f.ApplicationRegistered(application_id=name) if name == subject:
                yield Subject(Kind.APPLICATION, subject, record.locality, fact.queue)
            case f.PlaceReleased(place_id=name) if name == subject:
                yield Subject(Kind.PLACE, subject, record.locality, fact.queue)
            case f.OrganisationChanged(organisation_id=name) if name == subject:
                yield Subject(Kind.ORGANISATION, subject, record.locality)
            case _:
                pass
        if getattr(fact, "queue", None) == subject:
            yield Subject(Kind.QUEUE, subject, record.locality, subject)


def _mentioned(record: Record, subject: str) -> Iterator[Subject]:
    """What only rejections and kept recalls name: it never entered the register, but its events have a history."""
    for fact in record.facts:
        if isinstance(fact, f.Rejected | f.RecallKept):
            if getattr(fact, "application_id", None) == subject:
                yield Subject(Kind.APPLICATION, subject, record.locality)
            if fact.place_id == subject:
                yield Subject(Kind.PLACE, subject, record.locality)
            if fact.organisation_id == subject:
                yield Subject(Kind.ORGANISATION, subject, record.locality)
