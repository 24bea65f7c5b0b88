"""A schema of its own for each test, and one that the tests which only ask share."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from consumers.registers.settings import RegistersSettings
from tests.integration.registers.tools import campaign, drop, fill, lively


@pytest.fixture
def make_registers(postgres: str) -> Iterator[Callable[[], RegistersSettings]]:
    """Names for registers that nobody else has; nothing is made yet."""
    made: list[RegistersSettings] = []

    def make() -> RegistersSettings:
        made.append(RegistersSettings(postgres, f"r{uuid4().hex[:12]}"))
        return made[-1]

    yield make
    for each in made:
        drop(each)


@pytest.fixture
def registers(make_registers: Callable[[], RegistersSettings]) -> RegistersSettings:
    """One of them."""
    return make_registers()


@pytest.fixture(scope="module")
def filled(postgres: str) -> Iterator[RegistersSettings]:
    """Registers of the campaign, undisturbed. Only ask them."""
    settings = RegistersSettings(postgres, f"r{uuid4().hex[:12]}")
    fill(settings, campaign())
    yield settings
    drop(settings)


@pytest.fixture(scope="module")
def busy(postgres: str) -> Iterator[RegistersSettings]:
    """Registers of the lively season, undisturbed. Only ask them."""
    settings = RegistersSettings(postgres, f"r{uuid4().hex[:12]}")
    fill(settings, lively())
    yield settings
    drop(settings)
