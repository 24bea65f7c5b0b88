"""What tests on real services share: one broker, one PostgreSQL, one Redis for the whole session, a prefix for each
test, services to break.

The services are child processes that die with the test session, even if that is killed.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

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


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Callable[[str], OwnService]]:
    """Makes services that this test alone has and may stop, kill or pause: `postgres` or `redis`, already started."""
    with ExitStack() as services:

        def make(name: str) -> OwnService:
            service = OwnService({"postgres": Postgres, "redis": Redis}[name](tmp_path / name))
            services.enter_context(service).start()
            return service

        yield make


@pytest.fixture
def prefix() -> str:
    """A prefix for the names of topics, groups and transactional ids that no other test has."""
    return f"t{uuid4().hex[:10]}."


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Callable[[], Broker]]:
    """Makes brokers that this test alone has and may stop, kill or pause. Each is already started.

    Starting one takes some seconds; share it between the steps of a test.
    """
    brokers: list[Broker] = []

    def make() -> Broker:
        broker = Broker(tmp_path / f"broker-{len(brokers)}", jar_directory(os.environ))
        brokers.append(broker)
        broker.start()
        return broker

    try:
        yield make
    finally:
        for broker in brokers:
            broker.kill()
