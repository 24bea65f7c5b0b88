"""Hostile inputs in every run of the tests: those that were kept hold, and half a minute of new ones finds nothing.

Both run in processes of their own: the fuzzer instruments what it imports, and memory is bounded for a process.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NOT_RUN
from tests.fuzz.hostile import corpus
from tests.fuzz.hostile.__main__ import has_wheel, missing
from tests.fuzz.hostile.targets import TARGETS

SECONDS = 30
PATIENCE_S = 600


def run(module: str, *words: str) -> tuple[int, str]:
    """Run a module to its end; its exit code and what it said."""
    command = [sys.executable, "-m", f"tests.fuzz.hostile{module}", *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def test_every_kept_input_holds() -> None:
    code, said = run(".replay")
    assert code == 0, said
    counts = {name: int(count) for name, count in re.findall(r"(\w+): (\d+) inputs hold", said)}
    assert counts == {name: len(list(corpus.inputs(name))) for name in TARGETS}
    assert all(counts.values()), "every target has inputs"


def test_kept_inputs_are_small_and_named_by_their_content() -> None:
    found = [each for name in TARGETS for each in corpus.inputs(name)]
    assert sum(len(data) for _, data in found) < corpus.BYTES_MAX
    assert [path.name for path, _ in found] == [corpus.name_of(data) for _, data in found]
    assert {path.name for path in corpus.FOLDER.iterdir()} == set(TARGETS)


def test_an_input_that_fails_is_named_with_its_bytes(tmp_path: Path) -> None:
    """By a stand-in that finds fault with one input: that a failing check is told is what is tested."""
    script = tmp_path / "failing.py"
    script.write_text(
        "import sys\n"
        "from tests.fuzz.hostile import replay\n"
        "def check(data): assert data != b'\\xbe\\xef', 'found'\n"
        "replay.TARGETS['lines'] = replay.TARGETS['lines']._replace(check=check)\n"
        "sys.exit(replay.main(['lines', 'hex:00', 'hex:beef']))\n"
    )
    ended = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, env={"PYTHONPATH": str(Path.cwd())}
    )
    assert ended.returncode == 1
    assert "hex:beef" in ended.stderr
    assert "AssertionError: found" in ended.stderr


@pytest.mark.skipif(not has_wheel(), reason=f"{NOT_RUN}: {missing()}")
def test_half_a_minute_of_new_inputs_finds_nothing(tmp_path: Path) -> None:
    code, said = run("", "--seconds", str(SECONDS), "--out", str(tmp_path / "fuzz"))
    assert code == 0, said
    found = {name: int(runs.replace(",", "")) for name, runs in re.findall(r"(\w+) +\d+ s +([\d,]+) runs", said)}
    assert set(found) == set(TARGETS)
    assert all(count > len(list(corpus.inputs(name))) for name, count in found.items()), said
