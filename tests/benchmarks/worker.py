"""One benchmark in a process of its own: `python -m tests.benchmarks.worker NAME [SIZE]`, the plan on standard input.

Fresh memory, no leftovers of the benchmark before it. Prints its rows as JSON on the last line.
"""

import subprocess
import sys
from collections.abc import Callable

import msgspec

from tests.benchmarks import (
    deciding,
    gateway,
    indicators,
    live_view,
    monitoring,
    numbers,
    opening,
    rebuilding,
    registers,
    towns,
)
from tests.benchmarks.dashboard import load
from tests.benchmarks.measure import Row
from tests.benchmarks.peers import side_by_side
from tests.benchmarks.pipeline import budget, latency, partitions, restoring, takeover, throughput
from tests.benchmarks.plan import Plan

WHOLE: dict[str, Callable[[Plan], list[Row]]] = {
    "deciding": deciding.measure,
    "numbers": numbers.measure,
    "opening": opening.measure,
    "rebuilding": rebuilding.measure,
    "throughput": throughput.measure,
    "budget": budget.measure,
    "partitions": partitions.measure,
    "latency": latency.measure,
    "takeover": takeover.measure,
    "restoring": restoring.measure,
    "registers": registers.measure,
    "live-view": live_view.measure,
    "gateway": gateway.measure,
    "monitoring": monitoring.measure,
    "indicators": indicators.measure,
    "dashboard": load.measure,
    "peers": side_by_side.speed,
    "peers-kills": side_by_side.kills,
}
SIZED: dict[str, Callable[[Plan, int], list[Row]]] = {"settled": towns.settled, "restored": towns.restored}

Job = tuple[str, ...]
LAST_LINES = 30


def jobs(plan: Plan) -> list[Job]:
    """All benchmarks in the order of the table."""
    sized = [(name, str(waiting)) for waiting in plan.towns for name in SIZED]
    return [*((name,) for name in WHOLE), *sized]


def run(plan: Plan, job: Job) -> list[Row]:
    """Run one job in a process of its own. Raises: AssertionError with its last words."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.worker", *job],
        input=msgspec.json.encode(plan),
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode(errors="replace")
    sys.stderr.write(said)
    # Whoever looks at a report of tests sees only what was raised.
    last = "\n".join(said.splitlines()[-LAST_LINES:])
    assert done.returncode == 0, f"benchmark {' '.join(job)}: exit code {done.returncode}\n{last}"
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=list[Row])


def main() -> None:
    """Do the job that the arguments name."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    name, *sizes = sys.argv[1:]
    rows = SIZED[name](plan, int(sizes[0])) if sizes else WHOLE[name](plan)
    sys.stdout.buffer.write(msgspec.json.encode(rows) + b"\n")


if __name__ == "__main__":
    main()
