"""Each benchmark runs, at a size that takes no time, and gives figures that can be. Never asserts how fast."""

import math
from pathlib import Path

import pytest

from tests.benchmarks.measure import Row
from tests.benchmarks.plan import tiny
from tests.benchmarks.worker import jobs, run

# Start each contender several times, and wait for its session timeouts.
MINUTES = {"peers", "peers-kills"}


@pytest.mark.parametrize("name", sorted({job[0] for job in jobs(tiny("out"))} - {"restored"} - MINUTES))
def test_a_benchmark_runs_and_gives_sane_figures(name: str, tmp_path: Path, kafka: str) -> None:
    plan = tiny(str(tmp_path), kafka)
    rows: list[Row] = []
    for job in jobs(plan):
        if job[0] == name or (name, job[0]) == ("settled", "restored"):
            rows += run(plan, job)
    assert rows
    for row in rows:
        assert row.what
        assert row.unit
        assert row.samples
        memory = row.unit == "bytes each"
        for sample in row.samples:
            # So few applications may fit into memory that the process had before.
            assert math.isfinite(sample.cpu) and (sample.cpu > 0 or memory), row
            assert math.isfinite(sample.wall) and (sample.wall > 0 or memory), row
