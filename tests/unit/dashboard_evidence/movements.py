"""The movements of a journal without a database, as the registers fold them."""

from collections.abc import Iterable

from consumers.dashboard.evidence.timeline import MOVES, Movement, QueueTimeline
from consumers.register_files.fold import LocalityRegisters
from consumers.register_files.rows import MovementRow, VersionedRow
from schemas.instants import Instant
from schemas.journal import Record


class _Movements:
    """The history of the fold: keeps the movements."""

    def __init__(self) -> None:
        self.rows: list[MovementRow] = []

    def ended(self, row: VersionedRow, at: Instant, record: int) -> None:
        """Not asked for."""

    def moved(self, movement: MovementRow) -> None:
        """Keep one."""
        self.rows.append(movement)


def timelines_of(records: Iterable[Record]) -> dict[str, QueueTimeline]:
    """The timeline of each queue of one locality's journal."""
    history = _Movements()
    registers: LocalityRegisters | None = None
    for record in records:
        if registers is None:
            registers = LocalityRegisters(record.locality, history)
        registers.take(record)
    found: dict[str, QueueTimeline] = {}
    assert registers is not None, "a journal has records"
    for application in registers.applications.values():
        timeline = found.setdefault(application.queue, QueueTimeline())
        timeline.know([(application.application_id, application.submitted_at)])
    for row in history.rows:
        if row.what in MOVES:
            found[row.queue].take([movement_of(row)])
    return found


def movement_of(row: MovementRow) -> Movement:
    """A row as it is read from the register."""
    return Movement(
        row.record,
        row.at,
        row.application_id,
        row.what,
        row.from_state,
        row.from_group,
        row.to_group,
        row.reason,
        row.number_stated,
    )
