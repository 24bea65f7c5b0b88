"""What happened in many histories, counted. Owns the rows by which a long run is told; never plays and never prints."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from tests.simulation.history import Outcome
from tests.simulation.network import WEATHERS
from tests.simulation.plan import Fault


def _faults(*faults: Fault) -> tuple[str, ...]:
    return tuple(f"fault: {fault.value}" for fault in faults)


# The rows of "The long run" in docs/reliability.md, and the counts that each adds up.
ROWS: dict[str, tuple[str, ...]] = {
    "processes killed": ("exit -9",),
    "frozen (fault: hold…)": _faults(Fault.HOLD, Fault.HOLD_AT_CALL, Fault.HOLD_AT_RECORD),
    "of these within a transaction": ("held within a transaction",),
    "second processes of a name": _faults(Fault.SAME_NAME),
    "brokers failed": _faults(Fault.BROKER),
    "storms": _faults(Fault.STORM),
    "requests lost, straggling, doubled, slow; answers lost": tuple(WEATHERS),
    "rebalances": ("rebalances",),
    "transactions aborted because the group had gone on": ("aborted",),
    "in doubt": ("doubtful",),
    "aborted by the broker for their age": ("transactions expired",),
    "producers replaced": ("producers_replaced",),
    "inputs that a client passed over": ("inputs passed over",),
    "of these read again": ("passed_over",),
    "ends with code 71, started again": ("exit 71",),
    "ended by the watchdog": ("stuck",),
    "snapshots written": ("snapshots",),
    "snapshots damaged, lost, older; disks full": _faults(
        Fault.SNAPSHOT_BROKEN, Fault.SNAPSHOT_GONE, Fault.SNAPSHOT_OLD, Fault.DISK_FULL
    ),
    "journals judged by the verifier": ("journals verified",),
}


class Tally:
    """The sum of the histories so far, of so many that are wanted."""

    def __init__(self, wanted: int, clock: Callable[[], float] = time.monotonic) -> None:
        """It begins now, by a clock of seconds."""
        self.wanted, self._clock = wanted, clock
        self.histories = self.steps = self.violations = 0
        self.counts: Counter[str] = Counter()
        self._begun = clock()

    def add(self, outcome: Outcome) -> None:
        """One history more."""
        self.histories += 1
        self.steps += outcome.steps
        self.violations += outcome.problem is not None
        self.counts.update(outcome.counts)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self._clock() - self._begun

    def rows(self) -> dict[str, int]:
        """By what a long run is told."""
        whole = {
            "histories": self.histories,
            "steps (events of the model)": self.steps,
            "violations": self.violations,
        }
        return whole | {name: sum(self.counts[each] for each in counted) for name, counted in ROWS.items()}

    def pace(self) -> str:
        """How fast it goes, how long it will still take at that, and what was found. State: some history is added."""
        rate = self.histories / max(self.seconds, 1e-9)
        left = timedelta(seconds=round((self.wanted - self.histories) / rate))
        return f"{rate:.1f} a second, {left} left, {self.violations} violations"
