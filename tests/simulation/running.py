"""Histories on several processes. Owns how they are shared out; never judges them."""

import logging
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.simulation.bugs import planted
from tests.simulation.history import Outcome, play

# Histories that a process plays before it reports.
CHUNK = 20


def played(seeds: range) -> list[Outcome]:
    """Some histories, in another process."""
    logging.disable(logging.CRITICAL)
    return [play(seed) for seed in seeds]


def run(seed: int, count: int, workers: int) -> Iterator[Outcome]:
    """Histories on so many processes, in the order of their seeds."""
    chunks = [range(first, min(first + CHUNK, seed + count)) for first in range(seed, seed + count, CHUNK)]
    with ProcessPoolExecutor(workers, get_context("forkserver")) as pool:
        for outcomes in pool.map(played, chunks):
            yield from outcomes


def searched(name: str, seed: int, count: int) -> Outcome | None:
    """The first history that finds a planted bug."""
    with planted(name):
        for each in range(seed, seed + count):
            outcome = play(each)
            if outcome.problem is not None:
                return outcome
    return None
