"""What is done with each entrant: decide a heap as fast as it goes, answer at a steady rate, come back, be killed."""

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no types of its own
from msgspec import Struct

from schemas.codec import event_codec
from schemas.events import Event
from schemas.ids import FrozenIds
from tests.benchmarks.peers.entrants import Allocator, Entrant, Sender, reading
from tests.benchmarks.peers.mixes import LOCALITY
from tests.benchmarks.peers.postgres_loop import BATCH_RECORDS, allocate, connect

# Each look costs the broker or the database something, too.
WATCH_S = 0.1
PATIENCE_S = 600.0
RATE_PER_S = 200
# Few enough that a heap is never decided in one piece while nobody is killed.
KILL_RATE_PER_S = 50
WARM_UP = 100
# The first ones wait for a process that is starting.
WAITED_FOR = 5
# Longer than any session timeout and transaction timeout of the five.
QUIET_S = 90.0
MIB = 1 << 20


class Heap(Struct, frozen=True):
    """A heap of events that was decided: seconds by the clock, of the process, of the store; the process's peak."""

    events: int
    wall: float
    cpu: float
    store_cpu: float
    peak_mib: float


class Losses(Struct, frozen=True):
    """What became of the events that came while a process was killed again and again."""

    kills: int
    sent: int
    lost: int
    doubled: int
    back_s: list[float]  # from each start to the first decision after it


def heap(entrant: Entrant, prefix: str, events: Sequence[Event]) -> Heap:
    """From the moment before its first output to its last: what starts up does not count."""
    before = entrant.done(prefix)
    whole = before + entrant.send(prefix, events)
    store = entrant.stores.process(entrant)
    deadline = time.perf_counter() + PATIENCE_S
    with entrant.running(prefix) as process:
        begun = _cpu(process), _family_cpu(store), time.perf_counter()
        while True:
            now = _cpu(process), _family_cpu(store), time.perf_counter()
            done = entrant.done(prefix)
            if done <= before:
                begun = now
            if done >= whole:
                break
            assert now[2] < deadline, f"{entrant.key}: {done} of {whole} after {PATIENCE_S:.0f} s"
            time.sleep(WATCH_S)
        ended, peak = (_cpu(process), _family_cpu(store), time.perf_counter()), _peak_mib(process)
    cpu, store_cpu, wall = (last - first for first, last in zip(begun, ended, strict=True))
    return Heap(len(events), wall, max(cpu, 1e-3), store_cpu, peak)


def latencies(entrant: Entrant, prefix: str, events: Sequence[Event]) -> list[float]:
    """Seconds from handing a release to the producer until its decision is read, committed; at a steady rate.

    The first ones warm up. The allocator is called as a service would call it, without Kafka: from due to committed.
    """
    if isinstance(entrant, Allocator):
        return _called(entrant, prefix, events)
    sent: dict[str, float] = {}
    taken: dict[str, float] = {}
    sender = Sender(entrant, prefix, linger_ms=0)
    topic, start = entrant.output_topic(prefix), entrant.done(prefix)
    with entrant.running(prefix, quick=True), reading(entrant.client, topic, start) as reader:

        def read(wait_s: float) -> None:
            for message in reader.consume(1, wait_s) or []:
                if message.error():
                    continue
                event_id = entrant.event_of(message)
                if event_id in sent:
                    taken.setdefault(event_id, time.perf_counter() - sent[event_id])

        deadline = time.perf_counter() + PATIENCE_S
        due = time.perf_counter()
        for index, event in enumerate(events):
            while (now := time.perf_counter()) < due or (index < WAITED_FOR and len(taken) < index):
                assert now < deadline, f"{entrant.key}: no answer to {index}"
                read(min(max(due - now, 0), 0.02))
            sent[event.event_id] = time.perf_counter()
            sender.send(event)
            due = max(due, sent[event.event_id] - 0.1) + 1 / RATE_PER_S
        sender.flush()
        while len(taken) < len(events):
            assert time.perf_counter() < deadline, f"{entrant.key}: {len(taken)} of {len(events)}"
            read(0.05)
    return [taken[event.event_id] for event in events[WARM_UP:]]


def _called(entrant: Allocator, prefix: str, events: Sequence[Event]) -> list[float]:
    """Each call takes all that is due."""
    codec = event_codec("vacancy-releases", FrozenIds())
    taken: list[float] = []
    with connect(entrant.stores.postgres, prefix) as database:
        begun = time.perf_counter()
        while (first := len(taken)) < len(events):
            while (now := time.perf_counter()) < begun + first / RATE_PER_S:
                time.sleep(begun + first / RATE_PER_S - now)
            due = min(int((now - begun) * RATE_PER_S) + 1, first + BATCH_RECORDS, len(events))
            batch = events[first:due]
            ids, values = [each.event_id for each in batch], [codec.encode(each.data) for each in batch]
            allocate(database, LOCALITY, due, ids, values)
            done = time.perf_counter()
            taken += [done - (begun + index / RATE_PER_S) for index in range(first, due)]
    return taken[WARM_UP:]


def restart(entrant: Entrant, prefix: str, event: Event) -> float:
    """Seconds from starting the process, which was killed before, to its first decision."""
    before = entrant.done(prefix)
    entrant.send(prefix, [event])
    child = entrant.start(prefix)
    started = time.perf_counter()
    try:
        entrant.decided_after(prefix, before, psutil.Process(child.pid))
        return time.perf_counter() - started
    finally:
        child.kill()
        child.wait()


def killed(entrant: Entrant, prefix: str, events: Sequence[Event], kills: int, seed: int = 1) -> Losses:
    """Send at a steady rate, kill -9 the process at odd moments while it decides, start it again at once; then let it
    finish, and count what became of each event."""
    draw, back = random.Random(seed), []
    sent = 0
    ended = threading.Event()
    sender = Sender(entrant, prefix, linger_ms=0)

    def feed() -> None:
        nonlocal sent
        for event in events:
            sender.send(event)
            sent += 1
            if ended.wait(1 / KILL_RATE_PER_S):
                break
        sender.flush()

    feeder = threading.Thread(target=feed)
    child = entrant.start(prefix)
    feeder.start()
    try:
        for _ in range(kills):
            before, started = entrant.done(prefix), time.perf_counter()
            entrant.decided_after(prefix, before, psutil.Process(child.pid))
            back.append(time.perf_counter() - started)
            time.sleep(draw.uniform(0.05, 0.8))
            child.kill()
            child.wait()
            child = entrant.start(prefix)
        ended.set()
        feeder.join()
        entrant_quiet(entrant, prefix, sent)
    finally:
        ended.set()
        feeder.join()
        child.terminate()
        child.wait()
    counted = Counter(name for name in entrant.outcomes(prefix) if name.startswith("r"))
    names = [event.event_id for event in events[:sent]]
    lost, doubled = sum(not counted[each] for each in names), sum(counted[each] > 1 for each in names)
    return Losses(kills, sent, lost, doubled, back)


def entrant_quiet(entrant: Entrant, prefix: str, sent: int) -> None:
    """Until all events have an outcome, or nothing has come for long."""
    changed, before = time.monotonic(), -1
    while time.monotonic() < changed + QUIET_S:
        found = {name for name in entrant.outcomes(prefix) if name.startswith("r")}
        if len(found) >= sent:
            return
        if len(found) != before:
            before, changed = len(found), time.monotonic()
        time.sleep(0.5)


def quantile(values: Sequence[float], of: float) -> float:
    """`of`: between 0 and 1."""
    return statistics.quantiles(values, n=1_000, method="inclusive")[round(of * 1_000) - 1]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _family_cpu(process: psutil.Process | None) -> float:
    """Of a process and its children."""
    total = 0.0
    for each in [process, *process.children(recursive=True)] if process is not None else []:
        try:
            total += _cpu(each)
        except psutil.NoSuchProcess:
            continue
    return total


def _peak_mib(process: psutil.Process) -> float:
    """The most memory that a process ever had in RAM. Linux only."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / MIB for line in lines if line.startswith("VmHWM"))
