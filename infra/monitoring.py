"""Puts the monitoring together and runs it until it is told to stop. Only wires; counts nothing."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka.admin import AdminClient
from prometheus_client import CollectorRegistry

from infra.health import HealthServer, note_path
from infra.processors import GARBAGE_OBJECTS, GARBAGE_ROUNDS, METADATA_TIMEOUT_S, stopped_by_signals
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_services import kafka_admin, kafka_client, schema_ids
from schemas.codec import journal_codec, output_codec
from schemas.errors import OrynError
from schemas.ids import RegistryUnavailable
from schemas.indicators import IndicatorRow
from streams.monitoring.figures import MonitoringFigures
from streams.monitoring.process import Monitoring
from streams.monitoring.settings import INDICATORS_TOPIC, MonitoringSettings
from streams.runtime.errors import Fatal, Misconfigured

log = logging.getLogger(__name__)

GROUP = "oryn-monitor"
# Faust and what it stands on tell of every step; the last is the name under which Faust's parts tell of ours.
LOUD = ("faust", "mode", "aiokafka", "kafka", "streams.monitoring.reading")


def monitoring_settings(settings: Settings, name: str) -> MonitoringSettings:
    """The settings of one process. Raises: OrynError where no Kafka is known."""
    worker, monitoring = settings.worker, settings.monitoring
    return MonitoringSettings(
        client=kafka_client(settings),
        group_id=settings.group(GROUP),
        worker=name,
        topic_prefix=settings.kafka.topic_prefix,
        emit_ms=monitoring.emit_ms,
        session_timeout_ms=worker.session_timeout_ms,
        max_poll_interval_ms=worker.max_poll_interval_ms,
        snapshots=settings.snapshots,
        snapshot_records=monitoring.snapshot_records,
    )


def monitoring_of(settings: Settings, name: str, registry: CollectorRegistry, *, from_start: bool) -> Monitoring:
    """One process, not yet connected. Raises: OrynError, Misconfigured when a topic is missing."""
    chosen = monitoring_settings(settings, name)
    try:
        admin = kafka_admin(settings)
    except SettingsError as exc:
        raise Fatal(str(exc)) from exc  # the brokers may come back: a supervisor tries again
    _check_topics(admin, (chosen.journal, chosen.indicators))
    ids = schema_ids(settings)
    return Monitoring(
        chosen,
        journal_codec(ids).decode,
        output_codec(INDICATORS_TOPIC, IndicatorRow, ids).encode,
        MonitoringFigures(registry),
        from_start=from_start,
    )


def _check_topics(admin: AdminClient, wanted: tuple[str, ...]) -> None:
    found = admin.list_topics(timeout=METADATA_TIMEOUT_S).topics
    missing = [topic for topic in wanted if topic not in found]
    if missing:
        raise Misconfigured(f"no topic {', '.join(missing)}: make the topics with `oryn topics apply`")


def run_monitoring(settings: Settings, name: str, *, from_start: bool) -> int:
    """Run until SIGTERM or SIGINT: 0, or the exit code of what made it impossible to go on."""
    if not __debug__:
        raise OrynError("python -O leaves out the checks that keep figures right: start without it")
    gc.set_threshold(GARBAGE_OBJECTS, GARBAGE_ROUNDS, GARBAGE_ROUNDS)
    for each in LOUD:
        logging.getLogger(each).setLevel(logging.WARNING)
    registry = CollectorRegistry()
    with stopped_by_signals() as stop:
        try:
            monitoring = monitoring_of(settings, name, registry, from_start=from_start)
            with _health(monitoring, settings, name, registry), _told_once(monitoring.outage):
                monitoring.run(stop)
        except Fatal as exc:
            unexpected = exc.__cause__ if type(exc) is Fatal else None
            log.critical("stopped", extra={"reason": str(exc), "exit_code": exc.exit_code}, exc_info=unexpected)
            return exc.exit_code
        except RegistryUnavailable as exc:
            log.critical("stopped", extra={"reason": str(exc), "exit_code": Fatal.exit_code})
            return Fatal.exit_code
    log.info("stopped")
    return 0


@contextmanager
def _told_once(outage: logging.Filter) -> Iterator[None]:
    """Hold back what Kafka's clients tell of each attempt: in handlers, for a logger's filter knows its own only."""
    handlers = list(logging.getLogger().handlers)
    for handler in handlers:
        handler.addFilter(outage)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(outage)


@contextmanager
def _health(monitoring: Monitoring, settings: Settings, name: str, registry: CollectorRegistry) -> Iterator[None]:
    """Serve /live, /ready and /metrics if a port is set."""
    worker = settings.worker
    if worker.health_port is None:
        yield
        return
    note = note_path(settings.data, settings.group(GROUP), name)
    with HealthServer(
        registry, monitoring.live, monitoring.ready, host=worker.health_host, port=worker.health_port, note=note
    ):
        yield
