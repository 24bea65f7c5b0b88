"""Registers and bulletins as files: complete, whole, as documented, and as the check reads them."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from consumers.register_files.bulletins import COLUMNS, INDEX, bulletins_of, write_bulletins
from consumers.register_files.files import REGISTERS, columns, replaced, write_registers
from consumers.register_files.fold import LocalityRegisters
from consumers.verification.bulletins import read_published
from consumers.verification.verify import Options
from schemas.errors import BrokenJournal, OrynError
from schemas.journal import decode_record
from tests.unit.verification.seasons import Season, lines
from tests.unit.verification.tools import check

DOCUMENT = Path(__file__).parents[3] / "docs" / "registers-files.md"
NEVER = {"child_born", "benefits", "special_needs", "commission_conclusion"}


@pytest.fixture(scope="module")
def journal() -> list[bytes]:
    """Two localities in two zones."""
    found = []
    for seed, locality in ((4, "710000000"), (5, "270000000")):
        season = Season(seed, locality)
        found += lines(locality, season.run(250))
    return found


@pytest.fixture(scope="module")
def registers(journal: list[bytes]) -> dict[str, LocalityRegisters]:
    found: dict[str, LocalityRegisters] = {}
    for line in journal:
        record = decode_record(line)
        found.setdefault(record.locality, LocalityRegisters(record.locality)).take(record)
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_register_is_one_file_with_a_line_for_each_row(
    tmp_path: Path, registers: dict[str, LocalityRegisters]
) -> None:
    written = write_registers(tmp_path / "new" / "folder", registers)
    assert sorted(each.name for each in (tmp_path / "new" / "folder").iterdir()) == sorted(
        f"{name}.csv" for name in written
    )
    for name, kind, rows in REGISTERS:
        found = _rows(tmp_path / "new" / "folder" / f"{name}.csv")
        assert len(found) == written[name] == sum(len(list(rows(each))) for each in registers.values())
        assert found
        assert list(found[0]) == columns(kind)
        assert [each["locality"] for each in found] == sorted(each["locality"] for each in found)


def test_values_are_written_as_documented(tmp_path: Path, registers: dict[str, LocalityRegisters]) -> None:
    write_registers(tmp_path, registers)
    places = _rows(tmp_path / "places.csv")
    row, place = places[-1], list(registers["710000000"].places.values())[-1]
    assert row["admission_from"] == place.admission_from.isoformat()
    assert row["age_from"] == str(place.age_from)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+06:00", row["released_at"])
    assert places[0]["locality"] == "270000000"
    assert places[0]["released_at"].endswith("+05:00")
    assert any(each["window_until"] == "" for each in places)
    assert any(";" in each["profiles"] for each in _rows(tmp_path / "organisations.csv"))


def test_the_same_journal_gives_the_same_bytes(tmp_path: Path, registers: dict[str, LocalityRegisters]) -> None:
    for folder in ("a", "b", "a"):
        write_registers(tmp_path / folder, registers)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old", "utf-8")
    with pytest.raises(RuntimeError), replaced(path) as file:
        file.write("half")
        raise RuntimeError
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OrynError, match="cannot write"):
        write_registers(tmp_path / "file", {})


def test_no_column_tells_what_stays_in_the_journal() -> None:
    for name, kind, _ in REGISTERS:
        assert not NEVER & set(columns(kind)), name


def test_every_column_is_documented() -> None:
    sections = re.split(r"^### ", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
    documented = {
        section.split("\n", 1)[0].strip("`"): re.findall(r"^\| `([a-z_]+)` \|", section, flags=re.MULTILINE)
        for section in sections[1:]
    }
    expected = {f"{name}.csv": columns(kind) for name, kind, _ in REGISTERS}
    expected["bulletin-NUMBER-DATE.csv"] = list(COLUMNS)
    expected["bulletins.csv of bulletins"] = list(INDEX)
    assert documented == expected


def test_bulletins_are_what_the_check_reads(tmp_path: Path, journal: list[bytes]) -> None:
    count, new = write_bulletins(tmp_path, journal)
    assert count == new == sum(b'"BulletinIssued"' in line for line in journal) > 10
    published = read_published(tmp_path)
    assert published.count == count
    report = check(journal, Options(published=published))
    assert report.holds
    assert report.bulletins_compared == count


def test_a_published_bulletin_is_missed_in_a_journal_that_lacks_it(tmp_path: Path, journal: list[bytes]) -> None:
    write_bulletins(tmp_path, journal)
    assert not check(journal[:-40], Options(published=read_published(tmp_path))).holds


def test_the_table_of_a_bulletin_has_a_line_for_each_entry(tmp_path: Path, journal: list[bytes]) -> None:
    write_bulletins(tmp_path, journal)
    index = _rows(tmp_path / "bulletins.csv")
    for row in index:
        bulletin = json.loads((tmp_path / row["file"]).read_text("utf-8"))
        table = _rows((tmp_path / row["file"]).with_suffix(".csv"))
        listed = [each["place_id"] for each in table if each["part"] == "RELEASED"]
        recalled = [each["place_id"] for each in table if each["part"] == "RECALLED"]
        assert listed == [each["place_id"] for each in bulletin["entries"]]
        assert recalled == [each["place_id"] for each in bulletin["recalled"]]
        assert (int(row["places"]), int(row["recalled"])) == (len(listed), len(recalled))
        assert row["bulletin_hash"] == bulletin["bulletin_hash"]
    assert sum(int(row["places"]) for row in index) > 20
    assert sum(int(row["recalled"]) for row in index) > 0


def test_what_was_written_stays_and_what_is_new_is_added(tmp_path: Path, journal: list[bytes]) -> None:
    half = journal[: len(journal) // 2]
    first, _ = write_bulletins(tmp_path, half)
    times = {each: each.stat().st_mtime_ns for each in tmp_path.glob("*/*.json")}
    count, new = write_bulletins(tmp_path, journal)
    assert (len(times), count - new) == (first, first)
    assert {each: each.stat().st_mtime_ns for each in times} == times


def test_a_bulletin_that_was_changed_is_an_error_and_stays(tmp_path: Path, journal: list[bytes]) -> None:
    write_bulletins(tmp_path, journal)
    path = sorted(tmp_path.glob("*/*.json"))[3]
    changed = path.read_bytes().replace(b'"number": ', b'"number": 1')
    path.write_bytes(changed)
    with pytest.raises(BrokenJournal, match="never change"):
        write_bulletins(tmp_path, journal)
    assert path.read_bytes() == changed


def test_a_table_that_is_missing_is_made_again(tmp_path: Path, journal: list[bytes]) -> None:
    write_bulletins(tmp_path, journal)
    path = sorted(tmp_path.glob("*/*.csv"))[3]
    text = path.read_bytes()
    path.unlink()
    assert write_bulletins(tmp_path, journal)[1] == 1
    assert path.read_bytes() == text


@pytest.mark.parametrize(
    ("member", "value"), [("locality", "../../etc"), ("number", "1/../../x"), ("date", "/etc/passwd"), ("number", -1)]
)
def test_a_name_that_leads_elsewhere_is_refused(
    tmp_path: Path, journal: list[bytes], member: str, value: object
) -> None:
    record, _ = next(bulletins_of(journal))
    broken: dict[str, Any] = json.loads(json.dumps(record))
    (fact,) = [each for each in broken["facts"] if each["type"] == "BulletinIssued"]
    (broken if member == "locality" else fact)[member] = value
    with pytest.raises(BrokenJournal, match="a bulletin of locality"):
        write_bulletins(tmp_path / "bulletins", [json.dumps(broken, separators=(",", ":")).encode()])
    assert not list(tmp_path.rglob("*.json"))
