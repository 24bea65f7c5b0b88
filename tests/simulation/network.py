"""Requests on their way: delayed, lost, answered too late, carried out twice. Owns the fate of each.

A client whose request or answer is lost sees a broken connection; the request itself may still arrive, much later.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from confluent_kafka import KafkaError

from streams.allocation.intake import TOPICS
from tests.simulation.broker import Cluster
from tests.simulation.log import Refused
from tests.simulation.world import MS, Process, World

BREAK_US = (1 * MS, 60 * MS)
LEAP_SEED = 0x1EA9
LEAPS = 0.03


@dataclass(slots=True)
class Weather:
    """How likely what is, of one request."""

    request_lost: float = 0.0
    answer_lost: float = 0.0
    # The connection breaks, and the request arrives long after it.
    straggles: float = 0.0
    # Carried out twice, the second time later.
    doubled: float = 0.0
    slow: float = 0.0
    delay: tuple[int, int] = (100, 1 * MS)
    slow_delay: tuple[int, int] = (20 * MS, 900 * MS)
    straggling: tuple[int, int] = (5 * MS, 3_000 * MS)


CALM = Weather()
# Of a single request whose fate is decided.
WEATHERS = {
    "request lost": Weather(request_lost=1),
    "request straggles": Weather(straggles=1),
    "answer lost": Weather(answer_lost=1),
    "request doubled": Weather(doubled=1),
    "request slow": Weather(slow=1),
}


class Call:
    """One request and its answer, which comes once."""

    __slots__ = ("_answer", "_network", "_process", "done", "leader", "node", "what")

    def __init__(
        self,
        network: "Network",
        process: Process,
        leader: Callable[[], int],
        what: str,
        answer: Callable[[Any], None],
    ) -> None:
        self._network, self._process, self.leader, self.what, self._answer = network, process, leader, what, answer
        self.node = leader()
        self.done = False

    def finish(self, value: Any, delay: int) -> None:
        """Bring the answer, or the error, after a while; the first one counts."""
        if not self.done:
            self.done = True
            self._network.open.pop(self, None)
            self._network.world.after(delay, self._process.soon, self._arrived, value)

    def _arrived(self, value: Any) -> None:
        self.fate("answered")
        self._process.soon(self._answer, value)

    def fate(self, phase: str) -> str | None:
        """Let happen what waits for this call."""
        found = None
        for each in list(self._process.fates):
            found = each(phase, self.what, self) or found
        return found


class Network:
    """Between all clients and all brokers."""

    def __init__(self, world: World, cluster: Cluster) -> None:
        """Calm weather."""
        self.world, self.cluster = world, cluster
        self.weather = CALM
        # Apart from all other chance.
        self._leaps = Random(world.seed ^ LEAP_SEED)
        self.open: dict[Call, None] = {}
        self.counts: Counter[str] = Counter()
        # Told of connections that broke: the client's process and node.
        self.on_broken: dict[Process, list[Callable[[], None]]] = {}

    def call(
        self,
        process: Process,
        leader: Callable[[], int],
        what: str,
        serve: Callable[[Callable[[Any], None]], None],
        answer: Callable[[Any], None],
    ) -> None:
        """Send a request to who leads now. `serve` is run when it arrives, and is given how to answer; `answer` gets
        that, or Refused.
        """
        if process.dead:
            return
        call = Call(self, process, leader, what, answer)
        verdict = call.fate("asked")
        if process.gone:
            return
        self.open[call] = None
        random, weather = self.world.random, WEATHERS.get(verdict or "", self.weather)
        out, back = random.randint(*weather.delay), random.randint(*weather.delay)
        if weather is not CALM:
            dice = random.random()
            if dice < weather.request_lost:
                self._broken(call, "request lost")
                return
            dice -= weather.request_lost
            if dice < weather.straggles:
                self.world.after(random.randint(*weather.straggling), self._arrive, call, serve, None)
                self._broken(call, "request straggles")
                return
            dice -= weather.straggles
            if dice < weather.answer_lost:
                self.world.after(out, self._arrive, call, serve, None)
                self._broken(call, "answer lost")
                return
            dice -= weather.answer_lost
            if dice < weather.doubled:
                # Carried out, not answered, and still on its way a second time: the client will repeat it as well.
                self.world.after(out, self._arrive, call, serve, None)
                self.world.after(out + random.randint(*weather.straggling), self._arrive, call, serve, None)
                self._broken(call, "request doubled")
                return
            if dice - weather.doubled < weather.slow:
                self.counts["request slow"] += 1
                out += random.randint(*weather.slow_delay)
        self.world.after(out, self._arrive, call, serve, back)

    def leaps(self, topic: str) -> bool:
        """Whether a client goes to an input's end without giving what lies before it, as librdkafka did when an answer
        about a logical offset was late. Nobody needs to notice a leap in what is numbered.
        """
        if self.weather is CALM or topic not in TOPICS or self._leaps.random() >= LEAPS:
            return False
        self.counts["inputs passed over"] += 1
        return True

    def _broken(self, call: Call, why: str) -> None:
        self.counts[why] += 1
        self.world.say("network", "%s: %s of %s", why, call.what, call._process.name)
        self._break(call)

    def _break(self, call: Call) -> None:
        delay = self.world.random.randint(*BREAK_US)
        call.finish(Refused(KafkaError._TRANSPORT), delay)
        for told in self.on_broken.get(call._process, ()):
            self.world.after(delay, call._process.soon, told)

    def _arrive(self, call: Call, serve: Callable[[Callable[[Any], None]], None], back: int | None) -> None:
        if not self.cluster.up[call.node]:
            if back is not None and not call.done:
                self._break(call)
            return

        def respond(value: Any) -> None:
            if back is not None:
                call.finish(value, back)

        try:
            if call.leader() != call.node:
                raise Refused(KafkaError.NOT_LEADER_FOR_PARTITION)
            serve(respond)
        except Refused as exc:
            respond(exc)
        if back is not None and not call._process.dead:
            call.fate("done")

    def node_failed(self, node: int) -> None:
        """Whatever was open there is broken: done or not."""
        for call in list(self.open):
            if call.node == node and not call.done:
                self._break(call)

    def forget(self, process: Process) -> None:
        """It is gone."""
        self.on_broken.pop(process, None)
