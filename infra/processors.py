"""Puts a processor together and runs it until it is told to stop: the allocation worker, the fan-out.

Owns the wiring and what a process of its own needs: signals, health, exit codes. Never decides, never reads a record.
"""

import gc
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Flag
from types import FrameType

from prometheus_client import CollectorRegistry

from infra.health import HealthServer, note_path
from infra.packs import PackChoice
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_services import allocation_runtime, fan_out_runtime, kafka_admin, kafka_client, schema_ids
from schemas.dead_letter_headers import Cause
from schemas.errors import OrynError
from schemas.ids import RegistryUnavailable
from streams.allocation import task as allocation
from streams.allocation.intake import TOPICS
from streams.allocation.restore import JOURNAL
from streams.fanout import task as fan_out
from streams.runtime.errors import Fatal, Misconfigured
from streams.runtime.loop import Loop
from streams.runtime.metrics import Metrics

log = logging.getLogger(__name__)

# Books are large and hold no cycles: looking through them for garbage would stop the world for long.
GARBAGE_OBJECTS = 100_000
GARBAGE_ROUNDS = 50
METADATA_TIMEOUT_S = 10
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def allocation_loop(settings: Settings, packs: PackChoice, registry: CollectorRegistry) -> Loop:
    """A worker of the allocation. Raises: OrynError, Misconfigured when the topics don't fit together."""
    client = kafka_client(settings)
    runtime = allocation_runtime(settings, client)
    metrics = Metrics(registry, "allocation")
    metrics.records.labels(JOURNAL)
    for cause in Cause:  # a series that begins with its first event shows no rise
        metrics.dead_letters.labels(cause.value)
    codecs = allocation.Codecs(schema_ids(settings), _partitions(settings), packs.of)
    return Loop(
        runtime, TOPICS, lambda partition: allocation.AllocationTask(partition, runtime, codecs, metrics), metrics
    )


def fan_out_loop(settings: Settings, registry: CollectorRegistry, *, from_start: bool) -> Loop:
    """A worker of the fan-out. Raises: OrynError, Misconfigured when the topics don't fit together."""
    client = kafka_client(settings)
    runtime = fan_out_runtime(settings, client)
    metrics = Metrics(registry, "fan_out")
    codecs = fan_out.Codecs(schema_ids(settings))
    _partitions(settings)

    def make(partition: int) -> fan_out.FanOutTask:
        return fan_out.FanOutTask(partition, runtime, codecs, metrics, from_start=from_start)

    return Loop(runtime, (fan_out.JOURNAL,), make, metrics)


def _partitions(settings: Settings) -> int:
    """How many partitions each input and the journal has. Raises: Misconfigured if they are not equally many."""
    try:
        metadata = kafka_admin(settings).list_topics(timeout=METADATA_TIMEOUT_S).topics
    except SettingsError as exc:
        raise Fatal(str(exc)) from exc  # the brokers may come back: a supervisor tries again
    counts = {}
    for name in (*TOPICS, JOURNAL):
        topic = settings.topic(name)
        counts[topic] = len(metadata[topic].partitions) if topic in metadata else 0
    if min(counts.values()) == 0:
        missing = ", ".join(topic for topic, count in counts.items() if not count)
        raise Misconfigured(f"no topic {missing}: make the topics with `oryn topics apply`")
    if len(set(counts.values())) != 1:
        raise Misconfigured(f"inputs and journal must have equally many partitions, but have {counts}")
    return min(counts.values())


def run_until_stopped(make: Callable[[CollectorRegistry], Loop], settings: Settings) -> int:
    """Run a loop until SIGTERM or SIGINT: 0, or the exit code of what made it impossible to go on."""
    if not __debug__:
        raise OrynError("python -O leaves out the checks that keep the journal whole: start without it")
    gc.set_threshold(GARBAGE_OBJECTS, GARBAGE_ROUNDS, GARBAGE_ROUNDS)
    registry = CollectorRegistry()
    with stopped_by_signals() as stop:
        try:
            loop = make(registry)
            with _health(loop, settings, registry):
                loop.run(stop)
        except Fatal as exc:
            # An error of ours comes with where it was made; Kafka's and the operator's need no traceback.
            unexpected = exc.__cause__ if type(exc) is Fatal else None
            log.critical("stopped", extra={"reason": str(exc), "exit_code": exc.exit_code}, exc_info=unexpected)
            return exc.exit_code
        except RegistryUnavailable as exc:
            log.critical("stopped", extra={"reason": str(exc), "exit_code": Fatal.exit_code})
            return Fatal.exit_code
    log.info("stopped")
    return 0


@contextmanager
def _health(loop: Loop, settings: Settings, registry: CollectorRegistry) -> Iterator[None]:
    """Serve /live, /ready and /metrics if a port is set."""
    worker = settings.worker
    if worker.health_port is None:
        yield
        return
    note = note_path(settings.data, loop.settings.group_id, loop.settings.worker)
    with HealthServer(registry, loop.live, loop.ready, host=worker.health_host, port=worker.health_port, note=note):
        yield


@contextmanager
def stopped_by_signals() -> Iterator[Flag]:
    """A flag that SIGTERM and SIGINT set. A second one ends the process at once: nothing undecided is lost by it."""
    stop = Flag()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask) for number in STOP_SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
