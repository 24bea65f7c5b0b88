"""The settings of a processor. Never reads the environment: `infra` fills them, once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from schemas.errors import OrynError
from streams.runtime.snapshots import Saver, SnapshotStore

BATCH_RECORDS_MAX = 100_000


class Clock(StrEnum):
    """What moves time when every input is read to its end."""

    # The machine's clock, against the brokers' append times: production.
    WALL = "wall"
    # Nothing: a locality's time is that of its own records. Replays, simulated seasons, tests.
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class RuntimeSettings:
    """How one worker of a processor meets Kafka. Times in milliseconds.

    `client`: properties of librdkafka, `bootstrap.servers` among them; TLS and SASL pass through. `worker`: the stable
    name of this worker; it becomes its transactional id and its static membership. `snapshots`: a folder for caches
    of state, or none.
    """

    client: Mapping[str, str] = field(repr=False)
    group_id: str
    worker: str
    topic_prefix: str = ""
    clock: Clock = Clock.WALL
    # How far the clocks of brokers and workers, and the brokers' replication, may lag behind one another.
    clock_skew_ms: int = 1_000
    # Below the session timeout: who takes over a dead worker's partitions waits for both.
    transaction_timeout_ms: int = 12_000
    max_poll_interval_ms: int = 300_000
    session_timeout_ms: int = 15_000
    # A transaction ends after so many records, or so much time, or when there is nothing more to do.
    batch_records: int = 10_000
    batch_ms: int = 500
    snapshots: Path | None = None
    # At least so many journal records between two snapshots of one partition.
    snapshot_records: int = 50_000

    def __post_init__(self) -> None:
        """Check the settings against each other. Raises: OrynError naming the setting."""
        if "bootstrap.servers" not in self.client:
            raise OrynError("client: no bootstrap.servers")
        if 2 * self.transaction_timeout_ms >= self.max_poll_interval_ms:  # a commit, then an abort
            raise OrynError("transaction_timeout_ms: not below half of max_poll_interval_ms")
        if not 0 < self.batch_records <= BATCH_RECORDS_MAX:
            raise OrynError(f"batch_records: between 1 and {BATCH_RECORDS_MAX}")
        # A batch must fit into its transaction with room for the commit, or the broker aborts it underneath us.
        if not 0 < self.batch_ms <= self.transaction_timeout_ms // 4:
            raise OrynError("batch_ms: above 0, and at most a quarter of transaction_timeout_ms")
        if self.clock_skew_ms < 0:
            raise OrynError("clock_skew_ms: below 0")

    def topic(self, name: str) -> str:
        """The topic's name in this environment."""
        return self.topic_prefix + name

    def snapshot_store(self) -> SnapshotStore | None:
        """Where this group's snapshots are; none without a folder."""
        return SnapshotStore(self.snapshots / self.group_id) if self.snapshots is not None else None

    def saver(self) -> Saver:
        """When and where one partition's snapshots are saved."""
        return Saver(self.snapshot_store(), self.snapshot_records)
