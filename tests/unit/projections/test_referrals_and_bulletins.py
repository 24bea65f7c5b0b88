"""What an organisation may see of a referral (R6.2), and the published bulletin (R5.1, R7.3)."""

import datetime

from msgspec.structs import asdict

from schemas import facts as f
from schemas.outputs import Bulletin, Output, ReferralState, ReferralView
from schemas.words import Admission, EndCause, ExtensionReason, RecallReason, Timer, Topic
from tests.unit.projections import journals as j
from tests.unit.projections.journals import APPLICATION, ORGANISATION, PLACE, Story, moment


def views(outputs: list[Output]) -> list[ReferralView]:
    return [each for each in outputs if isinstance(each, ReferralView)]


def test_r6_2_a_referral_is_invisible_to_the_organisation_before_it_is_active() -> None:
    s = Story()
    s.referred()
    s.tell(j.event("DocumentsPresented"), f.DocumentsPresented(APPLICATION, moment(700), PLACE))
    s.tell(j.event("ReferralCancelled"), j.ended(EndCause.CANCELLED))
    assert views(s.outputs) == []


def test_r6_2_an_active_referral_is_visible_with_its_number_place_and_term() -> None:
    s = Story()
    s.active()
    assert views(s.outputs) == [
        ReferralView(
            organisation_id=ORGANISATION,
            locality=j.LOCALITY,
            referral=1,
            application_id=APPLICATION,
            place_id=PLACE,
            state=ReferralState.ACTIVE,
            at=moment(5),
            sequence=5,
            until=moment(2000),
        )
    ]


def test_r6_5_an_extension_is_visible() -> None:
    s = Story()
    s.active()
    fact = f.ReferralExtended(APPLICATION, PLACE, moment(4000), ExtensionReason.ILLNESS, 5)
    view = views(s.tell(j.event("ReferralExtended"), fact))[0]
    assert (view.state, view.until) == (ReferralState.ACTIVE, moment(4000))


def test_r6_2_an_early_place_shows_a_term_only_when_it_is_vacated() -> None:
    s = Story()
    s.referred(admission=Admission.EARLY)
    s.tell(j.event("ReferralDocumentsConfirmed"), f.ReferralActivated(APPLICATION, PLACE))
    s.tell(
        j.event("PlaceVacated", Topic.VACANCY_RELEASES),
        f.PlaceVacated(PLACE),
        f.ReferralActivated(APPLICATION, PLACE, moment(3000)),
    )
    assert [each.until for each in views(s.outputs)] == [None, moment(3000)]


def test_r7_1_the_end_is_visible_without_its_cause() -> None:
    s = Story()
    s.active()
    view = views(s.tell(j.event("ApplicationSuspended"), j.ended(EndCause.SUSPENDED, reason="false address")))[0]
    assert view.state is ReferralState.ENDED
    assert "SUSPENDED" not in str(asdict(view))
    assert "false address" not in str(asdict(view))


def test_r6_2_the_view_never_shows_applicant_child_or_benefit() -> None:
    assert {"applicant_id", "child_id", "benefits", "group", "cause", "reason"}.isdisjoint(
        ReferralView.__struct_fields__
    )


def test_r6_9_two_referrals_of_one_application_inside_a_record_are_kept_apart() -> None:
    s = Story()
    s.active(place_id=j.TEMPORARY, admission=Admission.TEMPORARY)
    s.released()
    outputs = s.tell(
        j.event("PlacesChosen"),
        j.issued(referral=2),
        f.ReferralActivated(APPLICATION, PLACE, moment(3000)),
        j.ended(EndCause.SERVED_REGULAR, j.TEMPORARY, referral=1),
    )
    seen = [(each.referral, each.place_id, each.state) for each in views(outputs)]
    assert seen == [(2, PLACE, ReferralState.ACTIVE), (1, j.TEMPORARY, ReferralState.ENDED)]


def test_r5_1_the_published_bulletin_is_the_journals_with_its_locality_and_record() -> None:
    fact = f.BulletinIssued(
        number=4,
        date=datetime.date(2021, 6, 10),
        entries=(),
        recalled=(f.RecalledEntry(PLACE, RecallReason.QUARANTINE, moment(1)),),
        previous_bulletin_hash="0" * 64,
        bulletin_hash="a" * 64,
    )
    outputs = Story().tell(j.timer(Timer.BULLETIN, j.LOCALITY), fact)
    expected = Bulletin(
        locality=j.LOCALITY,
        number=4,
        date=fact.date,
        entries=(),
        recalled=fact.recalled,
        previous_bulletin_hash=fact.previous_bulletin_hash,
        bulletin_hash=fact.bulletin_hash,
        sequence=1,
        at=moment(1),
    )
    assert outputs == [expected]
