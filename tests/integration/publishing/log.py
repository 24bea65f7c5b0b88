"""Reads back what was published. For the tests of publishing only."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from confluent_kafka.admin import AdminClient, NewTopic

from infra.topics import apply_topics
from producers.client.settings import PublisherSettings
from schemas.cloudevents import read_event
from schemas.codec import event_codec
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import FrozenIds
from schemas.topic_reading import TopicReading
from tests.unit.client.events import SOURCE

PARTITIONS = 3


def make_topics(bootstrap: str, prefix: str, clock: str = "wall") -> None:
    apply_topics(AdminClient({"bootstrap.servers": bootstrap}), prefix, clock, PARTITIONS)


def make_topic(bootstrap: str, topic: NewTopic) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})  # lives until the answer is there
    for task in admin.create_topics([topic]).values():
        task.result(30)


def settings(bootstrap: str, prefix: str, folder: Path, **changed: object) -> PublisherSettings:
    values: dict[str, object] = {
        "client": {"bootstrap.servers": bootstrap},
        "spool": folder / "spool.db",
        "source": SOURCE,
        "topic_prefix": prefix,
    }
    return PublisherSettings(**(values | changed))  # type: ignore[arg-type]  # tests name what they change


def published(bootstrap: str, prefix: str, *topics: str) -> dict[str, list[Event]]:
    """Topic -> its events, in the order of the log inside each partition; each was read as the worker reads it."""
    found: Mapping[str, list[Event]] = defaultdict(list)
    for topic in topics or tuple(EVENTS_BY_TOPIC):
        codec = event_codec(topic, FrozenIds())
        with TopicReading({"bootstrap.servers": bootstrap}, prefix + topic) as reading:
            for message in reading:
                event = read_event(
                    topic,
                    codec,
                    message.key(),
                    message.headers(),  # type: ignore[arg-type]  # the client reads them as pairs of text and bytes
                    message.value(),
                    message.timestamp()[1],
                    message.partition(),
                    message.offset(),
                )
                found[topic].append(event)
    return dict(found)


def ids(events: list[Event]) -> list[str]:
    return [event.event_id for event in events]
