"""What is fed with hostile bytes, how much of the time each gets, and the bounds that every input must keep."""

import resource
from collections.abc import Callable
from typing import NamedTuple

from tests.fuzz.hostile import histories, letters, lines, records, values

# An input takes milliseconds; the rest is for a busy machine.
SECONDS_MAX = 30
# The whole process, interpreter and instrumentation included.
MEMORY_BYTES_MAX = 3 << 30
RESIDENT_MIB_MAX = 1_024


class Target(NamedTuple):
    """`check` returns, or raises what is a finding. `bytes_max`: of an input. `share` of the time, in hundredths.

    `frames`: where inputs are a head and frames, the bytes of both, so that a mutation may move whole frames.
    """

    check: Callable[[bytes], None]
    bytes_max: int
    share: int
    frames: tuple[int, int] | None = None


TARGETS = {
    "records": Target(records.check, 1_024, 20),
    "values": Target(values.check, 2_048, 20),
    "lines": Target(lines.check, 1_024, 10),
    "letters": Target(letters.check, 512, 5),
    "histories": Target(
        histories.check,
        histories.HEAD_BYTES + histories.FRAME_BYTES * histories.EVENTS_MAX,
        45,
        (histories.HEAD_BYTES, histories.FRAME_BYTES),
    ),
}


def bound_memory() -> None:
    """From now on this process gets no more: what wants it fails with a MemoryError."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
