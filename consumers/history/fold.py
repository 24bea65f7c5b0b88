"""The fold of one queue: its applications, their order, their accesses, as the facts of a journal state them.

Holds what the facts say about numbers against its own order and stops at the first difference. Never decides, and
keeps only the applications of its queue that may still come back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from consumers.history.order import Member, QueueOrder
from consumers.history.packs import KZ_2020, in_kinds, pack_of
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.words import Admission, EndCause, Group


class Move(StrEnum):
    """What can move the others of a queue."""

    QUEUED = "queued"
    SERVED = "served"
    RETURNED = "returned"
    REGROUPED = "regrouped"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the order: what happened (`detail`: the group or the archive's reason), and to whom."""

    move: Move
    detail: str
    application_id: str


# What a reader of the journal looks for, to give a fold of a queue all it needs: these facts say no queue. All others
# that matter hold the queue's id.
ORDER_FACTS: tuple[type[f.Fact], ...] = (
    f.ReferralIssued,
    f.ApplicationArchived,
    f.ApplicationStopped,
    f.ApplicationReturned,
    f.ApplicationRegrouped,
    f.ApplicationSuspended,
    f.ApplicationRefused,
)
ACCESS_FACTS: tuple[type[f.Fact], ...] = (
    f.AccessLapsed,
    f.AccessRevoked,
    f.AccessUsed,
    f.ReferralEnded,
    f.StayEnded,
)
# Temporary places of other queues count against a child that stands in several kinds of them (R5.3).
ELSEWHERE = (Admission.TEMPORARY.value, '"special_needs":true', '"special_needs": true')


class QueueFold:
    """One queue of one locality, fact by fact."""

    def __init__(self, queue: str) -> None:
        """Take the queue's id (`general/2018`); every locality has its own."""
        self.queue = queue
        self.pack = KZ_2020
        self.order = QueueOrder(self.pack.general_per_priority)
        self.members: dict[str, Member] = {}
        self.holders: dict[str, Member] = {}
        self._temporary_places: set[str] = set()
        # Children with a temporary place, by application and place: R5.3 gives them no second one. Children who may
        # stand in queues of other kinds are known by application, for their temporary places there count, too.
        self._temporary: dict[str, set[tuple[str, str]]] = {}
        self._child_elsewhere: dict[str, str] = {}
        self._appliers: dict[type[f.Fact], Callable[[Any], Change | None]] = {
            f.PlaceReleased: self._released,
            f.ApplicationRegistered: self._registered,
            f.ApplicationQueued: self._queued,
            f.ApplicationRefused: self._refused,
            f.ApplicationRegrouped: self._regrouped,
            f.ApplicationArchived: self._archived,
            f.ApplicationStopped: self._stopped,
            f.ApplicationSuspended: self._suspended,
            f.ApplicationReturned: self._returned,
            f.ReferralIssued: self._issued,
            f.ReferralEnded: self._ended,
            f.StayEnded: self._stay_ended,
            f.AccessGranted: self._granted,
            f.AccessLapsed: self._access_over,
            f.AccessRevoked: self._access_over,
            f.AccessUsed: self._access_over,
        }

    @property
    def automatic(self) -> bool:
        """Whether places are given without choosing (R5.7): an own cancellation excludes there."""
        return in_kinds(self.queue, self.pack.automatic)

    @property
    def immediate(self) -> bool:
        """Whether access is granted as soon as a place is there, not at an opening (R5.7)."""
        return in_kinds(self.queue, self.pack.immediate)

    def follow(self, name: str) -> None:
        """The pack that the next record names (R5.9). Raises: BrokenJournal when it is unknown."""
        pack = pack_of(name)
        if pack is not self.pack:
            self.pack = pack
            self.order.use_ratio(pack.general_per_priority)

    def apply(self, fact: f.Fact) -> Change | None:
        """Fold one fact; the change of the order that it is, if it is one. Raises: BrokenJournal."""
        applier = self._appliers.get(type(fact))
        return applier(fact) if applier is not None else None

    def number(self, application_id: str) -> int | None:
        """The queue number now; None while off the order, or not of this queue."""
        member = self.members.get(application_id)
        return self.order.number(member) if member is not None else None

    def on_temporary_place(self, child_id: str) -> bool:
        """Whether the child has a live referral to, or a stay on, a temporary place."""
        return bool(self._temporary.get(child_id))

    def is_temporary(self, place_id: str) -> bool:
        """Whether the place has an end date (R2.1)."""
        return place_id in self._temporary_places

    def _released(self, fact: f.PlaceReleased) -> None:
        if fact.admission is Admission.TEMPORARY:
            self._temporary_places.add(fact.place_id)

    def _registered(self, fact: f.ApplicationRegistered) -> None:
        if fact.queue != self.queue:
            if fact.special_needs:
                self._child_elsewhere[fact.application_id] = fact.child_id
            return
        member = Member(fact.application_id, fact.child_id, fact.child_born, fact.submitted_at)
        member.exempt = fact.special_needs and fact.commission_conclusion
        member.private_only = bool(fact.private_only)
        self.members[fact.application_id] = member

    def _queued(self, fact: f.ApplicationQueued) -> Change | None:
        member = self.members.get(fact.application_id)
        if member is None:
            return None
        self.order.join(member, fact.group)
        self._hold(fact, self.order.number(member), fact.number)
        self._hold(fact, self.order.rank(member), fact.number_in_group)
        return Change(Move.QUEUED, fact.group, member.application_id)

    def _refused(self, fact: f.ApplicationRefused) -> None:
        self.members.pop(fact.application_id, None)

    def _regrouped(self, fact: f.ApplicationRegrouped) -> Change | None:
        member = self.members.get(fact.application_id)
        if member is None:
            return None
        self.order.regroup(member, fact.to)
        if fact.number is not None:
            self._hold(fact, self.order.number(member), fact.number)
        return Change(Move.REGROUPED, fact.to, member.application_id)

    def _archived(self, fact: f.ApplicationArchived) -> Change | None:
        member = self.members.pop(fact.application_id, None)
        if member is None:
            if fact.application_id not in self._staying():
                self._child_elsewhere.pop(fact.application_id, None)
            return None
        if fact.application_id in self._staying():
            self._child_elsewhere[fact.application_id] = member.child_id  # its stay may end only later
        self.order.depart(member)
        self.holders.pop(fact.application_id, None)
        return Change(Move.ARCHIVED, fact.reason, member.application_id)

    def _stopped(self, fact: f.ApplicationStopped) -> Change | None:
        return self._pause(fact.application_id, Move.STOPPED)

    def _suspended(self, fact: f.ApplicationSuspended) -> Change | None:
        return self._pause(fact.application_id, Move.SUSPENDED)

    def _pause(self, application_id: str, move: Move) -> Change | None:
        member = self.members.get(application_id)
        if member is None:
            return None
        self.order.pause(member)
        return Change(move, "", application_id)

    def _returned(self, fact: f.ApplicationReturned) -> Change | None:
        member = self.members.get(fact.application_id)
        if member is None:
            return None
        self.order.return_(member)
        self._hold(fact, self.order.number(member), fact.number)
        return Change(Move.RETURNED, "", member.application_id)

    def _issued(self, fact: f.ReferralIssued) -> Change | None:
        member = self.members.get(fact.application_id)
        if member is not None:
            self._hold(fact, self.order.number(member), fact.number)
        if fact.place_id in self._temporary_places:
            child = self._child(fact.application_id)
            if child is not None:
                self._temporary.setdefault(child, set()).add((fact.application_id, fact.place_id))
            return None  # R6.9: it keeps its position
        if member is None:
            return None
        self.order.serve(member)
        return Change(Move.SERVED, member.group, member.application_id)

    def _ended(self, fact: f.ReferralEnded) -> None:
        member = self.members.get(fact.application_id)
        refused = fact.cause is EndCause.REFUSED
        if member is not None and (refused or (self.automatic and fact.cause is EndCause.CANCELLED)):
            member.excluded = (member.excluded or set()) | {fact.place_id}
        if fact.cause is not EndCause.ENROLLED:  # an enrolment on a temporary place begins the stay
            self._leave_temporary(fact.application_id, fact.place_id)

    def _stay_ended(self, fact: f.StayEnded) -> None:
        self._leave_temporary(fact.application_id, fact.place_id)

    def _leave_temporary(self, application_id: str, place_id: str) -> None:
        child = self._child(application_id)
        if child is None or child not in self._temporary:
            return
        self._temporary[child].discard((application_id, place_id))
        if not self._temporary[child]:
            del self._temporary[child]

    def _staying(self) -> set[str]:
        return {application_id for places in self._temporary.values() for application_id, _ in places}

    def _granted(self, fact: f.AccessGranted) -> None:
        member = self.members.get(fact.application_id)
        if member is not None:
            member.access_until = fact.until
            self.holders[fact.application_id] = member

    def _access_over(self, fact: f.AccessLapsed | f.AccessRevoked | f.AccessUsed) -> None:
        member = self.holders.pop(fact.application_id, None)
        if member is not None:
            member.access_until = None

    def _child(self, application_id: str) -> str | None:
        member = self.members.get(application_id)
        return member.child_id if member is not None else self._child_elsewhere.get(application_id)

    def _hold(self, fact: f.Fact, counted: int | None, stated: int) -> None:
        if counted != stated:
            application_id = cast(f.ApplicationQueued, fact).application_id
            raise BrokenJournal(
                f"{type(fact).__name__} of {application_id} states number {stated}, "
                f"but the records before it make it {'off the order' if counted is None else counted}"
            )


def groups_of(order: QueueOrder) -> dict[Group, int]:
    """How many wait in each group."""
    return {group: order.size(group) for group in Group}
