"""The figures are those of the rules' own state and of the plain facts, in every history that we make."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from schemas import facts as f
from schemas.events import ClockTick
from schemas.indicators import INDICATORS, WINDOWS, IndicatorRow, Kind, Level, Window, row_id
from schemas.journal import Record
from schemas.words import Reason, Stage
from schemas.zones import zone_of
from streams.monitoring.partition import Partition
from streams.rules.book import Book
from tests.unit.monitoring.folding import flows, fold, folded, levels, of, season, value
from tests.unit.verification.seasons import Season

SEEDS = range(4)
LOCALITY = "710000000"


def local(record: Record) -> datetime:
    """The locality's wall clock at a record."""
    offset = zone_of(record.locality).offset_ms(record.time)
    return datetime.fromtimestamp((record.time + offset) / 1000, UTC)


def expected_stocks(book: Book) -> dict[tuple[str, str], int]:
    """What the rules' own state says of stocks."""
    found: Counter[tuple[str, str]] = Counter()
    state = book.state
    for application in state.applications.values():
        status = str(application.status.value)
        if status not in ("ARCHIVED", "REFUSED"):
            found["applications", status] += 1
        if status == "QUEUED":
            year = application.queue.split("/")[1 if application.queue.startswith("general/") else 2]
            found["waiting", f"{application.group}/{year}"] += 1
        if application.access_until is not None:
            found["accesses_live", ""] += 1
        found["referrals_live", ""] += (application.referral is not None) + (application.temporary is not None)
        if status == "REGISTERED" and application.provider_until is not None:
            found["checks_waiting", "REGISTRATION"] += 1
        for referral in (application.referral, application.temporary):
            if referral is not None and not referral.active and referral.provider_until is not None:
                found["checks_waiting", "REFERRAL"] += 1
    for place in state.places.values():
        if place.stage not in (Stage.RECALLED, Stage.ENDED):
            found["places", place.stage.value] += 1
        offered = place.stage not in (Stage.RECALLED, Stage.ENDED, Stage.FILLED)
        if offered and place.terms.admission == "EARLY":
            passed = (place.terms.admission_from - datetime(1970, 1, 1, tzinfo=UTC).date()).days + 1
            found["early_overdue", ""] += passed <= state.zone.day_of(state.time)
    for organisation in state.organisations.values():
        found["organisations", organisation.ownership.value] += not organisation.closed
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("seed", SEEDS)
def test_stocks_are_what_the_rules_state_holds(seed: int) -> None:
    played = season(seed)
    rows = folded(seed)
    expected = expected_stocks(played.book)
    for level, subject in ((Level.NATION, ""), (Level.REGION, "71"), (Level.LOCALITY, LOCALITY)):
        assert levels(rows, level, subject) == expected


# Facts of which each is one of the flow, and what its key is.
PLAIN = {
    f.ApplicationRegistered: ("registered", "channel"),
    f.ApplicationQueued: ("queued", "group"),
    f.ApplicationRefused: ("refused", "reason"),
    f.ApplicationArchived: ("archived", "reason"),
    f.ApplicationReturned: ("returned", "cause"),
    f.ApplicationStopped: ("stopped", None),
    f.ApplicationSuspended: ("suspended", None),
    f.PlaceReleased: ("released", "admission"),
    f.PlaceReturned: ("released_again", "cause"),
    f.PlaceRecalled: ("recalled", "reason"),
    f.PlaceVacated: ("vacated", None),
    f.PlaceEnded: ("ended", None),
    f.BulletinIssued: ("bulletins", None),
    f.ReferralEnded: ("referrals_ended", "cause"),
}
ACCESS = {f.AccessGranted: "GRANTED", f.AccessUsed: "USED", f.AccessLapsed: "LAPSED", f.AccessRevoked: "REVOKED"}


def starts_of(moment: datetime, window: Window) -> str:
    """Where the window begins that a moment is in."""
    if window is Window.HOUR:
        return moment.strftime("%Y-%m-%dT%H:00")
    if window is Window.WEEK:
        moment -= timedelta(days=moment.weekday())
    return moment.strftime("%Y-%m-%dT00:00")


def expected_flows(records: list[Record], window: Window) -> Counter[tuple[str, str, str]]:
    """(starts, indicator, key) -> how many facts."""
    found: Counter[tuple[str, str, str]] = Counter()
    for record in records:
        starts = starts_of(local(record), window)
        for fact in record.facts:
            if type(fact) in PLAIN:
                name, key = PLAIN[type(fact)]
                found[starts, name, str(getattr(fact, key)) if key else ""] += 1
            elif type(fact) in ACCESS:
                found[starts, "accesses", ACCESS[type(fact)]] += 1
            elif isinstance(fact, f.Rejected):
                found[starts, "rejected", f"urn:test/{fact.reason}"] += 1
            elif isinstance(fact, f.Duplicate):
                found[starts, "repeated", "urn:test"] += 1
    return found


@pytest.mark.parametrize("window", [Window.HOUR, Window.DAY, Window.WEEK])
@pytest.mark.parametrize("start", ["2021-06-07T09:00:00+06:00", "2024-02-20T09:00:00+06:00"])
def test_flows_are_the_facts_of_the_window(start: str, window: Window) -> None:
    # The second begins before the day on which the zone's clock is put back (1 March 2024).
    played = season(1, start=start)
    expected = expected_flows(played.records, window)
    names = {name for _, name, _ in expected}
    found = {
        (starts, name, key): figures[0]
        for (_, starts, name, key), figures in flows(folded(1, start=start), Level.NATION, window, final=False).items()
        if name in names
    }
    assert found == expected


def test_the_hour_that_a_zone_repeats_is_one_hour_of_the_calendar() -> None:
    played = Season(2, start="2024-02-29T22:10:00+06:00")
    played.open_organisations()
    # 23:10, and 23:10 again: at midnight of 1 March 2024 the clock was put back by an hour.
    for _ in range(2):
        played.now += 3_600_000
        played.release()
    played.now += 3_600_000
    played.send(ClockTick())
    released = [each for each in played.records if any(isinstance(fact, f.PlaceReleased) for fact in each.facts)]
    assert [local(each).strftime("%d %H:%M") for each in released] == ["29 23:10", "29 23:10"]
    rows = fold(played.records)
    (hour,) = [each for each in of(rows, Level.LOCALITY, Window.HOUR) if each.starts == "2024-02-29T23:00"]
    assert hour.final
    assert sum(each.count for each in hour.values if each.indicator == "released") == 2
    assert [each.final for each in of(rows, Level.LOCALITY, Window.DAY)] == [True]


@pytest.mark.parametrize("seed", SEEDS)
def test_overlapping_windows_are_the_sum_of_their_pieces(seed: int) -> None:
    rows = folded(seed)
    for window, piece, count, step in (
        (Window.LAST_24_HOURS, Window.HOUR, 24, timedelta(hours=1)),
        (Window.LAST_7_DAYS, Window.DAY, 7, timedelta(days=1)),
    ):
        pieces = flows(rows, Level.LOCALITY, piece, final=False)
        whole = flows(rows, Level.LOCALITY, window, final=True)
        expected: Counter[tuple[str, str, str]] = Counter()
        for (_, starts, name, key), figures in pieces.items():
            for back in range(count):
                first = datetime.fromisoformat(starts) - back * step
                expected[first.strftime("%Y-%m-%dT%H:00"), name, key] += figures[0]
        found = {(starts, name, key): figures[0] for (_, starts, name, key), figures in whole.items()}
        ended = {each.starts for each in of(rows, Level.LOCALITY, window) if each.final}
        assert len(ended) > 20
        assert {each: count for each, count in found.items() if count} == {
            each: count for each, count in expected.items() if each[0] in ended and count
        }


def test_parts_of_a_locality_add_up_to_it() -> None:
    rows = folded(3)
    whole = flows(rows, Level.LOCALITY, Window.DAY, final=False)
    for level, names in (
        (Level.QUEUE, {"waiting", "registered", "referrals", "places", "stage_time", "accesses"}),
        (Level.ORGANISATION, {"released", "recalled", "places", "referrals_ended", "stage_time", "organisations"}),
    ):
        parts: dict[tuple[str, str, str], list[int]] = {}
        for (_, starts, name, key), figures in flows(rows, level, Window.DAY, final=False).items():
            known = parts.setdefault((starts, name, key), [0] * len(figures))
            parts[starts, name, key] = [a + b for a, b in zip(known, figures, strict=True)]
        for name in names:
            found = {each: tuple(figures) for each, figures in parts.items() if each[1] == name and any(figures)}
            assert found == {each[1:]: figures for each, figures in whole.items() if each[2] == name}, name


def check_shape(row: IndicatorRow) -> None:
    assert row.id == row_id(row.level, row.subject, row.locality, row.window, row.starts, row.partition)
    assert row.window in WINDOWS[row.level]
    names = [(each.indicator, each.key) for each in row.values]
    assert names == sorted(set(names))
    for each in row.values:
        indicator = INDICATORS[each.indicator]
        parts = indicator.split(each.key)
        assert len(parts) == len(indicator.dimensions)
        for part, dimension in zip(parts, indicator.dimensions, strict=True):
            assert not dimension.words or part in dimension.words, each
        assert (each.level is not None) is (indicator.kind is Kind.STOCK)
        assert (each.buckets is not None) is (each.total is not None) is (indicator.kind is Kind.DURATION)
        if each.buckets is not None and each.total is not None:
            assert len(each.buckets) == len(indicator.bounds) + 1
            assert sum(each.buckets) == each.count > 0
            assert each.total >= sum(low * n for low, n in zip((0, *indicator.bounds), each.buckets, strict=True)), (
                "each is as long as its bucket says"
            )
        if each.indicator == "rejected":
            assert parts[1] in set(Reason)


def test_every_row_is_of_the_contract_and_every_indicator_is_met() -> None:
    met = set()
    for seed in SEEDS:
        rows = folded(seed)
        for row in rows.values():
            check_shape(row)
            met |= {each.indicator for each in row.values}
    assert met == set(INDICATORS)


def test_nobody_fills_the_rows_with_names_of_publishers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.monitoring.fold.SOURCES_MAX", 0)
    rows = fold(season(0).records)
    keys = {each.key for row in rows.values() for each in row.values if each.indicator in ("rejected", "repeated")}
    assert keys
    assert all(key == "*" or key.startswith("*/") for key in keys)


def test_an_early_place_is_overdue_from_midnight_though_no_record_comes_then() -> None:
    at_midnight = 0
    for seed in SEEDS:
        released = {
            starts_of(local(record), Window.HOUR)
            for record in season(seed).records
            if any(isinstance(fact, f.PlaceReleased) for fact in record.facts)
        }
        for row in of(folded(seed), Level.LOCALITY, Window.HOUR):
            if value(row, "early_overdue").count > 0:
                at_midnight += row.starts.endswith("T00:00")
                assert row.starts.endswith("T00:00") or row.starts in released, "its date had passed at the release"
    assert at_midnight > 1


def test_a_figure_that_is_final_is_never_sent_otherwise() -> None:
    records = season(1).records
    figures, final = Partition(0), dict[str, IndicatorRow]()
    for offset, record in enumerate(records):
        figures.fold(record, offset)
        for row in figures.take_final():
            assert row.id not in final
            final[row.id] = row
        assert not {row.id for row in figures.take_changed()} & final.keys()
    assert len(final) > 500
