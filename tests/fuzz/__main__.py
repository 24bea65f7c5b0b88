"""`python -m tests.fuzz --events 100000 --seed 1`: the core against the naive model, until the events are used up.

Each history has its own seed; a difference is printed as a minimal events file with that seed. Exit 1
then, and 130 on Ctrl-C.
"""

import argparse
import os
import sys
import time
from contextlib import closing
from functools import partial

from tests.arguments import whole
from tests.fuzz.run import HISTORY_EVENTS, run
from tests.processes import spread

INTERRUPTED = 130


def main(given: list[str] | None = None) -> int:
    """Run, report, say how it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="random histories, core against model")
    parser.add_argument("--events", type=whole(1), default=100_000)
    parser.add_argument("--seed", type=whole(), default=0)
    parser.add_argument("--history", type=whole(1), default=HISTORY_EVENTS, help="events of one history")
    parser.add_argument("--processes", type=whole(1), default=os.cpu_count() or 1)
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first difference")
    options = parser.parse_args(given)
    first = options.seed * 1_000_000
    seeds = range(first, first - (-options.events // options.history))
    done, found, interrupted, began = 0, [], False, time.monotonic()
    try:
        with closing(spread(partial(run, count=options.history), seeds, options.processes)) as outcomes:
            for outcome in outcomes:
                done += outcome.events
                if outcome.report is not None:
                    found.append(outcome.seed)
                    print(f"\n{outcome.report}", flush=True)  # noqa: T201
                    if not options.keep_going:
                        break
                rate = done / (time.monotonic() - began)
                print(f"\r{done:,} of {options.events:,} events, {rate:,.0f}/s ", end="", file=sys.stderr)  # noqa: T201
    except KeyboardInterrupt:
        interrupted = True
    print(f"\n{done:,} events, {len(found)} differences {found}", flush=True)  # noqa: T201
    if interrupted:
        return INTERRUPTED
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
