"""Writes messages (R7.1) in Kazakh, Russian and English: what happened, what to do, until when, what happens otherwise.

Owns which field of a message fills which variable of its template. The words are in `locales/`. Says no more than the
message does: never which benefit, no names but the public ones of organisations, if it is given them. Pure: no clock,
no network; the same message gives the same text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from consumers.notification_gateway.channels import Language, NotRendered, Text
from consumers.notification_gateway.rendering_words import NONE, Template, Value, Words, count, shown
from schemas.outputs import MessageKind, Notification
from schemas.zones import Zone, date_to_day, zone_of

# One text message has 160 letters of the Latin alphabet; Cyrillic ones go as up to three parts.
SHORT_LENGTH_MAX: Final = 160
# The contracts let 256 characters through; whatever comes from elsewhere is cut.
FREE_TEXT_MAX: Final = 1_000
LISTED_MAX: Final = 64
# Control characters, line breaks, and marks that reorder text: no free text may forge a header or another line.
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_EMPTY_LINES: Final = re.compile("\n{3,}")
# Which words a kind's reason has; those of the others are ends of referrals.
_REASONS: Final = {
    MessageKind.REFUSED: "refusal",
    MessageKind.REFERRAL_EXTENDED: "extension",
    MessageKind.ARCHIVED: "archive",
    MessageKind.ORGANISATION_EVENT_REJECTED: "reason",
}

OrganisationNames = Callable[[str], str | None]
"""Gives the public name of an organisation, or none."""


class _Message(NamedTuple):
    """What is being written."""

    notification: Notification
    words: Words
    zone: Zone


_Fill = Callable[[_Message], Value | None]


class Renderer:
    """Writes messages. Loads a language when it is first asked for; then a message takes some tens of microseconds."""

    def __init__(self, names: OrganisationNames | None = None) -> None:
        """`names`: public names of organisations, to stand beside their ids."""
        self._names = names
        self._words: dict[Language, Words] = {}
        self._templates: dict[tuple[Language, MessageKind], Template] = {}

    def render(self, notification: Notification, language: Language) -> Text:
        """The text of a message. Raises: NotRendered, naming the kind and what it lacks."""
        kind = notification.kind
        words = self._words.get(language)
        if words is None:
            words = self._words[language] = Words(language)
        template = self._templates.get((language, kind))
        if template is None:
            template = self._templates[language, kind] = words.template(kind.value)
        message = _Message(notification, words, zone_of(notification.locality))
        values = _values(message, template)
        name = kind.value
        text = words.fill(name, template.text, values)
        return Text(
            subject=words.fill(name, template.subject, values),
            body=_body(message, _EMPTY_LINES.sub("\n\n", text), self._names),
            short=_cut(words.fill(name, template.short, values), SHORT_LENGTH_MAX),
        )


def _values(message: _Message, template: Template) -> Mapping[str, Value]:
    values: dict[str, Value] = {}
    for variable in template.variables:
        value = _FILLS[variable](message)
        if value is not None:
            values[variable] = shown(value) if isinstance(value, str) else value
        elif variable in template.optional:
            values[variable] = NONE
    if template.terms and values.get("term") not in template.terms:
        notification = message.notification
        raise NotRendered(f"{message.words.language}: {notification.kind} has no words for term {notification.term}")
    return values


def _body(message: _Message, text: str, names: OrganisationNames | None) -> str:
    """Greeting, text, what it is about, and where to ask."""
    notification, words = message.notification, message.words
    named = _safe(notification.organisation_id)
    if named is not None and names is not None:
        name = _safe(names(named))
        named = named if name is None else f"{name} ({named})"
    missing = tuple(_cut(_clean(each), FREE_TEXT_MAX) for each in (notification.missing or ())[:LISTED_MAX])
    referral = _number(notification.referral)
    is_remark = notification.kind is MessageKind.ORGANISATION_EVENT_REJECTED
    about = (
        ("label-application", _safe(notification.application_id)),
        ("label-queue", _queue(message)),
        ("label-referral", None if referral is None else f"{words.constant('number-sign')} {referral}"),
        ("label-place", _safe(notification.place_id)),
        ("label-organisation", named),
        ("label-missing", "; ".join(missing) or None),
        ("label-event-id", _safe(notification.event_id)),
        ("label-source", _safe(notification.source)),
        ("label-remark", _safe(notification.detail) if is_remark else None),
    )
    lines = "\n".join(f"{words.constant(label)}: {value}" for label, value in about if value is not None)
    number = f"{words.constant('label-message')}: {_clean(notification.id)}"
    return f"{words.constant('greeting')}\n\n{text}\n\n{lines}\n\n{words.constant('footer')}\n{number}\n"


# ---------------------------------------------------------------------------------------------------------- variables


def _clean(text: str) -> str:
    return _UNSAFE.sub("\ufffd", text)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _safe(text: str | None) -> str | None:
    """Text from elsewhere as it may stand in a line; empty is absent."""
    return _cut(_clean(text), FREE_TEXT_MAX) if text else None


def _number(number: int | None) -> str | None:
    # Plain digits: a queue number is compared with lists, not read as an amount.
    return None if number is None else str(number)


def _queue(message: _Message) -> str | None:
    queue = _safe(message.notification.queue)
    return None if queue is None else message.words.queue(queue)


def _why(message: _Message) -> str | None:
    reason = message.notification.reason
    if reason is None:
        return None
    return message.words.constant(f"{_REASONS.get(message.notification.kind, 'end')}-{reason}")


def _archived(message: _Message) -> str | None:
    reason = message.notification.reason
    if reason is None:
        return None
    return message.words.say(f"archived-{reason}", {"referral": _number(message.notification.referral) or NONE})


def _event(message: _Message) -> str | None:
    event = message.notification.event_type
    return None if event is None else message.words.constant(f"event-{event}")


def _group(message: _Message) -> str | None:
    group = message.notification.group
    return None if group is None else message.words.constant(f"group-{group}")


def _from(message: _Message) -> str | None:
    group = message.notification.from_group
    return None if group is None else message.words.constant(f"group-{group}")


def _deadline(message: _Message) -> str | None:
    deadline = message.notification.deadline
    return None if deadline is None else message.words.deadline(message.zone, deadline).long


def _deadline_short(message: _Message) -> str | None:
    deadline = message.notification.deadline
    return None if deadline is None else message.words.deadline(message.zone, deadline).short


def _until(message: _Message) -> str | None:
    day = message.notification.place_until
    return None if day is None else message.words.day(date_to_day(day)).long


def _places(message: _Message) -> Value | None:
    places = message.notification.places
    return None if places is None else count(places)


# Each variable of the templates. `reason` and `term` are symbols: a template may only select on them (a test holds it).
_FILLS: Final[Mapping[str, _Fill]] = {
    "application": lambda message: _safe(message.notification.application_id),
    "archived": _archived,
    "at": lambda message: message.words.moment(message.zone, message.notification.at).long,
    "deadline": _deadline,
    "deadline-short": _deadline_short,
    "detail": lambda message: _safe(message.notification.detail),
    "event": _event,
    "from": _from,
    "group": _group,
    "in-group": lambda message: _number(message.notification.number_in_group),
    "missing": lambda message: "some" if message.notification.missing else None,
    "number": lambda message: _number(message.notification.number),
    "place": lambda message: _safe(message.notification.place_id),
    "places": _places,
    "reason": lambda message: message.notification.reason,
    "referral": lambda message: _number(message.notification.referral),
    "replaces": lambda message: _number(message.notification.replaces),
    "term": lambda message: message.notification.term,
    "until": _until,
    "why": _why,
}
