"""The topics as data, and what a comparison with a cluster asks for: to create, to alter, to grow, or to refuse."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from infra.topics import Action, Difference, Plan, Present, Role, TopicsError, compare, declarations
from schemas.codec import EVENT_BYTES_MAX, OUTPUT_BYTES_MAX, VALUE_TYPES
from schemas.dead_letter_headers import WHOLE_BYTES_MAX, Cause
from schemas.events import EVENTS_BY_TOPIC
from schemas.murmur2 import partition_of
from streams.runtime.settings import Clock

INPUTS = tuple(EVENTS_BY_TOPIC)
CO_PARTITIONED = {*INPUTS, "journal"}
POISON_BYTES = 5_000_000


def made(plan: Plan, *, records: tuple[str, ...] = ()) -> dict[str, Present]:
    """A cluster on which a plan was carried out, with records in some topics."""
    return {
        each.topic: Present(
            each.partitions, each.replicas, each.config, frozenset(each.config), records=each.name in records
        )
        for each in plan.targets
    }


def by_action(plan: Plan) -> dict[Action, list[Difference]]:
    return {action: [each for each in plan.differences if each.action is action] for action in Action}


def topics(differences: list[Difference]) -> set[str]:
    return {each.topic for each in differences}


def config(name: str, clock: Clock = Clock.WALL) -> Mapping[str, str]:
    return declarations().config_of(name, clock, 1)


def test_every_topic_of_the_contracts_is_declared() -> None:
    assert set(declarations().topics) == set(VALUE_TYPES)
    assert {name for name, each in declarations().topics.items() if each.role is Role.INPUT} == set(INPUTS)
    assert set(declarations().co_partitioned()) == CO_PARTITIONED


@pytest.mark.parametrize("clock", Clock)
def test_the_journal_is_never_compacted_and_never_expires(clock: Clock) -> None:
    journal = config("journal", clock)
    assert (journal["cleanup.policy"], journal["retention.ms"], journal["retention.bytes"]) == ("delete", "-1", "-1")


@pytest.mark.parametrize("name", declarations().topics)
def test_no_topic_is_compacted_for_no_key_names_one_thing(name: str) -> None:
    assert config(name)["cleanup.policy"] == "delete"


def test_in_production_the_brokers_time_is_that_of_inputs_and_of_nothing_else() -> None:
    kinds = {name: config(name)["message.timestamp.type"] for name in declarations().topics}
    assert {name for name, kind in kinds.items() if kind == "LogAppendTime"} == set(INPUTS)
    assert set(kinds.values()) == {"LogAppendTime", "CreateTime"}


@pytest.mark.parametrize("name", declarations().topics)
def test_where_time_is_the_records_nothing_of_years_ago_expires(name: str) -> None:
    found = config(name, Clock.RECORDS)
    assert (found["message.timestamp.type"], found["retention.ms"]) == ("CreateTime", "-1")
    assert int(found["segment.ms"]) > 100 * 365 * 86_400_000


@pytest.mark.parametrize("clock", Clock)
@pytest.mark.parametrize("name", declarations().topics)
def test_no_timestamp_is_refused_by_the_broker(name: str, clock: Clock) -> None:
    found = config(name, clock)
    assert {found[f"message.timestamp.{side}.max.ms"] for side in ("before", "after")} == {str(2**63 - 1)}


def test_records_that_are_far_too_large_reach_the_worker_and_then_the_dead_letters() -> None:
    for name in INPUTS:
        largest = int(config(name)["max.message.bytes"])
        assert largest > POISON_BYTES > EVENT_BYTES_MAX
        assert largest == WHOLE_BYTES_MAX
        # All of it key, the key is in the letter twice.
        assert 2 * largest < OUTPUT_BYTES_MAX < int(config("dead-letters")["max.message.bytes"])


@pytest.mark.parametrize("name", [name for name in declarations().topics if name not in INPUTS])
def test_whatever_oryn_may_write_fits(name: str) -> None:
    assert int(config(name)["max.message.bytes"]) == OUTPUT_BYTES_MAX + 1_048_576


def test_the_three_great_cities_have_a_partition_each() -> None:
    count = declarations().partitions["localities"].count
    assert len({partition_of(code, count) for code in (b"710000000", b"750000000", b"790000000")}) == 3


@pytest.mark.parametrize(("replicas", "in_sync"), [(1, "1"), (2, "1"), (3, "2"), (5, "2")])
def test_a_broker_may_be_lost_where_there_are_three(replicas: int, in_sync: str) -> None:
    plan = compare({}, replicas)
    assert {(each.replicas, each.config["min.insync.replicas"]) for each in plan.targets} == {(replicas, in_sync)}


def test_an_empty_cluster_gets_all_topics_under_their_prefix() -> None:
    plan = compare({}, 1, "test.")
    assert topics(by_action(plan)[Action.CREATE]) == {f"test.{name}" for name in declarations().topics}
    assert len(plan.differences) == len(plan.targets) == 12
    assert compare(made(plan), 1, "test.").differences == []


def test_a_setting_that_differs_is_set_and_one_that_nobody_declared_is_taken_away() -> None:
    present = made(compare({}, 1))
    there = present["journal"]
    present["journal"] = replace(
        there,
        config={**there.config, "retention.ms": "1000", "retention.bytes": "5", "flush.ms": "9", "index.x": "broker's"},
        own=there.own | {"flush.ms"},
    )
    found = [(each.setting, each.present, each.wanted) for each in compare(present, 1).changes]
    assert found == [("flush.ms", "9", None), ("retention.bytes", "5", "-1"), ("retention.ms", "1000", "-1")]


def test_one_number_of_partitions_holds_for_inputs_and_journal_together() -> None:
    plan = compare({}, 1, partitions=5)
    assert {each.name for each in plan.targets if each.partitions == 5} == CO_PARTITIONED


def test_topics_that_exist_keep_their_partitions_unless_asked_and_new_ones_join_them() -> None:
    present = made(compare({}, 1, partitions=3))
    del present["journal"], present["vacancy-recalls"]
    plan = compare(present, 1)
    assert [each.wanted for each in plan.differences] == ["3 partitions, 1 replicas"] * 2
    assert {each.action for each in plan.differences} == {Action.CREATE}


def test_empty_topics_grow_together() -> None:
    plan = compare(made(compare({}, 1, partitions=3)), 1, partitions=4)
    assert topics(by_action(plan)[Action.GROW]) == CO_PARTITIONED
    assert plan.refused == []


@pytest.mark.parametrize("full", sorted(CO_PARTITIONED))
def test_a_record_in_one_of_them_keeps_all_of_them_from_growing(full: str) -> None:
    present = made(compare({}, 1, partitions=3), records=(full,))
    plan = compare(present, 1, partitions=4)
    assert topics(plan.refused) == CO_PARTITIONED
    assert plan.changes == []
    assert all("a locality's events would part from its journal" in each.reason for each in plan.refused)


def test_messages_keep_their_partitions_once_there_are_any_and_dead_letters_may_always_grow() -> None:
    present = made(compare({}, 1), records=("notifications", "dead-letters"))
    plan = compare(present, 1, partitions={"notifications": 9, "outcomes": 9, "dead-letters": 9})
    assert topics(plan.refused) == {"notifications"}
    assert topics(plan.changes) == {"outcomes", "dead-letters"}


def test_partitions_are_never_taken_away() -> None:
    plan = compare(made(compare({}, 1, partitions=3)), 1, partitions=2)
    assert topics(plan.refused) == CO_PARTITIONED
    assert {each.reason for each in plan.refused} == {"Kafka can't take partitions away"}


def test_topics_torn_apart_are_a_difference_that_only_growing_heals() -> None:
    present = made(compare({}, 1, partitions=3))
    present["journal"] = replace(present["journal"], partitions=5)
    plan = compare(present, 1)
    assert topics(plan.changes) == set(INPUTS)
    assert {each.wanted for each in plan.changes} == {"5"}


@pytest.mark.parametrize(("there", "asked"), [(Clock.WALL, Clock.RECORDS), (Clock.RECORDS, Clock.WALL)])
def test_times_never_get_a_second_meaning(there: Clock, asked: Clock) -> None:
    full = made(compare({}, 1, clock=there), records=("vacancy-recalls",))
    plan = compare(full, 1, clock=asked)
    refused = [(each.topic, each.setting) for each in plan.refused]
    assert refused == [("vacancy-recalls", "message.timestamp.type")]
    assert ("journal", Action.REFUSED) not in {(each.topic, each.action) for each in plan.differences}


def test_replicas_are_not_moved() -> None:
    plan = compare(made(compare({}, 1)), 3)
    assert {each.setting for each in plan.refused} == {"replicas"}
    assert {each.setting for each in plan.changes} == {"min.insync.replicas"}


@pytest.mark.parametrize(
    ("partitions", "said"),
    [
        ({"journals": 2}, "journals is no topic"),
        ({"journal": 2}, "share one number of partitions"),
        ({"outcomes": 0}, "between 1 and"),
        (10_001, "between 1 and"),
    ],
)
def test_impossible_partitions_are_refused(partitions: int | dict[str, int], said: str) -> None:
    with pytest.raises(TopicsError, match=said):
        compare({}, 1, partitions=partitions)


def test_the_page_of_topics_says_what_is_declared() -> None:
    page = (Path(__file__).parents[3] / "docs" / "topics.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    told = {
        name.strip(" `"): (partitions, kept, largest)
        for names, _, partitions, kept, largest in (row for row in rows if len(row) == 5)
        for name in names.split(",")
    }
    groups = declarations().partitions
    for name, each in declarations().topics.items():
        days = int(config(name)["retention.ms"]) // 86_400_000
        kept = f"{days} days" if days >= 0 else "for ever"
        largest = f"{int(config(name)['max.message.bytes']) // 1_048_576} MiB"
        assert told.pop(name) == (str(groups[each.partitions].count), kept, largest)
    assert told == {}
    assert [cause for cause in Cause if f"| `{cause}` |" not in page] == []
