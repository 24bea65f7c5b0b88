"""Histories written by hand, at the edges: each figure is one that a person can count on a sheet of paper."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

import pytest

from schemas import facts as f
from schemas.indicators import IndicatorRow, Level, Window
from schemas.instants import Instant, parse_instant
from schemas.journal import GENESIS_HASH, Cause, Record
from schemas.words import (
    Admission,
    ArchiveReason,
    Channel,
    EndCause,
    Group,
    GroupType,
    How,
    QueueKind,
    RecallReason,
    Regime,
)
from streams.monitoring import partition as module
from streams.monitoring.partition import FORM, Partition
from tests.unit.monitoring.folding import Rows, fold, of, take, value

CITY = "710000000"
QUEUE = "general/2018"
Happening = tuple[str, Sequence[f.AnyFact]]


def written(happenings: Sequence[Happening], locality: str = CITY) -> list[Record]:
    """A journal of it. The fold looks at chains, not at what hashes are of."""
    records: list[Record] = []
    for number, (moment, facts) in enumerate(happenings, 1):
        before = records[-1].hash if records else GENESIS_HASH
        assert before is not None
        own = sha256(f"{locality}{number}".encode()).hexdigest()
        records.append(Record(locality, number, parse_instant(moment), Cause(), "kz-2020", tuple(facts), before, own))
    return records


def released(
    place_id: str, admission: Admission = Admission.REGULAR, since: date = date(2021, 9, 1)
) -> f.PlaceReleased:
    return f.PlaceReleased(
        place_id, "o-1", QUEUE, 2018, 3, 4, "kk", GroupType.GENERAL_DEVELOPMENTAL, Regime.FULL_DAY, admission, since
    )


def queued(application_id: str, group: Group = Group.GENERAL) -> list[f.AnyFact]:
    moment = Instant(0)
    return [
        f.ApplicationRegistered(
            application_id, "p", "c", date(2018, 1, 1), QueueKind.GENERAL, QUEUE, moment, (), False, False,
            Channel.PORTAL, Instant(2**42),
        ),
        f.ApplicationQueued(application_id, QUEUE, group, 1, 1),
    ]  # fmt: skip


def referred(application_id: str, place_id: str) -> f.ReferralIssued:
    return f.ReferralIssued(1, application_id, place_id, How.CHOICE, 1, Instant(2**42))


def row(rows: Rows, window: Window, starts: str, level: Level = Level.LOCALITY, subject: str = CITY) -> IndicatorRow:
    (found,) = [each for each in of(rows, level, window, subject) if each.starts == starts]
    return found


def test_what_happens_at_midnight_belongs_to_the_day_that_begins() -> None:
    rows = fold(
        written(
            [
                ("2021-06-10T23:59:59.999+06:00", [released("a")]),
                ("2021-06-11T00:00:00+06:00", [released("b"), released("c")]),
                ("2021-06-12T00:00:00+06:00", []),
            ]
        )
    )
    for window in (Window.HOUR, Window.DAY):
        first = "2021-06-10T23:00" if window is Window.HOUR else "2021-06-10T00:00"
        assert value(row(rows, window, first), "released", "REGULAR").count == 1
        second = row(rows, window, "2021-06-11T00:00")
        assert value(second, "released", "REGULAR").count == 2
        assert value(second, "places", "RELEASED").level == 3
        assert second.final
    # The 24 hours that end with the day hold both hours of the second day's beginning, and not the one before.
    assert value(row(rows, Window.LAST_24_HOURS, "2021-06-11T00:00"), "released", "REGULAR").count == 2
    assert value(row(rows, Window.LAST_24_HOURS, "2021-06-10T23:00"), "released", "REGULAR").count == 3


def test_a_week_goes_across_the_year() -> None:
    rows = fold(
        written(
            [
                ("2021-12-26T23:59:59+06:00", [released("a")]),
                ("2021-12-27T00:00:00+06:00", [released("b")]),
                ("2022-01-02T23:59:59+06:00", [released("c")]),
                ("2022-01-03T00:00:00+06:00", [released("d")]),
            ]
        )
    )
    weeks = of(rows, Level.LOCALITY, Window.WEEK)
    assert [(each.starts, value(each, "released", "REGULAR").count, each.final) for each in weeks] == [
        ("2021-12-20T00:00", 1, True),
        ("2021-12-27T00:00", 2, True),
        ("2022-01-03T00:00", 1, False),
    ]
    assert [value(each, "places", "RELEASED").level for each in weeks] == [1, 3, 4]


def test_the_day_of_the_new_zone_has_25_hours_and_24_labels() -> None:
    rows = fold(
        written(
            [
                ("2024-02-29T23:59:59+06:00", [released("a")]),
                ("2024-02-29T23:00:00+05:00", [released("b")]),  # the very moment of the change
                ("2024-02-29T23:59:59+05:00", [released("c")]),
                ("2024-03-01T00:00:00+05:00", [released("d")]),
                ("2024-03-02T00:00:00+05:00", []),
            ]
        )
    )
    assert value(row(rows, Window.HOUR, "2024-02-29T23:00"), "released", "REGULAR").count == 3
    assert value(row(rows, Window.DAY, "2024-02-29T00:00"), "released", "REGULAR").count == 3
    assert value(row(rows, Window.DAY, "2024-03-01T00:00"), "released", "REGULAR").count == 1
    assert row(rows, Window.DAY, "2024-03-01T00:00").final


@pytest.mark.parametrize(
    ("vacated", "delays", "overdue"),
    [("2021-09-01T23:59:59+06:00", 0, 0), ("2021-09-02T00:00:00+06:00", 1, 1), ("2021-09-03T12:00:00+06:00", 1, 1)],
)
def test_an_early_place_is_late_from_the_midnight_that_ends_its_date(vacated: str, delays: int, overdue: int) -> None:
    rows = fold(
        written(
            [
                ("2021-06-10T10:00:00+06:00", [released("a", Admission.EARLY)]),
                (vacated, [f.PlaceVacated("a")]),
                ("2021-09-05T00:00:00+06:00", []),
            ]
        )
    )
    days = of(rows, Level.LOCALITY, Window.DAY)
    assert sum(value(each, "early_delay").count for each in days) == delays
    assert sum(max(0, value(each, "early_overdue").count) for each in days) <= overdue
    assert value(days[-1], "early_overdue").level in (0, None)


def test_a_place_recalled_after_a_referral_and_its_application() -> None:
    rows = fold(
        written(
            [
                ("2021-06-10T10:00:00+06:00", [*queued("x"), *queued("y", Group.PRIORITY), released("a")]),
                ("2021-06-10T11:00:00+06:00", [f.PlaceOpened("a"), referred("x", "a")]),
                (
                    "2021-06-10T12:00:00+06:00",
                    [
                        f.PlaceRecalled("a", RecallReason.MAJOR_REPAIR),
                        f.ReferralEnded(1, "x", "a", EndCause.RECALLED),
                        f.ApplicationReturned("x", EndCause.RECALLED, 1),
                    ],
                ),
                ("2021-06-11T00:00:00+06:00", []),
            ]
        )
    )
    day = row(rows, Window.DAY, "2021-06-10T00:00")
    counts = {(each.indicator, each.key): each.count for each in day.values if each.count}
    assert counts["recalled_after_referral", "MAJOR_REPAIR"] == counts["recalled", "MAJOR_REPAIR"] == 1
    assert counts["served_while_both_waited", "GENERAL"] == 1
    assert counts["returned", "RECALLED"] == counts["referrals_ended", "RECALLED"] == 1
    assert value(day, "waiting", "GENERAL/2018").level == value(day, "waiting", "PRIORITY/2018").level == 1
    assert ("places", "REFERRED") not in counts
    assert value(day, "referrals_live").level in (0, None)


def test_who_is_restored_to_the_rest_of_a_stop_list_is_not_stopped_anew() -> None:
    rows = fold(
        written(
            [
                ("2021-06-10T10:00:00+06:00", queued("x")),
                ("2021-06-10T11:00:00+06:00", [f.ApplicationStopped("x", Instant(2**42))]),
                ("2021-06-10T12:00:00+06:00", [f.ApplicationSuspended("x", "checked")]),
                ("2021-06-10T13:00:00+06:00", [f.ApplicationStopped("x", Instant(2**42))]),
                ("2021-06-11T00:00:00+06:00", [f.ApplicationReturned("x", EndCause.STOP_LIST_ENDED, 1)]),
                ("2021-06-12T00:00:00+06:00", []),
            ]
        )
    )
    day = row(rows, Window.DAY, "2021-06-10T00:00")
    assert value(day, "stopped").count == 1
    assert value(day, "suspended").count == 1
    assert value(day, "applications", "STOPPED").level == 1
    assert value(row(rows, Window.DAY, "2021-06-11T00:00"), "waiting", "GENERAL/2018").level == 1


def test_a_group_changes_where_it_waits_and_where_it_does_not() -> None:
    changed = [f.ApplicationRegrouped("x", Group.GENERAL, Group.PRIORITY, 1)]
    back = [f.ApplicationRegrouped("x", Group.PRIORITY, Group.GENERAL, 1)]
    rows = fold(
        written(
            [
                ("2021-06-10T10:00:00+06:00", [*queued("x"), *changed]),
                ("2021-06-11T10:00:00+06:00", [f.ApplicationSuspended("x", "checked"), *back]),
                ("2021-06-12T10:00:00+06:00", [f.ApplicationReturned("x", EndCause.RESTORED, 1)]),
                ("2021-06-13T10:00:00+06:00", [f.ApplicationArchived("x", ArchiveReason.WITHDRAWN)]),
                ("2021-06-14T00:00:00+06:00", []),
            ]
        )
    )
    waiting = [
        tuple(value(each, "waiting", f"{group}/2018").level or 0 for group in (Group.GENERAL, Group.PRIORITY))
        for each in of(rows, Level.QUEUE, Window.DAY, QUEUE)
    ]
    assert waiting == [(0, 1), (0, 0), (1, 0), (0, 0)]


def test_a_region_in_two_partitions_is_the_sum_of_both_and_a_late_locality_a_part_of_its_own() -> None:
    slow, quick = "710000001", "710000002"
    early = written(
        [("2021-06-10T10:00:00+06:00", [released("a")]), ("2021-06-10T11:00:00+06:00", [released("b")])], slow
    )
    far = written(
        [("2021-06-10T10:30:00+06:00", [released("c")]), ("2021-06-20T10:00:00+06:00", [released("d")])], quick
    )
    figures, rows = Partition(0), Rows()
    for offset, record in enumerate([early[0], *far, early[1]]):
        figures.fold(record, offset)
    take(figures, rows)
    rows |= fold(written([("2021-06-10T10:00:00+06:00", [released("e")])], "710000003"), partition=1)
    parts = [each for each in of(rows, Level.REGION, Window.DAY, "71") if each.starts == "2021-06-10T00:00"]
    assert {
        (each.partition, each.locality, each.final): value(each, "released", "REGULAR").count for each in parts
    } == {
        (0, None, True): 2,
        (0, slow, False): 1,
        (1, None, False): 1,
    }


def test_a_snapshot_of_other_bounds_or_words_is_of_another_form(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = Partition(0)
    figures.fold(written([("2021-06-10T10:00:00+06:00", [released("a")])])[0], 0)
    states = figures.states()
    monkeypatch.setattr(module, "FORM", f"{FORM}-later")
    with pytest.raises(ValueError, match="form"):
        Partition.restored(0, 1, states)
