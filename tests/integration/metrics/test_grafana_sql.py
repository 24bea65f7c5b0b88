"""The SQL of Grafana's dashboards is asked of a real PostgreSQL with our migrations: every panel, every variable."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.tables import upgrade
from schemas.indicators import INDICATORS
from tests.unit.metrics import files

pytestmark = pytest.mark.integration

SCHEMA = "grafana_indicators"
RANGE = r"\1 BETWEEN '2021-06-01' AND '2021-09-01'"


def with_values(text: str, region: str) -> str:
    """A query as Grafana sends it."""
    text = text.replace("${schema}", SCHEMA).replace("$region", region)
    text = re.sub(r"\$__timeFilter\(((?:[^()]|\(\))*)\)", RANGE, text)
    assert "$" not in text, text
    return text


def questions() -> list[tuple[str, str]]:
    """All of them, and where each stands."""
    board = files.boards()["oryn-nation"]
    found = [(panel["title"], target["rawSql"]) for panel in files.panels(board) for target in panel["targets"]]
    variables = [each for each in board["templating"]["list"] if each["type"] == "query"]
    return found + [(each["name"], each["query"]) for each in variables]


@pytest.fixture(scope="module")
def connection(postgres: str) -> Iterator[psycopg.Connection]:
    upgrade(IndicatorsSettings(postgres, SCHEMA))
    # As the user of outside tools: it may read, and finds no table without its schema.
    with psycopg.connect(postgres, autocommit=True, options="-c default_transaction_read_only=on") as found:
        yield found


@pytest.mark.parametrize("region", ["", "71"])
def test_postgresql_takes_every_question(connection: psycopg.Connection, region: str) -> None:
    asked = questions()
    assert len(asked) > 20, "panels and variables"
    for title, text in asked:
        query = with_values(text, region).encode()
        plan = connection.execute(b"EXPLAIN " + query).fetchall()
        assert plan, title
        columns = [each.name for each in connection.execute(query).description or ()]
        assert columns, title
        if "AS time," in text:
            assert columns[0] == "time", title


def test_indicators_that_panels_name_are_those_of_the_contract() -> None:
    for title, text in questions():
        for named in re.findall(r"indicator = '(\w+)'", text) + re.findall(r"'(\w+)'", "".join(lists(text))):
            assert named in INDICATORS, title


def lists(text: str) -> list[str]:
    """What stands in `indicator IN (…)`."""
    return re.findall(r"indicator IN \(([^)]*)\)", text)
