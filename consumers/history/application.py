"""The history of one application: every number it had, what changed it, and the record that proves it (R8.3).

Never decides: the order is refolded from facts, and stops where the journal states another number.
"""

from collections.abc import Iterable

from consumers.history.fold import ORDER_FACTS, Move, QueueFold, groups_of
from consumers.history.journal_file import JournalFile, Subject
from consumers.history.phrases import NONE, fact_phrase, rejection_phrase
from consumers.history.report import Argument, Clause, Entry, Phrase, Records, Report
from consumers.history.standing import Openings, OwnState, Status
from consumers.history.tokens import mentions
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.journal import Record
from schemas.zones import day_to_date, zone_of

APPLICATION_FACTS: tuple[type[f.Fact], ...] = (*ORDER_FACTS, f.LocalActAdopted, f.Duplicate)


def application_history(journal: JournalFile, subject: Subject, until: Instant | None, limit: int) -> Report:
    """The history of an application up to a moment (None: to the end). `limit`: records named for one cause at most.

    Raises: BrokenJournal where the journal's numbers contradict its facts, OSError.
    """
    history = _History(subject, limit)
    history.read(journal.records(subject.locality, until, APPLICATION_FACTS, (subject.queue or subject.id, subject.id)))
    return history.report(until)


class _History:
    def __init__(self, subject: Subject, limit: int) -> None:
        self._subject = subject
        self._limit = limit
        self._zone = zone_of(subject.locality)
        self._fold = QueueFold(subject.queue or "")
        self._state = OwnState(self._fold.is_temporary)
        self._openings = Openings(self._zone)
        self._entries: list[Entry] = []
        self._day: _DayOfChanges | None = None
        self._own_sequences: set[int] = set()
        self._now = Instant(0)
        self._number: int | None = None

    def read(self, records: Iterable[Record]) -> None:
        for record in records:
            self._now = record.time
            try:
                self._fold.follow(record.pack)
                self._record(record)
            except (BrokenJournal, ValueError, KeyError) as exc:
                raise BrokenJournal(f"record {record.sequence} of {record.locality}: {exc}") from exc
        self._flush()

    def _record(self, record: Record) -> None:
        name, fold = self._subject.id, self._fold
        before = number = self._number
        own: list[Phrase] = []
        moved: dict[tuple[Move, str], list[int]] = {}  # cause: what it did to the number, how many did it
        for fact in record.facts:
            change = fold.apply(fact)
            if type(fact) is f.Rejected:
                if mentions(fact, name):
                    own.append(rejection_phrase(record, fact, name))
                continue
            if getattr(fact, "application_id", None) == name:
                self._state.apply(fact, day_to_date(self._zone.day_of(record.time)))
                own += _own_phrases(fact)
                number = fold.number(name)
                continue
            if type(fact) is f.LocalActAdopted:
                self._openings.adopt(fact, record.time)
            elif type(fact) is f.Duplicate and fact.sequence in self._own_sequences:
                own.append(fact_phrase(fact))
            if change is not None and number is not None:
                now = fold.number(name)
                assert now is not None
                if now != number:
                    cause = moved.setdefault((change.move, change.detail), [0, 0])
                    cause[0] += now - number
                    cause[1] += 1
                    number = now
        self._number = number
        if own:
            self._own_sequences.add(record.sequence)
            self._own_entry(record, own, moved, before, number)
        elif moved:
            self._others_entry(record, moved, before, number)

    def _own_entry(
        self,
        record: Record,
        own: list[Phrase],
        moved: dict[tuple[Move, str], list[int]],
        before: int | None,
        after: int | None,
    ) -> None:
        self._flush()
        clauses = []
        for phrase in own:
            clauses.append(Clause(phrase, Records(self._limit)))
            clauses[-1].records.add(record.sequence)
        day = _DayOfChanges(0, self._limit)
        day.add(record, moved, before, after)
        clauses += day.clauses()
        self._entries.append(Entry(record.time, record.time, clauses, True, before, after))

    def _others_entry(
        self, record: Record, moved: dict[tuple[Move, str], list[int]], before: int | None, after: int | None
    ) -> None:
        day = self._zone.day_of(record.time)
        if self._day is not None and self._day.day != day:
            self._flush()
        if self._day is None:
            self._day = _DayOfChanges(day, self._limit)
        self._day.add(record, moved, before, after)

    def _flush(self) -> None:
        if self._day is not None:
            self._entries.append(self._day.entry())
            self._day = None

    def report(self, until: Instant | None) -> Report:
        subject, state = self._subject, self._state
        now = until if until is not None else self._now
        report = Report("application", subject.id, subject.locality, subject.queue, now, entries=self._entries)
        report.head.append(_title(subject))
        if state.status is None:  # not registered yet, or never
            return report
        numbers = self._numbers() if state.status is Status.QUEUED else {}
        pack = self._fold.pack
        outlook = state.outlook(numbers, subject.queue, pack, self._openings.next_after(now, pack))
        report.closing, report.by = outlook.phrases, outlook.deadline
        return report

    def _numbers(self) -> dict[str, Argument]:
        member = self._fold.members[self._subject.id]
        number = self._fold.order.number(member)
        if number is None:
            raise BrokenJournal(f"{self._subject.id} waits by its own facts, but stands in no order")
        sizes = groups_of(self._fold.order)
        return {
            "number": number,
            "group": Phrase(f"group-{member.group}"),
            "in-group": self._fold.order.rank(member),
            "group-size": sizes[member.group],
            "size": len(self._fold.order),
        }


class _DayOfChanges:
    """What others did to the number on one day: one clause for each cause."""

    def __init__(self, day: int, limit: int) -> None:
        self.day = day
        self._limit = limit
        self._clauses: dict[tuple[Move, str], Clause] = {}
        self._first = self._last = Instant(0)
        self._before: int | None = None
        self._after: int | None = None

    def add(
        self, record: Record, moved: dict[tuple[Move, str], list[int]], before: int | None, after: int | None
    ) -> None:
        if not self._clauses:
            self._first, self._before = record.time, before
        self._last, self._after = record.time, after
        for (move, detail), (delta, count) in moved.items():
            clause = self._clauses.get((move, detail))
            if clause is None:
                clause = Clause(Phrase(""), Records(self._limit), count=0)
                self._clauses[move, detail] = clause
            clause.delta += delta
            clause.count += count
            clause.records.add(record.sequence)

    def clauses(self) -> list[Clause]:
        for (move, detail), clause in self._clauses.items():
            clause.phrase = change_phrase(move, detail, clause.count)
        return list(self._clauses.values())

    def entry(self) -> Entry:
        return Entry(self._first, self._last, self.clauses(), False, self._before, self._after)


def change_phrase(move: Move, detail: str, count: int) -> Phrase:
    """What others did, in a phrase that counts them."""
    arguments: dict[str, Argument] = {"count": count}
    match move:
        case Move.QUEUED | Move.SERVED:
            return Phrase(f"change-{move}-{detail}", arguments)
        case Move.REGROUPED:
            arguments["group"] = Phrase(f"group-{detail}")
        case Move.ARCHIVED:
            arguments["reason"] = Phrase(f"archive-{detail}")
        case _:
            pass
    return Phrase(f"change-{move}", arguments)


def _own_phrases(fact: f.Fact) -> list[Phrase]:
    phrases = [fact_phrase(fact)]
    if isinstance(fact, f.ApplicationRegistered):
        if fact.channel == "MIGRATION":
            phrases.append(Phrase("note-migration"))
        if fact.private_only:
            phrases.append(Phrase("note-private-only"))
    return phrases


def _title(subject: Subject) -> Phrase:
    return Phrase(
        "title-application",
        {"id": subject.id, "queue": subject.queue or NONE, "locality": subject.locality},
    )
