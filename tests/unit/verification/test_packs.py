"""Packs in the check: access at once (R5.7), a change of packs at a midnight (R5.9), and forgeries of both."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from consumers.verification.tables import TABLES
from consumers.verification.verify import Options
from schemas.words import QueueKind
from schemas.zones import date_to_day
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE, Pack, Schedule
from tests.unit.verification.seasons import Season, lines
from tests.unit.verification.tools import Json, check, facts, forged, parsed

CHANGE = date_to_day(date(2021, 6, 25))
AGAIN = date_to_day(date(2021, 7, 6))
TO_IMMEDIATE = Schedule(KZ_2020, ((CHANGE, KZ_2020_IMMEDIATE),))
TO_SCHEDULED = Schedule(KZ_2020_IMMEDIATE, ((CHANGE, KZ_2020),))
THERE_AND_BACK = Schedule(KZ_2020, ((CHANGE, KZ_2020_IMMEDIATE), (AGAIN, KZ_2020)))
SCHEDULES: dict[str, Pack | Schedule] = {
    "at once": KZ_2020_IMMEDIATE,
    "from openings to at once": TO_IMMEDIATE,
    "from at once to openings": TO_SCHEDULED,
    "there and back": THERE_AND_BACK,
}
# Found among thousands: terms of many sorts that end at the midnight of a change, ended windows of openings, a change
# of benefits during a referral, ids that come again after a week.
FOUND = (107, 109, 154, 193, 295, 1228, 2451, 3523, 4379)


def season(seed: int, packs: Pack | Schedule, steps: int = 300) -> list[bytes]:
    made = Season(seed, packs=packs)
    return lines(made.locality, made.run(steps))


@pytest.fixture(scope="module")
def at_once() -> list[Json]:
    return parsed(season(5, KZ_2020_IMMEDIATE, 450))


@pytest.fixture(scope="module")
def changed() -> list[Json]:
    return parsed(season(5, TO_IMMEDIATE, 450))


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("seed", [*range(6), *FOUND])
def test_an_honest_season_holds_under_its_packs(seed: int, name: str) -> None:
    report = check(season(seed, SCHEDULES[name]))
    assert report.holds, report.findings[0].text


def test_the_seasons_grant_and_open_at_once(at_once: list[Json]) -> None:
    """What the forgeries below change is there, by causes of every sort."""
    granting = {record["cause"].get("timer") or record["cause"]["type"] for record in _with(at_once, "AccessGranted")}
    assert {"PlaceReleased", "DocumentsConfirmed"} < granting
    assert len(_with(at_once, "PlaceOpened")) > 5


def _with(records: list[Json], kind: str) -> list[Json]:
    return [record for record in records if any(fact["type"] == kind for fact in record["facts"])]


def _drop(kind: str, where: Callable[[Json], bool] = lambda _: True) -> Callable[[list[Json]], None]:
    """Leave the first such fact out, the record with it when nothing else is in it."""

    def change(records: list[Json]) -> None:
        for record in records:
            for fact in record["facts"]:
                if fact["type"] == kind and where(record):
                    record["facts"].remove(fact)
                    if not record["facts"] and record["cause"].get("timer"):
                        records.remove(record)
                    return
        raise AssertionError(f"no {kind} to leave out")

    return change


def _out_of_order(records: list[Json]) -> None:
    """Access goes to somebody who waits behind the one whose turn it is."""
    granted: set[str] = set()
    for index, record in enumerate(records):
        for fact in record["facts"]:
            if fact["type"] != "AccessGranted":
                continue
            granted.add(fact["application_id"])
            left = ("ReferralIssued", "ApplicationArchived", "ApplicationStopped", "ApplicationSuspended")
            gone = {each["application_id"] for kind in left for _, each in facts(records[:index], kind)}
            for _, other in facts(records[:index], "ApplicationQueued"):
                if other["queue"] == fact["queue"] and other["application_id"] not in granted | gone:
                    fact["application_id"] = other["application_id"]
                    return
    raise AssertionError("nobody ever waits in this season")


def _label_all(pack: str) -> Callable[[list[Json]], None]:
    def change(records: list[Json]) -> None:
        for record in records:
            record["pack"] = pack

    return change


def _opens_before_its_end(records: list[Json]) -> None:
    index, offered = facts(records, "PlacePrioritised")[0]
    records[index]["facts"].append({"type": "PlaceOpened", "place_id": offered["place_id"]})


FORGERIES: dict[str, tuple[Callable[[list[Json]], None], str]] = {
    "a grant out of order": (_out_of_order, "invariant 4"),
    "a grant withheld": (_drop("AccessGranted"), "invariant 4"),
    "a grant withheld from a newcomer": (
        _drop("AccessGranted", lambda record: record["cause"].get("type") == "DocumentsConfirmed"),
        "invariant 4",
    ),
    "a grant withheld after a lapse": (
        _drop("AccessGranted", lambda record: record["cause"].get("timer") == "ACCESS"),
        "invariant 4",
    ),
    "a place that is not offered": (_drop("PlacePrioritised"), "R5.2"),
    "a window that is not opened": (_drop("PlaceOpened"), ""),
    "a window that its own timer does not open": (
        _drop("PlaceOpened", lambda record: record["cause"].get("timer") == "WINDOW"),
        "contracts 4",
    ),
    "a window opened before its end": (_opens_before_its_end, "R5.2"),
    "a lapse that does not happen": (_drop("AccessLapsed"), ""),
    "another pack than the one that decided": (_label_all("kz-2020"), "R5.2"),
    "a pack that nobody knows": (_label_all("kz-2030"), "R8.2"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_of_access_at_once_is_found(name: str, at_once: list[Json]) -> None:
    change, rule = FORGERIES[name]
    report = check(forged(at_once, change))
    assert not report.holds
    assert report.findings[0].rule == rule or not rule, report.findings[0].text


def test_a_removed_decision_is_found_under_access_at_once(at_once: list[Json]) -> None:
    kinds = ("AccessGranted", "PlacePrioritised", "PlaceOpened", "AccessUsed", "AccessLapsed")
    checked = 0
    for index, record in enumerate(at_once[:-100]):
        for fact in record["facts"]:
            if fact["type"] in kinds and index % 2 == 0:
                checked += 1
                report = check(forged(at_once, _remove(index, fact)))
                assert not report.holds, (index, fact)
    assert checked > 30


def test_ended_windows_open_before_access_is_granted() -> None:
    records = parsed(season(6, KZ_2020_IMMEDIATE, 450))

    def change(records: list[Json]) -> None:
        for record in records:
            kinds = [fact["type"] for fact in record["facts"]]
            if {"PlaceOpened", "AccessGranted"} <= set(kinds):
                record["facts"].append(record["facts"].pop(kinds.index("PlaceOpened")))
                return
        raise AssertionError("no window of this season opens where access is granted")

    assert check(forged(records, lambda _: None)).holds
    report = check(forged(records, change))
    assert not report.holds
    assert report.findings[0].rule in ("invariant 1", "R5.2")


def _remove(index: int, fact: Json) -> Callable[[list[Json]], None]:
    def change(records: list[Json]) -> None:
        records[index]["facts"].remove(fact)
        if not records[index]["facts"] and records[index]["cause"].get("timer"):
            del records[index]

    return change


def _midnight(records: list[Json]) -> int:
    return next(index for index, record in enumerate(records) if record["pack"] == "kz-2020-immediate")


def test_a_change_of_packs_is_one_record_too_late_or_too_early(changed: list[Json]) -> None:
    first = _midnight(changed)

    def early(records: list[Json]) -> None:
        records[first - 1]["pack"] = "kz-2020-immediate"

    def late(records: list[Json]) -> None:
        records[first]["pack"] = "kz-2020"

    def flicker(records: list[Json]) -> None:
        records[first + 2]["pack"] = "kz-2020"

    assert changed[first - 1]["time"][:10] < changed[first]["time"][:10]
    assert changed[first]["time"][:10] == changed[first + 2]["time"][:10]
    for change in (early, late, flicker):
        assert check(forged(changed, change)).findings[0].rule in ("R5.9", "R5.2")
    assert "within a day" in check(forged(changed, flicker)).findings[0].text


def test_what_a_change_calls_for_cannot_be_withheld(changed: list[Json]) -> None:
    first = _midnight(changed)
    assert changed[first]["cause"]["timer"] == "OPENING"

    def whole(records: list[Json]) -> None:
        del records[first]

    def last(records: list[Json]) -> None:
        records[first]["facts"].pop()

    for change in (whole, last):
        report = check(forged(changed, change))
        assert not report.holds
        assert report.findings[0].rule in ("R5.2", "invariant 4", "invariant 1")


def test_an_unknown_pack_in_the_middle_is_named_where_it_begins(changed: list[Json]) -> None:
    first = _midnight(changed)
    report = check(forged(changed, lambda records: records[first].update(pack="kz-2030")))
    assert (report.findings[0].line, report.findings[0].rule) == (first + 1, "R8.2")
    assert "kz-2030" in report.findings[0].text


def test_what_this_reader_cannot_follow_it_says(changed: list[Json]) -> None:
    automatic = replace(TABLES["kz-2020-immediate"], automatic=frozenset(QueueKind), immediate=frozenset())
    tables = {"kz-2020": TABLES["kz-2020"], "kz-2020-immediate": automatic}
    finding = check(forged(changed, lambda _: None), Options(tables=tables)).findings[0]
    assert (finding.rule, "cannot follow" in finding.text) == ("R5.9", True)
