"""Schemas of their own for each test."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from consumers.indicators.connection import Connection
from consumers.indicators.settings import IndicatorsSettings
from consumers.registers.settings import RegistersSettings
from tests.integration.indicators.tools import asking, drop
from tests.integration.registers import tools as registers_tools


@pytest.fixture
def make_indicators(postgres: str) -> Iterator[Callable[..., IndicatorsSettings]]:
    """Names for indicators that nobody else has; nothing is made yet."""
    made: list[IndicatorsSettings] = []

    def make(**kept: int | None) -> IndicatorsSettings:
        made.append(IndicatorsSettings(postgres, f"i{uuid4().hex[:12]}", **kept))
        return made[-1]

    yield make
    for each in made:
        drop(each)


@pytest.fixture
def indicators(make_indicators: Callable[..., IndicatorsSettings]) -> IndicatorsSettings:
    """One of them."""
    return make_indicators()


@pytest.fixture
def asked(indicators: IndicatorsSettings) -> Iterator[Callable[[], Connection]]:
    """Opens connections that ask, and closes them."""
    opened: list[Connection] = []

    def connect() -> Connection:
        opened.append(asking(indicators))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def registers(postgres: str) -> Iterator[RegistersSettings]:
    """Registers that nobody else has."""
    settings = RegistersSettings(postgres, f"r{uuid4().hex[:12]}")
    yield settings
    registers_tools.drop(settings)
