"""Plays a season against a live system: steps out, consequences in, locality by locality. Never decides anything.

Owns which locality goes next (the one whose clock is behind), how long to wait, and when a season that was started
before has been caught up with.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from infra.live.lane import Lane, Step
from infra.live.traffic import Incoming, Outgoing
from schemas.errors import OrynError
from schemas.events import Event
from schemas.ids import SchemaIds
from schemas.journal import Record

READ_WAIT_S = 0.05
# Without a sign of the workers for so long, something is wrong with them. A broker that restarts takes less.
SILENCE_S = 120.0
EVENTS_BETWEEN_SERVICE = 100
# Events of an interrupted step may be missing while later ones are there. After so many more steps it is no accident.
STRANGE_STEPS_MAX = 20


class Stalled(OrynError):
    """Nothing comes back from the system. The season can be continued later."""


class Diverged(OrynError):
    """The topics hold another season than the one that is being played."""


class Runner:
    """All localities of a season."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        client: Mapping[str, str],
        prefix: str,
        ids: SchemaIds,
        listen: Callable[[Record], None],
        show: Callable[[], None],
        introduce: Callable[[Sequence[Event]], None],
    ) -> None:
        """`listen` gets every record that was folded; `show` is called now and then, at least every 0.1 s or so;
        `introduce` gets the events of a step before they are sent."""
        self.lanes = lanes
        self.outgoing = Outgoing(client, prefix, ids)
        self.incoming = Incoming(client, prefix, ids, [lane.locality for lane in lanes])
        self._listen = listen
        self._show = show
        self._introduce = introduce
        self._heard_at = time.monotonic()
        self._strange_steps = 0

    @property
    def now(self) -> int:
        """The simulated moment that all localities have come to."""
        return min((lane.now for lane in self.lanes if not lane.ended), default=max(lane.now for lane in self.lanes))

    @property
    def catching_up(self) -> bool:
        """Whether the steps are still those of an earlier run."""
        return bool(self.outgoing.unseen)

    def catch_up(self) -> int:
        """Read what an earlier run has sent. Returns: how many events that is. Before `run`, once."""
        return self.outgoing.read_before()

    def run(self) -> None:
        """Play to the end. Raises: Stalled, Diverged, NotSent; whoever starts again goes on from there."""
        self._heard_at = time.monotonic()
        waiting = list(self.lanes)
        while waiting:
            waiting.sort(key=lambda lane: lane.now)
            for lane in waiting:
                while lane.may_step:
                    step = lane.step()
                    if step is not None:
                        self._publish(step)
            self._show()
            self._listen_to(waiting)
            waiting = [lane for lane in waiting if lane.waits or not lane.ended]
        self.outgoing.flush(self._show)
        self._hear_all()

    def _hear_all(self) -> None:
        """Wait until the world was told of everything. Raises: Stalled."""
        while not self.incoming.complete:
            self._read(outputs=True, journal=False)

    def _publish(self, step: Step) -> None:
        outgoing = self.outgoing
        self._introduce(step.events)
        topic = step.tick.topic
        for number, event in enumerate([*step.events, step.tick], start=1):
            if event.topic != topic:
                # What comes later must not overtake what stands in another topic.
                outgoing.flush(self._show)
                topic = event.topic
            outgoing.send(event)
            if number % EVENTS_BETWEEN_SERVICE == 0:
                outgoing.serve()
        outgoing.serve()
        if outgoing.sent and outgoing.unseen:
            self._strange_steps += 1
            if self._strange_steps > STRANGE_STEPS_MAX * len(self.lanes):
                raise Diverged(
                    f"{len(outgoing.unseen):,} events of the interrupted season are not those of this one: other "
                    "software began it. Begin a new season with `oryn demo --new`"
                )

    def _listen_to(self, lanes: Sequence[Lane]) -> None:
        """Hear until some locality may go on."""
        while True:
            for lane in lanes:
                if _may_go_on(lane):
                    return
                for record in lane.hear(self.incoming.records[lane.locality], self.incoming):
                    self._listen(record)
                if _may_go_on(lane):
                    return
            short = any(not self.incoming.records[lane.locality] and not lane.owes for lane in lanes)
            owing = any(lane.owes for lane in lanes)
            self._read(outputs=owing, journal=short)

    def _read(self, *, outputs: bool, journal: bool) -> None:
        """Read what there is, or wait a moment for it. Raises: Stalled, NotSent."""
        count = 0
        if outputs:
            count += self.incoming.read_outputs(0.0 if journal else READ_WAIT_S)
        if journal:
            count += self.incoming.read_journal(READ_WAIT_S)
        self.outgoing.serve()
        now = time.monotonic()
        if count:
            self._heard_at = now
        elif now - self._heard_at > SILENCE_S:
            raise Stalled(f"nothing came back from the workers for {SILENCE_S:g} s")
        self._show()

    def close(self) -> None:
        """Leave the brokers."""
        self.incoming.close()


def _may_go_on(lane: Lane) -> bool:
    """Whether a locality has something to do before it hears more."""
    return lane.may_step or not lane.waits
