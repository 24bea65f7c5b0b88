"""Every message in words: nothing missing, nothing raw, nothing that may not be told."""

import re
import time
from collections import defaultdict
from enum import StrEnum
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.notification_gateway.channels import Language, NotRendered
from consumers.notification_gateway.rendering import FREE_TEXT_MAX, SHORT_LENGTH_MAX, Renderer
from schemas import words
from schemas.facts import AnyFact
from schemas.instants import EVENT_TIME_MAX, EVENT_TIME_MIN, Instant, parse_instant
from schemas.outputs import Audience, MessageKind, Notification, Term
from streams.projections.message_fields import MESSAGE_FIELDS
from tests.unit.notification_gateway.examples import REASONS, TERMS, VALUES, every, message, whole

RENDERER = Renderer()
# Symbols of the rule book and names of events: none may reach a reader.
SYMBOL = re.compile(r"\b[A-Z]{3,}(?:_[A-Z0-9]+)*\b|\b(?:[A-Z][a-z]+){2,}\b")
# What Kazakh and Russian texts hold in Latin letters: the ids of the examples.
LATIN = re.compile(r"[A-Za-z]{2,}")
MICROSECONDS_MAX = 400  # a machine of tests may be slow and busy; docs/message-texts.md has the real figure


def rendered(notification: Notification, language: Language) -> str:
    text = RENDERER.render(notification, language)
    return "\n".join((text.subject, text.body, text.short))


@pytest.mark.parametrize("kind", MessageKind)
def test_every_message_can_be_said_in_every_language(kind: MessageKind) -> None:
    ids = {str(value) for value in VALUES.values()}
    for notification in every(kind):
        for language in Language:
            text = RENDERER.render(notification, language)
            said = "\n".join((text.subject, text.body, text.short))
            plain = said
            for each in sorted(ids, key=len, reverse=True):
                plain = plain.replace(each, "")
            assert not SYMBOL.search(plain), (notification, said)
            assert "{" not in said
            assert "none" not in said
            assert "None" not in said
            assert not re.search(r"  |\n\n\n|\s,|\s\.|\.\.|[.:,]\?|: \n", said), said
            assert "\n" not in text.subject + text.short
            assert text.body.endswith("\n")
            if language is not Language.ENGLISH:
                assert not LATIN.search(plain), said


@pytest.mark.parametrize("kind", MessageKind)
def test_the_short_form_fits_a_text_message(kind: MessageKind) -> None:
    for notification in every(kind):
        for language in Language:
            short = RENDERER.render(notification, language).short
            assert len(short) <= SHORT_LENGTH_MAX
            assert not short.endswith("…"), short


@pytest.mark.parametrize("language", Language)
def test_messages_that_say_different_things_read_differently(language: Language) -> None:
    """Each kind, reason, term and group has words of its own."""
    for kind in MessageKind:
        by_text = defaultdict(set)
        for notification in every(kind):
            told = (notification.reason, notification.term, notification.group, notification.from_group)
            by_text[rendered(notification, language)].add((*told, notification.number, notification.deadline))
        assert all(len(told) == 1 for told in by_text.values()), kind


@pytest.mark.parametrize("language", Language)
def test_a_message_tells_its_numbers_ids_and_deadline(language: Language) -> None:
    for kind in MessageKind:
        notification = whole(kind)
        text = RENDERER.render(notification, language)
        for field in ("application_id", "place_id", "referral", "number", "places", "replaces", "event_id", "detail"):
            value = getattr(notification, field)
            assert value is None or str(value) in text.body, (kind, field)
        assert all(each in text.body for each in notification.missing or ())
        assert notification.id in text.body
        if notification.deadline is not None:
            assert "24:00" in text.body
            assert "24:00 16.06.2021" in text.short + text.subject


def test_nobody_is_told_which_benefit_it_was() -> None:
    """No benefit has a word in any language of the gateway: only «a benefit» is spoken of."""
    forbidden = re.compile(
        r"милитар|военн|әскери|педагог|мұғалім|многодет|көпбала|сирот|\bжетім\b|инвалид|мүгедек|орган. безопас"
        r"|teacher|military|orphan|disab|large famil|special needs",
        re.IGNORECASE,
    )
    for kind in MessageKind:
        for notification in every(kind):
            if notification.reason == words.Reason.SPECIAL_NEEDS_NOT_CONFIRMED:
                continue  # of submissions, and never told to an organisation (R7.1)
            for language in Language:
                assert not forbidden.search(rendered(notification, language)), notification


def test_counts_take_the_plural_form_of_their_language() -> None:
    def said(language: Language, places: int) -> str:
        return rendered(message(MessageKind.TURN_CAME, **_turn, places=places), language)

    _turn: dict[str, Any] = {"application_id": "a-1", "queue": "general/2018", "deadline": Instant(VALUES["deadline"])}
    _turn["term"] = Term.CHOICE
    for places, form in ((1, "1 место"), (3, "3 места"), (5, "5 мест."), (11, "11 мест."), (1_021, "1021 место")):
        assert form in said(Language.RUSSIAN, places)
    assert "is 1 place on" in said(Language.ENGLISH, 1)
    assert "are 2 places on" in said(Language.ENGLISH, 2)
    assert "5 орын бар" in said(Language.KAZAKH, 5)


def test_an_organisation_is_named_where_its_public_name_is_known() -> None:
    names = {"kg-17": "№ 17 «Балдырған» балабақшасы"}
    notification = whole(MessageKind.REFERRAL_ACTIVE)
    assert (
        "Ұйым: № 17 «Балдырған» балабақшасы (kg-17)\n" in Renderer(names.get).render(notification, Language.KAZAKH).body
    )
    assert "Ұйым: kg-17\n" in Renderer(lambda organisation: None).render(notification, Language.KAZAKH).body


def test_free_text_forges_neither_lines_nor_headers() -> None:
    evil = "x\r\nBcc: all@example.kz\u2028\u202e\x1b[2J"
    notification = message(
        MessageKind.ORGANISATION_EVENT_REJECTED,
        organisation_id=evil,
        place_id=evil,
        source=evil,
        event_id=evil,
        event_type="PlaceReleased",
        reason="BAD_DATE",
        detail=evil,
    )
    text = RENDERER.render(notification, Language.RUSSIAN)
    for each in (text.subject, text.body, text.short):
        assert not set(each) & set("\r\u2028\u202e\x1b")
    assert not any(line.startswith("Bcc") for line in text.body.splitlines())
    assert len(text.subject.splitlines()) == 1


def test_a_long_text_is_cut_and_not_lost() -> None:
    notification = message(MessageKind.SUSPENDED, application_id="a-1", detail="д" * 5_000)
    body = RENDERER.render(notification, Language.RUSSIAN).body
    assert "д" * (FREE_TEXT_MAX - 1) + "…»" in body
    missing = tuple(f"справка {index} " + "х" * 240 for index in range(64))
    refused = message(MessageKind.REFUSED, application_id="a-1", reason="INCOMPLETE_PACKAGE", missing=missing)
    assert all(each in RENDERER.render(refused, Language.RUSSIAN).body for each in missing)


def test_a_remark_that_says_none_is_a_remark() -> None:
    suspended = message(MessageKind.SUSPENDED, application_id="none", detail="none", referral=1, place_id="none")
    text = RENDERER.render(suspended, Language.ENGLISH)
    assert "It gave this reason: “none”." in text.body
    assert "Application none is suspended" in text.short


def test_without_anything_missing_nothing_is_said_to_be() -> None:
    refused = message(MessageKind.REFUSED, application_id="a-1", reason="NO_CONSENT", missing=())
    body = RENDERER.render(refused, Language.ENGLISH).body
    assert "issing below" not in body
    assert "Missing" not in body


@pytest.mark.parametrize(
    ("notification", "named"),
    [
        (message(MessageKind.QUEUED, application_id="a-1", queue="general/2018", group="GENERAL"), "number"),
        (message(MessageKind.RETURNED, application_id="a-1", number=3, reason="NEVER_HEARD"), "end-NEVER_HEARD"),
        (message(MessageKind.ARCHIVED, application_id="a-1", reason="LAPSED"), "archived-LAPSED"),
        (message(MessageKind.ARCHIVED, application_id="a-1"), "archived"),
        (
            message(
                MessageKind.REFERRAL_ENDING, application_id="a-1", referral=1, deadline=Instant(0), term=Term.CHOICE
            ),
            "REFERRAL_ENDING has no words for term CHOICE",
        ),
        (message(MessageKind.INTEREST_DUE, application_id="a-1", deadline=Instant(10**17), term=Term.INTEREST), "date"),
    ],
)
def test_a_message_without_words_is_an_error_that_names_it(notification: Notification, named: str) -> None:
    for language in Language:
        with pytest.raises(NotRendered, match=named):
            RENDERER.render(notification, language)


def test_the_examples_hold_every_symbol_of_the_rules() -> None:
    assert set(REASONS) == {kind for kind, (always, more) in MESSAGE_FIELDS.items() if "reason" in always | more}
    assert set(TERMS) == {kind for kind, (always, more) in MESSAGE_FIELDS.items() if "term" in always | more}
    assert {term for terms in TERMS.values() for term in terms} == set(Term)
    assert not {kind.__name__ for kind in get_args(AnyFact)} & {kind.value for kind in MessageKind}


# ------------------------------------------------------------------------------------------------------- any message

_IDS = st.text(alphabet="abcXYZ019._:-", min_size=1, max_size=64)
_TEXTS = st.text(max_size=300)
_NUMBERS = st.integers(1, 2**31 - 1)
_INSTANTS = st.integers(EVENT_TIME_MIN, EVENT_TIME_MAX).map(Instant)
_QUEUES = st.one_of(
    st.integers(2005, 2060).map(lambda year: f"general/{year}"),
    st.tuples(st.sampled_from(["special", "sanatorium"]), _IDS, st.integers(2005, 2060), _TEXTS).map(
        lambda parts: f"{parts[0]}/{parts[1]}/{parts[2]}/{parts[3].replace('/', '')}"
    ),
    _TEXTS,
)
_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "application_id": _IDS,
    "place_id": _IDS,
    "organisation_id": _IDS,
    "referral": _NUMBERS,
    "deadline": _INSTANTS,
    "queue": _QUEUES,
    "number": _NUMBERS,
    "number_in_group": _NUMBERS,
    "places": _NUMBERS,
    "group": st.sampled_from(words.Group),
    "from_group": st.sampled_from(words.Group),
    "detail": _TEXTS,
    "missing": st.lists(_TEXTS, max_size=5).map(tuple),
    "place_until": st.dates(),
    "replaces": _NUMBERS,
    "source": _TEXTS,
    "event_id": _TEXTS,
    "event_type": st.sampled_from(["PlaceReleased", "PlaceVacated", "PlaceRecalled", "ChildEnrolled", "ChildLeft"]),
}


@st.composite
def notifications(draw: st.DrawFn) -> Notification:
    """Any message that its kind allows (docs/messages.md)."""
    kind = draw(st.sampled_from(MessageKind))
    always, sometimes = MESSAGE_FIELDS[kind]
    fields = always | {field for field in sorted(sometimes) if draw(st.booleans())}
    if "deadline" not in fields or "term" not in fields:  # one never comes without the other
        fields -= {"deadline", "term"}
    given: dict[str, Any] = {}
    for field in sorted(fields - {"id", "locality", "audience", "recipient", "kind", "at"}):
        if field == "reason":
            symbols: type[StrEnum] = REASONS[kind]
            given[field] = draw(st.sampled_from(symbols)).value
        elif field == "term":
            given[field] = draw(st.sampled_from(TERMS[kind]))
        else:
            given[field] = draw(_FIELDS[field])
    return Notification(
        id=draw(_IDS),
        locality=draw(st.sampled_from(["710000000", "151000000", "471000000", "000000000"])),
        audience=draw(st.sampled_from(Audience)),
        recipient=draw(_IDS),
        kind=kind,
        at=draw(_INSTANTS),
        **given,
    )


@given(notifications(), st.sampled_from(Language))
def test_any_message_gets_its_words(notification: Notification, language: Language) -> None:
    text = RENDERER.render(notification, language)
    assert len(text.subject.splitlines()) == 1
    assert len(text.short.splitlines()) == 1
    assert 0 < len(text.short) <= SHORT_LENGTH_MAX
    assert text == RENDERER.render(notification, language)
    assert _CONTROLS.search(text.subject + text.body + text.short) is None


_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def test_a_message_is_written_fast() -> None:
    notification = whole(MessageKind.REFERRAL_ISSUED)
    RENDERER.render(notification, Language.KAZAKH)
    best = min(_seconds(notification) for _ in range(5))
    assert best * 1e6 < MICROSECONDS_MAX


def _seconds(notification: Notification) -> float:
    start = time.perf_counter()
    for _ in range(100):
        RENDERER.render(notification, Language.KAZAKH)
    return (time.perf_counter() - start) / 100


def test_a_deadline_inside_a_day_is_told_to_the_minute() -> None:
    soon = message(
        MessageKind.ACCESS_ENDING,
        application_id="a-1",
        deadline=parse_instant("2021-06-16T15:30:00+06:00"),
        term=Term.CHOICE,
    )
    assert "2021 жылғы 16 маусым (сәрсенбі), сағат 15:30" in rendered(soon, Language.KAZAKH)
