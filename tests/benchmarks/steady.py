"""A steady rate: events sent whatever becomes of them, and how long each waits for its answer."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from confluent_kafka import Consumer, Message

from schemas.events import Event
from schemas.topic_offsets import is_passing
from tests.benchmarks.pipeline.cluster import Sender

LOOK_S = 0.02
# Answers that come behind the last question.
REST_S = 0.05
# At most for each of the first answers: a process may be starting, or may answer only when there is more to do.
HELD_S = 5.0
Hear = Callable[[float], Iterable[str | None]]


class Unanswered(AssertionError):
    """Some events were never answered."""


def answers(
    sender: Sender,
    events: Sequence[Event],
    hear: Hear,
    *,
    rate_per_s: float,
    waited_for: int,
    patience_s: float,
    behind_s: float = 0.0,
    more: Iterable[Event] = (),
) -> list[float]:
    """Seconds from handing each event to the producer until its answer is heard, in the order of events.

    `hear`: the ids of events that are answered now, after waiting for at most so many seconds; what is no event's, or
    comes again, counts for nothing. `waited_for`: each of the first ones is answered before the next is sent, unless
    that takes long, for processes may be starting. `behind_s`: who was held up sends faster afterwards, until no more
    than this is missing. `more`: sent in the same way behind the events until all of those are answered, for a stream
    that goes on. Raises: Unanswered when nothing is heard for `patience_s`.
    """
    sent: dict[str, float] = {}
    taken: dict[str, float] = {}
    heard = time.perf_counter()

    def listen(wait_s: float) -> None:
        nonlocal heard
        for name in hear(wait_s):
            now = time.perf_counter()
            if name in sent and name not in taken:
                taken[name] = now - sent[name]
                heard = now
        if time.perf_counter() > heard + patience_s:
            raise Unanswered(f"{len(taken)} answers to {len(sent)} of {len(events)} events")

    due = time.perf_counter()
    for index, event in enumerate(chain(events, more)):
        if len(taken) == len(events):
            break
        held = time.perf_counter() + HELD_S
        # Whoever asks without a pause takes the core of those that shall answer.
        while index <= waited_for and len(taken) < index and time.perf_counter() < held:
            listen(LOOK_S)
        while (now := time.perf_counter()) < due:
            listen(min(due - now, LOOK_S))
        now = time.perf_counter()
        if index < len(events):
            sent[event.event_id] = now
        sender.send(event)
        due = max(due, now - behind_s) + 1 / rate_per_s
    sender.flush()
    while len(taken) < len(events):
        listen(REST_S)
    return [taken[event.event_id] for event in events]


@contextmanager
def sending(sender: Sender, events: Iterable[Event], rate_per_s: float) -> Iterator[list[Event]]:
    """Within the block events are sent, one after the other, by a thread; gives those that were."""
    sent: list[Event] = []
    ended = threading.Event()

    def send() -> None:
        for event in events:
            sender.send(event)
            sent.append(event)
            if ended.wait(1 / rate_per_s):
                break
        sender.flush()

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        ended.set()
        thread.join()


def read_by(reader: Consumer, event_of: Callable[[Message], str | None]) -> Hear:
    """Answers as a reader finds them, one by one. `event_of`: the id of the event that a record answers."""

    def hear(wait_s: float) -> Iterator[str | None]:
        for message in reader.consume(1, wait_s) or []:
            error = message.error()
            if error is None:
                yield event_of(message)
            else:
                assert is_passing(error), error

    return hear
