"""`python -m tests.fuzz --events 100000 --seed 1`: the core against the naive model, until the events are used up.

Each history has its own seed; a difference is printed as a minimal events file with that seed. Exit 1 then.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.fuzz.run import HISTORY_EVENTS, Outcome, run


def main() -> int:
    """Run, report, say how it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="random histories, core against model")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--history", type=int, default=HISTORY_EVENTS, help="events of one history")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first difference")
    options = parser.parse_args()
    seeds = [options.seed * 1_000_000 + index for index in range(-(-options.events // options.history))]
    done, found, began = 0, [], time.monotonic()
    with ProcessPoolExecutor(options.processes, get_context("forkserver")) as pool:
        pending = [pool.submit(run, seed, options.history) for seed in seeds]
        for future in as_completed(pending):
            outcome: Outcome = future.result()
            done += outcome.events
            if outcome.report is not None:
                found.append(outcome.seed)
                print(f"\n{outcome.report}", flush=True)  # noqa: T201
                if not options.keep_going:
                    pool.shutdown(cancel_futures=True)
                    break
            rate = done / (time.monotonic() - began)
            print(f"\r{done:,} of {options.events:,} events, {rate:,.0f}/s ", end="", file=sys.stderr)  # noqa: T201
    print(f"\n{done:,} events in {len(seeds)} histories, {len(found)} differences {found}", flush=True)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
