"""`python -m tests.benchmarks [NAME …]`: measures, prints one table, writes it as text and JSON."""

import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Row, span, spin
from tests.benchmarks.plan import FULL, Plan
from tests.benchmarks.worker import Job, jobs, run

SPINS = 5
COLUMNS = ("what", "aim", "CPU time: median (min–max)", "wall clock", "unit", "beside it", "")


def main() -> None:
    """Measure what the arguments name, or everything."""
    wanted = set(sys.argv[1:])
    progress, out = Console(stderr=True), Console(width=None if sys.stdout.isatty() else 200)
    chosen = [job for job in jobs(FULL) if not wanted or job[0] in wanted]
    if not chosen:
        progress.print(f"nothing to measure: name some of {', '.join(sorted({job[0] for job in jobs(FULL)}))}")
        sys.exit(2)
    rows, spins = _measure(FULL, chosen, progress)
    machine = _machine(spins)
    out.print(_table(rows))
    out.print(machine, highlight=False)
    for path in _write(FULL, rows, machine, spins):
        progress.print(f"written: {path}", highlight=False)


def _measure(plan: Plan, chosen: list[Job], progress: Console) -> tuple[list[Row], list[float]]:
    rows: list[Row] = []
    spins = [spin() for _ in range(SPINS)]
    for number, job in enumerate(chosen, start=1):
        name = " ".join(job)
        started = time.perf_counter()
        with progress.status(f"{number} of {len(chosen)}: {name}"):
            rows += run(plan, job)
        spins += [spin() for _ in range(SPINS)]
        progress.print(f"{number} of {len(chosen)}: {name}, {time.perf_counter() - started:.0f} s", highlight=False)
    return rows, spins


def _machine(spins: list[float]) -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {_processor()}, {os.cpu_count()} cores, "
        f"load {load}. One step of an empty loop: {span(spins)} ns of CPU time; how far it swings is how noisy the "
        "machine was. Aims are held against the median by CPU time: what one core does."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _cells(row: Row) -> tuple[str, ...]:
    cpu, wall = span([each.cpu for each in row.samples]), span([each.wall for each in row.samples])
    met = "" if row.met is None else "met" if row.met else "missed"
    return row.what, row.aim, cpu, wall if wall != cpu else "", row.unit, row.ratio, met


def _table(rows: list[Row]) -> Table:
    table = Table(title="Benchmarks", title_justify="left")
    for name, justify in zip(COLUMNS, ("left", "right", "right", "right", "left", "left", "left"), strict=True):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]  # a Literal, which zip forgets
    for row in rows:
        style = {True: "green", False: "red", None: None}[row.met]
        table.add_row(*_cells(row), style=style)
    return table


def _write(plan: Plan, rows: list[Row], machine: str, spins: list[float]) -> list[Path]:
    text = plan.folder / "benchmarks.md"
    lines = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS), *(" | ".join(_cells(row)) for row in rows)]
    text.write_text("\n".join([*(f"| {line} |" for line in lines), "", machine, ""]), encoding="utf-8")
    data = plan.folder / "benchmarks.json"
    found = {"machine": machine, "spin_ns": spins, "rows": rows}
    data.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    return [text, data]


if __name__ == "__main__":
    main()
