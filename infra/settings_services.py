"""From settings to what the parts need: properties of the Kafka client, settings of the runtime, schema ids.

Owns which service is meant where no address is given: the local stack that runs here. Never starts one.
"""

import logging
from collections import deque
from collections.abc import Mapping

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from infra.settings import Settings
from infra.settings_base import SettingsError
from schemas.ids import FrozenIds, RegistryIds, SchemaIds
from streams.runtime.settings import RuntimeSettings

ANSWER_TIMEOUT_S = 6
COMPLAINTS_KEPT = 20
# Says nothing of what was set: pieces of a password may stand anywhere in it.
NO_ADDRESS = "not an address like {}; in a password @ : / % and blanks are written as %40 %3A %2F %25 %20"
# What the local stack needs and a worker's install may lack: then no local stack runs.
STACK_PACKAGES = frozenset({"filelock", "psutil"})


class _Complaints(logging.Handler):
    """Keeps what the client last complained of: the one place where it says why it can't connect."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last: deque[str] = deque(maxlen=COMPLAINTS_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.last.append(record.getMessage().rpartition("]: ")[2])


def kafka_admin(settings: Settings) -> AdminClient:
    """A connected client for questions and changes. Raises: SettingsError saying why the brokers don't answer."""
    client = kafka_client(settings)
    complaints = _Complaints()
    log = logging.Logger("oryn.kafka-admin")  # of its own, so that nothing is shown twice or by chance
    log.addHandler(complaints)
    try:
        admin = AdminClient(dict(client), logger=log)
    except KafkaException as exc:
        raise SettingsError(f"kafka.client: {exc.args[0].str()}") from exc
    try:
        admin.list_topics(timeout=ANSWER_TIMEOUT_S)
    except KafkaException as exc:
        admin.poll(0)  # brings the complaints
        said = complaints.last[-1] if complaints.last else exc.args[0].str()
        raise SettingsError(f"no answer from Kafka at {client['bootstrap.servers']}: {said}") from exc
    return admin


def kafka_client(settings: Settings) -> dict[str, str]:
    """The properties of every Kafka client. Raises: OrynError where no Kafka is set and none runs here."""
    bootstrap = settings.kafka.bootstrap or _local(settings, "kafka", "Kafka", "ORYN_KAFKA_BOOTSTRAP=host:port")
    return {**settings.kafka.client, "bootstrap.servers": bootstrap}


def schema_ids(settings: Settings) -> SchemaIds:
    """Where schema ids come from. Raises: OrynError without the registry's client library."""
    return FrozenIds() if settings.registry.url is None else RegistryIds(settings.registry.url)


def allocation_runtime(settings: Settings, client: Mapping[str, str]) -> RuntimeSettings:
    """The settings of the allocation worker."""
    return _runtime(settings, client, settings.worker.allocation_group)


def fan_out_runtime(settings: Settings, client: Mapping[str, str]) -> RuntimeSettings:
    """The settings of the fan-out worker."""
    return _runtime(settings, client, settings.worker.fan_out_group)


def _runtime(settings: Settings, client: Mapping[str, str], group: str) -> RuntimeSettings:
    worker = settings.worker
    return RuntimeSettings(
        client=client,
        group_id=settings.group(group),
        worker=worker.name,
        topic_prefix=settings.kafka.topic_prefix,
        clock=worker.clock,
        clock_skew_ms=worker.clock_skew_ms,
        transaction_timeout_ms=worker.transaction_timeout_ms,
        max_poll_interval_ms=worker.max_poll_interval_ms,
        session_timeout_ms=worker.session_timeout_ms,
        batch_records=worker.batch_records,
        batch_ms=worker.batch_ms,
        snapshots=settings.snapshots,
        snapshot_records=worker.snapshot_records,
    )


def postgres_url(settings: Settings) -> str:
    """The address of PostgreSQL. Raises: OrynError where none is set and none runs here, or what is set is none."""
    url = settings.postgres.url or _local(settings, "postgres", "PostgreSQL", "ORYN_POSTGRES_URL=postgresql://...")
    from psycopg import Error  # noqa: PLC0415  # an extra brings it
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        host = str(conninfo_to_dict(url).get("host") or "")
    except Error:
        host = "@"
    if "@" in host:  # what stands behind an unescaped one in a password is taken for a host
        raise SettingsError(f"postgres.url: {NO_ADDRESS.format('postgresql://user:password@host:5432/database')}")
    return url


def redis_url(settings: Settings) -> str:
    """The address of Redis. Raises: OrynError where none is set and none runs here, or what is set is none."""
    url = settings.redis.url or _local(settings, "redis", "Redis", "ORYN_REDIS_URL=redis://host:port/0")
    from redis.connection import parse_url  # noqa: PLC0415  # an extra brings it

    try:
        parts: dict[str, object] = parse_url(url)  # type: ignore[no-untyped-call]
        host = str(parts.get("host") or "")
    except (ValueError, UnicodeError):
        host = "@"
    if "@" in host or "/" in host:
        raise SettingsError(f"redis.url: {NO_ADDRESS.format('redis://user:password@host:6379/0')}")
    return url


def _local(settings: Settings, service: str, name: str, variable: str) -> str:
    """Where the local stack of the data folder has a service. Raises: OrynError when it does not run."""
    address = ""
    try:
        from infra.stack.state import running  # noqa: PLC0415  # an extra brings what it needs
    except ModuleNotFoundError as exc:
        if exc.name not in STACK_PACKAGES:
            raise
    else:
        address = getattr(running(settings.data), service)
    if not address:
        raise SettingsError(
            f"no {name}: no local stack runs in {settings.data}. Start one with `oryn stack up`, or set {variable}"
        )
    return address
