"""Whom Prometheus asks: the processes' notes as file_sd, with labels that stay the same after a restart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from infra.cli import app
from infra.health import SUPERVISOR_GROUP, HealthServer, note_path
from infra.live.children import Spec
from infra.live.group_figures import GroupFigures, group_reasons
from infra.live.supervisor import Supervisor
from infra.metrics_inventory import EVERY, inventory
from infra.metrics_targets import Target, targets
from infra.operations_samples import ask_all
from infra.settings import Settings
from tests.unit.metrics import files


def noted(folder: Path, prefix: str, group: str, process: str, url: str) -> None:
    path = note_path(folder, f"{prefix}{group}", process)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"url": url, "pid": 1}), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    noted(tmp_path, "", "oryn-allocation", "worker-1", "http://127.0.0.1:4001")
    noted(tmp_path, "a-b.", "oryn-fan-out", "fan-out-1", "http://0.0.0.0:4002")
    noted(tmp_path, "a-b.", "oryn-reader", "live-view", "http://[::1]:4003")
    noted(tmp_path, "a-b.", "oryn-monitor", "monitor-1", "http://192.0.2.7:4004")
    noted(tmp_path, "a-b.", "oryn-dashboard", "dashboard", "http://127.0.0.1:4005")
    noted(tmp_path, "a-b.", SUPERVISOR_GROUP, "group", "http://127.0.0.1:4006")
    noted(tmp_path, "", "somebody", "else", "http://127.0.0.1:4007")
    return tmp_path


def test_a_note_tells_environment_role_and_name(folder: Path) -> None:
    found = {(each.prefix, each.role, each.process): each.address for each in targets(Settings(data=folder))}
    assert found == {
        ("", "worker", "worker-1"): "127.0.0.1:4001",
        ("", "other", "somebody-else"): "127.0.0.1:4007",
        ("a-b.", "fan-out", "fan-out-1"): "0.0.0.0:4002",
        ("a-b.", "reader", "live-view"): "[::1]:4003",
        ("a-b.", "monitor", "monitor-1"): "192.0.2.7:4004",
        ("a-b.", "dashboard", "dashboard"): "127.0.0.1:4005",
        ("a-b.", "group", "group"): "127.0.0.1:4006",
    }


def test_one_environment_and_addresses_that_others_understand(folder: Path) -> None:
    found = targets(Settings(data=folder), prefix="a-b.", host="2001:db8::1", machine="m1")
    assert [each.address for each in found] == [
        "[2001:db8::1]:4005",
        "[2001:db8::1]:4002",
        "[2001:db8::1]:4006",
        "192.0.2.7:4004",
        "[2001:db8::1]:4003",
    ]
    assert found[1].labels == {
        "prefix": "a-b.",
        "role": "fan-out",
        "process": "fan-out-1",
        "machine": "m1",
        "instance": "fan-out-1@m1",
    }
    assert targets(Settings(data=folder), prefix="", machine="m1")[1].labels["prefix"] == "none"
    assert set(found[0].labels) | {"job"} == files.TARGET_LABELS


def test_prometheus_takes_the_file(
    folder: Path, tmp_path: Path, promtool: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORYN_DATA", str(folder))
    done = CliRunner().invoke(app, ["metrics", "targets", "--out", str(tmp_path / "targets" / "oryn.json")])
    assert done.exit_code == 0, done.output
    configuration = (files.PROMETHEUS / "prometheus.yml").read_text("utf-8")
    config = tmp_path / "prometheus.yml"
    config.write_text(configuration.replace("rules/", str(files.PROMETHEUS / "rules") + "/"), encoding="utf-8")
    assert "does not exist" not in promtool("check", "config", config)


def test_every_process_exports_what_the_inventory_says_of_it(tmp_path: Path) -> None:
    note = note_path(tmp_path, "oryn-reader", "registers")
    note.parent.mkdir(parents=True)
    with HealthServer(CollectorRegistry(), lambda: None, lambda: {"journal": "catching up"}, note=note) as server:
        (said,) = ask_all(targets(Settings(data=tmp_path)))
        assert said.reasons == ("journal: catching up",)
        assert said.total("oryn_process_ready") == 0
        assert said.total("oryn_process_live") == 1
        free, size = said.total("oryn_process_disk_free_bytes"), said.total("oryn_process_disk_size_bytes")
        assert free is not None
        assert size is not None
        assert 0 < free < size
        expected = {each.name for each in inventory() if each.of == EVERY}
        assert {name for name in said.samples if not name.endswith("_created")} == expected
        address = server.url.removeprefix("http://")
    (gone,) = ask_all([Target(address, "", "reader", "registers", "m1")])
    assert (gone.reasons, dict(gone.samples)) == (None, {})


def test_a_group_tells_who_runs_and_who_ended_for_good(tmp_path: Path) -> None:
    specs = [Spec("worker-1", "worker", (), tmp_path / "log"), Spec("registers", "registers", (), tmp_path / "log")]
    supervisor = Supervisor(specs, tmp_path, tmp_path, lambda _: None)
    registry = CollectorRegistry()
    registry.register(GroupFigures(supervisor))

    def value(name: str, child: str) -> float | None:
        kind = next(each.kind for each in specs if each.name == child)
        return registry.get_sample_value(f"oryn_group_process_{name}", {"child": child, "child_kind": kind})

    supervisor.children[1].state = type(supervisor.children[1].state).FAILED
    supervisor.children[0].restarts = 3
    supervisor.ready = frozenset({"worker-1"})
    assert [value(name, "worker-1") for name in ("restarts_total", "ready", "failed")] == [3, 1, 0]
    assert [value(name, "registers") for name in ("running", "ready", "failed")] == [0, 0, 1]
    assert group_reasons(supervisor) == {"registers": "failed"}


def test_the_list_is_that_of_the_registries() -> None:
    done = CliRunner().invoke(app, ["metrics", "list", "--json"])
    assert [each["name"] for each in json.loads(done.output)] == [each.name for each in inventory()]
