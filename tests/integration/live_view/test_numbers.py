"""What Redis says is what the core says: every application of every queue, every place, at random moments."""

import random
from collections.abc import Sequence

import pytest
import redis
from msgspec.structs import replace

from consumers.live_view.view import LiveView
from schemas.journal import Record
from streams.rules.book import Book
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE, Pack, Schedule
from tests.fuzz.histories import PACKS_UNDER_TEST, History
from tests.integration.live_view.tools import compare, messages_of, store_of
from tests.integration.pipeline.seasons import season, villages
from tests.unit.verification.seasons import Season

pytestmark = pytest.mark.integration

SEEDS = range(24)
EVENTS = 300
# A general application before each priority one, from the tenth day on; then five. Both are packs of the test alone.
ONE = replace(KZ_2020, id="one", general_per_priority=1)
FIVE = replace(KZ_2020, id="five", general_per_priority=5)
FIRST_DAY = 18_785  # 7 June 2021
RATIOS = Schedule(KZ_2020, ((FIRST_DAY + 10, ONE), (FIRST_DAY + 20, FIVE)))
MODES = Schedule(KZ_2020, ((FIRST_DAY + 12, KZ_2020_IMMEDIATE), (FIRST_DAY + 24, KZ_2020)))


def follow(
    client: redis.Redis,
    keys: str,
    records: Sequence[Record],
    pack: Pack | Schedule,
    moments: int,
    seed: int = 0,
    ratios: dict[str, int] | None = None,
) -> int:
    """Write a journal in batches of random length and compare after some of them. How many wait at most."""
    chance = random.Random(seed)
    cuts = sorted({chance.randrange(1, len(records)) for _ in range(moments)} | {len(records)})
    messages = messages_of(records)
    store = store_of(client, keys, ratios=ratios)
    position = store.open().get(0, 0)
    store.idle()  # an empty journal is at its end: what is there is shown from now on
    view = LiveView(client, keys)
    books: dict[str, Book] = {}
    most = 0
    for cut in cuts:
        store.take(messages[position:cut], {0: cut})
        for record in records[position:cut]:
            if record.locality not in books:
                books[record.locality] = Book(record.locality, pack)
            books[record.locality].apply(record)
        position = cut
        for book in books.values():
            compare(view, book)
        most = max(most, sum(queue.size for each in view.localities() for queue in view.queues(each)))
    assert view.localities() == tuple(sorted(books))
    return most


def test_numbers_of_a_campaign(client: redis.Redis, keys: str) -> None:
    assert follow(client, keys, season("village").records, KZ_2020, moments=6) > 30


def test_numbers_of_several_localities_in_one_partition(client: redis.Redis, keys: str) -> None:
    records = sorted(villages(2).records, key=lambda record: int(record.time))
    assert follow(client, keys, records, KZ_2020, moments=3) > 100


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_of_a_made_up_history(seed: int, client: redis.Redis, keys: str) -> None:
    """Special and sanatorium queues, temporary places, regroupings, stop lists, siblings, every mode."""
    names = list(PACKS_UNDER_TEST)
    history = History(seed, EVENTS, names[seed % len(names)])
    pack = PACKS_UNDER_TEST[history.pack_name]
    book = Book(history.locality, pack)
    records = [record for event in history for record in book.handle(event)]
    assert follow(client, keys, records, pack, moments=4, seed=seed) > 0


@pytest.mark.parametrize("schedule", [RATIOS, MODES], ids=["ratio", "mode"])
def test_numbers_hold_when_the_pack_changes(schedule: Schedule, client: redis.Redis, keys: str) -> None:
    made = Season(5, packs=schedule)
    made.run(400)
    packs = {pack.id: pack.general_per_priority for pack in (schedule.first, *(pack for _, pack in schedule.later))}
    assert len({record.pack for record in made.records}) == len(packs)
    assert follow(client, keys, made.records, schedule, moments=12, ratios=packs) > 10
