"""The codec: every value survives it, others read what it writes, and it reads what earlier versions wrote."""

import io
import json
from typing import Any, TypeAlias

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from schemas.codec import (
    EVENT_BYTES_MAX,
    HEADER_BYTES,
    VALUE_TYPES,
    ValueCodec,
    event_codec,
    journal_codec,
    output_codec,
)
from schemas.errors import Malformed
from schemas.events import (
    EVENTS_BY_TOPIC,
    ApplicationWithdrawn,
    Choice,
    DocumentsRefused,
    OrganisationRegistered,
    PlacesChosen,
)
from schemas.facts import AccessUsed, PlaceOpened, ReferralIssued
from schemas.ids import FrozenIds, schema_text
from schemas.instants import Instant
from schemas.journal import GENESIS_HASH, Cause, JournalCodec, Record
from schemas.outputs import Outcome, OutcomeResult
from schemas.words import DocumentsReason, How, OrganisationKind, Ownership
from schemas.zones import zone_of
from tests.unit.schema_values import EVENTS, structs

Json: TypeAlias = Any
IDS = FrozenIds()
MOMENT = Instant(1_623_315_600_123)
RECORD = Record(
    "710000000",
    4711,
    MOMENT,
    Cause("application-changes", 3, 99_999, "urn:portal", "e-1234567", "PlacesChosen"),
    "kz-2020",
    (AccessUsed("a-1"), ReferralIssued(17, "a-1", "p-9", How.CHOICE, 12, documents_until=MOMENT)),
    GENESIS_HASH,
)


def codec_of(topic: str) -> ValueCodec[Any]:
    if topic in EVENTS_BY_TOPIC:
        return event_codec(topic, IDS)
    return journal_codec(IDS) if topic == "journal" else output_codec(topic, VALUE_TYPES[topic], IDS)


CODECS = {topic: codec_of(topic) for topic in VALUE_TYPES}
VALUES = st.sampled_from(list(VALUE_TYPES)).flatmap(
    lambda topic: st.tuples(st.just(topic), EVENTS[topic] if topic in EVENTS else structs(VALUE_TYPES[topic]))
)


@given(VALUES)
def test_every_value_survives_the_wire(case: tuple[str, Struct]) -> None:
    topic, value = case
    assert CODECS[topic].decode(CODECS[topic].encode(value)) == value


@given(VALUES)
def test_fastavro_reads_the_same_value_and_writes_the_same_bytes(case: tuple[str, Struct]) -> None:
    topic, value = case
    message = CODECS[topic].encode(value)
    schema = fastavro.parse_schema(without_moments(json.loads(schema_text(topic))))
    body = io.BytesIO(message[HEADER_BYTES:])
    tree = fastavro.schemaless_reader(body, schema, None, return_record_name=True)
    assert not body.read()
    again = io.BytesIO()
    fastavro.schemaless_writer(again, schema, tree)
    assert again.getvalue() == message[HEADER_BYTES:]


def without_moments(node: Json) -> Json:
    # fastavro turns moments into datetimes, which end before the bounds of the contracts do.
    if isinstance(node, dict):
        if node.get("logicalType") == "timestamp-millis":
            return "long"
        return {key: without_moments(each) for key, each in node.items()}
    return [without_moments(each) for each in node] if isinstance(node, list) else node


def test_a_reader_with_logical_types_sees_times_and_dates() -> None:
    body = io.BytesIO(CODECS["journal"].encode(RECORD)[HEADER_BYTES:])
    tree = fastavro.schemaless_reader(body, json.loads(schema_text("journal")), None)
    assert isinstance(tree, dict)
    assert tree["time"].isoformat() == "2021-06-10T09:00:00.123000+00:00"


def test_a_message_begins_with_a_zero_byte_and_the_frozen_id() -> None:
    message = CODECS["journal"].encode(RECORD)
    assert message[:HEADER_BYTES] == b"\x00" + IDS.id_of("journal").to_bytes(4, "big")


@given(structs(Record))
def test_the_wire_keeps_the_canonical_bytes_and_the_hash(record: Struct) -> None:
    assert isinstance(record, Record)
    seal = JournalCodec(lambda moment: str(int(moment))).seal
    sealed = seal(record)
    again = CODECS["journal"].decode(CODECS["journal"].encode(sealed))
    assert seal(again).hash == sealed.hash == again.hash


def test_a_sealed_record_keeps_its_line_and_hash_over_the_wire() -> None:
    writer = JournalCodec(zone_of(RECORD.locality).render)
    sealed = writer.seal(RECORD)
    again = CODECS["journal"].decode(CODECS["journal"].encode(sealed))
    assert writer.line(again) == writer.line(sealed)
    assert writer.seal(again).hash == sealed.hash


@pytest.mark.parametrize(
    ("topic", "value", "named"),
    [
        ("application-changes", ApplicationWithdrawn("a b", "p-1"), "application_id"),
        ("application-changes", ApplicationWithdrawn("a" * 65, "p-1"), "application_id"),
        ("application-changes", ApplicationWithdrawn("", "p-1"), "application_id"),
        ("application-changes", ApplicationWithdrawn("a-1", "p\x00"), "applicant_id"),
        ("application-changes", PlacesChosen("p-1", ()), "choices"),
        ("application-changes", PlacesChosen("p-1", (Choice("a", "b"),) * 13), "choices"),
        ("application-changes", DocumentsRefused("a-1", DocumentsReason.NO_CONSENT, ("line\nbreak",)), "missing"),
        (
            "organisation-registry",
            OrganisationRegistered("o-1", "n" * 257, Ownership.STATE, OrganisationKind.GENERAL, ()),
            "name",
        ),
    ],
)
def test_the_bounds_of_the_json_form_hold_on_the_wire(topic: str, value: Struct, named: str) -> None:
    with pytest.raises(Malformed, match=named):
        CODECS[topic].decode(CODECS[topic].encode(value))


@pytest.mark.parametrize("moment", [-62_135_596_800_001, 253_402_214_400_001, 2**63 - 1, -(2**63)])
def test_a_moment_outside_the_years_1_to_9999_is_malformed(moment: int) -> None:
    outcome = Outcome("s", "e", "t", "T", "710000000", 1, Instant(moment), OutcomeResult.ACCEPTED)
    with pytest.raises(Malformed, match="years 1 to 9999"):
        CODECS["outcomes"].decode(CODECS["outcomes"].encode(outcome))


def test_the_largest_event_within_its_bounds_fits_and_a_larger_message_is_refused_both_ways() -> None:
    codec = CODECS["application-changes"]
    largest = DocumentsRefused("a" * 64, DocumentsReason.NO_CONSENT, ("😀" * 256,) * 64)
    message = codec.encode(largest)
    assert codec.decode(message) == largest
    assert EVENT_BYTES_MAX // 2 < len(message) + 1000 < EVENT_BYTES_MAX
    with pytest.raises(Malformed, match="at most"):
        codec.encode(DocumentsRefused("a", DocumentsReason.NO_CONSENT, ("😀" * 256,) * 200))
    with pytest.raises(Malformed, match="at most"):
        codec.decode(message + bytes(EVENT_BYTES_MAX))


@pytest.mark.parametrize(
    "value",
    [
        PlaceOpened("p-1"),
        ApplicationWithdrawn(None, "p-1"),  # type: ignore[arg-type]
        ApplicationWithdrawn(7, "p-1"),  # type: ignore[arg-type]
        ApplicationWithdrawn("\ud800", "p-1"),
        DocumentsRefused("a", "BECAUSE", ()),  # type: ignore[arg-type]
    ],
)
def test_what_the_schema_does_not_hold_is_refused_when_encoded(value: Any) -> None:
    with pytest.raises(Malformed, match="no value of application-changes"):
        CODECS["application-changes"].encode(value)


def test_an_output_codec_refuses_a_type_that_its_topic_does_not_carry() -> None:
    with pytest.raises(ValueError, match="does not carry"):
        output_codec("bulletins", Outcome, IDS)


class TwoVersions:
    """Ids of a topic whose schema had another form before."""

    def __init__(self, earlier: Json) -> None:
        self.earlier = earlier

    def id_of(self, topic: str) -> int:
        return 900

    def schema_of(self, schema_id: int) -> Json:
        if schema_id != 899:
            raise Malformed("no such id")
        return self.earlier


def earlier_form(topic: str) -> Json:
    """The present schema without its last optional field and with one that was dropped since."""
    schema = json.loads(schema_text(topic))
    assert schema["fields"][-1]["default"] is None
    dropped = {"name": "dropped", "type": ["null", "string"], "default": None}
    return schema | {"fields": [*schema["fields"][:-1], dropped]}


def test_what_an_earlier_version_wrote_is_read() -> None:
    earlier = earlier_form("outcomes")
    codec = output_codec("outcomes", Outcome, TwoVersions(earlier))
    outcome = Outcome("s", "e", "t", "T", "710000000", 1, MOMENT, OutcomeResult.ACCEPTED)
    tree = {"source": "s", "event_id": "e", "topic": "t", "type": "T", "locality": "710000000", "sequence": 1}
    body = io.BytesIO()
    written = {**tree, "time": int(MOMENT), "result": "ACCEPTED", "dropped": "old"}
    fastavro.schemaless_writer(body, fastavro.parse_schema(earlier), written)
    message = b"\x00" + (899).to_bytes(4, "big") + body.getvalue()
    assert codec.decode(message) == outcome
    assert codec.decode(message) == outcome  # the second time from the kept reader
    for cut in range(HEADER_BYTES, len(message)):
        with pytest.raises(Malformed):
            codec.decode(message[:cut])
    with pytest.raises(Malformed, match="too many"):
        codec.decode(message + b"\x00")


@settings(max_examples=50)
@given(st.lists(structs(AccessUsed) | structs(ReferralIssued), max_size=4))
def test_facts_of_an_earlier_version_keep_their_order_and_types(facts: list[Any]) -> None:
    schema = json.loads(schema_text("journal"))
    earlier = schema | {"fields": [each for each in schema["fields"] if each["name"] != "hash"]}
    codec = journal_codec(TwoVersions(earlier))
    record = Record("710000000", 1, MOMENT, Cause(), "kz-2020", tuple(facts), GENESIS_HASH)
    body = codec.encode(record)[HEADER_BYTES:-1]  # without the last field, which is null
    assert codec.decode(b"\x00" + (899).to_bytes(4, "big") + body) == record


def test_another_topics_schema_is_not_a_version_of_this_one() -> None:
    message = CODECS["outcomes"].encode(Outcome("s", "e", "t", "T", "1", 1, MOMENT, OutcomeResult.ACCEPTED))
    with pytest.raises(Malformed, match=r"is oryn\.outputs\.Outcome, not oryn\.journal\.Record"):
        CODECS["journal"].decode(message)
