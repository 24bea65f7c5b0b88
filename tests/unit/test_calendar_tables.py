"""The checked-in calendar tables against the packages that they come from, and against days that we know."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from infra.calendar_tables import HOLIDAY_TABLE, ZONE_TABLE, tables
from infra.commands.calendar import Action, command
from schemas.errors import OrynError
from schemas.instants import EPOCH, MILLISECOND
from schemas.zones import UNIX_EPOCH, date_to_day, day_to_date, zone_of
from streams.rules.holiday_table import DAYS_OFF, FIRST_YEAR, LAST_YEAR, WORKING_DAYS

ROOT = Path(__file__).parents[2]
SATURDAY = 5
HOUR_MS = 3_600_000
ALMATY, QYZYLORDA, QOSTANAY, AQTOBE = "750000000", "431010000", "391010000", "151010000"


@pytest.fixture(scope="module")
def fresh() -> dict[Path, str]:
    """The tables as generated now."""
    return tables()


@pytest.mark.parametrize("place", [ZONE_TABLE, HOLIDAY_TABLE])
def test_a_table_is_what_the_installed_packages_give(fresh: dict[Path, str], place: Path) -> None:
    assert (ROOT / place).read_text(encoding="utf-8") == fresh[place]


def test_days_off_are_weekdays_and_worked_days_are_not() -> None:
    assert all(day_to_date(day).weekday() < SATURDAY for day in DAYS_OFF)
    assert all(day_to_date(day).weekday() >= SATURDAY for day in WORKING_DAYS)
    assert {day_to_date(day).year for day in DAYS_OFF} == set(range(FIRST_YEAR, LAST_YEAR + 1))


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        ("2014-01-03", "2013-12-28"),  # across a year's end
        ("2018-12-31", "2018-12-29"),
        ("2020-01-03", "2020-01-05"),  # a Sunday
        ("2021-07-05", "2021-07-03"),
        ("2022-08-29", "2022-08-27"),
        ("2023-07-07", "2023-07-01"),
        ("2024-05-08", "2024-05-04"),
        ("2025-01-03", "2025-01-05"),
    ],
)
def test_an_official_transfer_gives_a_day_off_and_takes_a_weekend_day(off: str, worked: str) -> None:
    assert date_to_day(date.fromisoformat(off)) in DAYS_OFF
    assert date_to_day(date.fromisoformat(worked)) in WORKING_DAYS


@pytest.mark.parametrize(
    "day",
    [
        "2021-06-10",  # places were released in Astana
        "2020-05-11",  # Victory Day fell on a Saturday, and its day off was moved to 8 May
        "2022-12-01",  # no longer a holiday
        "2023-12-15",
        "2026-08-31",  # Constitution Day moved away from August
    ],
)
def test_a_working_day_stays_one(day: str) -> None:
    assert date_to_day(date.fromisoformat(day)) not in DAYS_OFF


@pytest.mark.parametrize(
    "day",
    [
        "2021-01-04",  # 2 January was a Saturday
        "2021-07-20",  # Qurban ait
        "2021-12-17",
        "2024-07-08",  # Capital Day was a Saturday
        "2025-03-25",  # two of three days of Nauryz fell on the weekend
    ],
)
def test_a_holiday_and_what_is_given_for_one_on_a_weekend_are_off(day: str) -> None:
    assert date_to_day(date.fromisoformat(day)) in DAYS_OFF


@pytest.mark.parametrize(
    ("locality", "change_utc", "before", "after"),
    [
        (ALMATY, "2024-02-29T18:00", 6, 5),
        (QOSTANAY, "2024-02-29T18:00", 6, 5),
        (QYZYLORDA, "2018-12-20T18:00", 6, 5),
        (QOSTANAY, "2004-10-30T21:00", 6, 6),
        (QYZYLORDA, "2004-10-30T21:00", 6, 6),
        (AQTOBE, "2024-02-29T18:00", 5, 5),
    ],
)
def test_an_offset_changes_when_the_government_said(locality: str, change_utc: str, before: int, after: int) -> None:
    change = (datetime.fromisoformat(change_utc).replace(tzinfo=UTC) - EPOCH) // MILLISECOND
    zone = zone_of(locality)
    assert (zone.offset_ms(change - 1), zone.offset_ms(change)) == (before * HOUR_MS, after * HOUR_MS)


def test_the_command_finds_an_old_table_and_renews_it(
    fresh: dict[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in fresh:
        (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / HOLIDAY_TABLE).write_text("DAYS_OFF = frozenset()\n", encoding="utf-8")
    assert command(Action.CHECK, tmp_path) == 1
    assert capsys.readouterr().err.count("differs") == len(fresh)
    assert command(Action.GENERATE, tmp_path) == 0
    assert command(Action.CHECK, tmp_path) == 0
    assert {place: (tmp_path / place).read_text(encoding="utf-8") for place in fresh} == fresh


def test_the_command_outside_of_the_project_says_so(tmp_path: Path) -> None:
    with pytest.raises(OrynError, match="--root"):
        command(Action.CHECK, tmp_path)


def test_the_machines_own_tz_database_and_zone_have_no_say(fresh: dict[Path, str]) -> None:
    script = "from infra.calendar_tables import tables; import sys; sys.stdout.write(''.join(tables().values()))"
    outputs = [
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={"PYTHONTZPATH": path, "TZ": zone, "PYTHONUTF8": "1", "PYTHONHASHSEED": seed},
        ).stdout
        for path, zone, seed in (("", "Asia/Tokyo", "1"), ("/usr/share/zoneinfo", "UTC", "2"))
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].decode() == "".join(fresh.values())


def test_day_numbers_count_from_1970() -> None:
    assert date_to_day(UNIX_EPOCH) == 0
    assert day_to_date(date_to_day(date(2024, 2, 29))) == date(2024, 2, 29)
