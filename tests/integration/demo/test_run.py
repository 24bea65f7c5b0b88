"""`oryn run` as an operator has it: started, killed, started again, told to stop, and refused where it can't work."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # has no types of its own
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from infra.live.supervisor import read_status

pytestmark = pytest.mark.integration
WAIT_S = 60.0

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path, kafka: str, prefix: str) -> Iterator[Start]:
    """Starts `oryn run` on the session's broker, its output in run.log."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*options: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / "run.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "infra", "run", "--kafka", kafka, "--prefix", prefix, *options],
                    stdout=log,
                    stderr=log,
                    env={**os.environ, "ORYN_DATA": str(tmp_path / "data")},
                    cwd=tmp_path,
                )
            )
        return started[-1]

    yield begin
    for each in started:
        each.kill()
        each.wait()


def eventually(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + WAIT_S
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)
    return found


def lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_group_from_its_start_to_its_end(start: Start, tmp_path: Path, prefix: str) -> None:
    status = tmp_path / "data" / "run" / f"{prefix}run.json"

    def ready() -> list[dict[str, Any]] | None:
        found = read_status(status)
        return found["children"] if found is not None and all(each["ready"] for each in found["children"]) else None

    group = start("--workers", "2", "--partitions", "2", "--clock", "records")
    children = eventually(ready)
    assert [each["name"] for each in children] == ["worker-1", "worker-2", "fan-out-1", "monitor-1"]
    assert all(Path(each["log"]).stat().st_size > 0 for each in children)

    second = start("--clock", "records")
    assert second.wait(WAIT_S) == 1
    assert "runs here already" in (tmp_path / "run.log").read_text()

    group.kill()  # a sudden death takes all with it
    group.wait()
    eventually(lambda: not any(lives(each["pid"]) for each in children))

    status.unlink()
    group = start("--workers", "2", "--clock", "records")
    again = eventually(ready)
    assert not {each["pid"] for each in again} & {each["pid"] for each in children}
    group.send_signal(signal.SIGTERM)
    assert group.wait(WAIT_S) == 0
    assert not any(lives(each["pid"]) for each in again)
    assert not status.exists()
    for each in again:
        assert "stopped" in Path(each["log"]).read_text().splitlines()[-1], "each ended in order"


def test_topics_that_are_not_as_declared_are_named(start: Start, tmp_path: Path, kafka: str, prefix: str) -> None:
    admin = AdminClient({"bootstrap.servers": kafka})
    journal = f"{prefix}journal"
    for future in admin.create_topics([NewTopic(journal, 1, 1, config={"retention.ms": "1000"})]).values():
        future.result()
    assert start("--clock", "records").wait(WAIT_S) == 1
    said = (tmp_path / "run.log").read_text()
    assert journal in said
    assert "oryn topics check" in said
    names = admin.list_topics(timeout=10).topics
    assert not [name for name in names if name.startswith(prefix) and name != journal], "nothing was made"


def test_without_brokers_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra", "run"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "ORYN_DATA": str(tmp_path)},
        cwd=tmp_path,
        timeout=WAIT_S,
    )
    assert done.returncode == 1
    assert "oryn stack up" in done.stderr
