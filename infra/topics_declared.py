"""The topics of Oryn as they are declared (`topics.toml`), and what differs when they are compared with a cluster's.

Owns partitions, retention, sizes and timestamp types of all topics, under any prefix. What would move keys, change what
a record's time means or lose data is a refusal with its reason. Asks no cluster: `infra.topics` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from schemas.errors import OrynError
from streams.runtime.settings import Clock

# With so many brokers or more every record is kept three times and acknowledged by two: one broker may be lost.
SAFE_BROKERS = 3
REPLICAS = 3
IN_SYNC = 2
PARTITIONS_MAX = 10_000

TIMESTAMP_TYPE = "message.timestamp.type"
MIN_IN_SYNC = "min.insync.replicas"


class TopicsError(OrynError):
    """A cluster that did not answer a question about topics, or refused it."""


class Role(StrEnum):
    """What a topic is to Oryn."""

    INPUT = "input"
    REGISTER = "register"
    OUTPUT = "output"
    MISTAKES = "mistakes"


class PartitionGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """How many partitions, and when there may be more: `always`, or only while `empty`."""

    count: int
    grows: Literal["always", "empty"]


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """One topic of `topics.toml`. `partitions` names a group."""

    about: str
    role: Role
    partitions: str
    config: dict[str, str]


class Declarations(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `topics.toml`."""

    partitions: dict[str, PartitionGroup]
    every: dict[str, str]
    records: dict[str, str]
    wall_inputs: dict[str, str]
    topics: dict[str, Declaration]

    def co_partitioned(self) -> tuple[str, ...]:
        """The topics that share one number of partitions: the inputs and the journal."""
        return tuple(name for name, each in self.topics.items() if each.partitions == CO_PARTITIONED)

    def config_of(self, name: str, clock: Clock, in_sync: int) -> dict[str, str]:
        """The settings of a topic, in full."""
        topic = self.topics[name]
        config = {**self.every, MIN_IN_SYNC: str(in_sync), **topic.config}
        if clock is Clock.RECORDS:
            return config | self.records
        return config | self.wall_inputs if topic.role is Role.INPUT else config


CO_PARTITIONED = "localities"


@cache
def declarations() -> Declarations:
    """What `topics.toml` says."""
    return msgspec.toml.decode((files("infra") / "topics.toml").read_bytes(), type=Declarations)


class Action(StrEnum):
    """What a difference asks for. `REFUSED`: by hand or not at all; its reason says which."""

    CREATE = "create"
    ALTER = "alter"
    GROW = "grow"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as declared. `setting` is a topic setting of Kafka, `partitions` or `replicas`."""

    topic: str
    action: Action
    setting: str
    present: str | None
    wanted: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """A topic as the cluster has it. `config`: what is effective; `own`: what was set for this very topic."""

    partitions: int
    replicas: int
    config: Mapping[str, str]
    own: frozenset[str]
    records: bool


@dataclass(frozen=True, slots=True)
class Target:
    """A topic as it should be, under its real name."""

    name: str
    topic: str
    partitions: int
    replicas: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Targets, what is there of them, and what differs, in the order of the declarations."""

    targets: Sequence[Target]
    present: Mapping[str, Present]
    differences: Sequence[Difference] = field(default=())

    @property
    def refused(self) -> list[Difference]:
        """What will stay as it is."""
        return [each for each in self.differences if each.action is Action.REFUSED]

    @property
    def changes(self) -> list[Difference]:
        """What `carry_out` would do."""
        return [each for each in self.differences if each.action is not Action.REFUSED]


def compare(
    present: Mapping[str, Present],
    replicas: int,
    prefix: str = "",
    clock: Clock = Clock.WALL,
    partitions: int | Mapping[str, int] | None = None,
) -> Plan:
    """What topics should be, against what they are; asks nobody. Raises: TopicsError for impossible partitions."""
    declared = declarations()
    names = {name: prefix + name for name in declared.topics}
    counts = _counts(names, present, _wishes(partitions))
    in_sync = IN_SYNC if replicas >= SAFE_BROKERS else 1
    targets = [
        Target(name, real, counts[name], replicas, declared.config_of(name, clock, in_sync))
        for name, real in names.items()
    ]
    together = [present[names[name]] for name in declared.co_partitioned() if names[name] in present]
    co_partitioned_records = any(each.records for each in together)
    differences = [
        each for target in targets for each in _differences(target, present.get(target.topic), co_partitioned_records)
    ]
    return Plan(targets, present, differences)


def _wishes(partitions: int | Mapping[str, int] | None) -> dict[str, int]:
    """The number asked for, by topic. Raises: TopicsError."""
    declared = declarations()
    if partitions is None:
        return {}
    together = declared.co_partitioned()
    wishes = dict.fromkeys(together, partitions) if isinstance(partitions, int) else dict(partitions)
    for name, count in wishes.items():
        if name not in declared.topics:
            raise TopicsError(f"{name} is no topic; the topics are {', '.join(declared.topics)}")
        if not 0 < count <= PARTITIONS_MAX:
            raise TopicsError(f"{name}: between 1 and {PARTITIONS_MAX} partitions, not {count}")
    if len({wishes.get(name) for name in together}) > 1:
        raise TopicsError(f"{', '.join(together)} share one number of partitions")
    return wishes


def _counts(names: Mapping[str, str], present: Mapping[str, Present], wishes: Mapping[str, int]) -> dict[str, int]:
    """How many partitions each topic should have: as asked, else as it is, else as declared."""
    declared = declarations()
    counts = {}
    for name, real in names.items():
        usual = declared.partitions[declared.topics[name].partitions].count
        counts[name] = wishes.get(name) or (present[real].partitions if real in present else usual)
    together = declared.co_partitioned()
    there = [present[names[name]].partitions for name in together if names[name] in present]
    if there and together[0] not in wishes:
        # They must agree. If they don't, the largest decides: partitions can be added, but not taken away.
        counts |= dict.fromkeys(together, max(there))
    return counts


def _differences(target: Target, present: Present | None, co_partitioned_records: bool) -> list[Difference]:
    if present is None:
        wanted = f"{target.partitions} partitions, {target.replicas} replicas"
        return [Difference(target.topic, Action.CREATE, "topic", None, wanted)]
    found = []
    if present.partitions != target.partitions:
        found.append(_partition_difference(target, present, co_partitioned_records))
    if present.replicas != target.replicas:
        reason = "Oryn does not move replicas; use Kafka's kafka-reassign-partitions"
        wanted = str(target.replicas)
        found.append(Difference(target.topic, Action.REFUSED, "replicas", str(present.replicas), wanted, reason))
    for setting in sorted({*target.config, *present.own}):
        is_now, wanted_now = present.config.get(setting), target.config.get(setting)
        if is_now != wanted_now:
            found.append(_config_difference(target, present, setting, is_now, wanted_now))
    return found


def _partition_difference(target: Target, present: Present, co_partitioned_records: bool) -> Difference:
    declared = declarations()
    group = declared.topics[target.name].partitions
    together = group == CO_PARTITIONED
    counts = str(present.partitions), str(target.partitions)
    if present.partitions > target.partitions:
        reason = "Kafka can't take partitions away"
    elif declared.partitions[group].grows == "always":
        return Difference(target.topic, Action.GROW, "partitions", *counts)
    elif co_partitioned_records if together else present.records:
        moved = "a locality's events would part from its journal" if together else "messages could overtake others"
        reason = f"there is data, and its keys would move: {moved}. Use a new prefix and replay the inputs"
    else:
        return Difference(target.topic, Action.GROW, "partitions", *counts)
    return Difference(target.topic, Action.REFUSED, "partitions", *counts, reason)


def _config_difference(
    target: Target, present: Present, setting: str, is_now: str | None, wanted: str | None
) -> Difference:
    if setting == TIMESTAMP_TYPE and present.records:
        reason = "there is data, and its times would have two meanings. Use a new prefix, or the other --clock"
        return Difference(target.topic, Action.REFUSED, setting, is_now, wanted, reason)
    return Difference(target.topic, Action.ALTER, setting, is_now, wanted)
