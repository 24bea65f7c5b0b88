"""Virtual time, and the processes that live in it one at a time. Owns what happens next; knows nothing of Kafka.

Everything follows from the seed: no thread, no real clock, no order of a set or of an address. A process is a greenlet
that gives up control only where it waits; whatever happens meanwhile is an event on one heap.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import Any, Protocol

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]  # it has no types

MS = 1_000
S = 1_000_000
# An event beyond this many is a history that does not come to rest.
STEPS_MAX = 2_000_000


class Killed(BaseException):
    """This process was killed: nothing that it does any more has an effect."""


class Timer:
    """Something that will happen, unless it is cancelled."""

    __slots__ = ("action", "given")

    def __init__(self, action: Callable[..., object], given: tuple[Any, ...]) -> None:
        self.action: Callable[..., object] | None = action
        self.given = given

    def cancel(self) -> None:
        """It will not happen. Repeat: yes."""
        self.action = None


class Bell:
    """Wakes the process that waits for it."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: Process | None = None

    def ring(self) -> None:
        """Something is there for whoever waits."""
        if self.waiting is not None:
            self.waiting.wake()


class World:
    """The heap of what is to come, in microseconds."""

    def __init__(self, seed: int, *, tracing: bool = False) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.now = 0
        self.steps = 0
        self.current: Process | None = None
        self.trace: list[str] | None = [] if tracing else None
        self._heap: list[tuple[int, int, Timer]] = []
        self._count = 0
        self._outsider = Process(self, "outsider", None)

    def after(self, delay: int, action: Callable[..., object], *given: Any) -> Timer:
        """Let something happen so many microseconds from now; equal moments in the order of asking."""
        timer = Timer(action, given)
        self._count += 1
        heappush(self._heap, (self.now + max(delay, 0), self._count, timer))
        return timer

    def step(self) -> bool:
        """Let the next thing happen; false if there is none."""
        while self._heap:
            moment, _, timer = heappop(self._heap)
            action = timer.action
            if action is None:
                continue
            self.now = moment
            self.steps += 1
            assert self.steps < STEPS_MAX, "this history does not come to rest"
            action(*timer.given)
            return True
        return False

    def run(self, until: Callable[[], bool], limit: int) -> bool:
        """Go on until something is so; false if it is not within so many microseconds."""
        end = self.now + limit
        while not until():
            if self.now > end or not self.step():
                return False
        return True

    def wait(self, bell: Bell, limit: int) -> bool:
        """Wait as the current process until the bell rings; false after so many microseconds without. Raises: Killed.

        Outside of any process, in a test, this makes time go on.
        """
        process = self.current or self._outsider
        process.check()
        bell.waiting = process
        woken = process.sleep(limit)
        bell.waiting = None
        return woken

    def say(self, who: str, text: str, *given: object) -> None:
        """Note a step for people, if they asked for it."""
        if self.trace is not None:
            self.trace.append(f"{self.now / S:12.6f}  {who:<14} {text % given if given else text}")


class Fate(Protocol):
    """Waits for a call of a process."""

    def __call__(self, phase: str, what: str, call: object) -> str | None:
        """The call is asked, done or answered. Gives what becomes of its request, if it is not left to the weather."""


class Process:
    """What can be killed, held and woken up: one operating system's process."""

    def __init__(self, world: World, name: str, body: Callable[[], None] | None) -> None:
        self.world, self.name = world, name
        self._greenlet = greenlet(body) if body is not None else None
        self.dead = False
        self.held = False
        self._due = False
        self._woken = False
        self._deferred: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        # What shall happen to this process, or to its request, at a call to Kafka.
        self.fates: list[Fate] = []

    # From inside.

    def check(self) -> None:
        """Raises: Killed, if it is."""
        if self.dead:
            raise Killed

    def sleep(self, limit: int) -> bool:
        """Wait until woken; false if only the time is over."""
        world = self.world
        self._woken = False
        timer = world.after(limit, self._wake, False)
        if self._greenlet is None:
            while not self._due:
                assert world.step()
            self._due = False
        else:
            world.current = None
            self._greenlet.parent.switch()
            world.current = self
        timer.cancel()
        self.check()
        return self._woken

    # From outside.

    def start(self) -> None:
        """Begin to run, in a moment."""
        self._wake(False)

    def wake(self) -> None:
        """Go on, in a moment."""
        self._wake(True)

    def _wake(self, woken: bool) -> None:
        if self.dead:
            return
        self._woken = self._woken or woken
        if not self._due:
            self._due = True
            if self._greenlet is not None and not self.held:
                self.world.after(0, self._resume)

    def _resume(self) -> None:
        if self.dead or self.held or not self._due or self._greenlet is None:
            return
        self._due = False
        self._switch()

    def _switch(self) -> None:
        world = self.world
        target = self._greenlet
        assert target is not None
        target.parent = getcurrent()
        world.current = self
        target.switch()
        world.current = None

    def soon(self, action: Callable[..., object], *given: Any) -> None:
        """Let its other threads do something: now, after it was held, or never."""
        if self.dead:
            return
        if self.held:
            self._deferred.append((action, given))
        else:
            action(*given)

    def hold(self) -> None:
        """SIGSTOP. From inside, it takes effect when it waits next."""
        self.held = True

    def release(self) -> None:
        """SIGCONT."""
        if not self.held or self.dead:
            return
        self.held = False
        deferred, self._deferred = self._deferred, []
        for action, given in deferred:
            self.world.after(0, self.soon, action, *given)
        if self._due:
            self.world.after(0, self._resume)

    def kill(self) -> None:
        """SIGKILL. Its greenlet unwinds, but nothing of it reaches anybody."""
        if self.dead:
            return
        self.dead = True
        self._deferred.clear()
        target = self._greenlet
        if target is None or self.world.current is self:
            return  # its next call raises
        if not target:  # never begun, or over
            return
        target.parent = getcurrent()
        before, self.world.current = self.world.current, self
        target.throw(Killed)
        self.world.current = before

    @property
    def gone(self) -> bool:
        """Whether it was killed."""
        return self.dead

    @property
    def over(self) -> bool:
        """Whether it has come to its end, whichever way."""
        return self.dead or self._greenlet is None or self._greenlet.dead
