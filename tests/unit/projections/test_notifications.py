"""R7.1: one message for each occurrence that it lists, to the right recipient, with what it must say."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import asdict

from schemas import facts as f
from schemas.outputs import Audience, MessageKind, Notification, Output, Term
from schemas.words import (
    Admission,
    ArchiveReason,
    EndCause,
    ExtensionReason,
    Group,
    How,
    Reason,
    RecallReason,
    RefusalReason,
    StayCause,
    Subject,
    Timer,
    Topic,
)
from streams.projections.message_fields import MESSAGE_FIELDS
from tests.unit.projections import journals as j
from tests.unit.projections.journals import APPLICATION, ORGANISATION, PLACE, TEMPORARY, Story, moment

Kind = MessageKind
Expected = tuple[MessageKind, dict[str, Any]]
REFERRAL = {"application_id": APPLICATION, "place_id": PLACE, "organisation_id": ORGANISATION, "referral": 1}
ON_TEMPORARY = {**REFERRAL, "place_id": TEMPORARY}


def story(*steps: str, **arguments: Any) -> Story:
    made = Story()
    for step in steps:
        getattr(made, step)(**arguments)
    return made


def told(message: Notification) -> Expected:
    """The kind and everything it says beside whom it is to."""
    common = MESSAGE_FIELDS[Kind.ACCESS_LAPSED][0] - {"application_id"}
    said = {name: value for name, value in asdict(message).items() if value is not None and name not in common}
    return message.kind, said


def to_applicant(outputs: list[Output]) -> list[Expected]:
    return [told(each) for each in j.messages(outputs) if each.audience is Audience.APPLICANT]


def to_organisation(outputs: list[Output]) -> list[Expected]:
    return [told(each) for each in j.messages(outputs) if each.audience is Audience.ORGANISATION]


def registered() -> list[Output]:
    return Story().registered()


def queued() -> list[Output]:
    return Story().queued()


def deferred_then_joined() -> list[Output]:
    s = story("registered")
    s.tell(j.event("DocumentsConfirmed"), f.ApplicationDeferred(APPLICATION, moment(500)))
    return s.tell(j.timer(Timer.JOINING), j.queued(), at=500)


def refused() -> list[Output]:
    fact = f.ApplicationRefused(APPLICATION, RefusalReason.INCOMPLETE_PACKAGE, ("certificate",))
    return story("registered").tell(j.event("DocumentsRefused"), fact)


def not_shown() -> list[Output]:
    fact = f.ApplicationRefused(APPLICATION, RefusalReason.NOT_SHOWN_IN_TIME, ())
    return story("registered").tell(j.timer(Timer.REGISTRATION), fact, at=100)


def regrouped() -> list[Output]:
    return story("queued").tell(
        j.event("BenefitsChanged"),
        f.BenefitsChanged(APPLICATION, ()),
        f.ApplicationRegrouped(APPLICATION, Group.GENERAL, Group.PRIORITY, 12),
    )


def regrouped_off_order() -> list[Output]:
    fact = f.ApplicationRegrouped(APPLICATION, Group.GENERAL, Group.PRIORITY)
    return story("referred").tell(j.event("BenefitsChanged"), fact)


def turn_came() -> list[Output]:
    return story("queued").tell(j.timer(Timer.OPENING), f.AccessGranted(APPLICATION, j.QUEUE, moment(900), 20))


def with_access() -> Story:
    s = story("queued")
    s.tell(j.timer(Timer.OPENING), f.AccessGranted(APPLICATION, j.QUEUE, moment(900), 20))
    return s


def access_ending() -> list[Output]:
    return with_access().tell(j.timer(Timer.REMINDER), f.ReminderDue(APPLICATION, Subject.ACCESS, moment(900)))


def access_lapsed() -> list[Output]:
    return with_access().tell(j.timer(Timer.ACCESS), f.AccessLapsed(APPLICATION), at=900)


def access_revoked() -> list[Output]:
    recalled = f.PlaceRecalled("place-9", RecallReason.QUARANTINE)
    return with_access().tell(j.event("PlaceRecalled", Topic.VACANCY_RECALLS), recalled, f.AccessRevoked(APPLICATION))


def withdrawn_with_access() -> list[Output]:
    return with_access().tell(
        j.event("ApplicationWithdrawn"),
        f.AccessRevoked(APPLICATION),
        f.ApplicationArchived(APPLICATION, ArchiveReason.WITHDRAWN),
    )


def issued() -> list[Output]:
    return Story().referred()


def issued_on_temporary() -> list[Output]:
    return Story().referred(place_id=TEMPORARY, admission=Admission.TEMPORARY)


def issued_and_active_at_once() -> list[Output]:
    s = story("released", "queued")
    return s.tell(
        j.event("PlacesChosen"),
        f.ReferralIssued(1, APPLICATION, PLACE, How.CHOICE, 3),
        f.ReferralActivated(APPLICATION, PLACE, moment(2000)),
    )


def served_regular() -> list[Output]:
    s = Story()
    s.referred(place_id=TEMPORARY, admission=Admission.TEMPORARY)
    s.released()
    return s.tell(
        j.event("PlacesChosen"),
        f.AccessUsed(APPLICATION),
        j.issued(referral=2),
        j.ended(EndCause.SERVED_REGULAR, TEMPORARY),
        f.PlaceReturned(TEMPORARY, EndCause.SERVED_REGULAR),
    )


def activated() -> list[Output]:
    return Story().active()


def early_referral() -> Story:
    s = Story()
    s.released(admission=Admission.EARLY)
    s.queued()
    fact = f.ReferralIssued(1, APPLICATION, PLACE, How.CHOICE, 3, moment(1000), vacate_until=moment(5000))
    s.tell(j.event("PlacesChosen"), fact)
    return s


def activated_early() -> list[Output]:
    return early_referral().tell(j.event("ReferralDocumentsConfirmed"), f.ReferralActivated(APPLICATION, PLACE))


def vacated() -> list[Output]:
    s = early_referral()
    s.tell(j.event("ReferralDocumentsConfirmed"), f.ReferralActivated(APPLICATION, PLACE))
    return s.tell(
        j.event("PlaceVacated", Topic.VACANCY_RELEASES),
        f.PlaceVacated(PLACE),
        f.ReferralActivated(APPLICATION, PLACE, moment(3000)),
    )


def not_vacated() -> list[Output]:
    s = early_referral()
    s.tell(j.event("ReferralDocumentsConfirmed"), f.ReferralActivated(APPLICATION, PLACE))
    return s.tell(
        j.timer(Timer.REFERRAL),
        j.ended(EndCause.NOT_VACATED),
        f.PlaceReturned(PLACE, EndCause.NOT_VACATED),
        f.ApplicationReturned(APPLICATION, EndCause.NOT_VACATED, 5),
        at=5000,
    )


def documents_ending() -> list[Output]:
    fact = f.ReminderDue(APPLICATION, Subject.REFERRAL, moment(1000))
    return story("referred").tell(j.timer(Timer.REMINDER), fact)


def admission_ending() -> list[Output]:
    fact = f.ReminderDue(APPLICATION, Subject.REFERRAL, moment(2000))
    return story("active").tell(j.timer(Timer.REMINDER), fact)


def extended() -> list[Output]:
    fact = f.ReferralExtended(APPLICATION, PLACE, moment(4000), ExtensionReason.ILLNESS, 10)
    return story("active").tell(j.event("ReferralExtended"), fact)


def ended_and_returned(cause: EndCause, kind: str, reason: str | None = None) -> list[Output]:
    return story("active").tell(
        j.event(kind),
        j.ended(cause, reason=reason),
        f.PlaceReturned(PLACE, cause),
        f.ApplicationReturned(APPLICATION, cause, 5),
    )


def cancelled() -> list[Output]:
    return ended_and_returned(EndCause.CANCELLED, "ReferralCancelled")


def cancelled_on_temporary() -> list[Output]:
    s = Story()
    s.active(place_id=TEMPORARY, admission=Admission.TEMPORARY)
    return s.tell(
        j.event("ReferralCancelled"),
        j.ended(EndCause.CANCELLED, TEMPORARY),
        f.PlaceReturned(TEMPORARY, EndCause.CANCELLED),
    )


def lapsed() -> list[Output]:
    return story("active").tell(
        j.timer(Timer.REFERRAL),
        j.ended(EndCause.LAPSED),
        f.PlaceReturned(PLACE, EndCause.LAPSED),
        f.ApplicationStopped(APPLICATION, moment(9000), True),
        at=2000,
    )


def lapsed_twice() -> list[Output]:
    return story("active").tell(
        j.timer(Timer.REFERRAL),
        j.ended(EndCause.LAPSED),
        f.PlaceReturned(PLACE, EndCause.LAPSED),
        f.ApplicationArchived(APPLICATION, ArchiveReason.SECOND_LAPSE),
        at=2000,
    )


def voided() -> list[Output]:
    return story("referred").tell(
        j.event("PlaceRecalled", Topic.VACANCY_RECALLS),
        f.PlaceRecalled(PLACE, RecallReason.MAJOR_REPAIR),
        j.ended(EndCause.RECALLED),
        f.ApplicationReturned(APPLICATION, EndCause.RECALLED, 5),
    )


def refused_by_organisation() -> list[Output]:
    return ended_and_returned(EndCause.REFUSED, "AdmissionRefused", "no doctor's note")


def benefit_not_confirmed() -> list[Output]:
    cause = EndCause.BENEFIT_NOT_CONFIRMED
    return story("referred").tell(
        j.event("ReferralDocumentsConfirmed"),
        j.ended(cause),
        f.PlaceReturned(PLACE, cause),
        f.ApplicationRegrouped(APPLICATION, Group.PRIORITY, Group.GENERAL),
        f.ApplicationReturned(APPLICATION, cause, 40),
    )


def benefit_not_confirmed_on_temporary() -> list[Output]:
    s = Story()
    s.referred(place_id=TEMPORARY, admission=Admission.TEMPORARY)
    cause = EndCause.BENEFIT_NOT_CONFIRMED
    return s.tell(
        j.event("ReferralDocumentsConfirmed"),
        j.ended(cause, TEMPORARY),
        f.PlaceReturned(TEMPORARY, cause),
        f.ApplicationRegrouped(APPLICATION, Group.PRIORITY, Group.GENERAL, 41),
    )


def documents_refused() -> list[Output]:
    return story("referred").tell(
        j.event("ReferralDocumentsRefused"),
        j.ended(EndCause.DOCUMENTS_REFUSED, reason="not the parent"),
        f.PlaceReturned(PLACE, EndCause.DOCUMENTS_REFUSED),
        f.ApplicationStopped(APPLICATION, moment(9000)),
    )


def suspended() -> list[Output]:
    return story("queued").tell(j.event("ApplicationSuspended"), f.ApplicationSuspended(APPLICATION, "false address"))


def suspended_while_referred() -> list[Output]:
    return story("active").tell(
        j.event("ApplicationSuspended"),
        j.ended(EndCause.SUSPENDED),
        f.PlaceReturned(PLACE, EndCause.SUSPENDED),
        f.ApplicationSuspended(APPLICATION, "false address"),
    )


def restored() -> list[Output]:
    s = story("queued")
    s.tell(j.event("ApplicationSuspended"), f.ApplicationSuspended(APPLICATION, "false address"))
    return s.tell(j.event("ApplicationRestored"), f.ApplicationReturned(APPLICATION, EndCause.RESTORED, 5))


def restored_on_stop_list() -> list[Output]:
    s = story("queued")
    s.tell(j.event("ApplicationSuspended"), f.ApplicationSuspended(APPLICATION, "false address"))
    return s.tell(j.event("ApplicationRestored"), f.ApplicationStopped(APPLICATION, moment(9000)))


def stop_list_ended() -> list[Output]:
    s = story("active")
    stopped = f.ApplicationStopped(APPLICATION, moment(9000), True)
    s.tell(j.timer(Timer.REFERRAL), j.ended(EndCause.LAPSED), stopped, at=2000)
    returned = f.ApplicationReturned(APPLICATION, EndCause.STOP_LIST_ENDED, 5)
    return s.tell(j.timer(Timer.STOP_LIST), returned, at=9000)


def withdrawn_while_referred() -> list[Output]:
    return story("referred").tell(
        j.event("ApplicationWithdrawn"),
        j.ended(EndCause.WITHDRAWN),
        f.PlaceReturned(PLACE, EndCause.WITHDRAWN),
        f.ApplicationArchived(APPLICATION, ArchiveReason.WITHDRAWN),
    )


def enrolled() -> list[Output]:
    return story("active").tell(
        j.event("ChildEnrolled"),
        f.PlaceFilled(PLACE),
        j.ended(EndCause.ENROLLED),
        f.ApplicationArchived(APPLICATION, ArchiveReason.ENROLLED),
    )


def archived_by_age() -> list[Output]:
    fact = f.ApplicationArchived(APPLICATION, ArchiveReason.AGE_LIMIT)
    return story("queued").tell(j.timer(Timer.AGE_LIMIT, j.LOCALITY), fact)


def interest_due() -> list[Output]:
    fact = f.ReminderDue(APPLICATION, Subject.INTEREST, moment(8000))
    return story("queued").tell(j.timer(Timer.INTEREST), fact)


SUBJECT = {"application_id": APPLICATION}
AFTER = {**SUBJECT, "referral": 1, "place_id": PLACE}
TO_APPLICANT: list[tuple[Callable[[], list[Output]], list[Expected]]] = [
    (
        registered,
        [(Kind.REGISTERED, {**SUBJECT, "queue": j.QUEUE, "deadline": moment(100), "term": Term.DOCUMENTS})],
    ),
    *(
        (
            story_of,
            [
                (
                    Kind.QUEUED,
                    {
                        **SUBJECT,
                        "queue": j.QUEUE,
                        "group": Group.GENERAL,
                        "number": 118,
                        "number_in_group": 90,
                    },
                )
            ],
        )
        for story_of in (queued, deferred_then_joined)
    ),
    (refused, [(Kind.REFUSED, {**SUBJECT, "reason": "INCOMPLETE_PACKAGE", "missing": ("certificate",)})]),
    (not_shown, [(Kind.REFUSED, {**SUBJECT, "reason": "NOT_SHOWN_IN_TIME", "missing": ()})]),
    (
        regrouped,
        [(Kind.REGROUPED, {**SUBJECT, "from_group": Group.GENERAL, "group": Group.PRIORITY, "number": 12})],
    ),
    (
        regrouped_off_order,
        [(Kind.REGROUPED, {**SUBJECT, "from_group": Group.GENERAL, "group": Group.PRIORITY})],
    ),
    (
        turn_came,
        [
            (
                Kind.TURN_CAME,
                {**SUBJECT, "queue": j.QUEUE, "deadline": moment(900), "term": Term.CHOICE, "places": 20},
            )
        ],
    ),
    (access_ending, [(Kind.ACCESS_ENDING, {**SUBJECT, "deadline": moment(900), "term": Term.CHOICE})]),
    (access_lapsed, [(Kind.ACCESS_LAPSED, SUBJECT)]),
    (access_revoked, [(Kind.ACCESS_REVOKED, SUBJECT)]),
    (withdrawn_with_access, [(Kind.ACCESS_REVOKED, SUBJECT), (Kind.ARCHIVED, {**SUBJECT, "reason": "WITHDRAWN"})]),
    (
        issued,
        [(Kind.REFERRAL_ISSUED, {**REFERRAL, "number": 3, "deadline": moment(1000), "term": Term.DOCUMENTS})],
    ),
    (
        issued_on_temporary,
        [
            (
                Kind.REFERRAL_ISSUED,
                {
                    **ON_TEMPORARY,
                    "number": 3,
                    "deadline": moment(1000),
                    "term": Term.DOCUMENTS,
                    "place_until": j.LAST_DAY,
                },
            )
        ],
    ),
    (
        issued_and_active_at_once,
        [
            (Kind.REFERRAL_ISSUED, {**REFERRAL, "number": 3}),
            (Kind.REFERRAL_ACTIVE, {**REFERRAL, "deadline": moment(2000), "term": Term.ADMISSION}),
        ],
    ),
    (
        served_regular,
        [
            (
                Kind.REFERRAL_ISSUED,
                {
                    **REFERRAL,
                    "referral": 2,
                    "number": 3,
                    "deadline": moment(1000),
                    "term": Term.DOCUMENTS,
                    "replaces": 1,
                },
            )
        ],
    ),
    (activated, [(Kind.REFERRAL_ACTIVE, {**REFERRAL, "deadline": moment(2000), "term": Term.ADMISSION})]),
    (activated_early, [(Kind.REFERRAL_ACTIVE, {**REFERRAL, "deadline": moment(5000), "term": Term.VACATING})]),
    (vacated, [(Kind.REFERRAL_ACTIVE, {**REFERRAL, "deadline": moment(3000), "term": Term.ADMISSION})]),
    (not_vacated, [(Kind.RETURNED, {**AFTER, "number": 5, "reason": "NOT_VACATED"})]),
    (documents_ending, [(Kind.REFERRAL_ENDING, {**REFERRAL, "deadline": moment(1000), "term": Term.DOCUMENTS})]),
    (admission_ending, [(Kind.REFERRAL_ENDING, {**REFERRAL, "deadline": moment(2000), "term": Term.ADMISSION})]),
    (
        extended,
        [
            (
                Kind.REFERRAL_EXTENDED,
                {**REFERRAL, "deadline": moment(4000), "term": Term.ADMISSION, "reason": "ILLNESS"},
            )
        ],
    ),
    (
        cancelled,
        [(Kind.REFERRAL_CANCELLED, REFERRAL), (Kind.RETURNED, {**AFTER, "number": 5, "reason": "CANCELLED"})],
    ),
    (cancelled_on_temporary, [(Kind.REFERRAL_CANCELLED, ON_TEMPORARY)]),
    (
        lapsed,
        [
            (Kind.REFERRAL_LAPSED, REFERRAL),
            (Kind.STOPPED, {**AFTER, "deadline": moment(9000), "term": Term.STOP_LIST, "reason": "LAPSED"}),
        ],
    ),
    (
        lapsed_twice,
        [(Kind.REFERRAL_LAPSED, REFERRAL), (Kind.ARCHIVED, {**AFTER, "reason": "SECOND_LAPSE"})],
    ),
    (voided, [(Kind.REFERRAL_VOIDED, REFERRAL), (Kind.RETURNED, {**AFTER, "number": 5, "reason": "RECALLED"})]),
    (
        refused_by_organisation,
        [
            (Kind.REFERRAL_REFUSED, {**REFERRAL, "detail": "no doctor's note"}),
            (Kind.RETURNED, {**AFTER, "number": 5, "reason": "REFUSED"}),
        ],
    ),
    (
        benefit_not_confirmed,
        [
            (
                Kind.REGROUPED,
                {
                    **AFTER,
                    "from_group": Group.PRIORITY,
                    "group": Group.GENERAL,
                    "reason": "BENEFIT_NOT_CONFIRMED",
                },
            ),
            (Kind.RETURNED, {**AFTER, "number": 40, "reason": "BENEFIT_NOT_CONFIRMED"}),
        ],
    ),
    (
        benefit_not_confirmed_on_temporary,
        [
            (
                Kind.REGROUPED,
                {
                    **AFTER,
                    "place_id": TEMPORARY,
                    "from_group": Group.PRIORITY,
                    "group": Group.GENERAL,
                    "number": 41,
                    "reason": "BENEFIT_NOT_CONFIRMED",
                },
            )
        ],
    ),
    (
        documents_refused,
        [
            (
                Kind.STOPPED,
                {
                    **AFTER,
                    "deadline": moment(9000),
                    "term": Term.STOP_LIST,
                    "reason": "DOCUMENTS_REFUSED",
                    "detail": "not the parent",
                },
            )
        ],
    ),
    (suspended, [(Kind.SUSPENDED, {**SUBJECT, "detail": "false address"})]),
    (suspended_while_referred, [(Kind.SUSPENDED, {**AFTER, "detail": "false address"})]),
    (restored, [(Kind.RESTORED, {**SUBJECT, "number": 5})]),
    (restored_on_stop_list, [(Kind.RESTORED, {**SUBJECT, "deadline": moment(9000), "term": Term.STOP_LIST})]),
    (stop_list_ended, [(Kind.RETURNED, {**SUBJECT, "number": 5, "reason": "STOP_LIST_ENDED"})]),
    (withdrawn_while_referred, [(Kind.ARCHIVED, {**AFTER, "reason": "WITHDRAWN"})]),
    (enrolled, [(Kind.ARCHIVED, {**AFTER, "reason": "ENROLLED"})]),
    (archived_by_age, [(Kind.ARCHIVED, {**SUBJECT, "reason": "AGE_LIMIT"})]),
    (interest_due, [(Kind.INTEREST_DUE, {**SUBJECT, "deadline": moment(8000), "term": Term.INTEREST})]),
]

ACTIVE = (Kind.ORGANISATION_REFERRAL_ACTIVE, {**REFERRAL, "deadline": moment(2000), "term": Term.ADMISSION})
ENDED = (Kind.ORGANISATION_REFERRAL_ENDED, REFERRAL)
TO_ORGANISATION: list[tuple[Callable[[], list[Output]], list[Expected]]] = [
    (issued, []),
    (activated, [ACTIVE]),
    (issued_and_active_at_once, [ACTIVE]),
    (vacated, [(ACTIVE[0], {**REFERRAL, "deadline": moment(3000), "term": Term.ADMISSION})]),
    (activated_early, [(ACTIVE[0], {**REFERRAL, "deadline": moment(5000), "term": Term.VACATING})]),
    (extended, []),
    (enrolled, [ENDED]),
    (lapsed, [ENDED]),
    (cancelled, [ENDED]),
    (refused_by_organisation, [ENDED]),
    (suspended_while_referred, [ENDED]),
    (not_vacated, [ENDED]),
    # Not active yet: the organisation never saw it (R6.2).
    (voided, []),
    (documents_refused, []),
    (withdrawn_while_referred, []),
]


@pytest.mark.parametrize(("told_by", "expected"), TO_APPLICANT, ids=lambda each: getattr(each, "__name__", ""))
def test_r7_1_the_applicant_is_told(told_by: Callable[[], list[Output]], expected: list[Expected]) -> None:
    assert to_applicant(told_by()) == expected


@pytest.mark.parametrize(("told_by", "expected"), TO_ORGANISATION, ids=lambda each: getattr(each, "__name__", ""))
def test_r7_1_the_organisation_is_told(told_by: Callable[[], list[Output]], expected: list[Expected]) -> None:
    assert to_organisation(told_by()) == expected


ORGANISATION_EVENTS = [
    ("PlaceReleased", Topic.VACANCY_RELEASES),
    ("PlaceVacated", Topic.VACANCY_RELEASES),
    ("PlaceRecalled", Topic.VACANCY_RECALLS),
    ("ChildEnrolled", Topic.APPLICATION_CHANGES),
    ("AdmissionRefused", Topic.APPLICATION_CHANGES),
    ("ChildLeft", Topic.APPLICATION_CHANGES),
]


@pytest.mark.parametrize(("kind", "topic"), ORGANISATION_EVENTS)
def test_r7_1_a_rejected_release_recall_or_report_is_told_to_its_organisation(kind: str, topic: Topic) -> None:
    fact = f.Rejected(Reason.WRONG_STATE, "no such step", organisation_id=ORGANISATION, place_id=PLACE)
    outputs = Story().tell(j.event(kind, topic), fact)
    expected = {
        "organisation_id": ORGANISATION,
        "place_id": PLACE,
        "reason": "WRONG_STATE",
        "detail": "no such step",
        "source": "urn:portal",
        "event_id": "e",
        "event_type": kind,
    }
    assert to_organisation(outputs) == [(Kind.ORGANISATION_EVENT_REJECTED, expected)]
    assert to_applicant(outputs) == []


@pytest.mark.parametrize("kind", ["PlacesChosen", "ReferralCancelled", "ApplicationSubmitted", "DocumentsConfirmed"])
def test_r7_1_a_rejected_event_of_an_applicant_or_provider_has_its_outcome_and_no_message(kind: str) -> None:
    fact = f.Rejected(Reason.WRONG_STATE, "no such step", organisation_id=ORGANISATION, application_id=APPLICATION)
    assert j.messages(story("queued").tell(j.event(kind), fact)) == []


def test_r7_1_every_kind_of_message_is_in_a_table() -> None:
    tables = [expected for _, expected in (*TO_APPLICANT, *TO_ORGANISATION)]
    kinds = {kind for expected in tables for kind, _ in expected} | {Kind.ORGANISATION_EVENT_REJECTED}
    assert kinds == set(MessageKind) == set(MESSAGE_FIELDS)


@pytest.mark.parametrize("told_by", [told_by for told_by, _ in TO_APPLICANT], ids=lambda each: each.__name__)
def test_r7_1_every_message_says_what_its_kind_must_say_and_nothing_else(
    told_by: Callable[[], list[Output]],
) -> None:
    for message in j.messages(told_by()):
        always, sometimes = MESSAGE_FIELDS[message.kind]
        said = {name for name, value in asdict(message).items() if value is not None}
        assert always <= said <= always | sometimes


SILENT: list[tuple[str, Callable[[Story], list[Output]]]] = [
    (
        "the open stage",
        lambda s: s.tell(j.timer(Timer.OPENING), f.PlaceOpened(PLACE)),
    ),
    (
        "a window that begins",
        lambda s: s.tell(j.timer(Timer.OPENING), f.PlacePrioritised(PLACE, moment(900))),
    ),
    (
        "a deferral",
        lambda s: (s.registered("app-2"), s.tell(j.event("DocumentsConfirmed"), _deferred("app-2")))[1],
    ),
    ("a used access", lambda s: s.tell(j.event("PlacesChosen"), f.AccessUsed(APPLICATION))),
    ("papers shown", lambda s: s.tell(j.event("DocumentsPresented"), _presented())),
    ("a new applicant", lambda s: s.tell(j.event("ApplicantLinked"), f.ApplicantLinked(APPLICATION, "parent-2"))),
    ("interest confirmed", lambda s: s.tell(j.event("InterestConfirmed"), f.InterestConfirmed(APPLICATION))),
    ("benefits within the group", lambda s: s.tell(j.event("BenefitsChanged"), f.BenefitsChanged(APPLICATION, ()))),
    ("nothing but time", lambda s: s.tell(j.event("ClockTick"))),
]


def _deferred(application_id: str) -> f.ApplicationDeferred:
    return f.ApplicationDeferred(application_id, moment(500))


def _presented() -> f.DocumentsPresented:
    return f.DocumentsPresented(APPLICATION, moment(40))


@pytest.mark.parametrize(("what", "told_by"), SILENT, ids=[what for what, _ in SILENT])
def test_r7_1_no_message_for(what: str, told_by: Callable[[Story], list[Output]]) -> None:
    assert j.messages(told_by(story("released", "queued"))) == [], what


def test_r7_1_a_temporary_referral_that_ends_with_its_place_is_silent_to_the_applicant() -> None:
    s = Story()
    s.active(place_id=TEMPORARY, admission=Admission.TEMPORARY)
    outputs = s.tell(
        j.timer(Timer.TEMPORARY_END, TEMPORARY),
        j.ended(EndCause.TEMPORARY_ENDED, TEMPORARY),
        f.PlaceEnded(TEMPORARY),
    )
    assert to_applicant(outputs) == []
    assert to_organisation(outputs) == [(Kind.ORGANISATION_REFERRAL_ENDED, ON_TEMPORARY)]


def test_r6_9_enrolment_on_a_temporary_place_archives_nothing_and_its_end_is_silent() -> None:
    s = Story()
    s.active(place_id=TEMPORARY, admission=Admission.TEMPORARY)
    enrolled_there = s.tell(j.event("ChildEnrolled"), f.PlaceFilled(TEMPORARY), j.ended(EndCause.ENROLLED, TEMPORARY))
    assert to_applicant(enrolled_there) == []
    over = s.tell(
        j.timer(Timer.TEMPORARY_END, TEMPORARY),
        f.StayEnded(APPLICATION, TEMPORARY, StayCause.TEMPORARY_ENDED),
        f.PlaceEnded(TEMPORARY),
    )
    assert over == []


def test_r6_9_a_temporary_place_that_is_offered_again_after_a_stay_keeps_its_organisation_and_last_day() -> None:
    s = Story()
    s.active(place_id=TEMPORARY, admission=Admission.TEMPORARY)
    s.tell(j.event("ChildEnrolled"), f.PlaceFilled(TEMPORARY), j.ended(EndCause.ENROLLED, TEMPORARY))
    s.tell(
        j.event("ChildEnrolled"),
        f.StayEnded(APPLICATION, TEMPORARY, StayCause.SERVED_REGULAR),
        f.PlaceReturned(TEMPORARY, EndCause.SERVED_REGULAR),
    )
    s.queued("app-2", "parent-2")
    outputs = s.tell(j.event("PlacesChosen"), j.issued("app-2", TEMPORARY, 2))
    message = j.messages(outputs)[0]
    assert (message.recipient, message.organisation_id, message.place_until) == ("parent-2", ORGANISATION, j.LAST_DAY)


def test_r4_6_messages_go_to_the_representative_to_whom_the_application_was_moved() -> None:
    s = story("queued")
    s.tell(j.event("ApplicantLinked"), f.ApplicantLinked(APPLICATION, "parent-2"))
    outputs = s.tell(j.event("ApplicationSuspended"), f.ApplicationSuspended(APPLICATION, "false address"))
    assert [each.recipient for each in j.messages(outputs)] == ["parent-2"]


def test_r7_1_an_exit_that_another_fact_of_the_same_record_still_names_is_told_to_its_applicant() -> None:
    outputs = with_access().tell(
        j.event("ApplicationWithdrawn"),
        f.ApplicationArchived(APPLICATION, ArchiveReason.WITHDRAWN),
        f.AccessRevoked(APPLICATION),
    )
    assert [kind for kind, _ in to_applicant(outputs)] == [Kind.ARCHIVED, Kind.ACCESS_REVOKED]


def test_r7_1_the_id_of_a_message_is_its_record_its_fact_and_its_audience() -> None:
    outputs = issued_and_active_at_once()
    ids = [(each.audience.value, each.id) for each in j.messages(outputs)]
    assert ids == [
        ("APPLICANT", "710000000:4:0"),
        ("APPLICANT", "710000000:4:2"),
        ("ORGANISATION", "710000000:4:3"),
    ]
