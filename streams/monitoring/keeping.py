"""The partitions that one process has now: restored when they come, saved now and then, given up when they go.

State and position are one thing: a snapshot is both, and without one the figures begin with the journal's first record.
Counts nothing itself.
"""

import logging
import time
from collections.abc import Mapping
from typing import Final

import msgspec

from schemas.topic_offsets import extents, topic_id
from streams.monitoring.figures import MonitoringFigures
from streams.monitoring.partition import Partition
from streams.monitoring.settings import MonitoringSettings
from streams.runtime.errors import UnknownOffset
from streams.runtime.snapshots import FORM, Snapshot, SnapshotStore

log = logging.getLogger(__name__)

# Large states take long to write: at most a fiftieth of the time goes into it.
PAUSE_FACTOR: Final = 50
MS_PER_S: Final = 1_000


class Kept:
    """One partition at work."""

    def __init__(self, state: Partition) -> None:
        """`state`: as restored."""
        self.state = state
        self.unsaved = 0
        self.caught_up = False
        # Since when the log has seemed to end before what was counted.
        self.short_since: float | None = None
        self._saved_at = time.monotonic()
        self._took_s = 0.0

    def due(self, records: int) -> bool:
        """Whether a snapshot is worth its time."""
        return self.unsaved >= records and time.monotonic() - self._saved_at >= PAUSE_FACTOR * self._took_s

    def saved(self, took_s: float) -> None:
        """Begin to count anew."""
        self.unsaved, self._saved_at, self._took_s = 0, time.monotonic(), took_s


class Keeper:
    """All partitions of this process. Asks the brokers in whatever thread calls `assign`; else in one thread only."""

    def __init__(self, settings: MonitoringSettings, figures: MonitoringFigures, *, from_start: bool) -> None:
        """`from_start`: the snapshots that are there are not used for the first assignment of a partition."""
        self._settings, self._figures = settings, figures
        self._store = SnapshotStore(settings.snapshots / settings.group_id) if settings.snapshots is not None else None
        self._ignore_snapshots = from_start
        self._restored: set[int] = set()
        self._log_id = ""
        self.kept: dict[int, Kept] = {}

    def assign(self, wanted: set[int]) -> Mapping[int, int]:
        """Restore what is new, forget what is gone; where each goes on.

        Raises: UnknownOffset where the log does not have the next record any more; TopicMissing, TopicUnavailable.
        """
        for partition in self.kept.keys() - wanted:
            del self.kept[partition]
            self._figures.forget(partition)
        missing = sorted(wanted - self.kept.keys())
        if missing:
            settings = self._settings
            log_id = topic_id(settings.client, settings.journal)
            if self.kept and log_id != self._log_id:
                raise UnknownOffset(f"{settings.journal} was made anew while it was counted")
            self._log_id = log_id
            found = extents(settings.client, settings.journal, missing)
            for partition in missing:
                kept = self.kept[partition] = Kept(self._restore(partition))
                position, extent = kept.state.next_offset, found[partition]
                if not extent.begin <= position <= extent.end:
                    raise UnknownOffset(
                        f"{settings.journal}/{partition} goes from {extent.begin} to {extent.end}; {position} is next"
                    )
                self._figures.restores.inc()
                self.note(partition)
                log.info("figures restored", extra={"partition": partition, "next_offset": position})
        return {partition: self.kept[partition].state.next_offset for partition in wanted}

    def _restore(self, partition: int) -> Partition:
        """From the last snapshot, if there is one that holds; else from nothing."""
        first = partition not in self._restored
        self._restored.add(partition)
        if self._store is None or (first and self._ignore_snapshots):
            return Partition(partition)
        snapshot = self._store.load(partition, self._log_id)
        if snapshot is None:
            return Partition(partition)
        try:
            return Partition.restored(partition, snapshot.next_offset, snapshot.states)
        except (ValueError, KeyError, msgspec.MsgspecError) as exc:
            log.warning("snapshot not used", extra={"partition": partition, "error": str(exc)})
            return Partition(partition)

    def made_anew(self) -> bool:
        """Whether the journal is another topic than the one counted. Raises: TopicMissing, TopicUnavailable."""
        return bool(self._log_id) and topic_id(self._settings.client, self._settings.journal) != self._log_id

    def note(self, partition: int) -> None:
        """Tell how far the figures go."""
        self._figures.up_to.labels(str(partition)).set(self.kept[partition].state.time / MS_PER_S)

    def due(self) -> list[int]:
        """The partitions whose snapshot is due."""
        if self._store is None:
            return []
        return [each for each, kept in self.kept.items() if kept.due(self._settings.snapshot_records)]

    def save(self, partition: int) -> None:
        """Save a partition all of whose rows were delivered. One that can't be saved is restored more slowly."""
        kept = self.kept.get(partition)
        if kept is None or self._store is None or not kept.unsaved:
            return
        state = kept.state
        assert state.clean, "a snapshot knows nothing of rows that were not sent"
        began = time.monotonic()
        try:
            self._store.save(Snapshot(FORM, self._log_id, partition, state.next_offset, {}, state.states()))
        except OSError as exc:
            log.warning("snapshot not saved", extra={"partition": partition, "error": str(exc)})
        kept.saved(time.monotonic() - began)
