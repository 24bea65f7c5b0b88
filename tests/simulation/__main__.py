"""`make simulate`: many histories on all cores, with a table of what happened in them.

python -m tests.simulation --seed 1 --count 2000
python -m tests.simulation --seed 4711 --count 1 --trace     one history, step by step
python -m tests.simulation --bugs                            each planted bug, until it is found

Ends with 0; 1 if a history has a violation, or a bug was not found; 130 on Ctrl-C, with the table of what was played.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from tests.arguments import whole
from tests.simulation.bugs import BUGS, planted
from tests.simulation.history import Outcome, play
from tests.simulation.running import run, search
from tests.simulation.tally import Tally

BUG_HISTORIES_MAX = 1_000
INTERRUPTED = 130
# Where nobody watches a bar.
LINE_EVERY_S = 60.0
REPLAY = "make simulate SEED={seed} COUNT=1 TRACE=1"
out = Console(file=sys.stdout, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 180)


def bugs(seed: int, names: list[str], workers: int) -> int:
    """Look for every planted bug. Gives an exit code."""
    table = Table("bug", "found by seed", "histories", "as", title="planted bugs")
    status = 0
    try:
        with closing(search(names, seed, BUG_HISTORIES_MAX, workers)) as found:
            for name, outcome in zip(names, found, strict=True):
                if outcome is None:
                    status = 1
                    table.add_row(name, "-", str(BUG_HISTORIES_MAX), "not found")
                else:
                    table.add_row(name, str(outcome.seed), str(outcome.seed - seed + 1), (outcome.problem or "")[:160])
    except KeyboardInterrupt:
        status = INTERRUPTED
    out.print(table)
    return status


def details(counts: Counter[str]) -> None:
    """Everything that was counted, under the names that it has in the code."""
    table = Table("what", "how often", title="in detail")
    for name, number in sorted(counts.items()):
        table.add_row(name, f"{number:,}")
    out.print(table)


def summary(seed: int, tally: Tally, workers: int) -> None:
    """What happened, as docs/reliability.md tells it of the long run."""
    details(tally.counts)
    table = Table("What", "How often", box=box.MARKDOWN)
    for name, number in tally.rows().items():
        table.add_row(name, f"{number:,}")
    out.print(table)
    out.print(
        f"{tally.histories:,} of {tally.wanted:,} histories from seed {seed} on, "
        f"{tally.seconds:.0f} s on {workers} processes"
    )


def shown(outcomes: Iterable[Outcome], tally: Tally) -> Iterator[Outcome]:
    """The same outcomes, counted; and how far they are: a bar on a terminal, a line now and then in a log."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (TextColumn("histories"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
    task = bar.add_task("histories", total=tally.wanted, pace="")
    told = time.monotonic()
    with bar if console.is_terminal else nullcontext():
        for outcome in outcomes:
            tally.add(outcome)
            if console.is_terminal:
                bar.update(task, completed=tally.histories, pace=tally.pace())
            elif time.monotonic() - told >= LINE_EVERY_S:
                told = time.monotonic()
                moment = time.strftime("%H:%M:%S")
                console.print(f"{moment} {tally.histories:,} of {tally.wanted:,} histories, {tally.pace()}")
            yield outcome


def simulate(seed: int, count: int, workers: int) -> int:
    """Play histories and say what is wrong. Gives an exit code."""
    tally, interrupted = Tally(count), False
    try:
        with closing(run(seed, count, workers)) as outcomes:
            for outcome in shown(outcomes, tally):
                if outcome.problem is not None:
                    replay = REPLAY.format(seed=outcome.seed)
                    out.print(f"seed {outcome.seed}: {outcome.problem}\n  again, step by step: {replay}", markup=False)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        summary(seed, tally, workers)
    out.print(f"{tally.violations} histories with a violation" if tally.violations else "no violation")
    if interrupted:
        return INTERRUPTED
    return 1 if tally.violations else 0


def traced(seed: int, name: str | None) -> int:
    """One history, step by step, and with a bug if one is named. Gives an exit code."""
    with planted(name) if name is not None else nullcontext():
        outcome = play(seed, tracing=True)
    for line in outcome.trace:
        out.print(line, markup=False)
    details(outcome.counts)
    out.print(
        f"seed {seed}, {outcome.steps:,} steps, fingerprint {outcome.digest[:16]}: {outcome.problem or 'no violation'}",
        markup=False,
    )
    return 1 if outcome.problem is not None else 0


def main(given: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=whole(), default=0, help="of the first history")
    parser.add_argument("--count", type=whole(1), default=2_000, help="how many, with the seeds that follow")
    parser.add_argument("--workers", type=whole(1), default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--trace", action="store_true", help="show every step of the one history")
    parser.add_argument("--bugs", action="store_true", help="look for each planted bug instead")
    parser.add_argument("--bug", choices=BUGS, metavar="NAME", help="look for this one; with --trace: plant it there")
    asked = parser.parse_args(given)
    if asked.trace:
        return traced(asked.seed, asked.bug)
    if asked.bugs or asked.bug is not None:
        return bugs(asked.seed, list(BUGS) if asked.bug is None else [asked.bug], asked.workers)
    return simulate(asked.seed, asked.count, asked.workers)


if __name__ == "__main__":
    sys.exit(main())
