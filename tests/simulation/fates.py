"""Waits for a certain call of a process, so that a fault hits it exactly. Owns which call, and which of its moments."""

from collections.abc import Callable
from random import Random

from tests.simulation.network import WEATHERS
from tests.simulation.world import Process, World

ANY_CALL = ""
# How often which call is chosen, by the beginning of its name.
CALLS = {
    ANY_CALL: 4,
    "EndTxn": 6,
    "TxnOffsetCommit": 5,
    "AddOffsets": 2,
    "AddPartitions": 5,
    "Produce": 5,
    "InitProducerId": 1,
    "OffsetFetch": 1,
    "ListOffsets": 1,
    "JoinGroup": 1,
    "SyncGroup": 1,
    "Heartbeat": 1,
    "Fetch": 1,
}
ANY_CALL_MAX = 40
CALLS_MAX = 4


class AtCall:
    """Strikes once, when the call is asked, done or answered; or decides what becomes of its request."""

    def __init__(
        self,
        world: World,
        random: Random,
        process: Process,
        pause: int,
        strike: Callable[[str, int], None],
        *,
        fails: bool,
    ) -> None:
        """`fails`: the request does, once or for so long as the pause; a client repeats what fails once by itself."""
        self._world, self._process, self._pause, self._strike = world, process, pause, strike
        self.kind = random.choices(list(CALLS), list(CALLS.values()))[0]
        self._left = random.randint(1, ANY_CALL_MAX if self.kind == ANY_CALL else CALLS_MAX)
        self._when = "asked" if fails else random.choice(("asked", "done", "answered"))
        self.verdict = random.choice(list(WEATHERS)) if fails else None
        self._lasting = random.choice((0, pause)) if fails else 0
        self._until = 0
        self._call: object = None
        self.name = ""

    def __call__(self, phase: str, what: str, call: object) -> str | None:
        """As `world.Fate` has it."""
        if self._process.over or not what.startswith(self.kind):
            return None
        if self._until:
            if phase != "asked" or self._world.now < self._until:
                return self.verdict
            self._over()
            return None
        if phase == "asked":
            self._left -= 1
            if self._left == 0:
                self._call, self.name = call, what
        if self._call is not call or phase != self._when:
            return None
        if self._lasting:
            self._until = self._world.now + self._lasting
        else:
            self._over()
        self._strike(phase, self._pause)
        return self.verdict

    def _over(self) -> None:
        if self in self._process.fates:
            self._process.fates.remove(self)
