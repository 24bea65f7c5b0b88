"""What all tests share: how hard hypothesis tries."""

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

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
