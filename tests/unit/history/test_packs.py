"""Histories under the pack that each record names: what comes next, the orders at once, another ratio, no guess."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from consumers.history.answer import why
from consumers.history.journal_file import JournalFile
from consumers.history.order import Member, QueueOrder
from consumers.history.packs import pack_of
from consumers.history.rendering import lines
from consumers.history.report import Report
from consumers.history.texts import Language, Texts
from schemas.errors import BrokenJournal
from schemas.instants import parse_instant
from schemas.words import Group
from schemas.zones import zone_of
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE
from tests.unit.history.journals import LOCALITY, TO_IMMEDIATE, TO_SCHEDULED, Town, write

ZONE = zone_of(LOCALITY)
FRIDAY, MONDAY = "2021-06-13T12:00:00+06:00", "2021-06-14T12:00:00+06:00"


def of(town: Town, tmp_path: Path, name: str) -> Report:
    return why(JournalFile(write(tmp_path / "journal.jsonl", town.records)), name)


def outlook(report: Report) -> list[str]:
    return [phrase.message for phrase in report.closing]


def test_what_comes_next_is_said_by_the_pack_of_the_last_record(tmp_path: Path) -> None:
    for packs, before, after in (
        (TO_IMMEDIATE, "next-opening", "next-immediate"),
        (TO_SCHEDULED, "next-immediate", "next-opening"),
    ):
        town = Town(packs=packs)
        town.apply("a-1")
        town.go_to(FRIDAY)
        assert before in outlook(of(town, tmp_path, "a-1"))
        town.go_to(MONDAY)
        town.apply("a-2")
        told = outlook(of(town, tmp_path, "a-1"))
        assert after in told
        assert before not in told


def test_a_place_shows_the_order_at_its_release_where_access_is_given_at_once(tmp_path: Path) -> None:
    town = Town(packs=KZ_2020_IMMEDIATE)
    town.apply("a-1", ago=2)
    town.release("pl-1")
    report = of(town, tmp_path, "pl-1")
    [order] = [entry.order for entry in report.entries if entry.order is not None]
    assert [(row.application_id, row.access) for row in order.rows] == [("a-1", True)]


def test_access_that_is_given_later_is_a_line_of_the_place_and_no_opening(tmp_path: Path) -> None:
    town = Town(packs=KZ_2020_IMMEDIATE)
    town.release("pl-1")
    town.apply("a-1")
    report = of(town, tmp_path, "pl-1")
    said = "\n".join(lines(report, Texts(Language.ENGLISH, ZONE), ZONE))
    assert "Access was given to applications of the queue (record 5)." in said
    assert "opening" not in said


def test_an_unknown_pack_is_named_and_not_guessed(tmp_path: Path) -> None:
    town = Town(packs=replace(KZ_2020, id="kz-2030"))
    town.apply("a-1")
    with pytest.raises(BrokenJournal, match=r"record \d of 710000000: .*no rule pack 'kz-2030'"):
        of(town, tmp_path, "a-1")
    with pytest.raises(BrokenJournal):
        pack_of("")


def test_the_order_follows_another_ratio_and_its_bounds() -> None:
    order = QueueOrder()
    submitted = parse_instant("2021-06-10T09:00:00+06:00")
    for name in ("g1", "g2", "g3", "p1"):
        group = Group.PRIORITY if name == "p1" else Group.GENERAL
        order.join(Member(name, name, date(2018, 3, 5), submitted), group)
    assert [member.application_id for member in order.in_order()] == ["g1", "g2", "g3", "p1"]
    order.use_ratio(1)
    assert [member.application_id for member in order.in_order()] == ["g1", "p1", "g2", "g3"]
