"""Random bytes in every topic: no process ends by them, none hangs, and what is right beside them is decided.

`test_poison` has every kind of bad record by hand; here are thousands of which nobody knows what is wrong with them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from random import Random
from threading import Event as Flag
from threading import Timer

import psycopg
import pytest
from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Message
from prometheus_client import CollectorRegistry
from psycopg.sql import SQL, Identifier

from consumers.reading.store import StoreConflict
from infra.readers.indicators import indicators_settings
from infra.readers.running import Runnable
from infra.settings import Settings
from schemas.dead_letter_headers import unwrap
from schemas.message_headers import headers_of
from streams.allocation.intake import TOPICS
from streams.runtime.errors import UnknownOffset
from tests.fuzz.hostile import corpus
from tests.fuzz.hostile.records import NOW, message, wire_header
from tests.integration.dead_letters.strangers import send_unreadable_header
from tests.integration.pipeline.environment import INPUTS, WAIT_S, Environment, Place, Raw, raw
from tests.integration.pipeline.seasons import season
from tests.integration.running_readers import running

pytestmark = pytest.mark.integration

SEED = 20260717
PARTITIONS = 2
NOISE = 1_000
GOOD = 40
BYTES_MAX = 300
DEAD_LETTERS = "dead-letters"
OWN = ("journal", "outcomes", "notifications", "bulletins", "referrals", "service-stages", "indicators", DEAD_LETTERS)
# These end, with the code for a contradiction (72): their topics are Oryn's own, and nothing in them may be skipped.
REFUSING = ("registers", "live_view", "bulletins", "indicators")


def noise(random: Random, topic: str) -> Raw:
    """A record of any bytes; half of them look like a value of the topic, some are large."""
    value = random.randbytes(random.randrange(BYTES_MAX) if random.random() < 0.98 else 100_000)
    if random.random() < 0.5:
        value = wire_header(topic) + value
    names = ("ce_id", "ce_type", "ce_source", "ce_specversion", "x", "")
    headers = [(random.choice(names), random.choice((None, b"1.0", random.randbytes(9)))) for _ in range(5)]
    key = random.choice((None, random.randbytes(9), b"710000000"))
    some_time = random.choice((-1, NOW, random.randrange(2**40)))
    return Raw(topic, key, random.choice((value, value, value, None)), headers, some_time, random.randrange(PARTITIONS))


def anywhere(random: Random, topic: str) -> Raw:
    """Noise in a partition that its key or chance names."""
    return replace(noise(random, topic), partition=-1)


def kept_inputs() -> Iterator[Raw]:
    """The fuzzer's own finds, as records."""
    for _, data in corpus.inputs("records"):
        topic, made = message(data)
        partition = made.partition()
        assert partition is not None
        some_time = NOW if made.timestamp()[0] != TIMESTAMP_NOT_AVAILABLE else -1
        yield Raw(topic, made.key(), made.value(), headers_of(made), some_time, partition)


def origin_of(letter: Message) -> Place:
    """Where a dead letter's record stood."""
    return Place(*unwrap(headers_of(letter)).origin[:3])


def outcomes(environment: Environment) -> list[Place]:
    """The places of all input records that have an outcome, once for each."""
    causes = [record.cause for records in environment.journal().values() for record in records]
    decided = [
        Place(each.topic, each.partition, each.offset)
        for each in causes
        if each.topic is not None and each.partition is not None and each.offset is not None
    ]
    return decided + [origin_of(each) for each in environment.read(DEAD_LETTERS)]


def test_noise_in_the_inputs_becomes_dead_letters_and_the_events_beside_it_are_decided(
    make_environment: Callable[..., Environment],
) -> None:
    environment, random = make_environment(PARTITIONS), Random(SEED)
    mixed: list[Raw] = [noise(random, random.choice(INPUTS)) for _ in range(NOISE)] + list(kept_inputs())
    random.shuffle(mixed)
    good = [raw(event) for event in season("village").events[:GOOD]]
    for index, each in enumerate(good):
        mixed.insert(index * len(mixed) // GOOD, each)
    placed = environment.publish(mixed)
    # When the worker has read many: that is another path than the first one is, in the interpreter itself.
    for topic in TOPICS:
        send_unreadable_header(environment.client, environment.prefix + topic, 0)
    wanted = {*placed, *(Place(topic, 0, environment.ends(topic)[0] - 1) for topic in TOPICS)}
    worker, fan_out = environment.worker(), environment.fan_out()
    deadline = time.monotonic() + WAIT_S
    while len(found := outcomes(environment)) < len(wanted):
        assert worker.alive, worker.tail()
        assert time.monotonic() < deadline, f"{len(found)} of {len(wanted)}, without {wanted - set(found)}"
    assert sorted(found, key=str) == sorted(wanted, key=str), "each record has one outcome (invariant 5)"
    decided = {place for place, each in zip(placed, mixed, strict=True) if each in good}
    assert decided.isdisjoint({origin_of(each) for each in environment.read(DEAD_LETTERS)})
    assert worker.stop() == fan_out.stop() == 0


@contextmanager
def ended_in_time() -> Iterator[Flag]:
    """A flag that tells a reader to stop when it should have ended by itself long ago."""
    stop = Flag()
    timer = Timer(WAIT_S, stop.set)
    timer.start()
    try:
        yield stop
    finally:
        timer.cancel()
        timer.join()


def reader(name: str, settings: Settings) -> Runnable:
    """A reader as `oryn reader` puts it together."""
    made: Runnable = import_module(f"infra.readers.{name}").build(settings, CollectorRegistry())
    return made


def await_count(address: str, question: SQL, schema: str, wanted: int) -> None:
    """Wait until a question about a schema has this answer."""
    deadline, found = time.monotonic() + WAIT_S, 0
    while found < wanted:
        assert time.monotonic() < deadline, f"{found} of {wanted}: {question.as_string()}"
        time.sleep(0.05)
        with psycopg.connect(address) as connection:
            try:
                row = connection.execute(question.format(Identifier(schema))).fetchone()
            except psycopg.errors.UndefinedTable:
                continue
        found = row[0] if row is not None else 0
    assert found == wanted


def test_noise_in_our_own_topics_is_noted_or_refused_in_words(
    make_environment: Callable[..., Environment], postgres: str, redis: str, tmp_path: Path
) -> None:
    environment, random = make_environment(PARTITIONS), Random(SEED)
    base = Settings()
    settings = replace(
        base,
        data=tmp_path,
        kafka=replace(base.kafka, bootstrap=environment.bootstrap, topic_prefix=environment.prefix),
        postgres=replace(base.postgres, url=postgres),
        redis=replace(base.redis, url=redis),
        public=replace(base.public, store=(tmp_path / "public").as_uri()),
        gateway=replace(base.gateway, file=tmp_path),
    )
    letters = environment.publish(anywhere(random, DEAD_LETTERS) for _ in range(100))
    send_unreadable_header(environment.client, environment.prefix + DEAD_LETTERS, 0)
    messages = environment.publish(anywhere(random, "notifications") for _ in range(100))
    where = indicators_settings(settings).schema
    with running(reader("indicators", settings)):
        await_count(postgres, SQL("SELECT coalesce(sum(count), 0)::int FROM {}.dead_letters"), where, len(letters) + 1)
    with running(reader("gateway", settings)):
        gateway = settings.schema("gateway")
        await_count(postgres, SQL("SELECT count(*)::int FROM {}.unreadable"), gateway, len(messages))
    # A value of the right form behind the noise changes nothing.
    environment.publish(anywhere(random, topic) for topic in OWN for _ in range(20))
    for name in REFUSING:
        with ended_in_time() as stop, pytest.raises(StoreConflict, match=r"offset \d+|partition \d+"):
            reader(name, settings).run(stop)
    worker, fan_out = environment.worker(), environment.fan_out()
    worker.await_log("partition stopped")
    assert worker.alive
    assert worker.stop() == 0
    # Somebody was told what the fan-out knows nothing of.
    assert fan_out.await_exit() == UnknownOffset.exit_code
