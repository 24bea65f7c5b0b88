"""What a queue's or an organisation's id answers: who waits, whose turn it is, which places there are.

Never decides.
"""

from collections import Counter

from consumers.history.fold import ACCESS_FACTS, ORDER_FACTS, QueueFold, groups_of
from consumers.history.journal_file import JournalFile, Subject
from consumers.history.phrases import fact_phrase, rejection_phrase
from consumers.history.place import PlaceStage
from consumers.history.report import Clause, Entry, OrderView, Phrase, Records, Report, Standing
from consumers.history.tokens import mentions
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.words import Group, Stage

PLACE_STAGE_FACTS = (
    f.PlaceReleased,
    f.PlaceReturned,
    f.PlaceRecalled,
    f.PlaceEnded,
    f.PlaceFilled,
    f.PlacePrioritised,
    f.PlaceOpened,
    f.ReferralIssued,
    f.BulletinIssued,
)


class _Places:
    """The stages of the places of one queue or one organisation."""

    def __init__(self, queue: str | None, organisation_id: str | None) -> None:
        self._queue = queue
        self._organisation_id = organisation_id
        self._stages: dict[str, PlaceStage] = {}

    def apply(self, fact: f.Fact) -> None:
        if isinstance(fact, f.PlaceReleased) and (
            fact.queue == self._queue or fact.organisation_id == self._organisation_id
        ):
            self._stages.setdefault(fact.place_id, PlaceStage())
        if isinstance(fact, f.BulletinIssued):
            for entry in fact.entries:
                place = self._stages.get(entry.place_id)
                if place is not None and place.stage is Stage.RELEASED:
                    place.stage = Stage.LISTED
            return
        place = self._stages.get(getattr(fact, "place_id", None) or "")
        if place is not None:
            place.apply(fact)

    def phrases(self) -> list[Phrase]:
        counts = Counter(each.stage for each in self._stages.values())
        return [
            Phrase("count-places", {"stage": Phrase(f"stage-name-{stage}"), "count": counts[stage]})
            for stage in Stage
            if counts[stage]
        ]


def queue_summary(journal: JournalFile, subject: Subject, until: Instant | None, limit: int) -> Report:
    """The order of a queue at a moment, its accesses and its places. `limit`: applications listed at most.

    Raises: BrokenJournal, OSError.
    """
    fold = QueueFold(subject.id)
    places = _Places(subject.id, None)
    now = until
    for record in journal.records(
        subject.locality, until, (*ORDER_FACTS, *ACCESS_FACTS, *PLACE_STAGE_FACTS), (subject.id,)
    ):
        now = until if until is not None else record.time
        try:
            fold.follow(record.pack)
            for fact in record.facts:
                fold.apply(fact)
                places.apply(fact)
        except (BrokenJournal, ValueError, KeyError) as exc:
            raise BrokenJournal(f"record {record.sequence} of {record.locality}: {exc}") from exc
    report = Report("queue", subject.id, subject.locality, subject.id, now or Instant(0))
    report.head.append(Phrase("title-queue", {"id": subject.id, "locality": subject.locality}))
    sizes = groups_of(fold.order)
    report.closing.append(Phrase("count-waiting", {"count": len(fold.order)}))
    for group in Group:
        report.closing.append(
            Phrase("count-group", {"group": Phrase(f"group-{group}"), "count": sizes[group]}),
        )
    report.closing.append(Phrase("count-access", {"count": len(fold.holders)}))
    report.closing += places.phrases()
    rows = []
    for number, member in fold.order.numbered():
        if number > limit:
            break
        access = member.access_until is not None
        rows.append(Standing(number, member.application_id, member.group, access, False))
    report.order = OrderView(len(fold.order), len(fold.holders), len(fold.order), tuple(rows))
    return report


def organisation_history(journal: JournalFile, subject: Subject, until: Instant | None, limit: int) -> Report:
    """What became of an organisation, and of its places. `limit`: records named for one line at most.

    Raises: BrokenJournal, OSError.
    """
    places = _Places(None, subject.id)
    now = until
    entries: list[Entry] = []
    own = (f.OrganisationChanged, f.OrganisationClosed)
    for record in journal.records(subject.locality, until, PLACE_STAGE_FACTS, (subject.id,)):
        now = until if until is not None else record.time
        for fact in record.facts:
            places.apply(fact)
            phrase = None
            if isinstance(fact, own) and fact.organisation_id == subject.id:
                phrase = fact_phrase(fact)
            elif isinstance(fact, f.Rejected) and mentions(fact, subject.id):
                phrase = rejection_phrase(record, fact, subject.id)
            if phrase is not None:
                clause = Clause(phrase, Records(limit))
                clause.records.add(record.sequence)
                entries.append(Entry(record.time, record.time, [clause], True))
    report = Report("organisation", subject.id, subject.locality, None, now or Instant(0), entries=entries)
    report.head.append(Phrase("title-organisation", {"id": subject.id, "locality": subject.locality}))
    report.closing += places.phrases()
    return report
