"""An `oryn` worker whose machine may be set to another time, and whose disk for snapshots may be full.

    python -m tests.faults.chaos.unlucky FILE worker --name worker-1 ...

FILE says what is wrong at this moment (`Luck`), and is looked at twice a second; without it all is well. What happened
because of it is counted in FILE.happened. Nothing else is changed.
"""

import errno
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

import msgspec

LOOK_S: Final = 0.5


class Luck(msgspec.Struct):
    """`clock_s`: how far the clock of this machine is ahead; `disk_full`: whether no snapshot can be written."""

    clock_s: float = 0.0
    disk_full: bool = False


class Machine:
    """What the worker believes about its machine."""

    def __init__(self, file: Path) -> None:
        """Look for the first time."""
        self._file, self._time = file, time.time
        self._luck, self._looked = Luck(), -LOOK_S

    def luck(self) -> Luck:
        """What is wrong now."""
        now = time.monotonic()
        if now - self._looked >= LOOK_S:
            self._looked = now
            before = self._luck.clock_s
            try:
                self._luck = msgspec.json.decode(self._file.read_bytes(), type=Luck)
            except FileNotFoundError:
                self._luck = Luck()
            if self._luck.clock_s != before:
                self.happened("clock")
        return self._luck

    def happened(self, what: str) -> None:
        """Count one."""
        with self._file.with_suffix(".happened").open("a", encoding="ascii") as file:
            file.write(f"{what}\n")

    def time(self) -> float:
        """Instead of `time.time`."""
        return self._time() + self.luck().clock_s


def main() -> None:
    """Make the machine unlucky, then be `oryn`."""
    machine = Machine(Path(sys.argv.pop(1)))
    time.time = machine.time

    # Only now: modules take the clock when they are imported.
    from infra.cli import main as oryn  # noqa: PLC0415
    from streams.runtime.snapshots import SnapshotStore  # noqa: PLC0415

    write = SnapshotStore._write

    def write_if_there_is_room(self: SnapshotStore, path: Path, *parts: bytes) -> None:
        if not machine.luck().disk_full:
            write(self, path, *parts)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(f".{os.getpid()}.draft").write_bytes(parts[-1][: len(parts[-1]) // 2])
        machine.happened("disk")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    replaced: Any = SnapshotStore
    replaced._write = write_if_there_is_room
    oryn()


if __name__ == "__main__":
    main()
