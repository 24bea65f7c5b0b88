"""Children die with their owner unless released; a process is recognised by more than its number."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from infra.stack.errors import StackError
from infra.stack.process import Identity, run, start

SHELL = "/bin/sh"
ROOT = Path(__file__).parents[3]
OWNER = """
import sys, time
from pathlib import Path
from infra.stack.process import start
child = start(["/bin/sh", "-c", "sleep 300 & sleep 300"], Path(sys.argv[1]) / "log")
if sys.argv[2] == "release":
    child.release()
print(child.identity.pid, child.identity.started, flush=True)
time.sleep(300)
"""


def wait_until_gone(identity: Identity) -> None:
    deadline = time.monotonic() + 20
    while identity.process() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def members(group: int) -> list[int]:
    """The living processes of a group."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


@pytest.mark.parametrize("word", ["keep", "release"])
def test_a_child_of_an_owner_that_is_killed_dies_with_its_own_children_unless_released(
    tmp_path: Path, word: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path), word], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pid, started = owner.stdout.readline().split()
        child = Identity(int(pid), float(started))
        assert child.process() is not None
        owner.kill()
    if word == "keep":
        wait_until_gone(child)
        deadline = time.monotonic() + 20
        while members(child.pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return
    time.sleep(0.5)
    assert child.process() is not None
    # The watcher has left: only the shell and its two sleepers are in the group.
    assert len(members(child.pid)) == 3
    os.killpg(child.pid, signal.SIGKILL)


def test_a_watcher_leaves_with_its_service(tmp_path: Path) -> None:
    child = start([SHELL, "-c", "exit 7"], tmp_path / "log")
    deadline = time.monotonic() + 20
    while child.exit_code() is None or members(child.identity.pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert child.exit_code() == 7
    child.kill()


def test_a_stop_is_graceful_within_its_time_and_a_kill_after_it(tmp_path: Path) -> None:
    polite = start(["/bin/sleep", "300"], tmp_path / "log")
    assert polite.stop(20)
    deaf = start([SHELL, "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], tmp_path / "deaf")
    deadline = time.monotonic() + 20
    while (tmp_path / "deaf").read_text() != "ready\n":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not deaf.stop(0.3)
    assert deaf.identity.process() is None
    assert deaf.identity.stop(1), "repeatable"


def test_a_stopped_process_can_be_ended(tmp_path: Path) -> None:
    child = start(["/bin/sleep", "300"], tmp_path / "log")
    child.signal(signal.SIGSTOP)
    assert child.stop(20)


def test_another_start_time_is_another_process() -> None:
    own = psutil.Process()
    assert Identity(own.pid, own.create_time()).process() == own
    stranger = Identity(own.pid, own.create_time() - 10)
    assert stranger.process() is None
    stranger.kill()
    assert stranger.stop(0), "this process would be dead"


def test_a_preparing_command_that_fails_or_hangs_is_an_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    run([SHELL, "-c", "echo done"], log, 20)
    assert log.read_text() == "done\n"
    with pytest.raises(StackError, match="exit code 3"):
        run([SHELL, "-c", "exit 3"], log, 20)
    with pytest.raises(StackError, match="took longer"):
        run([SHELL, "-c", "sleep 300"], log, 0.2)


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.truncate(17 << 20)
    run([SHELL, "-c", "echo new"], log, 20)
    assert log.read_text() == "new\n"
    assert (tmp_path / "log.1").stat().st_size == 17 << 20
