"""Where a worker's time goes: each part of its work alone, over the same season, in CPU time of one event.

The parts are measured in this process, without a broker; what the client library and the transactions take is what the
running worker of `throughput` takes beside them.
"""

from collections.abc import Callable

from confluent_kafka import Message

from schemas.cloudevents import output_headers
from schemas.events import Event
from schemas.journal import Record
from schemas.words import TOPIC_ORDER
from streams.allocation.task import AllocationTask
from streams.rules.book import Book
from streams.rules.simulate import simulate_book
from streams.runtime.producer import Headers
from streams.runtime.task import Batch, Outbox
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, in_turns, no_garbage_collection, span, timed
from tests.benchmarks.plan import Plan
from tests.unit.runtime.memory_kafka import JOURNAL_CODEC, MemoryKafka, Transaction, codecs_of, outbox, restored

ROUNDS_MAX = 3
BATCH_RECORDS, BATCH_MS = 10_000, 60_000
# As a worker gets them: so many records of a topic at once.
FETCHED = 2_000
MICROSECONDS = 1e6


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    events = season.read_season(season.events_file(plan))
    events = [event for event in events if event.locality == events[0].locality]
    kafka = MemoryKafka()
    for event in events:
        kafka.append(event)
    records = list(simulate_book(Book(events[0].locality, season.PACK), events))
    messages = [(topic, message) for topic, log in kafka.inputs.items() for message in log]
    intake = codecs_of(season.PACK).intake
    parts: dict[str, Callable[[], object]] = {
        "reading its record": lambda: [intake.read(topic, message) for topic, message in messages],
        "deciding it: the rules, its timers, the hash": lambda: _decide(events),
        "writing what was decided: value and headers": lambda: [_written(record) for record in records],
    }
    with no_garbage_collection():
        whole, *taken = in_turns(
            min(plan.rounds, ROUNDS_MAX),
            lambda: _task(kafka, messages, len(records)),
            *(lambda run=run: timed(run) for run in parts.values()),
        )
    each = [[sample.scaled(MICROSECONDS / len(events)) for sample in samples] for samples in (whole, *taken)]
    rows = [Row(f"a worker's task, {len(events):,} events without Kafka", "µs/event", each[0])]
    for name, samples in zip(parts, each[1:], strict=True):
        share = [100 * one.cpu / all_.cpu for one, all_ in zip(samples, each[0], strict=True)]
        rows.append(Row(f"  {name}", "µs/event", samples, ratio=f"{span(share)} % of it"))
    return rows


def _decide(events: list[Event]) -> int:
    return sum(1 for _ in simulate_book(Book(events[0].locality, season.PACK), events))


def _written(record: Record) -> tuple[bytes, Headers]:
    headers = output_headers(f"{record.locality}:{record.sequence}", "JournalRecord", record.time)
    return JOURNAL_CODEC.encode(record), headers


def _task(kafka: MemoryKafka, messages: list[tuple[str, Message]], records: int) -> Sample:
    task, _ = restored(kafka, season.PACK)
    open_one = Transaction(kafka)
    sample = timed(lambda: _run(task, kafka, outbox(open_one)))
    assert len(open_one.made) == records, f"{len(open_one.made)} records, but the core alone makes {records}"
    return sample


def _run(task: AllocationTask, kafka: MemoryKafka, out: Outbox) -> None:
    fetched = dict.fromkeys(TOPIC_ORDER, 0)
    while any(fetched[topic] < len(kafka.inputs[topic]) for topic in fetched):
        for topic in fetched:
            # As the loop does: what holds much already is not fetched further.
            if task.held_bytes(topic):
                continue
            log = kafka.inputs[topic]
            for message in log[fetched[topic] : fetched[topic] + FETCHED]:
                task.put(topic, message)
            fetched[topic] = min(fetched[topic] + FETCHED, len(log))
            if fetched[topic] == len(log):
                task.end(topic, len(log))
        while task.has_work(0):
            task.work(out, Batch(BATCH_RECORDS, BATCH_MS), 0)
            task.committed()
