"""A group of processes: what is started again, what is not, and that nobody outlives it. Real processes, no Kafka."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import psutil  # type: ignore[import-untyped]  # has no types of its own
import pytest

from infra.live.children import Spec, State, Supervised
from infra.live.supervisor import AlreadyRunning, Supervisor, read_status

WAIT_S = 15.0
SLEEP = "import time; time.sleep(60)"
# Notes its address as workers do, and says that it is ready.
READY = """
import json, os, pathlib, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Handler)
folder = pathlib.Path(sys.argv[1]) / "health"
folder.mkdir(parents=True, exist_ok=True)
note = {"url": f"http://127.0.0.1:{server.server_port}", "pid": os.getpid()}
(folder / "one.json").write_text(json.dumps(note))
server.serve_forever()
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
GROUP = """
import sys
from pathlib import Path
from infra.live.children import Spec
from infra.live.supervisor import Supervisor
from threading import Event
folder = Path(sys.argv[1])
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
specs = [Spec(f"child-{n}", "child", sleep, folder / f"{n}.log") for n in (1, 2)]
sys.exit(Supervisor(specs, folder, folder, print).run(Event()))
"""


class Running:
    """A supervisor in a thread of its own, and what it told."""

    def __init__(self, folder: Path, *specs: Spec) -> None:
        self.told: list[str] = []
        self.supervisor = Supervisor(specs, folder, folder, self.told.append)
        self.stop = Flag()
        self.code: int | None = None
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.code = self.supervisor.run(self.stop)

    def end(self) -> int | None:
        """Tell it to stop, and wait."""
        self.stop.set()
        return self.wait()

    def wait(self) -> int | None:
        """Until it has ended."""
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()
        return self.code


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def begin(*codes: str, kinds: tuple[str, ...] = ()) -> Running:
        specs = [
            Spec(
                f"child-{n}",
                kinds[n] if kinds else "child",
                [sys.executable, "-c", code, str(tmp_path)],
                _log(tmp_path, n),
            )
            for n, code in enumerate(codes)
        ]
        running.append(Running(tmp_path, *specs))
        return running[-1]

    yield begin
    for each in running:
        each.end()


def _log(folder: Path, number: int) -> Path:
    return folder / f"child-{number}.log"


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.02)


def pids(running: Running) -> list[int | None]:
    return [child.pid for child in running.supervisor.children]


def test_a_killed_child_is_started_again(run: Callable[..., Running]) -> None:
    group = run(SLEEP, SLEEP)
    eventually(lambda: all(pids(group)))
    first, second = pids(group)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    eventually(lambda: group.supervisor.children[0].restarts == 1 and pids(group)[0] not in (None, first))
    assert pids(group)[1] == second, "the others are left alone"
    assert any("killed by signal 9" in line for line in group.told)
    assert group.end() == 0


@pytest.mark.parametrize("code", [2, 72, 78])
def test_what_a_restart_cannot_cure_is_not_tried_again(run: Callable[..., Running], code: int) -> None:
    group = run(f"raise SystemExit({code})", SLEEP)
    eventually(lambda: group.supervisor.children[0].state is State.FAILED)
    time.sleep(0.8)  # longer than the first pause
    assert group.supervisor.children[0].restarts == 0
    assert pids(group)[1] is not None, "the others of its kind go on"
    assert any("would not help" in line for line in group.told)
    assert group.end() == 0


def test_a_group_without_one_of_a_kind_ends_with_its_code(run: Callable[..., Running]) -> None:
    group = run("raise SystemExit(78)", SLEEP, kinds=("worker", "fan-out"))
    eventually(lambda: group.code is not None)
    assert group.wait() == 78
    assert all(pid is None for pid in pids(group))


@pytest.mark.parametrize("code", [1, 70])
def test_other_failures_are_tried_again_later_and_later(tmp_path: Path, code: int) -> None:
    child = Supervised(Spec("child", "child", [sys.executable, "-c", f"raise SystemExit({code})"], tmp_path / "log"))
    pauses = []
    for _ in range(3):
        child._start_at = 0.0  # without waiting for the pause
        assert child.look()
        eventually(child.look)
        assert child.state is State.WAITING
        assert child.exit_code == code
        pauses.append(child.waits_s)
    assert pauses[0] == pytest.approx(0.5, abs=0.2)
    assert pauses[1] == pytest.approx(1.0, abs=0.2)
    assert pauses[2] == pytest.approx(2.0, abs=0.2)


def test_its_file_says_how_they_are(run: Callable[..., Running], tmp_path: Path) -> None:
    group = run(READY)
    status = tmp_path / "run.json"

    def ready() -> bool:
        found = read_status(status)
        return found is not None and found["children"][0]["ready"] is True

    eventually(ready)
    found = json.loads(status.read_bytes())
    assert found["pid"] == os.getpid()
    assert found["children"][0]["pid"] == pids(group)[0]
    assert "ready: child-0" in group.told
    assert group.end() == 0
    assert not status.exists(), "who does not run has no status"


def test_a_child_that_does_not_end_is_killed(
    run: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.live.supervisor.STOP_TIMEOUT_S", 0.5)
    group = run(STUBBORN)
    eventually(lambda: _log(tmp_path, 0).exists() and "up" in _log(tmp_path, 0).read_text())
    (pid,) = pids(group)
    assert pid is not None
    assert group.end() == 0
    assert not psutil.pid_exists(pid)
    assert any("did not end" in line for line in group.told)


def test_only_one_group_of_a_name_runs_in_a_folder(run: Callable[..., Running], tmp_path: Path) -> None:
    group = run(SLEEP)
    eventually(lambda: all(pids(group)))
    with pytest.raises(AlreadyRunning):
        Supervisor([], tmp_path, tmp_path, print).run(Flag())
    assert pids(group)[0] is not None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_a_supervisor(tmp_path: Path, number: signal.Signals) -> None:
    """Whatever it dies of: these handle no signal, so each is a sudden death."""
    process = subprocess.Popen([sys.executable, "-c", GROUP, str(tmp_path)])
    try:
        status = tmp_path / "run.json"
        eventually(lambda: (found := read_status(status)) and all(each["pid"] for each in found["children"]))
        found = read_status(status)
        assert found is not None
        children = [each["pid"] for each in found["children"]]
        process.send_signal(number)
        process.wait(WAIT_S)
        eventually(lambda: not any(_lives(pid) for pid in children))
    finally:
        process.kill()


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
