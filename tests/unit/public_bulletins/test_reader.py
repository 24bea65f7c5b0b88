"""The store behind the reader: positions beside the pages, repeats harmless, another journal refused."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Message

from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.reader import POSITIONS_PATH, SAVE_S, BulletinStore, state_path
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.site import Site
from consumers.public_bulletins.store_folder import FolderStore
from consumers.reading.store import StoreConflict, StoreUnavailable
from schemas.facts import BulletinIssued
from schemas.journal import Record
from tests.unit.public_bulletins.sites import ASTANA, CODEC, ORAL, contents, journal, messages_of, paper, publish
from tests.unit.verification.seasons import Season

RECORDS = journal(4, 150, (ASTANA, ORAL))
MESSAGES = messages_of(RECORDS)


class FailingFolder(FolderStore):
    """A folder that is away for some calls."""

    away = False

    def put(self, path: str, data: bytes) -> None:
        if self.away and path.endswith("index.html"):
            raise StoreUnavailable("no answer")
        super().put(path, data)


def store_of(
    folder: Path, topic: str = "journal", clock: list[float] | None = None, files: FolderStore | None = None
) -> BulletinStore:
    files = files or FolderStore(folder)
    site = Site(files, Pages(PageSettings()), paper)
    return BulletinStore(topic, files, site, CODEC, lambda: (clock or [0.0])[0])


def read(store: BulletinStore, messages: Sequence[Message], batch: int = 40) -> None:
    """Give a store what it lacks, as a reader does, and close it."""
    start = store.open().get(0, 0)
    for begin in range(start, len(messages), batch):
        part = messages[begin : begin + batch]
        store.take(part, {0: begin + len(part)})
    store.close()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an undisturbed reader writes."""
    folder = tmp_path_factory.mktemp("expected")
    read(store_of(folder), MESSAGES)
    return contents(folder)


def test_it_writes_what_the_command_writes(expected: dict[str, bytes], tmp_path: Path) -> None:
    written = contents(publish(tmp_path, RECORDS))
    # The reader's orders come from the live view, its state from the topic.
    published = {name: each for name, each in expected.items() if "state/" not in name and "queues" not in name}
    assert len(published) > 100
    assert {name: written[name] for name in published} == published


@pytest.mark.parametrize("batch", [1, 7, 1_000])
def test_batches_of_any_length_give_the_same_files(batch: int, expected: dict[str, bytes], tmp_path: Path) -> None:
    read(store_of(tmp_path), MESSAGES, batch)
    assert contents(tmp_path) == expected


def test_it_goes_on_where_it_was_and_repeats_change_nothing(expected: dict[str, bytes], tmp_path: Path) -> None:
    read(store_of(tmp_path), MESSAGES[:97])
    store = store_of(tmp_path)
    assert store.open() == {0: 97}
    store.take(MESSAGES[60:130], {0: 130})
    store.take(MESSAGES[97:130], {0: 130})
    store.close()
    read(store_of(tmp_path), MESSAGES)
    assert contents(tmp_path) == expected


def test_a_store_that_was_away_in_the_middle_of_a_batch(expected: dict[str, bytes], tmp_path: Path) -> None:
    files = FailingFolder(tmp_path)
    store = store_of(tmp_path, files=files)
    store.open()
    files.away = True
    with pytest.raises(StoreUnavailable):
        store.take(MESSAGES, {0: len(MESSAGES)})
    store.close()
    files.away = False
    assert store.open() == {}, "nothing of a batch counts before all of it is published"
    store.close()
    read(store, MESSAGES)
    assert contents(tmp_path) == expected


def test_what_is_only_read_is_noted_now_and_then(tmp_path: Path) -> None:
    clock = [0.0]
    store = store_of(tmp_path, clock=clock)
    store.open()
    quiet = next(n for n, r in enumerate(RECORDS) if any(isinstance(each, BulletinIssued) for each in r.facts))
    store.take(MESSAGES[: quiet - 1], {0: quiet - 1})
    assert not (tmp_path / POSITIONS_PATH).exists()
    clock[0] = SAVE_S
    store.take(MESSAGES[quiet - 1 : quiet], {0: quiet})
    assert msgspec.json.decode((tmp_path / POSITIONS_PATH).read_bytes())["offsets"] == {"0": quiet}
    store.take(MESSAGES[quiet : quiet + 1], {0: quiet + 1})
    assert msgspec.json.decode((tmp_path / POSITIONS_PATH).read_bytes())["offsets"] == {"0": quiet + 1}
    store.close()


def test_names_are_those_of_the_bulletin_s_own_record(tmp_path: Path) -> None:
    """Renamed later, an organisation keeps its old name in the old bulletins, whenever they are made."""
    season = Season(5, ASTANA)
    season.run(120)
    for old in list(season.organisations.values()):
        season.send(msgspec.structs.replace(old, name=f"{old.name} Жаңа"))
    season.run(120)
    renamed = tuple(season.records)
    at = [n for n, r in enumerate(renamed) if any(isinstance(each, BulletinIssued) for each in r.facts)]
    read(store_of(tmp_path / "a"), messages_of(renamed[: at[3] + 1]))
    early = contents(tmp_path / "a")
    read(store_of(tmp_path / "a"), messages_of(renamed))
    read(store_of(tmp_path / "b"), messages_of(renamed), 1_000)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    late = contents(tmp_path / "a")
    assert {name: late[name] for name in early if "/bulletin-" in name} == {
        name: data for name, data in early.items() if "/bulletin-" in name
    }
    named = ["Жаңа" in data.decode() for name, data in late.items() if name.endswith(".csv")]
    assert any(named)
    assert not all(named)


def test_a_state_behind_the_positions_is_mended_by_reading_again(expected: dict[str, bytes], tmp_path: Path) -> None:
    """As when another reader that was behind wrote its state last."""
    read(store_of(tmp_path), MESSAGES[:40])
    old = (tmp_path / state_path(ASTANA)).read_bytes()
    read(store_of(tmp_path), MESSAGES[:90])
    (tmp_path / state_path(ASTANA)).write_bytes(old)
    store = store_of(tmp_path)
    assert store.open() == {0: 90}
    with pytest.raises(StoreUnavailable, match="read again"):
        store.take(MESSAGES[90:130], {0: 130})
    store.close()
    assert store.open() == {}
    store.close()
    read(store, MESSAGES)
    assert contents(tmp_path) == expected


def test_two_readers_at_once_write_what_one_writes(expected: dict[str, bytes], tmp_path: Path) -> None:
    """One is behind the other, and each of them stops in between."""
    ahead, behind = store_of(tmp_path), store_of(tmp_path)
    ahead.open()
    behind.open()
    ahead.take(MESSAGES[:60], {0: 60})
    behind.take(MESSAGES[:20], {0: 20})
    ahead.take(MESSAGES[60:110], {0: 110})
    behind.take(MESSAGES[20:50], {0: 50})
    ahead.close()
    behind.close()
    for _ in range(3):
        try:
            read(store_of(tmp_path), MESSAGES)
            break
        except StoreUnavailable:  # what one says of its state contradicts the other's position: it is read again
            continue
    assert contents(tmp_path) == expected


def test_records_that_are_missing_in_the_topic_are_a_conflict(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    store.open()
    with pytest.raises(StoreConflict, match="missing in the topic"):
        store.take(MESSAGES[5:], {0: len(MESSAGES)})
    store.close()


def test_another_journal_is_a_conflict(tmp_path: Path) -> None:
    read(store_of(tmp_path), MESSAGES[:50])
    other = messages_of(journal(11, 150, (ASTANA,)))
    for part in (other[49:60], other[50:60]):
        store = store_of(tmp_path)
        store.open()
        with pytest.raises(StoreConflict, match="another journal"):
            store.take(part, {0: 60})
        store.close()
    with pytest.raises(StoreConflict, match="come from the topic journal"):
        store_of(tmp_path, topic="other.journal").open()


def test_what_can_t_be_read_is_a_conflict(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    store.open()
    with pytest.raises(StoreConflict, match="offset 7"):
        store.take([Message(topic="journal", partition=0, offset=7, value=b"x")], {0: 8})
    store.close()
    first = RECORDS[0]
    strange = Record("../../etc", 1, first.time, first.cause, first.pack, first.facts, first.previous_hash, first.hash)
    store.open()
    with pytest.raises(StoreConflict, match="a record of locality"):
        store.take(messages_of([strange]), {0: 1})
    store.close()
    (tmp_path / POSITIONS_PATH).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / POSITIONS_PATH).write_text("{")
    with pytest.raises(StoreConflict, match="damaged"):
        store.open()


def test_a_bulletin_whose_content_gives_another_hash_is_never_published(tmp_path: Path) -> None:
    number = next(n for n, r in enumerate(RECORDS) if any(isinstance(each, BulletinIssued) for each in r.facts))
    fact = next(each for each in RECORDS[number].facts if isinstance(each, BulletinIssued))
    forged = msgspec.structs.replace(RECORDS[number], facts=(msgspec.structs.replace(fact, number=fact.number + 1),))
    store = store_of(tmp_path)
    store.open()
    with pytest.raises(StoreConflict, match="another hash"):
        store.take(messages_of([*RECORDS[:number], forged]), {0: number + 1})
    store.close()
    assert not list(tmp_path.rglob("bulletin-*"))
