"""The spool keeps what it accepted: through kill -9, a torn tail and a full disk; in order; for one process."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from producers.client.spool import Checkpoint, OtherCluster, Spool, SpooledEvent, SpoolFailed, SpoolInUse
from tests.unit.client.events import row

KILLS = 5
# Appends until it is killed, and says after each append what is durable.
APPENDER = """
import sys
from pathlib import Path
from producers.client.spool import Checkpoint, Spool
from tests.unit.client.events import row
spool = Spool(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    spool.append([row(number), row(number + 1), row(number + 2)], Checkpoint("file", number + 3))
    number += 3
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "spool.db"


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Closes every spool that a test leaves open."""
    opened: list[Spool] = []
    original = Spool.__init__

    def remember(spool: Spool, path: Path) -> None:
        original(spool, path)
        opened.append(spool)

    monkeypatch.setattr(Spool, "__init__", remember)
    yield
    for each in opened:
        each.close()


def numbers(spool: Spool) -> list[int]:
    found: list[SpooledEvent] = []
    while batch := spool.read(found[-1].position if found else 0, 1_000):
        found += batch
    return [int(each.event_id.removeprefix("e-")) for each in found]


def test_events_come_back_in_the_order_in_which_they_were_accepted(path: Path) -> None:
    spool = Spool(path)
    for first in range(0, 30, 3):
        spool.append([row(first), row(first + 1), row(first + 2)])
    spool.close()
    again = Spool(path)
    assert numbers(again) == list(range(30))
    assert (again.waiting_at_start, again.bytes_at_start) == (30, 30 * len(b"value"))
    first_event = again.read(0, 1)[0]
    assert first_event[1:] == row(0)


def test_what_is_confirmed_or_refused_waits_no_more(path: Path) -> None:
    spool = Spool(path)
    spool.append([row(number) for number in range(5)])
    positions = [each.position for each in spool.read(0, 5)]
    spool.confirm(positions[:2])
    spool.refuse(positions[3], "too large")
    assert numbers(spool) == [2, 4]
    spool.close()
    spool = Spool(path)
    assert numbers(spool) == [2, 4]
    assert [(each.event_id, each.error) for each in spool.refused()] == [("e-3", "too large")]
    spool.forget_refused(positions[3])
    assert spool.refused() == []


def test_a_position_never_comes_back_while_a_refused_event_has_it(path: Path) -> None:
    spool = Spool(path)
    spool.append([row(1)])
    spool.refuse(spool.read(0, 1)[0].position, "too large")
    spool.close()
    spool = Spool(path)
    spool.append([row(2)])
    spool.refuse(spool.read(0, 1)[0].position, "too large, too")
    assert [each.event_id for each in spool.refused()] == ["e-1", "e-2"]


def test_kill_9_in_the_middle_of_appends_loses_nothing_that_was_accepted(path: Path) -> None:
    accepted = 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", APPENDER, str(path), str(accepted)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(40):
            accepted = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        process.wait()
        process.stdout.close()
        accepted = int(rest[-1]) if rest else accepted
        spool = Spool(path)
        found = numbers(spool)
        note = spool.checkpoint("file")
        spool.close()
        # The last append may have been written but not yet told.
        assert found == list(range(len(found)))
        assert len(found) in (accepted, accepted + 3)
        assert note is not None
        assert note.line == len(found), "the checkpoint stands and falls with its events"
        accepted = len(found)
    assert accepted >= KILLS * 40 * 3


@pytest.mark.parametrize("damage", ["cut", "garbage", "flipped"])
def test_a_torn_tail_costs_only_what_was_torn(path: Path, damage: str) -> None:
    # Never closed: its log is as a crash leaves it.
    code = APPENDER.replace("while True:", "for _ in range(20):") + "import os; os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code, str(path), "0"], check=False, capture_output=True)
    log = path.with_name(path.name + "-wal")
    whole = log.read_bytes()
    torn = {
        "cut": whole[:-100],
        "garbage": whole[:-100] + os.urandom(100),
        "flipped": whole[:-50] + whole[-50:-49] * 50,
    }
    assert torn[damage] != whole
    log.write_bytes(torn[damage])
    spool = Spool(path)
    found = numbers(spool)
    assert found == list(range(57)), "all but the torn append of three"
    spool.append([row(57)])
    spool.close()
    spool = Spool(path)
    assert numbers(spool) == list(range(58))


def test_one_process_has_the_spool(path: Path) -> None:
    spool = Spool(path)
    code = f"from pathlib import Path; from producers.client.spool import Spool; Spool(Path({str(path)!r}))"
    second = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert second.returncode == 1
    assert "SpoolInUse" in second.stderr
    spool.close()
    third = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert third.returncode == 0, third.stderr


def test_one_process_opens_it_once(path: Path) -> None:
    spool = Spool(path)
    with pytest.raises(SpoolInUse):
        Spool(path)
    spool.append([row(1)])
    assert numbers(spool) == [1]


def test_all_or_none_of_an_append(path: Path) -> None:
    spool = Spool(path)
    broken = (*row(2)[:-1], None)
    with pytest.raises(SpoolFailed, match="NOT NULL"):
        spool.append([row(1), broken])  # type: ignore[list-item]
    assert numbers(spool) == []
    spool.append([row(3)])
    assert numbers(spool) == [3]


def test_a_full_disk_is_told_and_what_was_accepted_stays(path: Path) -> None:
    spool = Spool(path)
    spool.append([row(1)])
    # SQLite's own limit: the same error as that of a full disk.
    spool._connection.execute("PRAGMA max_page_count = 20")
    accepted = 1
    with pytest.raises(SpoolFailed, match="full"):
        while True:
            spool.append([row(accepted + 1, b"x" * 3_000)])
            accepted += 1
    assert numbers(spool) == list(range(1, accepted + 1))
    spool.confirm(each.position for each in spool.read(0, 1_000))
    spool.append([row(99)])
    assert numbers(spool) == [99]


def test_appends_of_many_threads_keep_each_thread_s_order(path: Path) -> None:
    spool = Spool(path)

    def append(thread: int) -> None:
        for number in range(25):
            spool.append([row(thread * 1_000 + number)])

    threads = [threading.Thread(target=append, args=(each,)) for each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = numbers(spool)
    assert len(found) == 8 * 25
    for thread in range(8):
        assert [each % 1_000 for each in found if each // 1_000 == thread] == list(range(25))


def test_a_spool_is_bound_to_its_cluster_while_it_holds_events(path: Path) -> None:
    spool = Spool(path)
    spool.append([row(1)], Checkpoint("file", 1))
    spool.adopt("cluster-a")
    with pytest.raises(OtherCluster, match="cluster-a"):
        spool.adopt("cluster-b")
    spool.adopt("cluster-a")
    assert spool.checkpoint("file") == Checkpoint("file", 1)
    spool.confirm([spool.read(0, 1)[0].position])
    spool.adopt("cluster-b")
    # What one cluster has got says nothing about the next one.
    assert spool.checkpoint("file") is None


def test_nobody_else_may_read_it(path: Path) -> None:
    spool = Spool(path)
    spool.append([row(1)])
    for each in path.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each


def test_another_file_is_not_taken_for_a_spool(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("not a database, but long enough to be looked at " * 10, encoding="utf-8")
    with pytest.raises(SpoolFailed, match="not a database"):
        Spool(text)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE waiting (a)")
    connection.close()
    with pytest.raises(SpoolFailed, match="no spool"):
        Spool(other)
    newer = tmp_path / "newer.db"
    Spool(newer).close()
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(SpoolFailed, match="version 2"):
        Spool(newer)
    with pytest.raises(SpoolFailed):
        Spool(tmp_path)
