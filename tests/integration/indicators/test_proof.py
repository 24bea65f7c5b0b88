"""The indicators of whole seasons equal an independent query over the registers, window by window."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from consumers.indicators.settings import IndicatorsSettings
from consumers.registers.settings import RegistersSettings
from schemas.indicators import INDICATORS, WINDOWS, IndicatorRow, Level
from schemas.journal import Record
from tests.integration.indicators.proof import Proof
from tests.integration.indicators.seasons import campaign, lively, rare
from tests.integration.indicators.tools import asking, contents, drop, fill, rows_of
from tests.integration.pipeline.seasons import HOUR_MS, VILLAGES, villages
from tests.integration.registers import tools as registers_tools

pytestmark = pytest.mark.integration

SEASONS: dict[str, Callable[[], tuple[Record, ...]]] = {"campaign": campaign, "lively": lively, "rare": rare}


@pytest.fixture(scope="module")
def occurred() -> set[str]:
    """The indicators that any of the seasons had something of."""
    return set()


@pytest.mark.parametrize("name", SEASONS)
def test_every_window_equals_what_the_registers_say(
    name: str, registers: RegistersSettings, indicators: IndicatorsSettings, occurred: set[str]
) -> None:
    records = SEASONS[name]()
    registers_tools.fill(registers, records)
    fill(indicators, rows_of(records))
    proof = Proof(registers, indicators, records)
    assert proof.wrong == {}
    assert set(proof.compared) == {(level, window) for level, windows in WINDOWS.items() for window in windows}
    assert sum(proof.compared.values()) > 20_000
    occurred |= proof.occurred


def test_the_seasons_have_something_of_every_indicator(occurred: set[str]) -> None:
    """Runs after the test above: an indicator that never occurred was not proved."""
    if occurred:
        assert set(INDICATORS) - occurred == set()


def test_a_locality_whose_records_come_late_is_counted_all_the_same(
    registers: RegistersSettings, make_indicators: Callable[..., IndicatorsSettings]
) -> None:
    """One partition: first all records of one village, then all of the other, whose windows are final by then."""
    season = villages(2, days=16).records
    records = sorted(season, key=lambda each: each.locality)
    indicators = make_indicators()
    rows = rows_of(records, partitions=1)
    assert any(row.locality is not None for row in rows if row.level == "NATION"), "some came late"
    registers_tools.fill(registers, season)
    fill(indicators, rows)
    assert Proof(registers, indicators, records).wrong == {}


def test_rows_in_any_order_and_twice_change_nothing(indicators: IndicatorsSettings) -> None:
    rows = rows_of(lively()[:350])
    fill(indicators, rows)
    once = contents(indicators)
    drop(indicators)
    fill(indicators, _shuffled([*rows, *rows]), batch=700)
    assert contents(indicators) == once
    assert len(once["measures"]) > 1_500


def _shuffled(rows: Sequence[IndicatorRow]) -> list[IndicatorRow]:
    return random.Random(7).sample(list(rows), len(rows))


def test_what_is_told_often_and_what_is_told_once_come_to_the_same(
    make_indicators: Callable[..., IndicatorsSettings],
) -> None:
    often, seldom = make_indicators(), make_indicators()
    records: Sequence[Record] = lively()[:350]
    fill(often, rows_of(records, every=25))
    fill(seldom, rows_of(records, every=10**9))
    assert contents(often) == contents(seldom)


PIECE = 230
_FINAL = """
SELECT level, locality, subject, "window", starts, indicator, key, count, level_at_end, total, buckets
FROM figures
-- From the third day on: on the first the village that is behind was not known yet, and is told late.
WHERE final AND "window" IN ('HOUR', 'DAY') AND starts >= '2021-06-09'
"""


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_figure_that_is_final_never_changes(partitions: int, indicators: IndicatorsSettings) -> None:
    """The nation's and regions' too, though one village is always hours behind the other of its partition."""
    behind = {VILLAGES[1]: 7 * HOUR_MS}
    records = sorted(villages(3, days=7).records, key=lambda each: int(each.time) + behind.get(each.locality, 0))
    rows = rows_of(records, partitions, every=10)
    connection, known = None, dict[tuple[Any, ...], tuple[Any, ...]]()
    try:
        for cut in range(PIECE, len(rows) + PIECE, PIECE):
            fill(indicators, rows[:cut])
            connection = connection or asking(indicators)
            connection.execute("SET jit = off")
            now = {row[:7]: row[7:] for row in connection.execute(_FINAL).fetchall()}
            assert {key: value for key, value in known.items() if now.get(key) != value} == {}
            known = now
    finally:
        if connection is not None:
            connection.close()
    assert {key[0] for key in known} == set(Level)
