"""Records that are no events, between good ones: the good are decided, each bad one is a dead letter once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import pytest
from confluent_kafka import Message

from schemas.cloudevents import HEADER_SOURCE, HEADER_TYPE
from schemas.codec import HEADER_BYTES, output_codec
from schemas.dead_letter_headers import Cause, unwrap
from schemas.events import Event
from schemas.message_headers import headers_of
from schemas.outputs import DeadLetter
from tests.integration.pipeline.checks import await_told, journal_is_of, verify_passes, world_was_told
from tests.integration.pipeline.environment import IDS, Environment, Place, Raw, raw
from tests.integration.pipeline.seasons import VILLAGES, season

pytestmark = pytest.mark.integration

SEED = 20210816
PARTITIONS = 2
FIVE_MB = 5_000_000
YEAR_9999_MS = 253_370_764_800_000
UNKNOWN_ID = 1_999_999_999
EVERY = 6
DEAD_LETTERS = "dead-letters"


@dataclass(frozen=True)
class Poison:
    """A record that is no event, and why."""

    record: Raw
    cause: Cause


def value_of(record: Raw) -> bytes:
    """The value of a good record."""
    assert record.value is not None
    return record.value


def poisons(good: Raw, random: Random) -> Iterator[Poison]:
    """Every kind of bad record, each made of a good one, so that nothing else is wrong with it."""
    value = value_of(good)
    home = 1  # of the village among two partitions
    yield Poison(replace(good, value=random.randbytes(300)), Cause.UNDECODABLE)
    yield Poison(replace(good, value=b""), Cause.UNDECODABLE)
    yield Poison(replace(good, value=b"\x01" + value[1:]), Cause.UNDECODABLE)
    unknown = b"\x00" + UNKNOWN_ID.to_bytes(4, "big") + value[HEADER_BYTES:]
    yield Poison(replace(good, value=unknown), Cause.UNKNOWN_SCHEMA)
    yield Poison(replace(good, value=value[:-3]), Cause.UNDECODABLE)
    yield Poison(replace(good, value=value + b"\x00"), Cause.UNDECODABLE)
    yield Poison(replace(good, value=random.randbytes(FIVE_MB)), Cause.OVERSIZED)
    yield Poison(replace(good, value=None), Cause.NO_VALUE)
    yield Poison(replace(good, key=b"11323010"), Cause.BAD_KEY)
    yield Poison(replace(good, key=None, partition=home), Cause.BAD_KEY)
    yield Poison(replace(good, key=b"\xff\xfe", partition=home), Cause.BAD_KEY)
    yield Poison(replace(good, partition=1 - home), Cause.WRONG_PARTITION)
    yield Poison(replace(good, headers=()), Cause.BAD_HEADERS)
    yield Poison(replace(good, headers=without(good, HEADER_SOURCE)), Cause.BAD_HEADERS)
    yield Poison(replace(good, headers=[*good.headers, (HEADER_TYPE, b"ClockTick")]), Cause.BAD_HEADERS)
    wrong_type = [*without(good, HEADER_TYPE), (HEADER_TYPE, b"PlaceReleased"), ("note", None)]
    yield Poison(replace(good, headers=wrong_type), Cause.BAD_HEADERS)
    yield Poison(replace(good, time=YEAR_9999_MS), Cause.BAD_TIME)
    yield Poison(replace(good, time=-1), Cause.BAD_TIME)


def without(good: Raw, header: str) -> list[tuple[str, bytes | None]]:
    """Its headers but one."""
    return [each for each in good.headers if each[0] != header]


def mixed(events: Sequence[Event], random: Random) -> list[Raw | Poison]:
    """A season with every poison in it, among the events of the first weeks and before the very first."""
    applications = [event for event in events if event.topic == "application-changes"]
    found: list[Raw | Poison] = [raw(event) for event in events]
    for index, poison in enumerate(poisons(raw(applications[0]), random)):
        found.insert(index * (EVERY + 1), poison)
    return found


def publish(environment: Environment, mix: Sequence[Raw | Poison]) -> tuple[list[Place], dict[Place, Poison]]:
    """Send all; where the good ones stand, and where each bad one does."""
    records = [each.record if isinstance(each, Poison) else each for each in mix]
    placed = list(zip(environment.publish(records), mix, strict=True))
    good = [place for place, each in placed if isinstance(each, Raw)]
    return good, {place: each for place, each in placed if isinstance(each, Poison)}


def check_letters(environment: Environment, bad: dict[Place, Poison]) -> None:
    """Each bad record is there once, byte for byte, with its place and cause."""
    codec = output_codec(DEAD_LETTERS, DeadLetter, IDS)
    letters: dict[Place, Message] = {}
    causes: Counter[Cause] = Counter()
    for message in environment.read(DEAD_LETTERS):
        found = unwrap(headers_of(message))
        place = Place(found.origin.topic, found.origin.partition, found.origin.offset)
        assert place not in letters, f"{place} twice"
        letters[place] = message
        poison, letter = bad[place], codec.decode(message.value())
        assert found.cause is poison.cause, (found.cause, found.error, poison.cause)
        assert found.error == letter.error != ""
        assert found.headers == list(poison.record.headers)
        assert (message.key(), letter.key, letter.value) == (poison.record.key, poison.record.key, poison.record.value)
        assert found.cut_bytes is None
        assert found.origin.timestamp == poison.record.time
        causes[found.cause] += 1
    assert set(letters) == set(bad), "each bad record has its letter"
    assert set(causes) == set(Cause), "every cause occurs"


def test_bad_records_become_dead_letters_once_and_hold_nobody_back(
    make_environment: Callable[..., Environment],
) -> None:
    environment, village, random = make_environment(PARTITIONS), season("village"), Random(SEED)
    assert environment.partition_of(VILLAGES[0]) == 1
    good, bad = publish(environment, mixed(village.events, random))
    settings = {"worker_batch_records": 15, "worker_snapshot_records": 10}
    worker, fan_out = environment.worker(settings), environment.fan_out()
    watch, letters = environment.watch(), environment.watch(DEAD_LETTERS)
    for share in (0.1, 0.3, 0.5):
        letters.await_count(int(share * len(bad)), worker)
        worker.kill()
        worker.start()
    watch.await_count(len(village.records), worker)
    letters.await_count(len(bad), worker)
    await_told(environment, village, fan_out)
    assert worker.stop() == fan_out.stop() == 0
    assert worker.kills == 3
    journal_is_of(environment, village, good)
    world_was_told(environment, village)
    check_letters(environment, bad)
    verify_passes(environment)
