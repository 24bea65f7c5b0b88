"""The fold of facts about applications, accesses and referrals. Applies what was decided; never decides."""

from msgspec.structs import replace

from schemas import facts as f
from schemas.events import ApplicationSubmitted
from schemas.words import EndCause, Group, Ownership, QueueKind, Stage, Timer
from streams.rules.fold_places import place_referred
from streams.rules.model import Application, Claim, Referral, Status
from streams.rules.pack import Mode
from streams.rules.state import State

NO_PLACES: frozenset[str] = frozenset()


def application_registered(state: State, fact: f.ApplicationRegistered) -> None:
    """An application waits for its documents (R4.1)."""
    benefits = state.interned_benefits(fact.benefits)
    application = Application(
        id=fact.application_id,
        applicant_id=fact.applicant_id,
        child_id=fact.child_id,
        queue=state.queue(fact.queue).id,
        submitted_at=int(fact.submitted_at),
        first_applicant_id=fact.applicant_id,
        claim=state.interned_claim(claim_of(fact)),
        sequence=state.sequence,
        benefits=benefits,
        kind=state.interned_kind(
            fact.child_born,
            exempt=fact.special_needs and fact.commission_conclusion,
            private_only=bool(fact.private_only),
            on_temporary=state.on_temporary(fact.child_id),
            excluded=NO_PLACES,
        ),
        deadline=fact.documents_until,
    )
    state.add_application(application)
    state.agenda.add(fact.documents_until, Timer.REGISTRATION, application.id)


def claim_of(submitted: ApplicationSubmitted | f.ApplicationRegistered) -> Claim:
    """What a submission says of more than one child: the event and its fact name it alike."""
    return Claim(
        submitted.benefits,
        submitted.organisation_id,
        submitted.profile,
        submitted.special_needs,
        submitted.commission_conclusion,
        submitted.channel,
    )


def documents_presented(state: State, fact: f.DocumentsPresented) -> None:
    """The papers were shown: the applicant's clock stops (R4.1, R6.2)."""
    application = state.applications[fact.application_id]
    if fact.place_id is None:
        application.provider_until = fact.provider_until
    else:
        _referral(application, fact.place_id).provider_until = fact.provider_until


def application_deferred(state: State, fact: f.ApplicationDeferred) -> None:
    """Confirmed, joins later (R4.3)."""
    application = state.applications[fact.application_id]
    application.status = Status.DEFERRED
    application.deadline = fact.until
    application.provider_until = None
    state.agenda.add(fact.until, Timer.JOINING, application.id)


def application_queued(state: State, fact: f.ApplicationQueued) -> None:
    """Stands in the order; the yearly interest counts from today (R4.4)."""
    application = state.applications[fact.application_id]
    application.status = Status.QUEUED
    application.group = fact.group
    application.deadline = None
    application.provider_until = None
    queue = state.queue(application.queue)
    queue.join(application)
    state.touch(queue)
    _await_interest(state, application)


def _await_interest(state: State, application: Application) -> None:
    application.interest_due = state.calendar.months_deadline(state.day, state.pack.interest_months)
    application.interest_reminded = False
    state.agenda.add(application.interest_due, Timer.INTEREST, application.id)


def interest_confirmed(state: State, fact: f.InterestConfirmed) -> None:
    """The year starts anew (R4.4)."""
    _await_interest(state, state.applications[fact.application_id])


def reminder_due(state: State, fact: f.ReminderDue) -> None:
    """Only the reminder of interest starts a term of its own (R4.4)."""
    if fact.of.value == "INTEREST":
        application = state.applications[fact.application_id]
        application.interest_due = fact.until
        application.interest_reminded = True
        state.agenda.add(fact.until, Timer.INTEREST, application.id)


def application_refused(state: State, fact: f.ApplicationRefused) -> None:
    """The registration failed (R4.1)."""
    application = state.applications[fact.application_id]
    application.status = Status.REFUSED
    application.deadline = application.provider_until = None


def application_regrouped(state: State, fact: f.ApplicationRegrouped) -> None:
    """Moves to another group at its original submission time (R3.6)."""
    application = state.applications[fact.application_id]
    queue = state.queue(application.queue)
    queue.regroup(application, fact.to, waiting=application.status is Status.QUEUED)
    application.group = fact.to
    state.touch(queue)


def benefits_changed(state: State, fact: f.BenefitsChanged) -> None:
    """The benefits as checked."""
    state.applications[fact.application_id].benefits = state.interned_benefits(fact.benefits)


def applicant_linked(state: State, fact: f.ApplicantLinked) -> None:
    """Another legal representative (R4.6)."""
    state.applications[fact.application_id].applicant_id = fact.applicant_id


def _off_order(state: State, application: Application, *, returns: bool) -> None:
    """Leave the order, or give up the return to it."""
    queue = state.queue(application.queue)
    if application.status is Status.QUEUED:
        queue.leave(application, returns=returns)
    elif not returns and application.status in (Status.REFERRED, Status.STOPPED, Status.SUSPENDED):
        queue.order.forget(application.group, application.id)
    state.touch(queue)


def application_archived(state: State, fact: f.ApplicationArchived) -> None:
    """Left for good; what it held was ended by facts before this one."""
    application = state.applications[fact.application_id]
    _off_order(state, application, returns=False)
    application.status = Status.ARCHIVED
    application.deadline = application.provider_until = application.interest_due = None


def application_stopped(state: State, fact: f.ApplicationStopped) -> None:
    """On the stop list (R6.6)."""
    application = state.applications[fact.application_id]
    _off_order(state, application, returns=True)
    application.status = Status.STOPPED
    application.deadline = fact.until
    if fact.counted:
        application.lapses += 1
    state.agenda.add(fact.until, Timer.STOP_LIST, application.id)


def application_suspended(state: State, fact: f.ApplicationSuspended) -> None:
    """Off the order until restored; a stop list's term runs on (R4.7)."""
    application = state.applications[fact.application_id]
    _off_order(state, application, returns=True)
    application.status = Status.SUSPENDED


def application_returned(state: State, fact: f.ApplicationReturned) -> None:
    """Back at its old place in the order."""
    application = state.applications[fact.application_id]
    application.status = Status.QUEUED
    application.deadline = None
    queue = state.queue(application.queue)
    queue.join(application, returned=True)
    state.touch(queue)


def access_granted(state: State, fact: f.AccessGranted) -> None:
    """May choose until the deadline (R5.2)."""
    application = state.applications[fact.application_id]
    state.queue(application.queue).grant(application)
    application.access_until = fact.until
    state.agenda.add(fact.until, Timer.ACCESS, application.id)
    state.schedule_reminder(application.id, fact.until)


def access_ended(state: State, fact: f.AccessLapsed | f.AccessRevoked | f.AccessUsed) -> None:
    """May choose no longer."""
    application = state.applications[fact.application_id]
    application.access_until = None
    queue = state.queue(application.queue)
    queue.end_access(application)
    state.touch(queue)


def referral_issued(state: State, fact: f.ReferralIssued) -> None:
    """A place is reserved (R6.1); for a temporary one the application stays in the order (R6.9)."""
    application = state.applications[fact.application_id]
    place = state.places[fact.place_id]
    referral = Referral(
        number=fact.referral,
        place_id=place.id,
        group=application.group,
        issued_at=state.now,
        automatic=fact.how.value == "AUTOMATIC",
        documents_until=fact.documents_until,
        vacate_until=fact.vacate_until,
    )
    temporary = state.place_class(place).temporary
    place_referred(state, place, application.id)
    state.referral_count = fact.referral
    if temporary:
        application.temporary = referral
        refresh_child(state, application.child_id)
    else:
        state.queue(application.queue).serve(application)
        application.status = Status.REFERRED
        application.referral = referral
    state.schedule_referral(application.id, referral)


def _referral(application: Application, place_id: str) -> Referral:
    for referral in (application.referral, application.temporary):
        if referral is not None and referral.place_id == place_id:
            return referral
    raise AssertionError(f"{application.id} has no live referral to {place_id}")


def referral_activated(state: State, fact: f.ReferralActivated) -> None:
    """The organisation may enrol now (R6.2)."""
    application = state.applications[fact.application_id]
    referral = _referral(application, fact.place_id)
    referral.active = True
    referral.until = fact.until
    state.schedule_referral(application.id, referral)


def referral_extended(state: State, fact: f.ReferralExtended) -> None:
    """More days, once (R6.5)."""
    application = state.applications[fact.application_id]
    referral = _referral(application, fact.place_id)
    referral.until = fact.until
    referral.extended = True
    state.schedule_referral(application.id, referral)


def referral_ended(state: State, fact: f.ReferralEnded) -> None:
    """The referral is over; where its place and its application go, other facts say."""
    application = state.applications[fact.application_id]
    place = state.places[fact.place_id]
    referral = _referral(application, fact.place_id)
    if referral is application.temporary:
        application.temporary = None
        if fact.cause is EndCause.ENROLLED:
            application.stay = place.id
    else:
        application.referral = None
        if fact.cause is EndCause.ENROLLED:
            application.enrolled_at = place.id
            _remember_favoured(state, application, referral)
    if fact.cause is not EndCause.ENROLLED:
        place.application_id = None
    _exclude(state, application, place.id, fact.cause)
    refresh_child(state, application.child_id)
    due = application.interest_due
    if application.interest_reminded and due is not None and due <= state.now:
        # Never archived while referred: an overdue one gets the days from the end of its referral (R4.4).
        application.interest_due = state.calendar.calendar_deadline(state.day, state.pack.interest_calendar_days)
        state.agenda.add(application.interest_due, Timer.INTEREST, application.id)


def _exclude(state: State, application: Application, place_id: str, cause: EndCause) -> None:
    """A place that refused the child, or that it cancelled in an automatic queue, is not offered again (R5.3)."""
    automatic = state.queue(application.queue).mode is Mode.AUTOMATIC
    cancelled = automatic and cause is EndCause.CANCELLED
    if not cancelled and cause is not EndCause.REFUSED:
        return
    # Cancelled and chosen again, then refused by the organisation: no longer one that it may choose again (R5.7).
    others = tuple(each for each in application.cancelled if each != place_id)
    application.cancelled = (*others, place_id) if cancelled else others
    state.places[place_id].excluded = True
    kind = replace(application.kind, excluded=application.kind.excluded | {place_id})
    waiting = application.status is Status.QUEUED
    state.queue(application.queue).reclassify(application, kind, waiting=waiting)


def _remember_favoured(state: State, application: Application, referral: Referral) -> None:
    """Enrolled from the general queue out of turn on a lasting place of a state organisation: R4.3 binds the child."""
    organisation = state.organisations[state.places[referral.place_id].terms.organisation_id]
    general = application.queue.startswith(f"{QueueKind.GENERAL.lower()}/")
    if general and referral.group is not Group.GENERAL and organisation.ownership is Ownership.STATE:
        state.favoured[application.child_id] = None


def stay_ended(state: State, fact: f.StayEnded) -> None:
    """The child attends the temporary place no longer (R6.9)."""
    application = state.applications[fact.application_id]
    application.stay = None
    place = state.places[fact.place_id]
    if place.stage is Stage.FILLED:
        place.application_id = None
    refresh_child(state, application.child_id)


def child_left(state: State, fact: f.ChildLeft) -> None:
    """Nobody attends the place; it stays filled until the organisation releases a new one (R6.7)."""
    state.places[fact.place_id].application_id = None


def refresh_child(state: State, child_id: str) -> None:
    """A child on a temporary place gets no second one (R5.3): tell all its live applications."""
    on_temporary = state.on_temporary(child_id)
    for application in state.applications_of(child_id):
        old = application.kind
        if old.on_temporary == on_temporary or application.status is Status.ARCHIVED:
            continue
        kind = state.interned_kind(
            old.born,
            exempt=old.exempt,
            private_only=old.private_only,
            on_temporary=on_temporary,
            excluded=old.excluded,
        )
        queue = state.queue(application.queue)
        queue.reclassify(application, kind, waiting=application.status is Status.QUEUED)
        state.touch(queue)
