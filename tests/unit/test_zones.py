"""`schemas.zones` against the standard library's own arithmetic on the packaged tz database."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.calendar_tables import packaged_zone
from schemas.instants import EPOCH, MILLISECOND, Instant, parse_instant
from schemas.zone_table import OFFSETS
from schemas.zones import DAY_MS, MINUTE_MS, Zone, date_to_day, day_to_date, zone_of

ZONES = {name: Zone(name) for name in OFFSETS}
PACKAGED: dict[str, ZoneInfo] = {name: packaged_zone(name) for name in OFFSETS}
# Every change of an offset, with the offsets before and after it, in milliseconds.
TRANSITIONS = [
    (name, start, before * MINUTE_MS, after * MINUTE_MS)
    for name, table in OFFSETS.items()
    for (_, before), (start, after) in pairwise(table)
]
MINUTES_OF_A_DAY = 24 * 60
HALF_HOUR_MS = 30 * MINUTE_MS
FIRST_MOMENT = 0
LAST_MOMENT = (datetime(2101, 1, 1, tzinfo=UTC) - EPOCH) // MILLISECOND - 1
FIRST_DAY, LAST_DAY = date_to_day(date(1970, 1, 2)), date_to_day(date(2100, 12, 30))

names = st.sampled_from(sorted(OFFSETS))
# Half of what is drawn lies within two days of a change: that is where arithmetic goes wrong.
near_a_change = st.builds(
    lambda change, away: (change[0], change[1] + away),
    st.sampled_from(TRANSITIONS),
    st.integers(-2 * DAY_MS, 2 * DAY_MS) | st.sampled_from([-1, 0, 1]),
)
moments = near_a_change | st.tuples(names, st.integers(FIRST_MOMENT, LAST_MOMENT))
days = st.tuples(names, st.integers(FIRST_DAY, LAST_DAY)) | st.builds(
    lambda drawn: (drawn[0], (drawn[1] + 6 * 3_600_000) // DAY_MS), near_a_change
)


def local(name: str, moment: int) -> datetime:
    """A moment on the wall clock, as the standard library sees it."""
    return (EPOCH + timedelta(milliseconds=moment)).astimezone(PACKAGED[name])


def wall(zone: Zone, moment: int) -> int:
    """Local milliseconds since 1970-01-01T00:00 on the wall."""
    return moment + zone.offset_ms(moment)


@given(moments)
def test_the_offset_is_that_of_the_tz_database(drawn: tuple[str, int]) -> None:
    name, moment = drawn
    assert timedelta(milliseconds=ZONES[name].offset_ms(moment)) == local(name, moment).utcoffset()


@pytest.mark.parametrize("name", sorted(OFFSETS))
def test_the_offset_is_that_of_the_tz_database_at_every_change_and_in_every_month(name: str) -> None:
    zone = ZONES[name]
    months = [datetime(year, month, 15, tzinfo=UTC) for year in range(1970, 2101) for month in range(1, 13)]
    changes = [start + away for of, start, _, _ in TRANSITIONS if of == name for away in (-1, 0, 1)]
    for moment in [(month - EPOCH) // MILLISECOND for month in months] + changes:
        assert timedelta(milliseconds=zone.offset_ms(moment)) == local(name, moment).utcoffset(), moment


@given(moments)
def test_a_rendered_moment_reads_back_as_itself(drawn: tuple[str, int]) -> None:
    name, moment = drawn
    text = ZONES[name].render(moment)
    assert text == local(name, moment).isoformat(timespec="milliseconds")
    assert parse_instant(text) == moment
    assert datetime.fromisoformat(text).utcoffset() == local(name, moment).utcoffset()
    assert ZONES[name].render(moment) == text, "the second time it comes from the cache"


@given(moments)
def test_the_day_of_a_moment_is_its_local_date(drawn: tuple[str, int]) -> None:
    name, moment = drawn
    assert day_to_date(ZONES[name].day_of(moment)) == local(name, moment).date()


@given(days)
def test_a_day_begins_at_its_first_moment(drawn: tuple[str, int]) -> None:
    name, day = drawn
    zone = ZONES[name]
    start = zone.at(day)
    assert isinstance(start, Instant)
    assert zone.day_of(start) == day
    before = [zone.day_of(start - away) for away in (1, MINUTE_MS, 3_600_000, 2 * 3_600_000)]
    assert max(before) < day, "no earlier moment has this date"


@given(days, st.integers(0, MINUTES_OF_A_DAY))
def test_a_wall_clock_time_is_its_first_moment_or_the_moment_that_skips_it(
    drawn: tuple[str, int], minutes: int
) -> None:
    name, day = drawn
    zone = ZONES[name]
    moment = zone.at(day, minutes)
    wanted = day * DAY_MS + minutes * MINUTE_MS
    if wall(zone, moment) == wanted:
        assert moment - 3_600_000 + zone.offset_ms(moment - 3_600_000) != wanted, (
            "an hour earlier it was not yet so late"
        )
        assert moment - 7_200_000 + zone.offset_ms(moment - 7_200_000) != wanted
    else:
        assert wall(zone, moment - 1) < wanted < wall(zone, moment), "the clock jumped over it"
    folded = (datetime(1970, 1, 1, tzinfo=PACKAGED[name]) + timedelta(milliseconds=wanted)).replace(fold=0)
    if wall(zone, moment) == wanted:
        assert moment == (folded.astimezone(UTC) - EPOCH) // MILLISECOND


@given(names, st.integers(FIRST_DAY, LAST_DAY), st.integers(0, 3 * MINUTES_OF_A_DAY), st.integers(0, 300))
@example("Asia/Almaty", date_to_day(date(2024, 2, 29)), MINUTES_OF_A_DAY - 60, 60)
def test_later_on_the_wall_is_never_earlier_in_time(name: str, day: int, minutes: int, more: int) -> None:
    zone = ZONES[name]
    assert zone.at(day, minutes) <= zone.at(day, minutes + more)
    assert zone.at(day, minutes) == zone.at(day + 1, minutes - MINUTES_OF_A_DAY)


@pytest.mark.parametrize(("name", "start", "before", "after"), TRANSITIONS)
def test_every_minute_around_a_change_is_found(name: str, start: int, before: int, after: int) -> None:
    zone = ZONES[name]
    edges = sorted((start + before, start + after))
    for wanted in range(edges[0] - 5 * MINUTE_MS, edges[1] + 5 * MINUTE_MS, MINUTE_MS):
        day, rest = divmod(wanted, DAY_MS)
        naive = start if after > before and edges[0] <= wanted < edges[1] else wanted - before
        if wanted >= edges[1]:
            naive = wanted - after
        assert zone.at(day, rest // MINUTE_MS) == naive


def test_a_day_that_begins_twice_begins_the_first_time() -> None:
    zone = zone_of("750000000")  # Almaty: at 24:00 on 29 February 2024 the clock went back to 23:00
    last_day = date_to_day(date(2024, 2, 29))
    assert zone.render(zone.at(last_day, 23 * 60)) == "2024-02-29T23:00:00.000+06:00"
    assert zone.render(zone.at(last_day + 1)) == "2024-03-01T00:00:00.000+05:00"
    assert zone.at(last_day + 1) - zone.at(last_day) == DAY_MS + 3_600_000


@pytest.mark.parametrize(
    ("locality", "name"),
    [
        ("151010000", "Asia/Aqtobe"),
        ("231010000", "Asia/Atyrau"),
        ("271010000", "Asia/Oral"),
        ("391010000", "Asia/Qostanay"),
        ("431010000", "Asia/Qyzylorda"),
        ("471010000", "Asia/Aqtau"),
        ("710000000", "Asia/Almaty"),
        ("111010000", "Asia/Almaty"),
    ],
)
def test_a_region_has_the_zone_of_the_rule_book(locality: str, name: str) -> None:
    assert zone_of(locality).name == name


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(KeyError):
        Zone("Asia/Nowhere")


@pytest.mark.parametrize("name", sorted(OFFSETS))
def test_what_was_asked_before_changes_no_answer(name: str) -> None:
    zone = Zone(name)
    changes = [start for of, start, _, _ in TRANSITIONS if of == name]
    asked = [change + away for change in changes for away in range(-2 * DAY_MS, 2 * DAY_MS, HALF_HOUR_MS)]
    asked += [change + away for change in changes for away in (-DAY_MS, -1, 1, DAY_MS - 1)]
    for moment in (*asked, *reversed(asked)):
        seen = local(name, moment)
        assert day_to_date(zone.day_of(moment)) == seen.date()
        assert zone.render(moment) == seen.isoformat(timespec="milliseconds")


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemas.zones.CACHE_ENTRIES_MAX", 10)
    zone = Zone("Asia/Almaty")
    for minute in range(100):
        assert zone.render(minute * MINUTE_MS).endswith("+06:00")
        assert len(zone._minutes) <= 10
    assert zone.render(0) == "1970-01-01T06:00:00.000+06:00"
