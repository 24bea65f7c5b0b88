"""What must come out of the pipeline, however it was disturbed. Each check fails by itself and says where."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from confluent_kafka import Message

from schemas.cloudevents import HEADER_ID, HEADER_TYPE
from schemas.codec import VALUE_TYPES, output_codec
from schemas.journal import Record
from schemas.message_headers import headers_of
from schemas.murmur2 import partition_of
from schemas.outputs import Bulletin, Notification, Outcome, ReferralView, ServiceStage
from schemas.topic_reading import TopicReading
from streams.projections.projection import Projection
from tests.integration.pipeline.environment import IDS, Environment, Place
from tests.integration.pipeline.programs import Program
from tests.integration.pipeline.seasons import Season


def journal_is_of(environment: Environment, season: Season, places: Iterable[Place]) -> dict[str, list[Record]]:
    """The journal is that of an undisturbed run, hash by hash, and answers each input record exactly once.

    `places`: where the season's events stand in the inputs. Gives the journal by locality.
    """
    journal = environment.journal()
    assert sorted(journal) == season.localities
    for locality, found in journal.items():
        wanted = season.records_of(locality)
        for got, want in zip(found, wanted, strict=False):
            assert got.hash == want.hash, f"{locality}: record {want.sequence} is {got}, not {want}"
        assert len(found) == len(wanted), f"{locality}: {len(found)} records of {len(wanted)}"
    causes = [record.cause for records in journal.values() for record in records if record.cause.topic is not None]
    answered = Counter((cause.topic, cause.partition, cause.offset) for cause in causes)
    assert answered == Counter((place.topic, place.partition, place.offset) for place in places)
    return journal


class Told(NamedTuple):
    """One record of a derived topic, whatever its partition and offset."""

    topic: str
    key: str
    id: str
    kind: str
    value: Any


# Type -> topic, key and id, as docs/topics.md and the contracts have them.
_TABLE: Mapping[type, tuple[str, Callable[[Any], str], Callable[[Any], str]]] = {
    Outcome: ("outcomes", lambda each: each.source, lambda each: f"{each.locality}:{each.sequence}"),
    Notification: ("notifications", lambda each: each.recipient, lambda each: each.id),
    Bulletin: ("bulletins", lambda each: each.locality, lambda each: f"{each.locality}:{each.sequence}"),
    ReferralView: (
        "referrals",
        lambda each: each.organisation_id,
        lambda each: f"{each.locality}:{each.sequence}:{each.referral}",
    ),
    ServiceStage: ("service-stages", lambda each: each.locality, lambda each: each.id),
}
DERIVED = tuple(topic for topic, _, _ in _TABLE.values())


def told_by(season: Season) -> list[Told]:
    """What the journal of a season says to the world, locality by locality, each in its order."""
    return told_of(season.records)


def told_of(records: Iterable[Record]) -> list[Told]:
    """What records say to the world, each locality's in its order."""
    told = []
    projections: dict[str, Projection] = {}
    for record in records:
        projection = projections.setdefault(record.locality, Projection(record.locality))
        for output in projection.project(record):
            topic, key, name = _TABLE[type(output)]
            told.append(Told(topic, key(output), name(output), type(output).__name__, output))
    return told


def read_told(client: Mapping[str, str], prefix: str) -> list[Told]:
    """What the derived topics say; each record's partition is checked on the way."""
    told = []
    for topic in DERIVED:
        codec = output_codec(topic, VALUE_TYPES[topic], IDS)
        with TopicReading(client, prefix + topic) as reading:
            messages, partitions = list(reading), reading.partition_count
        for message in messages:
            key = message.key()
            assert key is not None
            assert message.partition() == partition_of(key, partitions), f"{topic}: {key!r}"
            headers = _headers(message)
            name, kind = headers[HEADER_ID], headers[HEADER_TYPE]
            told.append(Told(topic, key.decode(), name.decode(), kind.decode(), codec.decode(message.value())))
    return told


def _headers(message: Message) -> dict[str, bytes]:
    return {name: value for name, value in headers_of(message) if value is not None}


def await_told(environment: Environment, season: Season, *alive: Program) -> None:
    """Wait until the derived topics have as many records as the season's journal gives. `alive`: who must not end."""
    environment.watch(*DERIVED).await_count(len(told_by(season)), *alive)


def world_was_told(environment: Environment, season: Season) -> int:
    """The derived topics hold what the season's journal says, each once, in order for each key. Gives how many."""
    return told_once(read_told(environment.client, environment.prefix), told_by(season))


def told_once(found: Sequence[Told], wanted: Sequence[Told]) -> int:
    """What was told is what was to be told, each once, in order for each key. Gives how many."""
    repeated = [each for each, times in Counter((each.topic, each.id) for each in found).items() if times > 1]
    assert not repeated, f"told twice: {repeated[:5]}"
    assert _by_key(found) == _by_key(wanted)
    return len(found)


def _by_key(told: Iterable[Told]) -> dict[tuple[str, str, str], list[Told]]:
    """In order for each key; localities that share a key have no order among each other."""
    groups: dict[tuple[str, str, str], list[Told]] = {}
    for each in told:
        groups.setdefault((each.topic, each.key, each.id[: each.id.index(":")]), []).append(each)
    return groups


def verify_passes(environment: Environment) -> None:
    """`oryn verify` finds nothing wrong with the live journal."""
    code, said = environment.run("verify", "kafka:")
    assert code == 0, said
