"""The topics of a cluster: what it has of them, and the way from there to what is declared.

Never deletes a topic, never reads or writes a record, never touches a topic that is not declared, and changes nothing
while something is refused.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
    TopicDescription,
)

from infra.topics_declared import (
    REPLICAS,
    SAFE_BROKERS,
    TIMESTAMP_TYPE,
    Action,
    Declaration,
    Difference,
    Plan,
    Present,
    Role,
    Target,
    TopicsError,
    compare,
    declarations,
)
from schemas.topic_offsets import TopicMissing, list_offsets
from streams.runtime.settings import Clock

__all__ = [
    "TIMESTAMP_TYPE",
    "Action",
    "Declaration",
    "Difference",
    "Plan",
    "Present",
    "Role",
    "Target",
    "TopicsError",
    "apply_topics",
    "carry_out",
    "compare",
    "declarations",
    "plan_topics",
]

REQUEST_TIMEOUT_S = 15
# How long a new partition may take to get its leader.
READY_TIMEOUT_S = 60.0
READY_PAUSE_S = 0.05
Answer = TypeVar("Answer")


def apply_topics(
    admin: AdminClient,
    prefix: str = "",
    clock: Clock | str = Clock.WALL,
    partitions: int | Mapping[str, int] | None = None,
    replicas: int | None = None,
) -> Plan:
    """Make the topics as declared and wait until each partition has a leader. Repeatable; gives the plan as it was.

    `partitions`: of the inputs and the journal, or by topic name; none: as they are, else as declared.
    Raises: TopicsError, also for a difference that may not be changed.
    """
    plan = plan_topics(admin, prefix, clock, partitions, replicas)
    carry_out(admin, plan)
    return plan


def plan_topics(
    admin: AdminClient,
    prefix: str = "",
    clock: Clock | str = Clock.WALL,
    partitions: int | Mapping[str, int] | None = None,
    replicas: int | None = None,
) -> Plan:
    """Compare a cluster with the declarations; changes nothing. Raises: TopicsError."""
    present = _present(admin, [prefix + name for name in declarations().topics])
    return compare(present, replicas or _replicas(admin), prefix, Clock(clock), partitions)


def carry_out(admin: AdminClient, plan: Plan) -> None:
    """Do all that a plan asks for and wait until it is in force. Raises: TopicsError.

    All or nothing: with the wrong clock, the times of inputs would be refused, but the retention that goes with them
    would delete what is years old.
    """
    if plan.refused:
        first = plan.refused[0]
        raise TopicsError(f"{first.topic}: {first.setting} is {first.present}, not {first.wanted}: {first.reason}")
    by_topic = {target.topic: target for target in plan.targets}
    _create(admin, [by_topic[each.topic] for each in plan.changes if each.action is Action.CREATE])
    grown = [by_topic[each.topic] for each in plan.changes if each.action is Action.GROW]
    if grown:
        wanted = [NewPartitions(target.topic, target.partitions) for target in grown]
        _all(admin.create_partitions(wanted, request_timeout=REQUEST_TIMEOUT_S))
    _alter(admin, [each for each in plan.changes if each.action is Action.ALTER])
    if plan.changes:
        _await_leaders(admin, plan.targets)


def _replicas(admin: AdminClient) -> int:
    brokers = len(_ask(lambda: admin.list_topics(timeout=REQUEST_TIMEOUT_S)).brokers)
    return REPLICAS if brokers >= SAFE_BROKERS else 1


def _present(admin: AdminClient, topics: Sequence[str]) -> dict[str, Present]:
    described = _described(admin, topics)
    resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in described]
    configs: dict[str, dict[str, ConfigEntry]] = {}
    if resources:
        answers = _ask(lambda: admin.describe_configs(resources, request_timeout=REQUEST_TIMEOUT_S))
        configs = {resource.name: _ask(future.result) for resource, future in answers.items()}
    return {
        topic: Present(
            partitions=len(description.partitions),
            replicas=min(len(each.replicas) for each in description.partitions),
            config={name: entry.value for name, entry in configs[topic].items() if entry.value is not None},
            own=frozenset(
                name
                for name, entry in configs[topic].items()
                if entry.source in (ConfigSource.DYNAMIC_TOPIC_CONFIG, ConfigSource.DYNAMIC_TOPIC_CONFIG.value)
            ),
            records=_end(admin, topic, description) > 0,
        )
        for topic, description in described.items()
    }


def _described(admin: AdminClient, topics: Sequence[str]) -> dict[str, TopicDescription]:
    """Those of the topics that exist."""
    asked = TopicCollection(list(topics))
    answers = _ask(lambda: admin.describe_topics(asked, request_timeout=REQUEST_TIMEOUT_S))
    found = {}
    for topic, future in answers.items():
        try:
            found[topic] = future.result()
        except KafkaException as exc:
            if exc.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise TopicsError(f"{topic}: {exc.args[0].str()}") from exc
    return found


def _end(admin: AdminClient, topic: str, description: TopicDescription) -> int:
    """The sum of the partitions' ends: above 0 once anything was written, even if it has expired since."""
    asked = [TopicPartition(topic, each.id) for each in description.partitions]
    latest: OffsetSpec = OffsetSpec.latest()
    ends: dict[int, int] = list_offsets(admin, asked, latest, READY_TIMEOUT_S)
    return sum(ends.values())


def _create(admin: AdminClient, targets: Sequence[Target]) -> None:
    if not targets:
        return
    wanted = [NewTopic(each.topic, each.partitions, each.replicas, config=dict(each.config)) for each in targets]
    for topic, future in _ask(lambda: admin.create_topics(wanted, request_timeout=REQUEST_TIMEOUT_S)).items():
        try:
            future.result()
        except KafkaException as exc:
            # Somebody else creates them in this moment, from the same declarations.
            if exc.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise TopicsError(f"{topic}: {exc.args[0].str()}") from exc


def _alter(admin: AdminClient, differences: Sequence[Difference]) -> None:
    entries: dict[str, list[ConfigEntry]] = {}
    for each in differences:
        operation = AlterConfigOpType.DELETE if each.wanted is None else AlterConfigOpType.SET
        entry = ConfigEntry(each.setting, each.wanted, incremental_operation=operation)
        entries.setdefault(each.topic, []).append(entry)
    if entries:
        resources = [ConfigResource(ResourceType.TOPIC, topic, incremental_configs=e) for topic, e in entries.items()]
        _all(admin.incremental_alter_configs(resources, request_timeout=REQUEST_TIMEOUT_S))


def _await_leaders(admin: AdminClient, targets: Sequence[Target]) -> None:
    """Wait until the cluster knows each topic with all its partitions, and their leaders answer."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    waiting = {target.topic: target.partitions for target in targets}
    while waiting:
        for topic, description in _described(admin, list(waiting)).items():
            # A leader may not have heard of its new topic yet.
            with suppress(TopicMissing):
                if len(description.partitions) >= waiting[topic]:
                    _end(admin, topic, description)  # asks each leader, again and again while there is none
                    del waiting[topic]
        if waiting:
            if time.monotonic() > deadline:
                raise TopicsError(f"after {READY_TIMEOUT_S:g} s the cluster still does not show {', '.join(waiting)}")
            time.sleep(READY_PAUSE_S)


def _all(futures: Mapping[Any, Future[Any]]) -> None:
    for future in futures.values():
        _ask(future.result)


def _ask(question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    except KafkaException as exc:
        raise TopicsError(f"Kafka: {exc.args[0].str()}") from exc
