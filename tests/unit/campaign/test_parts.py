"""The parts that a season is made of: chance, figures, assumptions, sizes."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import producers.campaign as package
from producers.campaign import figures
from producers.campaign.assumptions import everything
from producers.campaign.daytime import Daytime
from producers.campaign.dice import Dice, Quantiles, Weighted, seed_of, split
from producers.campaign.scenario import CAMPAIGNS, scenario_of
from schemas.zones import DAY_MS, date_to_day

SPLITMIX64_OF_ZERO = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
REGIONS_2021 = ["11", "15", "19", "23", "27", "31", "35", "39", "43", "47", "55", "59", "61", "63", "71", "75", "79"]


def test_the_dice_are_splitmix64() -> None:
    dice = Dice(0)
    assert [dice.bits() for _ in range(3)] == SPLITMIX64_OF_ZERO


def test_seeds_depend_on_every_part_and_on_nothing_else() -> None:
    assert seed_of(1, "a", "bc") == seed_of(1, "a", "bc")
    assert len({seed_of(1, "a", "bc"), seed_of(1, "ab", "c"), seed_of(2, "a", "bc"), seed_of(1, "a")}) == 4


def test_draws_follow_their_weights() -> None:
    dice, weighted = Dice(1), Weighted({"a": 3.0, "b": 1.0, "never": 0.0})
    drawn = Counter(weighted.draw(dice) for _ in range(8_000))
    assert drawn["never"] == 0
    assert 0.7 < drawn["a"] / 8_000 < 0.8


@given(st.integers(0, 2**64 - 1))
def test_quantiles_stay_within_their_ends(seed: int) -> None:
    assert 2.0 <= Quantiles(((0.0, 2.0), (0.5, 3.0), (1.0, 9.0))).draw(Dice(seed)) <= 9.0


@given(st.integers(0, 10**6), st.lists(st.floats(0.01, 1_000), min_size=1, max_size=20))
def test_a_split_is_exact_and_fair(total: int, weights: list[float]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) <= 1


@given(st.integers(0, 2**32), st.integers(0, 400 * DAY_MS))
def test_offices_answer_on_working_days_in_working_hours(seed: int, later: int) -> None:
    daytime = Daytime("710000000")
    moment = daytime.zone.at(date_to_day(scenario_of("astana-2021").opens)) + later
    at = daytime.office(Dice(seed), moment)
    hour = (at + daytime.zone.offset_ms(at)) % DAY_MS / 3_600_000
    assert at >= moment
    assert 9 <= hour < 18
    assert daytime.works(daytime.zone.day_of(at))


def test_the_published_places_sum_to_the_published_total() -> None:
    assert sum(each.value for each in figures.ASTANA_PLACES_BY_BIRTH_YEAR.values()) == figures.ASTANA_PLACES.value
    kinds = (
        figures.ASTANA_ORGANISATIONS_STATE,
        figures.ASTANA_ORGANISATIONS_PRIVATE,
        figures.ASTANA_ORGANISATIONS_DEPARTMENTAL,
    )
    assert sum(each.value for each in kinds) == figures.ASTANA_ORGANISATIONS.value


def test_every_assumption_says_its_unit_its_reason_and_its_source() -> None:
    found = everything()
    assert len(found) > 60
    for name, each in found.items():
        assert each.unit and each.reason and each.source, name


def test_shares_that_must_sum_to_one_do() -> None:
    for name in ("CHANNELS", "BIRTH_CHANNELS", "QUEUE_BY_AGE", "LANGUAGES", "REGIMES", "VACANCY_KINDS", "VACANCY_AGES"):
        value = everything()[name].value
        assert isinstance(value, dict)
        assert sum(value.values()) == pytest.approx(1.0), name


def test_quantile_tables_rise_from_zero_to_one() -> None:
    for name, each in everything().items():
        if "quantiles" in each.unit:
            assert isinstance(each.value, tuple)
            shares = [share for share, _ in each.value]
            values = [value for _, value in each.value]
            assert (shares[0], shares[-1]) == (0.0, 1.0), name
            assert shares == sorted(set(shares)) and values == sorted(values), name


def test_the_people_know_the_contracts_and_nothing_else_of_the_project() -> None:
    for path in Path(package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                root = (node.module or "").split(".")[0]
                assert root not in {"streams", "infra", "consumers", "random"}, f"{path.name}: {node.module}"


def test_the_nation_has_seventeen_regions_and_the_published_totals() -> None:
    nation = scenario_of("nation")
    assert sorted({plan.locality[:2] for plan in nation.localities}) == REGIONS_2021
    assert sum(plan.queue for plan in nation.localities) == 446_176
    assert sum(plan.state + plan.private for plan in nation.localities) == 12_000
    assert len({plan.locality for plan in nation.localities}) == len(nation.localities) > 150


def test_almaty_has_its_queue_and_its_places_between_its_days() -> None:
    almaty = scenario_of("almaty-2023")
    (plan,) = almaty.localities
    assert (plan.locality, plan.queue, sum(places for _, places in plan.places)) == ("750000000", 49_131, 13_000)
    assert (almaty.opens.isoformat(), almaty.closes.isoformat()) == ("2023-05-16", "2023-06-23")


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_season_can_be_made_tiny(name: str) -> None:
    plans = scenario_of(name, 0.001).localities
    assert all(plan.state + plan.private >= 1 for plan in plans)


def test_the_documentation_names_every_season_with_its_size() -> None:
    text = (Path(package.__file__).parents[2] / "docs" / "campaign.md").read_text(encoding="utf-8")
    for name in CAMPAIGNS:
        plans = scenario_of(name).localities
        assert f"| `{name}` |" in text
        for number in (sum(plan.queue for plan in plans), sum(seats for plan in plans for _, seats in plan.places)):
            assert f"| {number:,} |" in text, name
