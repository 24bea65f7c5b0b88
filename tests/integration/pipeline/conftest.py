"""Environments for the tests of the pipeline, on the session's broker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.pipeline.environment import Environment


@pytest.fixture
def make_environment(kafka: str, prefix: str, tmp_path: Path) -> Iterator[Callable[..., Environment]]:
    """Makes environments: `make_environment(partitions=3, clock="wall")`."""
    made: list[Environment] = []

    def make(partitions: int = 1, clock: str = "records") -> Environment:
        number = len(made)
        made.append(Environment(kafka, f"{prefix}{number}.", tmp_path / str(number), partitions, clock))
        return made[-1]

    yield make
    for environment in made:
        environment.close()


@pytest.fixture
def environment(make_environment: Callable[..., Environment]) -> Environment:
    """One environment with one partition, by the records' clock."""
    return make_environment()
