"""What must be true of a history, while it goes on and at its end. Of the product it uses only the fold."""

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from consumers.verification.topic import LogRecord
from consumers.verification.verify import verify_topic
from schemas.codec import journal_codec
from schemas.dead_letter_headers import unwrap
from schemas.errors import OrynError
from schemas.journal import GENESIS_HASH, Record
from streams.allocation.intake import TOPICS
from streams.allocation.restore import Base
from streams.allocation.task import AllocationTask
from streams.runtime.snapshots import Saver
from tests.simulation.log import Entry, Log
from tests.simulation.plan import Plan, Way, home
from tests.simulation.scripts import IDS
from tests.simulation.workers import Violation

if TYPE_CHECKING:
    from tests.simulation.history import Simulation

JOURNAL = "journal"
LETTERS = "dead-letters"
JOURNAL_CODEC = journal_codec(IDS)
Origin = tuple[str, int, int]


class Ledger:
    """Follows what is committed, record by record, and remembers the first thing that is wrong."""

    def __init__(self, plan: Plan) -> None:
        """Nothing yet."""
        self._plan = plan
        self.problem: str | None = None
        self.records: dict[int, list[tuple[Entry, Record]]] = {}
        # Locality -> the last sequence and hash.
        self._heads: dict[str, tuple[int, str]] = {}
        self._last: dict[tuple[str, int], int] = {}
        self.decided: dict[Origin, Record] = {}
        self.letters: dict[Origin, int] = {}
        self._golden = (
            {each.locality: each.hashes[: each.records[length]] for each, length in plan.scripts}
            if plan.way is Way.REPLAY
            else {}
        )

    @property
    def outcomes(self) -> int:
        """Inputs that have one."""
        return len(self.decided) + len(self.letters)

    def committed(self, log: Log, entries: list[Entry]) -> None:
        """A transaction's records of a partition count from now on."""
        try:
            for entry in entries:
                if log.topic == JOURNAL:
                    self._decided(log, entry)
                elif log.topic == LETTERS:
                    self._letter(log, entry)
        except (Violation, OrynError) as exc:
            self.problem = self.problem or str(exc)

    def _decided(self, log: Log, entry: Entry) -> None:
        record = JOURNAL_CODEC.decode(entry.value)
        where = f"journal/{log.partition}@{entry.offset}: {record.locality}:{record.sequence}"
        sequence, previous = self._heads.get(record.locality, (0, GENESIS_HASH))
        if (record.sequence, record.previous_hash) != (sequence + 1, previous):
            raise Violation(f"{where} follows {sequence}")
        assert record.hash is not None
        self._heads[record.locality] = record.sequence, record.hash
        if self._golden:
            wanted = self._golden[record.locality]
            if record.sequence > len(wanted) or wanted[record.sequence - 1] != record.hash:
                raise Violation(f"{where} is not what an undisturbed run decides: {record.cause}")
        cause = record.cause
        if cause.topic is not None:
            assert cause.partition is not None and cause.offset is not None
            origin = (cause.topic, cause.partition, cause.offset)
            self._outcome(origin, where)
            last = self._last.get((cause.topic, cause.partition), -1)
            if cause.offset <= last:
                raise Violation(f"{where} decides {origin} after {last}")
            self._last[cause.topic, cause.partition] = cause.offset
            self.decided[origin] = record
        self.records.setdefault(log.partition, []).append((entry, record))

    def _letter(self, log: Log, entry: Entry) -> None:
        origin = unwrap(log.message(entry).headers()).origin  # type: ignore[arg-type]  # pairs, whatever it says
        key = (origin.topic, origin.partition, origin.offset)
        self._outcome(key, f"dead letter {entry.offset}")
        self.letters[key] = entry.offset

    def _outcome(self, origin: Origin, where: str) -> None:
        if origin in self.decided or origin in self.letters:
            raise Violation(f"{where}: {origin} has a second outcome")


def offsets_are_at_the_end(simulation: "Simulation") -> bool:
    """Whether the groups' offsets say that everything is done, and each partition is worked on by one worker."""
    cluster, plan = simulation.cluster, simulation.plan
    if cluster.ending or any(worker.in_transaction for worker in simulation.workers):
        return False
    known = cluster.offsets.get("oryn-allocation", {})
    working = Counter(task.partition for worker in simulation.workers for task in worker.tasks())
    for partition in range(plan.partitions):
        ends = {topic: cluster.logs[topic][partition].end for topic in TOPICS}
        if working[partition] != 1:
            return False
        if any(ends.values()):
            for topic, end in ends.items():
                found = known.get((topic, partition))
                if found is None or found.offset != end:
                    return False
    if not simulation.tellers:
        return True
    told = cluster.offsets.get("oryn-fan-out", {})
    for log in cluster.logs[JOURNAL]:
        last = max((each.offset for each in log.entries if each.control is None and not each.aborted), default=-1)
        place = told.get((JOURNAL, log.partition))
        if last >= 0 and (place is None or place.offset != last + 1):
            return False
    return True


def whole(simulation: "Simulation") -> None:
    """At the end, when everything is decided and everybody still works. Raises: Violation."""
    _each_input_has_one_outcome(simulation)
    _states_are_folds(simulation)
    _deadlines_held(simulation)
    if simulation.plan.verified:
        _rules_hold(simulation)
    if simulation.tellers:
        _world_was_told(simulation)


def _each_input_has_one_outcome(simulation: "Simulation") -> None:
    ledger = simulation.ledger
    events: set[Origin] = set()
    garbage: set[Origin] = set()
    for topic in TOPICS:
        for log in simulation.cluster.logs[topic]:
            for entry in log.entries:
                place = (topic, log.partition, entry.offset)
                (events if len(entry.headers) > 1 else garbage).add(place)
    if set(ledger.decided) != events:
        raise Violation(f"decided, or not: {sorted(set(ledger.decided) ^ events)}")
    if set(ledger.letters) != garbage:
        raise Violation(f"dead letters, or not: {sorted(set(ledger.letters) ^ garbage)}")


def folded(simulation: "Simulation", partition: int, before: int | None = None) -> Base:
    """The books of a partition as the committed journal says, up to an offset."""
    base = Base.empty(partition, simulation.plan.partitions, "", simulation.options.packs.__getitem__, 0)
    for entry, record in simulation.ledger.records.get(partition, []):
        if before is None or entry.offset < before:
            base.fold(record, entry.offset)
    return base


def states(base: Base) -> dict[str, bytes]:
    """The bytes of every book that has a record."""
    return {locality: book.snapshot() for locality, book in sorted(base.books.items()) if book.sequence}


def _states_are_folds(simulation: "Simulation") -> None:
    for task in [task for worker in simulation.workers for task in worker.tasks() if isinstance(task, AllocationTask)]:
        try:
            base = folded(simulation, task.partition)
        except OrynError as exc:
            raise Violation(f"the journal of partition {task.partition} does not fold: {exc}") from exc
        if states(base) != states(task._state):
            raise Violation(f"the books of partition {task.partition} are not what its journal says")
        for topic, offset in base.inputs.items():
            if task.offsets()[topic] < offset:
                raise Violation(f"partition {task.partition} stands at {task.offsets()}, decided is {base.inputs}")


def snapshots(simulation: "Simulation") -> None:
    """After all have stopped: what is on the disks is never ahead of the journal, nor wrong. Raises: Violation."""
    from tests.simulation.workers import ModelStore  # noqa: PLC0415
    from tests.simulation.world import Process  # noqa: PLC0415

    plan = simulation.plan
    for disk in {id(each): each for each in simulation.disks.values() if each is not None}.values():
        store = ModelStore(disk, Process(simulation.world, "auditor", None))
        for partition in range(plan.partitions):
            base = Base.load(
                partition, plan.partitions, Saver(store, 1), "id of journal", simulation.options.packs.__getitem__
            )
            if base is not None and states(base) != states(folded(simulation, partition, base.next_offset)):
                raise Violation(f"the snapshot of partition {partition} is not what the journal says up to there")


def _deadlines_held(simulation: "Simulation") -> None:
    """By the clock, no timer passed an event that was appended before its moment."""
    if simulation.plan.way is not Way.WALL:
        return
    for partition, records in simulation.ledger.records.items():
        earliest: dict[str, int] = {}
        for entry, record in reversed(records):
            cause = record.cause
            if cause.topic is not None and cause.offset is not None:
                appended = simulation.cluster.logs[cause.topic][partition].entries[cause.offset].time
                earliest[record.locality] = min(earliest.get(record.locality, appended), appended)
            elif record.locality in earliest and earliest[record.locality] < record.time:
                raise Violation(
                    f"journal/{partition}@{entry.offset}: the timer {cause.timer} of {record.time} has passed an event "
                    f"of {earliest[record.locality]}"
                )


def _rules_hold(simulation: "Simulation") -> None:
    """The independent verifier, rule by rule, where it knows the pack."""
    if any(each.pack_name not in ("kz-2020", "immediate") for each, _ in simulation.plan.scripts):
        return
    log = [
        LogRecord(partition, entry.offset, entry.key, entry.value)
        for partition, records in sorted(simulation.ledger.records.items())
        for entry, _ in records
    ]
    if not log:
        return
    report = verify_topic(log, simulation.plan.partitions, IDS.schema_of)
    simulation.counts["journals verified"] += 1
    if report.findings:
        raise Violation(f"the verifier finds {report.findings[0]}")


def _world_was_told(simulation: "Simulation") -> None:
    """What the journal says to the world was told once, in order for each key."""
    from streams.projections.projection import Projection  # noqa: PLC0415
    from tests.simulation.workers import fan_out_codecs  # noqa: PLC0415

    routes = fan_out_codecs().routes
    wanted: dict[tuple[str, bytes, str], list[tuple[str, bytes]]] = {}
    projections: dict[str, Projection] = {}
    for _, records in sorted(simulation.ledger.records.items()):
        for _, record in records:
            projection = projections.setdefault(record.locality, Projection(record.locality))
            for output in projection.project(record):
                route = routes[type(output)]
                group = (route.topic, route.key(output).encode(), record.locality)
                wanted.setdefault(group, []).append((route.id(output), route.codec.encode(output)))
    found: dict[tuple[str, bytes, str], list[tuple[str, bytes]]] = {}
    for topic in sorted({route.topic for route in routes.values()}):
        for log in simulation.cluster.logs[topic]:
            for message in log.read(0, log.end, committed=True):
                headers: dict[str, bytes] = dict(message.headers() or [])  # type: ignore[arg-type]
                name, key, value = headers["ce_id"].decode(), message.key(), message.value()
                assert isinstance(key, bytes) and isinstance(value, bytes)
                if log.partition != home(key, 2):
                    raise Violation(f"{topic}/{log.partition}: {key!r} does not belong there")
                found.setdefault((topic, key, name[: name.index(":")]), []).append((name, value))
    if found != wanted:
        wrong = [group for group in {**wanted, **found} if wanted.get(group) != found.get(group)]
        raise Violation(f"told, or not: {wrong[0]}: {found.get(wrong[0])} for {wanted.get(wrong[0])}")


def digest(simulation: "Simulation") -> str:
    """A history's fingerprint: every log, byte by byte, and how it came about."""
    found = hashlib.sha256(f"{simulation.world.steps} {simulation.world.now}".encode())
    for topic, logs in simulation.cluster.logs.items():
        for log in logs:
            for entry in log.entries:
                found.update(f"{topic} {log.partition} {entry.offset} {entry.time} {entry.control}".encode())
                found.update(entry.value or b"")
    return found.hexdigest()
