"""`oryn status` where there is no Kafka to ask: who does not answer is a problem, not a crash."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from infra.health import HealthServer, note_path
from infra.settings import KafkaSettings, Settings
from infra.status import Group, PartitionLag, look, partition_list

NOWHERE = "127.0.0.1:1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, kafka=KafkaSettings(bootstrap=NOWHERE, topic_prefix="test."))


@pytest.fixture
def worker(settings: Settings) -> Iterator[HealthServer]:
    note = note_path(settings.data, "test.oryn-allocation", "w1")
    with HealthServer(CollectorRegistry(), lambda: None, lambda: {"3": "restoring"}, note=note) as server:
        yield server


def test_brokers_workers_and_the_dead_are_told_apart(settings: Settings, worker: HealthServer) -> None:
    gone = note_path(settings.data, "test.oryn-fan-out", "w2")
    gone.write_text('{"url": "http://127.0.0.1:1", "pid": 1}', encoding="utf-8")
    other = note_path(settings.data, "other.oryn-allocation", "w3")
    other.write_text('{"url": "http://127.0.0.1:1", "pid": 1}', encoding="utf-8")
    reader = note_path(settings.data, "test.oryn-reader", "registers")
    reader.write_text('{"url": "http://127.0.0.1:1", "pid": 1}', encoding="utf-8")
    status = look(settings)
    assert (status.bootstrap, status.brokers, status.groups) == (NOWHERE, (), ())
    assert {each.name: tuple(each.reasons) for each in status.workers} == {
        "test.oryn-allocation-w1": ("3",),
        "test.oryn-fan-out-w2": ("process",),
        "test.oryn-reader-registers": ("process",),
    }
    unreachable, restoring, ended, away = status.problems
    assert unreachable.startswith(f"no answer from Kafka at {NOWHERE}: ")
    assert restoring == "test.oryn-allocation-w1: 3: restoring"
    assert ended.startswith("test.oryn-fan-out-w2: process: no answer (")
    assert away.startswith("test.oryn-reader-registers: process: no answer (")


def test_the_lag_of_a_group_is_that_of_its_partitions() -> None:
    rows = (PartitionLag("journal", 0, 3, 10, 7, "w1"), PartitionLag("journal", 1, None, 2, 2, None))
    assert Group("g", "STABLE", ("w1",), rows).lag == 9


@pytest.mark.parametrize(
    ("numbers", "said"), [([], ""), ([4], "4"), ([0, 1, 2, 3, 7, 9, 10], "0-3, 7, 9-10"), ([3, 1, 2], "1-3")]
)
def test_partitions_are_listed_in_runs(numbers: list[int], said: str) -> None:
    assert partition_list(numbers) == said
