"""The schema is documented whole, answers its page's questions by index, adds up, can only be read by readers."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from consumers.register_files.rows import MovementRow
from consumers.registers.settings import RegistersSettings
from consumers.registers.tables import MOVEMENTS
from schemas import facts as f
from schemas.words import Benefit
from schemas.zones import day_to_date, zone_of
from tests.integration.registers.tools import asking, campaign, contents, lively

pytestmark = pytest.mark.integration

DOCUMENT = (Path(__file__).parents[3] / "docs" / "registers.md").read_text("utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?);\n```", DOCUMENT, re.DOTALL)
# What reads a whole locality or more, as its question wants.
COUNTED = re.compile(r"FROM (nation|region|locality|organisation|queue|day|stage)_figures|FROM localities")
HEADING = ("| Column | Type | Meaning |", "|---|---|---|")
RELATIONS = """
SELECT oid, relname, relkind = 'v', obj_description(oid, 'pg_class') FROM pg_class
WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'v') ORDER BY relkind, relname
"""
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) FROM pg_attribute
WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
# What may tell who somebody is, or what a family needs.
NEVER = re.compile(r"born|birth_?date|benefit|special_needs|commission|phone|address|mail|first_name|surname|iin")


def test_every_table_view_and_column_has_a_comment_and_stands_in_the_documentation(filled: RegistersSettings) -> None:
    described = DOCUMENT.partition("## Schema\n")[2].strip()
    expected = []
    with asking(filled) as connection:
        for oid, name, view, about in connection.execute(RELATIONS, [filled.schema]).fetchall():
            assert about, name
            lines = [f"### `{name}`", "", f"{'View. ' * view}{about}", "", *HEADING]
            for column, kind, meaning in connection.execute(COLUMNS, [oid]).fetchall():
                assert meaning, f"{name}.{column}"
                lines.append(f"| `{column}` | {kind.replace('timestamp with time zone', 'timestamptz')} | {meaning} |")
            expected.append("\n".join(lines))
    assert len(expected) > 25
    assert described == "\n\n".join(expected)


def test_no_column_is_made_for_personal_data(filled: RegistersSettings) -> None:
    with asking(filled) as connection:
        for oid, name, _, _ in connection.execute(RELATIONS, [filled.schema]).fetchall():
            for column, _, _ in connection.execute(COLUMNS, [oid]).fetchall():
                assert not NEVER.search(column), f"{name}.{column}"
        # No day at all: only moments of the procedure.
        for table in ("applications", "application_history"):
            ((oid,),) = connection.execute("SELECT %s::regclass::oid", [table]).fetchall()
            kinds = connection.execute(COLUMNS, [oid])
            assert "date" not in {kind for _, kind, _ in kinds.fetchall()}
    cells = {cell for rows in contents(filled).values() for row in rows for cell in row if isinstance(cell, str)}
    benefits = {each.value for each in Benefit}
    told = {each.value for record in campaign() for fact in record.facts
            if isinstance(fact, f.ApplicationRegistered) for each in fact.benefits}  # fmt: skip
    assert told
    assert not benefits & cells


@pytest.fixture(scope="module")
def values(busy: RegistersSettings) -> dict[str, Any]:
    """Something to ask about, of which there is something to tell."""
    locality = "710000000"
    found: dict[str, Any] = {"locality": locality}
    questions = {
        "child": "SELECT child_id FROM applications WHERE locality = %s ORDER BY record LIMIT 1",
        "applicant": "SELECT applicant_id FROM applications WHERE locality = %s ORDER BY record LIMIT 1",
        "application": "SELECT application_id FROM application_history WHERE locality = %s"
        " GROUP BY application_id ORDER BY count(*) DESC, application_id LIMIT 1",
        "queue": "SELECT queue FROM applications WHERE locality = %s AND state = 'QUEUED' GROUP BY queue"
        " ORDER BY count(*) DESC LIMIT 1",
        "organisation": "SELECT organisation_id FROM referrals WHERE locality = %s AND state <> 'ENDED' LIMIT 1",
        "source": "SELECT source FROM rejections WHERE locality = %s LIMIT 1",
        "place": "SELECT place_id FROM bulletin_entries WHERE locality = %s LIMIT 1",
        "begin": "SELECT min(at)::text FROM movements WHERE locality = %s",
        "moment": "SELECT (max(at) + interval '3 days')::text FROM movements WHERE locality = %s",
    }
    with asking(busy) as connection:
        for name, question in questions.items():
            row = connection.execute(question, [locality]).fetchone()
            assert row is not None, name
            found[name] = row[0]
    return found


def _bound(question: str) -> str:
    return re.sub(r":'(\w+)'", r"%(\1)s", question.replace("%", "%%"))


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_each_question_of_the_documentation_has_an_answer(
    number: int, busy: RegistersSettings, values: dict[str, Any]
) -> None:
    question = _bound(QUESTIONS[number])
    with asking(busy) as connection:
        rows = connection.execute(question, values).fetchall()
        assert rows or "LAPSED" in question, QUESTIONS[number]
        if COUNTED.search(question):
            return
        # So few rows are read faster without an index; forbidden, it must find one.
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_bitmapscan = off")
        plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {question}", values).fetchall())
        assert "Seq Scan" not in plan, plan
        assert "Index Cond" in plan, plan


def test_there_are_questions() -> None:
    assert len(QUESTIONS) >= 18


def test_figures_add_up_from_kindergarten_to_nation(busy: RegistersSettings) -> None:
    with asking(busy) as connection:

        def total(view: str, *columns: str) -> list[int]:
            found = connection.execute(f"SELECT {', '.join(f'sum({each})' for each in columns)} FROM {view}").fetchone()  # noqa: S608
            assert found is not None
            return [int(each) for each in found]

        places = Counter(stage for (stage,) in connection.execute("SELECT stage FROM places").fetchall())
        filled = ["released", "on_offer", "referred", "filled"]
        named = [f"places_{each}" for each in filled]
        ours = total("organisation_figures", *filled)
        assert ours == [
            places.total(),
            sum(places[each] for each in ("RELEASED", "LISTED", "PRIORITY", "OPEN")),
            places["REFERRED"],
            places["FILLED"],
        ]
        people = ["registered", "queued", "with_access", "referred", "stopped", "suspended", "refused", "archived"]
        states = Counter(state for (state,) in connection.execute("SELECT state FROM applications").fetchall())
        for view in ("locality_figures", "region_figures", "nation_figures"):
            assert total(view, *named) == ours
            found = dict(zip(people, total(view, *people), strict=True))
            assert found["queued"] == states["QUEUED"] > 0
            assert sum(found.values()) - found["with_access"] == states.total()
        assert total("queue_figures", "queued", "referred") == [states["QUEUED"], states["REFERRED"]]
        assert total("nation_figures", "localities", "rejections") == [
            2,
            sum(isinstance(fact, f.Rejected) for record in lively() for fact in record.facts),
        ]


def test_days_are_those_of_the_locality(filled: RegistersSettings) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for record in campaign():
        for fact in record.facts:
            if isinstance(fact, f.ApplicationQueued):
                # The record's own text has the local day.
                counts[record.locality, _local_day(record.locality, int(record.time))] += 1
    with asking(filled) as connection:
        found = connection.execute("SELECT locality, day::text, queued FROM day_figures WHERE queued > 0").fetchall()
        assert {(locality, day): count for locality, day, count in found} == counts
        zones = dict(connection.execute("SELECT region, zone FROM localities").fetchall())
    assert zones == {"11": "Asia/Almaty"}


def _local_day(locality: str, moment: int) -> str:
    return day_to_date(zone_of(locality).day_of(moment)).isoformat()


def test_movements_have_the_columns_of_their_row() -> None:
    assert MOVEMENTS.columns == MovementRow.__struct_fields__


def test_the_reading_role_reads_everything_and_writes_nothing(busy: RegistersSettings) -> None:
    name = sql.Identifier(busy.schema)
    with asking(busy) as connection:
        relations = [row[1] for row in connection.execute(RELATIONS, [busy.schema]).fetchall()]
        connection.execute("SET ROLE oryn_reader")
        for relation in relations:
            connection.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(relation)))
        for forbidden in (
            "DELETE FROM {}.applications",
            "UPDATE {}.positions SET next_offset = 0",
            "INSERT INTO {}.about (oldest_writer) VALUES ('0')",
            "TRUNCATE {}.movements",
            "DROP TABLE {}.places",
            "DROP VIEW {}.nation_figures",
            "ALTER SCHEMA {} RENAME TO mine",
            "CREATE TABLE {}.mine (a integer)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL(forbidden).format(name))
