"""What became of an event: outcomes as the fan-out writes them, read by whoever published.

The records here are made by the test with the real codec; the real pipeline is in `test_submit.py`.
"""

import time
from collections.abc import Sequence

import pytest
from confluent_kafka import Producer

from producers.client.outcomes import OutcomeReader, mark, mark_at
from schemas.codec import output_codec
from schemas.ids import FrozenIds
from schemas.instants import EVENT_TIME_MAX, Instant
from schemas.outputs import Outcome, OutcomeResult
from schemas.topic_offsets import TopicMissing, TopicUnavailable
from schemas.words import Reason
from tests.integration.publishing.log import make_topics
from tests.unit.client.events import LOCALITY, NOWHERE, SOURCE, TIME

pytestmark = pytest.mark.integration

OTHER = "kindergarten/18"


def outcome(number: int, result: OutcomeResult = OutcomeResult.ACCEPTED, source: str = SOURCE) -> Outcome:
    rejected = result is OutcomeResult.REJECTED
    return Outcome(
        source=source,
        event_id=f"e-{number}",
        topic="vacancy-releases",
        type="PlaceReleased",
        locality=LOCALITY,
        sequence=number + 1,
        time=Instant(TIME + number),
        result=result,
        reason=Reason.UNKNOWN_ORGANISATION if rejected else None,
        detail="organisation-17 is not registered" if rejected else None,
        first_sequence=1 if result is OutcomeResult.DUPLICATE else None,
    )


def write(bootstrap: str, prefix: str, outcomes: Sequence[Outcome]) -> None:
    """Write in one transaction, as the fan-out does: its marker takes an offset, too."""
    codec = output_codec("outcomes", Outcome, FrozenIds())
    producer = Producer(
        {"bootstrap.servers": bootstrap, "transactional.id": f"{prefix}fan-out", "partitioner": "murmur2_random"}
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    for each in outcomes:
        producer.produce(f"{prefix}outcomes", codec.encode(each), each.source.encode(), timestamp=int(each.time))
    producer.commit_transaction(30)


def test_an_outcome_is_found_with_its_reason_and_repeats_do_not_hide_it(kafka: str, prefix: str) -> None:
    make_topics(kafka, prefix, "records")
    client = {"bootstrap.servers": kafka}
    rejected = outcome(2, OutcomeResult.REJECTED)
    written = [
        outcome(1, source=OTHER),
        outcome(1),
        rejected,
        outcome(2, OutcomeResult.DUPLICATE),
        outcome(12, OutcomeResult.DUPLICATE),
    ]
    write(kafka, prefix, written)
    with OutcomeReader(client, [SOURCE], topic_prefix=prefix, follow=False) as reader:
        found = reader.find(["e-1", "e-2", "e-12", "e-3"])
    assert found == {"e-1": outcome(1), "e-2": rejected, "e-12": outcome(12, OutcomeResult.DUPLICATE)}
    # Many ids are found as few are.
    with OutcomeReader(client, [SOURCE], topic_prefix=prefix, follow=False) as reader:
        assert reader.find([f"e-{number}" for number in range(50)]) == found
    with OutcomeReader(client, topic_prefix=prefix, follow=False) as reader:
        every = [each for batch in reader.batches() for each in batch]
    assert sorted(map(repr, every)) == sorted(map(repr, written))


def test_a_reading_begins_at_its_mark_and_follows(kafka: str, prefix: str) -> None:
    make_topics(kafka, prefix, "records")
    client = {"bootstrap.servers": kafka}
    write(kafka, prefix, [outcome(1), outcome(2)])
    here = mark(client, prefix)
    with OutcomeReader(client, [SOURCE], topic_prefix=prefix, start=here) as reader:
        started = time.monotonic()
        assert reader.find(["e-1", "e-2"], 0.5) == {}
        assert 0.5 <= time.monotonic() - started < 10
    with OutcomeReader(client, [SOURCE], topic_prefix=prefix, start=here) as reader:
        write(kafka, prefix, [outcome(3), outcome(2, OutcomeResult.DUPLICATE)])
        assert reader.find(["e-3"], 30) == {"e-3": outcome(3)}
    since = mark_at(client, Instant(TIME + 2), prefix)
    with OutcomeReader(client, [SOURCE], topic_prefix=prefix, start=since, follow=False) as reader:
        assert reader.find(["e-1", "e-2"]) == {"e-2": outcome(2)}
    later = mark_at(client, Instant(EVENT_TIME_MAX - 1), prefix)
    assert later == mark(client, prefix)


def test_who_cannot_be_asked_is_told(kafka: str, prefix: str) -> None:
    with pytest.raises(TopicMissing):
        mark({"bootstrap.servers": kafka}, prefix)
    with pytest.raises(TopicUnavailable):
        mark(NOWHERE, prefix, 0.5)
