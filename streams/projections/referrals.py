"""What an organisation sees of the referrals to its places: from the activation on, and the end (R6.2, R7.1).

Never a referral that is not active yet, nor one that ended before it was; never who applied or why it ended.
"""

from collections.abc import Callable

from schemas import facts as f
from schemas.outputs import ReferralState, ReferralView
from streams.projections.view import View


def _runs(view: View, fact: f.ReferralActivated | f.ReferralExtended) -> ReferralView:
    referral = view.memory.referral(fact.place_id)
    return ReferralView(
        organisation_id=referral.organisation_id,
        locality=view.locality,
        referral=referral.number,
        application_id=fact.application_id,
        place_id=fact.place_id,
        state=ReferralState.ACTIVE,
        at=view.at,
        sequence=view.sequence,
        until=fact.until,
    )


def _ended(view: View, fact: f.ReferralEnded) -> ReferralView | None:
    referral = view.memory.referral(fact.place_id)
    if not referral.active:
        return None
    return ReferralView(
        organisation_id=referral.organisation_id,
        locality=view.locality,
        referral=fact.referral,
        application_id=fact.application_id,
        place_id=fact.place_id,
        state=ReferralState.ENDED,
        at=view.at,
        sequence=view.sequence,
    )


REFERRAL_VIEWS: dict[type[f.Fact], Callable[..., ReferralView | None]] = {
    f.ReferralActivated: _runs,
    f.ReferralExtended: _runs,
    f.ReferralEnded: _ended,
}
