"""What rendered pages take of memory is what they take, so that a limit is one."""

import asyncio

from prometheus_client import CollectorRegistry

from consumers.dashboard.cache import Cache, Entry
from consumers.dashboard.figures import Figures
from consumers.dashboard.pages import Content, Table
from consumers.dashboard.rendering import Rendered

LIMIT = 1_000_000


def entry(fragments: int, rows: int) -> Entry:
    """A page with so many letters and rows."""
    content = Content("", tables={"one": Table("", (), [("x",)] * rows)})
    return Entry("now", 0.0, content, Rendered({"a": "ж" * fragments}, ""))


def test_fragments_and_rows_count_and_the_oldest_go() -> None:
    cache = Cache(LIMIT, Figures(CollectorRegistry()))

    async def scenario() -> None:
        async def big() -> Entry:
            return entry(100_000, 200)

        for each in range(20):
            await cache.entry(each, "now", 0.0, big)

    asyncio.run(scenario())
    kept = [each for each in range(20) if cache.peek(each) is not None]
    assert kept == [18, 19]
    assert sum(2 * 100_000 for _ in kept) < LIMIT
