"""Snapshot files: what was saved comes back; what is torn, damaged or of another log is no snapshot."""

from pathlib import Path

import msgspec
import pytest

from streams.runtime.snapshots import FORM, PAUSE_FACTOR, Saver, Snapshot, SnapshotStore

LOG = "log-1"
SNAPSHOT = Snapshot(FORM, LOG, 3, 17, {"vacancy-releases": 5}, {"710000000": b"\x00state\xff"})


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    """An empty one, its folder not yet made."""
    return SnapshotStore(tmp_path / "group")


def file_of(tmp_path: Path) -> Path:
    """Where the snapshot of partition 3 is."""
    return tmp_path / "group" / "3.snapshot"


def test_what_was_saved_comes_back(store: SnapshotStore) -> None:
    assert store.load(3, LOG) is None
    store.save(SNAPSHOT)
    assert store.load(3, LOG) == SNAPSHOT
    assert store.load(4, LOG) is None


def test_every_damaged_byte_is_noticed(store: SnapshotStore, tmp_path: Path) -> None:
    store.save(SNAPSHOT)
    content = file_of(tmp_path).read_bytes()
    for index in range(len(content)):
        file_of(tmp_path).write_bytes(content[:index] + bytes([content[index] ^ 1]) + content[index + 1 :])
        assert store.load(3, LOG) is None, f"byte {index}"
    for length in range(len(content)):
        file_of(tmp_path).write_bytes(content[:length])
        assert store.load(3, LOG) is None, f"cut to {length}"
    file_of(tmp_path).write_bytes(content + b"\x00")
    assert store.load(3, LOG) is None


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(SNAPSHOT, log_id="log-2"),
        msgspec.structs.replace(SNAPSHOT, form="oryn-snapshot-0"),
    ],
)
def test_one_of_another_log_or_form_is_not_used(store: SnapshotStore, other: Snapshot) -> None:
    store.save(other)
    assert store.load(3, LOG) is None


def test_one_of_another_partition_is_not_used(store: SnapshotStore, tmp_path: Path) -> None:
    store.save(msgspec.structs.replace(SNAPSHOT, partition=4))
    (tmp_path / "group" / "4.snapshot").rename(file_of(tmp_path))
    assert store.load(3, LOG) is None


def test_a_failed_save_leaves_the_old_one(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(SNAPSHOT)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.save(msgspec.structs.replace(SNAPSHOT, next_offset=99))
    assert store.load(3, LOG) == SNAPSHOT


def test_a_folder_that_is_none_is_no_snapshot(tmp_path: Path) -> None:
    (tmp_path / "group").write_text("a file")
    store = SnapshotStore(tmp_path / "group")
    assert store.load(3, LOG) is None
    with pytest.raises(OSError):
        store.save(SNAPSHOT)


class TestSaver:
    """When a snapshot is due."""

    def test_without_a_store_nothing_is_due(self) -> None:
        saver = Saver(None, 1)
        assert saver.load(3, LOG) is None
        assert not saver.save_if_due(1_000, lambda: pytest.fail("not wanted"), final=True)

    def test_it_is_due_after_so_many_records_or_at_the_end(self, store: SnapshotStore) -> None:
        saver = Saver(store, 10)
        assert not saver.save_if_due(9, lambda: SNAPSHOT, final=False)
        assert store.load(3, LOG) is None
        assert saver.save_if_due(10, lambda: SNAPSHOT, final=False)
        assert store.load(3, LOG) == SNAPSHOT
        assert not saver.save_if_due(0, lambda: pytest.fail("nothing is new"), final=True)
        assert saver.save_if_due(1, lambda: SNAPSHOT, final=True)

    def test_saving_takes_a_fiftieth_of_the_time_at_most(self, store: SnapshotStore) -> None:
        now = 1_000.0
        saver = Saver(store, 1, lambda: now)

        def slowly() -> Snapshot:
            nonlocal now
            now += 2.0
            return SNAPSHOT

        assert saver.save_if_due(1, slowly, final=False)
        now += 2.0 * PAUSE_FACTOR - 0.5
        assert not saver.save_if_due(1, slowly, final=False)
        now += 1.0
        assert saver.save_if_due(1, slowly, final=False)

    def test_one_that_can_not_be_saved_is_tried_again_later(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "group").write_text("a file")
        saver = Saver(SnapshotStore(tmp_path / "group"), 1)
        assert saver.save_if_due(1, lambda: SNAPSHOT, final=False)
        assert "snapshot not saved" in caplog.messages
