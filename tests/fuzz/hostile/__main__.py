"""`python -m tests.fuzz.hostile --seconds 600`: hostile inputs, guided by what they reach, for so long in all.

Starts one process for each target (`guided`), shows what it did, keeps what is new in OUT/corpus, and of a finding
tells the bytes, where they are kept and how to run them again: exit 1. So it is where atheris could run and is missing.
Ctrl-C: exit 130.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tests.arguments import whole
from tests.fuzz.hostile import corpus
from tests.fuzz.hostile.replay import HEX
from tests.fuzz.hostile.targets import RESIDENT_MIB_MAX, SECONDS_MAX, TARGETS, Target

PATIENCE_S = 120  # beyond its time, until a process counts as hanging
SHOWN_LINES = 40
COVERED = re.compile(r"cov: (\d+)")
HELD = re.compile(r"corp: (\d+)")
RUNS = re.compile(r"stat::number_of_executed_units: *(\d+)")
RESIDENT = re.compile(r"stat::peak_rss_mb: *(\d+)")
PYTHONS = ((3, 11), (3, 14))
INTERRUPTED = 130


class Run(NamedTuple):
    """How a target's run ended."""

    code: int
    said: str
    findings: list[Path]

    def last(self, pattern: re.Pattern[str]) -> int:
        """The last number that was said so; 0 without one."""
        found = pattern.findall(self.said)
        return int(found[-1]) if found else 0


def say(text: str) -> None:
    """One line for whoever runs it."""
    print(text, flush=True)  # noqa: T201


def has_wheel() -> bool:
    """Whether there is an atheris for this machine and this Python."""
    machine = (sys.platform, platform.machine()) == ("linux", "x86_64")
    return machine and PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]


def missing() -> str:
    """Why it can't run here; empty if it can."""
    if find_spec("atheris") is not None:
        return ""
    here = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    if has_wheel():
        return f"atheris is not installed ({here} has it): make setup"
    return f"NOT RUN: no atheris for {here}; it runs on Linux x86_64 with Python 3.11 to 3.14"


def _words(name: str, *flags: str) -> list[str]:
    return [sys.executable, "-m", "tests.fuzz.hostile.guided", name, *flags]


def hunt(name: str, target: Target, seconds: int, seed: int, out: Path) -> Run:
    """One target for so long, from the checked-in inputs and what earlier runs kept."""
    kept, found = out / "corpus" / name, out / "findings" / name
    checked_in = corpus.FOLDER / name
    for folder in (kept, found, checked_in):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(found.iterdir())
    flags = [
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS_MAX}",
        f"-rss_limit_mb={RESIDENT_MIB_MAX}",
        f"-max_len={target.bytes_max}",
        f"-seed={seed}",
        f"-artifact_prefix={found}/",
        "-print_final_stats=1",
        *([] if target.frames is None else ["-len_control=0"]),
        str(kept),
        str(checked_in),
    ]
    try:
        ended = subprocess.run(
            _words(name, *flags), capture_output=True, text=True, errors="replace", timeout=seconds + PATIENCE_S,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as exc:
        said = (exc.stderr or b"").decode(errors="replace")
        return Run(1, said + f"\nno end {PATIENCE_S} s beyond its time", sorted(set(found.iterdir()) - before))
    return Run(ended.returncode, ended.stderr + ended.stdout, sorted(set(found.iterdir()) - before))


def tell(name: str, run: Run, seconds: int) -> None:
    """What a run did and found."""
    runs = run.last(RUNS)
    say(
        f"{name:10} {seconds:4} s {runs:>9,} runs, {run.last(COVERED):>5,} branches, "
        f"{run.last(HELD):>4} inputs, {run.last(RESIDENT):>4} MiB"
    )
    if run.code == 0:
        return
    said = [line for line in run.said.splitlines() if not line.startswith("INFO: Instrumenting")]
    say("\n".join(said[-SHOWN_LINES:]))
    for path in run.findings:
        say(f"{path.name.partition('-')[0]} in {name}: {HEX}{path.read_bytes().hex()}")
        say(f"again: python -m tests.fuzz.hostile.replay {name} {path}")


def keep(name: str, target: Target, out: Path) -> None:
    """Put a small set of inputs that reaches the same into the checked-in folder."""
    chosen, folder = out / "chosen" / name, corpus.FOLDER / name
    shutil.rmtree(chosen, ignore_errors=True)
    chosen.mkdir(parents=True)
    # libFuzzer starts itself again, by the name that it was given.
    again = out / f"{name}.sh"
    again.write_text(f'#!/bin/sh\nexec {" ".join(_words(name))} "$@"\n')
    again.chmod(0o755)
    sources = [str(folder), str(out / "corpus" / name)]
    flags = [f"-max_len={target.bytes_max}", "-set_cover_merge=1", str(chosen), *sources]
    subprocess.run([again, *flags], check=True, capture_output=True, env={**os.environ, "ORYN_FUZZ_NAME": str(again)})
    for path in folder.glob("*"):
        path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    for path in chosen.iterdir():
        data = path.read_bytes()
        (folder / corpus.name_of(data)).write_bytes(data)
    say(
        f"{name:10} keeps {len(list(folder.iterdir()))} inputs, {sum(p.stat().st_size for p in folder.iterdir())} bytes"
    )


def main(given: list[str] | None = None) -> int:
    """Hunt in all targets; say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.hostile", description="coverage-guided hostile inputs")
    parser.add_argument("--seconds", type=whole(), default=600, help="in all; 0 with --keep alone")
    parser.add_argument("--seed", type=whole(1), default=1, help="of the mutations")
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"))
    parser.add_argument("--targets", nargs="+", default=list(TARGETS), choices=list(TARGETS))
    parser.add_argument("--keep", action="store_true", help="then minimise, and replace the checked-in inputs")
    options = parser.parse_args(given)
    if not options.seconds and not options.keep:
        parser.error("argument --seconds: nothing is tried in 0 seconds")
    if why := missing():
        say(why)
        return 1 if has_wheel() else 0
    shares = sum(TARGETS[name].share for name in options.targets)
    failed = []
    for name in options.targets:
        target = TARGETS[name]
        seconds = max(1, options.seconds * target.share // shares) if options.seconds else 0
        run = hunt(name, target, seconds, options.seed, options.out) if seconds else Run(0, "", [])
        tell(name, run, seconds)
        if run.code != 0:
            failed.append(name)
        elif options.keep:
            keep(name, target, options.out)
    say("no finding" if not failed else f"findings: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
