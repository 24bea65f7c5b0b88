"""One world for all tests that only ask, and a dashboard over it."""

from collections.abc import Iterator
from typing import TypeAlias

import pytest
from starlette.testclient import TestClient

from consumers.dashboard.access import NOBODY
from consumers.dashboard.app import Dashboard
from tests.integration.dashboard.world import World, dashboard, made

Asking: TypeAlias = "tuple[World, Dashboard, TestClient]"


@pytest.fixture(scope="package")
def world(postgres: str, redis: str) -> Iterator[World]:
    """Filled once. Only ask it."""
    with made(postgres, redis) as found:
        yield found


@pytest.fixture(scope="package")
def _shared(world: World) -> Iterator[Asking]:
    with dashboard(world) as (found, client):
        yield world, found, client


@pytest.fixture
def asking(_shared: Asking) -> Iterator[Asking]:
    """The dashboard, asked by nobody in particular yet."""
    world, _, client = _shared
    world.viewer = NOBODY
    client.cookies.clear()
    yield _shared
    world.viewer = NOBODY
