"""The allocation of one partition against a log in memory: aborts, doubt, deadlines by the clock."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import events as e
from schemas.events import Event
from schemas.instants import Instant
from schemas.journal import Record
from streams.allocation.task import AllocationTask
from streams.rules.pack import KZ_2020, Pack
from streams.rules.simulate import simulate
from streams.runtime.errors import Misconfigured
from streams.runtime.settings import Clock
from streams.runtime.task import Batch
from tests.fuzz.histories import History
from tests.integration.pipeline.seasons import Season, season
from tests.unit.runtime.memory_kafka import INPUTS, SETTINGS, MemoryKafka, Transaction, books, outbox, restored

EVENTS = 50
SKEW_MS = SETTINGS[Clock.WALL].clock_skew_ms
HOUR_MS = 3_600_000
LONG_MS = 60_000
FATES = ("committed", "aborted", "doubt: committed", "doubt: aborted")
LIVE_EVENTS = 200
OUTAGES = 0.1


class Partition:
    """A task with what a loop does around it: fetching, transactions, rebuilding."""

    def __init__(self, kafka: MemoryKafka, pack: Pack) -> None:
        self.kafka, self._pack = kafka, pack
        self.rebuild()

    def rebuild(self) -> None:
        """The one way back: from the log."""
        self.task: AllocationTask
        self.task, self.fetched = restored(self.kafka, self._pack)

    def fetch(self, topic: str, count: int) -> None:
        """Bring so many records, and the end if it is reached."""
        log = self.kafka.inputs[topic]
        for message in log[self.fetched[topic] : self.fetched[topic] + count]:
            self.task.put(topic, message)
            self.fetched[topic] += 1
        if self.fetched[topic] == len(log):
            self.task.end(topic, len(log))

    def fetch_all(self) -> None:
        """Bring everything."""
        for topic in INPUTS:
            self.fetch(topic, len(self.kafka.inputs[topic]))

    def work(self, records: int, now_ms: int = 0) -> Transaction:
        """One transaction, still open."""
        transaction = Transaction(self.kafka)
        self.task.work(outbox(transaction), Batch(records, LONG_MS), now_ms)
        return transaction

    def commit(self, transaction: Transaction) -> None:
        """It happened, and the task knows."""
        transaction.end(dict(self.task.offsets()))
        self.task.committed()


def history(seed: int) -> tuple[Pack, list[Event]]:
    """A generated history in the order of its times, and the pack that it was made for."""
    made = History(800_000 + seed, EVENTS)
    made.pace = "dense"  # others pass months without an event, which are all timers
    events = sorted(made, key=lambda event: (event.time, INPUTS_IN_ORDER.index(event.topic)))
    return made.model.pack, events


INPUTS_IN_ORDER = ("organisation-registry", "vacancy-recalls", "application-changes", "vacancy-releases")


@given(st.integers(0, 1_000_000))
def test_abort_and_doubt_leave_every_book_byte_identical(seed: int) -> None:
    (pack, events), random = history(seed), Random(seed)
    kafka = MemoryKafka()
    for event in events:
        kafka.append(event)
    partition = Partition(kafka, pack)
    wanted = [record.hash for record in simulate(events, pack)]
    while len(kafka.records()) < len(wanted):
        partition.fetch(random.choice(INPUTS), random.randint(0, 20))
        before = books(partition.task)
        transaction = partition.work(random.choice((1, 3, 40, 160)))
        after, offsets = books(partition.task), dict(partition.task.offsets())
        fate = random.choice(FATES) if transaction.made else FATES[0]
        if fate == "committed":
            partition.commit(transaction)
        elif fate.endswith("committed"):
            transaction.end(offsets)
            partition.rebuild()
            assert books(partition.task) == after
        else:
            transaction.end(None)
            partition.rebuild()
            assert books(partition.task) == before
    assert [record.hash for record in kafka.records()] == wanted
    causes = [(each.cause.topic, each.cause.offset) for each in kafka.records() if each.cause.topic is not None]
    assert len(set(causes)) == len(causes) == len(events)


# ------------------------------------------------------------------------------------------- deadlines by the clock


def up_to(whole: Season, moment: int) -> list[Event]:
    """The events of a season before a moment."""
    return [event for event in whole.events if event.time < moment]


@pytest.fixture(scope="module")
def village() -> Season:
    """A whole season."""
    return season("village")


@pytest.fixture(scope="module")
def deadline(village: Season) -> int:
    """The moment at which the first access of the season lapses."""
    return next(record.time for record in village.records if record.cause.timer == "ACCESS")


def tick(time: int, topic: str = "application-changes") -> Event:
    """An event that tells by its record's place what came first."""
    return Event(topic, Instant(time), f"tick-{topic}-{time}", "urn:test", "113230100", e.ClockTick())


def waiting_for(village: Season, deadline: int) -> Partition:
    """A partition by the clock, everything before the last minute decided."""
    kafka = MemoryKafka(Clock.WALL)
    for event in up_to(village, deadline - LONG_MS):
        kafka.append(event)
    partition = Partition(kafka, KZ_2020)
    settle(partition, deadline - LONG_MS)
    return partition


def settle(partition: Partition, now_ms: int) -> None:
    """Turn until there is nothing to do."""
    for _ in range(1_000):
        partition.fetch_all()
        if partition.task.wants_ends(now_ms):
            partition.task.expect(partition.kafka.ends(), now_ms)
        if not partition.task.has_work(now_ms):
            return
        partition.commit(partition.work(50, now_ms))
    pytest.fail("it never comes to rest")


def expected(partition: Partition, until: int) -> list[str | None]:
    """The hashes of what was appended, decided in order of time, and timers up to a moment."""
    events = [
        Event(topic, Instant(message.timestamp()[1]), *_envelope(message))
        for topic, log in partition.kafka.inputs.items()
        for message in log
    ]
    return [record.hash for record in simulate(events, KZ_2020, Instant(until))]


def hashes(partition: Partition) -> list[str | None]:
    """The committed journal's."""
    return [record.hash for record in partition.kafka.records()]


def _envelope(message: object) -> tuple[str, str, str, e.EventData]:
    from tests.unit.runtime.memory_kafka import EVENT_CODECS  # noqa: PLC0415

    headers = dict(message.headers())  # type: ignore[attr-defined]
    data = EVENT_CODECS[message.topic()].decode(message.value())  # type: ignore[attr-defined]
    key = message.key().decode()  # type: ignore[attr-defined]
    return headers["ce_id"].decode(), headers["ce_source"].decode(), key, data


def test_a_timer_waits_for_the_clock_the_skew_and_the_ends(village: Season, deadline: int) -> None:
    partition = waiting_for(village, deadline)
    before = len(partition.kafka.records())
    task, due = partition.task, deadline
    settle(partition, due + SKEW_MS - 1)
    assert not task.has_work(due + SKEW_MS - 1)
    assert len(partition.kafka.records()) == before
    now = due + SKEW_MS
    assert task.wants_ends(now)
    assert not task.has_work(now), "nobody has said yet what was in time"
    task.expect(partition.kafka.ends(), now)
    assert task.has_work(now)
    partition.commit(partition.work(50, now))
    assert partition.kafka.records()[before].cause.timer == "ACCESS"
    assert hashes(partition) == expected(partition, due)


def test_a_choice_appended_before_a_deadline_and_fetched_after_it_is_in_time(village: Season, deadline: int) -> None:
    partition = waiting_for(village, deadline)
    before, now = len(partition.kafka.records()), deadline + SKEW_MS + 5
    partition.kafka.append(tick(deadline - 1))
    task = partition.task
    task.expect(partition.kafka.ends(), now)
    assert not task.has_work(now), "it is known that a record is on its way"
    partition.fetch("application-changes", 1)
    assert task.has_work(now)
    partition.commit(partition.work(50, now))
    first, second = partition.kafka.records()[before : before + 2]
    assert (first.cause.event_id, second.cause.timer) == (f"tick-application-changes-{deadline - 1}", "ACCESS")
    assert hashes(partition) == expected(partition, deadline)


def test_what_comes_at_the_very_moment_of_a_deadline_is_late(village: Season, deadline: int) -> None:
    partition = waiting_for(village, deadline)
    before = len(partition.kafka.records())
    partition.kafka.append(tick(deadline))
    partition.fetch("application-changes", 1)
    partition.commit(partition.work(50, deadline + SKEW_MS - 1))
    assert len(partition.kafka.records()) == before, "a deadline comes before what is younger"
    settle(partition, deadline + SKEW_MS)
    assert partition.kafka.records()[before].cause.timer == "ACCESS"
    assert partition.kafka.records()[-1].cause.event_id == f"tick-application-changes-{deadline}"
    assert hashes(partition) == expected(partition, deadline)


@pytest.mark.parametrize("known", [(), ("application-changes",), ("organisation-registry", "vacancy-recalls")])
def test_a_backlog_over_a_deadline_is_decided_as_it_would_have_been_live(
    village: Season, deadline: int, known: tuple[str, ...]
) -> None:
    partition = waiting_for(village, deadline)
    partition.kafka.append(tick(deadline - 30))
    partition.kafka.append(tick(deadline - 20, "vacancy-recalls"))
    partition.kafka.append(tick(deadline - 10))
    partition.kafka.append(tick(deadline + 10))
    # The worker comes back hours later. What is there is fetched before it is known that no more is.
    partition.rebuild()
    now = deadline + HOUR_MS
    for topic, log in partition.kafka.inputs.items():
        for message in log[partition.fetched[topic] :]:
            partition.task.put(topic, message)
        partition.fetched[topic] = len(log)
    for topic in known:
        partition.task.end(topic, len(partition.kafka.inputs[topic]))
    assert partition.task.wants_ends(now)
    partition.task.expect(partition.kafka.ends(), now)
    partition.commit(partition.work(50, now))
    settle(partition, now)
    assert hashes(partition) == expected(partition, now)


def test_a_senders_time_does_not_count_by_the_clock(village: Season) -> None:
    kafka = MemoryKafka()
    kafka.append(village.events[0])
    (message,) = kafka.inputs[village.events[0].topic]
    partition = Partition(MemoryKafka(Clock.WALL), KZ_2020)
    with pytest.raises(Misconfigured, match="--clock records"):
        partition.task.put(village.events[0].topic, message)


def passed_over(records: list[Record], times: dict[tuple[str, int], int]) -> Iterator[str]:
    """Events that were appended before a timer's moment and decided after it."""
    latest = 0
    for record in records:
        if record.cause.due is not None:
            latest = max(latest, record.cause.due)
        elif record.cause.topic is not None and record.cause.offset is not None:
            appended = times[record.cause.topic, record.cause.offset]
            if appended < latest:
                yield f"{record.cause.event_id} of {appended} after a timer of {latest}"


class Live:
    """A season by the clock: events come at their moments, the worker fetches, asks, decides, and is away at times."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.kafka = MemoryKafka(Clock.WALL)
        self.events = list(season("village").events[:LIVE_EVENTS])
        self.now = int(self.events[0].time)
        self.partition = Partition(self.kafka, KZ_2020)
        # When each record was appended, by topic and offset.
        self.times: dict[tuple[str, int], int] = {}

    def append(self) -> None:
        """The next event, at its moment."""
        if self.events:
            event = self.events.pop(0)
            self.now = max(self.now, int(event.time))
            self.kafka.append(event)
            self.times[event.topic, len(self.kafka.inputs[event.topic]) - 1] = int(event.time)

    def fetch(self) -> None:
        """Some records of one topic; that it has no more, one learns later."""
        topic, task, fetched = self.random.choice(INPUTS), self.partition.task, self.partition.fetched
        for message in self.kafka.inputs[topic][fetched[topic] :][: self.random.randint(1, 9)]:
            task.put(topic, message)
            fetched[topic] += 1

    def end(self) -> None:
        """That a topic has no more."""
        topic, fetched = self.random.choice(INPUTS), self.partition.fetched
        if fetched[topic] == len(self.kafka.inputs[topic]):
            self.partition.task.end(topic, fetched[topic])

    def ask(self) -> None:
        """Where the topics end."""
        if self.partition.task.wants_ends(self.now):
            self.partition.task.expect(self.kafka.ends(), self.now)

    def work(self) -> None:
        """One transaction, if there is anything to do."""
        if self.partition.task.has_work(self.now):
            self.partition.commit(self.partition.work(self.random.randint(1, 9), self.now))

    def wait(self) -> None:
        """Time passes, but not beyond the next event."""
        self.now += self.random.choice((10, SKEW_MS, LONG_MS, HOUR_MS))
        if self.events:
            self.now = min(self.now, int(self.events[0].time))

    def outage(self) -> None:
        """Events come while nobody works; then the worker is back."""
        if self.random.random() < OUTAGES:
            for _ in range(self.random.randint(1, 30)):
                self.append()
            self.wait()
            self.partition.rebuild()


@given(st.integers(0, 1_000_000))
def test_no_timer_ever_passes_an_event_that_was_appended_before_its_moment(seed: int) -> None:
    live = Live(seed)
    actions = (live.append, live.fetch, live.fetch, live.end, live.ask, live.work, live.work, live.wait, live.outage)
    while live.events or live.partition.task.has_work(live.now):
        live.random.choice(actions)()
    settle(live.partition, live.now)
    records = live.kafka.records()
    assert list(passed_over(records, live.times)) == []
    assert sum(record.cause.topic is not None for record in records) == LIVE_EVENTS
    assert any(record.cause.timer is not None for record in records)
