"""What all tests share: how hard hypothesis tries, and that neither a second try nor a missing program is silent."""

import os
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings

# How the reason of a skipped test begins that this machine can't run.
NOT_RUN = "NOT RUN"
pytest_plugins = ["tests.services"]

# The machine that tests may be slow or busy, and a deadline would fail for that alone.
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "nightly",
    max_examples=5_000,
    deadline=timedelta(minutes=1),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show why a test failed that was then run once more (decision 059; without this only its name would be told), and
    which tests did not run because this machine lacks a program."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"first try of {report.nodeid}", sep="_", yellow=True)
        terminalreporter.line(str(report.longrepr))
    missed: dict[str, Counter[str]] = {}
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if NOT_RUN in reason:
            missed.setdefault(reason.removeprefix("Skipped: "), Counter())[report.nodeid.partition("[")[0]] += 1
    for reason, names in missed.items():
        terminalreporter.section(f"{names.total()} TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(reason, red=True)
        for name, count in sorted(names.items()):
            terminalreporter.line(f"  {name}" + (f" ({count})" if count > 1 else ""))
