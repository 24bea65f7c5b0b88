"""Section 0: local time, working days, deadlines."""

import pytest
from msgspec.structs import replace

from schemas import facts as f
from schemas.words import EndCause
from schemas.zones import date_to_day
from streams.rules.pack import KZ_2020
from tests.rules.conftest import MakeTown
from tests.rules.scenario import Town, day


def documents_until(town: Town) -> str | None:
    """The end of a term of 5 working days that starts now."""
    return town.text(town.submit("a1").one(f.ApplicationRegistered).documents_until)


def test_r0_a_term_of_working_days_ends_at_24_00_of_the_last_of_them(town: Town) -> None:
    assert documents_until(town) == "2021-06-14 24:00"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2021-06-11 10:00", "2021-06-18 24:00"),  # a Friday: Saturday and Sunday do not count
        ("2021-06-12 10:00", "2021-06-18 24:00"),  # a Saturday
        (
            "2021-07-02 10:00",
            "2021-07-12 24:00",
        ),  # Saturday the 3rd was worked for Monday the 5th; the 6th is Capital day
        ("2018-08-27 10:00", "2018-09-05 24:00"),  # 30 and 31 August 2018 were off
    ],
)
def test_r0_weekends_and_holidays_with_their_transfers_do_not_count(make_town: MakeTown, start: str, end: str) -> None:
    town = make_town(start=start)
    town.submit("a1", born="2015-03-01")
    assert town.text(town.application("a1").deadline) == end


def test_r0_a_transferred_working_saturday_counts(make_town: MakeTown) -> None:
    town = make_town(start="2021-07-02 10:00")
    deadline = town.book.state.calendar.working_deadline(town.zone.day_of(town.now), 1)
    assert town.text(deadline) == "2021-07-03 24:00"


def test_r0_extra_days_off_and_extra_working_days_are_the_packs(make_town: MakeTown) -> None:
    tuesday, saturday = date_to_day(day("2021-06-08")), date_to_day(day("2021-06-12"))
    off = replace(KZ_2020, extra_days_off=frozenset({tuesday}))
    assert documents_until(make_town(off)) == "2021-06-15 24:00"
    worked = replace(KZ_2020, extra_working_days=frozenset({saturday}))
    assert documents_until(make_town(worked)) == "2021-06-12 24:00"
    with pytest.raises(ValueError, match="both"):
        replace(KZ_2020, extra_days_off=frozenset({tuesday}), extra_working_days=frozenset({tuesday}))


@pytest.mark.parametrize(
    ("locality", "offset"),
    [
        ("151010000", "+05:00"),
        ("231010000", "+05:00"),
        ("271010000", "+05:00"),
        ("391010000", "+06:00"),
        ("431010000", "+05:00"),
        ("471010000", "+05:00"),
        ("710000000", "+06:00"),
        ("750000000", "+06:00"),
    ],
)
def test_r0_local_time_is_that_of_the_localitys_region(make_town: MakeTown, locality: str, offset: str) -> None:
    town = make_town(locality=locality)
    town.until("2021-06-07 18:00")
    assert town.zone.render(town.records[-1].time) == f"2021-06-07T18:00:00.000{offset}"
    assert types_of_last(town) == ["BulletinIssued"]


def types_of_last(town: Town) -> list[str]:
    return [type(fact).__name__ for fact in town.records[-1].facts]


def test_r0_a_term_crosses_the_change_of_zone_by_the_wall_clock(make_town: MakeTown) -> None:
    # Asia/Almaty went from +06:00 to +05:00 at 00:00 on 1 March 2024.
    town = make_town(start="2024-02-27 10:00")
    town.submit("a1", born="2021-03-01")
    assert town.zone.render(town.application("a1").deadline or 0) == "2024-03-06T00:00:00.000+05:00"
    town.until("2024-03-01 18:00")
    bulletins = [at for at, _ in town.history(f.BulletinIssued)]
    assert bulletins == ["2024-02-27 18:00", "2024-02-28 18:00", "2024-02-29 18:00", "2024-03-01 18:00"]


def test_r0_what_begins_when_a_term_runs_out_counts_from_the_next_day(town: Town) -> None:
    town.queue("a1")
    town.active("a1", "x1")  # on Tuesday 8 June: until Tuesday 15 June
    town.until("2021-06-16 00:00")
    # The lapse belongs to Tuesday the 15th, so the first of the ten working days is Wednesday the 16th.
    assert town.text(town.last(f.ApplicationStopped).until) == "2021-06-29 24:00"


def test_r0_a_deadline_already_past_counts_from_the_decision(town: Town) -> None:
    town.at("2021-06-21 10:00").tick()
    late = town.at("2021-06-07 12:00").submit("a1")  # its record is older than the book's time
    assert late.record.time == town.moment("2021-06-21 10:00")
    assert town.text(late.one(f.ApplicationRegistered).documents_until) == "2021-06-28 24:00"


def test_r0_a_term_in_hours_runs_from_the_exact_moment_and_its_end_is_too_late(make_town: MakeTown) -> None:
    for cancelled_at, in_time in (("2021-06-09 06:59:59.999", True), ("2021-06-09 07:00", False)):
        town = make_town()
        town.queue("a1")
        town.referred("a1", "x1")  # on 8 June at 07:00
        decided = town.at(cancelled_at).cancel("a1", "x1")
        assert bool(decided.all(f.ReferralEnded)) is in_time
        if in_time:
            assert decided.one(f.ReferralEnded).cause is EndCause.CANCELLED


def test_r0_a_term_of_months_ends_with_the_corresponding_day_or_the_months_last(make_town: MakeTown) -> None:
    for start, end in (("2023-06-07 10:00", "2024-06-07 24:00"), ("2024-02-29 10:00", "2025-02-28 24:00")):
        town = make_town(start=start)
        town.queue("a1", born="2020-03-01")
        assert town.text(town.application("a1").interest_due) == end
