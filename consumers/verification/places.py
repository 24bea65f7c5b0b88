"""Checks what happens to organisations and places: R1.1, R2.1 to R2.5. Never looks at who is served."""

import re
from typing import Any

from consumers.verification.book import Account, Step
from consumers.verification.findings import Broken
from consumers.verification.shapes import (
    LocalActAdopted,
    OrganisationChanged,
    OrganisationClosed,
    PlaceEnded,
    PlaceFilled,
    PlaceRecalled,
    PlaceReleased,
    PlaceReturned,
    PlaceVacated,
    RecallExpired,
    RecallKept,
)
from consumers.verification.state import KeptRecall, Organisation, Place, add_window, kind_of, remove_window
from schemas.words import Admission, EndCause, OrganisationKind, QueueKind, RecallReason, Stage, Timer
from schemas.zones import date_to_day

ON_OFFER = (Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN)
RETURN_CAUSES = {
    EndCause.CANCELLED,
    EndCause.LAPSED,
    EndCause.REFUSED,
    EndCause.BENEFIT_NOT_CONFIRMED,
    EndCause.DOCUMENTS_REFUSED,
    EndCause.WITHDRAWN,
    EndCause.SUSPENDED,
    EndCause.SERVED_REGULAR,
    EndCause.NOT_VACATED,
}


def organisation_changed(account: Account, fact: OrganisationChanged, step: Step) -> None:
    """R1.1: kind never changes, a closed one stays closed. An update of the owner changes who is eligible."""
    known = account.organisations.get(fact.organisation_id)
    if known is None:
        account.organisations[fact.organisation_id] = Organisation(fact.ownership, fact.kind, fact.profiles)
        return
    if known.closed:
        raise Broken("R2.3", "organisation {id} is closed", id=fact.organisation_id)
    if known.kind != fact.kind:
        raise Broken("R1.1", "the kind of organisation {id} changed", id=fact.organisation_id)
    if bool(known.profiles) != bool(fact.profiles) or not set(known.profiles) <= set(fact.profiles):
        raise Broken("R1.1", "the profiles of organisation {id} went or came from none", id=fact.organisation_id)
    known.profiles = fact.profiles
    if known.ownership is not fact.ownership:
        known.ownership = fact.ownership
        _offer_anew(account, fact.organisation_id, known)


def _offer_anew(account: Account, organisation_id: str, organisation: Organisation) -> None:
    for queue in account.queues.values():
        if queue.automatic and queue.waiting:
            account.touch(queue)
        for _, _, place_id in queue.windows:
            place = account.places[place_id]
            assert isinstance(place, Place) and place.kind is not None
            if place.terms.organisation_id == organisation_id:
                remove_window(place)
                add_window(place, kind_of(place, organisation))
                account.touch(queue)


def organisation_closed(account: Account, fact: OrganisationClosed, step: Step) -> None:
    """R2.3. That all its places and its own queues went with it is checked when the record ends."""
    known = account.organisations.get(fact.organisation_id)
    if known is None or known.closed:
        raise Broken("R2.3", "organisation {id} is not there to be closed", id=fact.organisation_id)
    known.closed = True
    step.closed = fact.organisation_id


def local_act_adopted(account: Account, fact: LocalActAdopted, step: Step) -> None:
    """R5.9: times of the day from a date on."""
    for text in (fact.bulletin_at, fact.opening_at):
        if text is not None and not _is_clock_time(text):
            raise Broken("form", "{text!r} is not a time of day", text=text[:16])
    account.acts.append(fact)
    account.act_days.add(account.zone.day_of(step.time))


def _is_clock_time(text: str) -> bool:
    return re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text) is not None


def _queue_name(fact: PlaceReleased, kind: str) -> str:
    if kind == OrganisationKind.GENERAL:
        return f"general/{fact.birth_year}"
    return f"{kind.lower()}/{fact.organisation_id}/{fact.birth_year}/"


def place_released(account: Account, fact: PlaceReleased, step: Step) -> None:
    """R2, R2.3: a new id, of an open organisation, in the queue that its terms name."""
    if fact.place_id in account.places:
        raise Broken("R2.3", "place {id} was released before", id=fact.place_id)
    organisation = account.organisations.get(fact.organisation_id)
    if organisation is None or organisation.closed:
        raise Broken("R2.3", "organisation {id} is unknown or closed", id=fact.organisation_id)
    name = _queue_name(fact, organisation.kind)
    profile = fact.queue.removeprefix(name) if organisation.kind != OrganisationKind.GENERAL else ""
    if fact.queue != name + profile or not (
        organisation.kind == OrganisationKind.GENERAL or organisation.admits(profile)
    ):
        raise Broken("R1.1", "a place with these terms belongs to {name}, not {queue}", name=name, queue=fact.queue)
    temporary = fact.admission is Admission.TEMPORARY
    if fact.age_from > fact.age_to or temporary != (fact.admission_until is not None):
        raise Broken("R2.3", "the terms of place {id} are impossible", id=fact.place_id)
    place = Place(fact, account.queue(fact.queue), Stage.RELEASED, 0, released_at=step.time)
    account.places[fact.place_id] = place
    step.places.append(place)
    account.arrive(place, step.time)
    if fact.admission_until is not None:
        account.oblige(account.zone.at(date_to_day(fact.admission_until) + 1), Timer.TEMPORARY_END, fact.place_id)


def place_returned(account: Account, fact: PlaceReturned, step: Step) -> None:
    """R2.5: only after its referral or stay ended in this record, with that cause."""
    place = account.place(fact.place_id, step)
    if fact.cause not in RETURN_CAUSES or place.ended is not fact.cause or place.referral is not None:
        raise Broken("R2.5", "place {id} returns without a referral that ended so", id=fact.place_id)
    account.arrive(place, step.time)


def place_recalled(account: Account, fact: PlaceRecalled, step: Step) -> None:
    """R2.4: from any stage before FILLED; PUPIL_RETURNED takes a temporary place in any."""
    place = account.place(fact.place_id, step)
    pupil = fact.reason is RecallReason.PUPIL_RETURNED
    if (pupil and not place.temporary) or (place.stage is Stage.FILLED and not pupil):
        raise Broken("R2.4", "place {id} cannot be recalled now", id=fact.place_id)
    if step.cause == "PlaceReleased":
        kept = account.recalls.pop((fact.place_id, place.terms.organisation_id), None)
        if kept is None or kept.reason is not fact.reason or kept.until <= step.time:
            raise Broken("R2.4", "the recall kept for place {id} is another", id=fact.place_id)
    account.withdraw(place, Stage.RECALLED)
    account.recalled.append((fact.place_id, fact.reason, step.time))


def recall_kept(account: Account, fact: RecallKept, step: Step) -> None:
    """R2.4: for a place that is not there yet, up to 24 hours."""
    if fact.place_id in account.places:
        raise Broken("R2.4", "place {id} is there: its recall is not kept", id=fact.place_id)
    until = account.moments.of(fact.until)
    if until != step.time + account.table.recall_kept_ms:
        raise Broken("R2.4", "a recall is kept for 24 hours")
    account.recalls[fact.place_id, fact.organisation_id] = KeptRecall(fact.reason, until)
    account.oblige(until, Timer.RECALL, fact.place_id)


def recall_expired(account: Account, fact: RecallExpired, step: Step) -> None:
    """R2.4: at the end of its 24 hours, or when the release is not one that it may withdraw."""
    kept = account.recalls.pop((fact.place_id, fact.organisation_id), None)
    if kept is None or account.moments.of(fact.until) != kept.until:
        raise Broken("R2.4", "no such recall of place {id} was kept", id=fact.place_id)
    if step.timer is Timer.RECALL and (kept.until != step.due or step.subject != fact.place_id):
        raise Broken("R2.4", "the recall of place {id} is kept until {until}", id=fact.place_id, until=fact.until)


def place_ended(account: Account, fact: PlaceEnded, step: Step) -> None:
    """R2.1: a temporary place, at 24:00 of its end date."""
    place = account.place(fact.place_id, step)
    until = place.terms.admission_until
    if until is None or account.zone.at(date_to_day(until) + 1) > step.time:
        raise Broken("R2.1", "place {id} has not reached its end", id=fact.place_id)
    account.withdraw(place, Stage.ENDED)


def place_vacated(account: Account, fact: PlaceVacated, step: Step) -> None:
    """R2.1: only an early place, once."""
    place = account.place(fact.place_id, step)
    if place.terms.admission is not Admission.EARLY or place.vacated:
        raise Broken("R2.1", "place {id} was not to be vacated", id=fact.place_id)
    place.vacated = True


def place_filled(account: Account, fact: PlaceFilled, step: Step) -> None:
    """R2.2, R6.7: only from an active referral, which ends in the same record."""
    place = account.place(fact.place_id, step)
    active = place.referral is not None and place.referral.active
    if place.stage is not Stage.REFERRED or not (active or place.ended is EndCause.ENROLLED):
        raise Broken("R6.7", "place {id} has no active referral to be filled from", id=fact.place_id)
    place.stage = Stage.FILLED
    place.vacated = place.vacated or place.terms.admission is Admission.EARLY


def settle_place(account: Account, place: Place) -> None:
    """What must hold of a place when a record ends (R2.2, invariant 1). Drops what is off offer for good."""
    place_id, stage, referral = place.terms.place_id, place.stage, place.referral
    if stage is Stage.REFERRED:
        if referral is None:
            raise Broken("R2.5", "place {id} is left without a referral and is not released again", id=place_id)
        return
    if referral is not None:
        raise Broken("invariant 1", "place {id} is {stage} but a referral to it lives", id=place_id, stage=stage)
    if stage in ON_OFFER:
        return
    if stage is Stage.FILLED:
        if place.ended is EndCause.SERVED_REGULAR:
            raise Broken("R6.9", "the rest of the stay on place {id} is not released again", id=place_id)
        if place.ended is not EndCause.ENROLLED:
            raise Broken("R6.7", "place {id} was filled, but its referral did not end so", id=place_id)
        if not place.temporary:
            assert place.occupant is not None
            account.places[place_id] = place.occupant.id
        return
    if place.occupant is not None:
        raise Broken("R2.1", "the stay on place {id} is not ended with it", id=place_id)
    account.places[place_id] = None


def settle_closed(account: Account, organisation_id: str) -> None:
    """R2.3: a closed organisation keeps no place on offer and no queue of its own."""
    for place in account.places.values():
        own = isinstance(place, Place) and place.terms.organisation_id == organisation_id
        if isinstance(place, Place) and own and place.stage is not Stage.FILLED:
            raise Broken("R2.3", "place {id} of the closed organisation stays", id=place.terms.place_id)
    for application in account.applications.values():
        if application is None or application.queue.kind is QueueKind.GENERAL:
            continue
        if application.queue.name.split("/")[1] == organisation_id:
            raise Broken("R2.3", "application {id} to the closed organisation stays", id=application.id)


HANDLERS: dict[type, Any] = {
    OrganisationChanged: organisation_changed,
    OrganisationClosed: organisation_closed,
    LocalActAdopted: local_act_adopted,
    PlaceReleased: place_released,
    PlaceReturned: place_returned,
    PlaceRecalled: place_recalled,
    RecallKept: recall_kept,
    RecallExpired: recall_expired,
    PlaceEnded: place_ended,
    PlaceVacated: place_vacated,
    PlaceFilled: place_filled,
}
