"""Which events were decided before, for a bounded time (contracts, section 2). Owns ids only."""

from schemas.instants import Instant

DAY_MS = 86_400_000
# An id is remembered for at least this long in book time, and for less than twice as long.
REMEMBERED_MS = 7 * DAY_MS

Generation = dict[str, dict[str, int]]  # source, event id, sequence of the first


class Repeats:
    """Two generations of ids: a full one is kept until the next is full, so that forgetting costs nothing."""

    __slots__ = ("older", "since", "younger")

    def __init__(self) -> None:
        """Start empty."""
        self.since = Instant(0)
        self.younger: Generation = {}
        self.older: Generation = {}

    def first(self, source: str, event_id: str) -> int | None:
        """The sequence of the record that decided this event first."""
        for generation in (self.younger, self.older):
            ids = generation.get(source)
            if ids is not None and (found := ids.get(event_id)) is not None:
                return found
        return None

    def remember(self, source: str, event_id: str, sequence: int, now: Instant) -> None:
        """This event was decided by this record."""
        age = now - self.since
        if age >= REMEMBERED_MS:
            self.older = self.younger if age < 2 * REMEMBERED_MS else {}
            self.younger, self.since = {}, now
        ids = self.younger.get(source)
        if ids is None:
            ids = self.younger[source] = {}
        ids[event_id] = sequence
