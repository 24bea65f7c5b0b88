"""Topics on a real broker: made, compared, changed, refused; and by the command, as an operator does it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from infra.topics import Action, TopicsError, apply_topics, carry_out, declarations, plan_topics
from streams.runtime.settings import Clock

pytestmark = pytest.mark.integration

YEAR_9999_MS = 253_370_764_800_000
POISON_BYTES = 5_000_000


@pytest.fixture
def admin(kafka: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": kafka})


@pytest.fixture
def oryn(kafka: str, prefix: str, tmp_path: Path) -> Iterator["Command"]:
    yield Command(kafka, prefix, tmp_path)


class Command:
    """`oryn topics` in a folder of its own."""

    def __init__(self, kafka: str, prefix: str, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ORYN_")}
        self._environment = kept | {"ORYN_KAFKA_BOOTSTRAP": kafka, "ORYN_KAFKA_TOPIC_PREFIX": prefix, "COLUMNS": "160"}
        self._folder = folder

    def __call__(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run it; `said` is what the operator types."""
        return subprocess.run(
            [sys.executable, "-c", "from infra.cli import main; main()", "topics", *arguments],
            check=False,
            capture_output=True,
            cwd=self._folder,
            env=self._environment | {"PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONUTF8": "1"},
            input=said,
            text=True,
            timeout=60,
        )


def send(kafka: str, topic: str, value: bytes = b"x", timestamp: int = 0) -> str | None:
    """Send one record as a stranger would; the broker's refusal, if it refuses."""
    errors: list[str | None] = []
    producer = Producer({"bootstrap.servers": kafka, "message.max.bytes": 20_000_000})
    producer.produce(
        topic,
        value,
        partition=0,
        timestamp=timestamp,
        on_delivery=lambda error, _: errors.append(None if error is None else error.name()),
    )
    assert producer.flush(30) == 0
    return errors[0]


def alter(admin: AdminClient, topic: str, setting: str, value: str) -> None:
    """What an operator does with other tools."""
    entry = ConfigEntry(setting, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(30)


def test_topics_are_made_as_declared_and_a_second_time_changes_nothing(admin: AdminClient, prefix: str) -> None:
    plan = apply_topics(admin, prefix, Clock.WALL, partitions=2)
    assert [each.action for each in plan.differences] == [Action.CREATE] * len(declarations().topics)
    again = apply_topics(admin, prefix, Clock.WALL)
    assert again.differences == []
    partitions = {target.name: again.present[target.topic].partitions for target in again.targets}
    assert {name for name, count in partitions.items() if count == 2} == set(declarations().co_partitioned())


def test_two_that_apply_at_once_do_not_disturb_each_other(admin: AdminClient, kafka: str, prefix: str) -> None:
    first, second = plan_topics(admin, prefix, partitions=1), plan_topics(admin, prefix, partitions=1)
    assert len(first.changes) == len(second.changes) == len(declarations().topics)
    apply_topics(admin, prefix, partitions=1)
    carry_out(AdminClient({"bootstrap.servers": kafka}), second)
    assert plan_topics(admin, prefix).differences == []


def test_what_somebody_changed_is_seen_and_set_right(admin: AdminClient, prefix: str) -> None:
    apply_topics(admin, prefix, partitions=1)
    alter(admin, f"{prefix}journal", "retention.ms", "1000")
    alter(admin, f"{prefix}outcomes", "flush.messages", "1")
    found = [(each.topic, each.setting, each.present) for each in plan_topics(admin, prefix).differences]
    assert found == [(f"{prefix}journal", "retention.ms", "1000"), (f"{prefix}outcomes", "flush.messages", "1")]
    apply_topics(admin, prefix)
    assert plan_topics(admin, prefix).differences == []


def test_empty_topics_grow_and_full_ones_keep_their_keys(admin: AdminClient, kafka: str, prefix: str) -> None:
    apply_topics(admin, prefix, partitions=1)
    apply_topics(admin, prefix, partitions=2)
    assert plan_topics(admin, prefix).present[f"{prefix}journal"].partitions == 2
    assert send(kafka, f"{prefix}vacancy-recalls") is None
    with pytest.raises(TopicsError, match="a locality's events would part from its journal"):
        apply_topics(admin, prefix, partitions=3)
    assert plan_topics(admin, prefix).differences == []


@pytest.mark.parametrize("clock", Clock)
def test_the_broker_takes_odd_times_and_great_records_but_not_endless_ones(
    admin: AdminClient, kafka: str, prefix: str, clock: Clock
) -> None:
    apply_topics(admin, prefix, clock, partitions=1)
    topic = f"{prefix}application-changes"
    assert send(kafka, topic, timestamp=1) is None
    assert send(kafka, topic, timestamp=YEAR_9999_MS) is None
    assert send(kafka, topic, os.urandom(POISON_BYTES)) is None
    assert send(kafka, topic, os.urandom(7_000_000)) == "MSG_SIZE_TOO_LARGE"
    assert send(kafka, f"{prefix}dead-letters", os.urandom(16_777_216)) is None


def test_the_clock_can_not_change_once_there_are_events(admin: AdminClient, kafka: str, prefix: str) -> None:
    apply_topics(admin, prefix, Clock.RECORDS, partitions=1)
    assert send(kafka, f"{prefix}vacancy-releases", timestamp=1_622_000_000_000) is None
    with pytest.raises(TopicsError, match="its times would have two meanings"):
        apply_topics(admin, prefix, Clock.WALL)
    # Nothing at all was changed, for a year's retention would have deleted a season of years ago.
    assert plan_topics(admin, prefix, Clock.RECORDS).differences == []


def test_the_command_shows_asks_and_then_changes(oryn: Command) -> None:
    check = oryn("check")
    assert (check.returncode, check.stdout.count("create")) == (1, 12)
    declined = oryn("apply", "--partitions", "2", said="n\n")
    assert (declined.returncode, "Make 12 changes?" in declined.stdout) == (1, True)
    assert oryn("check").stdout == check.stdout
    applied = oryn("apply", "--partitions", "2", said="y\n")
    assert (applied.returncode, "12 changes made." in applied.stdout) == (0, True), applied.stderr
    assert (oryn("check").returncode, oryn("apply").returncode) == (0, 0)
    rows = json.loads(oryn("list", "--json").stdout)
    assert {row["name"]: row["present"]["partitions"] for row in rows}["journal"] == 2


def test_the_command_refuses_with_a_reason_and_changes_nothing(oryn: Command) -> None:
    assert oryn("apply", "--partitions", "2", "--yes").returncode == 0
    refused = oryn("apply", "--partitions", "1", "--partitions", "dead-letters=2", "--yes")
    assert refused.returncode == 1
    assert "Kafka can't take partitions away" in refused.stdout
    assert "Nothing is changed." in refused.stdout
    assert oryn("check").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--partitions", "journal=3"), "journal always has as many as"),
        (("check", "--partitions", "many"), "neither a number nor TOPIC=NUMBER"),
        (("check", "--clock", "sun"), "'sun' is not one of"),
        (("burn",), "No such command"),
    ],
)
def test_wrong_usage_exits_2(oryn: Command, arguments: tuple[str, ...], said: str) -> None:
    result = oryn(*arguments)
    assert result.returncode == 2
    assert said in result.stderr


def test_a_broker_that_does_not_answer_is_named_with_the_reason(oryn: Command) -> None:
    result = oryn("check", "--kafka", "127.0.0.1:1")
    assert result.returncode == 1
    assert result.stderr.startswith("oryn: no answer from Kafka at 127.0.0.1:1: ")
    assert "Connection refused" in result.stderr
    assert result.stderr.count("\n") == 1
