"""The messages of R7.1: which fact tells whom what. One message at most for a fact and an audience.

Owns the wording's content, never its words: a gateway renders kinds and fields in the recipient's language. Never
sends, never decides. The choices where R7.1 leaves room (docs/messages.md):

* A referral that ends has a message of its own for the four ends that R7.1 names: cancelled, lapsed, voided by a
  recall, refused by the organisation. Any other end is told by what the same record does to the application, with
  the end's cause: returned, stopped, suspended, regrouped, archived, or the regular referral that replaces it.
* What returns also gets `RETURNED` with its number, so a cancelled regular referral gives two messages. On a temporary
  place nothing returns (R6.9), so there it is one.
* A temporary referral that ends with its place, and an enrolment on a temporary place, are not in R7.1 and give none:
  `REFERRAL_ISSUED` has named the place's last day, and the application stands where it stood.
* A deferred application (R4.3) is told when it is queued: before that it has no number.
* The stop list and a suspension both stop an application (R7.1 "stopped"), `STOPPED` with its end, `SUSPENDED` with the
  authority's reason. Restored while the stop list still runs: `RESTORED` with that end instead of a number.
* An organisation hears only of referrals that it could see (R6.2). A rejected event of its own is told to the
  organisation that the event names.
"""

import datetime
from collections.abc import Callable
from typing import TypedDict, Unpack

from schemas import events
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.outputs import Audience, MessageKind, Notification, Term
from schemas.words import EndCause, Group, Subject
from streams.projections.view import View

# Releases, recalls and reports: the events by which an organisation speaks (R7.1).
ORGANISATION_EVENTS = frozenset(
    kind.__name__
    for kind in (
        events.PlaceReleased,
        events.PlaceVacated,
        events.PlaceRecalled,
        events.ChildEnrolled,
        events.AdmissionRefused,
        events.ChildLeft,
    )
)

# Looked up once: it is part of nearly every message.
_APPLICANT = Audience.APPLICANT

_END_MESSAGES = {
    EndCause.CANCELLED: MessageKind.REFERRAL_CANCELLED,
    EndCause.LAPSED: MessageKind.REFERRAL_LAPSED,
    EndCause.RECALLED: MessageKind.REFERRAL_VOIDED,
    EndCause.REFUSED: MessageKind.REFERRAL_REFUSED,
}


class _Ended(TypedDict, total=False):
    """The referral whose end in the same record caused a message."""

    place_id: str
    referral: int


class _Running(_Ended, total=False):
    """An active referral and its term."""

    organisation_id: str
    deadline: Instant
    term: Term


class _Content(TypedDict, total=False):
    """What a message may say beside whom it is to (`Notification` explains each)."""

    place_id: str | None
    organisation_id: str | None
    referral: int | None
    deadline: Instant | None
    term: Term | None
    queue: str | None
    number: int | None
    number_in_group: int | None
    group: Group | None
    from_group: Group | None
    places: int | None
    reason: str | None
    detail: str | None
    missing: tuple[str, ...] | None
    place_until: datetime.date | None
    replaces: int | None


def _to_applicant(view: View, application_id: str, kind: MessageKind, **content: Unpack[_Content]) -> Notification:
    return Notification(
        id=view.message_id(to_organisation=False),
        locality=view.locality,
        audience=_APPLICANT,
        recipient=view.memory.application(application_id).applicant_id,
        kind=kind,
        at=view.at,
        application_id=application_id,
        **content,
    )


def _after_end(view: View, application_id: str) -> _Ended:
    ended = view.ended.get(application_id)
    return _Ended() if ended is None else _Ended(referral=ended.referral, place_id=ended.place_id)


# ------------------------------------------------------------------------------------------------- to the applicant


def _registered(view: View, fact: f.ApplicationRegistered) -> Notification:
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.REGISTERED,
        queue=fact.queue,
        deadline=fact.documents_until,
        term=Term.DOCUMENTS,
    )


def _queued(view: View, fact: f.ApplicationQueued) -> Notification:
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.QUEUED,
        queue=fact.queue,
        group=fact.group,
        number=fact.number,
        number_in_group=fact.number_in_group,
    )


def _refused(view: View, fact: f.ApplicationRefused) -> Notification:
    return _to_applicant(view, fact.application_id, MessageKind.REFUSED, reason=fact.reason.value, missing=fact.missing)


def _regrouped(view: View, fact: f.ApplicationRegrouped) -> Notification:
    ended = view.ended.get(fact.application_id)
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.REGROUPED,
        from_group=fact.from_,
        group=fact.to,
        number=fact.number,
        reason=None if ended is None else ended.cause.value,
        **_after_end(view, fact.application_id),
    )


def _turn_came(view: View, fact: f.AccessGranted) -> Notification:
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.TURN_CAME,
        queue=fact.queue,
        deadline=fact.until,
        term=Term.CHOICE,
        places=fact.places,
    )


def _access_lapsed(view: View, fact: f.AccessLapsed) -> Notification:
    return _to_applicant(view, fact.application_id, MessageKind.ACCESS_LAPSED)


def _access_revoked(view: View, fact: f.AccessRevoked) -> Notification:
    return _to_applicant(view, fact.application_id, MessageKind.ACCESS_REVOKED)


def _reminder(view: View, fact: f.ReminderDue) -> Notification:
    application_id, deadline = fact.application_id, fact.until
    if fact.of is Subject.ACCESS:
        return _to_applicant(view, application_id, MessageKind.ACCESS_ENDING, deadline=deadline, term=Term.CHOICE)
    if fact.of is Subject.INTEREST:
        return _to_applicant(view, application_id, MessageKind.INTEREST_DUE, deadline=deadline, term=Term.INTEREST)
    place_id = view.memory.application(application_id).place_id
    if place_id is None:
        raise BrokenJournal(f"application {application_id!r} is reminded of a referral that it doesn't have")
    referral = view.memory.referral(place_id)
    return _to_applicant(
        view,
        application_id,
        MessageKind.REFERRAL_ENDING,
        place_id=place_id,
        organisation_id=referral.organisation_id,
        referral=referral.number,
        deadline=deadline,
        term=Term.ADMISSION if referral.active else Term.DOCUMENTS,
    )


def _issued(view: View, fact: f.ReferralIssued) -> Notification:
    memory = view.memory
    giving_way = memory.application(fact.application_id).place_id
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.REFERRAL_ISSUED,
        place_id=fact.place_id,
        organisation_id=memory.referral(fact.place_id).organisation_id,
        referral=fact.referral,
        deadline=fact.documents_until,
        term=None if fact.documents_until is None else Term.DOCUMENTS,
        number=fact.number,
        place_until=memory.last_days.get(fact.place_id),
        # A live referral now is a temporary one: its end follows in the same record (R6.9).
        replaces=None if giving_way is None else memory.referral(giving_way).number,
    )


def _running(view: View, fact: f.ReferralActivated) -> _Running:
    """An active referral and its term. Before an early place is vacated, that is the organisation's term (R6.2)."""
    referral = view.memory.referral(fact.place_id)
    content = _Running(place_id=fact.place_id, organisation_id=referral.organisation_id, referral=referral.number)
    if fact.until is not None:
        content["deadline"], content["term"] = fact.until, Term.ADMISSION
    elif referral.vacate_until is not None:
        content["deadline"], content["term"] = referral.vacate_until, Term.VACATING
    return content


def _activated(view: View, fact: f.ReferralActivated) -> Notification:
    return _to_applicant(view, fact.application_id, MessageKind.REFERRAL_ACTIVE, **_running(view, fact))


def _extended(view: View, fact: f.ReferralExtended) -> Notification:
    referral = view.memory.referral(fact.place_id)
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.REFERRAL_EXTENDED,
        place_id=fact.place_id,
        organisation_id=referral.organisation_id,
        referral=referral.number,
        deadline=fact.until,
        term=Term.ADMISSION,
        reason=fact.reason.value,
    )


def _ended(view: View, fact: f.ReferralEnded) -> Notification | None:
    kind = _END_MESSAGES.get(fact.cause)
    if kind is None:
        return None
    return _to_applicant(
        view,
        fact.application_id,
        kind,
        place_id=fact.place_id,
        organisation_id=view.memory.referral(fact.place_id).organisation_id,
        referral=fact.referral,
        detail=fact.reason if fact.cause is EndCause.REFUSED else None,
    )


def _stopped(view: View, fact: f.ApplicationStopped) -> Notification:
    application_id = fact.application_id
    if view.cause.type == events.ApplicationRestored.__name__:
        return _to_applicant(view, application_id, MessageKind.RESTORED, deadline=fact.until, term=Term.STOP_LIST)
    ended = view.ended.get(application_id)
    return _to_applicant(
        view,
        application_id,
        MessageKind.STOPPED,
        deadline=fact.until,
        term=Term.STOP_LIST,
        reason=None if ended is None else ended.cause.value,
        detail=None if ended is None else ended.reason,
        **_after_end(view, application_id),
    )


def _suspended(view: View, fact: f.ApplicationSuspended) -> Notification:
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.SUSPENDED,
        detail=fact.reason,
        **_after_end(view, fact.application_id),
    )


def _returned(view: View, fact: f.ApplicationReturned) -> Notification:
    if fact.cause is EndCause.RESTORED:
        return _to_applicant(view, fact.application_id, MessageKind.RESTORED, number=fact.number)
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.RETURNED,
        number=fact.number,
        reason=fact.cause.value,
        **_after_end(view, fact.application_id),
    )


def _archived(view: View, fact: f.ApplicationArchived) -> Notification:
    return _to_applicant(
        view,
        fact.application_id,
        MessageKind.ARCHIVED,
        reason=fact.reason.value,
        **_after_end(view, fact.application_id),
    )


# ---------------------------------------------------------------------------------------------- to the organisation


def _visible(view: View, fact: f.ReferralActivated) -> Notification:
    return Notification(
        id=view.message_id(to_organisation=True),
        locality=view.locality,
        audience=Audience.ORGANISATION,
        recipient=view.memory.referral(fact.place_id).organisation_id,
        kind=MessageKind.ORGANISATION_REFERRAL_ACTIVE,
        at=view.at,
        application_id=fact.application_id,
        **_running(view, fact),
    )


def _no_longer_visible(view: View, fact: f.ReferralEnded) -> Notification | None:
    referral = view.memory.referral(fact.place_id)
    if not referral.active:
        return None
    return Notification(
        id=view.message_id(to_organisation=True),
        locality=view.locality,
        audience=Audience.ORGANISATION,
        recipient=referral.organisation_id,
        kind=MessageKind.ORGANISATION_REFERRAL_ENDED,
        at=view.at,
        application_id=fact.application_id,
        place_id=fact.place_id,
        organisation_id=referral.organisation_id,
        referral=fact.referral,
    )


def _rejected(view: View, fact: f.Rejected) -> Notification | None:
    cause = view.cause
    if cause.type not in ORGANISATION_EVENTS or fact.organisation_id is None:
        return None
    return Notification(
        id=view.message_id(to_organisation=True),
        locality=view.locality,
        audience=Audience.ORGANISATION,
        recipient=fact.organisation_id,
        kind=MessageKind.ORGANISATION_EVENT_REJECTED,
        at=view.at,
        application_id=fact.application_id,
        place_id=fact.place_id,
        organisation_id=fact.organisation_id,
        reason=fact.reason.value,
        detail=fact.detail,
        source=cause.source,
        event_id=cause.event_id,
        event_type=cause.type,
    )


APPLICANT_MESSAGES: dict[type[f.Fact], Callable[..., Notification | None]] = {
    f.ApplicationRegistered: _registered,
    f.ApplicationQueued: _queued,
    f.ApplicationRefused: _refused,
    f.ApplicationRegrouped: _regrouped,
    f.AccessGranted: _turn_came,
    f.AccessLapsed: _access_lapsed,
    f.AccessRevoked: _access_revoked,
    f.ReminderDue: _reminder,
    f.ReferralIssued: _issued,
    f.ReferralActivated: _activated,
    f.ReferralExtended: _extended,
    f.ReferralEnded: _ended,
    f.ApplicationStopped: _stopped,
    f.ApplicationSuspended: _suspended,
    f.ApplicationReturned: _returned,
    f.ApplicationArchived: _archived,
}
ORGANISATION_MESSAGES: dict[type[f.Fact], Callable[..., Notification | None]] = {
    f.ReferralActivated: _visible,
    f.ReferralEnded: _no_longer_visible,
    f.Rejected: _rejected,
}
