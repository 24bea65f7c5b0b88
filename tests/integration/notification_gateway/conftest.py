"""A delivery log for each test, in the session's PostgreSQL."""

import pytest

from tests.integration.notification_gateway.world import Log


@pytest.fixture
def log(postgres: str, prefix: str) -> Log:
    """An empty delivery log of its own."""
    return Log(postgres, prefix.replace(".", "_") + "gateway").make()
