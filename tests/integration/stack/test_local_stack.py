"""The stack of a data directory, as `oryn stack` runs it: real services, real kills."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from infra.stack import state as memory
from infra.stack.local import SERVICES, LocalStack
from infra.stack.process import Identity
from tests.integration.stack.services import (
    ROOT,
    alive,
    assert_filled,
    assert_gone,
    begin,
    environment,
    fill,
    oryn,
    processes_of,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data directory whose stack is stopped in the end, whatever happened."""
    folder = tmp_path / "data"
    yield folder
    LocalStack(folder).down()
    assert processes_of(folder) == []


def pids(data: Path) -> dict[str, int]:
    return {name: each.pid for name, each in memory.load(memory.stack_folder(data)).services.items()}


def test_what_was_written_survives_a_stop_and_a_kill_of_everything(data: Path) -> None:
    stack = LocalStack(data)
    first = stack.up()
    fill(first)
    assert stack.down() == dict.fromkeys(SERVICES, True)
    assert processes_of(data) == []
    assert stack.running() == memory.Endpoints()
    assert stack.up() == first, "ports stay"
    assert_filled(first)
    time.sleep(1.1)  # Redis' file is at most a second behind
    for pid in pids(data).values():
        os.kill(pid, signal.SIGKILL)
    assert_gone(pids(data).values())
    assert [each.how for each in stack.status()] == ["stopped"] * len(SERVICES)
    assert stack.up() == first
    assert_filled(first)
    assert all(each.healthy for each in stack.status())


def test_two_at_once_make_one_stack_and_one_that_is_killed_is_replaced_alone(data: Path) -> None:
    both = [begin(data, "up", "--json", "postgres", "redis") for _ in range(2)]
    answers = [process.communicate(timeout=180) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    seen = [{each["name"]: each["pid"] for each in json.loads(output)} for output, _ in answers]
    assert seen[0] == seen[1]
    before = pids(data)
    os.kill(before["redis"], signal.SIGKILL)
    code, output, errors = oryn(data, "up", "postgres", "redis")
    assert code == 0, errors
    after = pids(data)
    assert after["postgres"] == before["postgres"]
    assert after["redis"] != before["redis"]
    assert "redis://127.0.0.1:" in output
    code, output, _ = oryn(data, "status", "--json")
    assert code == 1, "Kafka does not run"
    assert [each["healthy"] for each in json.loads(output)] == [False, True, True]
    code, output, _ = oryn(data, "logs", "postgres")
    assert code == 0
    assert "ready to accept connections" in output
    code, output, _ = oryn(data, "down")
    assert (code, output) == (0, "postgres: stopped\nredis: stopped\n")
    assert processes_of(data) == []


def test_wiping_asks_and_then_leaves_nothing_but_what_is_not_the_stacks(data: Path) -> None:
    stack = LocalStack(data)
    stack.up(["redis"])
    (data / "spool").mkdir()
    code, _, errors = oryn(data, "wipe")
    assert code == 1
    assert "Aborted" in errors
    assert alive(pids(data)["redis"])
    code, _, _ = oryn(data, "wipe", "--yes")
    assert code == 0
    assert processes_of(data) == []
    assert {path.name for path in stack.folder.iterdir()} <= {memory.LOCK}
    assert (data / "spool").is_dir()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_start_that_is_interrupted_leaves_nothing_running(data: Path, number: signal.Signals) -> None:
    process = begin(data, "up")
    deadline = time.monotonic() + 60
    while not (broker := processes_of(data, "kafka.Kafka")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert_gone(broker)
    assert_gone(processes_of(data))
    assert pids(data) == {}


def test_a_test_session_that_is_killed_leaves_nothing_running(tmp_path: Path) -> None:
    """The services of the fixtures die with pytest, even if it is killed."""
    folder = tmp_path / "inner"
    (tmp_path / "test_inner.py").write_text(
        f"""
import time
from pathlib import Path
from infra.stack.local import LocalStack

def test_waits(kafka):
    LocalStack(Path({str(folder)!r}), owned=True).up(["postgres", "redis"])
    Path({str(tmp_path / "ready")!r}).touch()
    time.sleep(300)
""",
        "utf-8",
    )
    (tmp_path / "conftest.py").write_text("from tests.services import kafka\n", "utf-8")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)),
            *("--basetemp", str(tmp_path / "base"), str(tmp_path / "test_inner.py")),
        ],
        cwd=ROOT,
        env=environment(tmp_path) | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 90
    while not (tmp_path / "ready").exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    services = [pid for pid in processes_of(tmp_path) if pid != process.pid]
    assert len(services) >= len(SERVICES)
    process.kill()
    process.communicate(timeout=30)
    assert_gone(services)
    assert_gone(processes_of(tmp_path))


def test_a_recycled_process_id_is_never_killed(data: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        started = psutil.Process(stranger.pid).create_time()
        folder = memory.stack_folder(data)
        folder.mkdir(parents=True)
        recorded = memory.Running(memory.PROCESS, "redis://127.0.0.1:1/0", started - 60, pid=stranger.pid)
        memory.save(folder, memory.State({}, {"redis": recorded}))
        assert LocalStack(data).down() == {}
        assert stranger.poll() is None
        assert Identity(stranger.pid, started).stop(5)


def test_a_port_that_somebody_took_is_replaced(data: Path) -> None:
    stack = LocalStack(data)
    first = stack.up(["redis"])
    stack.down()
    with socket.create_server(("127.0.0.1", int(first.redis.split(":")[-1].removesuffix("/0")))):
        second = stack.up(["redis"])
    assert second.redis != first.redis
    assert stack.up(["redis"]) == second


def test_a_given_address_is_asked_and_never_stopped(data: Path, tmp_path: Path) -> None:
    other = LocalStack(tmp_path / "other", owned=True)
    address = other.up(["redis"]).redis
    try:
        code, output, errors = oryn(data, "up", "redis", ORYN_REDIS_URL=address)
        assert code == 0, errors
        assert "given" in output
        assert address in output
        code, output, _ = oryn(data, "down", ORYN_REDIS_URL=address)
        assert (code, output) == (0, "nothing ran\n")
        assert next(each for each in other.status() if each.name == "redis").healthy
    finally:
        other.down()
    code, _, errors = oryn(data, "up", "redis", ORYN_REDIS_URL=address)
    assert code == 1
    assert "no answer at the address that was given" in errors
    assert "Traceback" not in errors


def test_containers_without_an_engine_are_an_error_and_no_reason_for_something_else(data: Path) -> None:
    code, _, errors = oryn(data, "up", "redis", "--containers", DOCKER_HOST=f"unix://{data / 'nobody'}")
    assert code == 1
    assert errors.startswith("oryn: no container engine answers")
    assert "Traceback" not in errors
    assert pids(data) == {}


@pytest.mark.parametrize("words", [("up", "oracle"), ("fly",), (), ("logs", "-n", "-1"), ("up", "--nonsense")])
def test_wrong_usage_exits_2_and_says_why(data: Path, words: tuple[str, ...]) -> None:
    code, output, errors = oryn(data, *words)
    assert code == 2
    assert "Usage: oryn stack" in output + errors
    assert "Traceback" not in errors
