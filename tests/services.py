"""Services that all tests of a session share: one broker, one PostgreSQL, one Redis. A plugin of `tests/conftest.py`.

They are child processes that die with the test session, even if that is killed.
"""

import os
from collections.abc import Iterator

import pytest

from infra.stack.broker import Broker
from infra.stack.own import OwnService
from infra.stack.places import jar_directory
from infra.stack.postgres import Postgres
from infra.stack.redis import Redis


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address (`bootstrap.servers`) of a real broker that belongs to this session. Never break it."""
    broker = Broker(tmp_path_factory.mktemp("kafka"), jar_directory(os.environ))
    try:
        broker.start()
        yield broker.bootstrap
    finally:
        broker.kill()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL that belongs to this session. Each test uses schemas of its own. Never break
    it."""
    with OwnService(Postgres(tmp_path_factory.mktemp("postgres"))) as service:
        service.start()
        yield service.address


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Redis that belongs to this session. Each test uses a key prefix of its own. Never break
    or flush it."""
    with OwnService(Redis(tmp_path_factory.mktemp("redis"))) as service:
        service.start()
        yield service.address
