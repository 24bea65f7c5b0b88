"""`make simulate`: many histories on all cores, with a table of what happened in them.

python -m tests.simulation --seed 1 --count 2000
python -m tests.simulation --seed 4711 --count 1 --trace     one history, step by step
python -m tests.simulation --bugs                            each planted bug, until it is found
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.simulation.bugs import BUGS
from tests.simulation.history import Outcome, play
from tests.simulation.running import run, searched

BUG_HISTORIES_MAX = 1_000
REPLAY = "make simulate SEED={seed} COUNT=1 TRACE=1"
out = Console(file=sys.stdout, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 180)


def bugs(seed: int, names: list[str], workers: int) -> int:
    """Look for every planted bug. Gives an exit code."""
    table = Table("bug", "found by seed", "histories", "as", title="planted bugs")
    status = 0
    with ProcessPoolExecutor(workers, get_context("forkserver")) as pool:
        found = pool.map(searched, names, [seed] * len(names), [BUG_HISTORIES_MAX] * len(names))
        for name, outcome in zip(names, found, strict=True):
            if outcome is None:
                status = 1
                table.add_row(name, "-", str(BUG_HISTORIES_MAX), "not found")
            else:
                table.add_row(name, str(outcome.seed), str(outcome.seed - seed + 1), (outcome.problem or "")[:160])
    out.print(table)
    return status


def summary(count: int, steps: int, counts: Counter[str], seconds: float, cpus: int) -> None:
    """What happened."""
    table = Table(
        "what", "how often", title=f"{count:,} histories, {steps:,} steps, {seconds:.0f} s on {cpus} processes"
    )
    for name, number in sorted(counts.items()):
        table.add_row(name, f"{number:,}")
    out.print(table)


def simulate(seed: int, count: int, workers: int) -> int:
    """Play histories and say what is wrong. Gives an exit code."""
    counts: Counter[str] = Counter()
    failed: list[Outcome] = []
    steps, begun = 0, time.monotonic()
    columns = (TextColumn("histories"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("histories", total=count)
        for outcome in run(seed, count, workers):
            progress.advance(task)
            counts.update(outcome.counts)
            steps += outcome.steps
            if outcome.problem is not None:
                failed.append(outcome)
                replay = REPLAY.format(seed=outcome.seed)
                out.print(f"seed {outcome.seed}: {outcome.problem}\n  again, step by step: {replay}")
    summary(count, steps, counts, time.monotonic() - begun, workers)
    out.print(f"{len(failed)} histories with a violation" if failed else "no violation")
    return 1 if failed else 0


def traced(seed: int) -> int:
    """One history, step by step. Gives an exit code."""
    outcome = play(seed, tracing=True)
    for line in outcome.trace:
        out.print(line, markup=False)
    summary(1, outcome.steps, outcome.counts, 0, 1)
    out.print(f"seed {seed}, fingerprint {outcome.digest[:16]}: {outcome.problem or 'no violation'}", markup=False)
    return 1 if outcome.problem is not None else 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="of the first history")
    parser.add_argument("--count", type=int, default=2_000, help="how many, with the seeds that follow")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--trace", action="store_true", help="show every step of the one history")
    parser.add_argument("--bugs", action="store_true", help="look for each planted bug instead")
    parser.add_argument("--bug", choices=BUGS, help="with this bug planted")
    given = parser.parse_args()
    if given.bugs:
        return bugs(given.seed, [given.bug] if given.bug else list(BUGS), given.workers)
    if given.trace:
        return traced(given.seed)
    return simulate(given.seed, given.count, given.workers)


if __name__ == "__main__":
    sys.exit(main())
