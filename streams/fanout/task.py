"""Tells the world what one partition of the journal says: outcomes, messages, bulletins, referrals, stages.

Owns the projections of the partition's localities. The group's offset, committed with the outputs, says how far the
world was told; a restore folds the journal up to there and tells nothing of it again. Never decides.
"""

import logging
from collections import Counter, deque
from collections.abc import Mapping

from confluent_kafka import Message
from msgspec import Struct

from schemas.cloudevents import output_headers
from schemas.codec import journal_codec
from schemas.errors import BrokenJournal
from schemas.ids import RegistryUnavailable, SchemaIds
from streams.fanout.routes import Route, routes
from streams.projections.projection import Projection
from streams.runtime.errors import UnknownOffset
from streams.runtime.metrics import Metrics
from streams.runtime.settings import RuntimeSettings
from streams.runtime.snapshots import FORM, Snapshot
from streams.runtime.task import Batch, Logs, Offsets, Outbox, Restore, weight

log = logging.getLogger(__name__)

JOURNAL = "journal"
REGISTRY_PAUSE_MS = 1_000


class Codecs:
    """What every partition of a worker shares."""

    def __init__(self, ids: SchemaIds) -> None:
        """Raises: RegistryUnavailable, SchemaMissing."""
        self.journal = journal_codec(ids)
        self.routes: dict[type[Struct], Route] = routes(ids)


class FanOutTask:
    """The projections of one partition."""

    def __init__(
        self, partition: int, settings: RuntimeSettings, codecs: Codecs, metrics: Metrics, *, from_start: bool = False
    ) -> None:
        """Know nothing yet. `from_start`: a group that has told nothing may tell everything, even if others did."""
        self.partition = partition
        self._settings = settings
        self._codecs = codecs
        self._metrics = metrics
        self._from_start = from_start
        self._saver = settings.saver()
        self._log_id = ""
        self._projections: dict[str, Projection] = {}
        self._next = 0
        self._waiting: deque[Message] = deque()
        self._held_bytes = 0
        # The schema registry gave no answer: not before this moment again.
        self._pause_until_ms = 0
        self._unsaved = 0
        # Time of the last record that was told, in milliseconds; 0 before the first.
        self._last = 0
        # Topic -> records of the open transaction.
        self._told_of: Counter[str] = Counter()

    # Restore.

    def restore(self, logs: Logs) -> Restore:
        """Fold the journal up to where the world was told."""
        self._waiting.clear()
        self._held_bytes = 0
        self._log_id = logs.log_id(JOURNAL)
        told = self._told(logs)
        begin, end = logs.start(JOURNAL, self.partition), logs.end(JOURNAL, self.partition)
        if begin != 0:
            raise UnknownOffset(f"{JOURNAL}/{self.partition} begins at {begin}: its first records are gone")
        if told > end:
            raise UnknownOffset(f"{JOURNAL}/{self.partition} ends at {end}, but the world was told up to {told}")
        if not self._projections or self._next > told:
            self._load(told)
        try:
            yield from self._fold(logs, told)
        except BrokenJournal as exc:
            # Perhaps only the snapshot: the journal has the last word.
            log.warning("snapshot not used", extra={"partition": self.partition, "error": str(exc)})
            self._projections, self._next = {}, 0
            yield from self._fold(logs, told)
        self._next = told
        return {JOURNAL: told}

    def _told(self, logs: Logs) -> int:
        told = logs.committed((JOURNAL,), self.partition)[JOURNAL]
        if told is not None:
            return told
        forgot = not self._from_start and logs.group_forgot(
            JOURNAL, tuple(r.topic for r in self._codecs.routes.values())
        )
        # Somebody else may have had this partition since the first answer, and told of it.
        told = logs.committed((JOURNAL,), self.partition)[JOURNAL]
        if told is not None:
            return told
        if forgot:
            raise UnknownOffset(
                f"group {self._settings.group_id} has no offset of the journal, but somebody was told already: to tell "
                "everything again, under the same ids, start once with --from-start"
            )
        return 0

    def _load(self, told: int) -> None:
        self._projections, self._next = {}, 0
        snapshot = self._saver.load(self.partition, self._log_id)
        if snapshot is None or snapshot.next_offset > told:
            return
        try:
            self._projections = {name: Projection.restore(state) for name, state in snapshot.states.items()}
        except BrokenJournal as exc:
            log.warning("snapshot not used", extra={"partition": self.partition, "error": str(exc)})
            self._projections = {}
        else:
            self._next = snapshot.next_offset

    def _fold(self, logs: Logs, end: int) -> Restore:
        start = self._next
        progress = self._metrics.restored.labels(str(self.partition))
        replay = logs.replay(JOURNAL, self.partition, start, end)
        try:
            while not replay.done:
                for message in replay.read():
                    record = self._codecs.journal.decode(message.value())
                    self._projection(record.locality).project(record)
                    offset = message.offset()
                    assert offset is not None
                    self._next = offset + 1
                    self._unsaved += 1
                progress.set((replay.position - start) / (end - start))
                yield
        finally:
            replay.close()
        progress.set(1)
        return {}

    def _projection(self, locality: str) -> Projection:
        projection = self._projections.get(locality)
        if projection is None:
            projection = self._projections[locality] = Projection(locality)
        return projection

    # Intake.

    def put(self, topic: str, message: Message) -> None:
        """The next journal record."""
        self._waiting.append(message)
        self._held_bytes += weight(message)

    def next_offset(self, topic: str) -> int | None:
        """Each locality's records are numbered: a missing one is noticed."""
        return None

    def end(self, topic: str, offset: int) -> None:
        """One input: there is nothing to wait for."""

    def end_if(self, topic: str, high: int) -> None:
        """One input: there is nothing to wait for."""

    def unsettled(self) -> list[str]:
        """One input: there is nothing to wait for."""
        return []

    def held_bytes(self, topic: str) -> int:
        """How much is here and not told."""
        return self._held_bytes

    def has_work(self, now_ms: int) -> bool:
        """Whether a record is here."""
        return bool(self._waiting) and now_ms >= self._pause_until_ms

    def wants_ends(self, now_ms: int) -> bool:
        """No deadlines here."""
        return False

    def expect(self, ends: Mapping[str, int], asked_at_ms: int) -> None:
        """No deadlines here."""

    def offsets(self) -> Offsets:
        """The journal's next offset."""
        return {JOURNAL: self._next}

    # Work.

    def work(self, out: Outbox, batch: Batch, now_ms: int) -> None:
        """Tell record after record until nothing is left or the batch is full."""
        routes = self._codecs.routes
        while self._waiting and not batch.full:
            message = self._waiting[0]
            try:
                record = self._codecs.journal.decode(message.value())
            except RegistryUnavailable as exc:
                # It says nothing about the record, and nothing was done with it: the same again, a little later.
                log.warning("no answer from the schema registry", extra={"reason": str(exc)})
                self._pause_until_ms = now_ms + REGISTRY_PAUSE_MS
                return
            for output in self._projection(record.locality).project(record):
                route = routes[type(output)]
                headers = output_headers(route.id(output), route.kind, record.time)
                value = route.codec.encode(output)
                out.produce(route.topic, route.key(output).encode(), value, headers, record.time)
                self._told_of[route.topic] += 1
                batch.add()
            self._last = int(record.time)
            self._waiting.popleft()
            self._held_bytes -= weight(message)
            offset = message.offset()
            assert offset is not None
            self._next = offset + 1
            self._unsaved += 1
            batch.add()

    def committed(self) -> None:
        """The world was told, and the offset with it."""
        for topic, count in self._told_of.items():
            self._metrics.records.labels(topic).inc(count)
        self._told_of.clear()

    def measure(self, now_ms: int) -> None:
        """How long ago the next record was decided, by its own time."""
        if self._last:
            self._metrics.last_record.labels(str(self.partition)).set(self._last / 1_000)
        self._metrics.behind.labels(str(self.partition)).set(
            max(now_ms - self._waiting[0].timestamp()[1], 0) / 1_000 if self._waiting else 0
        )

    def snapshot(self, *, final: bool) -> None:
        """Save the projections when enough has come, or at the end."""
        if self._saver.save_if_due(self._unsaved, self._snapshot, final=final):
            self._unsaved = 0
            self._metrics.snapshots.inc()

    def _snapshot(self) -> Snapshot:
        states = {locality: projection.snapshot() for locality, projection in self._projections.items()}
        return Snapshot(FORM, self._log_id, self.partition, self._next, {}, states)
