"""The processes of `oryn run`, each of which may be killed, frozen or asked to end; what ends is started again.

As the group of `oryn run` does it, with its own parts. A process that a restart can't help makes the run fail.
"""

import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, Self

import msgspec
import psutil  # type: ignore[import-untyped]  # has no types of its own

from infra.commands.run import group
from infra.health import notes
from infra.live.children import Spec, State, Supervised
from infra.live.watch import lag_of
from infra.readers.running import READERS
from infra.settings import Settings
from tests.faults.chaos.unlucky import Luck

LOOK_S: Final = 0.05
# So long a machine stays unlucky for somebody to notice.
NOTICED_S: Final = 15.0
STOP_S: Final = 60.0
WORKER, FAN_OUT = "worker", "fan-out"


class NotHappened(AssertionError):
    """A fault that was planned could not be done."""


class Actors:
    """All processes of one machine. A context manager."""

    def __init__(self, settings: Settings, workers: int) -> None:
        """Start nothing yet."""
        self._data, self._partitions = settings.data, settings.kafka.partitions or 1
        self._folder = settings.data / "luck"
        self._folder.mkdir(parents=True, exist_ok=True)
        specs = group(settings, None, workers, 1, tuple(READERS), monitors=1)
        self._all = {spec.name: Supervised(self._unlucky(spec)) for spec in specs}
        self._lock, self._stop = Lock(), Event()
        self._thread = Thread(target=self._watch, name="actors")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for each in self._all.values():
            each.kill()

    @property
    def names(self) -> Sequence[str]:
        """All, workers first."""
        return tuple(self._all)

    @property
    def workers(self) -> Sequence[str]:
        """Those that decide."""
        return [name for name, each in self._all.items() if each.spec.kind == WORKER]

    @property
    def others(self) -> Sequence[str]:
        """Those that read what was decided."""
        return [name for name in self._all if name not in self.workers]

    @property
    def failed(self) -> dict[str, int | None]:
        """Those that ended so that a restart would not help, with their exit codes."""
        return {name: each.exit_code for name, each in self._all.items() if each.state is State.FAILED}

    @property
    def restarts(self) -> dict[str, int]:
        """How often each was started again."""
        return {name: each.restarts for name, each in self._all.items()}

    def kill(self, name: str) -> None:
        """SIGKILL. Raises: NotHappened."""
        self._send(name, signal.SIGKILL)

    def ask_to_end(self, name: str) -> None:
        """SIGTERM; it is started again when it has ended. Raises: NotHappened."""
        self._send(name, signal.SIGTERM)

    def freeze(self, name: str, seconds: float) -> None:
        """SIGSTOP for so long: a machine that hangs, and comes back as a zombie. Raises: NotHappened."""
        process = self._send(name, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def luck(self, name: str, luck: Luck, what: str, seconds: float) -> int:
        """Let something be wrong with a worker's machine for so long; longer, if it is down and nobody notices.

        Gives how often it was noticed.
        """
        file = self._luck_file(name)
        before = self._noticed(file, what)
        draft = file.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(luck))
        draft.replace(file)  # the worker may look at any moment
        time.sleep(seconds)
        deadline = time.monotonic() + NOTICED_S
        while self._noticed(file, what) == before and time.monotonic() < deadline:
            time.sleep(LOOK_S)
        file.unlink()
        return self._noticed(file, what) - before

    def await_idle(self, settled_s: float, seconds: float) -> None:
        """Wait until each says, for so long, that nothing is left to do. Raises: AssertionError."""
        deadline, since = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() - since < settled_s:
            urls = {note.get("pid"): note["url"] for note in notes(self._data).values()}
            behind = {name: lag_of(urls[each.pid]) if each.pid in urls else None for name, each in self._all.items()}
            # The fan-out's lag counts the marker behind the last record of each partition (docs/metrics.md).
            rest = {name: self._partitions if name.startswith(FAN_OUT) else 0 for name in behind}
            if any(lag is None or lag > rest[name] for name, lag in behind.items()):
                since = time.monotonic()
                assert since < deadline, f"not at the end (lag; none: no answer): {behind}"
            time.sleep(0.5)

    def end(self) -> None:
        """Ask all to end, and start none of them again. Raises: NotHappened when one has to be killed."""
        self._stop.set()
        self._thread.join()
        for each in self._all.values():
            each.ask_to_stop()
        deadline = time.monotonic() + STOP_S
        while not all([each.has_stopped() for each in self._all.values()]):
            if time.monotonic() > deadline:
                raise NotHappened(f"did not end: {[n for n, each in self._all.items() if each.pid is not None]}")
            time.sleep(LOOK_S)

    def _unlucky(self, spec: Spec) -> Spec:
        if spec.kind != WORKER:
            return spec
        at = list(spec.command).index("infra")
        module = ["tests.faults.chaos.unlucky", str(self._luck_file(spec.name))]
        # Without -P: the tests' modules are found from the project's folder.
        command = [sys.executable, "-m", *module, *spec.command[at + 1 :]]
        return Spec(spec.name, spec.kind, command, spec.log, spec.essential)

    def _luck_file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    @staticmethod
    def _noticed(file: Path, what: str) -> int:
        happened = file.with_suffix(".happened")
        return happened.read_text("ascii").split().count(what) if happened.exists() else 0

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_S):
            with self._lock:
                for each in self._all.values():
                    each.look()

    def _send(self, name: str, number: signal.Signals) -> psutil.Process:
        """Signal it, once it runs."""
        deadline = time.monotonic() + STOP_S
        while True:
            with self._lock:
                pid = self._all[name].pid
            if pid is not None:
                with suppress(psutil.NoSuchProcess):
                    process = psutil.Process(pid)
                    process.send_signal(number)
                    return process
            if time.monotonic() > deadline:
                raise NotHappened(f"{name} does not run")
            time.sleep(LOOK_S)
