"""Plays a season against a live system: steps out, consequences in, locality by locality. Never decides anything.

Owns which locality goes next (the one whose clock is behind), how long to wait, and when a season that was started
before has been caught up with.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from infra.live.lane import Lane, Step
from infra.live.traffic import Incoming, Outgoing
from schemas.errors import OrynError
from schemas.ids import SchemaIds
from schemas.journal import Record
from schemas.outputs import Output

# The people's clocks of different localities stay this close together, in simulated time.
READ_WAIT_S = 0.05
# Without a sign of the workers for so long, something is wrong with them. A broker that restarts takes less.
SILENCE_S = 120.0
EVENTS_BETWEEN_SERVICE = 100


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
    ) -> None:
        """`listen` gets every record that was folded; `show` is called now and then, at least every 0.1 s or so."""
        self.lanes = lanes
        self.outgoing = Outgoing(client, prefix, ids)
        self.incoming = Incoming(client, prefix, ids, [lane.locality for lane in lanes])
        self._listen = listen
        self._show = show
        self._heard_at = time.monotonic()

    @property
    def now(self) -> int:
        """The simulated moment that all localities have come to."""
        return min((lane.now for lane in self.lanes if not lane.ended), default=max(lane.now for lane in self.lanes))

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
        self.outgoing.flush()

    def _publish(self, step: Step) -> None:
        outgoing = self.outgoing
        topic = step.tick.topic
        for number, event in enumerate([*step.events, step.tick], start=1):
            if event.topic != topic:
                # What comes later must not overtake what stands in another topic.
                outgoing.flush()
                topic = event.topic
            outgoing.send(event)
            if number % EVENTS_BETWEEN_SERVICE == 0:
                outgoing.serve()
        outgoing.serve()

    def _listen_to(self, lanes: Sequence[Lane]) -> None:
        """Hear until some locality may go on."""
        while True:
            heard = False
            for lane in lanes:
                if lane.may_step or not lane.waits:
                    return
                for record in lane.hear(self.incoming.records[lane.locality], self.incoming.fetch):
                    self._listen(record)
                    heard = True
                if lane.may_step or not lane.waits:
                    return
            short = any(not self.incoming.records[lane.locality] and not lane.owes for lane in lanes)
            owing = any(lane.owes for lane in lanes)
            count = 0
            if owing:
                count += self.incoming.read_outputs(0.0 if short and len(lanes) > 1 else READ_WAIT_S)
            if short:
                count += self.incoming.read_journal(READ_WAIT_S)
            self.outgoing.serve()
            if count or heard:
                self._heard_at = time.monotonic()
            elif time.monotonic() - self._heard_at > SILENCE_S:
                raise Stalled(f"nothing came back for {SILENCE_S:g} s")
            self._show()


__all__ = ["Diverged", "Output", "Runner", "Stalled"]
