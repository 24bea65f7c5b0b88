"""The picture of the benchmark side by side: `build/peers/bin/python tests/benchmarks/peers/picture.py FOLDER FILE`.

FOLDER: where `make bench` left its reports; FILE: an SVG. Runs in the environment of `make peers`, by itself: it needs
no module of the project.
"""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import matplotlib  # type: ignore[import-not-found]  # elsewhere

matplotlib.use("svg")
from matplotlib import pyplot

INK, QUIET = "#1f5fa8", "#9aa5b1"
SIZE_INCHES = (11.0, 7.2)
Found = dict[str, Any]


def main() -> None:
    """Draw what was found."""
    folder, file = Path(sys.argv[1]), sys.argv[2]
    speed = json.loads((folder / "side-by-side-speed.json").read_bytes())["found"]
    losses = {
        each["key"]: each["losses"] for each in json.loads((folder / "side-by-side-kills.json").read_bytes())["found"]
    }
    matplotlib.rcParams.update(
        {"svg.hashsalt": "oryn", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    figure, ((season, releases), (answers, lost)) = pyplot.subplots(2, 2, figsize=SIZE_INCHES)
    _bars(season, "Season: events per second of CPU time", {_name(each): _rate(each["campaign"]) for each in speed})
    _bars(
        releases, "Releases matched: per second of CPU time", {_name(each): _rate(each["releases"]) for each in speed}
    )
    _answers(answers, speed)
    _bars(
        lost,
        "Killed again and again: lost or doubled, of 1,000 events",
        {_name(each): _wrong(losses.get(each["key"])) for each in speed},
    )
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None}, bbox_inches="tight")


def _name(found: Found) -> str:
    return str(found["name"]).partition(",")[0]


def _rate(heaps: list[dict[str, float]]) -> float | None:
    rates = [each["events"] / (each["cpu"] + each["store_cpu"]) for each in heaps]
    return statistics.median(rates) if rates else None


def _wrong(losses: dict[str, float] | None) -> float | None:
    return 1_000 * (losses["lost"] + losses["doubled"]) / losses["sent"] if losses else None


def _bars(axes: Any, title: str, values: dict[str, float | None]) -> None:
    """One bar each, its value in words beside it."""
    names, shown = [*values], [value or 0.0 for value in values.values()]
    bars = axes.barh(names, shown, color=[INK if index == 0 else QUIET for index in range(len(names))])
    words = [
        "not measured" if value is None else f"{value:,.3g}" if value < 1_000 else f"{value:,.0f}"
        for value in values.values()
    ]
    axes.bar_label(bars, words, padding=3)
    axes.set_xlim(0, max([*shown, 1e-9]) * 1.25)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_title(title, loc="left")


def _answers(axes: Any, speed: list[Found]) -> None:
    """Median, 99th and 99.9th percentile of each, on one line."""
    for row, each in enumerate(speed):
        values = [1e3 * value for value in each["latency_s"]]
        if not values:
            continue
        cuts = statistics.quantiles(values, n=1_000, method="inclusive")
        points = [cuts[499], cuts[989], cuts[998]]
        axes.plot(points, [row] * 3, color=INK if row == 0 else QUIET, marker="o")
        axes.annotate(
            " / ".join(f"{point:,.3g}" for point in points), (points[0], row), (0, 7), textcoords="offset points"
        )
    axes.set_xscale("log")
    axes.set_yticks(range(len(speed)), [_name(each) for each in speed])
    axes.set_ylim(len(speed) - 0.5, -0.7)
    axes.set_xlabel("ms")
    axes.set_title("Release to decision at 200/s: median, p99, p99.9", loc="left")


if __name__ == "__main__":
    main()
