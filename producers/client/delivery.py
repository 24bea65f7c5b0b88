"""What became of one submitted event on its way to the brokers: the handle that a publisher gives for it.

Says nothing about what was decided: that is an `Outcome` (`producers.client.outcomes`).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import OrynError


class NotConfirmed(OrynError):
    """The brokers have not confirmed the event yet. It is safe in the spool and is sent as soon as they can be
    reached, by this process or the next one with the same spool."""


class Refused(OrynError):
    """The brokers refuse the event for good. It was set aside in the spool with the error, and is not sent again."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where the log holds the event."""

    topic: str
    partition: int
    offset: int


Answer = Receipt | NotConfirmed | Refused


class Delivery:
    """The way of one accepted event. All methods may be called from any thread."""

    __slots__ = ("_answer", "_callback", "_changed", "event_id", "locality", "source", "topic")

    def __init__(self, changed: threading.Condition, topic: str, source: str, event_id: str, locality: str) -> None:
        """Made by the publisher; `changed` is its condition, shared by all deliveries."""
        self.topic, self.source, self.event_id, self.locality = topic, source, event_id, locality
        self._changed = changed
        self._answer: Answer | None = None
        self._callback: Callable[[Delivery], None] | None = None

    @property
    def done(self) -> bool:
        """Whether `result` answers at once."""
        return self._answer is not None

    def result(self, timeout: float | None = None) -> Receipt:
        """Where the event stands in the log, once the brokers confirmed it; waits so many seconds, or for ever.

        Raises: NotConfirmed when the time is over or the publisher was closed; Refused. Repeatable.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._answer is not None, timeout)
            answer = self._answer
        if answer is None:
            raise NotConfirmed(f"event {self.event_id}: not confirmed within {timeout:g} s; it waits in the spool")
        if isinstance(answer, Receipt):
            return answer
        raise type(answer)(str(answer))

    def when_done(self, callback: "Callable[[Delivery], None]") -> None:
        """Call back when there is an answer: in the publisher's thread, or at once if there is one. Only one callback.

        What it raises stops the publisher, so it must be short and safe.
        """
        with self._changed:
            if self._callback is not None:
                raise ValueError("a delivery has one callback")
            self._callback = callback
            if self._answer is None:
                return
        callback(self)

    def settle(self, answer: Answer) -> "Callable[[Delivery], None] | None":
        """Take the answer; the publisher holds the condition, and calls what comes back without it."""
        assert self._answer is None, "a delivery is answered once"
        self._answer = answer
        return self._callback
