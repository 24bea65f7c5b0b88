"""What all tests share: how hard hypothesis tries, and that a second try is never silent."""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings

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
    """Show why a test failed that was then run once more (decision 059); without this only its name would be told."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"first try of {report.nodeid}", sep="_", yellow=True)
        terminalreporter.line(str(report.longrepr))
