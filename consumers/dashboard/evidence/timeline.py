"""The order of one queue through time: who left or entered which group at each record, and the phase behind it.

Folded from the movements of the registers, once; then any application's number at every record is one pass over what
is kept here (`curve`). Only ever added to, so whoever reads up to an earlier length is never disturbed by a writer.
Never asks the database, never decides.
"""

from array import array
from bisect import bisect_right
from collections.abc import Hashable, Iterable
from typing import Final, NamedTuple

from consumers.history.fold import Move
from consumers.live_view.order import QueueState
from consumers.live_view.packs import GENERAL_PER_PRIORITY
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.words import Group

GROUPS: Final = (Group.EXTRAORDINARY, Group.PRIORITY, Group.GENERAL)
# "In no group": who is off the order counts nowhere.
NOWHERE: Final = len(GROUPS)
_NUMBER_OF: Final = {group.value: at for at, group in enumerate(GROUPS)}
_QUEUED: Final = "QUEUED"
_OFF_ORDER: Final = frozenset({"REFERRED", "STOPPED", "SUSPENDED"})

# The facts that move the order, as the register of movements names them.
MOVES: Final = {
    "ApplicationQueued": Move.QUEUED,
    "ReferralIssued": Move.SERVED,
    "ApplicationReturned": Move.RETURNED,
    "ApplicationRegrouped": Move.REGROUPED,
    "ApplicationStopped": Move.STOPPED,
    "ApplicationSuspended": Move.SUSPENDED,
    "ApplicationArchived": Move.ARCHIVED,
}


class Movement(NamedTuple):
    """One row of the register of movements, as far as the order hangs on it."""

    record: int
    at: Instant
    application_id: str
    what: str
    from_state: str | None
    from_group: str | None
    to_group: str | None
    reason: str | None
    number_stated: int | None


class Cause(NamedTuple):
    """What can change the numbers of others: the move, and its group or the archive's reason."""

    move: Move
    detail: str


def common_ratio() -> int:
    """General applications before each priority one, under every rule pack that is known.

    The movements do not say which pack was in force, and need not while all packs agree. Raises: BrokenJournal once
    they do not: then the registers must say it.
    """
    ratios = set(GENERAL_PER_PRIORITY.values())
    if len(ratios) != 1:
        raise BrokenJournal("rule packs differ in their ratio, and movements do not say which one was in force")
    return ratios.pop()


class QueueTimeline:
    """All changes of one queue's order, in the order of the journal."""

    def __init__(self) -> None:
        """Before the first record."""
        self._ratio = common_ratio()
        self._state = QueueState()
        # What a referral changed of the phase, and how often the queue had forgotten by then (R3.4): by application.
        self._changes: dict[int, tuple[int, int]] = {}
        self._causes: dict[Cause, int] = {}
        self.causes: list[Cause] = []
        # Applications in the order of their first change, their keys in the order (R3.2).
        self.numbers: dict[str, int] = {}
        self.keys: list[tuple[int, str]] = []
        # One item for each change.
        self.records = array("q")
        self.moments = array("q")
        self.who = array("L")
        self.cause = array("H")
        self.left = array("B")
        self.entered = array("B")
        self.extraordinary = array("L")
        self.priority = array("L")
        self.general = array("L")
        self.phase = array("l")
        self.stated = array("L")
        # What others found out of changes that are over, and need not look at again; by a key of theirs.
        self.kept: dict[Hashable, object] = {}
        # How far the register was read: the record, and its time.
        self.through = 0
        self.until = Instant(0)

    def __len__(self) -> int:
        return len(self.stated)

    def length_at(self, record: int) -> int:
        """How many changes the records up to this one made."""
        return bisect_right(self.records, record, 0, len(self))

    def know(self, applications: Iterable[tuple[str, Instant]]) -> None:
        """Applications of the queue with their submission times; those that are known stay as they are."""
        for application_id, submitted_at in applications:
            if application_id not in self.numbers:
                self.keys.append((submitted_at, application_id))
                self.numbers[application_id] = len(self.keys) - 1

    def take(self, movements: Iterable[Movement]) -> None:
        """Fold the next movements. Each one's application is known. Raises: BrokenJournal."""
        for movement in movements:
            who = self.numbers.get(movement.application_id)
            if who is None:
                raise BrokenJournal(f"record {movement.record} moves an application that no register knows")
            self._take(movement, who)

    def _take(self, movement: Movement, who: int) -> None:
        state, ratio = self._state, self._ratio
        left = entered = NOWHERE
        waiting = movement.from_state == _QUEUED
        group = _NUMBER_OF.get(movement.to_group or "", NOWHERE)
        move = MOVES[movement.what]
        detail = ""
        if move is Move.QUEUED:
            state.join(GROUPS[group])
            entered, detail = group, GROUPS[group]
        elif move is Move.SERVED:
            change = state.serve(GROUPS[group], ratio)
            if change:
                self._changes[who] = change, state.forgotten
            left, detail = group, GROUPS[group]
        elif move is Move.RETURNED:
            change, forgotten = self._changes.pop(who, (0, 0))
            state.come_back(GROUPS[group], change if forgotten == state.forgotten else 0, ratio)
            entered = group
        elif move is Move.REGROUPED:
            if not waiting and movement.from_state not in _OFF_ORDER:
                return  # not in the queue yet: a claim alone moves nobody
            before = _NUMBER_OF[movement.from_group or ""]
            state.regroup(GROUPS[before], GROUPS[group], ratio, waiting=waiting)
            detail = GROUPS[group]
            if waiting:
                left, entered = before, group
        elif move is Move.ARCHIVED:
            detail = movement.reason or ""
            left = self._archive(movement, who, group, waiting=waiting)
        elif waiting:  # stopped or suspended
            state.leave(GROUPS[group], ratio, returns=True)
            left = group
        self._keep(movement, who, Cause(move, str(detail)), left, entered)

    def _archive(self, movement: Movement, who: int, group: int, *, waiting: bool) -> int:
        self._changes.pop(who, None)
        if group == NOWHERE:
            return NOWHERE  # it never joined
        if waiting:
            self._state.leave(GROUPS[group], self._ratio, returns=False)
            return group
        if movement.from_state in _OFF_ORDER:
            self._state.give_up(GROUPS[group], self._ratio)
        return NOWHERE

    def _keep(self, movement: Movement, who: int, cause: Cause, left: int, entered: int) -> None:
        number = self._causes.get(cause)
        if number is None:
            number = self._causes[cause] = len(self.causes)
            self.causes.append(cause)
        state = self._state
        self.records.append(movement.record)
        self.moments.append(movement.at)
        self.who.append(who)
        self.cause.append(number)
        self.left.append(left)
        self.entered.append(entered)
        self.extraordinary.append(state.extraordinary)
        self.priority.append(state.priority)
        self.general.append(state.general)
        self.phase.append(state.phase)
        # The last one: the length of this array is how far readers may look.
        self.stated.append(movement.number_stated or 0)
