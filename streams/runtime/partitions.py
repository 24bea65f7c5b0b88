"""The partitions of one worker: which it has, which are being restored, which have stopped, what is fetched of them.

Owns the tasks and the consumer's assignment. A partition is restored before anything of it is fetched, one at a time;
one that fails stops alone. Never begins or ends a transaction.
"""

import gc
import logging
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.ids import RegistryUnavailable
from streams.runtime.errors import Fatal, Misconfigured, UnknownOffset
from streams.runtime.metrics import Metrics
from streams.runtime.outside import Outside
from streams.runtime.settings import RuntimeSettings
from streams.runtime.task import Logs, Restore, Task

log = logging.getLogger(__name__)

# Of one input of one partition; beyond that it is not fetched any more until little is left.
HELD_BYTES_MAX = 16 * 1_048_576
HELD_BYTES_LOW = 4 * 1_048_576
RESTORE_PAUSE_S = 0.1
# The offset of what is paused until it is restored.
NOWHERE = 0

MakeTask = Callable[[int], Task]
# A topic's name, and the partition.
Where = tuple[str, int]


class Jumps:
    """The gaps in the offsets of an input, from the first one on, as they were seen when it was read the first time."""

    __slots__ = ("_next", "again", "gaps", "start")

    def __init__(self, start: int) -> None:
        """`start`: the first offset that was not given."""
        self.start = self._next = start
        # First offset that was not given -> the one that came instead.
        self.gaps: dict[int, int] = {}
        # Not yet being read again.
        self.again = True

    def note(self, offset: int, *, is_end: bool) -> None:
        """What came behind the first gap: a record, or the word that the input ends here."""
        if offset > self._next:
            self.gaps[self._next] = offset
        self._next = max(self._next, offset if is_end else offset + 1)


class Partitions:
    """Tasks by partition."""

    def __init__(
        self,
        settings: RuntimeSettings,
        topics: tuple[str, ...],
        make_task: MakeTask,
        consumer: Consumer,
        logs: Logs,
        metrics: Metrics,
        outside: Outside,
    ) -> None:
        """Have none."""
        self._settings = settings
        self._names = {settings.topic(topic): topic for topic in topics}
        self._make_task = make_task
        self._consumer = consumer
        self._logs = logs
        self._metrics = metrics
        self._outside = outside
        self._tasks: dict[int, Task] = {}
        self._restoring: dict[int, Restore] = {}
        # Since when each is being restored (monotonic seconds).
        self._restoring_since: dict[int, float] = {}
        self._starting: dict[int, dict[str, int]] = {}
        self._stopped: dict[int, str] = {}
        # Tasks whose partitions were revoked a moment ago, and may come back: their state is that of the log.
        self._parked: dict[int, Task] = {}
        self._paused: set[Where] = set()
        # Inputs that jumped, until what lay behind the first jump was read again.
        self._jumps: dict[Where, Jumps] = {}
        # Whether the group has told us which are ours.
        self.joined = False

    def working(self) -> list[Task]:
        """The tasks that are restored and have not stopped."""
        return [
            task
            for partition, task in self._tasks.items()
            if partition not in self._restoring and partition not in self._stopped
        ]

    def rotate(self, worked: list[Task]) -> None:
        """Who worked comes last the next time: one partition's backlog must not shut out the others."""
        for task in worked:
            if task.partition in self._tasks:
                self._tasks[task.partition] = self._tasks.pop(task.partition)

    def measure(self) -> None:
        """How many there are in each state."""
        gauge = self._metrics.partitions
        gauge.labels("working").set(len(self.working()))
        gauge.labels("restoring").set(len(self._restoring))
        gauge.labels("stopped").set(len(self._stopped))

    @property
    def restoring(self) -> bool:
        """Whether any is being restored."""
        return bool(self._restoring)

    def reasons(self) -> dict[str, str]:
        """What keeps partitions from being worked on. From any thread."""
        reasons = {str(partition): "restoring" for partition in list(self._restoring)}
        return reasons | {str(partition): reason for partition, reason in list(self._stopped.items())}

    def drop(self) -> None:
        """Let go of every task without a snapshot: what they hold may not be committed."""
        for restore in self._restoring.values():
            restore.close()
        self._restoring.clear()
        self._tasks.clear()

    def close(self) -> None:
        """End what is being restored."""
        for partition in list(self._restoring):
            self._restoring.pop(partition).close()
            self._tasks.pop(partition, None)

    # Assignment: called back from within a poll, where no transaction is open.

    def assigned(self, partitions: list[TopicPartition]) -> None:
        """These are ours now. Raises: Misconfigured."""
        wanted = sorted({each.partition for each in partitions})
        log.info("assigned", extra={"partitions": wanted})
        if len(partitions) != len(wanted) * len(self._names):
            raise Misconfigured(f"the inputs {sorted(self._names)} must have equally many partitions")
        # Where to go on is not known before the restore: nothing is fetched until it seeks. Until then the offset must
        # be a real one. For a logical one, such as the end, the client library (2.16) asks the broker; if the answer
        # comes after the seek, it asks once more and goes there: what lies between would never be decided.
        everything = [TopicPartition(each.topic, each.partition, NOWHERE) for each in partitions]
        self._consumer.assign(everything)
        self._consumer.pause(everything)
        # They are all that we have, whether the others were revoked with a word or without.
        for partition in self._tasks.keys() - set(wanted):
            del self._tasks[partition]
            self._forget(partition)
        self._paused.clear()
        for partition in wanted:
            self._begin_restore(partition, self._parked.pop(partition, None))
        self._parked.clear()
        self.joined = True

    def revoked(self, partitions: list[TopicPartition]) -> None:
        """They are given up; everything of them is committed."""
        log.info("revoked", extra={"partitions": sorted({each.partition for each in partitions})})
        for partition in {each.partition for each in partitions}:
            task = self._tasks.pop(partition, None)
            if task is not None and partition not in self._restoring and partition not in self._stopped:
                task.snapshot(final=True)
                self._parked[partition] = task
            self._forget(partition)
        self.joined = False

    def lost(self, partitions: list[TopicPartition]) -> None:
        """Somebody else may have them already."""
        log.warning("lost", extra={"partitions": sorted({each.partition for each in partitions})})
        for partition in {each.partition for each in partitions}:
            self._tasks.pop(partition, None)
            self._forget(partition)
        self.joined = False

    def _forget(self, partition: int) -> None:
        restore = self._restoring.pop(partition, None)
        if restore is not None:
            restore.close()
        self._restoring_since.pop(partition, None)
        self._starting.pop(partition, None)
        self._stopped.pop(partition, None)
        self._forget_jumps(partition)
        self._metrics.forget(partition)

    def _forget_jumps(self, partition: int) -> None:
        for name in self._names:
            self._jumps.pop((name, partition), None)

    # Restore, one partition at a time.

    def _begin_restore(self, partition: int, parked: Task | None = None) -> None:
        task = parked if parked is not None else self._make_task(partition)
        self._tasks[partition] = task
        self._starting.pop(partition, None)
        self._stopped.pop(partition, None)
        self._forget_jumps(partition)
        old = self._restoring.pop(partition, None)
        if old is not None:
            old.close()
        self._restoring[partition] = task.restore(self._logs)
        self._restoring_since.setdefault(partition, self._outside.monotonic())

    def restore(self) -> None:
        """Go on for a moment with the partition whose turn it is. Raises: Fatal."""
        if not self._restoring:
            return
        partition, restore = next(iter(self._restoring.items()))
        try:
            try:
                next(restore)
            except StopIteration as done:
                self._resume(partition, done.value)
        except (KafkaException, RegistryUnavailable) as exc:
            log.warning("restore disturbed", extra={"partition": partition, "error": str(exc)})
            self._outside.sleep(RESTORE_PAUSE_S)
            # What was folded stays; the others may go first.
            self._begin_restore(partition, self._tasks[partition])
        except UnknownOffset as exc:
            del self._restoring[partition]
            self.stop(partition, f"restore: {exc}")
            if len(self._stopped) == len(self._tasks):
                raise  # nothing is left to do here; in the company of others it does not take them down
        except Fatal:
            raise
        except Exception as exc:  # noqa: BLE001  # whatever it is, this partition must not go on
            del self._restoring[partition]
            self.stop(partition, f"restore: {type(exc).__name__}: {exc}", exc)

    def _resume(self, partition: int, offsets: dict[str, int]) -> None:
        positions = [TopicPartition(self._settings.topic(t), partition, offset) for t, offset in offsets.items()]
        try:
            for position in positions:
                self._consumer.seek(position)
        except KafkaException as exc:
            if exc.args[0].code() != KafkaError._STATE:
                raise
            # It was fetched from before it was paused; what stood there is gone, and the library gave the partition up.
            log.warning("assigned once more", extra={"partition": partition, "error": str(exc)})
            self._parked.update({each: task for each, task in self._tasks.items() if each not in self._stopped})
            self.assigned([TopicPartition(name, each) for each in self._tasks for name in self._names])
            return
        self._consumer.resume([TopicPartition(each.topic, partition) for each in positions])
        self._starting[partition] = offsets
        self._paused -= {(position.topic, partition) for position in positions}
        del self._restoring[partition]
        self._metrics.restore_seconds.observe(self._outside.monotonic() - self._restoring_since.pop(partition))
        self._metrics.stopped.labels(str(partition)).set(0)
        gc.freeze()  # what was restored stays: the collector need not look at it again
        log.info("restored", extra={"partition": partition, "offsets": offsets})

    def stop(self, partition: int, reason: str, exc: BaseException | None = None) -> None:
        """An error in our code or in a log: nothing is skipped, the partition waits for somebody to look."""
        log.error("partition stopped", extra={"partition": partition, "reason": reason}, exc_info=exc)
        self._stopped[partition] = reason
        self._restoring_since.pop(partition, None)
        self._forget_jumps(partition)
        self._consumer.pause([TopicPartition(name, partition) for name in self._names])
        self._metrics.stopped.labels(str(partition)).set(1)

    def rebuild(self, tasks: list[Task]) -> None:
        """Throw tasks away whose state may be wrong, and restore them from the log."""
        for task in tasks:
            self._consumer.pause([TopicPartition(name, task.partition) for name in self._names])
            self._begin_restore(task.partition)

    # What comes in.

    def take(self, message: Message) -> None:
        """Hand a fetched record, or the word that an input is at its end, to its task."""
        name, partition, offset = message.topic() or "", message.partition(), message.offset()
        assert partition is not None and offset is not None, "a fetched record has its place"
        topic, task = self._names[name], self._tasks.get(partition)
        if task is None or partition in self._restoring or partition in self._stopped:
            return  # fetched before it was paused: it will be fetched again
        is_end = message.error() is not None
        if offset < self._starting[partition][topic]:
            return
        if self._jumped((name, partition), task.next_offset(topic), offset, is_end=is_end):
            return
        if is_end:
            task.end(topic, offset)
        else:
            task.put(topic, message)

    def _jumped(self, where: Where, expected: int | None, offset: int, *, is_end: bool) -> bool:
        """Whether this must wait, for records before it may have been passed over by the client library.

        Offsets that are not there are usual where publishers use transactions: they are looked for once.
        """
        jumps = self._jumps.get(where)
        if jumps is not None and jumps.again:
            jumps.note(offset, is_end=is_end)
            return True
        if expected is None or offset < expected or (offset == expected and jumps is None):
            return False
        before = None
        if jumps is not None:
            before = jumps.gaps.pop(expected, None)
            if before is not None and offset == expected:
                self._metrics.passed_over.inc()
                log.error("records were passed over, and read again", extra={"input": where, "before": before})
            if max(jumps.gaps, default=-1) < expected:
                del self._jumps[where]
        if offset in (expected, before):
            return False
        jumps = self._jumps[where] = Jumps(expected)
        jumps.note(offset, is_end=is_end)
        return True

    def read_again(self) -> None:
        """Go back to where inputs have jumped. State: all that was fetched is taken."""
        for where, jumps in self._jumps.items():
            if not jumps.again:
                continue
            try:
                self._consumer.seek(TopicPartition(*where, jumps.start))
            except KafkaException as exc:
                log.warning("not yet read again", extra={"input": where, "error": str(exc)})
            else:
                jumps.again = False

    def unreadable(self, name: str, partition: int, reason: str) -> None:
        """An input can't be read on: its next offset is gone, its bytes are broken, or we may not."""
        if partition in self._tasks and partition not in self._restoring and partition not in self._stopped:
            self.stop(partition, f"{name}: {reason}")

    def look_for_ends(self) -> None:
        """An input is at its end if the last answer that brought records said so; the event that says it comes late."""
        for task in self.working():
            for topic in task.unsettled():
                where = TopicPartition(self._settings.topic(topic), task.partition)
                _, high = self._consumer.get_watermark_offsets(where, cached=True)
                task.end_if(topic, high)

    def hold_back(self) -> None:
        """Stop fetching an input of which much is here already, so that memory has a bound."""
        for task in self.working():
            for name, topic in self._names.items():
                held, key = task.held_bytes(topic), (name, task.partition)
                if held > HELD_BYTES_MAX and key not in self._paused:
                    self._consumer.pause([TopicPartition(*key)])
                    self._paused.add(key)
                elif held < HELD_BYTES_LOW and key in self._paused:
                    self._consumer.resume([TopicPartition(*key)])
                    self._paused.discard(key)
