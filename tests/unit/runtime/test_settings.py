"""The settings of a processor refuse what would break its promises; a batch ends by records or by time."""

from pathlib import Path
from typing import Any

import pytest

from schemas.errors import OrynError
from streams.runtime.settings import BATCH_RECORDS_MAX, RuntimeSettings
from streams.runtime.task import Batch

CLIENT = {"bootstrap.servers": "localhost:9092"}


def settings(**given: Any) -> RuntimeSettings:
    """Valid ones, but for what is given."""
    return RuntimeSettings(**{"client": CLIENT, "group_id": "g", "worker": "w", **given})


def test_the_defaults_fit_together() -> None:
    found = settings(topic_prefix="p-")
    assert found.topic("journal") == "p-journal"
    assert found.snapshot_store() is None
    assert 2 * found.transaction_timeout_ms < found.max_poll_interval_ms
    assert "localhost" not in repr(found), "the client's properties may hold secrets"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"client": {}}, "bootstrap.servers"),
        ({"transaction_timeout_ms": 20_000, "max_poll_interval_ms": 40_000}, "transaction_timeout_ms"),
        ({"batch_records": 0}, "batch_records"),
        ({"batch_records": BATCH_RECORDS_MAX + 1}, "batch_records"),
        ({"batch_ms": 0}, "batch_ms"),
        ({"transaction_timeout_ms": 10_000, "batch_ms": 2_501}, "batch_ms"),
        ({"clock_skew_ms": -1}, "clock_skew_ms"),
    ],
)
def test_what_breaks_a_promise_is_refused_by_name(given: dict[str, Any], named: str) -> None:
    with pytest.raises(OrynError, match=named):
        settings(**given)


def test_snapshots_of_two_groups_do_not_meet(tmp_path: Path) -> None:
    one, other = (settings(snapshots=tmp_path, group_id=group).snapshot_store() for group in ("one", "other"))
    assert one is not None
    assert other is not None
    assert one._path(0) != other._path(0)


def test_a_batch_is_full_after_so_many_records() -> None:
    batch = Batch(2, 60_000)
    seen = [batch.full]
    for _ in range(2):
        batch.add()
        seen.append(batch.full)
    assert seen == [False, False, True]
    assert batch.records == 2


def test_a_batch_is_full_after_its_time() -> None:
    now = 50.0
    batch = Batch(1_000, 500, lambda: now)
    seen = []
    for moment in (50.499, 50.501):
        now = moment
        seen.append(batch.full)
    assert seen == [False, True]
