"""A broker that all faults share and that they may break: it is whole again before each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.stack.broker import Broker
from infra.stack.places import jar_directory
from tests.integration.pipeline.environment import Environment


class BreakableBroker(Broker):
    """Knows whether it runs, and how often it was killed."""

    running = False
    kills = 0

    def start(self, *, wait: bool = True) -> None:
        """As a broker starts."""
        super().start(wait=wait)
        self.running = True

    def kill(self) -> None:
        """SIGKILL."""
        self.kills += self.running
        self.running = False
        super().kill()


@pytest.fixture(scope="session")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableBroker]:
    """One for the session, never started yet."""
    broker = BreakableBroker(tmp_path_factory.mktemp("faults"), jar_directory(os.environ))
    try:
        yield broker
    finally:
        broker.kill()


@pytest.fixture
def broker(shared_broker: BreakableBroker) -> BreakableBroker:
    """A broker that runs and that the test may kill and start again, on the same port and data."""
    if not shared_broker.running:
        shared_broker.start()
    return shared_broker


@pytest.fixture
def make_environment(broker: BreakableBroker, tmp_path: Path) -> Iterator[Callable[..., Environment]]:
    """Makes environments: `make_environment(partitions=3, clock="wall")`."""
    prefix = f"f{uuid4().hex[:10]}."
    made: list[Environment] = []

    def make(partitions: int = 1, clock: str = "records") -> Environment:
        number = len(made)
        folder = tmp_path / str(number)
        made.append(Environment(broker.bootstrap, f"{prefix}{number}.", folder, partitions, clock))
        return made[-1]

    yield make
    for environment in made:
        environment.close()
