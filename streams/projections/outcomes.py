"""What became of each input event, for whoever published it (R8.2). Needs no memory: a record says it all.

Never an outcome for a timer, and always exactly one for an event. What could not even be read is a dead letter of the
worker, not of the journal.
"""

from schemas import events
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.journal import Record
from schemas.outputs import Outcome, OutcomeResult

# Events about one application, sent for its applicant or its provider: they are told the number that came out of it.
# Not those of organisations, whom the order of an applicant doesn't concern.
NUMBERED_EVENTS = frozenset(
    kind.__name__
    for kind in (
        events.DocumentsConfirmed,
        events.BenefitsChanged,
        events.ReferralDocumentsConfirmed,
        events.ReferralCancelled,
        events.ApplicationRestored,
    )
)


def outcome_of(record: Record) -> Outcome | None:
    """The outcome of the event behind a record; none for a timer. Raises: BrokenJournal when the cause is half."""
    cause = record.cause
    if cause.topic is None:
        return None
    if cause.source is None or cause.event_id is None or cause.type is None:
        raise BrokenJournal(f"record {record.sequence} of {record.locality}: its cause doesn't name an event")
    result, reason, detail, first_sequence, number = OutcomeResult.ACCEPTED, None, None, None, None
    first = record.facts[0] if record.facts else None
    # What is rejected or repeated has no other effect, so its fact stands alone.
    if type(first) is f.Rejected:
        result, reason, detail = OutcomeResult.REJECTED, first.reason, first.detail
    elif type(first) is f.Duplicate:
        result, first_sequence = OutcomeResult.DUPLICATE, first.sequence
    elif cause.type in NUMBERED_EVENTS:
        number = _number_of(record)
    return Outcome(
        source=cause.source,
        event_id=cause.event_id,
        topic=cause.topic,
        type=cause.type,
        locality=record.locality,
        sequence=record.sequence,
        time=record.time,
        result=result,
        reason=reason,
        detail=detail,
        first_sequence=first_sequence,
        number=number,
    )


def _number_of(record: Record) -> int | None:
    """The last number that the record gave the event's application: the first one that it queues, moves or returns."""
    subject, number = None, None
    for fact in record.facts:
        if isinstance(fact, (f.ApplicationQueued, f.ApplicationRegrouped, f.ApplicationReturned)):
            subject = subject or fact.application_id
            if fact.application_id == subject and fact.number is not None:
                number = fact.number
    return number
