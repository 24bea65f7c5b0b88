"""By when a message has to be there, how long pauses are."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.notification_gateway.policy import Policy, PolicyError, deliver_by, pause_ms
from schemas.instants import Instant
from schemas.outputs import Audience, MessageKind, Notification

HOUR_MS = 3_600_000
AT = 1_623_300_000_000


def told(deadline: int | None = None, kind: MessageKind = MessageKind.TURN_CAME) -> Notification:
    """A message of the moment AT."""
    return Notification(
        id="710000000:1:0",
        locality="710000000",
        audience=Audience.APPLICANT,
        recipient="applicant/1",
        kind=kind,
        at=Instant(AT),
        deadline=None if deadline is None else Instant(deadline),
    )


def test_a_message_with_a_deadline_has_to_be_there_the_margin_before_it() -> None:
    assert deliver_by(told(AT + 10 * HOUR_MS), AT + 5, Policy(margin_s=3_600)) == AT + 9 * HOUR_MS


def test_a_message_that_came_within_the_margin_has_until_the_deadline_itself() -> None:
    policy = Policy(margin_s=3_600)
    late = AT + 9 * HOUR_MS + 1
    assert deliver_by(told(AT + 10 * HOUR_MS), late, policy) == AT + 10 * HOUR_MS
    # Shortly before that it has not a moment, but as long as the margin.
    assert deliver_by(told(AT + 10 * HOUR_MS), late - HOUR_MS // 60, policy) == late + HOUR_MS - HOUR_MS // 60


def test_a_message_without_a_deadline_has_its_kind_s_term() -> None:
    policy = Policy(term_s=7_200, terms_s={MessageKind.ARCHIVED: 3_600})
    assert deliver_by(told(), AT + 5, policy) == AT + 2 * HOUR_MS
    assert deliver_by(told(kind=MessageKind.ARCHIVED), AT + 5, policy) == AT + HOUR_MS


@given(st.one_of(st.none(), st.integers(AT, AT + 100 * HOUR_MS)), st.integers(0, 10**12), st.booleans())
def test_in_a_replay_everything_is_moved_by_the_delay_of_the_arrival(
    deadline: int | None, delay: int, is_replay: bool
) -> None:
    at_once = deliver_by(told(deadline), AT, Policy())
    late = deliver_by(told(deadline), AT + delay, Policy(replayed=is_replay))
    if is_replay:
        assert late == at_once + delay
    else:
        # The world's time goes on: at most the margin is given back.
        assert at_once <= late <= at_once + HOUR_MS


@given(st.integers(1, 200), st.integers())
def test_a_pause_is_within_its_bounds_however_often_it_failed(failures: int, seed: int) -> None:
    assert 0 <= pause_ms(failures, 1.0, 60.0, Random(seed)) <= min(60_000, 1_000 * 2 ** (failures - 1))


def test_pauses_are_spread_over_their_whole_range() -> None:
    random = Random(7)
    pauses = [pause_ms(4, 1.0, 60.0, random) for _ in range(2_000)]
    assert min(pauses) < 200
    assert max(pauses) > 7_800
    assert 3_700 < sum(pauses) / len(pauses) < 4_300


@pytest.mark.parametrize(
    "wrong",
    [{"attempts": 0}, {"pause_s": 0}, {"pause_s": 5, "pause_max_s": 1}, {"margin_s": -1}, {"keep_s": 0}],
)
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(PolicyError):
        Policy(**wrong)  # type: ignore[arg-type]  # of either kind
