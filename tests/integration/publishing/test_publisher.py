"""A publisher and a real broker: what is confirmed is there once, in order, as it was submitted."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka.admin import NewTopic
from msgspec.structs import replace

from producers.client.delivery import Refused
from producers.client.publisher import Publisher, PublisherStopped
from producers.client.settings import Ordering
from producers.client.spool import Spool
from schemas.events import Event, InterestConfirmed, OrganisationClosed, OrganisationRegistered, PlaceRecalled
from schemas.instants import Instant
from schemas.murmur2 import partition_of
from schemas.words import OrganisationKind, Ownership, RecallReason
from tests.integration.publishing.log import PARTITIONS, ids, make_topic, make_topics, published, settings
from tests.unit.client.events import LOCALITY, SOURCE, TIME, event, release, row

pytestmark = pytest.mark.integration

LOCALITIES = ("710000000", "750000000", "551010000", "113230100")
WAIT_S = 60


def of_all_topics(number: int, locality: str = LOCALITY) -> Event:
    """Each event is of another topic than the one before."""
    data = (
        OrganisationClosed("organisation-17"),
        release(number),
        PlaceRecalled("place-1", "organisation-17", RecallReason.MAJOR_REPAIR),
        InterestConfirmed("application-1", "applicant-1"),
    )[number % 4]
    topic = ("organisation-registry", "vacancy-releases", "vacancy-recalls", "application-changes")[number % 4]
    return Event(topic, Instant(TIME + number), f"e-{number:04}", SOURCE, locality, data)


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_is_submitted_is_what_is_read(kafka: str, prefix: str, tmp_path: Path) -> None:
    make_topics(kafka, prefix, "records")
    events = [of_all_topics(number, LOCALITIES[number % 3]) for number in range(40)]
    called: list[str] = []
    with Publisher(settings(kafka, prefix, tmp_path)) as publisher:
        deliveries = publisher.submit_events(events)
        deliveries[0].when_done(lambda each: called.append(each.event_id))
        receipts = [each.result(WAIT_S) for each in deliveries]
        assert publisher.flush(WAIT_S) == 0
        assert publisher.trouble is None
    assert called == ["e-0000"]
    found = {each.event_id: each for topic in published(kafka, prefix).values() for each in topic}
    assert len(found) == 40
    for told, receipt in zip(events, receipts, strict=True):
        assert found[told.event_id] == replace(told, partition=receipt.partition, offset=receipt.offset)
        assert receipt.topic == prefix + told.topic
        assert receipt.partition == partition_of(told.locality.encode(), PARTITIONS)


def test_the_order_of_a_locality_holds_over_all_topics(kafka: str, prefix: str, tmp_path: Path) -> None:
    make_topics(kafka, prefix)
    with Publisher(settings(kafka, prefix, tmp_path)) as publisher:
        # Each of the four localities goes on in another topic with each of its events.
        events = [of_all_topics(number + number // 4, LOCALITIES[number % 4]) for number in range(400)]
        publisher.submit_events(events)
        assert publisher.flush(WAIT_S) == 0
    found = published(kafka, prefix)
    # The topics stamp their records themselves: none was appended before one that was submitted before it.
    by_time = sorted((each for topic in found.values() for each in topic), key=lambda each: (each.time, each.event_id))
    assert len(by_time) == 400
    for locality in LOCALITIES:
        wanted = [each.event_id for each in events if each.locality == locality]
        assert [each.event_id for each in by_time if each.locality == locality] == wanted
    assert all(each.time > Instant(1_700_000_000_000) for each in by_time), "the brokers' time"


def test_the_order_of_a_topic_holds_when_no_other_is_waited_for(kafka: str, prefix: str, tmp_path: Path) -> None:
    make_topics(kafka, prefix)
    with Publisher(settings(kafka, prefix, tmp_path, ordering=Ordering.TOPIC, batch_events_max=64)) as publisher:
        publisher.submit_events([of_all_topics(number) for number in range(1_000)])
        assert publisher.flush(WAIT_S) == 0
    for rank, topic in enumerate(("organisation-registry", "vacancy-releases", "vacancy-recalls")):
        assert ids(published(kafka, prefix, topic)[topic]) == [f"e-{number:04}" for number in range(rank, 1_000, 4)]


def test_a_poison_event_is_refused_and_blocks_nobody(kafka: str, prefix: str, tmp_path: Path) -> None:
    topic = NewTopic(f"{prefix}organisation-registry", 1, 1, config={"max.message.bytes": "3000"})
    make_topic(kafka, topic)
    large = OrganisationRegistered(
        "organisation-17",
        "Balbobek",
        Ownership.STATE,
        OrganisationKind.SPECIAL,
        tuple(f"{number:060}" for number in range(64)),
    )
    poison = {"e-0020", "e-0021", "e-0040"}
    events = [replace(of_all_topics(4 * number), event_id=f"e-{number:04}") for number in range(60)]
    events = [replace(each, data=large) if each.event_id in poison else each for each in events]
    client = {"bootstrap.servers": kafka, "compression.type": "none"}
    with Publisher(settings(kafka, prefix, tmp_path, client=client), paused=True) as publisher:
        deliveries = publisher.submit_events(events)
        publisher.start()
        assert publisher.flush(WAIT_S) == 0
        for each in deliveries:
            if each.event_id in poison:
                with pytest.raises(Refused, match="large"):
                    each.result(0)
            else:
                assert each.result(0).partition == 0
        refused = publisher.refused()
        assert [each.event_id for each in refused] == sorted(poison)
        assert all("large" in each.error for each in refused)
        publisher.forget_refused(refused[0].position)
        receipt = publisher.submit_events([replace(events[0], event_id="e-0060")])[0].result(WAIT_S)
        assert receipt.offset >= 57
    found = ids(published(kafka, prefix, "organisation-registry")["organisation-registry"])
    # What was underway when the broker refused may have come twice; its first coming counts, and keeps the order.
    assert list(dict.fromkeys(found)) == [f"e-{each:04}" for each in range(61) if f"e-{each:04}" not in poison]


def test_a_topic_that_is_missing_is_waited_for(kafka: str, prefix: str, tmp_path: Path) -> None:
    with Publisher(settings(kafka, prefix, tmp_path)) as publisher:
        delivery = publisher.submit_events([event(1)])[0]
        wait_for(lambda: publisher.trouble is not None)
        assert f"no topic {prefix}vacancy-releases" in str(publisher.trouble)
        assert not delivery.done
        make_topics(kafka, prefix)
        assert delivery.result(WAIT_S).topic == f"{prefix}vacancy-releases"
        assert publisher.trouble is None


def test_events_of_another_cluster_are_not_sent_here(kafka: str, prefix: str, tmp_path: Path) -> None:
    make_topics(kafka, prefix)
    spool = Spool(tmp_path / "spool.db")
    spool.adopt("another-cluster")
    spool.append([(f"{prefix}vacancy-releases", *row(1)[1:])])
    spool.close()
    with Publisher(settings(kafka, prefix, tmp_path)) as publisher:
        with pytest.raises(PublisherStopped, match="another-cluster"):
            publisher.flush(WAIT_S)
        with pytest.raises(PublisherStopped, match="use another spool"):
            publisher.submit_events([event(2)])
    assert published(kafka, prefix, "vacancy-releases") == {}


def test_a_full_spool_lets_in_as_much_as_leaves_it(kafka: str, prefix: str, tmp_path: Path) -> None:
    make_topics(kafka, prefix)
    with Publisher(settings(kafka, prefix, tmp_path, spool_events_max=10, batch_events_max=5)) as publisher:
        most = 0
        for number in range(300):
            publisher.submit_events([event(number)])
            most = max(most, publisher.pending)
        assert publisher.flush(WAIT_S) == 0
    assert most <= 10
    assert ids(published(kafka, prefix, "vacancy-releases")["vacancy-releases"]) == [f"e-{each}" for each in range(300)]
