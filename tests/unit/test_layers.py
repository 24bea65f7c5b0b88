"""The arrows between packages, as import-linter sees them, and that it would see a wrong one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("consumers", "infra", "producers", "schemas", "streams")


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages of a folder."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        check=False,
        capture_output=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "PYTHONUTF8": "1"},
        text=True,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's code and settings, to break."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_import_follows_the_layers() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("consumers/planted.py", "import streams.rules.pack"),
        ("producers/planted.py", "import streams.rules.pack"),
        ("producers/planted.py", "import consumers"),
        ("schemas/planted.py", "import infra.cli"),
        ("streams/planted.py", "import infra.cli"),
        ("streams/rules/planted.py", "import time"),
        ("streams/rules/planted.py", "import fastavro"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, module: str, line: str) -> None:
    (copy / module).write_text(f'"""Planted."""\n\n{line}\n', encoding="utf-8")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "1 broken" in result.stdout
    assert "planted" in result.stdout


def test_the_rules_may_not_ask_for_the_time(copy: Path) -> None:
    (copy / "streams/rules/planted.py").write_text(
        '"""Planted."""\n\nfrom datetime import UTC, date, datetime\n\nNOW = datetime.now(UTC)\nTODAY = date.today()\n',
        encoding="utf-8",
    )
    result = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "streams/rules/planted.py"],
        check=False,
        capture_output=True,
        cwd=copy,
        text=True,
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert "datetime.datetime.now" in result.stdout
    assert "datetime.date.today" in result.stdout
