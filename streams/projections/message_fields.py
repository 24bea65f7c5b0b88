"""What each message says: the fields it always carries, and those it carries when they have a value (R7.1).

Data for whoever renders messages and for the tests that hold every message against it. docs/messages.md shows it.
"""

from schemas.outputs import MessageKind

_COMMON = frozenset({"id", "locality", "audience", "recipient", "kind", "at"})
_REFERRAL = _COMMON | {"application_id", "referral", "place_id", "organisation_id"}

# What each message says: fields that are always there, and fields that are there when they have a value.
MESSAGE_FIELDS: dict[MessageKind, tuple[frozenset[str], frozenset[str]]] = {
    MessageKind.REGISTERED: (_COMMON | {"application_id", "queue", "deadline", "term"}, frozenset()),
    MessageKind.QUEUED: (_COMMON | {"application_id", "queue", "group", "number", "number_in_group"}, frozenset()),
    MessageKind.REFUSED: (_COMMON | {"application_id", "reason", "missing"}, frozenset()),
    MessageKind.REGROUPED: (
        _COMMON | {"application_id", "from_group", "group"},
        frozenset({"number", "reason", "referral", "place_id"}),
    ),
    MessageKind.TURN_CAME: (_COMMON | {"application_id", "queue", "deadline", "term", "places"}, frozenset()),
    MessageKind.ACCESS_ENDING: (_COMMON | {"application_id", "deadline", "term"}, frozenset()),
    MessageKind.ACCESS_LAPSED: (_COMMON | {"application_id"}, frozenset()),
    MessageKind.ACCESS_REVOKED: (_COMMON | {"application_id"}, frozenset()),
    MessageKind.REFERRAL_ISSUED: (
        _REFERRAL | {"number"},
        frozenset({"deadline", "term", "place_until", "replaces"}),
    ),
    MessageKind.REFERRAL_ACTIVE: (_REFERRAL, frozenset({"deadline", "term"})),
    MessageKind.REFERRAL_ENDING: (_REFERRAL | {"deadline", "term"}, frozenset()),
    MessageKind.REFERRAL_EXTENDED: (_REFERRAL | {"deadline", "term", "reason"}, frozenset()),
    MessageKind.REFERRAL_CANCELLED: (_REFERRAL, frozenset()),
    MessageKind.REFERRAL_LAPSED: (_REFERRAL, frozenset()),
    MessageKind.REFERRAL_VOIDED: (_REFERRAL, frozenset()),
    MessageKind.REFERRAL_REFUSED: (_REFERRAL, frozenset({"detail"})),
    MessageKind.STOPPED: (
        _COMMON | {"application_id", "deadline", "term"},
        frozenset({"reason", "detail", "referral", "place_id"}),
    ),
    MessageKind.SUSPENDED: (_COMMON | {"application_id", "detail"}, frozenset({"referral", "place_id"})),
    MessageKind.RESTORED: (_COMMON | {"application_id"}, frozenset({"number", "deadline", "term"})),
    MessageKind.RETURNED: (
        _COMMON | {"application_id", "number", "reason"},
        frozenset({"referral", "place_id"}),
    ),
    MessageKind.ARCHIVED: (_COMMON | {"application_id", "reason"}, frozenset({"referral", "place_id"})),
    MessageKind.INTEREST_DUE: (_COMMON | {"application_id", "deadline", "term"}, frozenset()),
    MessageKind.ORGANISATION_REFERRAL_ACTIVE: (_REFERRAL, frozenset({"deadline", "term"})),
    MessageKind.ORGANISATION_REFERRAL_ENDED: (_REFERRAL, frozenset()),
    MessageKind.ORGANISATION_EVENT_REJECTED: (
        _COMMON | {"organisation_id", "source", "event_id", "event_type", "reason", "detail"},
        frozenset({"application_id", "place_id"}),
    ),
}
