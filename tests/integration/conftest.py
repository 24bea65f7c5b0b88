"""What tests on a real broker share: one broker for the whole session, a prefix for each test, brokers to break.

The brokers are child processes that die with the test session, even if that is killed.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.stack.broker import Broker
from infra.stack.places import jar_directory


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address (`bootstrap.servers`) of a real broker that belongs to this session. Never break it."""
    broker = Broker(tmp_path_factory.mktemp("kafka"), jar_directory(os.environ))
    try:
        broker.start()
        yield broker.bootstrap
    finally:
        broker.kill()


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
