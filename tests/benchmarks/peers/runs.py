"""What is done with each entrant: decide a heap as fast as it goes, answer at a steady rate, come back, be killed."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no types of its own
from msgspec import Struct

from schemas.codec import event_codec
from schemas.events import Event
from schemas.ids import FrozenIds
from tests.benchmarks.peers.entrants import Allocator, Entrant
from tests.benchmarks.peers.postgres_loop import BATCH_RECORDS, allocate, connect
from tests.benchmarks.programs import STOP_S, process_of
from tests.benchmarks.releases import LOCALITY
from tests.benchmarks.steady import answers, read_by, sending

# Each look costs the broker or the database something, too.
WATCH_S = 0.1
PATIENCE_S = 600.0
RATE_PER_S = 200
# Few enough that a heap is never decided in one piece while nobody is killed.
KILL_RATE_PER_S = 50
WARM_UP = 100
# The first ones wait for a process that is starting.
WAITED_FOR = 5
# Who sends was held up, too.
BEHIND_S = 0.1
# Sent while answers are missing, and never counted.
MORE = 200
ANSWER_S = 120.0
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

    The first ones warm up, and of the last ones nobody waits for an answer: some commit a decision only when they have
    the next one to commit. The allocator is called as a service would call it, without Kafka: from due to committed.
    Raises: Unanswered.
    """
    if isinstance(entrant, Allocator):
        return _called(entrant, prefix, events[:-MORE])
    with entrant.running(prefix, quick=True), entrant.reading(prefix, entrant.done(prefix)) as reader:
        taken = answers(
            entrant.sender(prefix, linger_ms=0),
            events[:-MORE],
            read_by(reader, entrant.event_of),
            rate_per_s=RATE_PER_S,
            waited_for=WAITED_FOR,
            patience_s=ANSWER_S,
            behind_s=BEHIND_S,
            more=events[-MORE:],
        )
    return taken[WARM_UP:]


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
        entrant.decided_after(prefix, before, process_of(child))
        return time.perf_counter() - started
    finally:
        child.kill()


def killed(entrant: Entrant, prefix: str, events: Sequence[Event], kills: int, seed: int = 1) -> Losses:
    """Send at a steady rate, kill -9 the process at odd moments while it decides, start it again at once; then let it
    finish, and count what became of each event."""
    draw, back = random.Random(seed), []
    child = entrant.start(prefix)
    try:
        with sending(entrant.sender(prefix, linger_ms=0), events, KILL_RATE_PER_S) as sent:
            for _ in range(kills):
                before, started = entrant.done(prefix), time.perf_counter()
                entrant.decided_after(prefix, before, process_of(child))
                back.append(time.perf_counter() - started)
                time.sleep(draw.uniform(0.05, 0.8))
                child.kill()
                child = entrant.start(prefix)
        entrant_quiet(entrant, prefix, len(sent))
    finally:
        child.stop(STOP_S)
    counted = Counter(name for name in entrant.outcomes(prefix) if name.startswith("r"))
    names = [event.event_id for event in sent]
    lost, doubled = sum(not counted[each] for each in names), sum(counted[each] > 1 for each in names)
    return Losses(kills, len(sent), lost, doubled, back)


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
