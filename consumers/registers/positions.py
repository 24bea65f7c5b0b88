"""Up to where topics were read, kept beside the rows. Moving a position is the first statement of a transaction.

It locks what it moves, so that of two writers one goes first and the other finds that it stands elsewhere. And it
locks the table against a switch of copies: whoever switches waits, or the writer does, and then writes to the new copy.
A position is one of a topic that Kafka knows by an id: of another topic, or one that was made again, it says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from consumers.reading.store import StoreConflict, StoreUnavailable
from consumers.registers.connection import Connection
from schemas.topic_offsets import REQUEST_TIMEOUT_S, TopicMissing, TopicUnavailable, client_log, is_passing

_READ: Final = "SELECT partition, next_offset, topic, topic_id FROM positions WHERE source = %s"
_MOVE: Final = """
UPDATE positions p SET next_offset = n.following, stored_at = now()
FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS n (partition, here, following)
WHERE p.source = %s AND p.partition = n.partition AND p.next_offset = n.here AND p.topic_id = %s
"""
_BEGIN: Final = """
INSERT INTO positions (source, topic, topic_id, partition, next_offset)
SELECT %s, %s, %s, n.partition, n.following FROM unnest(%s::integer[], %s::bigint[]) AS n (partition, following)
ON CONFLICT (source, partition) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which topic it is. `source`: its name without a prefix; `topic`: with it; `topic_id`: Kafka's.

    `store`: what is made of it, as its setting and its command are called.
    """

    source: str
    topic: str
    topic_id: str
    store: str = "registers"


def topic_id(client: Mapping[str, str], topic: str) -> str:
    """What Kafka calls a topic; it never gives an id twice. Raises: TopicMissing, TopicUnavailable."""
    admin = AdminClient(dict(client), logger=client_log)
    try:
        found = admin.describe_topics(TopicCollection([topic]), request_timeout=REQUEST_TIMEOUT_S)[topic].result()
    except KafkaException as exc:
        if exc.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART and is_passing(exc.args[0]):
            raise TopicUnavailable(f"{topic}: {exc.args[0].str()}") from exc
        raise TopicMissing(f"{topic}: {exc.args[0].str()}") from exc
    return str(found.topic_id)


def read(connection: Connection, origin: Origin) -> dict[int, int]:
    """Partition -> the offset of the first record that is not stored.

    Raises: StoreConflict when the rows are of another topic; psycopg.Error.
    """
    found = connection.execute(_READ, [origin.source]).fetchall()
    for _, _, topic, identity in found:
        if topic != origin.topic:
            raise StoreConflict(
                f"these {origin.store} are of the topic {topic}, not of {origin.topic}: give each environment a schema"
                f" of its own (postgres.{origin.store})"
            )
        if identity != origin.topic_id:
            raise StoreConflict(
                f"the topic {topic} was made again, and the {origin.store} are of the one before:"
                f" `oryn {origin.store} rebuild` makes them anew"
            )
    return {int(partition): int(offset) for partition, offset, _, _ in found}


def move(connection: Connection, origin: Origin, here: Mapping[int, int], after: Mapping[int, int]) -> None:
    """Go from `here` (partitions that are missing: from nowhere) to `after`, inside the open transaction.

    Raises: StoreUnavailable when another writer has been there, or another copy took this one's place; psycopg.Error.
    """
    moving = sorted(each for each in after if each in here and after[each] != here[each])
    beginning = sorted(each for each in after if each not in here)
    # The first is asked even with nothing to do: what counts is the lock.
    places = [moving, [here[each] for each in moving], [after[each] for each in moving]]
    done = connection.execute(_MOVE, [*places, origin.source, origin.topic_id]).rowcount
    if beginning:
        named = [origin.source, origin.topic, origin.topic_id]
        done += connection.execute(_BEGIN, [*named, beginning, [after[each] for each in beginning]]).rowcount
    if done != len(moving) + len(beginning):
        raise StoreUnavailable(
            f"{origin.topic}: the {origin.store} stand elsewhere: another writer or another copy of them"
        )
