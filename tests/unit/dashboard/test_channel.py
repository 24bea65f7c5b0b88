"""Listeners of one page: who leaves at the moment of news has left."""

import asyncio
from typing import Any, cast

from consumers.dashboard.live import Channel


def test_who_leaves_at_the_moment_of_news_has_left() -> None:
    async def scenario() -> None:
        channel = Channel(cast("Any", None))

        async def listening() -> None:
            while True:
                await channel.wait(60.0)

        task = asyncio.create_task(listening())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        channel.wake()
        await asyncio.sleep(0)  # the news is on its way
        task.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
        gone = task.cancelled()
        task.cancel()
        await asyncio.wait([task])
        assert gone, "its place is free, and nobody waits for it for ever"

    asyncio.run(scenario())


def test_silence_is_told_from_news() -> None:
    async def scenario() -> None:
        channel = Channel(cast("Any", None))
        assert await channel.wait(0.01) is False
        asyncio.get_running_loop().call_soon(channel.wake)
        assert await channel.wait(60.0) is True

    asyncio.run(scenario())
