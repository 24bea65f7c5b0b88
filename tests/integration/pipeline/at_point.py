"""An `oryn` command that sends itself a signal at a chosen point of a transaction: the real program, stopped exactly.

    python -m tests.integration.pipeline.at_point POINT COUNT SIGNAL worker ...

The signal comes when the point is reached for the COUNT-th time; each point is reached once in a transaction but for
`PRODUCED`, which is reached after each record. Nothing else is changed.
"""

import os
import sys
from enum import StrEnum
from functools import wraps
from typing import Any

from streams.runtime.producer import TransactionalProducer


class Point(StrEnum):
    """Where in a transaction, in their order."""

    BEGUN = "begin"
    PRODUCED = "produce"
    # All records are in the log; the group's offsets are not in the transaction.
    BEFORE_OFFSETS = "before-offsets"
    # Everything is in the transaction, but for its end.
    BEFORE_COMMIT = "before-commit"
    COMMITTED = "committed"


_METHODS = {
    Point.BEGUN: "begin",
    Point.PRODUCED: "produce",
    Point.BEFORE_OFFSETS: "_send_offsets",
    Point.BEFORE_COMMIT: "_send_offsets",
    Point.COMMITTED: "commit",
}


def at(point: Point, count: int, number: int) -> tuple[str, ...]:
    """What runs a command so, for `Environment.worker(module=…)`."""
    return ("tests.integration.pipeline.at_point", point.value, str(count), str(int(number)))


def signal_at(point: Point, count: int, number: int) -> None:
    """Arm the point in this process."""
    name = _METHODS[point]
    method = getattr(TransactionalProducer, name)
    left = count

    def reached() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), number)

    @wraps(method)
    def watched(self: TransactionalProducer, *given: Any, **named: Any) -> Any:
        if point is Point.BEFORE_OFFSETS:
            reached()
        answer = method(self, *given, **named)
        if point is not Point.BEFORE_OFFSETS:
            reached()
        return answer

    setattr(TransactionalProducer, name, watched)


if __name__ == "__main__":
    signal_at(Point(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.argv[1:4] = []
    from infra.cli import main

    main()
