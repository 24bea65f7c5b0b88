"""How often somebody may try: who guesses is stopped, and nobody is shut out by others' guessing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from starlette.exceptions import HTTPException

from consumers.dashboard.attempts import ACCOUNT_MAX, ADDRESS_MAX, BOTH_MAX, Attempts, site_of

pytestmark = pytest.mark.integration


def played(redis: str, scenario: Callable[[Attempts], Awaitable[None]]) -> None:
    """Run a scenario over counters of its own."""

    async def run() -> None:
        client: Any = Redis.from_url(redis)
        try:
            await scenario(Attempts(client, f"t{uuid4().hex[:10]}"))
        finally:
            await client.aclose()

    asyncio.run(run())


async def tried(attempts: Attempts, account: str, address: str, times: int = 1) -> int:
    """How many of so many attempts were let through."""
    found = 0
    for _ in range(times):
        try:
            await attempts.count(account, address)
        except HTTPException as exc:
            assert exc.status_code == 429
        else:
            found += 1
    return found


def test_who_tries_a_name_from_one_address_does_not_shut_out_its_owner(redis: str) -> None:
    async def scenario(attempts: Attempts) -> None:
        assert await tried(attempts, "ministry", "203.0.113.1", 2 * ACCOUNT_MAX) == BOTH_MAX
        assert await tried(attempts, "ministry", "198.51.100.7") == 1

    played(redis, scenario)


def test_who_tries_a_name_from_everywhere_does_not_shut_out_where_its_owner_has_been(redis: str) -> None:
    async def scenario(attempts: Attempts) -> None:
        assert await tried(attempts, "ministry", "198.51.100.7") == 1
        await attempts.forgive("ministry", "198.51.100.7")
        got = [await tried(attempts, "ministry", f"203.0.113.{each}", BOTH_MAX) for each in range(10)]
        assert sum(got) == ACCOUNT_MAX - 1
        assert await tried(attempts, "ministry", "192.0.2.1") == 0, "a place that nobody knows waits"
        assert await tried(attempts, "ministry", "198.51.100.7", 2 * BOTH_MAX) == BOTH_MAX, "and guesses no more there"

    played(redis, scenario)


def test_one_network_of_ipv6_is_one_place(redis: str) -> None:
    async def scenario(attempts: Attempts) -> None:
        got = [await tried(attempts, f"name {each}", f"2001:db8:1:2::{each:x}") for each in range(ADDRESS_MAX + 5)]
        assert sum(got) == ADDRESS_MAX

    played(redis, scenario)
    assert site_of("2001:db8:1:2::1") == site_of("2001:db8:1:2:ffff::9") != site_of("2001:db8:1:3::1")
    assert site_of("::ffff:203.0.113.1") == site_of("203.0.113.1")
    assert site_of("testclient") == "testclient"
