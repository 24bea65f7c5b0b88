"""Hand-made journals for the projection's tests: records of one locality, written fact by fact.

The hashes are left out: a projection reads facts, the chain is `oryn verify`'s.
"""

import datetime

from schemas import facts as f
from schemas.instants import Instant
from schemas.journal import Cause, Record
from schemas.outputs import Notification, Output, ServiceStage
from schemas.words import (
    Admission,
    Channel,
    EndCause,
    Group,
    GroupType,
    How,
    QueueKind,
    Regime,
    Timer,
    Topic,
)
from streams.projections.projection import Projection

LOCALITY = "710000000"
START = 1_623_320_000_000
MINUTE = 60_000
DAY = 86_400_000
QUEUE = "general/2018"

ORGANISATION = "org-1"
PLACE = "place-1"
TEMPORARY = "place-t"
APPLICATION = "app-1"
APPLICANT = "parent-1"
LAST_DAY = datetime.date(2021, 12, 31)


def moment(minutes: int) -> Instant:
    """So many minutes after the start."""
    return Instant(START + minutes * MINUTE)


def event(kind: str, topic: Topic = Topic.APPLICATION_CHANGES, event_id: str = "e") -> Cause:
    """The cause of a record that answers an event."""
    return Cause(topic=topic.value, partition=0, offset=7, source="urn:portal", event_id=event_id, type=kind)


def timer(kind: Timer, subject: str = APPLICATION) -> Cause:
    """The cause of a record that answers a timer."""
    return Cause(timer=kind, due=moment(0), subject=subject)


class Story:
    """A journal that grows record by record, and its projection beside it."""

    def __init__(self) -> None:
        """Begin a locality: nothing has happened."""
        self.records: list[Record] = []
        self.projection = Projection(LOCALITY)
        self.outputs: list[Output] = []

    def tell(self, cause: Cause, *facts: f.AnyFact, at: int | None = None) -> list[Output]:
        """Add one record `at` that many minutes (one per record without it), and return its outputs."""
        sequence = len(self.records) + 1
        record = Record(
            locality=LOCALITY,
            sequence=sequence,
            time=moment(sequence if at is None else at),
            cause=cause,
            pack="kz-2020",
            facts=facts,
            previous_hash="",
        )
        self.records.append(record)
        outputs = self.projection.project(record)
        self.outputs += outputs
        return outputs

    def released(self, place_id: str = PLACE, admission: Admission = Admission.REGULAR) -> list[Output]:
        """A place of the organisation is on offer."""
        return self.tell(event("PlaceReleased", Topic.VACANCY_RELEASES), released(place_id, admission))

    def registered(self, application_id: str = APPLICATION, applicant_id: str = APPLICANT) -> list[Output]:
        """An application waits for its documents for 100 minutes."""
        return self.tell(event("ApplicationSubmitted"), registered(application_id, applicant_id))

    def queued(self, application_id: str = APPLICATION, applicant_id: str = APPLICANT) -> list[Output]:
        """An application is registered and stands in its queue."""
        self.registered(application_id, applicant_id)
        return self.tell(event("DocumentsConfirmed"), queued(application_id))

    def referred(
        self,
        application_id: str = APPLICATION,
        place_id: str = PLACE,
        referral: int = 1,
        admission: Admission = Admission.REGULAR,
    ) -> list[Output]:
        """A place is released, an application is queued and referred to it, documents due in minute 1000."""
        self.released(place_id, admission)
        self.queued(application_id)
        return self.tell(event("PlacesChosen"), issued(application_id, place_id, referral))

    def active(self, place_id: str = PLACE, admission: Admission = Admission.REGULAR) -> list[Output]:
        """The same, and the second check is passed: valid until minute 2000."""
        self.referred(place_id=place_id, admission=admission)
        return self.tell(event("ReferralDocumentsConfirmed"), f.ReferralActivated(APPLICATION, place_id, moment(2000)))


def released(place_id: str = PLACE, admission: Admission = Admission.REGULAR) -> f.PlaceReleased:
    """The fact that a place is offered."""
    return f.PlaceReleased(
        place_id=place_id,
        organisation_id=ORGANISATION,
        queue=QUEUE,
        birth_year=2018,
        age_from=3,
        age_to=3,
        language="kk",
        group_type=GroupType.GENERAL_DEVELOPMENTAL,
        regime=Regime.FULL_DAY,
        admission=admission,
        admission_from=datetime.date(2021, 9, 1),
        admission_until=LAST_DAY if admission is Admission.TEMPORARY else None,
    )


def registered(application_id: str = APPLICATION, applicant_id: str = APPLICANT) -> f.ApplicationRegistered:
    """The fact that an application waits for its documents until minute 100."""
    return f.ApplicationRegistered(
        application_id=application_id,
        applicant_id=applicant_id,
        child_id="child-1",
        child_born=datetime.date(2018, 5, 5),
        queue_kind=QueueKind.GENERAL,
        queue=QUEUE,
        submitted_at=moment(0),
        benefits=(),
        special_needs=False,
        commission_conclusion=False,
        channel=Channel.PORTAL,
        documents_until=moment(100),
    )


def queued(application_id: str = APPLICATION, number: int = 118) -> f.ApplicationQueued:
    """The fact that an application stands in its queue."""
    return f.ApplicationQueued(application_id, QUEUE, Group.GENERAL, number, 90)


def issued(application_id: str = APPLICATION, place_id: str = PLACE, referral: int = 1) -> f.ReferralIssued:
    """The fact that a place is reserved, documents due in minute 1000."""
    return f.ReferralIssued(
        referral=referral,
        application_id=application_id,
        place_id=place_id,
        how=How.CHOICE,
        number=3,
        documents_until=moment(1000),
    )


def ended(cause: EndCause, place_id: str = PLACE, referral: int = 1, reason: str | None = None) -> f.ReferralEnded:
    """The fact that the referral of the application is over."""
    return f.ReferralEnded(referral, APPLICATION, place_id, cause, reason)


def messages(outputs: list[Output]) -> list[Notification]:
    """The messages among outputs."""
    return [each for each in outputs if isinstance(each, Notification)]


def stages(outputs: list[Output]) -> list[ServiceStage]:
    """The stages among outputs."""
    return [each for each in outputs if isinstance(each, ServiceStage)]
