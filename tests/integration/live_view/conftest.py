"""A client of Redis, and a prefix of its own for each test."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis as client_library

from consumers.live_view.generations import Generations
from consumers.live_view.scripts import Scripts


@pytest.fixture
def client(redis: str) -> Iterator[client_library.Redis]:
    """A client of the session's Redis."""
    with client_library.Redis.from_url(redis) as client:
        yield client


@pytest.fixture
def keys(client: client_library.Redis) -> Iterator[str]:
    """A prefix for keys, deleted afterwards: the session's Redis is small."""
    prefix = f"t{uuid4().hex[:10]}"
    yield prefix
    Generations(client, prefix, Scripts(client, prefix)).forget()
    assert not list(client.scan_iter(match=f"{prefix}:*")), "forgetting leaves no key"
