"""Histories on several processes. Owns how they are shared out; never judges them."""

import gc
import logging
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from functools import partial

from tests.processes import spread
from tests.simulation.bugs import planted
from tests.simulation.history import Outcome, play

# Histories that a process plays before it reports, and before it clears up after them.
CHUNK = 20


def histories(seeds: Iterable[int]) -> Iterator[Outcome]:
    """One after the other, in this process."""
    for number, seed in enumerate(seeds, start=1):
        yield play(seed)
        if number % CHUNK == 0:
            # A history is one knot. What the loop froze does not count as new when it thaws, so that the collector
            # would wait for ever longer by itself: half a megabyte for each history.
            gc.collect()


def played(seeds: range) -> list[Outcome]:
    """Some histories, in another process."""
    logging.disable(logging.CRITICAL)
    return list(histories(seeds))


def run(seed: int, count: int, workers: int) -> Generator[Outcome, None, None]:
    """Histories on so many processes, in the order of their seeds. Closing it breaks off what is played."""
    chunks = (range(first, min(first + CHUNK, seed + count)) for first in range(seed, seed + count, CHUNK))
    with closing(spread(played, chunks, workers)) as reports:
        for outcomes in reports:
            yield from outcomes


def search(names: list[str], seed: int, count: int, workers: int) -> Generator[Outcome | None, None, None]:
    """Each of these bugs, on so many processes, in their order. Closing it breaks off the search."""
    yield from spread(partial(searched, seed=seed, count=count), names, workers)


def searched(name: str, seed: int, count: int) -> Outcome | None:
    """The first history that finds a planted bug."""
    with planted(name):
        return next((outcome for outcome in histories(range(seed, seed + count)) if outcome.problem is not None), None)
