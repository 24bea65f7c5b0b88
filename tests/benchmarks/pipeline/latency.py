"""From a release to the message that it causes, at a steady rate; and through two bare transactional loops.

Each release is of a special place that somebody waits for, so it is matched at once (R5.7): release, journal, fan-out,
notification. The clock runs from handing the release to the producer until the message is read, committed only.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from schemas import events as e
from schemas.cloudevents import event_headers
from schemas.codec import ValueCodec, event_codec, output_codec
from schemas.events import Event
from schemas.ids import FrozenIds
from schemas.instants import Instant
from schemas.outputs import MessageKind, Notification
from schemas.topic_offsets import extents
from schemas.words import (
    Admission,
    Channel,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    Regime,
)
from tests.benchmarks.measure import Row, plain
from tests.benchmarks.pipeline.cluster import PARTITION, Cluster, cluster, publish
from tests.benchmarks.plan import Plan

RATE_PER_S = 200
AIM_OF_BARE = 2.0
LOCALITY = "710000000"
BEGIN = 1_623_300_000_000  # 10 June 2021, 10:40 in Astana
PATIENCE_S = 60.0
WARM_UP = 40


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    count = min(1_000, plan.questions)
    with cluster(plan.folder / "latency") as here:
        ours: list[float] = []
        bare: list[float] = []
        for _ in range(min(plan.rounds, 3)):
            ours += _pipeline(here, count)
            bare += _two_hops(here, count)
    rows = []
    for name, of in (("median", 0.5), ("99th percentile", 0.99)):
        one, other = _quantile(ours, of), _quantile(bare, of)
        rows += [
            Row(f"release to notification at {RATE_PER_S}/s, {name}", "ms", [plain(one * 1e3)]),
            Row("  two bare transactional loops", "ms", [plain(other * 1e3)]),
            Row("  times as long", "×", [plain(one / other)]).held(at_most=AIM_OF_BARE),
        ]
    return rows


def _quantile(values: list[float], of: float) -> float:
    return statistics.quantiles(values, n=1_000, method="inclusive")[round(of * 1_000) - 1]


def _pipeline(here: Cluster, count: int) -> list[float]:
    prefix = here.topics()
    publish(here.client, prefix, _town(count + WARM_UP))
    ids = FrozenIds()
    codec, messages = event_codec("vacancy-releases", ids), output_codec("notifications", Notification, ids)

    def place_of(value: bytes) -> str | None:
        message = messages.decode(value)
        return message.place_id if message.kind is MessageKind.REFERRAL_ISSUED else None

    def send(producer: Producer, index: int) -> None:
        _release(producer, f"{prefix}vacancy-releases", codec, index)

    worker = here.processor("worker", prefix, "--clock", "records")
    fan_out = here.processor("fan-out", prefix)
    with here.running(*worker, prefix=prefix), here.running(*fan_out, prefix=prefix):
        return _timed(here, f"{prefix}notifications", count, send, place_of)


def _two_hops(here: Cluster, count: int) -> list[float]:
    prefix = here.topics()
    codec = event_codec("vacancy-releases", FrozenIds())

    def place_of(value: bytes) -> str:
        data = codec.decode(value)
        assert isinstance(data, e.PlaceReleased)
        return data.place_id

    def send(producer: Producer, index: int) -> None:
        _release(producer, f"{prefix}vacancy-releases", codec, index)

    loop = ("-m", "tests.benchmarks.pipeline.bare_loop", here.client["bootstrap.servers"])
    first = (*loop, f"{prefix}one", f"{prefix}journal", f"{prefix}vacancy-releases")
    second = (*loop, f"{prefix}two", f"{prefix}notifications", f"{prefix}journal")
    with here.running(*first, prefix=prefix), here.running(*second, prefix=prefix):
        return _timed(here, f"{prefix}notifications", count, send, place_of)


def _timed(
    here: Cluster,
    topic: str,
    count: int,
    send: Callable[[Producer, int], None],
    place_of: Callable[[bytes], str | None],
) -> list[float]:
    """Seconds from sending to reading, one by one; the first ones warm up and do not count."""
    reader = Consumer(
        {**here.client, "group.id": "latency", "isolation.level": "read_committed", "enable.auto.commit": False}
    )
    ends = extents(here.client, topic, range(len(reader.list_topics(topic).topics[topic].partitions)))
    reader.assign([TopicPartition(topic, partition, extent.end) for partition, extent in ends.items()])
    producer = Producer({**here.client, "enable.idempotence": True, "linger.ms": 0})
    sent: dict[str, float] = {}
    taken: dict[str, float] = {}
    total = count + WARM_UP

    def read(wait_s: float) -> None:
        for message in reader.consume(1, wait_s) or []:
            error = message.error()
            assert error is None or error.code() == KafkaError._PARTITION_EOF, error
            place = place_of(message.value() or b"")
            if place in sent:
                taken.setdefault(place, time.perf_counter() - sent[place])

    # The first one waits for processes that are starting.
    for index in range(total):
        sent[f"p{index}"] = due = time.perf_counter()
        send(producer, index)
        producer.poll(0)
        due += 1 / RATE_PER_S
        deadline = due + PATIENCE_S
        while (now := time.perf_counter()) < due or (index < WARM_UP and f"p{index}" not in taken):
            assert now < deadline, f"{topic}: no answer to place p{index}"
            read(max(min(due - now, 0.02), 0))
    deadline = time.perf_counter() + PATIENCE_S
    while len(taken) < total:
        assert time.perf_counter() < deadline, f"{len(taken)} of {total} messages"
        read(0.05)
    reader.close()
    return [seconds for place, seconds in taken.items() if int(place[1:]) >= WARM_UP]


def _town(waiting: int) -> list[Event]:
    """A special kindergarten and so many children who wait for it."""
    at, born = Instant(BEGIN), date(2018, 3, 1)
    found = [
        Event(
            "organisation-registry",
            at,
            "o1",
            "bench",
            LOCALITY,
            e.OrganisationRegistered("org", "Org", Ownership.STATE, OrganisationKind.SPECIAL, ("speech",)),
        )
    ]
    for index in range(waiting):
        name = f"a{index}"
        submitted = e.ApplicationSubmitted(
            application_id=name,
            applicant_id=f"p{index}",
            child_id=f"c{index}",
            child_born=born,
            queue_kind=QueueKind.SPECIAL,
            submitted_at=at,
            benefits=(),
            special_needs=True,
            commission_conclusion=True,
            channel=Channel.MIGRATION,
            organisation_id="org",
            profile="speech",
        )
        confirmed = e.DocumentsConfirmed(name)
        found += [
            Event("application-changes", at, f"s{index}", "bench", LOCALITY, submitted),
            Event("application-changes", at, f"d{index}", "bench", LOCALITY, confirmed),
        ]
    return found


def _release(producer: Producer, topic: str, codec: ValueCodec[e.EventData], index: int) -> None:
    data = e.PlaceReleased(
        place_id=f"p{index}",
        organisation_id="org",
        queue_kind=QueueKind.SPECIAL,
        birth_year=2018,
        age_from=2,
        age_to=5,
        language="kk",
        group_type=GroupType.SPECIAL,
        regime=Regime.FULL_DAY,
        admission=Admission.REGULAR,
        admission_from=date(2021, 6, 10),
        profile="speech",
    )
    at = BEGIN + 1_000 + index
    headers = event_headers(f"r{index}", "bench", "PlaceReleased", at)
    producer.produce(topic, codec.encode(data), LOCALITY.encode(), PARTITION, headers=[*headers], timestamp=at)
