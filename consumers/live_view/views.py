"""What the live view answers: applications, queues, places and organisations as they are at one journal sequence.

Of `QueueView` the `rows` may be published, and nothing of its places: their live stages beside the live order would
tell which application took which (R7.3). `ApplicationView` and `PlaceView.application_id` are for whoever may ask about
this one. Nothing here says who applied.
"""

import datetime

from msgspec import Struct

from consumers.live_view.entries import ApplicationState
from schemas.events import Attendance
from schemas.instants import Instant
from schemas.outputs import OrderRow, OrderStatus
from schemas.words import Admission, Group, GroupType, OrganisationKind, Ownership, Regime, Stage


class Position(Struct, frozen=True):
    """Where a locality's journal stood: the last record that an answer counts, its time and its hash."""

    sequence: int
    time: Instant
    hash: str


class ReferralView(Struct, frozen=True, omit_defaults=True):
    """A live referral (R6). `documents_until`: by when the papers are due; `until`: its end, once it is active."""

    referral: int
    place_id: str
    temporary: bool
    active: bool
    documents_until: Instant | None = None
    until: Instant | None = None


class ApplicationView(Struct, frozen=True, omit_defaults=True):
    """One application. Numbers are 1-based and missing while it is off the order.

    `until`: the end of what its state waits for (documents, joining, stop list). `status`: what is published of it,
    missing while it has no place in the order. `place_id`: of its referral, or the one that it was enrolled on.
    `reason`: why it was refused or archived. `record`: the last journal record that changed it.
    """

    application_id: str
    locality: str
    state: ApplicationState
    queue: str
    submitted_at: Instant
    record: int
    position: Position
    group: Group | None = None
    number: int | None = None
    number_in_group: int | None = None
    status: OrderStatus | None = None
    until: Instant | None = None
    access_until: Instant | None = None
    referrals: tuple[ReferralView, ...] = ()
    place_id: str | None = None
    stay: str | None = None
    reason: str | None = None


class PlaceRow(Struct, frozen=True, omit_defaults=True):
    """A place in its live stage: for offices; bulletins publish places (R7.3). `until`: the end of the window in which
    only holders of access choose."""

    place_id: str
    organisation_id: str
    queue: str
    stage: Stage
    released_at: Instant
    birth_year: int
    age_from: int
    age_to: int
    language: str
    group_type: GroupType
    regime: Regime
    admission: Admission
    admission_from: datetime.date
    admission_until: datetime.date | None = None
    attendance: tuple[Attendance, ...] | None = None
    until: Instant | None = None


class PlaceView(Struct, frozen=True, omit_defaults=True):
    """One place, and the application that it is referred to or that was enrolled on it."""

    locality: str
    place: PlaceRow
    record: int
    position: Position
    application_id: str | None = None


class OrganisationView(Struct, frozen=True):
    """An organisation and its places on offer, in the order of their arrival."""

    organisation_id: str
    locality: str
    name: str
    ownership: Ownership
    kind: OrganisationKind
    closed: bool
    places: tuple[PlaceRow, ...]
    position: Position


class QueueSummary(Struct, frozen=True):
    """A queue in figures. `waiting`: by group; `phase`: c of R3.4; `standing`: R, the priority applications that wait
    or may return; `off_order`: referred, stopped, suspended; `access`: who may choose now; `places`: by stage."""

    queue: str
    waiting: dict[Group, int]
    phase: int
    standing: int
    off_order: int
    access: int
    places: dict[Stage, int]

    @property
    def size(self) -> int:
        """How many wait."""
        return sum(self.waiting.values())


class QueueView(Struct, frozen=True):
    """A queue, or a page of it, at one journal sequence. Rows in order of their numbers; behind them, if asked for,
    those off the order by submission time; these rows may be published (R7.3). `places`: on offer, in the order of
    their arrival; not to be published."""

    locality: str
    summary: QueueSummary
    rows: tuple[OrderRow, ...]
    places: tuple[PlaceRow, ...]
    position: Position
