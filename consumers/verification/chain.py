"""The chain of one locality: sequence, hashes, time and cause. Never looks into a fact."""

from consumers.verification.findings import Broken
from consumers.verification.form import FORM, HASH_PATTERN, Row, moments_of
from schemas.zones import day_to_date

GENESIS = "0" * 64
R_CHAIN = "R8.1"
R_ENTRY = "R8.2"
EVENT_MEMBERS = ("topic", "source", "event_id", "type")


class Chain:
    """Where one locality's register stands. After a fault it goes on from the record that it was shown."""

    def __init__(self, locality: str) -> None:
        """Start at the beginning of a register."""
        self.moments = moments_of(locality)
        self.sequence = 0
        self.hash = GENESIS
        self.time = 0
        self.last_line = 0

    def take(self, row: Row) -> None:
        """Check the next record and move on to it, whether it holds or not. Raises: Broken."""
        shape, sequence, previous, time = row.shape, self.sequence, self.hash, self.time
        self.sequence, self.hash, self.last_line = shape.sequence, shape.hash, row.line
        self._check_links(row, sequence, previous)
        row.time = self.moments.of(shape.time)
        self._check_time(row, time)
        self.time = row.time

    @staticmethod
    def _check_links(row: Row, sequence: int, previous: str) -> None:
        shape = row.shape
        if shape.sequence != sequence + 1:
            raise Broken(
                R_CHAIN,
                "sequence {found} follows {before}: a record is missing, doubled or out of its place",
                found=shape.sequence,
                before=sequence,
            )
        if shape.previous_hash != previous:
            raise Broken(R_CHAIN, "previous_hash is not the hash of record {before}", before=sequence)
        if shape.hash != row.computed:
            if not HASH_PATTERN.fullmatch(shape.hash):
                raise Broken(FORM, "hash is not 64 hexadecimal digits")
            raise Broken(R_CHAIN, "the content gives the hash {computed}: it was changed", computed=row.computed)

    def _check_time(self, row: Row, before: int) -> None:
        if row.time < before:
            raise Broken("contracts 4", "the time goes back from {before}", before=self.moments.zone.render(before))
        cause = row.shape.cause
        if cause.timer is None:
            if any(getattr(cause, name) is None for name in EVENT_MEMBERS) or cause.due is not None:
                raise Broken(R_ENTRY, "the cause is neither an event nor a timer")
        else:
            if cause.due is None or cause.subject is None or any(getattr(cause, name) for name in EVENT_MEMBERS):
                raise Broken(R_ENTRY, "the cause is neither an event nor a timer")
            row.due = self.moments.of(cause.due)
            if row.due > row.time:
                raise Broken("contracts 4", "the timer fired before it was due ({due})", due=cause.due)
        if not row.shape.pack:
            raise Broken(R_ENTRY, "no rule pack is named")

    def day(self) -> str:
        """The local date of the last record."""
        return day_to_date(self.moments.zone.day_of(self.time)).isoformat()
