"""The page of the machinery over real answers: all well, a worker down, brokers away, dead letters, nobody at all."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from consumers.dashboard.access import Role, Viewer
from consumers.dashboard.app import Dashboard
from consumers.reading.figures import Figures as ReaderFigures
from infra.health import READER_GROUP, HealthServer, note_path
from infra.live.supervisor import read_status
from infra.operations_view import Looking
from infra.settings import Settings
from streams.runtime.metrics import Metrics
from tests.integration.dashboard.holding import until
from tests.integration.dashboard.world import World

pytestmark = pytest.mark.integration

Asking = tuple[World, Dashboard, TestClient]
WAIT_S = 60.0


class Machinery:
    """Processes as they tell of themselves, each on a port of its own; their notes are where the page looks."""

    def __init__(self, data: Path, stack: ExitStack) -> None:
        self.settings = replace(Settings(), data=data)
        self._stack = stack

    def start(self, group: str, name: str, registry: CollectorRegistry, *reasons: str) -> HealthServer:
        """One process that answers. `reasons`: why it does not do all its work."""
        note = note_path(self.settings.data, self.settings.group(group), name)
        ready = {str(index): reason for index, reason in enumerate(reasons)}
        return self._stack.enter_context(HealthServer(registry, lambda: None, lambda: ready, note=note))

    def kill(self, group: str, name: str, server: HealthServer) -> None:
        """It answers no more, and its note stays: what a killed process leaves."""
        note = note_path(self.settings.data, self.settings.group(group), name)
        kept = note.with_suffix(".kept")
        shutil.copy(note, kept)
        server.close()
        kept.rename(note)


@pytest.fixture
def machinery(tmp_path: Path) -> Iterator[Machinery]:
    """No process yet."""
    with ExitStack() as stack:
        yield Machinery(tmp_path, stack)


@pytest.fixture
def page(asking: Asking, machinery: Machinery) -> Iterator[Callable[[], str]]:
    """The words of the page as it is now."""
    world, found, client = asking
    world.viewer = Viewer(Role.NATION, "", "ministry")

    def words() -> str:
        found.sources.operations = Looking(machinery.settings)
        found.pages.cache._entries.clear()
        answer = client.get("/en/operations")
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", " ", answer.text)))

    yield words
    found.sources.operations = None


def worker(registry: CollectorRegistry, waiting: int) -> None:
    """A worker with a partition."""
    figures = Metrics(registry, "allocation")
    figures.lag.labels("application-changes", "0").set(waiting)
    figures.behind.labels("0").set(300)
    figures.stopped.labels("0").set(0)


def test_figures_are_what_processes_say_and_unknown_when_they_say_nothing(
    machinery: Machinery, page: Callable[[], str]
) -> None:
    nobody = page()
    assert "No process of this machine says how it is" in nobody
    assert "Events not decided unknown" in nobody
    group = machinery.settings.worker.allocation_group
    registry = CollectorRegistry()
    worker(registry, 1_234)
    server = machinery.start(group, "worker-1", registry)
    alive = page()
    assert "Processes 1 of 1" in alive
    assert re.search(r"Events not decided 1.234 The next has waited for 5", alive)
    machinery.kill(group, "worker-1", server)
    dead = page()
    assert "does not answer" in dead
    assert "Processes 0 of 1" in dead
    assert "Events not decided unknown" in dead, "a worker that is down is no worker without work"


def test_brokers_that_are_away_and_readers_that_are_down_are_told(
    machinery: Machinery, page: Callable[[], str]
) -> None:
    registries = [CollectorRegistry(), CollectorRegistry()]
    for registry, lag in zip(registries, (7, 8), strict=True):
        figures = ReaderFigures(registry)
        figures.lag.labels("journal", "0").set(lag)
        figures.away.labels("journal", "brokers").set(1)
    machinery.start(READER_GROUP, "registers", registries[0], "the brokers do not answer")
    other = machinery.start(READER_GROUP, "live-view", registries[1], "the brokers do not answer")
    away = page()
    assert "does not do all its work" in away
    assert "the brokers do not answer" in away
    assert "Kafka" in away
    assert "Records to go 15" in away
    machinery.kill(READER_GROUP, "live-view", other)
    assert "Records to go at least 7" in page()


def test_dead_letters_are_counted_and_unknown_without_indicators(
    asking: Asking, page: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, found, client = asking
    assert "Dead letters of seven days 0" in page()
    options = f"-csearch_path={world.indicators.schema}"
    with psycopg.connect(world.postgres, autocommit=True, options=options) as connection:
        connection.execute(
            "INSERT INTO dead_letters (day, locality, publisher, topic, cause, count)"
            " SELECT current_date, '710000000', '<b>urn:x</b>' || n, 'vacancy-releases', 'SCHEMA', 2"
            " FROM generate_series(1, 60) n"
        )
        try:
            assert "Dead letters of seven days 120" in page(), "all of them, not those that the page shows"
            listed = client.get("/en/operations?table=dead-letters&as=json").json()["rows"]
            assert len(listed) == 60
        finally:
            connection.execute("DELETE FROM dead_letters WHERE publisher LIKE '<b>urn:x</b>%'")
    monkeypatch.setattr(found.sources, "settings", replace(found.sources.settings, indicators="nobody-made-this"))
    assert "Dead letters of seven days unknown" in page()
    assert client.get("/en/operations?table=dead-letters&as=csv").status_code == 503, "a file can't say unknown"


def test_a_group_has_a_dashboard_where_its_port_is_set(
    kafka: str, postgres: str, redis: str, prefix: str, tmp_path: Path
) -> None:
    settings = {"DATA": str(tmp_path), "DASHBOARD_PORT": "0", "POSTGRES_URL": postgres, "REDIS_URL": redis}
    environment = {**os.environ, **{f"ORYN_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "infra", "run", "--kafka", kafka, "--prefix", prefix, "--workers", "1"]
    command += ["--partitions", "1", "--clock", "records", "--monitors", "0", "--readers", "registers"]
    with (tmp_path / "run.log").open("wb") as log:
        group = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=tmp_path)
    try:
        first = shown(tmp_path, prefix)
        os.kill(first["pid"], signal.SIGKILL)
        again = shown(tmp_path, prefix, after=first["pid"])
        assert again["pid"] != first["pid"], "it was started again, and nobody else ended for it"
        group.send_signal(signal.SIGTERM)
        assert group.wait(WAIT_S) == 0, (tmp_path / "run.log").read_text()
    finally:
        group.kill()
        group.wait()


def shown(folder: Path, prefix: str, after: int = 0) -> dict[str, Any]:
    """The group's dashboard, once its pages are served."""
    found: list[dict[str, Any]] = []

    def served() -> bool:
        status = read_status(folder / "run" / f"{prefix}run.json")
        for each in [] if status is None else status["children"]:
            if each["name"] == "dashboard" and each["pid"] not in (None, after):
                addresses = re.findall(r"http://localhost:\d+/", Path(each["log"]).read_text())
                if addresses and answers(f"{addresses[-1]}en/definitions"):
                    found.append(each)
        return bool(found)

    until(served)
    return found[0]


def answers(address: str) -> bool:
    """Whether a page is served there."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  # our own, on this machine
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, TimeoutError):
        time.sleep(0.1)
        return False
