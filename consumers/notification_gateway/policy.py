"""How hard the gateway tries: terms, attempts, pauses, limits. Pure: knows no clock, no database, no channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from schemas.errors import OrynError
from schemas.instants import Instant
from schemas.outputs import MessageKind, Notification

SECOND_MS = 1_000
HOUR_S = 3_600
DAY_S = 24 * HOUR_S
# 2 to this power is far above any pause.
DOUBLINGS_MAX = 30


class PolicyError(OrynError):
    """Numbers of a policy that do not fit together."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The gateway's numbers. Times in seconds."""

    # How long before the deadline that it tells of a message has to have arrived to be of use.
    margin_s: float = HOUR_S
    # By when a message without a deadline has to have arrived, counted from its moment; by kind where it differs.
    term_s: float = 3 * DAY_S
    terms_s: Mapping[MessageKind, float] = field(default_factory=dict)
    # Terms count from a message's arrival in the log and not from its own moment: seasons that are replayed.
    replayed: bool = False
    # Of one message on one channel.
    attempts: int = 12
    attempt_s: float = 10.0
    # The same by channel where it differs: a mail server may keep one waiting on purpose.
    attempt_s_of: Mapping[str, float] = field(default_factory=lambda: {"smtp": 60.0})
    # How long one channel may be tried while there is another; never more than its share of the time that is left.
    channel_s: float = 2 * HOUR_S
    # Pause before the second attempt, at most; each further one may be twice as long, up to `pause_max_s`.
    pause_s: float = 1.0
    pause_max_s: float = 600.0
    # What a receiver may ask for by Retry-After.
    retry_after_max_s: float = HOUR_S
    # Failures in a row after which an endpoint is left alone, and for how long.
    breaker_failures: int = 5
    breaker_pause_s: float = 1.0
    breaker_pause_max_s: float = 60.0
    # Attempts underway at once, in all and to one endpoint.
    parallel: int = 256
    parallel_endpoint: int = 64
    # Messages kept in memory, and recipients that are only remembered because they have to wait.
    window: int = 8_000
    waiting_recipients: int = 200_000
    # For how long results are gathered before they are recorded together.
    gather_s: float = 0.01
    # After so long delivered messages are forgotten; none: never.
    keep_s: float | None = None
    # How often a gateway looks for new messages, and for gateways beside it.
    look_s: float = 0.25
    claim_s: float = 1.0

    def attempt_s_on(self, channel: str) -> float:
        """How long one attempt may take there."""
        return max(self.attempt_s, self.attempt_s_of.get(channel, 0))

    def __post_init__(self) -> None:
        """Check the numbers. Raises: PolicyError."""
        for name in ("attempts", "breaker_failures", "parallel", "parallel_endpoint", "window", "waiting_recipients"):
            if getattr(self, name) < 1:
                raise PolicyError(f"{name}: below 1")
        for name in ("term_s", "attempt_s", "channel_s", "pause_s", "breaker_pause_s", "look_s", "claim_s"):
            if getattr(self, name) <= 0:
                raise PolicyError(f"{name}: not above 0")
        if min(self.attempt_s_of.values(), default=1) <= 0 or (self.keep_s is not None and self.keep_s <= 0):
            raise PolicyError("attempt_s_of, keep_s: not above 0")
        if min(self.margin_s, self.gather_s, self.retry_after_max_s, *self.terms_s.values()) < 0:
            raise PolicyError("a time is below 0")
        if self.pause_max_s < self.pause_s or self.breaker_pause_max_s < self.breaker_pause_s:
            raise PolicyError("the longest pause is shorter than the first")


def deliver_by(notification: Notification, arrived: int, policy: Policy) -> Instant:
    """By when a message has to have been delivered.

    The deadline that it tells of, less the margin; but a message has at least as long as the margin from its arrival,
    up to the deadline itself: late is better than never as long as one can still act. Without a deadline, its kind's
    term, from its own moment.
    In replays all of this is moved by how much later than its moment the message arrived.
    """
    shift = arrived - notification.at if policy.replayed else 0
    if notification.deadline is None:
        term_s = policy.terms_s.get(notification.kind, policy.term_s)
        return Instant(notification.at + shift + int(term_s * SECOND_MS))
    deadline = notification.deadline + shift
    early = deadline - int(policy.margin_s * SECOND_MS)
    return Instant(max(early, min(deadline, arrived + int(policy.margin_s * SECOND_MS))))


def pause_ms(failures: int, first_s: float, longest_s: float, random: Random) -> int:
    """How long to wait after so many failures in a row: exponential, with full jitter, in milliseconds."""
    highest = min(longest_s, first_s * 2 ** min(failures - 1, DOUBLINGS_MAX))
    return int(random.uniform(0, highest) * SECOND_MS)
