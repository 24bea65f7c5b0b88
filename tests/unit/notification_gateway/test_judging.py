"""What follows from a result: again, the next channel, the end. And what a history of results always ends in."""

from itertools import chain, repeat
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consumers.notification_gateway.channels import (
    Address,
    Contact,
    Delivered,
    Failed,
    Language,
    Recipient,
    Refused,
    Result,
)
from consumers.notification_gateway.judging import Reason, State, Waiting, channel_until, finish, give_up, judge, route
from consumers.notification_gateway.policy import Policy
from schemas.outputs import Audience

NOW = 1_000_000
POLICY = Policy(attempts=3, pause_s=1.0, pause_max_s=10.0, channel_s=100.0)
CHANNELS = {"webhook", "smtp", "file"}


def waiting(deliver_by: int = NOW + 1_000_000) -> Waiting:
    """A message on its first channel."""
    return Waiting(
        number=1,
        id="710000000:1:0",
        recipient=Recipient(Audience.APPLICANT, "applicant/1"),
        shard=3,
        arrived_at=NOW,
        deliver_by=deliver_by,
        notification=None,
        channel="webhook",
        channel_since=NOW,
    )


def reachable(*channels: str) -> Contact:
    """Somebody with an address on each channel."""
    return Contact(Language.KAZAKH, tuple(Address(channel, f"{channel}-{n}") for n, channel in enumerate(channels)))


def test_what_is_taken_is_delivered() -> None:
    message = waiting()
    assert judge(message, Delivered(204), 2, NOW, POLICY, Random(1)) is None
    assert (message.state, message.finished_at, message.attempts) == (State.DELIVERED, NOW, 1)


def test_what_fails_is_tried_again_after_a_pause_with_jitter() -> None:
    message = waiting()
    assert judge(message, Failed("HTTP_5XX"), 1, NOW, POLICY, Random(1)) is None
    assert message.state is State.PENDING
    assert message.next_attempt_at is not None
    assert NOW <= message.next_attempt_at <= NOW + 1_000
    assert message.last_error == "HTTP_5XX"


def test_retry_after_is_a_floor_and_has_a_bound() -> None:
    message = waiting()
    judge(message, Failed("HTTP_429", 429, 30.0), 1, NOW, POLICY, Random(1))
    assert message.next_attempt_at == NOW + 30_000
    message = waiting(NOW + 10**9)
    judge(message, Failed("HTTP_429", 429, 1e9), 1, NOW, POLICY, Random(1))
    assert message.next_attempt_at == NOW + 3_600_000


def test_a_receiver_that_asks_for_a_pause_uses_up_no_attempt() -> None:
    message = waiting(NOW + 10**9)
    for _ in range(10 * POLICY.attempts):
        assert judge(message, Failed("HTTP_429", 429, 1.0), 1, NOW, POLICY, Random(1)) is None
    assert (message.attempts, message.channel_attempts) == (10 * POLICY.attempts, 0)
    reasons = [judge(message, Failed("HTTP_429", 429, 0.0), 2, NOW, POLICY, Random(1)) for _ in range(POLICY.attempts)]
    assert reasons[-1] is Reason.ATTEMPTS


def test_the_last_channel_that_refuses_makes_it_undelivered() -> None:
    message = waiting()
    assert judge(message, Refused("HTTP_4XX", 410), 1, NOW, POLICY, Random(1)) is Reason.REFUSED
    assert (message.state, message.reason, message.channel) == (State.UNDELIVERED, Reason.REFUSED, "webhook")


def test_the_last_channel_is_tried_until_the_time_is_over() -> None:
    message = waiting(NOW + 10**9)
    for _ in range(10 * POLICY.attempts):
        assert judge(message, Failed("CONNECTION"), 1, NOW, POLICY, Random(1)) is None
    assert message.next_attempt_at is not None


def test_another_channel_begins_from_its_first_attempt() -> None:
    message = waiting()
    judge(message, Failed("TIMEOUT"), 2, NOW, POLICY, Random(1))
    assert judge(message, Refused("HTTP_4XX"), 2, NOW + 1, POLICY, Random(1)) is Reason.REFUSED
    assert message.state is State.PENDING
    assert message.given_up == ("webhook",)
    assert (message.channel, message.channel_attempts, message.attempts) == (None, 0, 2)
    assert message.next_attempt_at is None


def test_a_pause_beyond_the_channel_s_time_gives_it_up_now() -> None:
    message = waiting(NOW + 10_000)
    assert judge(message, Failed("HTTP_429", 429, 60.0), 2, NOW, POLICY, Random(1)) is Reason.CHANNEL_TIME
    assert message.state is State.PENDING
    assert judge(message, Failed("HTTP_429", 429, 60.0), 1, NOW, POLICY, Random(1)) is Reason.CHANNEL_TIME
    assert (message.state, message.reason) == (State.UNDELIVERED, Reason.EXPIRED)


def test_channels_share_the_time_that_is_left_and_the_last_has_all_of_it() -> None:
    message = waiting(NOW + 90_000)
    assert channel_until(message, 3, NOW, POLICY) == NOW + 30_000
    assert channel_until(message, 1, NOW, POLICY) == NOW + 90_000
    assert channel_until(waiting(NOW + 10**9), 2, NOW, POLICY) == NOW + 100_000


def test_the_way_follows_the_contact_s_order_and_leaves_out_what_was_given_up() -> None:
    contact = reachable("smtp", "pigeon", "smtp", "webhook")
    assert [each.where for each in route(contact, (), CHANNELS)] == ["smtp-0", "smtp-2", "webhook-3"]
    assert [each.where for each in route(contact, ("smtp",), CHANNELS)] == ["smtp-2", "webhook-3"]
    assert [each.where for each in route(contact, ("smtp", "smtp"), CHANNELS)] == ["webhook-3"]
    assert route(contact, ("smtp", "smtp", "webhook"), CHANNELS) == []
    assert route(None, (), CHANNELS) == []


RESULTS = st.one_of(
    st.just(Delivered()),
    st.just(Refused("HTTP_4XX")),
    st.builds(Failed, st.sampled_from(["TIMEOUT", "HTTP_5XX"])),
    st.builds(Failed, st.just("HTTP_429"), retry_after_s=st.floats(0, 1e6)),
)


@given(st.lists(RESULTS, min_size=40, max_size=40), st.integers(1, 3), st.integers(1, 10**7), st.integers())
def test_every_history_ends_within_its_time(results: list[Result], addresses: int, time_left: int, seed: int) -> None:
    """The rules that the engine follows: expired or given up before an attempt, judged after it."""
    random, now = Random(seed), NOW
    message = waiting(NOW + time_left)
    message.channel = message.channel_since = None
    contact = reachable(*("webhook", "smtp", "file")[:addresses])
    made = 0
    for result in chain(results, repeat(Delivered())):
        steps = route(contact, message.given_up, CHANNELS)
        assert steps
        if now >= message.deliver_by:
            finish(message, State.UNDELIVERED, now, Reason.EXPIRED)
            break
        if message.channel is None:
            message.channel, message.channel_since = steps[0].channel, now
        assert message.channel_since is not None
        if now >= channel_until(message, len(steps), now, POLICY):
            give_up(message, len(steps), Reason.CHANNEL_TIME, now)
        else:
            made += 1
            judge(message, result, len(steps), now, POLICY, random)
        if message.state is not State.PENDING:
            break
        now = max(now, message.next_attempt_at or 0)
        assert now < message.deliver_by, "an attempt is never planned for a time when it would be too late"
    assert message.state is not State.PENDING
    assert message.attempts == made
    assert (message.reason is None) == (message.state is State.DELIVERED)
