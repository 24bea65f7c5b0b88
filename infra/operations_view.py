"""The machinery at one look, for the dashboard: from notes, /ready, /metrics and logs of this machine's processes.

Owns which figures make which part of the view; tests hold their names against `infra.metrics_inventory`. Only looks.
Several pages at once share one look.
"""

import time
from collections.abc import Sequence
from threading import Lock
from typing import Final

from consumers.dashboard.operations.view import (
    Condition,
    Messages,
    OperationsView,
    Partition,
    Process,
    Reader,
    Work,
)
from infra.metrics_targets import targets
from infra.operations_log import troubles
from infra.operations_samples import Asking, Said, ask_all
from infra.settings import Settings
from schemas.instants import Instant

# A look is good for so long: pages of several people in a row don't ask again.
GOOD_FOR_S: Final = 1.0
# In the order in which a record meets them.
ROLES: Final = ("worker", "fan-out", "monitor", "reader", "dashboard", "group", "other")
DECIDING, TELLING = "oryn_allocation", "oryn_fan_out"
LAGS: Final = (
    f"{DECIDING}_lag_records",
    f"{TELLING}_lag_records",
    "oryn_reader_lag_records",
    "oryn_monitoring_lag_records",
)


class Looking:
    """Looks at the processes of one environment when it is called. Safe between threads."""

    def __init__(self, settings: Settings, asking: Asking = ask_all) -> None:
        """Ask nothing yet."""
        self._settings, self._asking = settings, asking
        self._lock = Lock()
        self._seen: OperationsView | None = None
        self._seen_at = 0.0

    def __call__(self) -> OperationsView:
        """How everything is now, or was a moment ago."""
        with self._lock:
            if self._seen is None or time.monotonic() - self._seen_at > GOOD_FOR_S:
                self._seen = self._look()
                self._seen_at = time.monotonic()
            return self._seen

    def _look(self) -> OperationsView:
        prefix = self._settings.kafka.topic_prefix
        said = self._asking(targets(self._settings, prefix=prefix))
        return OperationsView(
            Instant(int(time.time() * 1_000)),
            processes(said),
            partitions(said),
            readers(said, prefix),
            work(said),
            messages(said),
            troubles(self._settings.data, prefix),
        )


def processes(said: Sequence[Said]) -> tuple[Process, ...]:
    """All that left a note, and those that their group says have ended for good."""
    restarts: dict[str, int] = {}
    failed: dict[str, str] = {}
    for each in said:
        for labels, value in each.samples.get("oryn_group_process_restarts_total", ()):
            restarts[labels["child"]] = int(value)
        for labels, value in each.samples.get("oryn_group_process_failed", ()):
            if value:
                failed[labels["child"]] = labels["child_kind"]
    found = [_process(each, restarts.get(each.target.process)) for each in said if each.target.process not in failed]
    gone = [
        Process(
            name, kind if kind in ("worker", "fan-out") else "reader", Condition.FAILED, restarts=restarts.get(name)
        )
        for name, kind in failed.items()
    ]
    return tuple(sorted([*found, *gone], key=lambda each: (ROLES.index(each.role), each.name)))


def _process(said: Said, restarts: int | None) -> Process:
    lags = [lag for name in LAGS if (lag := said.total(name)) is not None]
    memory = said.total("process_resident_memory_bytes")
    condition = Condition.DOWN if said.reasons is None else Condition.NOT_READY if said.reasons else Condition.READY
    return Process(
        said.target.process,
        said.target.role,
        condition,
        said.reasons or (),
        int(sum(lags)) if lags else None,
        restarts,
        None if memory is None else int(memory),
    )


def partitions(said: Sequence[Said]) -> tuple[Partition, ...]:
    """Every partition that somebody tells of. One that is handed over just now is shown with its new worker."""
    numbers: set[str] = set()
    of: dict[str, dict[str, float]] = {}
    workers: dict[str, str] = {}
    asked = {
        "waiting": f"{DECIDING}_lag_records",
        "behind": f"{DECIDING}_behind_seconds",
        "last": f"{DECIDING}_last_record_timestamp_seconds",
        "untold": f"{TELLING}_lag_records",
        "uncounted": "oryn_monitoring_lag_records",
        "stopped": f"{DECIDING}_partition_stopped",
        "stopped telling": f"{TELLING}_partition_stopped",
    }
    for part, name in asked.items():
        of[part] = {}
        for each in said:
            here = each.by(name, "partition")
            of[part] |= here
            if part in ("behind", "stopped"):
                workers |= dict.fromkeys(here, each.target.process)
        numbers |= of[part].keys()

    def whole(part: str, number: str) -> int | None:
        value = of[part].get(number)
        return None if value is None else int(value)

    return tuple(
        Partition(
            int(number),
            workers.get(number, ""),
            bool(of["stopped"].get(number) or of["stopped telling"].get(number)),
            whole("waiting", number),
            of["behind"].get(number),
            whole("untold", number),
            whole("uncounted", number),
            _moment(of["last"].get(number)),
        )
        for number in sorted(numbers, key=int)
    )


def readers(said: Sequence[Said], prefix: str) -> tuple[Reader, ...]:
    """Every topic that a reader follows, by its name without the prefix."""
    found = []
    for each in said:
        lags = each.by("oryn_reader_lag_records", "topic")
        outages = each.by("oryn_reader_outages_total", "topic")
        last = each.by("oryn_reader_last_record_timestamp_seconds", "topic")
        for topic in sorted({*lags, *outages, *last}):
            away = tuple(of for of in ("store", "brokers") if each.total("oryn_reader_away", topic=topic, of=of))
            short = topic.removeprefix(prefix)
            lag, times = int(lags.get(topic, 0)), int(outages.get(topic, 0))
            found.append(Reader(each.target.process, short, lag, away, times, _moment(last.get(topic))))
    return tuple(found)


def work(said: Sequence[Said]) -> tuple[Work, ...]:
    """What workers and fan-out have met."""
    return tuple(
        Work(
            each.target.process,
            each.count(f"{name}_transaction_seconds_count"),
            each.count(f"{name}_transactions_aborted_total"),
            each.count(f"{name}_transactions_doubtful_total"),
            each.count(f"{name}_restore_seconds_count"),
            each.total(f"{name}_restore_seconds_sum") or 0.0,
            each.count(f"{name}_partitions", state="restoring"),
            each.count(f"{name}_dead_letters_total"),
        )
        for each in said
        for name in (DECIDING, TELLING)
        if f"{name}_transaction_seconds_count" in each.samples
    )


def messages(said: Sequence[Said]) -> Messages | None:
    """The gateway; each one tells of all messages, and of its own attempts."""
    gateways = [each for each in said if "oryn_gateway_pending_messages" in each.samples]
    if not gateways:
        return None
    return Messages(
        max(each.count("oryn_gateway_pending_messages") for each in gateways),
        max(each.total("oryn_gateway_oldest_pending_seconds") or 0.0 for each in gateways),
        max(each.count("oryn_gateway_messages_at_risk") for each in gateways),
        sum(each.count("oryn_gateway_messages_undelivered_total") for each in gateways),
        sum(each.count("oryn_gateway_endpoints_left_alone") for each in gateways),
    )


def _moment(seconds: float | None) -> Instant | None:
    return Instant(int(seconds * 1_000)) if seconds else None
