"""How a running Oryn is: brokers, topics, groups and their lag, journal, dead letters, workers of this machine.

Owns what counts as wrong. Only looks: never joins a group, never commits, never changes anything.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConsumerGroupDescription

from infra.health import READER_GROUP, notes
from infra.metrics_targets import MONITOR_GROUP, targets
from infra.operations_samples import Said, ask_all
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_services import kafka_admin, kafka_client
from infra.topics import Plan, TopicsError, plan_topics
from schemas.errors import OrynError
from schemas.events import EVENTS_BY_TOPIC
from schemas.instants import EPOCH
from schemas.topic_offsets import Extent, extents
from schemas.topic_reading import Limits, TopicReading, TransactionOpen

REQUEST_TIMEOUT_S = 15
PROBE_TIMEOUT_S = 3
JOURNAL = "journal"
DEAD_LETTERS = "dead-letters"
# Counted one by one up to so many offsets, for transaction markers take offsets, too; beyond, a bound is enough.
COUNTED_MAX = 20_000
# A lag up to this is looked at, whether it is records or only markers.
GLANCED_MAX = 10
GLANCE = Limits(transaction_s=2, silence_s=15)
MISSING = "MISSING"
WORKING_STATES = frozenset({"STABLE"})
REBALANCING_STATES = frozenset({"PREPARING_REBALANCING", "COMPLETING_REBALANCING", "ASSIGNING", "RECONCILING"})
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition that a group reads. `committed`: none before its first commit; `member`: none if nobody has it."""

    topic: str
    partition: int
    committed: int | None
    end: int
    lag: int
    member: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A consumer group. `state`: as the brokers call it, `MISSING` before its first member."""

    name: str
    state: str
    members: tuple[str, ...]
    partitions: tuple[PartitionLag, ...]

    @property
    def lag(self) -> int:
        """How much it has not done yet, in records; where it is much, in offsets."""
        return sum(each.lag for each in self.partitions)


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of this machine that says how it is. `reasons`: why it does no work; empty when it does."""

    name: str
    url: str
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Counted:
    """How far the indicators of one partition of the journal are, as their process itself says.

    The offsets that its group commits are a hint only. `up_to`: time of the last record counted, none before the first;
    `lag`: offsets not counted yet, none while that is not known.
    """

    process: str
    partition: int
    up_to: datetime | None
    lag: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at one look. `problems`: what is wrong, in words; empty when all is well."""

    bootstrap: str
    brokers: tuple[str, ...] = ()
    topics: int = 0
    differences: int = 0
    groups: tuple[Group, ...] = ()
    journal_records: int = 0
    dead_letters: int = 0
    # Whether `dead_letters` is a bound, not a count.
    dead_letters_at_most: bool = False
    workers: tuple[Worker, ...] = ()
    # Of processes on this machine only.
    counted: tuple[Counted, ...] = ()
    problems: tuple[str, ...] = field(default=())


def look(settings: Settings, max_lag: int | None = None) -> Status:
    """Ask everybody. Who does not answer is a problem, not an error. Raises: OrynError where no Kafka is known."""
    client = kafka_client(settings)
    bootstrap = client["bootstrap.servers"]
    worker = settings.worker
    groups = tuple(
        f"{settings.group(each)}-"
        for each in (worker.allocation_group, worker.fan_out_group, READER_GROUP, MONITOR_GROUP)
    )
    # Several environments may share a folder; the others' workers are not ours to judge.
    ours = {name: note for name, note in notes(settings.data).items() if name.startswith(groups)}
    workers = tuple(_probe(name, note["url"]) for name, note in ours.items())
    problems = [f"{each.name}: {where}: {reason}" for each in workers for where, reason in each.reasons.items()]
    counted = _counted(settings)
    try:
        admin = kafka_admin(settings)
    except SettingsError as exc:
        return Status(bootstrap, workers=workers, counted=counted, problems=(str(exc), *problems))
    try:
        return replace(_look(settings, client, admin, workers, problems, max_lag), counted=counted)
    except OrynError as exc:  # the brokers went away while they were asked
        return Status(bootstrap, workers=workers, counted=counted, problems=(str(exc), *problems))


def _counted(settings: Settings) -> tuple[Counted, ...]:
    asked = [each for each in targets(settings, prefix=settings.kafka.topic_prefix) if each.role == "monitor"]
    found = [each for said in ask_all(asked) for each in _counted_by(said)]
    return tuple(sorted(found, key=lambda each: (each.partition, each.process)))


def _counted_by(said: Said) -> list[Counted]:
    lags = said.by("oryn_monitoring_lag_records", "partition")
    return [
        Counted(
            said.target.process,
            int(partition),
            EPOCH + timedelta(seconds=up_to) if up_to else None,
            int(lags[partition]) if partition in lags else None,
        )
        for partition, up_to in said.by("oryn_monitoring_up_to_timestamp_seconds", "partition").items()
    ]


def _look(
    settings: Settings,
    client: Mapping[str, str],
    admin: AdminClient,
    workers: tuple[Worker, ...],
    problems: list[str],
    max_lag: int | None,
) -> Status:
    brokers = _ask(lambda: admin.list_topics(timeout=REQUEST_TIMEOUT_S)).brokers.values()
    plan = plan_topics(admin, settings.kafka.topic_prefix, settings.worker.clock, replicas=settings.kafka.replicas)
    problems += _topic_problems(plan)
    there = {target.name: target.topic for target in plan.targets if target.topic in plan.present}
    ends = {
        name: extents(client, topic, range(plan.present[topic].partitions), REQUEST_TIMEOUT_S)
        for name, topic in there.items()
        if name in EVENTS_BY_TOPIC or name in (JOURNAL, DEAD_LETTERS)
    }
    inputs = {name: ends[name] for name in EVENTS_BY_TOPIC if name in ends}
    journal = {JOURNAL: ends[JOURNAL]} if JOURNAL in ends else {}
    groups = tuple(
        _without_markers(client, _group(admin, settings, name, read))
        for name, read in (
            (settings.worker.allocation_group, inputs),
            (settings.worker.fan_out_group, journal),
            (MONITOR_GROUP, journal),
        )
    )
    # Nobody need count: where nobody ever did, nothing is missing.
    groups = tuple(each for each in groups if (each.name, each.state) != (settings.group(MONITOR_GROUP), MISSING))
    for group in groups:
        problems += _group_problems(group, max_lag)
    letters, bound = _letters(client, there.get(DEAD_LETTERS), ends.get(DEAD_LETTERS, {}))
    return Status(
        client["bootstrap.servers"],
        tuple(sorted(f"{each.host}:{each.port}" for each in brokers)),
        len(plan.targets),
        len(plan.differences),
        groups,
        sum(each.end - each.begin for each in ends.get(JOURNAL, {}).values()),
        letters,
        bound,
        workers,
        problems=tuple(problems),
    )


def _topic_problems(plan: Plan) -> list[str]:
    if not plan.differences:
        return []
    topics = sorted({each.topic for each in plan.differences})
    return [f"topics that are not as declared (oryn topics check): {', '.join(topics)}"]


def _group_problems(group: Group, max_lag: int | None) -> list[str]:
    found = []
    if group.state in REBALANCING_STATES:
        found.append(f"group {group.name} is sharing its partitions out anew")
    elif group.state not in WORKING_STATES or not group.members:
        found.append(f"group {group.name} has no worker")
    elif any(each.member is None for each in group.partitions):
        nobodys = [f"{each.topic}/{each.partition}" for each in group.partitions if each.member is None]
        found.append(f"group {group.name}: nobody reads {', '.join(nobodys)}")
    if max_lag is not None and group.lag > max_lag:
        found.append(f"group {group.name} is {group.lag:,} records behind, more than {max_lag:,}")
    return found


def _group(admin: AdminClient, settings: Settings, name: str, ends: Mapping[str, Mapping[int, Extent]]) -> Group:
    group_id = settings.group(name)
    description = _described(admin, group_id)
    holders: dict[tuple[str, int], str] = {}
    members = description.members if description is not None else []
    for member in members:
        called = member.group_instance_id or member.client_id
        for each in member.assignment.topic_partitions:
            holders[each.topic, each.partition] = f"{called}@{member.host.lstrip('/')}"
    committed = _committed(admin, group_id) if description is not None else {}
    rows = []
    for topic, partitions in ends.items():
        real = settings.topic(topic)
        for partition, extent in partitions.items():
            position = committed.get((real, partition))
            lag = max(0, extent.end - max(extent.begin, position if position is not None else extent.begin))
            rows.append(PartitionLag(real, partition, position, extent.end, lag, holders.get((real, partition))))
    names = sorted(f"{each.group_instance_id or each.client_id}@{each.host.lstrip('/')}" for each in members)
    return Group(group_id, description.state.name if description is not None else MISSING, tuple(names), tuple(rows))


def _without_markers(client: Mapping[str, str], group: Group) -> Group:
    """The group with small lags counted in records: the marker of the last transaction is nothing to be done."""
    rows = {(each.topic, each.partition): each for each in group.partitions}
    for topic in {each.topic for each in group.partitions}:
        starts = {each.partition: each.end - each.lag for each in rows.values() if each.topic == topic and _small(each)}
        if not starts:
            continue
        records = dict.fromkeys(starts, 0)
        try:
            with TopicReading(client, topic, partitions=starts, start=starts, limits=GLANCE) as reading:
                for message in reading:
                    records[message.partition() or 0] += 1
        except TransactionOpen:
            continue  # what is in it is still to be done
        for partition, count in records.items():
            rows[topic, partition] = replace(rows[topic, partition], lag=count)
    return replace(group, partitions=tuple(rows.values()))


def _small(row: PartitionLag) -> bool:
    return 0 < row.lag <= GLANCED_MAX


def _described(admin: AdminClient, group_id: str) -> ConsumerGroupDescription | None:
    (future,) = admin.describe_consumer_groups([group_id], request_timeout=REQUEST_TIMEOUT_S).values()
    try:
        found: ConsumerGroupDescription = future.result()
    except KafkaException as exc:
        if exc.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
            return None
        raise TopicsError(f"group {group_id}: {exc.args[0].str()}") from exc
    return None if found.state.name == "DEAD" else found


def _committed(admin: AdminClient, group_id: str) -> dict[tuple[str, int], int]:
    request = [ConsumerGroupTopicPartitions(group_id)]
    (future,) = admin.list_consumer_group_offsets(request, request_timeout=REQUEST_TIMEOUT_S).values()
    found = _ask(future.result).topic_partitions or []
    return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}


def _letters(client: Mapping[str, str], topic: str | None, ends: Mapping[int, Extent]) -> tuple[int, bool]:
    """How many dead letters there are, and whether that is only a bound."""
    offsets = sum(each.end - each.begin for each in ends.values())
    if topic is None or not 0 < offsets <= COUNTED_MAX:
        return offsets, offsets > 0
    with TopicReading(client, topic, limits=Limits(silence_s=REQUEST_TIMEOUT_S)) as reading:
        return sum(len(batch) for batch in reading.batches()), False


def _probe(name: str, url: str) -> Worker:
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=PROBE_TIMEOUT_S) as answer:  # noqa: S310  # our own note
            answer.read()
    except urllib.error.HTTPError as exc:
        try:
            reasons = json.loads(exc.read())["reasons"]
            return Worker(name, url, {str(where): str(reason) for where, reason in reasons.items()})
        except (ValueError, KeyError, AttributeError, TypeError):
            return Worker(name, url, {"health": f"answers {exc.code}"})
    except OSError as exc:
        return Worker(name, url, {"process": f"no answer ({exc}): it ended without saying so, or hangs"})
    return Worker(name, url, {})


def _ask(question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    except KafkaException as exc:
        raise TopicsError(f"Kafka: {exc.args[0].str()}") from exc


def partition_list(numbers: Sequence[int]) -> str:
    """Partition numbers, runs shortened: 0-3, 7."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
