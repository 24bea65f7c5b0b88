"""The loop of readers on a real broker: every record reaches the store once and in order, whatever goes away."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

import pytest
from confluent_kafka import Message
from prometheus_client import CollectorRegistry

from consumers.reading.figures import Figures
from consumers.reading.reader import Reader
from consumers.reading.store import StoreConflict, StoreUnavailable
from infra.readers.running import Together
from infra.stack.broker import Broker
from schemas.topic_offsets import TopicMissing
from tests.integration.reading.topics import WAIT_S, Writer, create_topic, numbers
from tests.integration.running_readers import running

pytestmark = pytest.mark.integration
PARTITIONS = 2
POLL_S = 0.02


class Shelf:
    """A store in memory that may be away: what it was told before is still there afterwards."""

    def __init__(self) -> None:
        self.values: dict[int, list[int]] = {}
        self.positions: dict[int, int] = {}
        self.sizes: list[int] = []
        self.opened = 0
        self.idles = 0
        self.closed = 0
        # Calls of `take` that fail, before or after they have stored, as a lost connection may.
        self.fails_before: set[int] = set()
        self.fails_after: set[int] = set()
        self.away = threading.Event()
        self._calls = 0

    def open(self) -> Mapping[int, int]:
        self.opened += 1
        if self.away.is_set():
            raise StoreUnavailable("the shelf is away")
        return dict(self.positions)

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        self._calls += 1
        if self.away.is_set() or self._calls in self.fails_before:
            raise StoreUnavailable("the shelf went away")
        self.sizes.append(len(messages))
        for message in messages:
            partition, offset, value = message.partition(), message.offset(), message.value()
            assert partition is not None
            assert offset is not None
            assert value is not None
            assert offset >= self.positions.get(partition, 0)
            self.values.setdefault(partition, []).append(int(value))
        for partition, position in after.items():
            assert position >= self.positions.get(partition, 0)
            self.positions[partition] = position
        if self._calls in self.fails_after:
            raise StoreUnavailable("the shelf went away after it had stored")

    def idle(self) -> None:
        self.idles += 1

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def topic(kafka: str, prefix: str) -> str:
    create_topic(kafka, f"{prefix}numbers", PARTITIONS)
    return f"{prefix}numbers"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(POLL_S)


def test_all_records_arrive_in_slices_and_markers_are_passed(
    kafka: str, topic: str, registry: CollectorRegistry
) -> None:
    writer, shelf = Writer(kafka, topic), Shelf()
    writer.commit([*numbers(0, 250), *numbers(1, 30)])
    writer.abort(numbers(0, 50, 9_000))
    reader = Reader({"bootstrap.servers": kafka}, topic, shelf, Figures(registry), batch_records=100)
    assert reader.ready() == {topic: "starting"}
    with running(reader):
        _until(lambda: not reader.ready(), "caught up")
        writer.commit(numbers(0, 20, 250))
        _until(lambda: len(shelf.values[0]) == 270, "the new ones are there")
    assert shelf.values == {0: list(range(270)), 1: list(range(30))}
    assert max(shelf.sizes) <= 100
    # Its last record lies behind markers and aborted records.
    assert shelf.positions[0] >= 250 + 1 + 50 + 1 + 20
    assert registry.get_sample_value("oryn_reader_records_total", {"topic": topic}) == 300
    assert shelf.idles > 0
    assert shelf.closed == 1


def test_a_store_that_goes_away_is_opened_again_and_nothing_is_lost_or_doubled(
    kafka: str, topic: str, registry: CollectorRegistry
) -> None:
    writer, shelf = Writer(kafka, topic), Shelf()
    shelf.fails_before, shelf.fails_after = {2, 5}, {3}
    writer.commit(numbers(0, 500))
    reader = Reader({"bootstrap.servers": kafka}, topic, shelf, Figures(registry), batch_records=50)
    with running(reader):
        _until(lambda: len(shelf.values.get(0, ())) == 500, "all are there")
        shelf.away.set()
        writer.commit(numbers(0, 10, 500))
        _until(lambda: "the shelf" in reader.ready().get(topic, ""), "it says what is away")
        shelf.away.clear()
        _until(lambda: not reader.ready() and len(shelf.values[0]) == 510, "it is back")
    assert shelf.values == {0: list(range(510))}
    outages = registry.get_sample_value("oryn_reader_outages_total", {"topic": topic, "of": "store"})
    assert outages is not None
    assert outages >= 4
    assert shelf.opened == outages + 1
    assert shelf.closed == shelf.opened


def test_a_position_outside_the_log_is_a_conflict(kafka: str, topic: str, registry: CollectorRegistry) -> None:
    shelf = Shelf()
    shelf.positions = {0: 7}
    reader = Reader({"bootstrap.servers": kafka}, topic, shelf, Figures(registry))
    with pytest.raises(StoreConflict, match="offset 7 is not in the log"):
        reader.run(threading.Event())
    assert shelf.closed == 1


def test_a_topic_that_is_not_there_ends_the_reader(kafka: str, prefix: str, registry: CollectorRegistry) -> None:
    reader = Reader({"bootstrap.servers": kafka}, f"{prefix}nothing", Shelf(), Figures(registry))
    with pytest.raises(TopicMissing):
        reader.run(threading.Event())


def test_when_one_of_several_readers_ends_all_do(kafka: str, topic: str, registry: CollectorRegistry) -> None:
    figures, client = Figures(registry), {"bootstrap.servers": kafka}
    broken = Shelf()
    broken.positions = {0: 7}
    well = Shelf()
    both = Together({"well": Reader(client, topic, well, figures), "broken": Reader(client, topic, broken, figures)})
    assert both.ready() == {topic: "starting"}
    with pytest.raises(StoreConflict):
        both.run(threading.Event())
    assert well.closed == 1


def test_brokers_that_are_away_are_waited_for(own_broker: Callable[[], Broker], registry: CollectorRegistry) -> None:
    broker, shelf = own_broker(), Shelf()
    create_topic(broker.bootstrap, "numbers", 1)
    Writer(broker.bootstrap, "numbers").commit(numbers(0, 10))
    reader = Reader({"bootstrap.servers": broker.bootstrap}, "numbers", shelf, Figures(registry))
    with running(reader):
        _until(lambda: len(shelf.values.get(0, ())) == 10, "the first ones")
        _until(lambda: not reader.ready(), "caught up")
        broker.kill()
        _until(lambda: "brokers away" in reader.ready().get("numbers", ""), "it says that they are away")
        broker.start()
        _until(lambda: not reader.ready(), "it says that they are back")
        Writer(broker.bootstrap, "numbers").commit(numbers(0, 10, 10))
        _until(lambda: len(shelf.values[0]) == 20, "the later ones")
    assert shelf.values == {0: list(range(20))}
    outages = registry.get_sample_value("oryn_reader_outages_total", {"topic": "numbers", "of": "brokers"})
    assert outages is not None
    assert outages >= 1
