"""What each fact of the journal comes to: figures that grow, and what has to be remembered for later ones.

A reading of its own: it shares no code with what decides. docs/indicators.md says each rule in words. Pure.
"""

from collections.abc import Callable
from heapq import heappush
from typing import Any

from schemas import facts as f
from schemas.indicators import (
    ADMISSION,
    CONFIRMED,
    DOCUMENTS,
    GRANTED,
    IN_TIME,
    LAPSED,
    LATE,
    NOT_CONFIRMED,
    NOT_SHOWN,
    OTHER_SOURCES,
    REFERRAL,
    REGISTRATION,
    REMINDED,
    REPEATS,
    REVOKED,
    SOURCES_MAX,
    USED,
)
from schemas.journal import Record
from schemas.words import Admission, ArchiveReason, EndCause, Group, RefusalReason, Stage, Subject
from schemas.zones import date_to_day, zone_of
from streams.monitoring.counting import Target, count, last, named, shift
from streams.monitoring.model import Application, Check, Place, Referral
from streams.monitoring.moment import Moment, birth_year_of
from streams.monitoring.series import DAY_HOURS

OTHER_GROUP = {Group.GENERAL: Group.PRIORITY, Group.PRIORITY: Group.GENERAL}
# Ends of a referral that are an answer of the second check (R6.3).
ANSWERS = frozenset({EndCause.BENEFIT_NOT_CONFIRMED, EndCause.DOCUMENTS_REFUSED})


def fold_record(moment: Moment, record: Record) -> None:
    """Count what the facts of the next record say. Raises: BrokenJournal for one that names what is not there."""
    for fact in record.facts:
        handle = _FOLDS.get(type(fact))
        if handle is not None:
            handle(moment, fact)
    source = record.cause.source
    if source is not None:
        _of_sender(moment, record, source)
    locality = moment.locality
    for application_id in moment.gone_applications:
        locality.applications.pop(application_id, None)
    for place_id in moment.gone_places:
        locality.places.pop(place_id, None)


def _of_sender(moment: Moment, record: Record, source: str) -> None:
    for fact in record.facts:
        if isinstance(fact, f.Rejected):
            known = fact.organisation_id if fact.organisation_id in moment.locality.organisations else None
            count(moment.about(known or ""), named("rejected", f"{_source(moment, source)}/{fact.reason}"))
        elif isinstance(fact, f.Duplicate):
            count(moment.about(), named("repeated", _source(moment, source)))


def _source(moment: Moment, source: str) -> str:
    sources = moment.locality.sources
    if source not in sources:
        if len(sources) >= SOURCES_MAX:
            return OTHER_SOURCES
        sources[source] = None
    return source


def _time(nth: int) -> str:
    """The word for the second, the third and all further times."""
    return REPEATS[min(nth - 2, len(REPEATS) - 1)]


# ------------------------------------------------------------------------------------------- organisations, places


def _organisation_changed(moment: Moment, fact: f.OrganisationChanged) -> None:
    targets = moment.about(fact.organisation_id)
    before = moment.locality.organisations.get(fact.organisation_id)
    if before is not fact.ownership:
        if before is not None:
            shift(targets, named("organisations", before), -1)
        shift(targets, named("organisations", fact.ownership), 1)
        moment.locality.organisations[fact.organisation_id] = fact.ownership


def _organisation_closed(moment: Moment, fact: f.OrganisationClosed) -> None:
    ownership = moment.locality.organisations.pop(fact.organisation_id, None)
    if ownership is None:
        raise moment.broken(f"organisation {fact.organisation_id!r}")
    shift(moment.about(fact.organisation_id), named("organisations", ownership), -1)


def _place_released(moment: Moment, fact: f.PlaceReleased) -> None:
    place = Place(fact.queue, fact.organisation_id, fact.admission, fact.admission, moment.now)
    moment.locality.places[fact.place_id] = place
    count(moment.about_place(place), named("released", fact.admission))
    moment.move(place, Stage.RELEASED)
    if fact.admission is Admission.EARLY:
        # The set date belongs to the term: it has passed with the day's end.
        place.overdue_from = date_to_day(fact.admission_from) + 1
        due = place.overdue_from * DAY_HOURS
        if due <= moment.locality.hour:
            overdue(moment, place)
        else:
            heappush(moment.locality.agenda, (due, fact.place_id))


def overdue(moment: Moment, place: Place) -> None:
    """The set date of an early place has passed, and it is not vacated (R2.1)."""
    place.overdue = True
    shift(moment.about_place(place), named("early_overdue", ""), 1)


def _vacate(moment: Moment, place: Place) -> None:
    """An early place is free now; it was late if its date had passed."""
    if place.admission is not Admission.EARLY:
        return
    place.admission = Admission.REGULAR
    if place.overdue and place.overdue_from is not None:
        due = zone_of(moment.locality.code).at(place.overdue_from)
        last(moment.about_place(place), "early_delay", "", max(0, moment.now - due))
    _no_longer_overdue(moment, place)


def _no_longer_overdue(moment: Moment, place: Place) -> None:
    if place.overdue:
        shift(moment.about_place(place), named("early_overdue", ""), -1)
    place.overdue, place.overdue_from = False, None


def _place_returned(moment: Moment, fact: f.PlaceReturned) -> None:
    place = moment.place(fact.place_id)
    count(moment.about_place(place), named("released_again", fact.cause))
    if place.stage is Stage.FILLED:  # the rest of a stay: a new search for a child
        place.released_at = moment.now
    moment.move(place, Stage.RELEASED)


def _place_recalled(moment: Moment, fact: f.PlaceRecalled) -> None:
    place = moment.place(fact.place_id)
    targets = moment.about_place(place)
    count(targets, named("recalled", fact.reason))
    if place.stage is Stage.REFERRED:
        count(targets, named("recalled_after_referral", fact.reason))
    _off_offer(moment, place, fact.place_id, Stage.RECALLED)


def _off_offer(moment: Moment, place: Place, place_id: str, stage: Stage) -> None:
    _no_longer_overdue(moment, place)
    moment.move(place, stage)
    moment.gone_places.append(place_id)


def _place_ended(moment: Moment, fact: f.PlaceEnded) -> None:
    place = moment.place(fact.place_id)
    count(moment.about_place(place), named("ended", ""))
    _off_offer(moment, place, fact.place_id, Stage.ENDED)


def _place_vacated(moment: Moment, fact: f.PlaceVacated) -> None:
    place = moment.place(fact.place_id)
    count(moment.about_place(place), named("vacated", ""))
    _vacate(moment, place)


def _place_filled(moment: Moment, fact: f.PlaceFilled) -> None:
    place = moment.place(fact.place_id)
    _vacate(moment, place)
    last(moment.about_place(place), "filling_time", place.published, moment.now - place.released_at)
    moment.move(place, Stage.FILLED)
    if place.admission is not Admission.TEMPORARY:  # no fact names it again
        moment.gone_places.append(fact.place_id)


def _bulletin_issued(moment: Moment, fact: f.BulletinIssued) -> None:
    count(moment.about(), named("bulletins", ""))
    for entry in fact.entries:
        # What a queue gave away at once is listed, too, and so is what is recalled by now.
        place = moment.locality.places.get(entry.place_id)
        if place is not None and place.stage is Stage.RELEASED:
            moment.move(place, Stage.LISTED)


def _place_prioritised(moment: Moment, fact: f.PlacePrioritised) -> None:
    moment.move(moment.place(fact.place_id), Stage.PRIORITY)


def _place_opened(moment: Moment, fact: f.PlaceOpened) -> None:
    moment.move(moment.place(fact.place_id), Stage.OPEN)


# ------------------------------------------------------------------------------------------------ checks of papers


def _show(moment: Moment, targets: list[Target], check: Check, kind: str) -> None:
    check.shown_at = moment.now
    count(targets, named("documents_shown", f"{kind}/{IN_TIME}"))


def _answer(moment: Moment, targets: Any, check: Check, kind: str) -> None:
    """The provider has answered; papers of which nobody reported that they were shown, were shown in this moment."""
    if check.answered or check.due is None:
        return
    check.answered = True
    if check.shown_at is None:
        _show(moment, targets, check, kind)
        count(targets, named("documents_checked", f"{kind}/{IN_TIME}"))
        return
    shift(targets, named("checks_waiting", kind), -1)
    late = check.answer_due is not None and moment.now >= check.answer_due
    count(targets, named("documents_checked", f"{kind}/{LATE if late else IN_TIME}"))
    last(targets, "check_time", kind, moment.now - check.shown_at)


def _give_up(targets: Any, check: Check, kind: str) -> None:
    """What was to be checked is over without an answer."""
    if check.shown_at is not None and not check.answered:
        shift(targets, named("checks_waiting", kind), -1)
    check.answered = True


def _documents_presented(moment: Moment, fact: f.DocumentsPresented) -> None:
    application = moment.application(fact.application_id)
    if fact.place_id is None:
        check, kind, targets = application.check, REGISTRATION, moment.about_application(application)
    else:
        check, kind = _referral(moment, application, fact.place_id).check, REFERRAL
        targets = moment.about_place(moment.place(fact.place_id))
    check.answer_due = int(fact.provider_until)
    _show(moment, list(targets), check, kind)
    shift(targets, named("checks_waiting", kind), 1)


# --------------------------------------------------------------------------------------------------- applications


def _application_registered(moment: Moment, fact: f.ApplicationRegistered) -> None:
    check = Check(int(fact.documents_until))
    application = Application(fact.queue, birth_year_of(fact.queue), int(fact.submitted_at), check)
    moment.locality.applications[fact.application_id] = application
    count(moment.about_application(application), named("registered", fact.channel))
    moment.enter(application, "REGISTERED")


def _application_deferred(moment: Moment, fact: f.ApplicationDeferred) -> None:
    application = moment.application(fact.application_id)
    _answer(moment, moment.about_application(application), application.check, REGISTRATION)
    moment.enter(application, "DEFERRED")


def _application_queued(moment: Moment, fact: f.ApplicationQueued) -> None:
    application = moment.application(fact.application_id)
    targets = moment.about_application(application)
    _answer(moment, targets, application.check, REGISTRATION)
    application.group = fact.group
    count(targets, named("queued", fact.group))
    moment.enter(application, "QUEUED")


def _application_refused(moment: Moment, fact: f.ApplicationRefused) -> None:
    application = moment.application(fact.application_id)
    targets = moment.about_application(application)
    count(targets, named("refused", fact.reason))
    if fact.reason is RefusalReason.NOT_SHOWN_IN_TIME:
        count(targets, named("documents_shown", f"{REGISTRATION}/{NOT_SHOWN}"))
    else:
        _answer(moment, targets, application.check, REGISTRATION)
    moment.enter(application, "")
    moment.gone_applications.append(fact.application_id)


def _application_regrouped(moment: Moment, fact: f.ApplicationRegrouped) -> None:
    application = moment.application(fact.application_id)
    count(moment.about_application(application), named("regrouped", f"{fact.from_}/{fact.to}"))
    waits = application.state == "QUEUED"
    if waits:
        moment.wait(application, -1)
    application.group = fact.to
    if waits:
        moment.wait(application, 1)


def _application_archived(moment: Moment, fact: f.ApplicationArchived) -> None:
    application = moment.application(fact.application_id)
    targets = moment.about_application(application)
    count(targets, named("archived", fact.reason))
    if fact.reason is ArchiveReason.INTEREST_NOT_CONFIRMED:
        count(targets, named("interest", NOT_CONFIRMED))
    _give_up(targets, application.check, REGISTRATION)
    moment.enter(application, "")
    moment.gone_applications.append(fact.application_id)


def _application_stopped(moment: Moment, fact: f.ApplicationStopped) -> None:
    application = moment.application(fact.application_id)
    if application.state != "SUSPENDED":  # else restored to what was left of the stop list (R4.7): no new stop
        count(moment.about_application(application), named("stopped", ""))
    moment.enter(application, "STOPPED")


def _application_suspended(moment: Moment, fact: f.ApplicationSuspended) -> None:
    application = moment.application(fact.application_id)
    count(moment.about_application(application), named("suspended", ""))
    moment.enter(application, "SUSPENDED")


def _application_returned(moment: Moment, fact: f.ApplicationReturned) -> None:
    application = moment.application(fact.application_id)
    count(moment.about_application(application), named("returned", fact.cause))
    moment.enter(application, "QUEUED")


def _reminder_due(moment: Moment, fact: f.ReminderDue) -> None:
    if fact.of is Subject.INTEREST:
        _interest(moment, fact.application_id, REMINDED)


def _interest_confirmed(moment: Moment, fact: f.InterestConfirmed) -> None:
    _interest(moment, fact.application_id, CONFIRMED)


def _interest(moment: Moment, application_id: str, word: str) -> None:
    application = moment.application(application_id)
    count(moment.about_application(application), named("interest", word))


# --------------------------------------------------------------------------------------------- accesses, referrals


def _access(word: str, by: int) -> Callable[[Moment, Any], None]:
    def handle(moment: Moment, fact: f.AccessGranted | f.AccessUsed | f.AccessLapsed | f.AccessRevoked) -> None:
        application = moment.application(fact.application_id)
        targets = moment.about_application(application)
        count(targets, named("accesses", word))
        shift(targets, named("accesses_live", ""), by)
        if word == LAPSED:
            application.accesses_lapsed += 1
            if application.accesses_lapsed > 1:
                count(targets, named("passive_heads", _time(application.accesses_lapsed)))

    return handle


def _referral_issued(moment: Moment, fact: f.ReferralIssued) -> None:
    application, place = moment.application(fact.application_id), moment.place(fact.place_id)
    group = application.group
    if group is None:
        raise moment.broken(f"the group of {fact.application_id!r}")
    targets = moment.about_place(place)
    count(targets, named("referrals", f"{fact.how}/{group}"))
    shift(targets, named("referrals_live", ""), 1)
    moment.move(place, Stage.REFERRED)
    due = None if fact.documents_until is None else int(fact.documents_until)
    referral = Referral(fact.place_id, Check(due))
    if place.admission is Admission.TEMPORARY:  # it stays in the order (R6.9)
        application.temporary = referral
        return
    application.referral = referral
    if not application.referred:
        application.referred = True
        last(targets, "waiting_time", group, max(0, moment.now - application.submitted_at))
    other = OTHER_GROUP.get(group)
    if other is not None and moment.locality.waiting.get(application.queue, {}).get(other, 0) > 0:
        count(targets, named("served_while_both_waited", group))
    moment.enter(application, "REFERRED")


def _referral(moment: Moment, application: Application, place_id: str) -> Referral:
    for referral in (application.referral, application.temporary):
        if referral is not None and referral.place_id == place_id:
            return referral
    raise moment.broken(f"a referral to {place_id!r}")


def _referral_activated(moment: Moment, fact: f.ReferralActivated) -> None:
    referral = _referral(moment, moment.application(fact.application_id), fact.place_id)
    _answer(moment, moment.about_place(moment.place(fact.place_id)), referral.check, REFERRAL)


def _referral_ended(moment: Moment, fact: f.ReferralEnded) -> None:
    application, place = moment.application(fact.application_id), moment.place(fact.place_id)
    referral = _referral(moment, application, fact.place_id)
    targets = moment.about_place(place)
    count(targets, named("referrals_ended", fact.cause))
    shift(targets, named("referrals_live", ""), -1)
    check = referral.check
    if fact.cause in ANSWERS:
        _answer(moment, targets, check, REFERRAL)
    elif fact.cause is EndCause.LAPSED:
        unshown = check.due is not None and not check.answered and check.shown_at is None
        count(targets, named("lapsed", DOCUMENTS if unshown else ADMISSION))
        if unshown:
            count(targets, named("documents_shown", f"{REFERRAL}/{NOT_SHOWN}"))
    elif fact.cause is EndCause.CANCELLED:
        application.cancellations += 1
        count(targets, named("cancelled", ""))
        if application.cancellations > 1:
            count(targets, named("repeated_cancellations", _time(application.cancellations)))
    elif fact.cause is EndCause.REFUSED:
        count(targets, named("admission_refused", ""))
    elif fact.cause is EndCause.ENROLLED:
        count(targets, named("enrolled", place.published))
    _give_up(targets, check, REFERRAL)
    if referral is application.temporary:
        application.temporary = None
    else:
        application.referral = None


# Facts without a fold change no figure: benefits, extensions, links, local acts, kept recalls, stays and their ends.
_FOLDS: dict[type[f.Fact], Callable[[Moment, Any], None]] = {
    f.OrganisationChanged: _organisation_changed,
    f.OrganisationClosed: _organisation_closed,
    f.PlaceReleased: _place_released,
    f.PlaceReturned: _place_returned,
    f.PlaceRecalled: _place_recalled,
    f.PlaceEnded: _place_ended,
    f.PlaceVacated: _place_vacated,
    f.PlaceFilled: _place_filled,
    f.BulletinIssued: _bulletin_issued,
    f.PlacePrioritised: _place_prioritised,
    f.PlaceOpened: _place_opened,
    f.AccessGranted: _access(GRANTED, 1),
    f.AccessLapsed: _access(LAPSED, -1),
    f.AccessRevoked: _access(REVOKED, -1),
    f.AccessUsed: _access(USED, -1),
    f.ApplicationRegistered: _application_registered,
    f.ApplicationDeferred: _application_deferred,
    f.ApplicationQueued: _application_queued,
    f.ApplicationRefused: _application_refused,
    f.ApplicationRegrouped: _application_regrouped,
    f.ApplicationArchived: _application_archived,
    f.ApplicationStopped: _application_stopped,
    f.ApplicationSuspended: _application_suspended,
    f.ApplicationReturned: _application_returned,
    f.InterestConfirmed: _interest_confirmed,
    f.ReminderDue: _reminder_due,
    f.ReferralIssued: _referral_issued,
    f.DocumentsPresented: _documents_presented,
    f.ReferralActivated: _referral_activated,
    f.ReferralEnded: _referral_ended,
}
