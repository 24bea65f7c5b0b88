"""The fold with those rows alone that a batch names gives what the fold with all rows gives."""

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from msgspec.structs import astuple

from consumers.register_files.fold import LocalityRegisters
from consumers.register_files.rows import AccessState, ReferralState
from consumers.registers.loading import Names
from consumers.registers.saving import Changes
from consumers.registers.settings import RegistersSettings
from consumers.registers.tables import CHANGING, Table
from schemas.errors import OrynError
from schemas.events import Attendance
from schemas.journal import Record
from tests.unit.verification.seasons import Season

LOCALITY = "710000000"
SEEDS = (1, 2, 3)
SPANS = (Attendance(date(2021, 9, 1), date(2021, 12, 31)), Attendance(date(2022, 3, 1), date(2022, 5, 31)))
LISTS = {"profiles": ("VISION", "HEARING"), "attendance": SPANS}


class Shelf:
    """A store in memory: cells by table and key."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[tuple[object, ...], tuple[object, ...]]] = {each.name: {} for each in CHANGING}
        self.fold = LocalityRegisters(LOCALITY)

    def take(self, batch: list[Record]) -> Changes:
        """As a store does: load what is named, fold, keep what changed."""
        names, changes = Names(batch), Changes()
        fold = LocalityRegisters(LOCALITY, changes)
        fold.resume(self.fold.summary)
        loaded = [row for table in CHANGING for row in self._named(table, names)]
        fold.know(loaded)
        changes.loaded(loaded)
        for record in batch:
            changes.changed(fold.take(record))
        new, known = changes.split()
        for table in CHANGING:
            for row in (*new.get(table.kind, ()), *known.get(table.kind, ())):
                (cells,) = table.cells((row,))
                self.rows[table.name][tuple(getattr(row, each) for each in table.key)] = cells
        self.fold = fold
        return changes

    def _named(self, table: Table[Any], names: Names) -> Iterator[Any]:
        wanted = getattr(names, table.name)
        for cells in self.rows[table.name].values():
            row = table.row(cells)
            match table.name:
                case "referrals":
                    if row.state is not ReferralState.ENDED and (LOCALITY, row.place_id) in wanted:
                        yield row
                case "accesses":
                    if row.state is AccessState.LIVE and (LOCALITY, row.application_id) in wanted:
                        yield row
                case _:
                    if (LOCALITY, getattr(row, table.key[1])) in wanted:
                        yield row


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_needs_no_rows_but_those_that_it_names(seed: int) -> None:
    season = Season(seed)
    season.run(400)
    whole, shelf, chance = LocalityRegisters(LOCALITY), Shelf(), random.Random(seed)
    records = season.records
    while records:
        size = chance.choice((1, 2, 7, 40))
        batch, records = records[:size], records[size:]
        shelf.take(batch)
        for record in batch:
            whole.take(record)
        assert shelf.fold.summary == whole.summary
    expected: dict[str, Iterable[Any]] = {
        "organisations": whole.organisations.values(),
        "places": whole.places.values(),
        "applications": whole.applications.values(),
        "referrals": whole.referrals.values(),
        "accesses": whole.accesses,
    }
    for table in CHANGING:
        rows = [table.row(cells) for cells in shelf.rows[table.name].values()]
        assert rows
        assert sorted(map(repr, rows)) == sorted(map(repr, expected[table.name]))


def test_cells_become_the_row_that_they_were() -> None:
    season = Season(5)
    season.run(400)
    fold = LocalityRegisters(LOCALITY)
    for record in season.records:
        fold.take(record)
    rows: tuple[Mapping[Any, Any], ...] = (fold.organisations, fold.places, fold.applications, fold.referrals)
    for table, found in zip(CHANGING, rows, strict=False):
        assert found
        for row in found.values():
            if table.listed is not None:
                setattr(row, table.listed, LISTS[table.listed])
            (cells,) = table.cells((row,))
            assert astuple(table.row(cells)) == astuple(row)


def test_a_version_ends_once_for_each_record_that_changes_its_row() -> None:
    season = Season(6)
    season.run(300)
    changes = Changes()
    fold = LocalityRegisters(LOCALITY, changes)
    for record in season.records:
        before = {name: len(found) for name, found in changes.versions.items()}
        rows = {id(row) for row in fold.take(record) if getattr(row, "record", 0) != record.sequence}
        after = {name: len(found) for name, found in changes.versions.items()}
        ended = sum(after.values()) - sum(before.values())
        accesses = {id(row) for row in fold.accesses}
        assert ended == len(rows - accesses)


@pytest.mark.parametrize("name", ["", "Registers", "a b", 'x"y', "9", "a" * 57, "x;drop"])
def test_a_schema_has_a_name_that_needs_no_quotes(name: str) -> None:
    with pytest.raises(OrynError, match="no name for a schema"):
        RegistersSettings("postgresql://nobody@nowhere/none", name)


def test_the_address_is_not_shown() -> None:
    assert "secret" not in repr(RegistersSettings("postgresql://a:secret@b/c"))
