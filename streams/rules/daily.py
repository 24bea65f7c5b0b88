"""The daily cycle: the bulletin and the openings (R5.1, R5.2). Owns their order and the size of their records."""

from schemas import facts as f
from schemas.instants import Instant
from schemas.journal import JournalCodec
from schemas.words import Stage
from schemas.zones import day_to_date
from streams.rules.model import Place
from streams.rules.queue import Queue
from streams.rules.step import Step

# Facts in one record of an opening: at most 70 KB in a whole season of Astana, well under a broker's default limit
# of 1 MB for a message.
OPENING_FACTS_MAX = 500


def bulletin(step: Step, codec: JournalCodec) -> None:
    """R5.1: what was released and recalled since the last one, as it holds at this moment."""
    state = step.state
    entries = tuple(
        _entry(state.places[arrival.place_id], arrival.at) for arrival in state.arrivals if arrival.reason is None
    )
    recalled = tuple(
        f.RecalledEntry(arrival.place_id, arrival.reason, arrival.at)
        for arrival in state.arrivals
        if arrival.reason is not None
    )
    number, date, previous = state.bulletin_number + 1, day_to_date(step.day), state.bulletin_hash
    sealed = codec.bulletin_hash(state.locality, number, date, entries, recalled, previous)
    step.emit(f.BulletinIssued(number, date, entries, recalled, previous, sealed))


def _entry(place: Place, at: Instant) -> f.BulletinEntry:
    terms = place.terms
    return f.BulletinEntry(
        place.id,
        terms.organisation_id,
        terms.queue,
        at,
        terms.birth_year,
        terms.age_from,
        terms.age_to,
        terms.language,
        terms.group_type,
        terms.regime,
        terms.admission,
        terms.admission_from,
        terms.admission_until,
        terms.attendance,
    )


def opening(step: Step, queue: Queue) -> bool:
    """R5.2, for one queue. True when the record is full and more is to do: the same timer fires again."""
    most = OPENING_FACTS_MAX
    return prioritise(step, queue, Stage.LISTED, most) or open_ended(step, queue, most) or grant(step, queue, most)


def prioritise(step: Step, queue: Queue, stage: Stage, most: int) -> bool:
    """R5.2.1. True when the record holds `most` facts and places of the stage are left."""
    until = step.state.calendar.working_deadline(step.day, step.state.pack.window_days)
    for place in queue.oldest_first((stage,)):
        if len(step.facts) >= most:
            return True
        step.emit(f.PlacePrioritised(place.id, until))
    return False


def open_ended(step: Step, queue: Queue, most: int) -> bool:
    """R5.2.2: oldest release first, but for those that live access still needs."""
    windows = queue.oldest_first((Stage.PRIORITY,))
    ended = [place for place in windows if place.until is not None and place.until <= step.now]
    needed: set[object] = set()
    for place in ended:
        if len(step.facts) >= most:
            return True
        kind = queue.classes[place.id]
        if kind in needed:
            continue
        if queue.matching.can_spare(kind):
            step.emit(f.PlaceOpened(place.id))
        else:
            needed.add(kind)
    return False


def grant(step: Step, queue: Queue, most: int) -> bool:
    """R5.2.3: in the order of the queue, as long as every holder can be given a different place."""
    left = queue.grantable()
    if not left:
        return False
    state = step.state
    until = state.calendar.working_deadline(step.day, state.pack.access_days)
    places = len(queue.places[Stage.PRIORITY])
    matching = queue.matching
    for application_id in queue.order:
        application = state.applications[application_id]
        if application.access_until is not None:
            continue
        demand = matching.demand_of(application.kind)
        if demand not in left:
            continue
        if not matching.fits_one_more(demand):
            # Once nothing is left for a demand, later grants leave nothing either. All such demands go at once: who
            # shares a rare one might stand at the very end of the queue.
            left = {each: count for each, count in left.items() if matching.fits_one_more(each)}
        else:
            if len(step.facts) >= most:
                return True
            step.emit(f.AccessGranted(application_id, queue.id, until, places))
            left[demand] -= 1
            if not left[demand]:
                del left[demand]
        if not left:
            return False
    raise AssertionError("fewer applications wait without access than were counted")
