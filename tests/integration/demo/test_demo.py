"""`make demo`, small: interrupted in any way it goes on where it stood, and what it leaves holds."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import pytest
from confluent_kafka.admin import AdminClient

from infra.commands import verify
from infra.live.season import SeasonFile
from infra.stack.state import load, running, stack_folder
from schemas.cloudevents import RawHeaders, read_event
from schemas.codec import event_codec
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.topic_reading import TopicReading
from streams.rules.book import Book
from streams.rules.pack import KZ_2020
from tests.integration.demo.demos import Demo

pytestmark = pytest.mark.integration

VILLAGE = ("village", "--scale", "0.5", "--seed", "4", "--days", "60")
GONE_S = 15.0


@pytest.fixture
def demo(tmp_path: Path, kafka: str, prefix: str) -> Iterator[Demo]:
    """A demo on the session's broker."""
    found = Demo(tmp_path, kafka, prefix)
    yield found
    found.close()


def events_of(kafka: str, prefix: str) -> dict[tuple[str, int, int], Event]:
    """The inputs by where they stand."""
    found = {}
    for topic in EVENTS_BY_TOPIC:
        codec = event_codec(topic, FrozenIds())
        with TopicReading({"bootstrap.servers": kafka}, prefix + topic) as reading:
            for each in reading:
                partition, offset = each.partition(), each.offset()
                assert partition is not None
                assert offset is not None
                moment, headers = each.timestamp()[1], cast("RawHeaders", each.headers())
                event = read_event(topic, codec, each.key(), headers, each.value(), moment, partition, offset)
                found[topic, partition, offset] = event
    return found


def assert_decided_as_simulated(records: list[Record], events: dict[tuple[str, int, int], Event]) -> None:
    """The inputs, in the order in which the journal took them, give the same hashes in a book of this process; and
    each input was taken once."""
    book = Book(records[0].locality, KZ_2020)
    expected: list[Record] = []
    taken = []
    for record in records:
        cause = record.cause
        if cause.topic is not None:
            assert cause.partition is not None
            assert cause.offset is not None
            taken.append((cause.topic, cause.partition, cause.offset))
            expected += book.handle(events[taken[-1]])
    assert [record.hash for record in expected] == [record.hash for record in records]
    assert len(taken) == len(set(taken))
    assert set(taken) == set(events)


def assert_left_in_order(demo: Demo, kafka: str, records: list[Record]) -> None:
    """The files are those of this journal."""
    lines = (demo.out / "journal.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["hash"] for line in lines] == [record.hash for record in records]
    assert (demo.out / "registers" / "applications.csv").stat().st_size > 0
    season = demo.season
    assert season is not None
    assert season.finished
    assert verify.command("kafka:", demo.out / "bulletins", quiet=True, kafka=kafka, prefix=season.prefix) == 0


def test_make_demo_interrupted_by_ctrl_c_goes_on_to_its_end(demo: Demo, kafka: str) -> None:
    demo.make("CAMPAIGN=village", "SCALE=0.5", "SEED=4", "DEMO_ARGS=--days 60")
    before = demo.await_records(60, lambda: kafka)
    season = demo.season
    assert season is not None
    assert demo.interrupt() != 0
    assert "goes on from here" in demo.said()
    assert "Error 130" in demo.said()
    assert not demo.family()
    stood = demo.records(kafka)
    assert before <= len(stood)
    assert not season.finished

    demo.make()  # without variables: what was interrupted
    assert demo.wait() == 0, demo.said()
    assert "goes on" in demo.said()
    assert demo.season is not None
    assert demo.season.prefix == season.prefix
    records = demo.records(kafka)
    assert [each.hash for each in records[: len(stood)]] == [each.hash for each in stood]
    assert len(records) > len(stood) + 60, "it was interrupted in the middle"
    assert_decided_as_simulated(records, events_of(kafka, season.prefix))
    assert_left_in_order(demo, kafka, records)
    assert not demo.family()

    demo.start("village", "--days", "1")  # what is finished is followed by another season, and its topics go
    assert demo.wait() == 0, demo.said()
    assert demo.season is not None
    assert demo.season.prefix != season.prefix
    topics = AdminClient({"bootstrap.servers": kafka}).list_topics(timeout=10).topics
    assert not any(topic.startswith(season.prefix) for topic in topics)


def test_killed_at_several_moments_it_goes_on_to_its_end(demo: Demo, kafka: str) -> None:
    """Events of a step that was half sent are completed; none is decided twice with effect, none is lost."""
    kills = 0
    for count in (20, 70, 110):
        demo.start(*VILLAGE)
        demo.await_records(count, lambda: kafka)
        demo.process.send_signal(signal.SIGKILL)
        assert demo.wait() == -signal.SIGKILL
        kills += 1
        deadline = time.monotonic() + GONE_S
        while demo.family():
            assert time.monotonic() < deadline, demo.family()
            time.sleep(0.05)
    demo.start(*VILLAGE)
    assert demo.wait() == 0, demo.said()
    assert kills == 3
    season, records = demo.season, demo.records(kafka)
    assert season is not None
    assert_decided_as_simulated(records, events_of(kafka, season.prefix))
    assert_left_in_order(demo, kafka, records)


def test_a_killed_worker_is_no_interruption(demo: Demo, kafka: str) -> None:
    """`oryn run` starts it again underneath, and the people wait for it."""
    demo.start(*VILLAGE, "--workers", "2")
    killed = set()
    for count in (30, 90):
        demo.await_records(count, lambda: kafka)
        workers = [each for each in demo.family() if "worker-1" in each.cmdline() and each.pid not in killed]
        for each in workers[:1]:
            killed.add(each.pid)
            each.kill()
    assert len(killed) == 2
    assert demo.wait() == 0, demo.said()
    season, records = demo.season, demo.records(kafka)
    assert season is not None
    assert_decided_as_simulated(records, events_of(kafka, season.prefix))
    assert "killed by signal 9" in (demo.data / "logs" / f"{season.prefix}run.log").read_text()

    # Other people than those whose events are in the topics: as other software would make them.
    SeasonFile(demo.data / "demo").save(msgspec.structs.replace(season, finished=False, seed=season.seed + 1))
    demo.start()
    assert demo.wait() == 1, demo.said()
    assert "other software began it" in demo.said()
    assert not demo.family()


def test_it_brings_its_own_kafka_and_takes_it_along(tmp_path: Path) -> None:
    """Without brokers: one is started in the data folder, dies with a killed demo, comes back with what it had, and is
    stopped at the end."""
    demo = Demo(tmp_path, None)
    try:
        demo.start(*VILLAGE)
        stood = demo.await_records(60, lambda: running(demo.data).kafka or None)
        os.kill(demo.process.pid, signal.SIGKILL)
        demo.wait()
        deadline = time.monotonic() + GONE_S
        while demo.family():
            assert time.monotonic() < deadline, demo.family()
            time.sleep(0.05)
        demo.start()
        more = demo.await_records(stood + 20, lambda: running(demo.data).kafka or None)
        load(stack_folder(demo.data)).services["kafka"].identity.kill()
        assert demo.wait() == 1, demo.said()
        assert "Kafka has ended" in demo.said()
        assert not demo.family()

        demo.start()
        assert demo.wait() == 0, demo.said()
        lines = (demo.out / "journal.jsonl").read_bytes().splitlines()
        assert len(lines) > more > stood
        assert "The journal holds." in demo.said()
        assert not running(demo.data).kafka
        assert not demo.family()
    finally:
        demo.close()
