"""The reader is killed at random moments, Redis is killed, wiped and set back under load: what comes out is equal."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from consumers.reading.store import StoreUnavailable
from infra.readers.live_view import build
from infra.stack.own import OwnService
from tests.integration.live_view.live import (
    POSITIONS,
    client_of,
    is_whole,
    journal,
    reading,
    settings_of,
    shown,
    stored,
    undisturbed,
)
from tests.integration.live_view.tools import Contents, contents, fill, messages_of, store_of
from tests.integration.reader_processes import killed, started
from tests.integration.registers.live import Topics, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.faults]

KILLS = 20


@pytest.fixture(scope="module")
def topic(kafka: str) -> str:
    """The prefix of a topic that holds the journal. Only read it."""
    prefix = f"f{uuid4().hex[:10]}."
    Topics(kafka, prefix).write(journal(), [])
    return prefix


@pytest.fixture(scope="module")
def calm(redis: str) -> Contents:
    """What an undisturbed reader writes."""
    return undisturbed(redis)


def test_a_reader_killed_twenty_times_leaves_what_an_undisturbed_one_does(
    kafka: str, topic: str, calm: Contents, own_service: Callable[[str], OwnService]
) -> None:
    service = own_service("redis")
    settings, chance, at_work = settings_of(kafka, topic, service.address), random.Random(20), 0
    with client_of(service.address) as client:
        for kill in range(KILLS):
            before = stored(client, settings)
            if before == len(journal()):  # it was quick: from the beginning, once more
                client.flushall()
                before = 0
            reader = started(build, settings)
            # While it starts, too, but mostly while it writes.
            if kill % 5:
                wait_until(lambda before=before: stored(client, settings) != before, "it writes")  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.02))
            killed(reader)
            at_work += before < stored(client, settings) < len(journal())
        reader = started(build, settings)
        wait_until(lambda: is_whole(client, settings), "all is shown")
        killed(reader)
        assert at_work >= KILLS // 4, "the kills hit a reader that was at work"
        assert shown(client, settings) == calm


def test_redis_killed_and_restarted_under_load_loses_nothing(
    kafka: str, topic: str, calm: Contents, own_service: Callable[[str], OwnService]
) -> None:
    service = own_service("redis")
    settings, total = settings_of(kafka, topic, service.address), len(journal())
    with client_of(service.address) as client, reading(settings) as figures:
        for part in (4, 2):
            wait_until(lambda part=part: stored(client, settings) >= total // part // 2, "it writes")  # type: ignore[misc]
            service.kill()
            service.start()
        wait_until(lambda: is_whole(client, settings), "all is shown")
        outages = {"topic": f"{topic}journal", "of": "store"}
        assert (figures.get_sample_value("oryn_reader_outages_total", outages) or 0) >= 1
        assert shown(client, settings) == calm


def test_wiped_under_load_it_comes_back_by_itself(
    kafka: str, topic: str, calm: Contents, own_service: Callable[[str], OwnService]
) -> None:
    service = own_service("redis")
    settings, total = settings_of(kafka, topic, service.address), len(journal())
    with client_of(service.address) as client, reading(settings):
        wait_until(lambda: stored(client, settings) >= total // 2, "it writes")
        client.flushall()
        wait_until(lambda: is_whole(client, settings), "all is shown")
        assert shown(client, settings) == calm
        client.flushall()  # and now while there is nothing new
        wait_until(lambda: is_whole(client, settings), "all is shown again")
        assert shown(client, settings) == calm


def test_a_redis_that_starts_from_an_older_file_is_brought_up_to_date(
    kafka: str, topic: str, calm: Contents, own_service: Callable[[str], OwnService], tmp_path: Path
) -> None:
    service = own_service("redis")
    settings, total = settings_of(kafka, topic, service.address), len(journal())
    file, older = tmp_path / "redis" / "data" / "appendonly.aof", tmp_path / "older.aof"
    with client_of(service.address) as client, reading(settings):
        wait_until(lambda: stored(client, settings) >= total // 4, "it writes")
        shutil.copy(file, older)  # the file as it is, its last step perhaps cut off in the middle
        wait_until(lambda: is_whole(client, settings), "all is shown")
        service.kill()
        shutil.copy(older, file)
        service.start()
        wait_until(lambda: is_whole(client, settings), "all is shown again")
        assert shown(client, settings) == calm


def test_a_full_redis_is_waited_for_and_nothing_is_half_done(
    calm: Contents, own_service: Callable[[str], OwnService]
) -> None:
    service, messages = own_service("redis"), messages_of(journal())
    with client_of(service.address) as client:
        store, half = store_of(client, "full", end=len(messages)), len(messages) // 2
        store.open()
        store.take(messages[:half], {0: half})
        before = contents(client, "full", "1")
        client.config_set("maxmemory", "100kb")  # it holds more already
        with pytest.raises(StoreUnavailable, match="OOM"):
            store.take(messages[half:], {0: len(messages)})
        assert contents(client, "full", "1") == before
        client.config_set("maxmemory", "0")
        store.close()
        fill(store, messages)
        found = contents(client, "full")
        assert found.pop(POSITIONS) == {b"0": b"%d" % len(messages)}
        assert found == calm
