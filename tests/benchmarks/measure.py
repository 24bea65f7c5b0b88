"""How a figure is taken: clocks, paired runs, medians, memory, and the noise of the machine."""

import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

SPIN_STEPS = 1_000_000
PAGE_BYTES = resource.getpagesize()


class Sample(Struct, frozen=True):
    """One run by two clocks, in seconds: CPU time is what one core did, wall time is what somebody waited."""

    cpu: float
    wall: float

    def __truediv__(self, parts: float) -> "Sample":
        return Sample(self.cpu / parts, self.wall / parts)

    def rate(self, count: float) -> "Sample":
        """So many things a second."""
        return Sample(count / self.cpu, count / self.wall)

    def scaled(self, factor: float) -> "Sample":
        """In another unit."""
        return Sample(self.cpu * factor, self.wall * factor)


class Row(Struct, frozen=True):
    """One line of the table: its samples by CPU time and by the clock, and what they are held against."""

    what: str
    unit: str
    samples: list[Sample]
    aim: str = ""
    met: bool | None = None
    ratio: str = ""  # to a peer or another size, both measured in this run, in pairs

    @property
    def middle(self) -> float:
        """The median by CPU time."""
        return median([each.cpu for each in self.samples])

    def held(self, *, at_least: float | None = None, at_most: float | None = None) -> "Row":
        """The row with its aim, held against the median by CPU time."""
        if at_least is not None:
            return replace(self, aim=f"≥ {number(at_least)}", met=self.middle >= at_least)
        assert at_most is not None, "an aim is a bound"
        return replace(self, aim=f"≤ {number(at_most)}", met=self.middle <= at_most)

    def beside(self, ratio: str) -> "Row":
        """The row with what it is compared with."""
        return replace(self, ratio=ratio)


def plain(value: float) -> Sample:
    """A figure that is no time."""
    return Sample(value, value)


@dataclass(frozen=True)
class Stopwatch:
    """Takes one sample."""

    cpu: float
    wall: float

    @classmethod
    def start(cls) -> "Stopwatch":
        """Begin now."""
        return cls(time.process_time(), time.perf_counter())

    def stop(self) -> Sample:
        """What has passed."""
        return Sample(time.process_time() - self.cpu, time.perf_counter() - self.wall)


def timed(run: Callable[[], object]) -> Sample:
    """One run."""
    watch = Stopwatch.start()
    run()
    return watch.stop()


def in_turns(rounds: int, *runs: Callable[[], Sample]) -> list[list[Sample]]:
    """Run the contenders by turns, so that a noisy minute of the machine hits all of them; samples by contender."""
    taken: list[list[Sample]] = [[] for _ in runs]
    for number in range(rounds):
        # Each is first in some round: whoever runs first finds colder caches.
        for index in range(len(runs)):
            chosen = (index + number) % len(runs)
            taken[chosen].append(runs[chosen]())
    return taken


def ratios(of: list[Sample], to: list[Sample]) -> list[float]:
    """Pair by pair, by CPU time."""
    return [one.cpu / other.cpu for one, other in zip(of, to, strict=True)]


def median(values: list[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def quantile(values: Sequence[float], of: float) -> float:
    """The value that so large a share, between 0 and 1, does not exceed."""
    assert values, "nothing was measured"
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=1_000, method="inclusive")[round(of * 1_000) - 1]


def span(values: list[float]) -> str:
    """Median (lowest-highest)."""
    low, middle, high = min(values), median(values), max(values)
    if low == high:
        return number(middle)
    return f"{number(middle)} ({number(low)}–{number(high)})"


def number(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spin() -> float:
    """Nanoseconds of CPU time for one step of an empty loop: how fast the machine is just now."""
    steps = range(SPIN_STEPS)
    started = time.process_time()
    for _ in steps:
        pass
    return (time.process_time() - started) / SPIN_STEPS * 1e9


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """As the commands run: what is there is never looked through again."""
    gc.collect()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()


def resident_bytes() -> int:
    """Memory of this process that is in RAM. Linux only."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES


def run_process(*command: str) -> Sample:
    """One run of a program as a whole: start, imports, work. Raises: CalledProcessError."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Sample(usage.ru_utime + usage.ru_stime, wall)


def oryn(*arguments: str) -> Sample:
    """One run of the command line, as a whole process."""
    return run_process(sys.executable, "-c", "from infra.cli import main; main()", *arguments)
