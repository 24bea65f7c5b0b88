"""Lines that are no events of the contracts: each is `Malformed` with words that help, nothing else, and at once."""

import json
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed
from schemas.event_json import LINE_BYTES_MAX, decode_event
from schemas.events import ApplicationSubmitted, Event, OrganisationRegistered, PlaceReleased, PlacesChosen
from schemas.instants import Instant
from streams.rules.book import Book
from streams.rules.pack import PACKS

SECONDS_MAX = 2.0
YEAR_MS = 366 * 86_400_000
PLACE: dict[str, Any] = {
    "place_id": "p",
    "organisation_id": "o",
    "queue_kind": "GENERAL",
    "birth_year": 2018,
    "age_from": 3,
    "age_to": 3,
    "language": "kk",
    "group_type": "GENERAL_DEVELOPMENTAL",
    "regime": "FULL_DAY",
    "admission": "REGULAR",
    "admission_from": "2021-09-01",
}
CHILD: dict[str, Any] = {
    "application_id": "a",
    "applicant_id": "r",
    "child_id": "c",
    "child_born": "2018-02-28",
    "queue_kind": "GENERAL",
    "submitted_at": "2021-06-10T09:00:00.000+06:00",
    "benefits": [],
    "special_needs": False,
    "commission_conclusion": False,
    "channel": "OFFICE",
}
ORGANISATION: dict[str, Any] = {
    "organisation_id": "o",
    "name": "n",
    "ownership": "STATE",
    "kind": "GENERAL",
    "profiles": [],
}
CHOICE: dict[str, Any] = {"applicant_id": "r", "choices": [{"application_id": "a", "place_id": "p"}]}
EXTENSION: dict[str, Any] = {"application_id": "a", "applicant_id": "r", "place_id": "p", "reason": "LEAVE", "days": 3}
ENVELOPE: dict[str, Any] = {
    "topic": "vacancy-releases",
    "time": "2021-06-10T09:00:00.000+06:00",
    "id": "e-1",
    "source": "urn:test",
    "type": "PlaceReleased",
    "locality": "710000000",
    "data": PLACE,
}
TOPICS = {
    "PlaceReleased": ("vacancy-releases", PLACE),
    "ApplicationSubmitted": ("application-changes", CHILD),
    "OrganisationRegistered": ("organisation-registry", ORGANISATION),
    "PlacesChosen": ("application-changes", CHOICE),
    "ReferralExtended": ("application-changes", EXTENSION),
}


def text(named: str = "PlaceReleased", envelope: dict[str, Any] | None = None, /, **data: Any) -> bytes:
    """A line, right but for what is given."""
    topic, known = TOPICS[named]
    body = {**ENVELOPE, "topic": topic, "type": named, "data": {**known, **data}, **(envelope or {})}
    return json.dumps(body).encode()


def refused(line: bytes) -> str:
    """What `Malformed` says about a line; anything else fails the test."""
    began = time.monotonic()
    with pytest.raises(Malformed) as caught:
        decode_event(line)
    assert time.monotonic() - began < SECONDS_MAX
    said = str(caught.value)
    assert said.strip()
    assert len(said) < 2_000, "a report of a line must not be as long as the line"
    return said


@pytest.mark.parametrize("kind", TOPICS)
def test_the_lines_that_the_others_are_made_from_are_right(kind: str) -> None:
    assert decode_event(text(kind)).type == kind


@pytest.mark.parametrize("member", ENVELOPE)
@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], {}, [{}], "\x00", ""])
def test_a_wrong_value_in_the_envelope_is_malformed(member: str, value: Any) -> None:
    refused(text("PlaceReleased", {member: value}))


@pytest.mark.parametrize("member", ENVELOPE)
def test_a_missing_member_of_the_envelope_is_named(member: str) -> None:
    left = {name: value for name, value in ENVELOPE.items() if name != member}
    assert member in refused(json.dumps(left).encode())


@pytest.mark.parametrize("kind", TOPICS)
def test_a_missing_or_wrong_field_of_the_data_is_named(kind: str) -> None:
    topic, known = TOPICS[kind]
    for member in known:
        left = {name: value for name, value in known.items() if name != member}
        body = {**ENVELOPE, "topic": topic, "type": kind, "data": left}
        assert member in refused(json.dumps(body).encode())
        value: Any
        for value in (None, {}, 2**70, "\x00\U0001f600", "x" * 300, [None], -1.5):
            assert member in refused(text(kind, **{member: value}))


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("vacancy-releases", "PlaceRecalled"),
        ("vacancy-releases", "placereleased"),
        ("vacancy-releases", "ClockTick\u0000"),
        ("vacancy-releases", "__class__"),
        ("vacancy-releases", "Event"),
        ("journal", "PlaceReleased"),
        ("", "PlaceReleased"),
    ],
)
def test_an_unknown_topic_or_variant_is_malformed(topic: str, kind: str) -> None:
    refused(text("PlaceReleased", {"topic": topic, "type": kind}))


@pytest.mark.parametrize(
    "identity", ["x" * 65, "", " ", "a b", "a\nb", "a\x00", "\ud800", "é", "\U0001f476", "a/b", "a\u202eb", "a\n"]
)
def test_an_id_outside_its_letters_or_length_is_malformed(identity: str) -> None:
    refused(text(place_id=identity))
    refused(text("PlacesChosen", choices=[{"application_id": identity, "place_id": "p"}]))


def test_an_id_of_64_letters_is_right() -> None:
    data = decode_event(text(place_id="x" * 64)).data
    assert isinstance(data, PlaceReleased)
    assert data.place_id == "x" * 64


@pytest.mark.parametrize(
    "day",
    ["0000-01-01", "2021-02-29", "2100-02-29", "2021-13-01", "2021-00-10", "2021-1-1", "20210901", "10000-01-01", "",
     "2021-09-01T00:00:00", " 2021-09-01", "-001-01-01", "２０２１-09-01"],
)  # fmt: skip
def test_an_absurd_date_is_malformed(day: str) -> None:
    refused(text(admission_from=day))
    refused(text("ApplicationSubmitted", child_born=day))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2020-02-29"])
def test_a_strange_but_real_date_is_decoded_and_decided(day: str) -> None:
    data = decode_event(text("ApplicationSubmitted", child_born=day)).data
    assert isinstance(data, ApplicationSubmitted)
    assert data.child_born == date.fromisoformat(day)
    assert outcome(decode_event(text("ApplicationSubmitted", child_born=day))) in ("Rejected", "ApplicationRegistered")
    for member in ("admission_from", "admission_until"):
        terms: dict[str, Any] = {"admission": "TEMPORARY", "admission_until": "2021-10-01", member: day}
        assert outcome(decode_event(text(**terms)))


def outcome(event: Event) -> str:
    """What the book makes of one event after its organisation is there; a year later it still lives."""
    book = Book(event.locality, PACKS["kz-2020"])
    for each in (decode_event(text("OrganisationRegistered", {"id": "e-0"})), event):
        *_, last = book.handle(each)
    assert [record.cause.timer for record in book.advance(Instant(book.time + YEAR_MS))]
    assert Book.restore(book.snapshot(), PACKS["kz-2020"]).snapshot() == book.snapshot()
    return type(last.facts[0]).__name__


@pytest.mark.parametrize(
    "moment",
    ["2021-06-10T09:00:00.000", "2021-06-10", "0001-01-01T00:00:00.000+18:00", "9999-12-31T23:59:59.999-18:00",
     "2021-06-10T25:00:00.000+06:00", "2021-06-10T09:00:60.000+06:00", "2021-06-10T09:00:00.000+25:00", "now",
     "1623294000000", "2021-02-29T09:00:00.000+06:00", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
)  # fmt: skip
def test_an_absurd_record_time_is_malformed(moment: str) -> None:
    refused(text("PlaceReleased", {"time": moment}))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
@pytest.mark.parametrize("channel", ["OFFICE", "MIGRATION"])
def test_an_absurd_submission_time_is_rejected_not_fatal(moment: str, channel: str) -> None:
    assert outcome(decode_event(text("ApplicationSubmitted", submitted_at=moment, channel=channel))) == "Rejected"


@pytest.mark.parametrize("year", [-(2**31), 2**31 - 1, 0, -1])
def test_a_number_at_its_bounds_is_decoded_and_rejected_by_the_rules(year: int) -> None:
    assert outcome(decode_event(text(birth_year=year))) == "Rejected"


@pytest.mark.parametrize("age", [-(2**31), 2**31 - 1])
def test_an_age_at_its_bounds_is_decided(age: int) -> None:
    assert outcome(decode_event(text(age_to=age))) in ("Rejected", "PlaceReleased")


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**63, 2**64, 10**400, 1.5, True, "2018", None])
def test_a_number_outside_its_bounds_is_malformed(number: Any) -> None:
    refused(text(birth_year=number))


def test_a_number_of_a_hundred_thousand_digits_is_malformed() -> None:
    refused(text().replace(b"2018", b"9" * 100_000))
    refused(text().replace(b"2018", b"1e" + b"9" * 100_000))


@pytest.mark.parametrize("days", [0, 31, -1, 2**31])
def test_an_extension_has_1_to_30_days(days: int) -> None:
    refused(text("ReferralExtended", days=days))


@pytest.mark.parametrize("count", [0, 13, 10_000])
def test_a_choice_names_1_to_12_children(count: int) -> None:
    refused(text("PlacesChosen", choices=CHOICE["choices"] * count))
    data = decode_event(text("PlacesChosen", choices=CHOICE["choices"] * 12)).data
    assert isinstance(data, PlacesChosen)


@pytest.mark.parametrize("opening", [b"[", b'{"data":', b'{"data":{"x":[', b'[{"a":'])
@pytest.mark.parametrize("depth", [100, 10_000, 100_000])
def test_deep_nesting_is_malformed(opening: bytes, depth: int) -> None:
    refused(opening * depth)
    closing = opening.translate(bytes.maketrans(b"[{", b"]}"))
    ends = bytes(byte for byte in reversed(closing) if byte in b"]}")
    refused(opening * depth + b"1" + ends * depth)
    # Also where the envelope is right and only the data, or a field that nobody knows, is deep.
    whole = text().rstrip(b"}")
    refused(whole + b',"deep":' + b"[" * depth + b"]" * depth)


def test_deep_data_of_a_right_envelope_is_malformed() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    refused(text(place_id="DEEP").replace(b'"DEEP"', deep))
    line = text().replace(b'"place_id"', b'"unknown": ' + deep + b', "place_id"')
    refused(line)


def test_a_line_beyond_the_limit_is_malformed_whatever_it_holds() -> None:
    for filler in (b" ", b"{", b'"', b"\xff", b"9"):
        assert str(LINE_BYTES_MAX) in refused(filler * (LINE_BYTES_MAX + 1))
    right = text()
    assert decode_event(right + b" " * (LINE_BYTES_MAX - len(right))).type == "PlaceReleased"
    refused(right + b" " * (LINE_BYTES_MAX - len(right) + 1))
    refused(text("OrganisationRegistered", name="x" * (LINE_BYTES_MAX - 400)))


@pytest.mark.parametrize(
    "line",
    [b"", b" ", b"null", b"1", b"[]", b'"x"', b"{}", b"{", b"}", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"NaN", b"-",
     b"Infinity", b"{'a': 1}", b"\x1f\x8b\x08", b'{"topic": "vacancy-releases",}', b"//", b"true", b"\x00" * 10_000],
)  # fmt: skip
def test_what_is_no_json_object_is_malformed(line: bytes) -> None:
    refused(line)


@pytest.mark.parametrize("after", [b"x", b"{}", b",", b"]", b"\x00", b"null", b"\n{}", b"#"])
def test_anything_after_the_object_is_malformed(after: bytes) -> None:
    refused(text() + after)


def test_a_byte_order_mark_and_broken_utf8_are_malformed() -> None:
    refused(b"\xef\xbb\xbf" + text())
    refused(text().decode().encode("utf-16"))
    for broken in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"):
        refused(text(organisation_id="BROKEN").replace(b"BROKEN", broken))
        refused(text("OrganisationRegistered", name="BROKEN").replace(b"BROKEN", broken))


@pytest.mark.parametrize("escape", [rb"\ud800", rb"\udfff", rb"\ud800\u0041", rb"\u00", rb"\x41", rb"\u0000"])
def test_lone_surrogates_and_wrong_escapes_are_malformed(escape: bytes) -> None:
    refused(text("OrganisationRegistered", name="ESCAPE").replace(b"ESCAPE", escape))
    refused(text("PlaceReleased", {"id": "ESCAPE"}).replace(b"ESCAPE", escape))


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity", b"0x10", b"01", b"+1", b".5", b"1_000"])
def test_words_that_are_no_json_numbers_are_malformed(word: bytes) -> None:
    refused(text().replace(b"2018", word))


def test_a_name_in_any_script_is_right_and_control_characters_are_not() -> None:
    data = decode_event(text("OrganisationRegistered", name="№ 5 «Балапан» \U0001f423 ә")).data
    assert isinstance(data, OrganisationRegistered)
    for bad in ("a\nb", "a\x00b", "\x1b[2J", "\x7f", "x" * 257):
        refused(text("OrganisationRegistered", name=bad))


def test_a_repeated_member_means_its_last_value_once_and_for_all() -> None:
    """JSON leaves it open; what matters is that every machine reads the same, and that a wrong last one is refused."""
    line = text()
    data = decode_event(line.replace(b'"place_id": "p"', b'"place_id": "first", "place_id": "p"')).data
    assert isinstance(data, PlaceReleased)
    assert data.place_id == "p"
    refused(line.replace(b'"place_id": "p"', b'"place_id": "p", "place_id": 5'))
    refused(line.replace(b'"place_id": "p"', b'"place_id": 5, "place_id": "p"'))


def test_a_profile_cannot_look_like_a_part_of_a_queue_id() -> None:
    for bad in ("a/b", "/", "a\n", "x" * 65):
        refused(text(profile=bad))
        refused(text("OrganisationRegistered", profiles=[bad]))
    refused(text("OrganisationRegistered", profiles=["a"] * 65))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@given(st.binary(max_size=500))
def test_any_bytes_are_an_event_or_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        decode_event(line)


@given(st.sampled_from(sorted(TOPICS)), st.data(), JSON)
def test_any_value_anywhere_is_an_event_or_malformed(kind: str, data: st.DataObject, value: Any) -> None:
    member = data.draw(st.sampled_from(sorted(TOPICS[kind][1])))
    try:
        event = decode_event(text(kind, **{member: value}))
    except Malformed as problem:
        assert str(problem).strip()
    else:
        assert event.type == kind


@given(st.data(), st.sampled_from(sorted(TOPICS)))
def test_any_damage_to_a_line_is_an_event_or_malformed(data: st.DataObject, kind: str) -> None:
    line = bytearray(text(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        line[data.draw(st.integers(0, len(line) - 1))] = data.draw(st.integers(0, 255))
    try:
        event = decode_event(bytes(line))
    except Malformed as problem:
        assert str(problem).strip()
    else:
        assert isinstance(event, Event)
