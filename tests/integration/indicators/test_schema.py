"""The schema is documented whole, its page's questions have answers, and readers can only read."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from consumers.indicators.connection import Connection
from consumers.indicators.settings import KEEP_DAYS_DAYS, KEEP_HOURS_DAYS, IndicatorsSettings
from schemas.indicators import INDICATORS
from tests.integration.indicators.seasons import lively
from tests.integration.indicators.tools import asking, drop, fill, rows_of
from tests.integration.registers.test_schema import COLUMNS, HEADING, RELATIONS

pytestmark = pytest.mark.integration

DOCUMENT = (Path(__file__).parents[3] / "docs" / "indicators-tables.md").read_text("utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?);\n```", DOCUMENT, re.DOTALL)
ASKED = {"locality": "710000000", "begin": "2021-01-01", "end": "2031-01-01"}
# Alembic's own.
NOT_OURS = "schema_version"
NEVER = re.compile(r"born|birth_?date|benefit|special_needs|child|applicant|phone|address|mail|surname|iin")


@pytest.fixture(scope="module")
def busy(postgres: str) -> Iterator[Connection]:
    """Indicators of the lively season. Only ask them."""
    settings = IndicatorsSettings(postgres, f"i{uuid4().hex[:12]}")
    fill(settings, rows_of(lively()))
    connection = asking(settings)
    connection.execute("INSERT INTO dead_letters VALUES ('2021-06-10', '710000000', 'urn:a', 'places', 'NO_VALUE', 2)")
    yield connection
    connection.close()
    drop(settings)


def schema_of(connection: Connection) -> str:
    """The schema that the connection's names lead to."""
    found = connection.execute("SELECT current_schema()").fetchone()
    assert found is not None
    return str(found[0])


def described(connection: Connection) -> str:
    """The section of the page that lists everything."""
    parts = []
    for oid, name, view, about in connection.execute(RELATIONS, [schema_of(connection)]).fetchall():
        if name == NOT_OURS:
            continue
        assert about, name
        lines = [f"### `{name}`", "", f"{'View. ' * view}{about}", "", *HEADING]
        for column, kind, meaning in connection.execute(COLUMNS, [oid]).fetchall():
            assert meaning, f"{name}.{column}"
            assert not NEVER.search(column), f"{name}.{column}"
            short = kind.replace("timestamp with time zone", "timestamptz").replace(" without time zone", "")
            lines.append(f"| `{column}` | {short} | {meaning} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def test_every_table_view_and_column_has_a_comment_and_stands_in_the_documentation(busy: Connection) -> None:
    assert DOCUMENT.partition("## Schema\n")[2].strip() == described(busy)


def test_what_the_page_says_of_retention_is_so() -> None:
    assert f"| `HOUR`, `LAST_24_HOURS` | {KEEP_HOURS_DAYS} days | `indicators.keep_hours_days` |" in DOCUMENT
    assert f"| `DAY`, `LAST_7_DAYS` | {KEEP_DAYS_DAYS:,} days | `indicators.keep_days_days` |" in DOCUMENT


def test_the_contract_stands_in_a_table(busy: Connection) -> None:
    found = busy.execute("SELECT indicator, kind, unit, dimensions, source, bounds FROM indicators").fetchall()
    assert {row[0]: row[1:] for row in found} == {
        each.name: (
            each.kind,
            each.unit,
            [dimension.name for dimension in each.dimensions],
            each.source,
            [float(bound) for bound in each.bounds],
        )
        for each in INDICATORS.values()
    }


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_each_question_of_the_documentation_has_an_answer(number: int, busy: Connection) -> None:
    question = re.sub(r":'(\w+)'", r"%(\1)s", QUESTIONS[number].replace("%", "%%"))
    assert busy.execute(question, ASKED).fetchall(), QUESTIONS[number]


def test_there_are_questions() -> None:
    assert len(QUESTIONS) >= 10


def test_the_reading_role_reads_everything_and_writes_nothing(busy: Connection) -> None:
    name = sql.Identifier(schema_of(busy))
    with psycopg.connect(busy.info.dsn, autocommit=True) as connection:
        connection.execute("SELECT set_config('search_path', %s, false)", [schema_of(busy)])
        connection.execute("SET ROLE oryn_reader")
        for relation in ("measures", "subjects", "dead_letters", "indicators", "figures", "latest_levels", "today"):
            connection.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(relation)))
        for forbidden in (
            "DELETE FROM {}.measures",
            "UPDATE {}.positions SET next_offset = 0",
            "TRUNCATE {}.dead_letters",
            "DROP VIEW {}.figures",
            "CREATE TABLE {}.mine (a integer)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL(forbidden).format(name))
