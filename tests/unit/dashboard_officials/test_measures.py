"""Formulas of the figures, the colours of the map, and who is named as the highest."""

import datetime

import pytest

from consumers.dashboard.officials.course import Part
from consumers.dashboard.officials.listing import window_of
from consumers.dashboard.officials.locality_data import following
from consumers.dashboard.officials.measures import ENOUGH, HEADLINE, MEASURES, WATCHED, step, steps, worst
from consumers.dashboard.officials.records import LISTS, days
from consumers.dashboard.officials.start import search
from consumers.dashboard.pages import NotThere
from consumers.dashboard.words import Language, words
from consumers.indicators.figures import Scope, Value
from schemas.indicators import INDICATORS, Kind, Level, Window
from schemas.instants import Instant

HOUR_MS = 3_600_000


def test_each_measure_names_indicators_and_a_list_that_are_there() -> None:
    for measure in MEASURES.values():
        assert measure.list_name in LISTS
        kinds = {INDICATORS[name].kind for name in measure.indicators}
        # What stands now is a stock; what happened in a window is not.
        assert (kinds == {Kind.STOCK}) == (measure.window is None), measure.name
    assert set(HEADLINE) | set(WATCHED) <= set(MEASURES)


def test_places_on_offer_are_those_before_a_referral() -> None:
    places = [
        Value("places", stage, 0, level)
        for stage, level in (("RELEASED", 1), ("LISTED", 2), ("PRIORITY", 4), ("OPEN", 8), ("REFERRED", 16))
    ]
    assert MEASURES["on-offer"].value(places) == 15
    assert MEASURES["idle"].value(places) == 8


def test_late_counts_both_checks_and_only_late_ones() -> None:
    checked = [
        Value("documents_checked", key, count)
        for key, count in (("REGISTRATION/IN_TIME", 1), ("REGISTRATION/LATE", 2), ("REFERRAL/LATE", 4))
    ]
    assert MEASURES["late"].value(checked) == 6


def test_a_median_of_few_is_compared_with_nobody() -> None:
    measure = MEASURES["waiting-time"]

    def part(count: int) -> Part:
        buckets = (count, *[0] * len(INDICATORS["waiting_time"].bounds))
        value = Value("waiting_time", "GENERAL", count, None, count * 60, buckets)
        return Part(Scope(Level.REGION, "71"), (), (value,))

    assert part(ENOUGH - 1).value(measure) is None
    assert part(ENOUGH).value(measure) == pytest.approx(INDICATORS["waiting_time"].bounds[0] / 2)


def test_colours_follow_the_order_and_nothing_has_none() -> None:
    values = [None, 0.0, 3.0, 1.0, 10.0, 7.0, 7.0, 2.0]
    bounds = steps(values)
    found = [step(each, bounds) for each in values]
    assert found[:2] == [0, 0]
    known = sorted((value, colour) for value, colour in zip(values, found, strict=True) if value)
    assert [colour for _, colour in known] == sorted(colour for _, colour in known)
    assert known[0][1] == 1
    assert max(found) <= 5
    assert steps([None, 0.0]) == []


def test_the_highest_are_named_and_those_without_a_figure_never() -> None:
    assert worst({"a": 1.0, "b": None, "c": 0.0, "d": 3.0, "e": 3.0, "f": 2.0}) == [("d", 3.0), ("e", 3.0), ("f", 2.0)]


@pytest.mark.parametrize(
    "params",
    [{"day": "2021-02-30"}, {"day": "2021-06-02", "until": "2021-06-01"}, {"day": "9999-12-31", "until": "9999-12-31"}],
)
def test_a_window_that_cannot_be_is_not_there(params: dict[str, str]) -> None:
    with pytest.raises(NotThere):
        window_of(params)


def test_a_window_of_days_holds_both_ends() -> None:
    found = window_of({"day": "2021-06-01", "until": "2021-06-03"})
    assert found == days(datetime.date(2021, 6, 1), datetime.date(2021, 6, 3))
    assert found.end - found.first == datetime.timedelta(days=3)
    assert window_of({"day": "", "until": ""}) is None


def test_the_next_bulletin_is_today_until_it_is_out() -> None:
    w = words(Language.ENGLISH, "710000000")
    issued = Instant(1_623_326_400_000)  # 10 June 2021, 18:00 in Astana
    before, after = (following(issued, Instant(issued + by * HOUR_MS), w) for by in (23, 24))
    assert before is not None
    assert after is not None
    assert f"{before:%d %H:%M}" == "11 18:00"
    assert f"{after:%d %H:%M}" == "12 18:00"
    assert following(None, issued, w) is None


def test_a_search_knows_names_in_each_language_and_codes() -> None:
    codes = ["191010000", "710000000", "750000000"]
    assert search("астана", codes) == search("Astana", codes) == search("7100", codes) == ["710000000"]
    assert search("алматы", codes) == ["191010000", "750000000"]
    assert search("nowhere", codes) == []
    assert Window.LAST_7_DAYS is MEASURES["late"].window
