"""What a kindergarten may know of its place: nothing of a referral before it is active (R6.2)."""

from consumers.dashboard.evidence.own_life import CHOOSING, known_of
from consumers.dashboard.evidence.place_rows import PlaceReferral, Version, spans_of
from schemas.instants import Instant

Told = list[tuple[str, int]]


def version(at: int, stage: str, *, bulletin: int | None = None, by: str | None = None, returns: int = 0) -> Version:
    """A version that begins at a minute."""
    return Version(at, Instant(at), stage, "REGULAR", bulletin, None, by, None, returns)


def referral(number: int, issued: int, active: int | None, ended: int | None, by: str = "a-1") -> PlaceReferral:
    """A referral by its moments."""
    begun, over = (None if each is None else Instant(each) for each in (active, ended))
    state = "ENDED" if ended is not None else "ISSUED" if active is None else "ACTIVE"
    return PlaceReferral(number, by, "CHOICE", 1, state, Instant(issued), begun, over, None, None, number)


def told(versions: list[Version], referrals: list[PlaceReferral]) -> Told:
    """Stages and when they begin, as the page has them."""
    return [(each.stage, int(each.since)) for each in spans_of(known_of(versions, referrals).versions)]


OFFERED = [version(1, "RELEASED"), version(2, "LISTED", bulletin=1), version(3, "PRIORITY", bulletin=1)]
BEGUN: Told = [("RELEASED", 1), ("LISTED", 2), (CHOOSING, 3)]


def test_a_referral_is_told_from_the_moment_at_which_it_is_active() -> None:
    versions = [*OFFERED, version(10, "REFERRED", bulletin=1, by="a-1")]
    assert told(versions, [referral(1, 10, None, None)]) == BEGUN
    assert known_of(versions, [referral(1, 10, None, None)]).versions[-1].application_id is None
    assert told(versions, [referral(1, 10, 15, None)]) == [*BEGUN, ("REFERRED", 15)]
    filled = [*versions, version(20, "FILLED", bulletin=1, by="a-1")]
    assert told(filled, [referral(1, 10, 15, 20)]) == [*BEGUN, ("REFERRED", 15), ("FILLED", 20)]
    assert told(versions, [referral(1, 10, 10, None)]) == [*BEGUN, ("REFERRED", 10)], "no second check"


def test_a_referral_that_was_never_active_leaves_no_trace_before_the_next_bulletin() -> None:
    ended = referral(1, 10, None, 12)
    versions = [*OFFERED, version(10, "REFERRED", bulletin=1, by="a-1"), version(12, "RELEASED", bulletin=1, returns=1)]
    known = known_of(versions, [ended])
    assert told(versions, [ended]) == BEGUN
    assert (known.stage, known.offered_at, known.returns) == (CHOOSING, 1, 0)
    listed = [*versions, version(30, "LISTED", bulletin=2, returns=1)]
    assert told(listed, [ended]) == [*BEGUN, ("LISTED", 30)]
    assert known_of(listed, [ended]).offered_at == 1
    recalled = [*OFFERED, version(10, "REFERRED", bulletin=1, by="a-1"), version(11, "RECALLED", bulletin=1)]
    assert told(recalled, [referral(1, 10, None, 11)]) == [*BEGUN, ("RECALLED", 11)]


def test_a_place_that_is_given_at_once_is_a_released_one_until_it_may_be_told() -> None:
    first = version(1, "REFERRED", by="a-1")
    second = version(5, "REFERRED", by="a-2", returns=1)  # the record that ended the first one
    two = [referral(1, 1, None, 5), referral(2, 5, None, None, "a-2")]
    assert told([first, second], two) == [("RELEASED", 1)]
    assert known_of([first, second], two).returns == 0
    active = [referral(1, 1, 3, 5), referral(2, 5, None, None, "a-2")]
    assert told([first, second], active) == [("RELEASED", 1), ("REFERRED", 3), ("RELEASED", 5)]
    assert known_of([first, second], active)[1:] == (5, 1)


def test_a_bulletin_lists_it_as_it_lists_the_others_whether_or_not_it_is_taken() -> None:
    versions = [version(1, "RELEASED"), version(2, "REFERRED", by="a-1"), version(7, "REFERRED", by="a-1", bulletin=4)]
    assert told(versions, [referral(1, 2, None, None)]) == [("RELEASED", 1), ("LISTED", 7)]
    assert told(versions, [referral(1, 2, 9, None)]) == [("RELEASED", 1), ("LISTED", 7), ("REFERRED", 9)]


def test_the_same_family_may_meet_the_place_twice() -> None:
    versions = [
        *OFFERED,
        version(10, "REFERRED", bulletin=1, by="a-1"),
        version(20, "RELEASED", bulletin=1, returns=1),
        version(20, "REFERRED", bulletin=1, by="a-1", returns=1),
    ]
    found = told(versions, [referral(1, 10, 15, 20), referral(2, 20, None, None)])
    assert found == [*BEGUN, ("REFERRED", 15), ("RELEASED", 20)]
