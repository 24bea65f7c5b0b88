"""What a publisher is told: where its brokers and its spool are, and its limits. Never reads the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from schemas.errors import OrynError

# What a publisher's promises rest on; whoever sets one of them otherwise has to be told.
FIXED: Final[Mapping[str, str]] = {
    "enable.idempotence": "true",
    "acks": "all",
    # A record that can never be sent stops the producer instead of letting later ones overtake earlier ones.
    "enable.gapless.guarantee": "true",
    # The keys of all clients, Java's too, must lead to the same partitions.
    "partitioner": "murmur2_random",
    # 0: no end. An event stays in the spool until the brokers confirm it, and giving one up would let others overtake.
    "message.timeout.ms": "0",
}
_ALIASES: Final[Mapping[str, str]] = {"delivery.timeout.ms": "message.timeout.ms", "request.required.acks": "acks"}
DEFAULTS: Final[Mapping[str, str]] = {
    "client.id": "oryn-publisher",
    "compression.type": "lz4",
    "linger.ms": "5",
    # Brokers that are back are found again within two seconds, not ten.
    "reconnect.backoff.max.ms": "2000",
}


class PublisherSettingsError(OrynError):
    """A setting of the publisher that cannot be."""


class Ordering(StrEnum):
    """Which order holds on the log."""

    # Events of one locality are appended in the order in which they were accepted, whatever their topics.
    LOCALITY = "LOCALITY"
    # Only those of one locality and one topic. Enough, and faster, where each record carries its own time.
    TOPIC = "TOPIC"


@dataclass(frozen=True, kw_only=True)
class PublisherSettings:
    """Settings of one publisher.

    `client` are librdkafka properties: `bootstrap.servers`, and `security.*`, `sasl.*`, `ssl.*` as the brokers want
    them. They may hold secrets and are never shown. `spool` is the file that keeps what is not yet confirmed.
    """

    client: Mapping[str, str] = field(repr=False)
    spool: Path
    # Who publishes (ce_source), e.g. "urn:kindergarten:12". Needed where an event does not name its own.
    source: str | None = None
    topic_prefix: str = ""
    ordering: Ordering = Ordering.LOCALITY
    # What the spool may hold; a submission that finds it full waits, then fails with `SpoolFull`.
    spool_events_max: int = 200_000
    spool_bytes_max: int = 512 * 1024 * 1024
    submit_block_s: float = 30.0
    # Events that are with the brokers at one time.
    batch_events_max: int = 1_000

    def __post_init__(self) -> None:
        """Raises: PublisherSettingsError."""
        if not self.client.get("bootstrap.servers"):
            raise PublisherSettingsError("client: bootstrap.servers is missing")
        for name, value in self.client.items():
            fixed = FIXED.get(_ALIASES.get(name, name))
            if fixed is not None and not _same(fixed, value):
                raise PublisherSettingsError(f"client: {name} has to stay {fixed}")
        for name in ("spool_events_max", "spool_bytes_max", "batch_events_max"):
            if getattr(self, name) < 1:
                raise PublisherSettingsError(f"{name}: not positive")
        if self.submit_block_s < 0:
            raise PublisherSettingsError("submit_block_s: negative")


def _same(fixed: str, value: str) -> bool:
    return value.lower() == fixed or (fixed == "all" and value == "-1")
