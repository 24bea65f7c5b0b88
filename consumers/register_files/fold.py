"""Folds the journal of one locality into the rows of its registers, fact by fact.

A reading of its own: it shares no code with what decides. Pure, and free of files and databases: `take` says which rows
a record made or changed, so that whoever keeps them elsewhere can do so record by record. It can begin at the first
record, or go on behind any other with those rows alone that the next records name (`resume`). Never decides, and stops
at a fact about something that no fact made.
"""

from collections.abc import Callable
from typing import Any

from consumers.register_files.register_rows import RegisterRows
from consumers.register_files.rows import (
    AccessRow,
    AccessState,
    ApplicationRow,
    ApplicationState,
    BulletinRow,
    OrganisationRow,
    PlaceRow,
    ReferralRow,
    ReferralState,
    RejectionRow,
)
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.words import Admission, ArchiveReason, EndCause, Group, RefusalReason, Stage


class LocalityRegisters(RegisterRows):
    """The registers of one locality, folded fact by fact."""

    # ------------------------------------------------------------------------- organisations, events, bulletins

    def _organisation_changed(self, fact: f.OrganisationChanged) -> None:
        row = self.organisations.get(fact.organisation_id)
        if row is None:
            row = self.organisations[fact.organisation_id] = OrganisationRow(
                locality=self.locality,
                organisation_id=fact.organisation_id,
                name=fact.name,
                ownership=fact.ownership,
                kind=fact.kind,
                profiles=fact.profiles,
                registered_at=self._now,
                record=self._sequence,
                last_record=self._sequence,
                changed_at=self._now,
            )
        self._touched(row)
        row.name, row.ownership, row.kind, row.profiles = fact.name, fact.ownership, fact.kind, fact.profiles

    def _organisation_closed(self, fact: f.OrganisationClosed) -> None:
        row = self._touched(self._known(self.organisations, fact.organisation_id, "organisation"))
        row.closed_at = self._now

    def _rejected(self, fact: f.Rejected) -> None:
        cause = self._cause
        row = RejectionRow(
            locality=self.locality,
            record=self._sequence,
            at=self._now,
            topic=cause.topic,
            source=cause.source,
            event_id=cause.event_id,
            type=cause.type,
            reason=fact.reason,
            detail=fact.detail,
            organisation_id=fact.organisation_id,
            place_id=fact.place_id,
            application_id=fact.application_id,
        )
        self.rejections.append(row)
        self._changed.append(row)

    def _bulletin_issued(self, fact: f.BulletinIssued) -> None:
        for entry in fact.entries:
            place = self._place(entry.place_id)
            place.bulletin = fact.number
            if place.stage is Stage.RELEASED:
                place.stage = Stage.LISTED
        row = BulletinRow(
            locality=self.locality,
            number=fact.number,
            date=fact.date,
            issued_at=self._now,
            places=len(fact.entries),
            recalled=len(fact.recalled),
            previous_bulletin_hash=fact.previous_bulletin_hash,
            bulletin_hash=fact.bulletin_hash,
            record=self._sequence,
        )
        self._bulletins_issued, self._last_bulletin_hash = self._bulletins_issued + 1, fact.bulletin_hash
        self.bulletins.append(row)
        self._changed.append(row)

    # ------------------------------------------------------------------------------------------------ places

    def _place_released(self, fact: f.PlaceReleased) -> None:
        row = self.places[fact.place_id] = PlaceRow(
            locality=self.locality,
            place_id=fact.place_id,
            organisation_id=fact.organisation_id,
            queue=fact.queue,
            birth_year=fact.birth_year,
            age_from=fact.age_from,
            age_to=fact.age_to,
            language=fact.language,
            group_type=fact.group_type,
            regime=fact.regime,
            admission=fact.admission,
            admission_from=fact.admission_from,
            admission_until=fact.admission_until,
            attendance=fact.attendance,
            stage=Stage.RELEASED,
            released_at=self._now,
            offered_at=self._now,
            record=self._sequence,
            last_record=self._sequence,
            changed_at=self._now,
        )
        self._changed.append(row)

    def _place_returned(self, fact: f.PlaceReturned) -> None:
        place = self._staged(fact.place_id, Stage.RELEASED)
        place.offered_at = self._now
        place.returns += 1
        place.application_id = None

    def _place_recalled(self, fact: f.PlaceRecalled) -> None:
        self._staged(fact.place_id, Stage.RECALLED).recall_reason = fact.reason

    def _place_ended(self, fact: f.PlaceEnded) -> None:
        self._staged(fact.place_id, Stage.ENDED)

    def _place_vacated(self, fact: f.PlaceVacated) -> None:
        self._vacate(self._place(fact.place_id))

    def _place_filled(self, fact: f.PlaceFilled) -> None:
        self._vacate(self._staged(fact.place_id, Stage.FILLED))

    def _vacate(self, place: PlaceRow) -> None:
        if place.admission is Admission.EARLY:
            place.admission = Admission.REGULAR
            place.vacated_at = self._now

    def _place_prioritised(self, fact: f.PlacePrioritised) -> None:
        self._staged(fact.place_id, Stage.PRIORITY).window_until = fact.until

    def _place_opened(self, fact: f.PlaceOpened) -> None:
        self._staged(fact.place_id, Stage.OPEN)

    def _staged(self, place_id: str, stage: Stage) -> PlaceRow:
        place = self._place(place_id)
        place.stage = stage
        place.window_until = None
        return place

    # ------------------------------------------------------------------------------------------- applications

    def _application_registered(self, fact: f.ApplicationRegistered) -> None:
        row = self.applications[fact.application_id] = ApplicationRow(
            locality=self.locality,
            application_id=fact.application_id,
            applicant_id=fact.applicant_id,
            child_id=fact.child_id,
            queue=fact.queue,
            channel=fact.channel,
            submitted_at=fact.submitted_at,
            registered_at=self._now,
            documents_until=fact.documents_until,
            state=ApplicationState.REGISTERED,
            record=self._sequence,
            last_record=self._sequence,
            changed_at=self._now,
        )
        self._changed.append(row)
        self._tell_movement(row, None, None)

    def _moved(
        self,
        application_id: str,
        state: ApplicationState,
        *,
        until: Instant | None = None,
        group: Group | None = None,
        reason: RefusalReason | ArchiveReason | EndCause | None = None,
    ) -> ApplicationRow:
        """The application in its new state, and in its group if one is named."""
        row = self._application(application_id)
        before = row.state, row.group
        row.state, row.until = state, until
        if group is not None:
            row.group = group
        self._tell_movement(row, *before, reason)
        return row

    def _application_deferred(self, fact: f.ApplicationDeferred) -> None:
        self._moved(fact.application_id, ApplicationState.DEFERRED, until=fact.until)

    def _application_queued(self, fact: f.ApplicationQueued) -> None:
        row = self._moved(fact.application_id, ApplicationState.QUEUED, group=fact.group)
        row.number_stated, row.queued_at = fact.number, self._now

    def _application_refused(self, fact: f.ApplicationRefused) -> None:
        row = self._moved(fact.application_id, ApplicationState.REFUSED, reason=fact.reason)
        row.reason, row.left_at = fact.reason, self._now

    def _application_regrouped(self, fact: f.ApplicationRegrouped) -> None:
        row = self._application(fact.application_id)
        before, row.group = row.group, fact.to
        if fact.number is not None:
            row.number_stated = fact.number
        self._tell_movement(row, row.state, before)

    def _application_archived(self, fact: f.ApplicationArchived) -> None:
        row = self._moved(fact.application_id, ApplicationState.ARCHIVED, reason=fact.reason)
        row.reason, row.left_at = fact.reason, self._now

    def _application_stopped(self, fact: f.ApplicationStopped) -> None:
        row = self._moved(fact.application_id, ApplicationState.STOPPED, until=fact.until)
        if fact.counted:
            row.lapses += 1

    def _application_suspended(self, fact: f.ApplicationSuspended) -> None:
        self._moved(fact.application_id, ApplicationState.SUSPENDED)

    def _application_returned(self, fact: f.ApplicationReturned) -> None:
        row = self._moved(fact.application_id, ApplicationState.QUEUED, reason=fact.cause)
        row.number_stated = fact.number

    def _applicant_linked(self, fact: f.ApplicantLinked) -> None:
        self._application(fact.application_id).applicant_id = fact.applicant_id

    # -------------------------------------------------------------------------------------- accesses, referrals

    def _access_granted(self, fact: f.AccessGranted) -> None:
        self._application(fact.application_id).access_until = fact.until
        row = self._live_accesses[fact.application_id] = AccessRow(
            locality=self.locality,
            application_id=fact.application_id,
            queue=fact.queue,
            granted_at=self._now,
            until=fact.until,
            places=fact.places,
            state=AccessState.LIVE,
            record=self._sequence,
            last_record=self._sequence,
        )
        self.accesses.append(row)
        self._changed.append(row)

    def _access_over(self, application_id: str, state: AccessState) -> None:
        row = self._known(self._live_accesses, application_id, "a live access of")
        del self._live_accesses[application_id]
        row.state, row.ended_at, row.last_record = state, self._now, self._sequence
        self._changed.append(row)
        self._application(application_id).access_until = None

    def _access_lapsed(self, fact: f.AccessLapsed) -> None:
        self._access_over(fact.application_id, AccessState.LAPSED)

    def _access_revoked(self, fact: f.AccessRevoked) -> None:
        self._access_over(fact.application_id, AccessState.REVOKED)

    def _access_used(self, fact: f.AccessUsed) -> None:
        self._access_over(fact.application_id, AccessState.USED)

    def _referral_issued(self, fact: f.ReferralIssued) -> None:
        place = self._staged(fact.place_id, Stage.REFERRED)
        if fact.place_id in self._live_referrals:
            raise BrokenJournal(f"record {self._sequence} of {self.locality}: {fact.place_id!r} is referred to twice")
        place.application_id = fact.application_id
        application = self._application(fact.application_id)
        application.referral, application.place_id = fact.referral, fact.place_id
        if place.admission is not Admission.TEMPORARY:  # for a temporary one it stays in the order (R6.9)
            before, application.state = application.state, ApplicationState.REFERRED
            self._tell_movement(application, before, application.group, fact.how)
        row = self._live_referrals[fact.place_id] = self.referrals[fact.referral] = ReferralRow(
            locality=self.locality,
            referral=fact.referral,
            application_id=fact.application_id,
            place_id=fact.place_id,
            organisation_id=place.organisation_id,
            queue=place.queue,
            how=fact.how,
            number=fact.number,
            state=ReferralState.ISSUED,
            issued_at=self._now,
            documents_until=fact.documents_until,
            record=self._sequence,
            last_record=self._sequence,
            changed_at=self._now,
        )
        self._changed.append(row)

    def _live(self, place_id: str) -> ReferralRow:
        return self._touched(self._known(self._live_referrals, place_id, "a live referral to"))

    def _referral_activated(self, fact: f.ReferralActivated) -> None:
        row = self._live(fact.place_id)
        row.state, row.until = ReferralState.ACTIVE, fact.until
        if row.activated_at is None:  # again for an early place, once it is vacated
            row.activated_at = self._now

    def _referral_extended(self, fact: f.ReferralExtended) -> None:
        row = self._live(fact.place_id)
        row.until, row.extension_days, row.extension_reason = fact.until, fact.days, fact.reason

    def _referral_ended(self, fact: f.ReferralEnded) -> None:
        row = self._live(fact.place_id)
        del self._live_referrals[fact.place_id]
        row.state, row.ended_at, row.cause, row.reason = ReferralState.ENDED, self._now, fact.cause, fact.reason
        if fact.cause is EndCause.ENROLLED:  # the child has the place
            if self._known(self.places, fact.place_id, "place").admission is Admission.TEMPORARY:
                stay = self._application(fact.application_id)
                stay.stay_referral, stay.stay_place_id = fact.referral, fact.place_id
            return
        self._place(fact.place_id).application_id = None
        application = self._application(fact.application_id)
        if application.referral == fact.referral:  # what is left to a child on a temporary place is that place
            application.referral, application.place_id = application.stay_referral, application.stay_place_id

    def _stay_ended(self, fact: f.StayEnded) -> None:
        self._leave(fact.application_id, fact.place_id)

    def _child_left(self, fact: f.ChildLeft) -> None:
        self._leave(fact.application_id, fact.place_id)

    def _leave(self, application_id: str, place_id: str) -> None:
        place, application = self._place(place_id), self._application(application_id)
        if place.application_id == application_id:
            place.application_id = None
        if application.place_id == place_id:
            application.place_id = application.referral = None
        if application.stay_place_id == place_id:
            application.stay_place_id = application.stay_referral = None

    def _all_handlers(self) -> dict[type[f.Fact], Callable[[Any], None]]:
        """Facts without a handler (reminders, papers shown, local acts, kept recalls) change no row."""
        return {
            f.OrganisationChanged: self._organisation_changed,
            f.OrganisationClosed: self._organisation_closed,
            f.Rejected: self._rejected,
            f.BulletinIssued: self._bulletin_issued,
            f.PlaceReleased: self._place_released,
            f.PlaceReturned: self._place_returned,
            f.PlaceRecalled: self._place_recalled,
            f.PlaceEnded: self._place_ended,
            f.PlaceVacated: self._place_vacated,
            f.PlaceFilled: self._place_filled,
            f.PlacePrioritised: self._place_prioritised,
            f.PlaceOpened: self._place_opened,
            f.ApplicationRegistered: self._application_registered,
            f.ApplicationDeferred: self._application_deferred,
            f.ApplicationQueued: self._application_queued,
            f.ApplicationRefused: self._application_refused,
            f.ApplicationRegrouped: self._application_regrouped,
            f.ApplicationArchived: self._application_archived,
            f.ApplicationStopped: self._application_stopped,
            f.ApplicationSuspended: self._application_suspended,
            f.ApplicationReturned: self._application_returned,
            f.ApplicantLinked: self._applicant_linked,
            f.AccessGranted: self._access_granted,
            f.AccessLapsed: self._access_lapsed,
            f.AccessRevoked: self._access_revoked,
            f.AccessUsed: self._access_used,
            f.ReferralIssued: self._referral_issued,
            f.ReferralActivated: self._referral_activated,
            f.ReferralExtended: self._referral_extended,
            f.ReferralEnded: self._referral_ended,
            f.StayEnded: self._stay_ended,
            f.ChildLeft: self._child_left,
        }
