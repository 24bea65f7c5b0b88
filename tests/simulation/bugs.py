"""Bugs that somebody could have written, each planted by name: the simulation must find every one of them.

Owns the bugs. Each is a small change of the product's own code, made for a while in this process alone.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from confluent_kafka import OFFSET_END, IsolationLevel

from streams.allocation import task as deciding
from streams.allocation.restore import Base
from streams.allocation.task import AllocationTask
from streams.fanout.task import JOURNAL
from streams.rules.book import Book
from streams.rules.repeats import Repeats
from streams.runtime import logs, partitions
from streams.runtime.errors import Abortable, Doubtful
from streams.runtime.loop import Loop
from streams.runtime.merge import Merge
from streams.runtime.partitions import Partitions
from streams.runtime.producer import TransactionalProducer
from tests.simulation.groups import Membership

Plant = Callable[[ExitStack], None]


@dataclass(frozen=True)
class Bug:
    """One of them. `why`: what its author may have thought; `seed`: a history that finds it."""

    why: str
    plant: Plant
    seed: int


BUGS: dict[str, Bug] = {}


def bug(why: str, seed: int) -> Callable[[Plant], Plant]:
    """Enter a bug under its function's name."""

    def enter(plant: Plant) -> Plant:
        BUGS[plant.__name__.replace("_", "-")] = Bug(why, plant, seed)
        return plant

    return enter


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The product with one bug more."""
    with ExitStack() as stack:
        BUGS[name].plant(stack)
        yield


def _swap(stack: ExitStack, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace an attribute by something made of it."""
    stack.enter_context(patch.object(owner, name, make(getattr(owner, name))))


@bug("Offsets are safe in the group: commit them there, before the transaction.", 0)
def offsets_apart(stack: ExitStack) -> None:
    """At-most-once by accident."""

    def make(attempt: Any) -> Any:
        def attempted(self: Any, *given: Any) -> Any:
            commit = self._producer.commit

            def apart(offsets: Any, metadata: Any) -> None:
                if offsets:
                    self._consumer.commit(offsets=offsets, asynchronous=False)
                commit([], metadata)

            with patch.object(self._producer, "commit", apart):
                return attempt(self, *given)

        return attempted

    _swap(stack, Loop, "_attempt", make)


@bug("The transactional id fences everybody: nobody needs to tell the group as whom he commits.", 112)
def no_generation(stack: ExitStack) -> None:
    """What KIP-447 is for."""

    def make(send: Any) -> Any:
        return lambda self, offsets, metadata: send(self, offsets, Membership(metadata.group, -1, "", None))

    _swap(stack, TransactionalProducer, "_send_offsets", make)


@bug("The journal knows the positions: what the group refuses is committed without offsets.", 18)
def refused_offsets_left_out(stack: ExitStack) -> None:
    """A worker that has lost its partitions writes all the same."""

    def make(commit: Any) -> Any:
        def committed(self: Any, offsets: Any, metadata: Any) -> None:
            try:
                commit(self, offsets, metadata)
            except Abortable:
                again = self.sent
                self.begin()
                for each in again:
                    self.produce(*each)
                commit(self, [], metadata)

        return committed

    def beginning(begin: Any) -> Any:
        def begun(self: Any) -> None:
            begin(self)
            self.sent = []

        return begun

    def producing(produce: Any) -> Any:
        def produced(self: Any, *given: Any) -> None:
            self.sent.append(given)
            produce(self, *given)

        return produced

    _swap(stack, TransactionalProducer, "commit", make)
    _swap(stack, TransactionalProducer, "begin", beginning)
    _swap(stack, TransactionalProducer, "produce", producing)


@bug("All records were delivered, so a commit without an answer has happened.", 10)
def doubt_believed(stack: ExitStack) -> None:
    """Doubt taken for commit."""

    def make(commit: Any) -> Any:
        def committed(self: Any, offsets: Any, metadata: Any) -> None:
            try:
                commit(self, offsets, metadata)
            except Doubtful:
                return

        return committed

    _swap(stack, TransactionalProducer, "commit", make)


@bug("After a clean abort the next turn decides the same again.", 18)
def abort_keeps_state(stack: ExitStack) -> None:
    """The books have already taken in what was aborted."""

    def make(commit: Any) -> Any:
        def committed(self: Any, offsets: Any, metadata: Any) -> None:
            try:
                commit(self, offsets, metadata)
            except Abortable:
                return

        return committed

    _swap(stack, TransactionalProducer, "commit", make)


@bug("What is not stable may be aborted: restore to the last stable offset and save the waiting.", 1)
def restores_to_the_stable_end(stack: ExitStack) -> None:
    """A commit whose marker is on its way is passed over."""
    stack.enter_context(
        patch.object(logs, "IsolationLevel", SimpleNamespace(READ_UNCOMMITTED=IsolationLevel.READ_COMMITTED))
    )


@bug("A snapshot is written by ourselves: it can be trusted, and the sooner the better.", 17)
def snapshot_ahead(stack: ExitStack) -> None:
    """Saved within the transaction, and not held against the journal's last record."""

    def working(work: Any) -> Any:
        def worked(self: Any, *given: Any) -> None:
            work(self, *given)
            state = self._state
            state.inputs.update(self._offsets)
            self._saver.save_if_due(state.unsaved, state.snapshot, final=True)

        return worked

    def loading(load: Any) -> Any:
        def loaded(cls: Any, *given: Any) -> Any:
            base = load(*given)
            if base is not None:
                base.unconfirmed = False
            return base

        return classmethod(loaded)

    _swap(stack, AllocationTask, "work", working)
    _swap(stack, Base, "load", loading)


@bug("Events of the same moment have no order.", 1)
def equal_times_the_other_way_round(stack: ExitStack) -> None:
    """Two topics' records of one moment are swapped."""
    stack.enter_context(patch.object(deciding, "Merge", lambda topics: Merge(tuple(reversed(topics)))))


@bug("Ids of old events are a cache: a snapshot needs none of them.", 0)
def repeats_forgotten(stack: ExitStack) -> None:
    """A repeated event after a restart is decided a second time."""

    def make(found: Any) -> Any:
        def restored(cls: Any, snapshot: bytes, pack: Any) -> Book:
            book: Book = found(snapshot, pack)
            book.state.repeats = Repeats()
            return book

        return classmethod(restored)

    _swap(stack, Book, "restore", make)


@bug("The world wants to know at once: read what is written, not what is committed.", 18)
def tells_before_it_is_decided(stack: ExitStack) -> None:
    """The fan-out reads uncommitted."""

    def make(properties: Any) -> Any:
        def made(self: Any) -> dict[str, Any]:
            found: dict[str, Any] = properties(self)
            return {**found, "isolation.level": "read_uncommitted"} if JOURNAL in self._topics else found

        return made

    _swap(stack, Loop, "_consumer_properties", make)


@bug("A topic without a record in hand is at its end.", 3)
def does_not_wait_for_topics(stack: ExitStack) -> None:
    """What is still on its way is overtaken."""

    def make(start: Any) -> Any:
        def started(self: Any, topic: str, offset: int) -> None:
            start(self, topic, offset)
            self._by_topic[topic].at_end = True

        return started

    _swap(stack, Merge, "start", make)


@bug("When the clock says so, a deadline has passed.", 103)
def deadlines_by_the_clock_alone(stack: ExitStack) -> None:
    """Events that were appended in time are not waited for."""
    _swap(stack, Merge, "known_until", lambda known: lambda self, moment: True)


@bug("After an abort the next record stands where the aborted one stood.", 17)
def position_after_abort(stack: ExitStack) -> None:
    """The inputs go on one record too far."""

    def make(rebuild: Any) -> Any:
        def rebuilt(self: Any, tasks: Any) -> None:
            rebuild(self, tasks)
            for task in tasks:
                if not isinstance(task, AllocationTask):
                    continue
                self.behind = {*getattr(self, "behind", ()), task.partition}

        return rebuilt

    def resuming(resume: Any) -> Any:
        def resumed(self: Any, partition: int, offsets: dict[str, int]) -> None:
            if partition in getattr(self, "behind", ()):
                self.behind.discard(partition)
                task = self._tasks[partition]
                for topic, offset in offsets.items():
                    offsets[topic] = task._offsets[topic] = offset + 1
                    task._merge.start(topic, offset + 1)
            resume(self, partition, offsets)

        return resumed

    _swap(stack, Partitions, "rebuild", make)
    _swap(stack, Partitions, "_resume", resuming)


@bug("Nothing is fetched before the restore has said from where: until then the end will do.", 344)
def assigned_at_the_end(stack: ExitStack) -> None:
    """The client library asks where the end is, and may go there after it was told where to go on."""
    stack.enter_context(patch.object(partitions, "NOWHERE", OFFSET_END))


@bug("Offsets have gaps, where transactions end: what comes next is next.", 17)
def leaps_believed(stack: ExitStack) -> None:
    """What the client library passes over is never decided."""
    stack.enter_context(patch.object(AllocationTask, "next_offset", lambda self, topic: None))


@bug("The client library knows who leads, and asks again by itself.", 14)
def leaders_remembered(stack: ExitStack) -> None:
    """Questions for offsets go to leaders of yesterday, and a restore never ends."""
    stack.enter_context(patch.object(logs, "look_for_leaders", lambda *_: None))
