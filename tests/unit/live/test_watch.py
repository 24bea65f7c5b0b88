"""What the processes of a group say about themselves reaches the board."""

import json
import time
from pathlib import Path

from prometheus_client import CollectorRegistry

from consumers.notification_gateway.figures import GatewayFigures
from consumers.reading.figures import Figures
from infra.health import HealthServer
from infra.live.watch import Watch
from streams.runtime.metrics import Metrics

WAIT_S = 10.0
READERS = ("gateway", "registers")


def test_lag_is_the_sum_of_what_the_processes_say(tmp_path: Path) -> None:
    workers, outs = CollectorRegistry(), CollectorRegistry()
    allocation, fan_out = Metrics(workers, "allocation"), Metrics(outs, "fan_out")
    allocation.lag.labels("application-changes", "0").set(40)
    allocation.lag.labels("vacancy-releases", "1").set(2)
    fan_out.lag.labels("journal", "0").set(100)
    readers = CollectorRegistry()
    figures, gateway = Figures(readers), GatewayFigures(readers)
    figures.lag.labels("journal", "0").set(3)
    figures.lag.labels("service-stages", "0").set(4)
    gateway.pending.set(50)
    status = tmp_path / "run.json"

    def child(name: str, state: str, url: str | None) -> dict[str, object]:
        said = {"name": name, "state": state, "ready": True, "restarts": 0, "log": "log", "url": url}
        return {**said, "essential": name not in READERS}

    with (
        HealthServer(workers, lambda: None, dict) as one,
        HealthServer(outs, lambda: None, dict) as two,
        HealthServer(readers, lambda: None, dict) as three,
    ):
        children = [
            child("worker-1", "running", one.url),
            child("fan-out-1", "running", two.url),
            child("worker-2", "waiting", one.url),  # what it said before its end
            child("worker-3", "running", "http://127.0.0.1:9"),  # nobody answers there
            child("gateway", "running", three.url),
            child("registers", "waiting", None),
        ]
        status.write_text(json.dumps({"pid": 1, "children": children}))
        with Watch(status) as watch:
            deadline = time.monotonic() + WAIT_S
            while not watch.processes:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            assert [each.lag for each in watch.processes] == [42, 100, None, None, 57, None]
            assert watch.lag == 142, "of those that decide and tell"
            assert watch.readers == {"gateway": 57, "registers": None}


def test_without_a_group_nothing_is_known(tmp_path: Path) -> None:
    with Watch(tmp_path / "run.json") as watch:
        time.sleep(0.05)
        assert watch.processes == ()
        assert watch.lag is None
