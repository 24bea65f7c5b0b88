"""The fold of facts about organisations, places and bulletins. Applies what was decided; never decides."""

from msgspec.structs import replace

from schemas import facts as f
from schemas.words import Admission, Stage, Timer
from schemas.zones import date_to_day
from streams.rules.model import Arrival, KeptRecall, LocalAct, Organisation, Place, PlaceTerms
from streams.rules.pack import Mode
from streams.rules.queue import OFFERED
from streams.rules.state import EVENT_RANK, State


def organisation_changed(state: State, fact: f.OrganisationChanged) -> None:
    """Register or update; a change of ownership changes who is eligible for its places."""
    known = state.organisations.get(fact.organisation_id)
    if known is None:
        state.organisations[fact.organisation_id] = Organisation(
            id=fact.organisation_id,
            name=fact.name,
            ownership=fact.ownership,
            kind=fact.kind,
            profiles=fact.profiles,
            places={},
        )
        return
    changed = known.ownership is not fact.ownership
    known.name, known.ownership, known.profiles = fact.name, fact.ownership, fact.profiles
    if changed:
        for place_id in known.places:
            place = state.places[place_id]
            queue = state.queue(place.terms.queue)
            queue.reclassify_places([(place, state.place_class(place))])
            state.touch(queue)


def organisation_closed(state: State, fact: f.OrganisationClosed) -> None:
    """Closed for good."""
    state.organisations[fact.organisation_id].closed = True


def local_act_adopted(state: State, fact: f.LocalActAdopted) -> None:
    """In force from its date, for today only where both the old and the new moment are still to come (R5.9)."""
    today = state.zone.day_of(state.now)
    wanted = date_to_day(fact.in_force_from)
    bulletin, opening = _minutes(fact.bulletin_at), _minutes(fact.opening_at)

    def first_day(minutes: int | None, old: int) -> int:
        if wanted > today or minutes is None:
            return max(wanted, today)
        movable = old > state.now and state.zone.at(today, minutes) > state.now
        return today if movable else today + 1

    act = LocalAct(
        bulletin_from=first_day(bulletin, state.bulletin_at(today)),
        opening_from=first_day(opening, state.opening_at(today)),
        second_check_from=wanted,
        bulletin_at_minutes=bulletin,
        opening_at_minutes=opening,
        second_check=fact.second_check,
    )
    state.acts.append(act)
    # Every timer up to now has fired. The last record may be older: an opening with nothing to do leaves none.
    state.cursor = (state.now, EVENT_RANK, "")
    # Today's openings may have passed without leaving a record, so the next is looked for from this moment on.
    state.agenda.add(state.opening_after(state.now), Timer.OPENING, "")
    state.agenda.add(state.next_bulletin(), Timer.BULLETIN, state.locality)


def _minutes(text: str | None) -> int | None:
    return None if text is None else int(text[:2]) * 60 + int(text[3:])


def place_released(state: State, fact: f.PlaceReleased) -> None:
    """A place is there."""
    place = Place(
        id=fact.place_id,
        terms=PlaceTerms(
            organisation_id=fact.organisation_id,
            queue=fact.queue,
            birth_year=fact.birth_year,
            age_from=fact.age_from,
            age_to=fact.age_to,
            language=fact.language,
            group_type=fact.group_type,
            regime=fact.regime,
            admission=fact.admission,
            admission_from=fact.admission_from,
            admission_until=fact.admission_until,
            attendance=fact.attendance,
        ),
        sequence=state.sequence,
        released_at=state.now,
        arrival=0,
    )
    state.places[place.id] = place
    state.organisations[fact.organisation_id].places[place.id] = None
    kept = state.kept_recalls.pop((place.id, fact.organisation_id), None)
    if kept is not None:
        place.recall_sequence = kept.sequence
    _arrive(state, place)
    if fact.admission is Admission.TEMPORARY and fact.admission_until is not None:
        state.agenda.add(state.zone.at(date_to_day(fact.admission_until) + 1), Timer.TEMPORARY_END, place.id)


def _arrive(state: State, place: Place) -> None:
    state.arrival_count += 1
    place.arrival = state.arrival_count
    place.released_at = state.now
    place.until = None
    place.application_id = None
    state.arrivals.append(Arrival(place.id, state.now))
    _move(state, place, Stage.RELEASED)


def _move(state: State, place: Place, stage: Stage) -> None:
    queue = state.queue(place.terms.queue)
    place_class = None
    if stage in OFFERED:
        # Its class stays what it was while a place is on offer.
        place_class = queue.classes.get(place.id) or state.place_class(place)
    queue.move(place, stage, place_class)
    state.touch(queue)


def place_returned(state: State, fact: f.PlaceReturned) -> None:
    """Released again (R2.5)."""
    _arrive(state, state.places[fact.place_id])


def place_recalled(state: State, fact: f.PlaceRecalled) -> None:
    """Off offer for good."""
    place = state.places[fact.place_id]
    _move(state, place, Stage.RECALLED)
    place.until = None
    place.recall_reason = fact.reason
    if state.event_type == "PlaceRecalled":
        place.recall_sequence = state.sequence
    state.arrivals.append(Arrival(place.id, state.now, fact.reason))


def recall_kept(state: State, fact: f.RecallKept) -> None:
    """A recall waits for its release."""
    kept = KeptRecall(fact.reason, fact.until, state.sequence)
    state.kept_recalls[fact.place_id, fact.organisation_id] = kept
    state.agenda.add(fact.until, Timer.RECALL, fact.place_id)


def recall_expired(state: State, fact: f.RecallExpired) -> None:
    """Forgotten: no release came, or one of a place that it can't withdraw."""
    state.kept_recalls.pop((fact.place_id, fact.organisation_id), None)
    if fact.place_id in state.places:
        state.places[fact.place_id].recall_sequence = None


def place_ended(state: State, fact: f.PlaceEnded) -> None:
    """A temporary place is over."""
    _move(state, state.places[fact.place_id], Stage.ENDED)


def place_vacated(state: State, fact: f.PlaceVacated) -> None:
    """An early place is a regular one from now on (R2.1)."""
    _vacate(state.places[fact.place_id])


def _vacate(place: Place) -> None:
    if place.terms.admission is Admission.EARLY:
        place.vacated = True
        place.terms = replace(place.terms, admission=Admission.REGULAR)


def place_filled(state: State, fact: f.PlaceFilled) -> None:
    """A child is enrolled; that implies that the place was vacated (R2.1)."""
    place = state.places[fact.place_id]
    _vacate(place)
    _move(state, place, Stage.FILLED)


def bulletin_issued(state: State, fact: f.BulletinIssued) -> None:
    """The released places of scheduled and automatic queues are listed (R5.1)."""
    for arrival in state.arrivals:
        place = state.places[arrival.place_id]
        if place.stage is Stage.RELEASED and state.queue(place.terms.queue).mode is not Mode.IMMEDIATE_ACCESS:
            _move(state, place, Stage.LISTED)
    state.arrivals = []
    state.bulletin_number = fact.number
    state.bulletin_day = date_to_day(fact.date)
    state.bulletin_hash = fact.bulletin_hash
    state.agenda.add(state.next_bulletin(), Timer.BULLETIN, state.locality)


def place_prioritised(state: State, fact: f.PlacePrioritised) -> None:
    """May be chosen by the holders of access until the window ends."""
    place = state.places[fact.place_id]
    _move(state, place, Stage.PRIORITY)
    place.until = fact.until
    if state.queue(place.terms.queue).mode is Mode.IMMEDIATE_ACCESS:
        state.agenda.add(fact.until, Timer.WINDOW, place.id)


def place_opened(state: State, fact: f.PlaceOpened) -> None:
    """May be chosen by the first of the queue."""
    place = state.places[fact.place_id]
    _move(state, place, Stage.OPEN)
    place.until = None


def place_referred(state: State, place: Place, application_id: str) -> None:
    """Reserved for one application."""
    _move(state, place, Stage.REFERRED)
    place.until = None
    place.application_id = application_id
