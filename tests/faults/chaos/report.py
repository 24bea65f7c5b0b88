"""One page about a run: what was promised and held, how many faults of each kind, and the course of it in plots."""

import json
from collections.abc import Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from jinja2 import Environment, PackageLoader, select_autoescape

from tests.faults.chaos.storms import Happened
from tests.faults.chaos.verdict import Finding
from tests.faults.chaos.watching import Sample

PERCENT: Final = 100
# As the dashboard's charts are drawn; the page has all that it needs in itself.
SCRIPT, STYLE = "uplot-1.6.32.min.js", "uplot-1.6.32.min.css"


def delays(found: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and largest of delays in seconds; nothing of none."""
    if len(found) < PERCENT:
        return {}
    cuts = quantiles(found, n=PERCENT)
    return {"median": cuts[49], "99 %": cuts[98], "largest": max(found)}


def write_report(
    path: Path,
    figures: dict[str, Any],
    findings: Sequence[Finding],
    samples: Sequence[Sample],
    happened: Sequence[Happened],
    storms: Sequence[tuple[float, float]],
) -> None:
    """Write the page. `storms`: from when to when, in seconds of the run."""
    static = files("consumers.dashboard").joinpath("static", "vendor")
    environment = Environment(
        loader=PackageLoader("tests.faults.chaos", "."), autoescape=select_autoescape(), trim_blocks=True
    )
    kinds = sorted({each.kind for each in happened})
    rates = [(after.decided - before.decided) / max(after.at - before.at, 1e-9) for before, after in pairwise(samples)]
    page = environment.get_template("report.html").render(
        script=static.joinpath(SCRIPT).read_text("utf-8"),
        style=static.joinpath(STYLE).read_text("utf-8"),
        figures=figures,
        findings=findings,
        kinds=[(kind, [each for each in happened if each.kind == kind]) for kind in kinds],
        storms=storms,
        end=samples[-1].at if samples else 1.0,
        data=json.dumps(
            {
                "at": [round(each.at, 1) for each in samples[1:]],
                "rate": [round(each, 1) for each in rates],
                "lag": [each.lag for each in samples[1:]],
            }
        ),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8")
