"""What follows from a result: delivered, again later, the next channel, undelivered. Pure: time and random come in.

A message on its way is a `Waiting`; these functions change it in memory, and whoever called them records it.
"""

from collections import Counter
from collections.abc import Collection
from enum import StrEnum
from random import Random

from msgspec import Struct

from consumers.notification_gateway.channels import Address, Contact, Delivered, Failed, Recipient, Refused, Result
from consumers.notification_gateway.policy import SECOND_MS, Policy, pause_ms
from schemas.outputs import Notification


class State(StrEnum):
    """Where a message is."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    UNDELIVERED = "UNDELIVERED"


class Reason(StrEnum):
    """Why a channel was given up; of the last one: why a message is undelivered."""

    # Its time ran out.
    EXPIRED = "EXPIRED"
    # The channel's share of the time ran out, and there is another channel.
    CHANNEL_TIME = "CHANNEL_TIME"
    # The receiver will never take it.
    REFUSED = "REFUSED"
    # It failed as often as it may while there is another channel; the last one is given up only for its time.
    ATTEMPTS = "ATTEMPTS"
    # The directory knows no address on a channel that runs here.
    NO_CONTACT = "NO_CONTACT"
    # The templates have no words for it.
    NOT_RENDERED = "NOT_RENDERED"
    # The stored message can't be read.
    UNREADABLE = "UNREADABLE"


class Waiting(Struct):
    """A message that is not delivered yet, as the log has it. Times: milliseconds since 1970 in UTC."""

    # The order in which it came; grows.
    number: int
    id: str
    recipient: Recipient
    shard: int
    arrived_at: int
    deliver_by: int
    # None: the stored form can not be read.
    notification: Notification | None
    # Attempts on all channels and on this one.
    attempts: int = 0
    channel_attempts: int = 0
    # The channel that it is tried on, or was delivered by, and since when; none before the first attempt there.
    channel: str | None = None
    channel_since: int | None = None
    # The channels that were given up, in order; a channel twice when there were two addresses.
    given_up: tuple[str, ...] = ()
    next_attempt_at: int | None = None
    last_error: str | None = None
    state: State = State.PENDING
    reason: Reason | None = None
    finished_at: int | None = None


def route(contact: Contact | None, given_up: Collection[str], channels: Collection[str]) -> list[Address]:
    """The addresses that are left, the preferred first: those on channels that run here and were not given up."""
    if contact is None:
        return []
    if not given_up:
        return [each for each in contact.addresses if each.channel in channels]
    gone = Counter(given_up)
    left = []
    for address in contact.addresses:
        if address.channel not in channels:
            continue
        if gone[address.channel]:
            gone[address.channel] -= 1
        else:
            left.append(address)
    return left


def channel_until(message: Waiting, steps: int, now: int, policy: Policy) -> int:
    """Until when its channel may be tried. `steps`: how many addresses are left, this one included."""
    if steps <= 1:
        return message.deliver_by
    since = now if message.channel_since is None else message.channel_since
    share = (message.deliver_by - since) // steps
    return since + min(int(policy.channel_s * SECOND_MS), max(0, share))


def finish(message: Waiting, state: State, now: int, reason: Reason | None = None) -> None:
    """It is over."""
    message.state, message.reason, message.finished_at = state, reason, now
    message.next_attempt_at = None


def give_up(message: Waiting, steps: int, reason: Reason, now: int) -> None:
    """The channel has failed it: the next one's turn, or the end."""
    if steps <= 1:
        last = Reason.EXPIRED if reason is Reason.CHANNEL_TIME else reason
        finish(message, State.UNDELIVERED, now, last)
        return
    assert message.channel is not None, "a channel is given up only after it was chosen"
    message.given_up = (*message.given_up, message.channel)
    message.channel, message.channel_since, message.channel_attempts = None, None, 0
    message.next_attempt_at = None


def judge(message: Waiting, result: Result, steps: int, now: int, policy: Policy, random: Random) -> Reason | None:
    """Take the result of an attempt; why the channel was given up, if it was.

    A receiver that asks to be left alone says nothing against the message: only time bounds such attempts, and those
    at the last address, behind which there is nothing but "undelivered".
    """
    message.attempts += 1
    asked_s = result.retry_after_s if isinstance(result, Failed) else None
    if not asked_s:
        message.channel_attempts += 1
    if isinstance(result, Delivered):
        finish(message, State.DELIVERED, now)
        return None
    message.last_error = result.error
    if isinstance(result, Refused):
        reason = Reason.REFUSED
    elif steps > 1 and message.channel_attempts >= policy.attempts:
        reason = Reason.ATTEMPTS
    else:
        pause = pause_ms(max(1, message.channel_attempts), policy.pause_s, policy.pause_max_s, random)
        if asked_s:
            pause = max(pause, int(min(asked_s, policy.retry_after_max_s) * SECOND_MS))
        if now + pause < channel_until(message, steps, now, policy):
            message.next_attempt_at = now + pause
            return None
        reason = Reason.CHANNEL_TIME
    give_up(message, steps, reason, now)
    return reason
