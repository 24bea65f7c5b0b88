"""Published files in a folder: whole or not at all, for good, and never anywhere else."""

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from signal import SIGKILL
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Barrier, Thread

import pytest

from consumers.public_bulletins.store import PublishedDifferently, StoreRefused, UnsafePath
from consumers.public_bulletins.store_folder import ABANDONED_S, STAGING, FolderStore
from consumers.reading.store import StoreUnavailable

PATH = "710000000/bulletin-00001-2021-06-10.json"
KILLS = 4
# One after another these contents are put under one name. Each is a single byte repeated, so that a mixture shows.
WRITER = """
import sys
from pathlib import Path
from consumers.public_bulletins.store_folder import FolderStore
store = FolderStore(Path(sys.argv[1]))
store.check()
for turn in range(1_000_000):
    store.put("a/page.html", bytes([turn % 256]) * (1_000_000 + turn % 7))
    if turn == 0:
        print("writing", flush=True)
"""


def files_below(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def test_what_was_put_is_there_and_can_be_listed_read_and_deleted(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "www" / "bulletins")
    store.check()
    store.put("710000000/index.html", b"one")
    store.put("710000000/index.html", b"two")
    store.put("711/index.html", b"other")
    assert store.get("710000000/index.html") == b"two"
    assert store.get("710000000/none.html") is None
    assert store.exists("711/index.html") and not store.exists("711/none.html")
    assert set(store.list()) == {"710000000/index.html", "711/index.html"}
    assert set(store.list("710")) == set(store.list("710000000/in")) == {"710000000/index.html"}
    assert not set(store.list("nowhere/"))
    store.delete("711/index.html")
    store.delete("711/index.html")
    assert set(store.list()) == {"710000000/index.html"}


def test_a_web_server_may_read_what_was_put(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        FolderStore(tmp_path).put(PATH, b"{}")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / PATH).stat().st_mode) == 0o644


def test_a_file_that_never_changes_is_put_once(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    assert store.put_new(PATH, b"{}")
    assert not store.put_new(PATH, b"{}")
    with pytest.raises(PublishedDifferently, match=r"bulletin-00001-2021-06-10\.json was published before"):
        store.put_new(PATH, b"{ }")
    assert store.get(PATH) == b"{}"
    assert files_below(tmp_path) == {PATH}


def test_of_two_that_put_the_same_name_at_once_one_wins_and_the_other_hears_of_it(tmp_path: Path) -> None:
    for attempt in range(20):
        path, start = f"a/{attempt}.json", Barrier(2)
        results: list[object] = []

        def put(data: bytes, path: str = path, start: Barrier = start, results: list[object] = results) -> None:
            start.wait()
            try:
                results.append(FolderStore(tmp_path).put_new(path, data))
            except PublishedDifferently as exc:
                results.append(exc)

        threads = [Thread(target=put, args=(data,)) for data in (b"one", b"two")]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(type(each).__name__ for each in results) == ["PublishedDifferently", "bool"]
        assert FolderStore(tmp_path).get(path) in (b"one", b"two")


def test_an_unchanged_file_keeps_its_time(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(PATH, b"{}")
    os.utime(tmp_path / PATH, (1, 1))
    store.put(PATH, b"{}")
    assert (tmp_path / PATH).stat().st_mtime == 1


@pytest.mark.parametrize("method", ["put", "put_new"])
def test_the_disk_has_content_and_name_before_the_call_returns(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path)
    store.check()
    steps: list[str] = []

    def watched(name: str, call: Callable[..., object], say: Callable[..., str]) -> None:
        def step(*arguments: object) -> object:
            steps.append(say(*arguments))
            return call(*arguments)

        monkeypatch.setattr(os, name, step)

    def opened(handle: int) -> str:
        found = Path(os.readlink(f"/proc/self/fd/{handle}"))
        return f"fsync {'content' if found.parent.name == STAGING else found.relative_to(tmp_path)}"

    watched("fsync", os.fsync, opened)
    watched("replace", os.replace, lambda _old, new: f"name {Path(new).name}")
    watched("link", os.link, lambda _old, new: f"name {Path(new).name}")
    getattr(store, method)("a/b/page.json", b"content")
    # The new folders' own names first, then content, name, and the folder that holds the name.
    assert steps == ["fsync .", "fsync a", "fsync content", "name page.json", "fsync a/b"]


def test_a_failure_between_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path)
    store.put("a.html", b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable, match="No space left"):
            store.put("a.html", b"new")
    assert store.get("a.html") == b"old"
    assert files_below(tmp_path) == {"a.html"}


@pytest.mark.faults
def test_a_writer_killed_at_any_moment_leaves_one_whole_content(tmp_path: Path) -> None:
    random = Random(7)
    for _ in range(KILLS):
        with Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=PIPE) as writer:
            assert writer.stdout is not None and writer.stdout.readline() == b"writing\n"
            try:
                writer.wait(random.uniform(0.0, 0.1))
            except TimeoutExpired:
                writer.send_signal(SIGKILL)
        assert writer.returncode == -SIGKILL
        content = FolderStore(tmp_path).get("a/page.html")
        assert content is not None
        assert len(set(content)) == 1 and len(content) >= 1_000_000
        assert set(FolderStore(tmp_path).list()) == {"a/page.html"}


def test_what_a_kill_left_behind_is_cleared_but_not_what_is_being_written(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.check()
    old, young = tmp_path / STAGING / "old", tmp_path / STAGING / "young"
    for each in (old, young):
        each.write_bytes(b"half")
    os.utime(old, (old.stat().st_atime, old.stat().st_mtime - ABANDONED_S - 1))
    store.check()
    assert not old.exists() and young.exists()
    assert not list(store.list())


@pytest.mark.parametrize("path", ["../a.html", "/a.html", "a/../../b.html", ".staging/a.html"])
def test_nothing_is_touched_outside_the_folder(path: str, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "www")
    store.check()
    (tmp_path / "a.html").write_bytes(b"ours")
    calls: list[Callable[[str], object]] = [
        store.get,
        store.exists,
        store.delete,
        lambda path: store.put(path, b"x"),
        lambda path: store.put_new(path, b"x"),
    ]
    for call in calls:
        with pytest.raises(UnsafePath):
            call(path)
    assert files_below(tmp_path) == {"a.html"}
    assert (tmp_path / "a.html").read_bytes() == b"ours"


def test_a_file_in_the_way_and_missing_rights_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "www").write_bytes(b"")
    with pytest.raises(StoreRefused, match="Set another folder"):
        FolderStore(tmp_path / "www").check()
    store = FolderStore(tmp_path / "other")
    store.check()
    store.put("a/b.html", b"x")
    with pytest.raises(StoreRefused, match="Not a directory"):
        store.put("a/b.html/c.html", b"x")

    def denied(*_arguments: object, **_more: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", "a/c.html")

    # As root nothing is denied.
    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(StoreRefused, match="Permission denied"):
        store.put("a/c.html", b"x")


def test_a_folder_that_went_away_is_made_again(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "www")
    store.check()
    (tmp_path / "www" / STAGING).rmdir()
    (tmp_path / "www").rmdir()
    store.put("a.html", b"x")
    assert store.get("a.html") == b"x"
