"""`make simulate` as it is used: it says what was played when it is broken off, and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no types of its own

from tests.simulation.bugs import BUGS
from tests.simulation.tally import Tally

PATIENCE_S = 60.0
PAGE = Path("docs/reliability.md")
# A pool whose work would take until tomorrow.
SLEEPER = """
from time import sleep
from tests.processes import spread
list(spread(sleep, [86_400.0] * 2, 2))
"""
# What is started in the background of a script would not hear Ctrl-C.
PLAYER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from tests.simulation.__main__ import main
sys.exit(main(["--count", "100000", "--workers", "2"]))
"""


@contextmanager
def running(program: str) -> Iterator["subprocess.Popen[str]"]:
    """A Python program that is ended with the block."""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def workers_of(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """The processes of its pool, as soon as they have begun."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        # They are started by a process that the pool has started for that.
        children = psutil.Process(process.pid).children()
        everybody: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
        if len(everybody) - len(children) == 2:
            return everybody
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("no process of its pool has begun")


def test_a_killed_command_leaves_no_process_behind() -> None:
    with running(SLEEPER) as process:
        workers = workers_of(process)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
        _, left = psutil.wait_procs(workers, PATIENCE_S)
    assert not left


def test_ctrl_c_ends_it_at_once_with_the_table_of_what_was_played() -> None:
    with running(PLAYER) as process:
        workers = workers_of(process)
        os.kill(process.pid, signal.SIGINT)
        said, complained = process.communicate(timeout=PATIENCE_S)
        _, left = psutil.wait_procs(workers, PATIENCE_S)
    assert (process.returncode, complained) == (130, "")
    assert "of 100,000 histories from seed 0 on" in said
    assert all(row in said for row in Tally(1).rows())
    assert not left


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = PAGE.read_text(encoding="utf-8").split(f"### {heading}\n", 1)[1].split("\n### ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_the_documented_long_run_has_the_rows_of_the_table() -> None:
    assert [name for name, _ in rows_of("The long run")] == list(Tally(1).rows())


def test_the_documented_bugs_are_those_that_are_planted() -> None:
    found = {name.strip("`"): (why, int(histories)) for name, why, histories in rows_of("Planted bugs")}
    assert found == {name: (bug.why, bug.seed + 1) for name, bug in BUGS.items()}


def test_how_far_it_is_says_how_long_it_will_take() -> None:
    tally = Tally(1_000, iter([0.0, 25.0]).__next__)
    tally.histories, tally.violations = 100, 1
    assert tally.pace() == "4.0 a second, 0:03:45 left, 1 violations"
