"""One table of the benchmark side by side: `python -m tests.benchmarks.peers.summary FOLDER`, as Markdown.

FOLDER: where `make bench` left its reports.
"""

import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tests.benchmarks.measure import number, quantile
from tests.benchmarks.peers.runs import Heap
from tests.benchmarks.peers.side_by_side import KILLS, SPEED, Found, Report

MISSING = "–"
Figure = tuple[str, Callable[[Found], str]]


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1])
    speed, kills = (_read(folder / name) for name in (SPEED, KILLS))
    losses = {each.key: each.losses for each in kills.found}
    for one in speed.found:
        one.losses = losses.get(one.key)
    rows = [
        ["", *(each.name for each in speed.found)],
        ["---"] * (1 + len(speed.found)),
        *([name, *(show(each) for each in speed.found)] for name, show in FIGURES),
    ]
    text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    sys.stdout.write(
        f"{text}\n\nLoad of the machine (1 minute): speed {_range(speed.load)}, kills {_range(kills.load)}.\n"
    )


def _read(path: Path) -> Report:
    return msgspec.json.decode(path.read_bytes(), type=Report) if path.exists() else Report([], [])


def _range(load: Sequence[float]) -> str:
    return f"{min(load):.0f} to {max(load):.0f}" if load else MISSING


def _middle(values: Sequence[float]) -> str:
    return number(statistics.median(values)) if values else MISSING


def _cpu(heap: Heap) -> float:
    return heap.events / (heap.cpu + heap.store_cpu)


def _clock(heap: Heap) -> float:
    return heap.events / heap.wall


def _quantile(of: float) -> Callable[[Found], str]:
    return lambda each: number(1e3 * quantile(each.latency_s, of)) if each.latency_s else MISSING


def _lost(each: Found) -> str:
    if each.losses is None:
        return MISSING
    return f"{each.losses.lost} / {each.losses.doubled} of {each.losses.sent:,}, {each.losses.kills} kills"


FIGURES: Sequence[Figure] = (
    ("season, events/s of CPU time", lambda each: _middle([_cpu(heap) for heap in each.campaign])),
    ("season, events/s by the clock", lambda each: _middle([_clock(heap) for heap in each.campaign])),
    ("releases matched/s of CPU time", lambda each: _middle([_cpu(heap) for heap in each.releases])),
    ("releases matched/s by the clock", lambda each: _middle([_clock(heap) for heap in each.releases])),
    ("release to decision at 200/s, median, ms", _quantile(0.5)),
    ("… 99th percentile, ms", _quantile(0.99)),
    ("… 99.9th percentile, ms", _quantile(0.999)),
    ("peak memory, MiB", lambda each: _middle([heap.peak_mib for heap in each.campaign or each.releases])),
    ("killed, started, first decision, s", lambda each: _middle(each.restart_s)),
    ("lost / doubled", _lost),
    ("back after each kill, s", lambda each: _middle(each.losses.back_s) if each.losses else MISSING),
)


if __name__ == "__main__":
    main()
