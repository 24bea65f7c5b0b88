"""Questions against figures counted by hand, and against the views, which share nothing with them but the rows."""

import datetime
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest

from consumers.indicators.connection import Connection
from consumers.indicators.figures import NATION, NoIndicator, Point, Scope, duration
from consumers.indicators.questions import ANY_KEY, NoWindow, children, now, series
from consumers.indicators.settings import IndicatorsSettings
from schemas.indicators import INDICATORS, PATIENCE_HOURS, IndicatorRow, IndicatorValue, Kind, Level, Window
from tests.integration.indicators.seasons import lively
from tests.integration.indicators.tools import asking, drop, fill, row, rows_of

pytestmark = pytest.mark.integration

ASTANA, ALMATY = "710000000", "750000000"
CAPITAL = Scope(Level.LOCALITY, ASTANA)
KINDERGARTEN = Scope(Level.ORGANISATION, "k1", ASTANA)
QUEUE = Scope(Level.QUEUE, "general/2018", ASTANA)
GENERAL, PRIORITY = "GENERAL/2018", "PRIORITY/2018"
BOUNDS = INDICATORS["waiting_time"].bounds
DAY_MINUTES = 1_440


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2021, 6, number)  # noqa: DTZ001 - local time


def stock(indicator: str, key: str, change: int, level: int) -> IndicatorValue:
    return IndicatorValue(indicator, key, change, level=level)


def waits(*days: int) -> IndicatorValue:
    """Waiting times to a referral, in days."""
    buckets = [0] * (len(BOUNDS) + 1)
    for each in days:
        buckets[sum(bound <= each * DAY_MINUTES for bound in BOUNDS)] += 1
    return IndicatorValue("waiting_time", "GENERAL", len(days), sum(days) * DAY_MINUTES, tuple(buckets))


TENTH = (
    stock("waiting", GENERAL, 5, 5),
    stock("waiting", PRIORITY, 1, 1),
    IndicatorValue("registered", "PORTAL", 6),
)
# The eleventh is quiet in the capital.
TWELFTH = (
    stock("waiting", GENERAL, -2, 3),
    stock("waiting", PRIORITY, 0, 1),
    IndicatorValue("referrals", "CHOICE/GENERAL", 2),
    waits(2, 40),
)
ELEVENTH = (stock("waiting", GENERAL, 4, 4), IndicatorValue("registered", "PORTAL", 4), waits(5))


def _by_hand() -> Iterator[IndicatorRow]:
    """The capital's partition has come to the twelfth, that of Almaty to the eleventh."""
    for level, subject, locality in (
        (Level.NATION, "", None),
        (Level.REGION, "71", None),
        (Level.LOCALITY, ASTANA, ASTANA),
        (Level.QUEUE, "general/2018", ASTANA),
    ):
        yield row(level, subject, "2021-06-10T00:00", *TENTH, through=10, final=True, locality=locality)
        yield row(level, subject, "2021-06-12T00:00", *TWELFTH, through=20, locality=locality)
        yield row(level, subject, "2021-06-07T00:00", *TWELFTH, through=20, locality=locality, window=Window.WEEK)
    yield row(
        Level.ORGANISATION,
        "k1",
        "2021-06-10T00:00",
        stock("places", "OPEN", 2, 2),
        IndicatorValue("released", "REGULAR", 2),
        through=9,
        final=True,
        locality=ASTANA,
    )
    for level, subject, locality in (
        (Level.NATION, "", None),
        (Level.REGION, "75", None),
        (Level.LOCALITY, ALMATY, ALMATY),
    ):
        yield row(level, subject, "2021-06-11T00:00", *ELEVENTH, through=7, final=True, locality=locality, partition=1)


@pytest.fixture(scope="module")
def by_hand(postgres: str) -> Iterator[Connection]:
    """A connection to the rows above. Only ask it."""
    yield from _asked(postgres, list(_by_hand()))


@pytest.fixture(scope="module")
def busy(postgres: str) -> Iterator[Connection]:
    """The same to the rows of a lively season."""
    yield from _asked(postgres, rows_of(lively()))


def _asked(postgres: str, rows: list[IndicatorRow]) -> Iterator[Connection]:
    settings = IndicatorsSettings(postgres, f"i{uuid4().hex[:12]}")
    fill(settings, rows)
    connection = asking(settings)
    yield connection
    connection.close()
    drop(settings)


def told(points: list[Point]) -> list[tuple[int, int, int | None, bool]]:
    """Day, count, level and whether it is final."""
    return [(each.starts.day, each.count, each.level, each.final) for each in points]


def test_now_adds_parts_up_and_lets_stocks_stand(by_hand: Connection) -> None:
    found = now(by_hand, NATION)
    assert found.day == datetime.date(2021, 6, 12)
    assert {(each.indicator, each.key): each.level for each in found.levels} == {
        ("waiting", GENERAL): 7,
        ("waiting", PRIORITY): 1,
    }
    assert {(each.indicator, each.key): each.count for each in found.flows} == {
        ("referrals", "CHOICE/GENERAL"): 2,
        ("waiting_time", "GENERAL"): 2,
    }
    assert (found.level("waiting"), found.count("registered"), found.count("referrals")) == (8, 0, 2)
    assert found.until is not None
    assert found.all_until is not None
    assert found.until - found.all_until == 13 * 60_000, "the other partition is 13 minutes behind"


def test_now_of_a_quiet_kindergarten_goes_as_far_as_its_locality(by_hand: Connection) -> None:
    found = now(by_hand, KINDERGARTEN)
    assert (found.level("places", "OPEN"), found.flows) == (2, ())
    assert (found.day, found.until) == (now(by_hand, CAPITAL).day, now(by_hand, CAPITAL).until)


def test_parts_are_waited_for_as_long_as_monitoring_waits() -> None:
    views = files("consumers.indicators").joinpath("migrations", "versions", "0002_views.sql").read_text("utf-8")
    assert f"interval '{PATIENCE_HOURS} hours'" in views


def test_of_what_nobody_knows_nothing_is_told(by_hand: Connection) -> None:
    nobody = Scope(Level.LOCALITY, "790000000")
    found = now(by_hand, nobody)
    assert (found.until, found.levels, found.flows) == (None, (), ())
    assert series(by_hand, nobody, "waiting", Window.DAY, day(1), day(30)) == []
    assert children(by_hand, nobody, Window.DAY, None, ["waiting"]) == []


def test_a_series_carries_stocks_on_and_is_final_when_every_part_is(by_hand: Connection) -> None:
    general = series(by_hand, NATION, "waiting", Window.DAY, day(9), day(30), GENERAL)
    # Of the tenth nothing is known in Almaty's partition, which has closed a later day. The capital's had nothing to
    # tell on the eleventh, and may wait for a locality that has; on the twelfth both may still tell more.
    assert told(general) == [(10, 5, 5, True), (11, 4, 9, False), (12, -2, 7, False)]
    assert by_hand.execute(
        "SELECT extract(day FROM starts)::int, count, level_at_end, final FROM figures"
        " WHERE level = 'NATION' AND \"window\" = 'DAY' AND indicator = 'waiting' AND key = %s ORDER BY 1",
        [GENERAL],
    ).fetchall() == told(general)
    together = series(by_hand, NATION, "waiting", Window.DAY, day(10), day(12), ANY_KEY)
    assert [each.level for each in together] == [6, 10, 8]
    assert told(series(by_hand, CAPITAL, "waiting", Window.DAY, day(11), day(11), GENERAL)) == [(11, 0, 5, True)]
    assert told(series(by_hand, KINDERGARTEN, "places", Window.DAY, day(10), day(30), "OPEN")) == [
        (10, 2, 2, True),
        (11, 0, 2, True),
        (12, 0, 2, False),
    ]


def test_flows_are_told_where_they_are_or_everywhere_when_a_key_is_named(by_hand: Connection) -> None:
    everywhere = series(by_hand, NATION, "registered", Window.DAY, day(10), day(12), "PORTAL")
    assert told(everywhere) == [(10, 6, None, True), (11, 4, None, False), (12, 0, None, False)]
    assert [each.starts for each in series(by_hand, NATION, "registered", Window.DAY, day(10), day(12))] == [
        day(10),
        day(11),
    ]


def test_children_stand_beside_each_other_also_where_one_is_quiet(by_hand: Connection) -> None:
    regions = children(by_hand, NATION, Window.DAY, day(12), ["waiting", "referrals"])
    assert [(each.scope.subject, each.value("waiting").level, each.value("referrals").count) for each in regions] == [
        ("71", 4, 2),
        ("75", 4, 0),
    ]
    assert [each.final for each in children(by_hand, NATION, Window.DAY, day(11), ["waiting"])] == [False, True]
    # On the tenth nothing was known of the other region yet.
    (capital,) = children(by_hand, NATION, Window.DAY, day(10), ["waiting"], of=Level.LOCALITY)
    assert (capital.scope, capital.value("waiting", GENERAL).level, capital.final) == (CAPITAL, 5, True)
    (kindergarten,) = children(by_hand, CAPITAL, Window.DAY, day(11), ["places", "released"])
    assert (kindergarten.scope, kindergarten.value("places").level) == (KINDERGARTEN, 2)
    assert (kindergarten.value("released").count, kindergarten.final) == (0, True)
    (queue,) = children(by_hand, CAPITAL, Window.DAY, None, ["waiting"], of=Level.QUEUE)
    assert (queue.scope, queue.value("waiting", GENERAL).level, queue.final) == (QUEUE, 3, False)


def test_medians_are_interpolated_and_parts_merge(by_hand: Connection) -> None:
    (point,) = series(by_hand, CAPITAL, "waiting_time", Window.DAY, day(12), day(12), "GENERAL")
    length = duration(point)
    assert length is not None
    assert (length.count, length.mean) == (2, 21 * DAY_MINUTES)
    # Two days lie between 1 and 3, forty between 30 and 45: half below 3 days, nine of ten below 0.8 of the way.
    assert length.median == pytest.approx(3 * DAY_MINUTES)
    assert length.high == pytest.approx((30 + 0.8 * 15) * DAY_MINUTES)
    with pytest.raises(NoIndicator, match="STOCK"):
        duration(series(by_hand, CAPITAL, "waiting", Window.DAY, day(12), day(12), GENERAL)[0])
    ((median, high),) = by_hand.execute(
        """SELECT median, percentile_90 FROM figures WHERE level = 'LOCALITY' AND subject = %s AND "window" = 'DAY'
           AND starts = %s AND indicator = 'waiting_time'""",
        [ASTANA, day(12)],
    ).fetchall()
    assert (median, high) == (pytest.approx(length.median), pytest.approx(length.high))


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        (lambda c: series(c, NATION, "waitings", Window.DAY, day(1), day(2)), NoIndicator, "no indicator"),
        (lambda c: series(c, QUEUE, "waiting", Window.HOUR, day(1), day(2)), NoWindow, "not by HOUR"),
        (lambda c: series(c, NATION, "waiting", Window.HOUR, day(1), datetime.date(2031, 1, 1)), NoWindow, "10,000"),
        (lambda c: children(c, QUEUE, Window.DAY, None, ["waiting"]), NoWindow, "nothing"),
        (lambda c: children(c, NATION, Window.DAY, None, ["waiting"], of=Level.QUEUE), NoWindow, "REGION or LOCALITY"),
        (lambda c: children(c, NATION, Window.DAY, None, ["'; DROP TABLE measures"]), NoIndicator, "no indicator"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    question: Callable[[Connection], Any], error: type[Exception], words: str, by_hand: Connection
) -> None:
    with pytest.raises(error, match=words):
        question(by_hand)


def test_what_comes_late_to_a_final_window_is_a_part_of_its_own(indicators: IndicatorsSettings) -> None:
    late = row(Level.NATION, "", "2021-06-10T00:00", stock("waiting", GENERAL, 2, 2), through=30, locality=ALMATY)
    fill(indicators, [*_by_hand(), late])
    connection = asking(indicators)
    try:
        found = series(connection, NATION, "waiting", Window.DAY, day(10), day(12), GENERAL)
        assert [(each.count, each.level) for each in found] == [(7, 7), (4, 11), (-2, 9)]
        assert now(connection, NATION).level("waiting", GENERAL) == 9
    finally:
        connection.close()


_FIGURES = """
SELECT starts, key, count, level_at_end, total, buckets, final FROM figures
WHERE level = %(level)s AND subject = %(subject)s AND locality = %(locality)s AND "window" = %(window)s
    AND indicator = %(indicator)s
ORDER BY starts, key
"""


def test_answers_equal_the_views_for_every_indicator_and_level(busy: Connection) -> None:
    """The lively town, one of its kindergartens and queues, its region, the nation of two partitions."""
    ((kindergarten,), *_) = busy.execute(
        "SELECT subject FROM subjects WHERE level = 'ORGANISATION' AND locality = %s ORDER BY 1", [ASTANA]
    ).fetchall()
    ((queue,), *_) = busy.execute(
        "SELECT subject FROM subjects WHERE level = 'QUEUE' AND locality = %s ORDER BY 1", [ASTANA]
    ).fetchall()
    compared = 0
    for scope, window in (
        (NATION, Window.DAY),
        (NATION, Window.LAST_7_DAYS),
        (Scope(Level.REGION, "71"), Window.WEEK),
        (CAPITAL, Window.HOUR),
        (Scope(Level.ORGANISATION, kindergarten, ASTANA), Window.DAY),
        (Scope(Level.QUEUE, queue, ASTANA), Window.DAY),
    ):
        asked = {"level": scope.level, "subject": scope.subject, "locality": scope.stored_locality, "window": window}
        for name, indicator in INDICATORS.items():
            points = series(busy, scope, name, window, datetime.date(2021, 1, 1), datetime.date(2022, 1, 31))
            ours = {
                (each.starts, each.key): (each.count, each.level, each.total, each.buckets, each.final)
                for each in points
            }
            for starts, key, count, level, total, buckets, final in busy.execute(
                _FIGURES, {**asked, "indicator": name}
            ).fetchall():
                assert ours[starts, key] == (count, level, total, tuple(buckets or ()), final), (scope, name, starts)
                compared += 1
                if indicator.kind is Kind.DURATION:
                    assert count > 0
        found = now(busy, scope)
        levels = busy.execute(
            "SELECT indicator, key, level_now FROM latest_levels WHERE level = %(level)s AND subject = %(subject)s"
            " AND locality = %(locality)s ORDER BY 1, 2",
            asked,
        ).fetchall()
        assert [(each.indicator, each.key, each.level) for each in found.levels] == levels
    assert compared > 2_000
    assert busy.execute("SELECT count(*) FROM today WHERE level = 'NATION'").fetchone() == (
        len(now(busy, NATION).flows),
    )
