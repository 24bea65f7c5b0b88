"""The tests of the rules can fail: each broken rule (mutants.py) is noticed by the test that holds it.

Every mutant lives in a copy of the rules; nothing of the working tree is touched.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.rules.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
PARTS = ("schemas", "streams", "tests/rules")
TESTS_FAILED = 1  # pytest's exit code; others mean that the mutant broke more than a rule
WORKERS = min(8, os.cpu_count() or 1)
SECONDS_MAX = 60
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules and their tests, unbroken."""
    folder = tmp_path_factory.mktemp("whole")
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=IGNORED)
    (folder / "tests" / "__init__.py").touch()
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


def run(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """One test, in a process of its own."""
    return subprocess.run(
        [
            sys.executable,
            "-B",
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:hypothesispytest",
            f"tests/rules/{test}",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def break_rule(copy: Path, index: int, mutant: Mutant) -> str:
    """What is wrong with a mutant; nothing when its test notices it."""
    name = f"{mutant.rule}, {mutant.module}: {mutant.old.strip()!r}"
    folder = copy.parent / f"mutant-{index}"
    shutil.copytree(copy, folder, ignore=IGNORED)
    path = folder / "streams" / "rules" / f"{mutant.module}.py"
    text = path.read_text()
    if text.count(mutant.old) != 1:
        return f"{name} stands {text.count(mutant.old)} times in the module: the mutant is out of date"
    path.write_text(text.replace(mutant.old, mutant.new))
    ran = run(folder, mutant.test)
    shutil.rmtree(folder)
    if ran.returncode != TESTS_FAILED or " failed" not in ran.stdout:
        return f"{name} is not noticed by {mutant.test}:\n{ran.stdout[-1500:]}{ran.stderr[-500:]}"
    return ""


def test_every_broken_rule_is_noticed(copy: Path) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        wrong = [each for each in pool.map(lambda numbered: break_rule(copy, *numbered), enumerate(MUTANTS)) if each]
    assert not wrong, "\n\n".join(wrong)


def test_the_unbroken_rules_pass_the_same_tests(copy: Path) -> None:
    tests = sorted({mutant.test for mutant in MUTANTS})
    ran = subprocess.run(
        [
            sys.executable,
            "-B",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            *(f"tests/rules/{each}" for each in tests),
        ],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
