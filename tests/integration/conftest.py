"""What tests on real services share beside `tests.services`: a prefix for each test, services to break."""

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
