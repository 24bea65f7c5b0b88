"""The reader of the public pages over a real Kafka and a real Redis: killed anywhere, it writes the same files."""

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
import redis as client_library

from consumers.live_view.generations import Generations
from consumers.live_view.scripts import Scripts
from consumers.public_bulletins.folded_orders import FoldedOrders
from consumers.public_bulletins.reader import POSITIONS_PATH
from consumers.reading.store import StoreConflict
from infra.readers.bulletins import JOURNAL, ORDERS, LiveOrders
from schemas.murmur2 import partition_of
from tests.integration.live_view.tools import fill, messages_of, store_of
from tests.integration.public_bulletins.following import follow, reader_of, settings_of
from tests.integration.reading.topics import Sent, Writer, create_topic
from tests.unit.public_bulletins.sites import ASTANA, CODEC, ORAL, contents, journal

pytestmark = pytest.mark.integration

RECORDS = sorted(journal(4, 130, (ASTANA, ORAL)), key=lambda each: (int(each.time), each.locality, each.sequence))
PARTITIONS = 2
KILLS = 20
WAIT_S = 60.0


@pytest.fixture
def view(redis: str, prefix: str) -> Iterator[client_library.Redis]:
    """The live view of the whole journal, under this test's prefix."""
    keys = f"{prefix}view"
    with client_library.Redis.from_url(redis) as client:
        store = store_of(client, keys)
        fill(store, messages_of(RECORDS))
        store.close()
        yield client
        Generations(client, keys, Scripts(client, keys)).forget()


def sent() -> list[Sent]:
    """The journal as it stands in its topic."""
    return [
        Sent(partition_of(record.locality.encode(), PARTITIONS), record.locality.encode(), CODEC.encode(record))
        for record in RECORDS
    ]


def until(met: Callable[[], bool], wait_s: float = WAIT_S) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if met():
            return True
        time.sleep(0.02)
    return False


def count(folder: Path) -> int:
    """How many files there are."""
    return sum(1 for _ in folder.rglob("*.*"))


def finished(folder: Path) -> bool:
    """Whether all bulletins are published, and all orders of the live view."""
    ends = {ORAL: 0, ASTANA: 0}
    for record in RECORDS:
        ends[record.locality] = record.sequence
    for locality, end in ends.items():
        for name in (f"{locality}.txt", f"orders-{locality}.txt"):
            path = folder / "state" / name
            if not path.exists() or json.loads(path.read_bytes())["sequence"] != end:
                return False
    return True


def stop(process: BaseProcess) -> None:
    """End it as an operator would."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGTERM)
    process.join(WAIT_S)
    assert process.exitcode == 0
    process.close()


@pytest.mark.faults
def test_twenty_kills_leave_the_files_of_an_undisturbed_reader(
    tmp_path: Path, kafka: str, redis: str, prefix: str, view: client_library.Redis
) -> None:
    create_topic(kafka, f"{prefix}{JOURNAL}", PARTITIONS)
    writer = Writer(kafka, f"{prefix}{JOURNAL}")
    chance = random.Random(20)
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.public_bulletins.following"])
    folder, whole = tmp_path / "killed", tmp_path / "whole"
    settings = settings_of(tmp_path / "data", folder, kafka, prefix, redis)
    journal_sent = sent()
    unfinished = 0
    for number in range(KILLS):
        cut = [len(journal_sent) * n // KILLS for n in (number, number + 1)]
        writer.commit(journal_sent[cut[0] : cut[1]])
        before = count(folder)
        process = context.Process(target=follow, args=(settings,))
        process.start()
        # Mostly in the middle of its work: soon after it has begun to write.
        until(lambda: count(folder) > before, 1.0)  # noqa: B023 - asked here only
        time.sleep(chance.uniform(0, 0.2))
        assert process.is_alive()
        process.kill()
        process.join()
        process.close()
        unfinished += not finished(folder)
    assert unfinished >= KILLS - 1, "the last part of the journal came before the last kill"
    for each in (folder, whole):
        process = context.Process(target=follow, args=(settings_of(tmp_path / "data", each, kafka, prefix, redis),))
        process.start()
        assert until(lambda: finished(each)), sorted(contents(each))  # noqa: B023 - asked here only
        stop(process)
    found, expected = contents(folder), contents(whole)
    # A position may stand before or behind the marker of a transaction, as batches fall: it only saves reading.
    assert found.pop(POSITIONS_PATH)
    assert expected.pop(POSITIONS_PATH)
    assert len(expected) > 150
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []
    assert any(data.startswith(b"%PDF-") for data in expected.values())


def test_the_orders_of_the_live_view_are_those_of_the_journal(prefix: str, view: client_library.Redis) -> None:
    live, folded = LiveOrders(view, f"{prefix}view"), FoldedOrders()
    for record in RECORDS:
        folded.take(record)
    assert list(live.localities()) == sorted(folded.localities())
    compared = 0
    for locality in live.localities():
        assert live.position(locality) == folded.position(locality)
        assert sorted(live.queues(locality)) == sorted(folded.queues(locality))
        for queue in live.queues(locality):
            assert live.order(locality, queue) == folded.order(locality, queue)
            compared += len(live.order(locality, queue).rows)
    assert compared > 10


def test_without_a_live_view_bulletins_are_published_and_the_lack_is_said(
    tmp_path: Path, kafka: str, redis: str, prefix: str
) -> None:
    create_topic(kafka, f"{prefix}{JOURNAL}", PARTITIONS)
    Writer(kafka, f"{prefix}{JOURNAL}").commit(sent())
    reader, stop_flag = reader_of(settings_of(tmp_path / "data", tmp_path / "site", kafka, prefix, redis)), Flag()
    thread = Thread(target=reader.run, args=(stop_flag,))
    thread.start()
    try:
        assert until(lambda: set(reader.ready()) == {ORDERS})
        assert "live view" in reader.ready()[ORDERS]
        assert reader.live() is None
    finally:
        stop_flag.set()
        thread.join()
    found = contents(tmp_path / "site")
    assert f"kk/{ASTANA}/index.html" in found
    assert not [name for name in found if "order" in name]


def test_a_journal_that_was_made_again_ends_the_reader(tmp_path: Path, kafka: str, redis: str, prefix: str) -> None:
    settings = settings_of(tmp_path / "data", tmp_path / "site", kafka, prefix, redis)
    create_topic(kafka, settings.topic(JOURNAL), PARTITIONS)
    writer = Writer(kafka, settings.topic(JOURNAL))
    writer.commit(sent()[:60])
    state = tmp_path / "site" / "state" / f"{ASTANA}.txt"
    state.parent.mkdir(parents=True)
    state.write_text(json.dumps({"sequence": 3, "hash": "0" * 64, "names": {}}))
    with pytest.raises(StoreConflict, match="another journal"):
        reader_of(settings).run(Flag())
