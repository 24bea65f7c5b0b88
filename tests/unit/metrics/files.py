"""The files that operators get: rules, their tests, dashboards, the runbook; and what a query asks for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
PROMETHEUS = ROOT / "infra" / "prometheus"
DASHBOARDS = ROOT / "infra" / "grafana" / "dashboards"
RUNBOOK = ROOT / "docs" / "operations.md"
# What is no name of a figure in a query.
# fmt: off
WORDS = frozenset(
    [
        "abs", "absent", "and", "bool", "by", "clamp_max", "clamp_min", "count", "group_left", "group_right",
        "histogram_quantile", "ignoring", "increase", "max", "max_over_time", "min", "offset", "on", "or",
        "quantile", "rate",
        "sum", "time", "timestamp", "topk", "unless", "vector", "without", "avg",
    ]
)
# fmt: on
# What Prometheus adds to what processes export.
OWN_NAMES = frozenset({"up", "ALERTS"})
TARGET_LABELS = frozenset({"job", "instance", "prefix", "role", "process", "machine"})
ALERT_LABELS = frozenset({"alertname", "alertstate", "severity"})


@dataclass(frozen=True)
class Alert:
    """One alert as its file has it."""

    name: str
    expr: str
    text: str

    def annotation(self, name: str) -> str:
        """One of them; it must be there."""
        found = re.search(rf"^ +{name}: (?:>-\n((?: {{12}}.*\n)+)|(.*)\n)", self.text, re.MULTILINE)
        assert found is not None, f"{self.name}: no {name}"
        return " ".join((found[1] or found[2]).split()).strip("'\"")


def rule_texts() -> Iterator[str]:
    """Each rule of all files, as written."""
    for path in sorted((PROMETHEUS / "rules").glob("*.yml")):
        yield from re.split(r"^ {6}- ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]


def expr_of(rule: str) -> str:
    """The query of a rule."""
    found = re.search(r"^ +expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)", rule, re.MULTILINE)
    assert found is not None, rule
    return (found[1] or found[2].strip("'")).strip()


def alerts() -> dict[str, Alert]:
    """All alerts."""
    rules = (each for each in rule_texts() if each.startswith("alert: "))
    found = [Alert(each.split()[1], expr_of(each), each) for each in rules]
    assert len({each.name for each in found}) == len(found)
    return {each.name: each for each in found}


def recorded() -> dict[str, str]:
    """The recording rules: name -> query."""
    return {each.split()[1]: expr_of(each) for each in rule_texts() if each.startswith("record: ")}


def boards() -> dict[str, Any]:
    """Dashboards by the names of their files."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(DASHBOARDS.glob("*.json"))}


def panels(board: Any) -> list[Any]:
    """Those that show something."""
    return [each for each in board["panels"] if each["type"] != "row"]


def plain(query: str) -> str:
    """A query of a dashboard with something in place of its variables."""
    return re.sub(r"\$(\w+)", ".*", query.replace("$__rate_interval", "5m"))


def queries() -> Iterator[tuple[str, str]]:
    """Every query to Prometheus of rules and dashboards, and where it stands."""
    for alert in alerts().values():
        yield alert.name, alert.expr
    yield from recorded().items()
    for name, board in boards().items():
        for panel in panels(board):
            for target in panel["targets"]:
                if "expr" in target:
                    yield f"{name}: {panel['title']}", plain(target["expr"])


def names_in(query: str) -> set[str]:
    """The figures that a query asks for."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\boffset \w+|\b(by|without|on|ignoring) *\([^)]*\)', " ", query)
    return set(re.findall(r"[a-zA-Z_:][\w:]*", bare)) - WORDS


def selected(query: str) -> Iterator[tuple[str, set[str]]]:
    """Each figure that a query selects by labels, and which."""
    for name, inside in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", query):
        yield name, set(re.findall(r"(\w+) *(?:=~|!~|!=|=)", re.sub(r'"[^"]*"', '""', inside)))


def grouped(query: str) -> set[str]:
    """The labels that a query keeps."""
    inside = " ".join(re.findall(r"\bby *\(([^)]*)\)", query))
    return set(re.findall(r"\w+", inside))


def anchors(page: Path = RUNBOOK) -> list[str]:
    """The anchors of a page's headings."""
    headings = re.findall(r"^#{1,4} (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings]


def sections() -> dict[str, str]:
    """The runbook's sections about alerts: anchor -> text."""
    part = RUNBOOK.read_text("utf-8").partition("\n## Alerts\n")[2].partition("\n## ")[0]
    pieces = re.split(r"^### (.+)\n", part, flags=re.MULTILINE)[1:]
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-"): text
        for title, text in zip(pieces[::2], pieces[1::2], strict=True)
    }
