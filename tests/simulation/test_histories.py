"""Histories of the real loop against the model of Kafka: what is promised holds in each, and planted bugs are found."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.history import play
from tests.simulation.plan import Fault, plan
from tests.simulation.running import run, searched
from tests.simulation.tally import ROWS

# About 70 s of CPU. `make simulate` plays more.
HISTORIES = 2_000
# Beyond the recorded seed: the product may have changed since, and with it the histories.
SEARCHED = 1_000
FINGERPRINTS = """
import sys
from tests.simulation.history import play
sys.stdout.write(" ".join(play(seed).digest for seed in {seeds}))
"""
SEEDS = (2, 3, 5, 7, 11, 13)


@pytest.mark.simulation
def test_nothing_is_lost_doubled_or_out_of_order_whatever_breaks() -> None:
    counts: Counter[str] = Counter()
    for outcome in run(0, HISTORIES, os.cpu_count() or 1):
        assert outcome.problem is None, f"make simulate SEED={outcome.seed} COUNT=1 TRACE=1: {outcome.problem}"
        counts.update(outcome.counts)
    # A fault that never hit has shown nothing.
    for fault in Fault:
        assert counts[f"fault: {fault.value}"], fault
    for row, names in ROWS.items():
        assert sum(counts[name] for name in names), row


def test_a_seed_gives_the_same_history_whatever_the_hash_seed() -> None:
    def fingerprints(hash_seed: str) -> str:
        program = FINGERPRINTS.format(seeds=SEEDS)
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
        ).stdout

    assert fingerprints("1").split() == fingerprints("4711").split() == [play(seed).digest for seed in SEEDS]


def test_tracing_changes_nothing_and_tells_every_fault() -> None:
    seed = next(each for each in range(100) if len(plan(each).strikes) > 3)
    traced, quiet = play(seed, tracing=True), play(seed)
    assert traced.digest == quiet.digest
    for strike in plan(seed).strikes:
        assert any(strike.fault.value in line for line in traced.trace)


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str) -> None:
    outcome = searched(name, BUGS[name].seed, SEARCHED)
    assert outcome is not None, f"{BUGS[name].why} Nobody noticed in {SEARCHED} histories."
    assert play(outcome.seed).problem is None, "it is the bug that was found"
