"""The merge of the inputs: order of time, what holds time back, and what is known until when."""

from dataclasses import dataclass, field
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.merge import Merge

TOPICS = ("first", "second", "third")


def merge() -> Merge[str]:
    """Of three topics."""
    return Merge(TOPICS)


def drained(found: Merge[str]) -> list[str]:
    """What comes out until nothing is known to be next."""
    out = []
    while found.head() is not None:
        out.append(found.pop())
    return out


def at_end(found: Merge[str], *topics: str) -> None:
    """Those topics were read to their ends, which nothing says anything about."""
    for topic in topics:
        found.end(topic, 0)


def test_the_lowest_time_is_next_and_equal_times_go_by_topic() -> None:
    found = merge()
    found.put("third", 0, 5, "third 5")
    found.put("second", 0, 5, "second 5")
    found.put("first", 0, 7, "first 7")
    found.put("third", 1, 6, "third 6")
    at_end(found, "second")
    assert drained(found)[:2] == ["second 5", "third 5"]


def test_a_topic_whose_next_record_is_on_its_way_holds_time_back() -> None:
    found = merge()
    found.put("first", 0, 1, "a")
    assert found.head() is None
    assert found.unsettled() == ["second", "third"]
    at_end(found, "second", "third")
    assert drained(found) == ["a"]
    assert found.unsettled() == ["first"], "its next record may be on its way"


def test_a_record_of_the_past_comes_in_its_topics_order() -> None:
    found = merge()
    found.put("first", 0, 10, "ten")
    found.put("first", 1, 3, "three")
    found.put("second", 0, 5, "five")
    at_end(found, "third")
    found.end("second", 1)
    found.end("first", 2)
    assert drained(found) == ["five", "ten", "three"]


def test_a_new_record_takes_the_end_back() -> None:
    found = merge()
    at_end(found, *TOPICS)
    found.put("first", 0, 1, "a")
    found.pop()
    assert found.unsettled() == ["first"]


def test_the_watermark_of_a_fetch_is_an_end_only_if_nothing_lies_before_it() -> None:
    found = merge()
    found.start("first", 4)
    found.end_if("first", 4)
    assert "first" in found.unsettled(), "nothing was fetched yet: it is the watermark of an earlier life"
    found.put("first", 4, 1, "a")
    at_end(found, "second", "third")
    assert drained(found) == ["a"]
    found.end_if("first", 6)
    assert found.unsettled() == ["first"]
    found.end_if("first", 5)
    assert found.unsettled() == []


def test_a_moment_is_known_when_the_ends_asked_for_after_it_are_reached() -> None:
    found = merge()
    at_end(found, *TOPICS)
    assert not found.known_until(100), "read to the end once says nothing about later"
    found.expect({"first": 2, "second": 0, "third": 0}, 100)
    asked = found.expects
    assert asked
    assert not found.known_until(100)
    found.put("first", 0, 50, "a")
    assert not found.known_until(100)
    found.put("first", 1, 60, "b")
    assert not found.expects
    assert found.known_until(100)
    assert not found.known_until(101)


def test_a_record_that_is_younger_makes_its_topic_known_until_then() -> None:
    found = merge()
    found.expect({"second": 0, "third": 0}, 100)
    found.put("first", 0, 100, "a")
    assert found.known_until(100)
    assert not found.known_until(101)


def test_an_end_behind_markers_of_transactions_is_reached_by_the_topics_end() -> None:
    found = merge()
    found.expect({"first": 3, "second": 0, "third": 0}, 100)
    found.put("first", 0, 1, "a")
    assert not found.known_until(100)
    found.end("first", 3)
    assert found.known_until(100)


@dataclass
class Topic:
    """The records of one topic, by offset: times that grow."""

    times: list[int] = field(default_factory=list)
    given: int = 0


@given(st.lists(st.lists(st.integers(0, 30), max_size=8), min_size=3, max_size=3), st.integers(0, 1_000_000))
def test_however_the_records_come_they_leave_in_one_order(times: list[list[int]], seed: int) -> None:
    random = Random(seed)
    topics = {name: Topic(sorted(each)) for name, each in zip(TOPICS, times, strict=True)}
    wanted = sorted(
        (time, rank, offset) for rank, name in enumerate(TOPICS) for offset, time in enumerate(topics[name].times)
    )
    found: Merge[tuple[int, int, int]] = Merge(TOPICS)
    out: list[tuple[int, int, int]] = []
    while len(out) < len(wanted):
        name = random.choice(TOPICS)
        topic = topics[name]
        if topic.given < len(topic.times):
            time = topic.times[topic.given]
            found.put(name, topic.given, time, (time, TOPICS.index(name), topic.given))
            topic.given += 1
        if topic.given == len(topic.times):
            found.end(name, topic.given)
        while found.head() is not None and random.choice((True, False)):
            out.append(found.pop())
    assert out == wanted
