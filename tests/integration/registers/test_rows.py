"""The rows in PostgreSQL are those of the registers as files, their versions those of every moment."""

import csv
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from confluent_kafka import Message

from consumers.reading.store import StoreConflict, StoreUnavailable
from consumers.register_files.files import REGISTERS, cell_writer, write_registers
from consumers.register_files.fold import LocalityRegisters
from consumers.registers.settings import RegistersSettings
from consumers.registers.tables import BY_KIND, LOCALITIES, VERSIONED, quoted
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import EPOCH, MILLISECOND, Instant
from schemas.journal import Record
from tests.integration.registers.tools import (
    asking,
    campaign,
    contents,
    differences,
    fill,
    journal_store,
    lively,
    messages_of,
    stage_messages,
    stage_store,
    stages_of,
)

pytestmark = pytest.mark.integration


def _folded(records: tuple[Record, ...]) -> dict[str, LocalityRegisters]:
    found: dict[str, LocalityRegisters] = {}
    for record in records:
        found.setdefault(record.locality, LocalityRegisters(record.locality)).take(record)
    return found


def _as_files(settings: RegistersSettings, name: str, kind: type) -> list[list[str]]:
    """The rows of a table as lines of the file of that register, without its heading."""
    table = LOCALITIES if name == "localities" else BY_KIND[kind]
    # Moments as numbers: the driver of this connection does not know ours.
    with asking(settings) as connection:
        cursor = connection.execute(
            f"SELECT {quoted(table.columns)} FROM {table.name}"  # noqa: S608
        )
        found = []
        for row in cursor.fetchall():
            write = cell_writer(row[0])
            found.append(["" if value is None else str(_written(value, write)) for value in row])
    return sorted(found)


def _written(value: Any, write: Callable[[Any], object]) -> object:
    return write(Instant((value - EPOCH) // MILLISECOND)) if isinstance(value, datetime) else write(value)


@pytest.mark.parametrize("which", ["filled", "busy"])
def test_the_tables_hold_what_the_files_hold_row_by_row(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings = request.getfixturevalue(which)
    records = campaign() if which == "filled" else lively()
    write_registers(tmp_path, _folded(records))
    for name, kind, _ in REGISTERS:
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            _, *lines = csv.reader(file)
        assert lines
        assert _as_files(settings, name, kind) == sorted(lines), name


def test_batches_of_any_size_give_the_same_rows(busy: RegistersSettings, registers: RegistersSettings) -> None:
    chance, messages, store, at = random.Random(7), messages_of(lively()), journal_store(registers), 0
    store.open()
    while at < len(messages):
        batch = messages[at : at + chance.choice((1, 3, 20, 150))]
        at += len(batch)
        store.take(batch, {0: at})
    store.close()
    there = contents(busy)
    there["stages"] = []
    assert differences(contents(registers), there) == {}


def test_versions_tell_what_held_behind_any_record(busy: RegistersSettings) -> None:
    chance = random.Random(3)
    by_locality: dict[str, list[Record]] = defaultdict(list)
    for record in lively():
        by_locality[record.locality].append(record)
    with asking(busy) as connection:
        for locality, records in by_locality.items():
            for upto in sorted(chance.sample(range(1, len(records)), 6)):
                fold = LocalityRegisters(locality)
                for record in records[:upto]:
                    fold.take(record)
                rows: tuple[Mapping[Any, Any], ...] = (
                    fold.organisations, fold.places, fold.applications, fold.referrals,
                )  # fmt: skip
                for table, expected in zip(VERSIONED, rows, strict=True):
                    columns = [each for each in table.columns if each not in ("last_record", "changed_at")]
                    cursor = connection.cursor(binary=True)
                    cursor.execute(
                        f"SELECT {quoted(columns)}, made_by, (extract(epoch FROM valid_from) * 1000)::bigint"  # noqa: S608
                        f" FROM {(table.history or '').removesuffix('_history')}_versions"
                        " WHERE locality = %s AND made_by <= %s AND (ended_by > %s OR ended_by IS NULL)",
                        [locality, upto, upto],
                    )
                    found = {row[columns.index(table.key[1])]: (row[-2], row[-1]) for row in cursor.fetchall()}
                    assert found == {key: (row.last_record, row.changed_at) for key, row in expected.items()}
                cursor = connection.execute(
                    'SELECT application_id, state, "group", place_id, number_stated FROM application_versions'
                    " WHERE locality = %s AND made_by <= %s AND (ended_by > %s OR ended_by IS NULL)",
                    [locality, upto, upto],
                )
                assert sorted(cursor.fetchall(), key=repr) == sorted(
                    (
                        (each.application_id, each.state.value, each.group and each.group.value, each.place_id,
                         each.number_stated)
                        for each in fold.applications.values()
                    ),
                    key=repr,
                )  # fmt: skip


def test_versions_follow_each_other_without_a_gap(busy: RegistersSettings) -> None:
    with asking(busy) as connection:
        for what in ("organisation", "place", "application", "referral"):
            key = "referral" if what == "referral" else f"{what}_id"
            rows = connection.execute(
                f"SELECT locality, {key}, made_by, ended_by, valid_from, valid_until"  # noqa: S608
                f" FROM {what}_versions ORDER BY 1, 2, 3"
            ).fetchall()
            assert len(rows) > len({row[:2] for row in rows})
            for one, following in pairwise(rows):
                if one[:2] == following[:2]:
                    assert one[3] == following[2]
                    assert one[5] == following[4] >= one[4]
                else:
                    assert one[3] is one[5] is None


def test_movements_lead_from_state_to_state_each_with_its_cause(busy: RegistersSettings) -> None:
    with asking(busy) as connection:
        rows = connection.execute(
            "SELECT locality, application_id, from_state, to_state, from_group, to_group, what, reason, record, event,"
            " timer FROM movements ORDER BY locality, application_id, record, fact"
        ).fetchall()
        now = {
            (locality, application): (state, group)
            for locality, application, state, group in connection.execute(
                'SELECT locality, application_id, state, "group" FROM applications'
            ).fetchall()
        }
    stands: dict[tuple[str, str], tuple[Any, Any]] = {}
    for locality, application, from_state, to_state, from_group, to_group, *_ in rows:
        assert stands.get((locality, application), (None, None)) == (from_state, from_group)
        stands[locality, application] = (to_state, to_group)
    assert stands == now
    kinds = {row[6] for row in rows}
    assert kinds == {
        "ApplicationRegistered", "ApplicationQueued", "ApplicationRefused", "ApplicationRegrouped",
        "ApplicationArchived", "ApplicationStopped", "ApplicationSuspended", "ApplicationReturned", "ReferralIssued",
        "ApplicationDeferred",
    } & {type(fact).__name__ for record in lively() for fact in record.facts}  # fmt: skip
    assert len(kinds) > 7
    assert all((event is None) != (timer is None) for *_, event, timer in rows)
    assert {reason for *_, what, reason, _, _, _ in rows if what == "ApplicationArchived"} == {
        fact.reason.value for record in lively() for fact in record.facts if isinstance(fact, f.ApplicationArchived)
    }


def test_a_batch_that_was_taken_changes_nothing_when_it_comes_again(registers: RegistersSettings) -> None:
    messages = messages_of(lively())
    store, late = journal_store(registers), journal_store(registers)
    assert store.open() == late.open() == {}
    store.take(messages[:100], {0: 100})
    before = contents(registers, positions=True)
    with pytest.raises(StoreUnavailable, match="elsewhere"):
        late.take(messages[:100], {0: 100})
    assert contents(registers, positions=True) == before
    assert late.open() == {0: 100}
    late.take(messages[100:150], {0: 150})
    with pytest.raises(StoreUnavailable, match="elsewhere"):
        store.take(messages[100:150], {0: 150})
    assert store.open() == {0: 150}
    store.close()
    late.close()


def test_two_writers_at_once_do_no_harm(busy: RegistersSettings, registers: RegistersSettings) -> None:
    messages = messages_of(lively())
    lost: list[int] = []
    both_stand_at_the_beginning = Barrier(2)

    def write(size: int) -> None:
        store = journal_store(registers)
        at = dict(store.open()).get(0, 0)
        both_stand_at_the_beginning.wait(30)
        while at < len(messages):
            batch = messages[at : at + size]
            try:
                store.take(batch, {0: at + len(batch)})
                at += len(batch)
            except StoreUnavailable:
                lost.append(size)
                at = dict(store.open()).get(0, 0)
        store.close()

    threads = [Thread(target=write, args=(size,)) for size in (40, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    there = contents(busy)
    there["stages"] = []
    assert differences(contents(registers), there) == {}
    assert lost


def test_what_contradicts_the_journal_stops_the_reader(
    make_registers: Callable[[], RegistersSettings], registers: RegistersSettings
) -> None:
    records = [record for record in campaign() if record.locality == campaign()[0].locality]
    messages = messages_of(records)
    store = journal_store(registers)
    store.open()
    store.take(messages[:50], {0: 50})
    before = contents(registers, positions=True)
    for wrong in (messages[51:60], messages[49:60]):
        store.open()
        with pytest.raises(StoreConflict, match=r"rebuild.* makes the registers anew"):
            store.take(wrong, {0: 60})
    other = messages_of([record for record in lively() if record.locality == "710000000"])
    store.open()
    store.take(other[:50], {0: 60})
    torn = [*messages[50:55], *messages[56:58]]
    store.open()
    with pytest.raises(BrokenJournal, match="does not follow"):
        store.take(torn, {0: 70})
    store.open()
    with pytest.raises(BrokenJournal, match="offset 50"):
        store.take([*messages_of([], 0), _noise()], {0: 70})
    store.close()
    after = contents(registers)
    assert before["localities"][0] in after["localities"]
    assert len(after["localities"]) == 2


def _noise() -> Any:
    return Message(topic="journal", partition=0, offset=50, value=b"noise")


def test_rows_that_somebody_changed_are_no_silent_base(registers: RegistersSettings) -> None:
    messages = messages_of(lively())
    store = journal_store(registers)
    store.open()
    store.take(messages[:200], {0: 200})
    with asking(registers) as connection:
        connection.execute("DELETE FROM applications")
    with pytest.raises(BrokenJournal, match="which is not there"):
        store.take(messages[200:], {0: len(messages)})
    with asking(registers) as connection:
        connection.execute("UPDATE places SET stage = 'LOST'")
    store.open()
    with pytest.raises(StoreConflict, match="no word of ours"):
        store.take(messages[200:], {0: len(messages)})
    store.close()


def test_a_stage_told_twice_is_one_row(registers: RegistersSettings) -> None:
    fill(registers, lively()[:200])
    before = contents(registers)
    store = stage_store(registers)
    here = store.open()
    again = stage_messages(stages_of(lively()[:200]))
    store.take(again, {0: here[0] + len(again)})
    store.close()
    assert len(before["stages"]) == len(again)
    assert contents(registers) == before


def test_rows_of_another_topic_are_not_gone_on_with(registers: RegistersSettings) -> None:
    fill(registers, lively()[:100])
    before = contents(registers, positions=True)
    for made_again in (journal_store(registers, identity="id-9"), stage_store(registers, identity="id-9")):
        with pytest.raises(StoreConflict, match=r"was made again.*rebuild"):
            made_again.open()
        made_again.close()
    store = journal_store(registers, "other.journal")
    with pytest.raises(StoreConflict, match="a schema of its own"):
        store.open()
    store.close()
    assert contents(registers, positions=True) == before
