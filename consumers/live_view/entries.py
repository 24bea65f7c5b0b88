"""What is stored in Redis of one application, place or organisation, as MessagePack arrays (docs/live-view.md).

Owns the stored form. Whoever adds, drops or moves a field raises `FORMAT`: the reader then builds the view anew
beside the old one. Nothing of the person is stored: no applicant, no child, no benefit, no document.
"""

import datetime
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from schemas.events import Attendance
from schemas.instants import Instant
from schemas.outputs import OrderStatus
from schemas.words import Admission, Group, GroupType, OrganisationKind, Ownership, Regime, Stage

FORMAT: Final = 1


class ApplicationState(StrEnum):
    """Where an application stands."""

    REGISTERED = "REGISTERED"
    REFUSED = "REFUSED"
    DEFERRED = "DEFERRED"
    QUEUED = "QUEUED"
    REFERRED = "REFERRED"
    STOPPED = "STOPPED"
    SUSPENDED = "SUSPENDED"
    ARCHIVED = "ARCHIVED"


# Off the order, but with an old place in it.
OFF_ORDER = frozenset({ApplicationState.REFERRED, ApplicationState.STOPPED, ApplicationState.SUSPENDED})
_STATUS_OFF_ORDER = {
    ApplicationState.REFERRED: OrderStatus.REFERRED,
    ApplicationState.STOPPED: OrderStatus.STOPPED,
    ApplicationState.SUSPENDED: OrderStatus.STOPPED,
}
# Asked for each row of a queue: a name of the module is found twice as fast as a member of an enumeration.
_QUEUED = ApplicationState.QUEUED
_WAITING, _ACCESS, _REFERRED = OrderStatus.WAITING, OrderStatus.ACCESS, OrderStatus.REFERRED
# The stages in which a place is on offer (R2.2).
OFFERED = frozenset({Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN})
# The stages of which each queue keeps an index. `LISTED` is none of them: a bulletin lists whatever has arrived before
# it, so the index of the released holds both, and one number of the locality tells them apart.
INDEXED = (Stage.RELEASED, Stage.PRIORITY, Stage.OPEN, Stage.REFERRED)
COUNTED = (Stage.FILLED, Stage.RECALLED, Stage.ENDED)


class LiveReferral(Struct, array_like=True, gc=False):
    """A referral that has not ended (R6). `until` is missing while it is not active or the place not vacated."""

    number: int
    place_id: str
    documents_until: int | None = None
    active: bool = False
    until: int | None = None


class Application(Struct, array_like=True, gc=False):
    """An application. Times in milliseconds since 1970.

    `until`: the end of what its state waits for (documents, joining, stop list). `change`: what its referral did to
    the phase of its queue, counted only while the queue has forgotten as often as `forgotten` says (R3.4).
    `place_id`: the lasting place it was enrolled on; `stay`: the temporary one the child attends.
    """

    state: ApplicationState
    queue: str
    submitted_at: int
    sequence: int
    group: Group | None = None
    until: int | None = None
    access_until: int | None = None
    referral: LiveReferral | None = None
    temporary: LiveReferral | None = None
    stay: str | None = None
    place_id: str | None = None
    reason: str | None = None
    change: int = 0
    forgotten: int = 0

    def index(self) -> str | None:
        """The sorted set that it stands in: of its group, of those off the order, or none."""
        if self.state is _QUEUED:
            return f"waiting:{self.group}:{self.queue}"
        return f"off:{self.queue}" if self.state in OFF_ORDER else None

    def status(self) -> OrderStatus | None:
        """What is published of it (R7.3); none while it has no place in the order."""
        if self.state is not _QUEUED:
            return _STATUS_OFF_ORDER.get(self.state)
        if self.temporary is not None:
            return _REFERRED
        return _WAITING if self.access_until is None else _ACCESS


class Place(Struct, array_like=True, gc=False):
    """A place. `arrival` counts the releases and returns of its locality. `stage`: `RELEASED` for listed ones, too."""

    stage: Stage
    queue: str
    organisation_id: str
    arrival: int
    released_at: int
    sequence: int
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
    until: int | None = None
    application_id: str | None = None

    def stage_now(self, listed: int) -> Stage:
        """Its stage, where the bulletin has listed this many arrivals of the locality."""
        return Stage.LISTED if self.stage is Stage.RELEASED and self.arrival <= listed else self.stage

    def indexes(self) -> tuple[str, ...]:
        """The sorted sets that it stands in: of its queue's stage, and of its organisation while on offer."""
        if self.stage in OFFERED:
            return f"places:{self.stage}:{self.queue}", f"offered:{self.organisation_id}"
        return (f"places:{self.stage}:{self.queue}",) if self.stage is Stage.REFERRED else ()


class Organisation(Struct, array_like=True, gc=False):
    """An organisation."""

    name: str
    ownership: Ownership
    kind: OrganisationKind
    closed: bool = False


def _encode_hook(value: object) -> int:
    assert type(value) is Instant, type(value)
    return int(value)


ENCODER = msgspec.msgpack.Encoder(enc_hook=_encode_hook)
APPLICATIONS = msgspec.msgpack.Decoder(list[Application | None])
PLACES = msgspec.msgpack.Decoder(list[Place | None])
ORGANISATIONS = msgspec.msgpack.Decoder(list[Organisation | None])
IDS = msgspec.msgpack.Decoder(list[str])
_ARRAY_32 = b"\xdd"
_RAW_16 = b"\xda"


def several(count: int, values: bytes) -> bytes:
    """Values that stand one after the other, as one MessagePack array."""
    return b"".join((_ARRAY_32, count.to_bytes(4, "big"), values))


def stored(entry: Struct) -> msgspec.Raw:
    """An entry's bytes as one MessagePack string. Redis's library knows no type of its own for bytes (it is older)."""
    value = ENCODER.encode(entry)
    # An entry has bounded fields: far below the 65,535 bytes of this form.
    return msgspec.Raw(_RAW_16 + len(value).to_bytes(2, "big") + value)
