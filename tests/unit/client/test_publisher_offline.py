"""A publisher without brokers: what it accepts, what it refuses, what it says when it is full, closed or broken."""

import datetime
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from producers.client.delivery import NotConfirmed
from producers.client.event_ids import new_event_id
from producers.client.publisher import Publisher, PublisherStopped, SpoolFull
from producers.client.settings import PublisherSettingsError
from producers.client.spool import Checkpoint, Spool
from schemas.errors import Malformed
from schemas.events import ApplicationSubmitted, ClockTick, Event, EventData, PlaceReleased
from schemas.instants import EVENT_TIME_MAX, Instant
from schemas.words import Channel, QueueKind
from tests.unit.client.events import LOCALITY, NOWHERE, SOURCE, event, release, settings

Make = Callable[..., Publisher]
APPLICATION = ApplicationSubmitted(
    application_id="a",
    applicant_id="r",
    child_id="c",
    child_born=datetime.date(2018, 2, 28),
    queue_kind=QueueKind.GENERAL,
    submitted_at=Instant(1_623_312_000_000),
    benefits=(),
    special_needs=False,
    commission_conclusion=False,
    channel=Channel.OFFICE,
)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Publisher] = []

    def build(*, paused: bool = True, **changed: object) -> Publisher:
        publisher = Publisher(settings(tmp_path, **changed), paused=paused)
        made.append(publisher)
        return publisher

    yield build
    for each in made:
        each.close(0)


def spooled(folder: Path) -> list[str]:
    spool = Spool(folder / "spool.db")
    try:
        return [each.event_id for each in spool.read(0, 10_000)]
    finally:
        spool.close()


def test_an_accepted_event_outlives_the_publisher(make: Make, tmp_path: Path) -> None:
    publisher = make()
    delivery = publisher.submit(LOCALITY, release(), event_id="e-1")
    assert (delivery.event_id, delivery.source, delivery.topic, delivery.locality) == (
        "e-1",
        SOURCE,
        "vacancy-releases",
        LOCALITY,
    )
    assert not delivery.done
    with pytest.raises(NotConfirmed, match="not confirmed within"):
        delivery.result(0.01)
    assert publisher.close(0) == 1
    with pytest.raises(NotConfirmed, match="stays in the spool"):
        delivery.result()
    assert spooled(tmp_path) == ["e-1"]
    assert make().pending == 1


def test_new_ids_are_uuids_of_version_7_that_sort_by_time(make: Make) -> None:
    first = make().submit(LOCALITY, release()).event_id
    time.sleep(0.002)
    ids = [first, *(new_event_id() for _ in range(1_000))]
    assert len(set(ids)) == 1_001
    assert all(UUID(each).version == 7 and UUID(each).variant == "specified in RFC 4122" for each in ids)
    assert [each[:13] for each in ids] == sorted(each[:13] for each in ids)
    assert abs(int(first.replace("-", "")[:12], 16) / 1_000 - time.time()) < 60


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"birth_year": "2018"}, r"\$\.birth_year"),
        ({"birth_year": 2**31}, r"\$\.birth_year"),
        ({"admission_from": "2021-09-01x"}, r"\$\.admission_from"),
        ({"admission_from": None}, r"\$\.admission_from"),
        ({"place_id": ""}, r"\$\.place_id"),
        ({"place_id": "p" * 65}, r"\$\.place_id"),
        ({"place_id": "пл-1"}, r"\$\.place_id"),
        ({"language": "kaz"}, r"\$\.language"),
        ({"queue_kind": "GENERAL!"}, r"\$\.queue_kind"),
        ({"profile": "a/b"}, r"\$\.profile"),
        ({"profile": "\ud800"}, r"\$\.profile"),
    ],
)
def test_a_malformed_event_is_named_and_not_accepted(make: Make, changed: dict[str, Any], words: str) -> None:
    publisher = make()
    with pytest.raises(Malformed, match=words):
        publisher.submit(LOCALITY, replace(release(), **changed))
    assert publisher.pending == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"locality": "71000000"}, "locality"),
        ({"locality": "ә" * 9}, "locality"),
        ({"event_id": "a b"}, "ce_id"),
        ({"event_id": "x" * 257}, "ce_id"),
        ({"source": "a\nb"}, "ce_source"),
        ({"time": EVENT_TIME_MAX}, "2005 to 2059"),
        ({"time": -1}, "2005 to 2059"),
        ({"topic": "journal"}, "'journal' is none of"),
        ({"topic": "vacancy-recalls"}, "vacancy-recalls"),
        ({"data": ClockTick()}, "name one"),
        ({"data": replace(APPLICATION, submitted_at=1.5)}, r"\$\.submitted_at"),
    ],
)
def test_a_malformed_envelope_is_named_and_not_accepted(make: Make, changed: dict[str, Any], words: str) -> None:
    publisher = make()
    call: dict[str, Any] = {"locality": LOCALITY, "data": release()} | changed
    with pytest.raises(Malformed, match=words):
        publisher.submit(**call)
    assert publisher.pending == 0


def test_one_malformed_event_refuses_its_whole_batch(make: Make, tmp_path: Path) -> None:
    publisher = make()
    with pytest.raises(Malformed):
        publisher.submit_events([event(1), replace(event(2), locality="x"), event(3)], Checkpoint("file", 3))
    assert publisher.pending == 0
    assert publisher.checkpoint("file") is None


@pytest.mark.parametrize("data", [release(), APPLICATION], ids=lambda data: type(data).__name__)
def test_a_type_finds_its_topic(make: Make, data: EventData) -> None:
    wanted = "vacancy-releases" if isinstance(data, PlaceReleased) else "application-changes"
    assert make().submit(LOCALITY, data).topic == wanted


def test_an_event_needs_a_source(make: Make) -> None:
    publisher = make(source=None)
    with pytest.raises(PublisherSettingsError, match="source"):
        publisher.submit(LOCALITY, release())
    assert publisher.submit(LOCALITY, release(), source="portal").source == "portal"


def test_the_prefix_is_part_of_the_real_topic(make: Make, tmp_path: Path) -> None:
    publisher = make(topic_prefix="test.")
    publisher.submit(LOCALITY, release())
    publisher.close(0)
    spool = Spool(tmp_path / "spool.db")
    assert spool.read(0, 1)[0].topic == "test.vacancy-releases"
    spool.close()


def test_a_full_spool_blocks_and_then_refuses(make: Make, tmp_path: Path) -> None:
    publisher = make(spool_events_max=3, submit_block_s=0.2)
    publisher.submit_events([event(1), event(2)])
    started = time.monotonic()
    with pytest.raises(SpoolFull, match="2 events wait"):
        publisher.submit_events([event(3), event(4)])
    assert time.monotonic() - started >= 0.2
    publisher.submit_events([event(5)])
    with pytest.raises(ValueError, match="never fit"):
        publisher.submit_events([event(number) for number in range(6, 10)])
    publisher.close(0)
    assert spooled(tmp_path) == ["e-1", "e-2", "e-5"]


def test_bytes_are_limited_too(make: Make) -> None:
    publisher = make(spool_bytes_max=200, submit_block_s=0)
    publisher.submit_events([event(1)])
    with pytest.raises(SpoolFull):
        while True:
            publisher.submit_events([event(2)])
    assert 1 <= publisher.pending < 5


def test_a_closed_publisher_accepts_nothing_and_frees_who_waits(make: Make, tmp_path: Path) -> None:
    publisher = make(spool_events_max=1, submit_block_s=30)
    publisher.submit_events([event(1)])
    caught: list[BaseException] = []

    def submit() -> None:
        try:
            publisher.submit_events([event(2)])
        except PublisherStopped as exc:
            caught.append(exc)

    waiting = threading.Thread(target=submit)
    waiting.start()
    time.sleep(0.1)
    publisher.close(0)
    waiting.join(10)
    assert len(caught) == 1
    with pytest.raises(PublisherStopped, match="closed"):
        publisher.submit_events([event(3)])
    assert publisher.close(0) == 1
    assert spooled(tmp_path) == ["e-1"]


def test_without_a_network_all_is_kept_and_the_reason_is_told(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "k17"}
    publisher = make(paused=False, client=NOWHERE | secret | {"sasl.password": "hunter2"})
    for number in range(20):
        publisher.submit(LOCALITY, release(number), event_id=f"e-{number}")
    deadline = time.monotonic() + 20
    while publisher.trouble is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert publisher.trouble is not None
    assert publisher.flush(0) == 20
    started = time.monotonic()
    assert publisher.close(0) == 20
    assert time.monotonic() - started < 10
    assert spooled(tmp_path) == [f"e-{number}" for number in range(20)]
    assert caplog.records
    assert "hunter2" not in caplog.text


def test_an_error_of_the_spool_stops_the_publisher_and_is_told_to_everybody(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = make()
    delivery = publisher.submit(LOCALITY, release())
    called: list[str] = []
    delivery.when_done(lambda each: called.append(each.event_id))

    def broken(_self: Spool, _after: int, _limit: int) -> None:
        raise OSError("the disk went away")

    monkeypatch.setattr(Spool, "read", broken)
    publisher.start()
    with pytest.raises(NotConfirmed, match="the disk went away"):
        delivery.result(20)
    assert called == [delivery.event_id]
    with pytest.raises(PublisherStopped, match="the disk went away"):
        publisher.submit(LOCALITY, release())
    with pytest.raises(PublisherStopped, match="the disk went away"):
        publisher.flush(1)


def test_a_callback_is_called_at_once_if_the_answer_is_there(make: Make) -> None:
    publisher = make()
    delivery = publisher.submit(LOCALITY, release())
    publisher.close(0)
    called: list[bool] = []
    delivery.when_done(lambda each: called.append(each.done))
    assert called == [True]
    with pytest.raises(ValueError, match="one callback"):
        delivery.when_done(print)


def test_a_checkpoint_is_kept_with_its_events(make: Make) -> None:
    publisher = make()
    publisher.submit_events([event(1)], Checkpoint("file", 1, "mark"))
    publisher.close(0)
    assert make().checkpoint("file") == Checkpoint("file", 1, "mark")


def test_threads_submit_at_the_same_time(make: Make, tmp_path: Path) -> None:
    publisher = make()

    def submit(thread: int) -> None:
        for number in range(20):
            publisher.submit(LOCALITY, release(), event_id=f"{thread}-{number:02}")

    threads = [threading.Thread(target=submit, args=(each,)) for each in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert publisher.pending == 120
    publisher.close(0)
    found = spooled(tmp_path)
    for thread in range(6):
        mine = [each for each in found if each.startswith(f"{thread}-")]
        assert mine == sorted(mine)
        assert len(mine) == 20


def test_an_event_with_its_place_in_a_file_is_taken_as_it_is(make: Make) -> None:
    told = Event("vacancy-releases", Instant(1_623_312_000_000), "e", SOURCE, LOCALITY, release(), 0, 17)
    assert make().submit_events([told])[0].event_id == "e"
