"""What a reader asks of the store that it fills, and what may go wrong with one. Owns no store."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from confluent_kafka import Message

from schemas.errors import OrynError


class StoreUnavailable(OrynError):
    """The store is away, or a transaction of it was lost. Nothing is decided by it: open it again and go on."""


class StoreConflict(OrynError):
    """What is stored and what the topic says can't both be true. Going on would hide it; the text says what helps."""


class Store(Protocol):
    """Where a reader's records go. It knows by itself up to where it has them: position and effect are one write.

    One thread uses it. Every method may raise StoreUnavailable; the reader then closes the store, waits, opens it
    again and goes on from what it says then. What was taken twice must look as if it had been taken once.
    """

    def open(self) -> Mapping[int, int]:
        """Connect. Returns: partition -> the offset of the first record that is not stored; a partition that is
        missing is read from its beginning. Raises: StoreConflict. Repeat: after `close`."""

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """Keep what some records say, and `after`, the positions behind them, in one step: both or nothing.

        The records of a partition come in order and without a gap. Raises: StoreConflict when they don't go on from
        where the store is, or contradict it. Repeatable.
        """

    def idle(self) -> None:
        """There has been nothing new for `schemas.topic_reading.POLL_S`: time for what can wait."""

    def close(self) -> None:
        """Disconnect. Never raises. Repeatable."""
