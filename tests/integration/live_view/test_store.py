"""The store of the live view: repeats, rivals, wipes, builds beside the one that is shown, contradictions."""

import threading
from dataclasses import replace as replaced
from itertools import pairwise
from random import Random

import pytest
import redis
from confluent_kafka import Message
from msgspec.structs import replace

from consumers.live_view.errors import NotReady
from consumers.live_view.generations import Generations
from consumers.live_view.scripts import Scripts
from consumers.live_view.store import LiveViewStore
from consumers.live_view.view import LiveView
from consumers.reading.store import StoreConflict, StoreUnavailable
from schemas.journal import Record
from streams.rules.book import Book
from tests.fuzz.histories import PACKS_UNDER_TEST, History
from tests.integration.live_view.tools import Contents, contents, fill, messages_of, store_of
from tests.integration.pipeline.seasons import season, villages

pytestmark = pytest.mark.integration

LOCALITY = "113230100"


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """Two villages in one partition."""
    return messages_of(sorted(villages(2).records, key=lambda record: int(record.time)))


@pytest.fixture
def undisturbed(client: redis.Redis, keys: str, messages: list[Message]) -> Contents:
    """What an undisturbed reader writes."""
    fill(store_of(client, f"{keys}-calm"), messages)
    found = contents(client, f"{keys}-calm")
    Generations(client, f"{keys}-calm", Scripts(client, f"{keys}-calm")).forget()
    assert len(found) > 50
    return found


def test_batches_of_any_size_come_to_the_same(
    client: redis.Redis, keys: str, messages: list[Message], undisturbed: Contents
) -> None:
    store, chance = store_of(client, keys, end=len(messages)), Random(3)
    store.open()
    cuts = sorted({0, len(messages), *(chance.randrange(len(messages)) for _ in range(60))})
    for begin, end in pairwise(cuts):
        store.take(messages[begin:end], {0: end})
    assert contents(client, keys) == undisturbed


def test_a_repeat_changes_nothing(
    client: redis.Redis, keys: str, messages: list[Message], undisturbed: Contents
) -> None:
    store = store_of(client, keys, end=len(messages))
    store.open()
    for end in range(100, len(messages) + 100, 100):
        store.take(messages[max(0, end - 250) : end], {0: min(end, len(messages))})
    assert contents(client, keys) == undisturbed


def test_two_writers_do_no_harm_and_do_not_stop_each_other(
    client: redis.Redis, keys: str, messages: list[Message], undisturbed: Contents
) -> None:
    """Each sees all messages, in batches of its own; now and then one pauses in the middle of a batch."""
    rivals = [store_of(client, keys, end=len(messages)) for _ in range(2)]
    chance, positions = Random(4), [rival.open().get(0, 0) for rival in rivals]
    while min(positions) < len(messages):
        who = chance.randrange(2)
        end = min(len(messages), positions[who] + chance.randrange(1, 80))
        if positions[who] < end:
            rivals[who].take(messages[positions[who] : end], {0: end})
        else:
            rivals[who].idle()
        positions[who] = end
    assert contents(client, keys) == undisturbed


def test_three_writers_at_the_same_moment(
    client: redis.Redis, keys: str, messages: list[Message], undisturbed: Contents, request: pytest.FixtureRequest
) -> None:
    address: str = request.getfixturevalue("redis")
    failures: list[BaseException] = []

    def write() -> None:
        try:
            with redis.Redis.from_url(address) as own:
                fill(store_of(own, keys, end=len(messages)), messages, batch=13)
        except BaseException as exc:  # noqa: BLE001 - told to the test below
            failures.append(exc)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert contents(client, keys) == undisturbed


@pytest.mark.parametrize("notices", ["take", "idle"])
def test_wiped_in_the_middle_it_comes_back_equal(
    notices: str, client: redis.Redis, keys: str, messages: list[Message], undisturbed: Contents
) -> None:
    store, view, half = store_of(client, keys, end=len(messages)), LiveView(client, keys), len(messages) // 2
    store.open()
    store.take(messages[:half], {0: half})
    for key in client.scan_iter(match=f"{keys}:*"):
        client.delete(key)
    with pytest.raises(StoreUnavailable):
        if notices == "take":
            store.take(messages[half:], {0: len(messages)})
        else:
            store.idle()
    with pytest.raises(NotReady):
        view.localities()
    fill(store, messages)
    assert contents(client, keys) == undisturbed


def test_a_build_is_hidden_until_it_reaches_the_end_that_was_asked_for(
    client: redis.Redis, keys: str, messages: list[Message]
) -> None:
    store, view = store_of(client, keys, end=500), LiveView(client, keys)
    store.open()
    with pytest.raises(NotReady):
        view.queues(LOCALITY)
    store.take(messages[:499], {0: 499})
    store.idle()
    with pytest.raises(NotReady):
        view.queues(LOCALITY)
    store.take(messages[499:600], {0: 600})
    position = view.position(LOCALITY)
    assert position is not None and position.sequence > 0


def test_a_rebuild_shows_the_new_copy_at_once_and_deletes_the_old_one(
    client: redis.Redis, keys: str, messages: list[Message], undisturbed: Contents
) -> None:
    reader, view, half = store_of(client, keys), LiveView(client, keys), len(messages) // 2
    reader.open()
    reader.take(messages[:half], {0: half})
    before = view.positions()
    shown: list[str] = []
    store = LiveViewStore(client, keys, reader._codec, reader._end, rebuild=True, shown=lambda: shown.append("now"))
    reader._end.end = half  # type: ignore[attr-defined]  # the test's own
    store.open()
    store.take(messages[: half - 1], {0: half - 1})
    assert (view.positions(), shown) == (before, [])
    # The reader goes on meanwhile with what is shown.
    reader.take(messages[half : half + 10], {0: half + 10})
    store.close()
    assert store.open() == {0: half - 1}, "after an outage it goes on with the copy that it began"
    before = view.positions()
    store.take(messages[half - 1 : half], {0: half})
    store.idle()
    assert (view.positions(), shown) == (before, []), "it is behind what is shown"
    store.take(messages[half : half + 10], {0: half + 10})
    assert (view.positions(), shown) == (before, ["now"])
    with pytest.raises(StoreUnavailable):
        reader.take(messages[half + 10 : half + 20], {0: half + 20})
    fill(reader, messages)
    while reader.generations.sweep():
        pass
    assert contents(client, keys) == undisturbed
    assert {key.split(b":")[1] for key in client.scan_iter(match=f"{keys}:*")} == {b"current", b"generations", b"2"}


def test_a_rebuild_never_shows_an_older_moment(client: redis.Redis, keys: str, messages: list[Message]) -> None:
    """The reader is always a little ahead; the rebuild is shown when it has caught up, and not before."""
    reader, view, total, chance = store_of(client, keys), LiveView(client, keys), len(messages), Random(6)
    fill(reader, messages[:100])
    store = store_of(client, keys, end=100, rebuild=True)
    store.open()
    position, at = 100, 0
    while store._entered is not None and store._entered.building:
        before = view.positions()
        if position < total:
            end = min(total, position + chance.randrange(20, 60))
            reader.take(messages[position:end], {0: end})
            position = end
        ahead = view.positions()
        step = min(position, at + chance.randrange(40, 90))
        store.take(messages[at:step], {0: step})
        store.idle()
        at = step
        after = view.positions()
        assert all(after[each].sequence >= known[each].sequence for known in (before, ahead) for each in known)
    assert (at, client.get(f"{keys}:current")) == (position, b"2")


def test_a_rebuild_does_not_wait_for_positions_that_hold_no_record(
    client: redis.Redis, keys: str, messages: list[Message]
) -> None:
    """What is shown is of a journal that is no more, or stands behind markers: nobody could come to there."""
    fill(store_of(client, keys), messages[:300])
    gone = store_of(client, keys, end=200, rebuild=True)
    gone._end.there = 200  # type: ignore[attr-defined]  # the test's own
    gone.open()
    gone.take(messages[:200], {0: 200})
    assert client.get(f"{keys}:current") == b"2"
    client.hset(f"{keys}:2:positions", "1", 7)  # of another partition, where the journal has no record
    marked = store_of(client, keys, end=200, rebuild=True)
    marked.open()
    marked.take(messages[:200], {0: 200})
    assert client.get(f"{keys}:current") == b"2"
    marked.idle()
    assert client.get(f"{keys}:current") == b"3"


def test_forgotten_beside_a_reader_no_number_is_used_twice(
    client: redis.Redis, keys: str, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader begins anew while what was forgotten is still being deleted; rebuilds follow, faster than sweeps."""
    total = len(messages)
    fill(store_of(client, keys, end=total), messages)
    generations, sweep = Generations(client, keys, Scripts(client, keys)), Generations.sweep
    began = iter([None])

    def sweep_late(self: Generations, seconds: float = 1.0) -> bool:
        for _ in began:
            fill(store_of(client, keys, end=total), messages)
        return sweep(self, seconds)

    monkeypatch.setattr(Generations, "sweep", sweep_late)
    generations.forget()
    assert (client.get(f"{keys}:current"), client.get(f"{keys}:generations")) == (b"2", b"2")
    monkeypatch.setattr(Generations, "sweep", lambda *_: True)
    whole = contents(client, keys)
    for _ in range(2):
        again = store_of(client, keys, end=total, rebuild=True)
        assert again.open() == {}
        again.take(messages, {0: total})
        Scripts(client, keys)("sweep")  # no more than one locality
        assert contents(client, keys) == whole
    monkeypatch.undo()
    generations.forget()
    assert not list(client.scan_iter(match=f"{keys}:*"))


def test_without_its_counter_it_takes_no_number_of_which_something_is_left(
    client: redis.Redis, keys: str, messages: list[Message]
) -> None:
    fill(store_of(client, keys, end=50), messages[:50])
    client.sadd(f"{keys}:retired", "2")
    client.hset(f"{keys}:3:positions", "0", 50)
    client.delete(f"{keys}:generations")
    assert store_of(client, keys, rebuild=True).open() == {}
    assert Generations(client, keys, Scripts(client, keys)).names() == ("1", "4")
    client.delete(f"{keys}:3:positions")


def test_a_rebuild_that_is_given_up_leaves_nothing(client: redis.Redis, keys: str, messages: list[Message]) -> None:
    fill(store_of(client, keys), messages[:100])
    before = contents(client, keys)
    store = store_of(client, keys, end=len(messages), rebuild=True)
    store.open()
    store.take(messages[:200], {0: 200})
    store.close()
    store.give_up()
    assert contents(client, keys) == before
    assert not list(client.scan_iter(match=f"{keys}:2*"))
    assert Generations(client, keys, Scripts(client, keys)).names() == ("1", None)


def test_of_two_rebuilds_the_later_one_goes_on(client: redis.Redis, keys: str, messages: list[Message]) -> None:
    fill(store_of(client, keys), messages)
    first, second = (store_of(client, keys, end=len(messages), rebuild=True) for _ in range(2))
    first.open()
    second.open()
    with pytest.raises(StoreUnavailable):
        first.take(messages[:10], {0: 10})
    with pytest.raises(StoreConflict, match="another build"):
        first.open()
    second.take(messages, {0: len(messages)})
    assert Generations(client, keys, Scripts(client, keys)).names() == ("3", None)


def test_a_view_of_another_form_is_built_anew_beside_it(
    client: redis.Redis, keys: str, messages: list[Message], undisturbed: Contents
) -> None:
    fill(store_of(client, keys), messages[:300])
    client.hset(f"{keys}:1", "format", "0")
    view = LiveView(client, keys)
    with pytest.raises(NotReady):
        view.localities()
    fill(store_of(client, keys, end=len(messages)), messages)
    assert len(view.localities()) == 2
    assert contents(client, keys) == undisturbed


def test_another_journal_is_a_conflict_and_changes_nothing(
    client: redis.Redis, keys: str, messages: list[Message]
) -> None:
    store = store_of(client, keys)
    fill(store, messages[:100])
    before = contents(client, keys)
    village = list(season("village").records)
    for wrong in (
        messages_of([replace(each, previous_hash="f" * 64) for each in village[:3]], 100),
        messages_of([replace(village[0], sequence=1, pack="kz-2030")], 100),
        [Message(topic="journal", partition=0, offset=100, value=b"no record")],
        [Message(topic="journal", partition=0, offset=100, value=None)],
    ):
        store.open()
        with pytest.raises(StoreConflict):
            store.take(wrong, {0: 200})
    assert contents(client, keys) == before


def test_a_stranger_under_the_prefix_is_a_conflict(client: redis.Redis, keys: str, messages: list[Message]) -> None:
    client.sadd(f"{keys}:generations", "not a number")
    with pytest.raises(StoreConflict, match="Redis refuses"):
        store_of(client, keys).open()


def test_what_no_fact_made_is_a_conflict(client: redis.Redis, keys: str) -> None:
    history = History(0, 200, "kz-2020")
    book = Book(history.locality, PACKS_UNDER_TEST["kz-2020"])
    records: list[Record] = [record for event in history for record in book.handle(event)]
    store = store_of(client, keys)
    store.open()
    # The chain holds, the facts of the first records are gone.
    emptied = [replace(each, facts=() if each.sequence < 30 else each.facts) for each in records]
    with pytest.raises(StoreConflict, match="which is not there"):
        store.take(messages_of(emptied), {0: len(records)})


def test_states_are_told(client: redis.Redis, keys: str, messages: list[Message]) -> None:
    fill(store_of(client, keys), messages)
    store_of(client, keys, end=9, rebuild=True).open()
    shown, built = Generations(client, keys, Scripts(client, keys)).states()
    assert (shown.generation, shown.shown, shown.usable, shown.localities) == ("1", True, True, 2)
    assert (shown.positions, shown.goal) == ({0: len(messages)}, {})
    assert shown.shown_since is not None and shown.shown_since >= shown.begun_at > 0
    assert built == replaced(
        built, generation="2", shown=False, usable=True, shown_since=None, localities=0, positions={}, goal={0: 9}
    )
