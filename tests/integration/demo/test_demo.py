"""`make demo`, small: interrupted in any way it goes on where it stood, and what it leaves holds."""

import json
import os
import re
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import msgspec
import psycopg
import pytest
from confluent_kafka.admin import AdminClient
from redis import Redis

from consumers.dashboard.access import Role
from infra.commands import verify
from infra.live.season import SeasonFile
from infra.live.showing import ShowingFile
from infra.live.stores import OWN_NAMES
from infra.settings import KafkaSettings, Settings
from infra.stack.local import LocalStack
from infra.stack.state import load, running, stack_folder
from schemas.cloudevents import RawHeaders, read_event
from schemas.codec import event_codec
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.outputs import Notification
from schemas.topic_reading import TopicReading
from streams.projections.projection import Projection
from streams.rules.book import Book
from streams.rules.model import Status
from streams.rules.pack import KZ_2020
from tests.integration.demo.demos import Demo

pytestmark = pytest.mark.integration

VILLAGE = ("village", "--scale", "0.5", "--seed", "4", "--days", "60")
GONE_S = 15.0


@pytest.fixture
def demo(tmp_path: Path, kafka: str, postgres: str, redis: str, prefix: str) -> Iterator[Demo]:
    """A demo on the session's services."""
    services = {"KAFKA_BOOTSTRAP": kafka, "POSTGRES_URL": postgres, "REDIS_URL": redis}
    found = Demo(tmp_path, services, prefix)
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


def assert_readers_agree(demo: Demo, records: list[Record]) -> None:
    """Registers, live view, delivery log and pages say what follows from this journal."""
    book, projection = Book(records[0].locality, KZ_2020), Projection(records[0].locality)
    told = []
    for record in records:
        book.apply(record)
        told += [each.id for each in projection.project(record) if isinstance(each, Notification)]
    files = sorted((demo.out / "messages").glob("*.jsonl"))
    delivered = [json.loads(line)["data"] for file in files for line in file.read_bytes().splitlines()]
    assert sorted(told) == sorted({each["id"] for each in delivered})
    assert len({each["language"] for each in delivered}) > 1
    waiting = {queue.id: len(queue.order) for queue in book.state.queues.values()}
    assert {each["queue"]: sum(each["waiting"].values()) for each in demo.ask("queue")["queues"]} == waiting
    for each in book.state.applications.values():
        if each.status is Status.QUEUED:
            found = demo.ask("application", each.id, "--history")
            assert found["application"]["number"] == book.state.queue(each.queue).number(each)
            assert found["movements"][-1]["to_state"] == "QUEUED"
            break
    else:
        raise AssertionError("nobody waits")
    bulletins = demo.ask("bulletin", "--last", "1000")
    assert len(bulletins) == len(list((demo.out / "bulletins").glob("*/bulletin-*.json")))
    assert (demo.out / "bulletins" / "index.html").stat().st_size > 0


def assert_shown(demo: Demo) -> None:
    """The dashboard stays open with what the demo printed, and nothing else does."""
    kept = ShowingFile(demo.data).load()
    assert kept is not None
    assert {each.pid for each in demo.family()} == {kept.pid}
    assert ShowingFile(demo.data).path.stat().st_mode & 0o777 == 0o600
    assert {each.role for each in kept.logins} == set(Role) - {Role.PUBLIC}
    assert all(each.password in demo.said() for each in kept.logins)
    pages = re.findall(r"^  (http://localhost:\d+/en/\S+)$", demo.said(), re.MULTILINE)
    assert [urlsplit(each).path.split("/")[2] for each in pages] == ["nation", "localities", "localities"]
    for address in pages:  # the nation's leads to the login, the other two are for everybody
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - it begins with http, as found above
            assert answer.status == 200
            assert ("/login" in answer.url) == address.endswith("/nation")


def assert_left_in_order(demo: Demo, kafka: str, records: list[Record]) -> None:
    """The files are those of this journal."""
    lines = (demo.out / "journal.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["hash"] for line in lines] == [record.hash for record in records]
    assert (demo.out / "registers" / "applications.csv").stat().st_size > 0
    season = demo.season
    assert season is not None
    assert season.finished
    assert verify.command("kafka:", demo.out / "bulletins", quiet=True, kafka=kafka, prefix=season.prefix) == 0


def test_make_demo_interrupted_by_ctrl_c_goes_on_to_its_end(demo: Demo, kafka: str, postgres: str, redis: str) -> None:
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
    assert_readers_agree(demo, records)
    assert_shown(demo)

    demo.start("village", "--days", "1")  # what is finished is followed by another season, and its topics go
    assert demo.wait() == 0, demo.said()
    assert not demo.family(), "the former season's dashboard has ended"
    assert demo.season is not None
    assert demo.season.prefix != season.prefix
    topics = AdminClient({"bootstrap.servers": kafka}).list_topics(timeout=10).topics
    assert not any(topic.startswith(season.prefix) for topic in topics)
    with psycopg.connect(postgres) as connection:
        schemas = {name for (name,) in connection.execute("SELECT nspname FROM pg_namespace")}
    former, present = (
        {Settings(kafka=KafkaSettings(topic_prefix=each.prefix)).schema(name) for name in OWN_NAMES}
        for each in (season, demo.season)
    )
    assert not former & schemas
    looks = Settings(kafka=KafkaSettings(topic_prefix=demo.season.prefix)).schema("dashboard")
    assert present - {looks} <= schemas, "it ran without a dashboard, so nobody looked"
    with Redis.from_url(redis) as client:
        assert not list(client.scan_iter(match=f"{season.prefix}*"))


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
    assert_readers_agree(demo, records)
    assert_decided_as_simulated(records, events_of(kafka, season.prefix))
    assert_left_in_order(demo, kafka, records)


def test_a_killed_worker_is_no_interruption(demo: Demo, kafka: str) -> None:
    """`oryn run` starts it again underneath, and the people wait for it."""
    demo.start(*VILLAGE, "--workers", "2")
    killed = set()
    for count in (30, 90):
        demo.await_records(count, lambda: kafka)
        deadline = time.monotonic() + GONE_S
        while not (workers := [each for each in demo.family() if "worker-1" in each.cmdline()]):
            assert time.monotonic() < deadline, "it was not started again"
            time.sleep(0.05)
        killed.add(workers[0].pid)
        workers[0].kill()
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


def test_it_brings_its_own_services_and_takes_them_along(tmp_path: Path) -> None:
    """Without addresses: Kafka, PostgreSQL and Redis are started in the data folder, die with a killed demo, come back
    with what they had, and run on after the end."""
    demo = Demo(tmp_path, {})
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
        assert_readers_agree(demo, demo.records(running(demo.data).kafka))
        assert sorted(LocalStack(demo.data).down()) == ["kafka", "postgres", "redis"]
        assert not demo.family()

        demo.start("village", "--days", "1", "--stop")
        assert demo.wait() == 0, demo.said()
        assert not demo.family()
    finally:
        demo.close()
        LocalStack(demo.data).down()
