"""`oryn campaign` from outside: the same bytes in every process, a file that simulate takes, clear refusals."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.instants import parse_instant

RUN = "import sys; from infra.cli import main; sys.argv[0] = 'oryn'; main()"
TIMEOUT_SECONDS = 120


def _oryn(*arguments: str, hash_seed: str = "0", stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "COLUMNS": "200"},
    )


@pytest.mark.parametrize(("name", "scale", "days"), [("village", "1", "60"), ("astana-2021", "0.01", "40")])
def test_two_processes_with_different_hash_seeds_write_the_same_bytes(name: str, scale: str, days: str) -> None:
    first, second = (
        _oryn("campaign", name, "--seed", "11", "--scale", scale, "--days", days, "--quiet", hash_seed=each)
        for each in ("1", "4711")
    )
    assert first.returncode == second.returncode == 0, first.stderr.decode()
    assert len(first.stdout) > 100_000
    assert first.stdout == second.stdout


def test_the_nation_comes_in_order_of_time_from_many_localities() -> None:
    done = _oryn("campaign", "nation", "--scale", "0.0005", "--days", "9", "--quiet")
    assert done.returncode == 0, done.stderr.decode()
    events = [json.loads(line) for line in done.stdout.splitlines()]
    times = [parse_instant(event["time"]) for event in events]
    assert times == sorted(times)
    assert len({event["locality"] for event in events}) > 150
    assert {event["time"][-6:] for event in events} == {"+05:00", "+06:00"}


def test_the_journal_of_the_loop_is_the_journal_of_simulate(tmp_path: Path) -> None:
    loop, simulated = tmp_path / "loop.jsonl", tmp_path / "simulated.jsonl"
    season = _oryn("campaign", "village", "--journal", str(loop))
    assert season.returncode == 0, season.stderr.decode()
    decided = _oryn("simulate", "-", "--journal", str(simulated), "--quiet", stdin=season.stdout)
    assert decided.returncode == 0, decided.stderr.decode()

    def hashes(path: Path) -> list[str]:
        return [json.loads(line)["hash"] for line in path.read_bytes().splitlines()]

    assert hashes(loop) == hashes(simulated)
    assert "places released" in season.stderr.decode()


def test_the_seasons_and_the_assumptions_can_be_listed() -> None:
    listed = _oryn("campaign", "--list")
    assert listed.returncode == 0
    assert "astana-2021" in listed.stdout.decode() and "24,297" in listed.stdout.decode()
    assumed = _oryn("campaign", "--assumptions")
    assert assumed.returncode == 0
    assert "ACCESS_IGNORED" in assumed.stdout.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["atlantis-2021"],
        ["village", "--scale", "0"],
        ["village", "--scale", "-1"],
        ["village", "--days", "0"],
        ["village", "--journal", "-"],
    ],
)
def test_wrong_usage_ends_with_two(arguments: list[str]) -> None:
    done = _oryn("campaign", *arguments)
    assert done.returncode == 2
    assert not done.stdout
