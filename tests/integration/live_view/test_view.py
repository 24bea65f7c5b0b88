"""What the live view answers: pages, unknown ids, ids of two localities, no Redis; and nothing that is not public."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from consumers.live_view.errors import Ambiguous, LiveViewUnavailable
from consumers.live_view.view import LiveView
from infra.stack import ports
from schemas.outputs import OrderRow
from tests.integration.live_view.tools import contents, fill, messages_of, store_of
from tests.integration.pipeline.seasons import season, villages
from tests.unit.verification.seasons import Season

pytestmark = pytest.mark.integration

LOCALITY = "113230100"
DOCUMENT = Path("docs/live-view.md")


def waiting(rows: tuple[OrderRow, ...]) -> list[OrderRow]:
    """Those on the order."""
    return [row for row in rows if row.number is not None]


def test_pages_are_parts_of_the_whole_order(client: redis.Redis, keys: str) -> None:
    fill(store_of(client, keys), messages_of(season("village", 4.0).records))
    view, chance = LiveView(client, keys), Random(6)
    seen = 0
    for queue in view.queues(LOCALITY):
        whole = view.snapshot(LOCALITY, queue.queue)
        assert whole is not None
        rows = waiting(whole.rows)
        assert [row.number for row in rows] == list(range(1, queue.size + 1))
        for _ in range(40):
            first, count = chance.randrange(1, queue.size + 5), chance.randrange(1, queue.size + 5)
            page = view.queue(LOCALITY, queue.queue, first, count)
            assert page is not None
            assert list(page.rows) == rows[first - 1 : first - 1 + count]
            assert (page.summary, page.places, page.position) == (whole.summary, whole.places, whole.position)
            seen += len(page.rows)
    assert seen > 500
    for first, count in ((0, 1), (1, 0), (1, 10_001)):
        with pytest.raises(ValueError, match="a page begins at 1"):
            view.queue(LOCALITY, "general/2018", first, count)


def test_what_nobody_knows_is_none(client: redis.Redis, keys: str) -> None:
    fill(store_of(client, keys), messages_of(season("village").records))
    view = LiveView(client, keys)
    for locality in (None, LOCALITY, "000000000", "a:b"):
        assert view.number("nobody", locality) is None
        assert view.application("nobody", locality) is None
        assert view.place("nowhere", locality) is None
        assert view.organisation("none", locality) is None
        assert view.places("none", locality) is None
    for key in (f"{LOCALITY}:queues", f"{LOCALITY}:applications", "localities", "positions"):  # keys, no localities
        assert view.position(key) is None
        assert view.number("nobody", key) is None
        assert view.queues(key) == ()
        assert view.snapshot(key, "general/2018") is None
    assert view.queue(LOCALITY, "general/1950") is None
    assert view.snapshot("000000000", "general/2018") is None
    assert view.queues("000000000") == ()
    assert view.position("000000000") is None


@pytest.mark.parametrize("typed", ["\udcff", "\ud800", f"{LOCALITY}\udc80"])
def test_what_is_no_text_is_known_to_nobody(typed: str, client: redis.Redis, keys: str) -> None:
    """People type anything: a shell gives bytes that are no UTF-8, JSON half of a surrogate pair."""
    fill(store_of(client, keys), messages_of(season("village").records))
    view = LiveView(client, keys)
    for found in (view.number, view.application, view.place, view.organisation, view.places):
        assert (found(typed), found(typed, LOCALITY), found("a1", typed)) == (None, None, None)
    assert (view.position(typed), view.queues(typed), view.snapshot(typed, typed)) == (None, (), None)
    assert (view.queue(LOCALITY, typed), view.queue(typed, "general/2018")) == (None, None)


def test_an_id_of_two_localities_needs_its_locality(client: redis.Redis, keys: str) -> None:
    seasons = [Season(seed, locality) for seed, locality in ((1, "710000000"), (2, "270000000"))]
    records = [record for each in seasons for record in each.run(150)]
    fill(store_of(client, keys), messages_of(records))
    view = LiveView(client, keys)
    shared = sorted(set(seasons[0].applications) & set(seasons[1].applications))
    assert shared
    with pytest.raises(Ambiguous, match="270000000, 710000000"):
        view.number(shared[0])
    for each in seasons:
        found = view.application(shared[0], each.locality)
        assert found is not None and found.queue == each.book.state.applications[shared[0]].queue


def test_without_redis_it_says_so() -> None:
    with redis.Redis(port=ports.pick(), retry=Retry(NoBackoff(), 0)) as client, pytest.raises(LiveViewUnavailable):
        LiveView(client, "any").localities()


# What the words in capitals of the documentation's table of keys stand for.
WORDS = {
    "GEN": "[0-9]+",
    "KATO": "[0-9]{9}",
    "QUEUE": "(general|special|sanatorium)/.*",
    "GROUP": "(EXTRAORDINARY|PRIORITY|GENERAL)",
    "STAGE": "(RELEASED|PRIORITY|OPEN|REFERRED)",
    "ORGANISATION": "o-[0-9]+",
}


def test_every_key_is_documented_and_every_documented_key_is_there(client: redis.Redis, keys: str) -> None:
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| `PREFIX")]
    names = [row.split("`")[1].removeprefix("PREFIX:") for row in rows]
    patterns = {name: re.compile(":".join(WORDS.get(word, word) for word in name.split(":"))) for name in names}
    made = Season(7)
    made.run(300)
    fill(store_of(client, keys), messages_of(made.records))
    fill(store_of(client, keys, rebuild=True), messages_of(made.records))
    store_of(client, keys, end=5, rebuild=True).open()
    there = [key.decode().removeprefix(f"{keys}:") for key in client.scan_iter(match=f"{keys}:*")]
    assert [key for key in there if not any(pattern.fullmatch(key) for pattern in patterns.values())] == []
    unseen = [name for name, pattern in patterns.items() if not any(map(pattern.fullmatch, there))]
    assert unseen == ["retired"], "what is deleted is soon gone"


def test_nothing_of_the_person_reaches_redis(client: redis.Redis, keys: str) -> None:
    """No applicant, child, date of birth, benefit, channel, reason in words: not in a key, not in a value."""
    made = Season(8)
    made.run(300)
    fill(store_of(client, keys), messages_of(made.records))
    stored = repr(contents(client, keys))
    applications = made.applications.values()
    secrets = {each.applicant_id for each in applications} | {each.child_id for each in applications}
    secrets |= {str(benefit.value) for each in applications for benefit in each.benefits} | {
        "PORTAL",
        "checked",
        "found right",
    }
    assert {secret for secret in secrets if re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", stored)} == set()


def test_whoever_asks_during_writes_and_rebuilds_sees_whole_records(client: redis.Redis, keys: str, redis: str) -> None:
    """Order and sizes of one answer belong together, numbers run from 1, and time never goes back."""
    messages = messages_of(villages(1, 2.0).records)
    fill(store_of(client, keys), messages[:100])
    stop, asked, failures = threading.Event(), [0, 0, 0], []

    def ask(who: int) -> None:
        try:
            with _client(redis) as own:
                for sequence in _asked(LiveView(own, keys), Random(who)):
                    asked[who] += 1
                    if stop.is_set() and sequence == len(messages):
                        return
        except BaseException as exc:  # noqa: BLE001 - told to the test below
            failures.append(exc)

    threads = [threading.Thread(target=ask, args=(who,)) for who in range(len(asked))]
    for thread in threads:
        thread.start()
    try:
        reader = store_of(client, keys)
        for end in range(100, len(messages), 50):
            fill(reader, messages[: end + 50], batch=7)
            if end % 300 == 0:
                fill(store_of(client, keys, end=end, rebuild=True), messages[:end], batch=60)
        fill(reader, messages)
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
    assert failures == []
    assert min(asked) > 20


def _client(address: str) -> redis.Redis:
    return redis.Redis.from_url(address)


def _asked(view: LiveView, chance: Random) -> Iterator[int]:
    """Ask and check, for ever. Gives the sequence of each answer."""
    while True:
        for queue_id in [each.queue for each in view.queues(LOCALITY)]:
            queue = view.snapshot(LOCALITY, queue_id)
            assert queue is not None
            rows = waiting(queue.rows)
            assert [row.number for row in rows] == list(range(1, queue.summary.size + 1))
            assert len({row.application_id for row in queue.rows}) == len(queue.rows)
            assert len(queue.rows) - len(rows) == queue.summary.off_order
            assert len(queue.places) == sum(
                count
                for stage, count in queue.summary.places.items()
                if stage in ("RELEASED", "LISTED", "PRIORITY", "OPEN")
            )
            if rows:
                row = chance.choice(rows)
                found = view.application(row.application_id, LOCALITY)
                assert found is not None and (found.number is None) == (found.state != "QUEUED")
                if found.position == queue.position and found.number is not None:
                    same = OrderRow(
                        row.application_id, found.queue, row.group, found.submitted_at, row.status, found.number
                    )
                    assert same == row
            yield queue.position.sequence
