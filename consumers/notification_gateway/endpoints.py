"""Whom attempts go to, and when an endpoint is left alone: a circuit breaker and a limit for each. Pure: time comes in.

Closed, everything goes through. After some failures in a row, or when it asks for it, an endpoint is left alone for a
while (open); then one attempt goes out to see (half-open): if that succeeds the breaker closes, else the pause doubles.
While it is open no message uses up an attempt. What began before it opened can prolong the pause, but not end it. After
a pause each success lets one more be underway, so that a receiver which takes only so much is not run over again.
"""

from collections import deque
from random import Random
from typing import Generic, TypeVar

from consumers.notification_gateway.channels import Failed, Recipient, Result
from consumers.notification_gateway.policy import DOUBLINGS_MAX, SECOND_MS, Policy

Lane = TypeVar("Lane")
# What is loaded for an endpoint that others wait for, in multiples of what may be underway to it.
NEXT_ROUNDS = 4


class Endpoint(Generic[Lane]):
    """One endpoint of one channel. Times in milliseconds."""

    def __init__(self, channel: str, policy: Policy, random: Random) -> None:
        """Closed."""
        self.channel = channel
        # In memory, ready to go; and only remembered, to be loaded when there is room.
        self.waiting: deque[Lane] = deque()
        self.parked: deque[Recipient] = deque()
        self.in_flight = 0
        # So slow that what waits for it takes the room of others: it keeps only what it needs next.
        self.crowded = False
        self._policy, self._random = policy, random
        # How many may be underway.
        self._limit = policy.parallel_endpoint
        self._failures = 0
        self._openings = 0
        self._open_until: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is left alone, or tried with single attempts."""
        return self._open_until is not None

    @property
    def room(self) -> int:
        """How many more may wait for it in memory when there are others that only are remembered."""
        return (1 if self.crowded else NEXT_ROUNDS) * self._limit - len(self.waiting)

    def rests(self, now: int) -> bool:
        """Whether nothing may go out now."""
        return self._open_until is not None and now < self._open_until

    def admits(self, now: int) -> bool:
        """Whether one more attempt may begin."""
        if self._open_until is None:
            return self.in_flight < self._limit
        return now >= self._open_until and self.in_flight == 0

    def take(self, result: Result, began: int, now: int) -> None:
        """Learn from an attempt."""
        late = self._open_until is not None and began < self._open_until
        if not isinstance(result, Failed) or not result.endpoint_down:
            if not late:
                self._failures = self._openings = 0
                self._open_until = None
                self._limit = min(self._limit + 1, self._policy.parallel_endpoint)
            return
        self._failures += 1
        asked = 0
        if result.retry_after_s is not None:
            asked = int(min(result.retry_after_s, self._policy.retry_after_max_s) * SECOND_MS)
        if late:
            self._open_until = max(self._open_until or 0, now + asked)
        elif asked or self._open_until is not None or self._failures >= self._policy.breaker_failures:
            self._open_until = now + max(asked, self._pause())
            self._limit = 1

    def _pause(self) -> int:
        # Half of it for sure: a pause near none would spend attempts on an endpoint that was down just now.
        doubled = self._policy.breaker_pause_s * 2 ** min(self._openings, DOUBLINGS_MAX)
        self._openings += 1
        longest = min(self._policy.breaker_pause_max_s, doubled)
        return int(self._random.uniform(longest / 2, longest) * SECOND_MS)
