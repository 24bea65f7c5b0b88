"""What can be set: one frozen object with a section for each part, its defaults, its bounds, and what each means.

Owns names, defaults, bounds and what must fit together. Never reads the environment or a file: `settings_layers` does,
once, and says where each value came from. docs/settings.md lists what is here; a test compares the two.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import digits as DIGITS
from typing import Annotated

from infra.settings_base import NAME, URL, About, Leaf, Section, SettingsError, leaves_of
from infra.settings_dashboard import DashboardSettings
from infra.settings_readers import (
    GatewaySettings,
    IndicatorsSettings,
    PostgresSettings,
    PublicSettings,
    ReaderSettings,
    RedisSettings,
)
from streams.runtime.settings import Clock

HOUR_MS = 3_600_000
PORT_MAX = 65_535
RECORDS_MAX = 100_000

# Properties of the client that carry Oryn's promises. Set from outside they would break them without a sign.
OWN_PROPERTIES = {
    "acks": "every record is acknowledged by all replicas in sync",
    "auto.offset.reset": "an unknown offset is never the beginning",
    "bootstrap.servers": "it is kafka.bootstrap",
    "enable.auto.commit": "offsets are committed with their effects",
    "enable.auto.offset.store": "offsets are committed with their effects",
    "enable.idempotence": "no record is sent twice",
    "group.id": "it is worker.allocation_group or worker.fan_out_group",
    "group.instance.id": "it is worker.name",
    "isolation.level": "only committed records are read",
    "max.poll.interval.ms": "it is worker.max_poll_interval_ms",
    "metadata.broker.list": "it is kafka.bootstrap",
    "partitioner": "a locality's partition is part of the contract",
    "request.required.acks": "every record is acknowledged by all replicas in sync",
    "session.timeout.ms": "it is worker.session_timeout_ms",
    "transaction.timeout.ms": "it is worker.transaction_timeout_ms",
    "transactional.id": "it is worker.name",
}


# In the names of PostgreSQL schemas, so that nobody has to quote them.
NO_SCHEMA_LETTER = re.compile(r"[^a-z0-9_]+")
SCHEMA_PREFIX_LENGTH = 24
SCHEMA_HASH_LENGTH = 6


@dataclass(frozen=True, slots=True)
class KafkaSettings(Section):
    """Where Kafka is and how to speak to it."""

    bootstrap: Annotated[str | None, About("Brokers, host:port with commas. None: the local stack that runs here.")] = (
        None
    )
    topic_prefix: Annotated[
        str, About("Before the name of every topic and group; separates environments.", pattern=NAME)
    ] = ""
    partitions: Annotated[
        int | None, About("Of inputs and journal, when they are made. None: as they are, else 12.", low=1, high=10_000)
    ] = None
    replicas: Annotated[int | None, About("Of every topic. None: 3 from three brokers on, else 1.", low=1, high=9)] = (
        None
    )
    client: Annotated[
        Mapping[str, str], About("Further properties of librdkafka, as they are: TLS, SASL, timeouts.")
    ] = dataclasses.field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse properties that carry promises. Raises: SettingsError."""
        Section.__post_init__(self)
        for name in self.client:
            if name in OWN_PROPERTIES:
                raise SettingsError(f"kafka.client: {name} can't be set: {OWN_PROPERTIES[name]}")


@dataclass(frozen=True, slots=True)
class RegistrySettings(Section):
    """The Schema Registry, for those who have one."""

    url: Annotated[
        str | None,
        About(
            "The Schema Registry. None: the ids frozen in the package.",
            pattern=URL,
            link=True,
            alias="SCHEMA_REGISTRY_URL",
        ),
    ] = dataclasses.field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WorkerSettings(Section):
    """The processors: allocation and fan-out. Times in milliseconds."""

    name: Annotated[
        str, About("Stable name of this worker, unique among those that run; a restart keeps it.", pattern=NAME)
    ] = "worker-1"
    clock: Annotated[
        Clock, About("wall: time is the brokers' and the machine's. records: the records' own (replays, tests).")
    ] = Clock.WALL
    clock_skew_ms: Annotated[
        int, About("How far clocks may differ: a timer waits so long for late records.", low=0, high=HOUR_MS)
    ] = 1_000
    transaction_timeout_ms: Annotated[
        int, About("When brokers end a transaction whose worker is gone.", low=1_000, high=30_000)
    ] = 12_000
    max_poll_interval_ms: Annotated[
        int, About("A worker that is silent for longer loses its partitions.", low=1_000, high=24 * HOUR_MS)
    ] = 300_000
    session_timeout_ms: Annotated[
        int, About("A worker that is gone for longer is replaced by the others.", low=1_000, high=HOUR_MS)
    ] = 15_000
    batch_records: Annotated[int, About("Records of one transaction, at most.", low=1, high=RECORDS_MAX)] = 10_000
    batch_ms: Annotated[int, About("How long one transaction collects, at most.", low=1, high=7_500)] = 500
    snapshots: Annotated[Path | None, About("Folder of snapshots. None: snapshots/ in the data folder.")] = None
    snapshot_records: Annotated[
        int, About("Journal records between two snapshots of a partition, at least.", low=1, high=100_000_000)
    ] = 50_000
    health_host: Annotated[str, About("Where /live, /ready and /metrics listen. 0.0.0.0: everywhere.")] = "127.0.0.1"
    health_port: Annotated[int | None, About("Their port. 0: any free one. None: off.", low=0, high=PORT_MAX)] = None
    allocation_group: Annotated[str, About("Consumer group of the allocation.", pattern=NAME)] = "oryn-allocation"
    fan_out_group: Annotated[str, About("Consumer group of the fan-out.", pattern=NAME)] = "oryn-fan-out"

    def __post_init__(self) -> None:
        """Check the times against each other. Raises: SettingsError."""
        Section.__post_init__(self)
        for name in ("name", "allocation_group", "fan_out_group"):
            if not getattr(self, name):
                raise SettingsError(f"worker.{name}: empty")
        if self.allocation_group == self.fan_out_group:
            raise SettingsError("worker.fan_out_group: the same as worker.allocation_group")
        if 2 * self.transaction_timeout_ms >= self.max_poll_interval_ms:  # a commit, then an abort
            raise SettingsError("worker.transaction_timeout_ms: not below half of worker.max_poll_interval_ms")
        if self.session_timeout_ms >= self.max_poll_interval_ms:
            raise SettingsError("worker.session_timeout_ms: not below worker.max_poll_interval_ms")
        # A batch must fit into its transaction with room for the commit, or the broker aborts it underneath us.
        if self.batch_ms > self.transaction_timeout_ms // 4:
            raise SettingsError("worker.batch_ms: above a quarter of worker.transaction_timeout_ms")


@dataclass(frozen=True, slots=True)
class MonitoringSettings(Section):
    """The monitoring: what the journal says in figures."""

    emit_ms: Annotated[
        int, About("Rows of windows that go on are sent at most once in so many milliseconds.", low=50, high=HOUR_MS)
    ] = 1_000
    snapshot_records: Annotated[
        int, About("Journal records between two snapshots of a partition's figures, at least.", low=1, high=100_000_000)
    ] = 50_000


@dataclass(frozen=True, slots=True)
class PublisherSettings(Section):
    """Publishing events."""

    source: Annotated[str | None, About("Who publishes: the CloudEvents source, e.g. kindergarten/17.")] = None
    spool: Annotated[Path | None, About("Folder of what could not be sent yet. None: spool/ in the data folder.")] = (
        None
    )
    delivery_timeout_ms: Annotated[
        int,
        About("How long a record may take to be acknowledged before it is kept for later.", low=1_000, high=HOUR_MS),
    ] = 30_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    data: Annotated[Path, About("Folder of all that Oryn keeps on this machine.")] = Path(".oryn")
    cache: Annotated[
        Path | None, About("Folder of what can be fetched again, as Kafka's jars. None: the user's cache folder.")
    ] = None
    kafka: KafkaSettings = dataclasses.field(default_factory=KafkaSettings)
    registry: RegistrySettings = dataclasses.field(default_factory=RegistrySettings)
    worker: WorkerSettings = dataclasses.field(default_factory=WorkerSettings)
    monitoring: MonitoringSettings = dataclasses.field(default_factory=MonitoringSettings)
    postgres: PostgresSettings = dataclasses.field(default_factory=PostgresSettings)
    redis: RedisSettings = dataclasses.field(default_factory=RedisSettings)
    reader: ReaderSettings = dataclasses.field(default_factory=ReaderSettings)
    gateway: GatewaySettings = dataclasses.field(default_factory=GatewaySettings)
    public: PublicSettings = dataclasses.field(default_factory=PublicSettings)
    indicators: IndicatorsSettings = dataclasses.field(default_factory=IndicatorsSettings)
    publisher: PublisherSettings = dataclasses.field(default_factory=PublisherSettings)
    dashboard: DashboardSettings = dataclasses.field(default_factory=DashboardSettings)

    @property
    def snapshots(self) -> Path:
        """The folder of snapshots."""
        return self.worker.snapshots or self.data / "snapshots"

    @property
    def spool(self) -> Path:
        """The folder of what could not be sent yet."""
        return self.publisher.spool or self.data / "spool"

    def schema(self, name: str) -> str:
        """A PostgreSQL schema's name in this environment: environments in one database share nothing.

        A prefix that is no name as it stands gets a piece of its own hash, so that `a.b-` and `a_b_` stay apart.
        """
        chosen: str | None = getattr(self.postgres, name)
        prefix = self.kafka.topic_prefix
        if chosen or not prefix:
            return chosen or name
        plain = NO_SCHEMA_LETTER.sub("_", prefix.lower())[:SCHEMA_PREFIX_LENGTH]
        if plain != prefix or plain[0] in DIGITS:
            plain = f"_{plain.strip('_')}_{sha256(prefix.encode()).hexdigest()[:SCHEMA_HASH_LENGTH]}_"
            plain = plain if plain[1] in DIGITS else plain[1:]
        return plain + name

    @property
    def redis_prefix(self) -> str:
        """Before each key of the live view in this environment."""
        return self.redis.prefix or f"{self.kafka.topic_prefix}oryn"

    @property
    def public_store(self) -> str:
        """Where the public pages go, as an address."""
        return self.public.store or (self.data / "public").absolute().as_uri()

    def topic(self, name: str) -> str:
        """A topic's name in this environment."""
        return self.kafka.topic_prefix + name

    def group(self, name: str) -> str:
        """A consumer group's name in this environment."""
        return self.kafka.topic_prefix + name


@cache
def leaves() -> Mapping[str, Leaf]:
    """Every setting by its path, in the order in which they are declared."""
    return {leaf.path: leaf for leaf in leaves_of(Settings, "")}
