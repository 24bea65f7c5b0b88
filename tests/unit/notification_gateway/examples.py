"""Messages of every kind, with every reason, term and absence that the rules allow."""

import datetime
from collections.abc import Iterator
from itertools import product
from typing import Any

from schemas.events import PlaceReleased
from schemas.instants import parse_instant
from schemas.outputs import Audience, MessageKind, Notification, Term
from schemas.words import ArchiveReason, EndCause, ExtensionReason, Group, Reason, RefusalReason
from streams.projections.message_fields import MESSAGE_FIELDS
from streams.projections.notifications import ORGANISATION_EVENTS

AT = parse_instant("2021-06-10T18:02:11+06:00")
DEADLINE = parse_instant("2021-06-17T00:00:00+06:00")
VALUES: dict[str, Any] = {
    "application_id": "a-2021-000123",
    "place_id": "pl-55",
    "organisation_id": "kg-17",
    "referral": 12,
    "deadline": DEADLINE,
    "queue": "general/2018",
    "number": 41,
    "number_in_group": 7,
    "from_group": Group.PRIORITY,
    "group": Group.GENERAL,
    "places": 3,
    "detail": "мерзімі өткен анықтама",
    "missing": ("медициналық паспорт", "мекенжай анықтамасы"),
    "place_until": datetime.date(2021, 12, 31),
    "replaces": 9,
    "source": "kindergarten/17",
    "event_id": "e-2021-77",
    "event_type": PlaceReleased.__name__,
}
REASONS: dict[
    MessageKind, type[EndCause] | type[Reason] | type[RefusalReason] | type[ExtensionReason] | type[ArchiveReason]
]
REASONS = {
    MessageKind.REFUSED: RefusalReason,
    MessageKind.REGROUPED: EndCause,
    MessageKind.REFERRAL_EXTENDED: ExtensionReason,
    MessageKind.STOPPED: EndCause,
    MessageKind.RETURNED: EndCause,
    MessageKind.ARCHIVED: ArchiveReason,
    MessageKind.ORGANISATION_EVENT_REJECTED: Reason,
}
_RUNNING = (Term.ADMISSION, Term.VACATING)
TERMS: dict[MessageKind, tuple[Term, ...]] = {
    MessageKind.REGISTERED: (Term.DOCUMENTS,),
    MessageKind.TURN_CAME: (Term.CHOICE,),
    MessageKind.ACCESS_ENDING: (Term.CHOICE,),
    MessageKind.REFERRAL_ISSUED: (Term.DOCUMENTS,),
    MessageKind.REFERRAL_ACTIVE: _RUNNING,
    MessageKind.REFERRAL_ENDING: (Term.DOCUMENTS, Term.ADMISSION),
    MessageKind.REFERRAL_EXTENDED: (Term.ADMISSION,),
    MessageKind.STOPPED: (Term.STOP_LIST,),
    MessageKind.RESTORED: (Term.STOP_LIST,),
    MessageKind.INTEREST_DUE: (Term.INTEREST,),
    MessageKind.ORGANISATION_REFERRAL_ACTIVE: _RUNNING,
}


def message(kind: MessageKind, **fields: Any) -> Notification:
    """A message of a kind with the fields given and what each message has."""
    to_organisation = kind.value.startswith("ORGANISATION_")
    return Notification(
        id="710000000:17:2",
        locality="710000000",
        audience=Audience.ORGANISATION if to_organisation else Audience.APPLICANT,
        recipient="kg-17" if to_organisation else "ap-1",
        kind=kind,
        at=AT,
        **fields,
    )


def symbols(kind: MessageKind, field: str) -> tuple[Any, ...]:
    """What an enumerated field of a kind may say; other fields have one value."""
    if field == "reason":
        return tuple(each.value for each in REASONS[kind])
    if field == "term":
        return TERMS[kind]
    if field == "event_type":
        return tuple(sorted(ORGANISATION_EVENTS))
    if field in {"group", "from_group"}:
        return tuple(Group)
    if field == "places":
        return (1, 2, 5, 21, 1_234)
    return (VALUES[field],)


def whole(kind: MessageKind) -> Notification:
    """A message with all that its kind may say."""
    always, sometimes = MESSAGE_FIELDS[kind]
    fields = (always | sometimes) - {"id", "locality", "audience", "recipient", "kind", "at"}
    return message(kind, **{field: symbols(kind, field)[0] for field in fields})


def every(kind: MessageKind) -> Iterator[Notification]:
    """All messages of a kind that differ in reason, term, group, count, or in what is absent."""
    always, sometimes = MESSAGE_FIELDS[kind]
    fields = sorted((always | sometimes) - {"id", "locality", "audience", "recipient", "kind", "at"})
    # A term comes with its deadline, a referral with its place.
    free = [field for field in fields if field not in {"term", "place_id"}]
    choices = []
    for field in free:
        absent = (None,) if field in sometimes else ()
        choices.append((*symbols(kind, field), *absent))
    for values in product(*choices):
        given = dict(zip(free, values, strict=True))
        given = {field: value for field, value in given.items() if value is not None}
        if "place_id" in fields and ("referral" not in fields or "referral" in given):
            given["place_id"] = VALUES["place_id"]
        if "term" not in fields or "deadline" not in given:
            yield message(kind, **given)
            continue
        for term in TERMS[kind]:
            yield message(kind, **given, term=term)
