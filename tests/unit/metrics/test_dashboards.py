"""Grafana's dashboards: whole, readable, with units, thresholds and links that lead somewhere; queries that Prometheus
takes. Those of the nation are asked of a real PostgreSQL in tests/integration/metrics."""

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.unit.metrics import files

UNITS = {"short", "s", "d", "bytes", "percentunit", "cps", "reqps", "dateTimeAsIso"}
KINDS = {"stat", "timeseries", "table", "bargauge", "state-timeline"}
BOARDS = {"oryn-overview", "oryn-workers", "oryn-readers", "oryn-partitions", "oryn-nation"}
COLUMNS = 24


@pytest.fixture(params=sorted(BOARDS))
def board(request: pytest.FixtureRequest) -> Any:
    found = files.boards()
    assert set(found) == BOARDS
    assert found[request.param]["uid"] == request.param
    return found[request.param]


def test_a_board_can_be_provisioned(board: Any) -> None:
    assert board["title"]
    assert board["description"]
    assert "oryn" in board["tags"]
    assert "id" not in board, "Grafana gives it"
    assert board["editable"] is False, "it is changed here, not in the browser"
    ids = [each["id"] for each in board["panels"]]
    assert len(set(ids)) == len(ids)
    titles = [each["title"] for each in board["panels"]]
    assert len(set(titles)) == len(titles)


def test_panels_lie_side_by_side(board: Any) -> None:
    for one, other in combinations([each["gridPos"] for each in board["panels"]], 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one, other)
    assert all(each["gridPos"]["x"] + each["gridPos"]["w"] <= COLUMNS for each in board["panels"])


def test_each_panel_says_what_it_shows_in_which_unit(board: Any) -> None:
    for panel in files.panels(board):
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["type"] in KINDS, panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert defaults["unit"] in UNITS, panel["title"]
        assert defaults["thresholds"]["steps"][0]["value"] is None, panel["title"]
        assert panel["targets"], panel["title"]
        assert len({each["refId"] for each in panel["targets"]}) == len(panel["targets"])


def test_each_panel_asks_the_source_that_was_chosen(board: Any) -> None:
    variables = {each["name"]: each for each in board["templating"]["list"]}
    for panel in files.panels(board):
        for target in [panel, *panel["targets"]]:
            source = target["datasource"]
            chosen = variables[source["uid"].strip("${}")]
            assert (chosen["type"], chosen["query"]) == ("datasource", source["type"])


def test_variables_are_there(board: Any) -> None:
    variables = {each["name"] for each in board["templating"]["list"]}
    text = str(board)
    used = set(re.findall(r"\$\{?([a-z]\w*)", text))
    assert used <= variables
    wanted = {"schema", "region"} if board["uid"] == "oryn-nation" else {"prefix", "instance"}
    assert wanted | {"site", "docs"} <= variables


def test_links_lead_to_sections_of_the_runbook_and_to_pages(board: Any) -> None:
    anchors = set(files.anchors())
    links = [link["url"] for panel in board["panels"] for link in panel.get("links", [])]
    links += [each["url"] for each in board["links"] if each["type"] == "link"]
    assert any(link.startswith("${site}/") for link in links)
    for link in links:
        where, _, anchor = link.partition("#")
        assert where.startswith("${site}/en/") or (where == "${docs}/operations.md" and anchor in anchors), link


def test_a_figure_that_has_an_alert_links_to_its_section() -> None:
    """A stat that turns red asks for something: what, is one click away."""
    for name, board in files.boards().items():
        for panel in files.panels(board):
            if panel["type"] == "stat" and any(
                step["color"] == "red" for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
            ):
                assert panel.get("links"), (name, panel["title"])


def test_prometheus_takes_every_query(promtool: Callable[..., str], tmp_path: Path) -> None:
    lines = ["groups:", "  - name: boards", "    rules:"]
    found = 0
    for name, board in files.boards().items():
        expressions = [
            target["expr"] for panel in files.panels(board) for target in panel["targets"] if "expr" in target
        ]
        expressions += [each["expr"] for each in board["annotations"]["list"]]
        for expression in expressions:
            found += 1
            lines += [f"      - record: board:query:n{found}", f"        expr: '{files.plain(expression)}'"]
        assert expressions or name == "oryn-nation"
    rules = tmp_path / "boards.yml"
    rules.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert f"{found} rules found" in promtool("check", "rules", rules)


def test_variables_ask_for_figures_that_exist() -> None:
    known = {"oryn_process_ready", "oryn_allocation_behind_seconds"}
    for board in files.boards().values():
        for variable in board["templating"]["list"]:
            if variable["type"] == "query" and variable["datasource"]["type"] == "prometheus":
                assert files.names_in(variable["query"]["query"].split("(", 1)[1].split(",")[0]) <= known
