"""Headers of the CloudEvents Kafka binding: what is written is read, what is flawed is named."""

import timeit
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cloudevents import Flaw, MalformedRecord, RawHeaders, event_headers, output_headers, read_event
from schemas.codec import ValueCodec, event_codec
from schemas.events import EVENTS_BY_TOPIC, ClockTick, Event, EventData, PlaceRecalled, PlaceReleased
from schemas.ids import FrozenIds
from schemas.instants import EVENT_TIME_MAX, EVENT_TIME_MIN, Instant
from schemas.words import RecallReason
from tests.unit.schema_values import EVENTS

TOPIC = "vacancy-recalls"
KEY = b"710000000"
TIME = 1_623_312_000_123
CODECS: dict[str, ValueCodec[EventData]] = {topic: event_codec(topic, FrozenIds()) for topic in EVENTS_BY_TOPIC}
RECALL = PlaceRecalled("p-1", "org-1", RecallReason.MAJOR_REPAIR)
VALUE = CODECS[TOPIC].encode(RECALL)
HEADERS = dict(event_headers("e-1", "urn:org-1", "PlaceRecalled", TIME))
READ_AIM_US = 4
NAMES = st.text(st.characters(codec="utf-8").filter(lambda char: char > " " and char != "\x7f"), min_size=1)


def read(
    headers: RawHeaders | None = None, key: bytes | None = KEY, value: bytes | None = VALUE, time: int = TIME
) -> Event:
    return read_event(
        TOPIC, CODECS[TOPIC], key, list(HEADERS.items()) if headers is None else headers, value, time, 3, 9
    )


def flaw_of(**record: Any) -> tuple[Flaw, str]:
    with pytest.raises(MalformedRecord) as caught:
        read(**record)
    return caught.value.flaw, str(caught.value)


def changed(**headers: bytes | None) -> RawHeaders:
    return list((HEADERS | headers).items())


def without(name: str) -> RawHeaders:
    return [each for each in HEADERS.items() if each[0] != name]


def test_the_headers_are_those_of_the_binding() -> None:
    assert event_headers("e-1", "urn:org-1", "PlaceRecalled", TIME) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"e-1"),
        ("ce_source", b"urn:org-1"),
        ("ce_type", b"PlaceRecalled"),
        ("ce_time", b"2021-06-10T08:00:00.123Z"),
        ("content-type", b"application/avro"),
    ]


def test_what_oryn_derives_names_itself_as_the_source() -> None:
    assert dict(output_headers("710000000:7:2", "Notification", 0)) == {
        "ce_specversion": b"1.0",
        "ce_id": b"710000000:7:2",
        "ce_source": b"oryn",
        "ce_type": b"Notification",
        "ce_time": b"1970-01-01T00:00:00.000Z",
        "content-type": b"application/avro",
    }


def test_a_record_is_read_as_the_event_that_it_is() -> None:
    assert read() == Event(TOPIC, Instant(TIME), "e-1", "urn:org-1", "710000000", RECALL, 3, 9)


@given(st.sampled_from(sorted(EVENTS)).flatmap(lambda topic: st.tuples(st.just(topic), EVENTS[topic])), NAMES, NAMES)
def test_every_event_survives_the_way_through_headers(pair: tuple[str, EventData], event_id: str, source: str) -> None:
    topic, data = pair
    headers = event_headers(event_id[:256], source[:256], type(data).__name__, TIME)
    event = read_event(topic, CODECS[topic], KEY, headers, CODECS[topic].encode(data), TIME, 0, 0)
    assert (event.event_id, event.source, event.data) == (event_id[:256], source[:256], data)


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type"])
def test_a_missing_header_is_named(name: str) -> None:
    for headers in (without(name), changed(**{name: None})):
        assert flaw_of(headers=headers) == (Flaw.HEADER_MISSING, f"no header {name}")


@pytest.mark.parametrize("headers", [[], None])
def test_a_record_without_headers_is_no_event(headers: RawHeaders | None) -> None:
    with pytest.raises(MalformedRecord, match="no header ce_specversion"):
        read_event(TOPIC, CODECS[TOPIC], KEY, headers, VALUE, TIME, 0, 0)


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type"])
def test_a_header_that_comes_twice_is_refused_even_if_equal(name: str) -> None:
    headers = [*HEADERS.items(), (name, HEADERS[name])]
    assert flaw_of(headers=headers) == (Flaw.HEADER_REPEATED, f"header {name} comes 2 times")


def test_headers_that_are_not_read_may_repeat_or_miss() -> None:
    more: RawHeaders = [*without("ce_time"), ("trace", b"1"), ("trace", None), ("content-type", b"x")]
    assert read(headers=more) == read()


@pytest.mark.parametrize(
    ("record", "flaw", "words"),
    [
        ({"headers": changed(ce_specversion=b"0.3")}, Flaw.SPEC_VERSION, "'0.3', not 1.0"),
        ({"headers": changed(ce_type=b"PlaceReleased")}, Flaw.TYPE, "does not belong to topic vacancy-recalls"),
        ({"headers": changed(ce_type=b"\xff")}, Flaw.TYPE, r"\\xff"),
        ({"headers": changed(ce_type=b"ClockTick")}, Flaw.TYPE, "is ClockTick, but the value is PlaceRecalled"),
        ({"headers": changed(ce_id=b"")}, Flaw.ID, "ce_id is not 1 to 256"),
        ({"headers": changed(ce_id=b"x" * 257)}, Flaw.ID, "ce_id is not 1 to 256"),
        ({"headers": changed(ce_id=b"a b")}, Flaw.ID, "'a b'"),
        ({"headers": changed(ce_id=b"a\n")}, Flaw.ID, "ce_id is not"),
        ({"headers": changed(ce_id=b"\xc3\x28")}, Flaw.ID, "not UTF-8"),
        ({"headers": changed(ce_source=b"a\x00")}, Flaw.SOURCE, "ce_source is not"),
        ({"headers": changed(ce_source="ә".encode() * 257)}, Flaw.SOURCE, "ce_source is not"),
        ({"key": None}, Flaw.KEY, "none"),
        ({"key": b""}, Flaw.KEY, "9 digits"),
        ({"key": b"71000000"}, Flaw.KEY, "'71000000'"),
        ({"key": b"710000000\n"}, Flaw.KEY, "9 digits"),
        ({"key": "٧١٠٠٠٠٠٠٠".encode()}, Flaw.KEY, "9 digits"),
        ({"key": b"7" * 1_000_000}, Flaw.KEY, "…"),
        ({"time": -1}, Flaw.TIME, "-1 ms"),
        ({"time": EVENT_TIME_MIN - 1}, Flaw.TIME, "2005 to 2059"),
        ({"time": EVENT_TIME_MAX}, Flaw.TIME, "2005 to 2059"),
        ({"value": None}, Flaw.VALUE, "without a value"),
        ({"value": b""}, Flaw.VALUE, "wire format"),
        ({"value": VALUE[:-1]}, Flaw.VALUE, "at byte"),
        ({"value": b"x" * 5_000_000}, Flaw.VALUE, "at most"),
    ],
)
def test_a_flaw_is_classified_and_told(record: dict[str, Any], flaw: Flaw, words: str) -> None:
    found, text = flaw_of(**record)
    assert found is flaw
    assert words.replace(r"\\", "\\") in text
    assert len(text) < 400


@given(st.lists(st.tuples(st.sampled_from([*HEADERS, "x"]), st.none() | st.binary(max_size=300))), st.binary())
def test_whatever_the_headers_it_is_an_event_or_malformed(headers: RawHeaders, value: bytes) -> None:
    try:
        event = read(headers=headers, value=value)
    except MalformedRecord:
        return
    assert isinstance(event.data, PlaceRecalled | ClockTick)


def test_an_unknown_topic_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        read_event("journal", CODECS[TOPIC], KEY, list(HEADERS.items()), VALUE, TIME, 0, 0)


def test_the_type_must_be_that_of_the_value_in_every_topic() -> None:
    assert PlaceReleased in EVENTS_BY_TOPIC["vacancy-releases"]
    for topic, kinds in EVENTS_BY_TOPIC.items():
        if len(kinds) > 1:
            tick = CODECS[topic].encode(ClockTick())
            with pytest.raises(MalformedRecord, match="but the value is ClockTick"):
                read_event(
                    topic, CODECS[topic], KEY, event_headers("i", "s", kinds[0].__name__, TIME), tick, TIME, 0, 0
                )


@pytest.mark.benchmark
def test_reading_an_envelope_costs_little_beside_the_value(capsys: pytest.CaptureFixture[str]) -> None:
    headers = list(HEADERS.items())
    calls = 20_000
    whole = min(timeit.repeat(lambda: read(headers=headers), number=calls, repeat=5))
    value = min(timeit.repeat(lambda: CODECS[TOPIC].decode(VALUE), number=calls, repeat=5))
    microseconds = (whole - value) / calls * 1e6
    with capsys.disabled():
        print(f"\nenvelope of an input record: {microseconds:.1f} µs (aim: {READ_AIM_US})")  # noqa: T201
    assert microseconds < 4 * READ_AIM_US
