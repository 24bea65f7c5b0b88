"""A place's match run (rules, R8.3): its terms, its way to the parents, who was eligible in which order at each
opening and at each choice, who had access, who got it. Never decides."""

from collections.abc import Iterable

from consumers.history.eligibility import Terms, order_for, terms_of
from consumers.history.fold import ACCESS_FACTS, ELSEWHERE, ORDER_FACTS, QueueFold
from consumers.history.journal_file import JournalFile, Subject
from consumers.history.phrases import NONE, fact_phrase, rejection_phrase, terms_phrase
from consumers.history.report import Argument, Clause, Deadline, Entry, Phrase, Records, Report
from consumers.history.tokens import mentions
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.journal import Record
from schemas.words import EndCause, Ownership, Stage, Timer

PLACE_FACTS: tuple[type[f.Fact], ...] = (*ORDER_FACTS, *ACCESS_FACTS, f.OrganisationChanged, f.Duplicate)
# Orders looked at for one place at most: each look goes through the whole queue.
LOOKS_MAX = 200
_OF_ORGANISATION = (f.OrganisationChanged, f.OrganisationClosed)


def place_history(journal: JournalFile, subject: Subject, until: Instant | None, limit: int) -> Report:
    """The match run of a place up to a moment (None: to the end). `limit`: applications of one order at most.

    Raises: BrokenJournal, OSError.
    """
    run = _MatchRun(subject, limit)
    texts = (subject.queue or subject.id, subject.id, *ELSEWHERE)
    run.read(journal.records(subject.locality, until, PLACE_FACTS, texts))
    return run.report(until)


class _MatchRun:
    def __init__(self, subject: Subject, limit: int) -> None:
        self._subject = subject
        self._limit = limit
        self._fold = QueueFold(subject.queue or "")
        self._stage = PlaceStage()
        self._ownerships: dict[str, Ownership] = {}
        self._names: dict[str, str] = {}
        self._released: f.PlaceReleased | None = None
        self._entries: list[Entry] = []
        self._looks = 0
        self._opening: tuple[Instant, Entry] | None = None
        self._own_sequences: set[int] = set()
        self._now = Instant(0)

    def read(self, records: Iterable[Record]) -> None:
        for record in records:
            if self._opening is not None and not _is_opening(record, self._subject.queue, self._opening[0]):
                self._look_at_opening()
            self._now = record.time
            try:
                self._fold.follow(record.pack)
                self._record(record)
            except (BrokenJournal, ValueError, KeyError) as exc:
                raise BrokenJournal(f"record {record.sequence} of {record.locality}: {exc}") from exc
        if self._opening is not None:
            self._look_at_opening()

    def _record(self, record: Record) -> None:
        name = self._subject.id
        own: list[Phrase] = []
        used: set[str] = set()
        order = None
        granted = False
        for fact in record.facts:
            if type(fact) is f.ReferralIssued and fact.place_id == name:
                terms = self._terms()
                if self._may_look() and terms is not None:
                    order = order_for(self._fold, terms, self._limit, fact.application_id, frozenset(used))
            elif type(fact) is f.AccessUsed:
                used.add(fact.application_id)
            elif type(fact) is f.AccessGranted:
                granted |= fact.queue == self._subject.queue
            elif type(fact) is f.OrganisationChanged:
                self._ownerships[fact.organisation_id] = fact.ownership
                self._names[fact.organisation_id] = fact.name
            self._fold.apply(fact)
            own += self._phrases(record, fact)
        if own:
            self._own_sequences.add(record.sequence)
            self._add(record, own).order = order
        self._await_look(record, granted)

    def _phrases(self, record: Record, fact: f.Fact) -> list[Phrase]:
        name = self._subject.id
        if type(fact) is f.Rejected:
            return [rejection_phrase(record, fact, name)] if mentions(fact, name) else []
        if type(fact) is f.Duplicate:
            return [fact_phrase(fact)] if fact.sequence in self._own_sequences else []
        if type(fact) is f.BulletinIssued:
            listed = any(entry.place_id == name for entry in fact.entries)
            recalled = any(entry.place_id == name for entry in fact.recalled)
            if listed:
                self._stage.stage = Stage.LISTED if self._stage.stage is Stage.RELEASED else self._stage.stage
            return [fact_phrase(fact)] * (listed or recalled)
        if isinstance(fact, _OF_ORGANISATION):
            released = self._released
            return [fact_phrase(fact)] * (released is not None and fact.organisation_id == released.organisation_id)
        if getattr(fact, "place_id", None) != name:
            return []
        self._stage.apply(fact)
        if type(fact) is f.PlaceReleased:
            self._released = fact
        return [fact_phrase(fact, self._fold.pack)]

    def _terms(self) -> Terms | None:
        released = self._released
        return terms_of(released, self._ownerships.get(released.organisation_id)) if released is not None else None

    def _await_look(self, record: Record, granted: bool) -> None:
        """An opening may come in several records: its order is looked at when the last of them is folded.

        Where access is granted at once (R5.7), a record of any cause that grants some is looked at by itself.
        """
        stage = self._stage
        moved, stage.moved = stage.moved, False
        due = record.cause.due
        opening = record.cause.timer is Timer.OPENING and due is not None
        granted = granted and (opening or self._fold.immediate)
        if not moved and not (granted and stage.stage is Stage.PRIORITY):
            return
        if self._opening is None and self._may_look():
            message = "opening-granted" if opening else "access-granted"
            entry = self._entries[-1] if moved else self._add(record, [Phrase(message)])
            self._opening = (due if opening and due is not None else Instant(-1), entry)

    def _look_at_opening(self) -> None:
        assert self._opening is not None
        terms = self._terms()
        if terms is not None:
            self._opening[1].order = order_for(self._fold, terms, self._limit)
        self._opening = None

    def _may_look(self) -> bool:
        self._looks += 1
        return self._looks <= LOOKS_MAX

    def _add(self, record: Record, phrases: list[Phrase]) -> Entry:
        clauses = []
        for phrase in phrases:
            clauses.append(Clause(phrase, Records(self._limit)))
            clauses[-1].records.add(record.sequence)
        self._entries.append(Entry(record.time, record.time, clauses, True))
        return self._entries[-1]

    def report(self, until: Instant | None) -> Report:
        subject, released = self._subject, self._released
        now = until if until is not None else self._now
        report = Report("place", subject.id, subject.locality, subject.queue, now, entries=self._entries)
        title: dict[str, Argument] = {"id": subject.id, "queue": subject.queue or NONE, "locality": subject.locality}
        report.head.append(Phrase("title-place", title))
        if released is not None:
            organisation = released.organisation_id
            names: dict[str, Argument] = {"organisation": organisation, "name": self._names.get(organisation, "")}
            report.head += [Phrase("place-organisation", names), terms_phrase(released)]
            report.closing.append(self._stage.phrase(now))
            report.by = self._stage.until
        if self._looks > LOOKS_MAX:
            report.closing.append(Phrase("looks-left-out", {"count": self._looks - LOOKS_MAX}))
        return report


class PlaceStage:
    """The stage of a place, from its facts (R2.2). `moved`: it was prioritised or opened since the last look."""

    def __init__(self) -> None:
        """Not released yet."""
        self.stage = Stage.RELEASED
        self.until: Instant | None = None
        self.application_id = ""
        self.reason = Phrase("")
        self.moved = False

    def apply(self, fact: f.Fact) -> None:
        """Fold one fact about the place."""
        match fact:
            case f.PlaceReleased() | f.PlaceReturned():
                self.stage, self.until = Stage.RELEASED, None
            case f.PlacePrioritised():
                self.stage, self.until, self.moved = Stage.PRIORITY, fact.until, True
            case f.PlaceOpened():
                self.stage, self.until, self.moved = Stage.OPEN, None, True
            case f.PlaceRecalled():
                self.stage, self.until, self.reason = Stage.RECALLED, None, Phrase(f"recall-{fact.reason}")
            case f.PlaceEnded():
                self.stage, self.until = Stage.ENDED, None
            case f.PlaceFilled():
                self.stage, self.until = Stage.FILLED, None
            case f.ReferralIssued():
                self.stage, self.until = Stage.REFERRED, fact.documents_until or fact.vacate_until
                self.application_id = fact.application_id
            case f.ReferralActivated() | f.ReferralExtended():
                self.until = fact.until or self.until
            case f.ReferralEnded() if fact.cause is not EndCause.ENROLLED and self.stage is Stage.REFERRED:
                self.until = None
            case _:
                pass

    def phrase(self, now: Instant) -> Phrase:
        """Where the place stands at a moment."""
        arguments: dict[str, Argument] = {}
        if self.stage is Stage.PRIORITY and self.until is not None and self.until <= now:
            return Phrase("stage-PRIORITY-over", {"until": Deadline(self.until)})
        if self.stage is Stage.PRIORITY or self.stage is Stage.REFERRED:
            arguments["until"] = Deadline(self.until) if self.until is not None else "none"
        if self.stage is Stage.REFERRED or self.stage is Stage.FILLED:
            arguments["application"] = self.application_id
        if self.stage is Stage.RECALLED:
            arguments["reason"] = self.reason
        return Phrase(f"stage-{self.stage}", arguments)


def _is_opening(record: Record, queue: str | None, due: Instant) -> bool:
    cause = record.cause
    return cause.timer is Timer.OPENING and cause.due == due and cause.subject == queue
