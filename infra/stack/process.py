"""Starts, recognises and stops the processes of the stack. Never ends one that it cannot recognise."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, Signals

import psutil  # type: ignore[import-untyped]  # has no types of its own

from infra.stack import guard
from infra.stack.errors import StackError

KILL_WAIT_SECONDS = 10.0
POLL_SECONDS = 0.02
# Start times come from the boot time in whole ticks; a recycled id is seconds or hours younger.
SAME_START_SECONDS = 1.0
LOG_BYTES_MAX = 16 << 20


@dataclass(frozen=True, slots=True)
class Identity:
    """A process for good: its id, and the second since 1970 in which it started, because ids are used again."""

    pid: int
    started: float

    def process(self) -> psutil.Process | None:
        """The process, if it still runs. One that ended and waits for its parent does not."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) <= SAME_START_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def stop(self, seconds: float, number: Signals = SIGTERM) -> bool:
        """Ask it to end, wait, and kill it after `seconds`. Repeatable. Returns: whether it ended by itself.

        Raises: StackError when it cannot be ended at all.
        """
        process = self.process()
        if process is None:
            return True
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
            process.resume()  # a stopped process would see the signal only later
        if _ended(self, seconds):
            return True
        self.kill()
        return False

    def kill(self) -> None:
        """End it without asking. Repeatable. Raises: StackError when it does not end."""
        process = self.process()
        if process is None:
            return
        with suppress(psutil.NoSuchProcess):
            process.kill()
        if not _ended(self, KILL_WAIT_SECONDS):
            raise StackError(f"process {self.pid} does not end")


def _ended(identity: Identity, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while identity.process() is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    # One that this process started and released is still its child. Others are fetched by their own parents.
    with suppress(ChildProcessError):
        os.waitpid(identity.pid, os.WNOHANG)
    return True


class Child:
    """A service that this process started and that dies with it, until it is released."""

    def __init__(self, process: "subprocess.Popen[bytes]", owner: int) -> None:
        self._process, self._owner = process, owner
        self.identity = Identity(process.pid, psutil.Process(process.pid).create_time())

    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; none while it runs."""
        return self._process.poll()

    def signal(self, number: int) -> None:
        """Send it a signal. State: running."""
        self._process.send_signal(number)

    def release(self) -> None:
        """Let it outlive this process. Once."""
        os.write(self._owner, guard.RELEASED)
        self._close()
        if self._process.poll() is None:
            self._process.returncode = 0  # no longer ours: its object must not complain that it still runs

    def stop(self, seconds: float, number: Signals = SIGTERM) -> bool:
        """As `Identity.stop`; also forgets the process."""
        graceful = self.identity.stop(seconds, number)
        self._process.wait()
        self._close()
        return graceful

    def kill(self) -> None:
        """As `Identity.kill`; also forgets the process."""
        self.identity.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._owner >= 0:
            os.close(self._owner)
            self._owner = -1


def start(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str] | None = None,
    *,
    identity: str = guard.AS_IS,
) -> Child:
    """Start a service in a session of its own, its output appended to `log`, watched as `infra.stack.guard` says, and
    with one of its identities."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name(f"{log.name}.1"))
    watched, owner = os.pipe()
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - the command is the stack's own
                [
                    *(sys.executable, "-I", "-S", guard.__file__),
                    *(str(watched), identity),
                    *(str(each) for each in command),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(os.environ if environment is None else environment),
                pass_fds=(watched,),
                start_new_session=True,
            )
    except BaseException:
        os.close(owner)
        raise
    finally:
        os.close(watched)
    return Child(process, owner)


def run(command: Sequence[str | Path], log: Path, seconds: float, *, identity: str = guard.AS_IS) -> None:
    """Run a preparing command to its end, its output appended to `log`. It dies with this process, too.

    Raises: StackError when it fails or takes longer than `seconds`.
    """
    child = start(command, log, identity=identity)
    deadline = time.monotonic() + seconds
    try:
        while (code := child.exit_code()) is None:
            if time.monotonic() > deadline:
                raise StackError(f"{Path(command[0]).name} took longer than {seconds:.0f} s; see {log}")
            time.sleep(POLL_SECONDS)
    finally:
        child.kill()
    if code:
        raise StackError(f"{Path(command[0]).name} failed with exit code {code}; see {log}")
