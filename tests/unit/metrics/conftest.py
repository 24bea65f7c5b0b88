"""Prometheus's own checker: that of PROMTOOL, or the one on the path.

Without it these tests don't run, and say so. Where `CI` is set they are required, and fail.
"""

import os
import shutil
import subprocess
from collections.abc import Callable

import pytest

MISSING = "NOT RUN, for there is no promtool: install Debian's package prometheus or set PROMTOOL to the program"
TIMEOUT_S = 60


@pytest.fixture(scope="session")
def promtool() -> Callable[..., str]:
    """Run it with some arguments: what it said. It fails the test when it finds something wrong."""
    program = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING, pytrace=False)
        pytest.skip(MISSING)

    def run(*arguments: object) -> str:
        done = subprocess.run(
            [program, *(str(each) for each in arguments)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        return said

    return run
