"""One benchmark in a process of its own: `python -m tests.benchmarks.worker PLAN ROWS NAME [SIZE]`.

Fresh memory, no leftovers of the benchmark before it. Reads the plan from a file, writes the rows to another, as JSON.
"""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from infra.stack import process
from infra.stack.errors import StackError
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
from tests.benchmarks.pipeline.cluster import lent
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
    """Run one job in a process of its own, which ends with this one. Raises: AssertionError with its last words."""
    name = "-".join(job)
    asked, found, log = (plan.folder / f"{name}.{kind}" for kind in ("plan.json", "rows.json", "log"))
    asked.write_bytes(msgspec.json.encode(plan))
    log.unlink(missing_ok=True)
    try:
        process.run([sys.executable, "-m", "tests.benchmarks.worker", asked, found, *job], log, math.inf)
    except StackError as exc:
        # Whoever looks at a report of tests sees only what was raised.
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])
        raise AssertionError(f"benchmark {' '.join(job)}: {exc}\n{last}") from exc
    finally:
        sys.stderr.write(log.read_text(encoding="utf-8", errors="replace"))
    return msgspec.json.decode(found.read_bytes(), type=list[Row])


def main() -> None:
    """Do the job that the arguments name."""
    asked, found, name, *sizes = sys.argv[1:]
    plan = msgspec.json.decode(Path(asked).read_bytes(), type=Plan)
    with lent(plan.kafka):
        rows = SIZED[name](plan, int(sizes[0])) if sizes else WHOLE[name](plan)
    Path(found).write_bytes(msgspec.json.encode(rows))


if __name__ == "__main__":
    main()
