"""What a worker meets outside of itself: Kafka's clients, the passing of time, and who ends it when it is stuck.

Owns the seam, and what stands behind it on a real machine. Never decides anything. Simulations put a model there.
"""

import time
from typing import Any, Protocol

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from streams.runtime.watchdog import Watchdog


class Outside(Protocol):
    """Everything that a loop asks of the world; the rest of it is a pure machine."""

    def consumer(self, properties: dict[str, Any]) -> Consumer:
        """A consumer that is not connected yet."""

    def producer(self, properties: dict[str, Any]) -> Producer:
        """A producer that is not connected yet."""

    def admin(self, properties: dict[str, Any]) -> AdminClient:
        """An admin client that is not connected yet."""

    def watchdog(self, limit_s: float) -> Watchdog:
        """Who ends this process when a transaction takes longer than that."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Machine:
    """The machine that this process runs on."""

    def consumer(self, properties: dict[str, Any]) -> Consumer:
        """As librdkafka has it."""
        return Consumer(properties)

    def producer(self, properties: dict[str, Any]) -> Producer:
        """As librdkafka has it."""
        return Producer(properties)

    def admin(self, properties: dict[str, Any]) -> AdminClient:
        """As librdkafka has it."""
        return AdminClient(properties)

    def watchdog(self, limit_s: float) -> Watchdog:
        """A thread that looks now and then."""
        watchdog = Watchdog(limit_s, self.monotonic)
        watchdog.watch()
        return watchdog

    # The machine's own; asked after each record, so that every call counts.
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


MACHINE = Machine()
