"""The settings of the monitoring. Never reads the environment: `infra` fills them, once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from schemas.errors import OrynError

NAME: Final = "monitoring"
JOURNAL: Final = "journal"
INDICATORS_TOPIC: Final = "indicators"


@dataclass(frozen=True, slots=True)
class MonitoringSettings:
    """How one process of the monitoring meets Kafka. Times in milliseconds.

    `client`: properties of librdkafka, `bootstrap.servers` among them. `worker`: the stable name of this process, its
    static membership in the group. `snapshots`: a folder for caches of state, or none.
    """

    client: Mapping[str, str] = field(repr=False)
    group_id: str
    worker: str
    topic_prefix: str = ""
    # Rows that are not final yet are sent at most once in so long.
    emit_ms: int = 1_000
    session_timeout_ms: int = 15_000
    max_poll_interval_ms: int = 300_000
    snapshots: Path | None = None
    # At least so many journal records between two snapshots of one partition.
    snapshot_records: int = 50_000

    def __post_init__(self) -> None:
        """Check the settings. Raises: OrynError naming the setting."""
        if "bootstrap.servers" not in self.client:
            raise OrynError("client: no bootstrap.servers")
        if self.emit_ms < 1 or self.snapshot_records < 1:
            raise OrynError("emit_ms, snapshot_records: at least 1")

    @property
    def journal(self) -> str:
        """The journal's name in this environment."""
        return self.topic_prefix + JOURNAL

    @property
    def indicators(self) -> str:
        """The topic of the rows in this environment."""
        return self.topic_prefix + INDICATORS_TOPIC
