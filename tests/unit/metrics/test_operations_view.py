"""The machinery at one look: from figures of real registries to the value that the page shows."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from consumers.dashboard.operations.view import Condition
from consumers.notification_gateway.figures import GatewayFigures
from consumers.reading.figures import Figures as ReaderFigures
from infra.metrics_inventory import inventory
from infra.metrics_targets import Target
from infra.operations_log import troubles
from infra.operations_samples import Said, _samples
from infra.operations_view import Looking, messages, partitions, processes, readers, work
from infra.settings import KafkaSettings, Settings
from schemas.instants import Instant
from streams.monitoring.figures import MonitoringFigures
from streams.runtime.metrics import Metrics

LOG = """2026-11-21 07:00:00,123 INFO streams.runtime.loop: assigned partitions=[0, 1]
2026-11-21 07:00:01,250 WARNING streams.runtime.loop: transaction aborted reason=x records=3
2026-11-21 07:00:02,500 CRITICAL infra.processors: stopped reason=gone exit_code=70
Traceback (most recent call last):
"""


def said(process: str, role: str, registry: CollectorRegistry | None, *reasons: str) -> Said:
    target = Target("127.0.0.1:1", "t.", role, process, "m1")
    if registry is None:
        return Said(target, None)
    return Said(target, reasons, _samples(generate_latest(registry).decode()))


@pytest.fixture
def everybody() -> Sequence[Said]:
    registries = [CollectorRegistry() for _ in range(5)]
    worker, teller = Metrics(registries[0], "allocation"), Metrics(registries[1], "fan_out")
    for topic, lag in (("vacancy-releases", 2), ("application-changes", 3)):
        worker.lag.labels(topic, "0").set(lag)
    worker.lag.labels("application-changes", "10").set(0)
    worker.behind.labels("0").set(12.5)
    worker.behind.labels("10").set(0)
    worker.stopped.labels("0").set(0)
    worker.stopped.labels("2").set(1)
    worker.last_record.labels("0").set(1_623_333_600)
    worker.transaction_seconds.observe(0.1)
    worker.aborted.inc(2)
    worker.restore_seconds.observe(1.5)
    worker.restore_seconds.observe(0.5)
    worker.partitions.labels("restoring").set(1)
    worker.partitions.labels("working").set(7)
    worker.dead_letters.labels("SCHEMA").inc(4)
    teller.lag.labels("journal", "0").set(7)
    reader = ReaderFigures(registries[2])
    reader.lag.labels("t.journal", "0").set(5)
    reader.lag.labels("t.journal", "1").set(6)
    reader.away.labels("t.journal", "store").set(1)
    reader.away.labels("t.journal", "brokers").set(0)
    reader.outages.labels("t.journal", "store").inc(3)
    gateway = GatewayFigures(registries[3])
    gateway.pending.set(9)
    gateway.at_risk.set(1)
    gateway.open_endpoints.labels("webhook").set(2)
    gateway.undelivered.labels("QUEUED", "webhook", "LATE").inc()
    MonitoringFigures(registries[4]).lag.labels("0").set(8)
    return [
        said("worker-1", "worker", registries[0], "2: BrokenJournal"),
        said("fan-out-1", "fan-out", registries[1]),
        said("registers", "reader", registries[2]),
        said("gateway", "reader", registries[3]),
        said("monitor-1", "monitor", registries[4]),
        said("dashboard", "dashboard", None),
    ]


def test_processes_stand_in_the_order_of_a_record_and_say_how_they_are(everybody: Sequence[Said]) -> None:
    found = processes(everybody)
    names = ["worker-1", "fan-out-1", "monitor-1", "gateway", "registers", "dashboard"]
    assert [each.name for each in found] == names
    assert (found[0].condition, found[0].reasons, found[0].lag) == (Condition.NOT_READY, ("2: BrokenJournal",), 5)
    assert (found[1].condition, found[1].lag) == (Condition.READY, 7)
    assert (found[-1].condition, found[-1].lag, found[-1].memory) == (Condition.DOWN, None, None)


def test_who_ended_for_good_is_shown_although_nobody_answers_for_it() -> None:
    group = Said(
        Target("127.0.0.1:1", "t.", "group", "group", "m1"),
        (),
        {
            "oryn_group_process_failed": [({"child": "registers", "child_kind": "registers"}, 1.0)],
            "oryn_group_process_restarts_total": [({"child": "registers", "child_kind": "registers"}, 4.0)],
        },
    )
    found = processes([group])
    assert [(each.name, each.role, each.condition, each.restarts) for each in found] == [
        ("registers", "reader", Condition.FAILED, 4),
        ("group", "group", Condition.READY, None),
    ]


def test_a_partition_gathers_what_all_say_of_it(everybody: Sequence[Said]) -> None:
    found = partitions(everybody)
    assert [each.number for each in found] == [0, 2, 10], "by number"
    first = found[0]
    assert (first.worker, first.stopped, first.waiting, first.behind_s) == ("worker-1", False, 5, 12.5)
    assert (first.untold, first.uncounted, first.last) == (7, 8, Instant(1_623_333_600_000))
    assert found[1].stopped


def test_readers_work_and_messages(everybody: Sequence[Said]) -> None:
    (reader,) = readers(everybody, "t.")
    assert (reader.topic, reader.lag, reader.away, reader.outages) == ("journal", 11, ("store",), 3)
    deciding, telling = work(everybody)
    assert (deciding.transactions, deciding.aborted, deciding.restores) == (1, 2, 2)
    assert (deciding.restore_s, deciding.restoring, deciding.dead_letters) == (2.0, 1, 4)
    assert (telling.name, telling.restores) == ("fan-out-1", 0)
    told = messages(everybody)
    assert told is not None
    assert (told.waiting, told.at_risk, told.left_alone, told.undelivered) == (9, 1, 2, 1)
    assert messages(everybody[:2]) is None


def test_names_that_the_view_asks_for_are_exported() -> None:
    text = (Path(__file__).parents[3] / "infra" / "operations_view.py").read_text("utf-8")
    text = text.replace("{DECIDING}", "oryn_allocation").replace("{TELLING}", "oryn_fan_out")
    text = text.replace("{name}", "oryn_allocation")
    asked = {
        each.split('"')[1]
        for each in text.replace('f"', '"').split("(")
        if '"oryn_' in each and each.split('"')[1].startswith("oryn_")
    }
    known = {name for each in inventory() for name in each.names}
    assert asked
    assert asked - {"oryn_allocation", "oryn_fan_out"} <= known


def test_the_last_troubles_of_an_environment_come_from_its_logs_alone(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for name in ("t.worker-1", "t.u.worker-1", "registers", "t.submit"):
        (tmp_path / "logs" / f"{name}.log").write_text(LOG, encoding="utf-8")
    found = troubles(tmp_path, "t.")
    assert [(each.process, each.severity) for each in found] == [("worker-1", "CRITICAL"), ("worker-1", "WARNING")]
    assert found[0].text == "stopped reason=gone exit_code=70"
    assert found[0].at - found[1].at == 1_250
    assert {each.process for each in troubles(tmp_path, "")} == {"registers"}


def test_several_pages_at_once_share_one_look(tmp_path: Path) -> None:
    looks: list[int] = []

    def asking(found: Sequence[Target]) -> list[Said]:
        looks.append(len(found))
        return []

    look = Looking(Settings(data=tmp_path, kafka=KafkaSettings(topic_prefix="t.")), asking)
    assert look() is look()
    assert looks == [0]
    assert look().processes == ()
