"""The figures of one partition of the journal: its localities, and its parts of the regions and the nation.

Owns the order of things: chains that go on, local time that never goes back, what becomes final when. A pure function
of the records folded: no clock, no I/O. State and position are one thing and go into one snapshot.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from heapq import heappop
from typing import Final

import msgspec
from msgspec import Struct, field

from schemas.errors import BrokenJournal
from schemas.indicators import INDICATORS, PATIENCE_HOURS, IndicatorRow, Level
from schemas.journal import Record
from schemas.zones import zone_of
from streams.monitoring.fold import fold_record, overdue
from streams.monitoring.model import Locality
from streams.monitoring.moment import Moment
from streams.monitoring.series import DAY_HOURS, Series

HOUR_MS: Final = 3_600_000
REGION_DIGITS: Final = 2
# A snapshot of another form is not used. The number changes when figures are counted otherwise or kept otherwise; the
# rest changes by itself with names, kinds, keys and bounds: figures between other bounds must not be added up.
FORM: Final = f"oryn-monitoring-2-{sha256(msgspec.json.encode([*INDICATORS.values()])).hexdigest()[:16]}"
SHARED: Final = "shared"


class Shared(Struct):
    """What the localities of a partition share."""

    form: str = FORM
    # All hours before this one are final in the parts that localities share.
    bound: int | None = None
    newest: int = 0
    # Level and subject -> the part of all localities of the partition.
    parts: dict[str, Series] = field(default_factory=dict)
    # Locality -> its own parts of the nation and its region, for what comes too late for the shared ones.
    late: dict[str, tuple[Series, Series]] = field(default_factory=dict)


class Partition:
    """Fold records in the order of their offsets; take the rows after each batch."""

    def __init__(self, partition: int, next_offset: int = 0) -> None:
        """Nothing is known: the first record must be each locality's first."""
        self.partition = partition
        self.next_offset = next_offset
        self.localities: dict[str, Locality] = {}
        self._shared = Shared()
        # Hour -> how many localities are in it; and the first hour that one is in.
        self._clocks: dict[int, int] = {}
        self._slowest = 0
        self._final: list[IndicatorRow] = []
        self._changed: dict[Series, None] = {}
        self._time = 0

    # ------------------------------------------------------------------------------------------------------ records

    def fold(self, record: Record, offset: int) -> bool:
        """Count the record at an offset. False: it was counted before, and nothing has changed.

        Raises: BrokenJournal for a record that does not continue its chain.
        """
        if offset < self.next_offset:
            return False
        locality = self.localities.get(record.locality)
        if locality is None:
            locality = self._appear(record)
        elif record.sequence <= locality.sequence:
            if record.sequence == locality.sequence and record.hash != locality.hash:
                raise BrokenJournal(f"there are two records {record.sequence} of {record.locality}")
            self.next_offset = offset + 1
            return False
        if (record.sequence, record.previous_hash) != (locality.sequence + 1, locality.hash) or record.hash is None:
            raise BrokenJournal(
                f"record {record.sequence} of {record.locality} does not continue record {locality.sequence}"
            )
        self.next_offset = offset + 1
        locality.sequence, locality.hash = record.sequence, record.hash
        self._time = locality.time = int(record.time)
        hour = _hour_of(record)
        if hour > locality.hour:
            self._advance(locality, hour)
        moment = self._moment(locality, locality.time, locality.hour)
        fold_record(moment, record)
        return True

    def _appear(self, record: Record) -> Locality:
        hour = _hour_of(record)
        code = record.locality
        locality = self.localities[code] = Locality(code, hour, Series(Level.LOCALITY, code, code, True, hour))
        shared = self._shared
        if shared.bound is None:
            shared.bound = shared.newest = self._slowest = hour
        self._clocks[hour] = self._clocks.get(hour, 0) + 1
        self._slowest = min(self._slowest, hour)
        shared.newest = max(shared.newest, hour)
        return locality

    def _advance(self, locality: Locality, hour: int) -> None:
        """Local time goes on: what was due at the midnights before, then what is final now."""
        agenda = locality.agenda
        while agenda and agenda[0][0] <= hour:
            due, place_id = heappop(agenda)
            place = locality.places.get(place_id)
            if place is not None and place.overdue_from == due // DAY_HOURS and not place.overdue:
                self._pass(locality, due)
                overdue(self._moment(locality, locality.time, due), place)
        self._pass(locality, hour)

    def _pass(self, locality: Locality, hour: int) -> None:
        before = locality.hour
        if hour <= before:
            return
        locality.hour = hour
        own: list[Series] = [locality.series, *self._shared.late.get(locality.code, ())]
        if hour // DAY_HOURS > before // DAY_HOURS:
            own += locality.by_organisation.values()
            own += locality.by_queue.values()
        self._close(own, hour)
        self._clocks[before] -= 1
        if not self._clocks[before]:
            del self._clocks[before]
        self._clocks[hour] = self._clocks.get(hour, 0) + 1
        while self._slowest not in self._clocks:
            self._slowest += 1
        shared = self._shared
        shared.newest = max(shared.newest, hour)
        bound = max(self._slowest, shared.newest - PATIENCE_HOURS)
        assert shared.bound is not None
        if bound > shared.bound:
            shared.bound = bound
            self._close(shared.parts.values(), bound)

    def _close(self, some: Iterable[Series], hour: int) -> None:
        for series in some:
            if series.days or series.hours:
                self._final += series.close(hour, self.partition, self.next_offset, self._time)
            elif hour > series.closed:
                series.closed = hour

    def _moment(self, locality: Locality, now: int, hour: int) -> Moment:
        return Moment(locality, now, hour, self._parts(locality, hour), self._touch)

    def _parts(self, locality: Locality, hour: int) -> tuple[Series, Series, Series]:
        """Of the nation, the region and the locality, as they count this hour."""
        shared = self._shared
        bound = shared.bound
        assert bound is not None
        code = locality.code
        if hour >= bound:
            return self._part(Level.NATION, "", bound), self._part(Level.REGION, code[:2], bound), locality.series
        late = shared.late.get(code)
        if late is None:
            late = shared.late[code] = (
                Series(Level.NATION, "", code, True, hour),
                Series(Level.REGION, code[:REGION_DIGITS], code, True, hour),
            )
        return *late, locality.series

    def _part(self, level: Level, subject: str, bound: int) -> Series:
        parts = self._shared.parts
        series = parts.get(subject)
        if series is None:
            series = parts[subject] = Series(level, subject, None, True, bound)
        return series

    def _touch(self, series: Series) -> None:
        series.through, series.until = self.next_offset, self._time
        self._changed[series] = None

    # --------------------------------------------------------------------------------------------------------- rows

    def take_final(self) -> list[IndicatorRow]:
        """The rows that have become final since this was asked last."""
        taken, self._final = self._final, []
        return taken

    def take_changed(self) -> Iterator[IndicatorRow]:
        """The provisional rows of all that has changed since this was asked last."""
        taken, self._changed = self._changed, {}
        for series in taken:
            yield from series.open_rows(self.partition)

    @property
    def clean(self) -> bool:
        """Whether all rows were taken: only then may a snapshot be kept."""
        return not self._final and not self._changed

    @property
    def time(self) -> int:
        """The time of the last record; 0 before the first."""
        return self._time

    # ---------------------------------------------------------------------------------------------------- snapshots

    def states(self) -> dict[str, bytes]:
        """All that is known, as bytes: for each locality, and for what they share."""
        encode = msgspec.msgpack.encode
        found = {code: encode(locality) for code, locality in self.localities.items()}
        found[SHARED] = encode((self._shared, self._time))
        return found

    @classmethod
    def restored(cls, partition: int, next_offset: int, states: dict[str, bytes]) -> "Partition":
        """Go on from a snapshot. Raises: ValueError, msgspec.MsgspecError for one of another form."""
        self = cls(partition, next_offset)
        body = dict(states)
        shared, self._time = msgspec.msgpack.decode(body.pop(SHARED), type=tuple[Shared, int])
        if shared.form != FORM:
            raise ValueError(f"a snapshot of the form {shared.form}")
        self._shared = shared
        for code, state in body.items():
            locality = msgspec.msgpack.decode(state, type=Locality)
            self.localities[code] = locality
            self._clocks[locality.hour] = self._clocks.get(locality.hour, 0) + 1
        self._slowest = min(self._clocks, default=0)
        return self


def _hour_of(record: Record) -> int:
    moment = int(record.time)
    return (moment + zone_of(record.locality).offset_ms(moment)) // HOUR_MS
