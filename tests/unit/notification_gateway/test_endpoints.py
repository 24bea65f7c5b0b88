"""The circuit breaker and the limit of an endpoint."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consumers.notification_gateway.channels import Delivered, Failed, Refused, Result
from consumers.notification_gateway.endpoints import Endpoint
from consumers.notification_gateway.policy import Policy

POLICY = Policy(breaker_failures=3, breaker_pause_s=1.0, breaker_pause_max_s=4.0, parallel_endpoint=2)


def endpoint() -> Endpoint[object]:
    """A new one."""
    return Endpoint("webhook", POLICY, Random(1))


def opened(at: int) -> Endpoint[object]:
    """One that has failed as often as it takes."""
    found = endpoint()
    for _ in range(POLICY.breaker_failures):
        assert found.admits(at)
        found.take(Failed("HTTP_5XX"), at, at)
    return found


def test_it_opens_after_failures_in_a_row_and_lets_one_attempt_through_after_a_pause() -> None:
    found = opened(0)
    assert found.rests(499)
    assert not found.admits(499)
    assert found.admits(1_000)
    found.in_flight = 1
    assert not found.admits(1_000)


def test_a_success_closes_it_and_a_failure_doubles_the_pause() -> None:
    found = opened(0)
    found.take(Failed("HTTP_5XX"), 1_000, 1_000)
    assert found.rests(1_000 + 999)
    assert not found.rests(1_000 + 2_000)
    found.take(Delivered(), 3_000, 3_000)
    assert not found.is_open
    found.take(Failed("HTTP_5XX"), 3_000, 3_000)
    assert not found.is_open


def test_what_speaks_only_against_a_message_leaves_the_endpoint_alone() -> None:
    found = endpoint()
    for _ in range(10):
        found.take(Failed("MAILBOX_FULL", endpoint_down=False), 0, 0)
        found.take(Refused("HTTP_4XX"), 0, 0)
    assert not found.is_open


def test_it_is_left_alone_for_as_long_as_it_asks() -> None:
    found = endpoint()
    found.take(Failed("HTTP_429", 429, 30.0), 0, 0)
    assert found.rests(29_999)
    assert not found.rests(30_000)


def test_what_began_before_it_opened_prolongs_the_pause_but_does_not_end_it() -> None:
    for result in (Delivered(204), Refused("HTTP_4XX"), Failed("SMTP_4XX", 452, endpoint_down=False)):
        found = endpoint()
        found.take(Failed("HTTP_429", 429, 30.0), 0, 10)
        found.take(result, 5, 20)
        found.take(Failed("HTTP_5XX"), 5, 20)
        assert found.rests(30_009)
        # One that hung for longer than the pause.
        found.take(result, 5, 40_000)
        assert found.is_open
        found.take(Failed("HTTP_429", 429, 60.0), 5, 40_000)
        assert found.rests(99_999)


def test_after_a_pause_it_is_filled_slowly() -> None:
    found: Endpoint[object] = Endpoint("webhook", Policy(parallel_endpoint=4), Random(1))
    found.take(Failed("HTTP_429", 429, 1.0), 0, 0)
    for at, most in ((1_000, 2), (1_001, 3), (1_002, 4), (1_003, 4)):
        found.take(Delivered(), at, at)
        found.in_flight = most - 1
        assert found.admits(at)
        found.in_flight = most
        assert not found.admits(at)


def test_no_more_attempts_than_its_limit_are_underway() -> None:
    found = endpoint()
    found.in_flight = POLICY.parallel_endpoint
    assert not found.admits(0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Delivered(), Refused("X"), Failed("Y"), Failed("Z", retry_after_s=1e9)]),
            st.integers(0, 10_000),
        )
    )
)
def test_it_never_rests_longer_than_it_may(history: list[tuple[Result, int]]) -> None:
    found, now = endpoint(), 0
    for result, pause in history:
        now += pause
        if found.admits(now):
            found.take(result, now, now)
        assert not found.rests(now + int(POLICY.retry_after_max_s * 1_000))
