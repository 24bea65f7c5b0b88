"""The generations of the live view: the one that is shown, the one that is built, those that are deleted.

A generation is a complete copy under a number of its own. The first build, a build after a wipe, after an upgrade of
the stored form and `oryn live-view rebuild` all fill a hidden one and show it at once when it has reached the end that
the journal had when the build began, and is not behind what is shown. Never folds a record.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import redis

from consumers.live_view.entries import FORMAT
from consumers.live_view.journal_end import End
from consumers.live_view.scripts import Scripts
from schemas.instants import Instant

SWEEP_S = 0.02


class Showing(StrEnum):
    """What became of the wish to show a generation."""

    SHOWN = "SHOWN"
    BEHIND = "BEHIND"  # what is shown is of a later moment: not yet
    GONE = "GONE"  # another one is being built by now


@dataclass
class Entered:
    """The generation that a writer goes on with. `positions`: partition -> next offset. `reached`: those of what is
    shown that a build need not come to, for the journal has no records there."""

    generation: str
    building: bool
    positions: dict[int, int]
    goal: dict[int, int]
    reached: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class GenerationState:
    """One generation as it was when asked. Moments in milliseconds. `goal`: what a build has to reach, by partition;
    `usable`: written in the form of this version."""

    generation: str
    shown: bool
    usable: bool
    begun_at: int
    shown_since: int | None
    localities: int
    positions: dict[int, int]
    goal: dict[int, int]


class Generations:
    """The generations under one prefix. Every call may raise redis.RedisError."""

    def __init__(self, client: redis.Redis, prefix: str, scripts: Scripts) -> None:
        """Ask nothing yet."""
        self._client, self._prefix, self._scripts = client, prefix, scripts

    def enter(self, end: End, *, new: bool) -> Entered:
        """Go on with what is there, or begin a hidden generation; `new`: begin one in any case. Raises: OrynError."""
        kind = "new" if new else ""
        found = None if new else self._scripts("enter", FORMAT, kind, "", 0)
        if found is None:
            ends = [word for pair in end.offsets().items() for word in pair]
            found = self._scripts("enter", FORMAT, kind, 1, _now(), *ends)
        generation, state, positions = found[0].decode(), found[1], found[2]
        building = state == b"building"
        pairs = dict(zip(positions[::2], positions[1::2], strict=True))
        return Entered(generation, building, _offsets(pairs), self._offsets(generation, "goal") if building else {})

    def positions(self, generation: str) -> dict[int, int]:
        """Partition -> next offset, as it is stored."""
        return self._offsets(generation, "positions")

    def shown_positions(self) -> dict[int, int]:
        """The same of the generation that is shown; empty without one."""
        current, _ = self.names()
        return {} if current is None else self.positions(current)

    def names(self) -> tuple[str | None, str | None]:
        """The generation that is shown and the one that is built."""
        names: list[Any] = self._client.mget(f"{self._prefix}:current", f"{self._prefix}:building")
        current, building = (None if name is None else name.decode() for name in names)
        return current, building

    def states(self) -> list[GenerationState]:
        """What is shown, then what is being built; each as far as it is there."""
        current, building = self.names()
        return [self._state(each, shown=each == current) for each in (current, building) if each is not None]

    def _state(self, generation: str, *, shown: bool) -> GenerationState:
        base = f"{self._prefix}:{generation}"
        with self._client.pipeline(transaction=True) as pipeline:
            pipeline.hmget(base, "format", "begun_at", "shown_since")
            pipeline.scard(f"{base}:localities")
            pipeline.hgetall(f"{base}:positions")
            pipeline.hgetall(f"{base}:goal")
            (form, begun_at, since), localities, positions, goal = pipeline.execute()
        return GenerationState(
            generation=generation,
            shown=shown,
            usable=form == str(FORMAT).encode(),
            begun_at=int(begun_at or 0),
            shown_since=None if since is None else int(since),
            localities=localities,
            positions=_offsets(positions),
            goal=_offsets(goal),
        )

    def show(self, generation: str, reached: Mapping[int, int]) -> Showing:
        """Show a generation that has been built, if it is not behind what is shown. Repeatable.

        `reached`: positions of what is shown, partition -> next offset, that count as reached as long as they stand.
        """
        words = [word for pair in reached.items() for word in pair]
        return Showing(self._scripts("swap", generation, _now(), *words).decode())

    def discard(self, generation: str) -> None:
        """Give up a generation that is still being built. Repeatable."""
        self._scripts("discard", generation)

    def sweep(self, seconds: float = SWEEP_S) -> bool:
        """Delete of what is retired, locality by locality, for about so long. Returns: whether something is left."""
        until = time.monotonic() + seconds
        while self._scripts("sweep"):
            if time.monotonic() >= until:
                return True
        return False

    def forget(self) -> None:
        """Delete all generations. No key is left under the prefix, unless a reader runs: it begins anew meanwhile, and
        what it has begun stays, with the counter."""
        self._scripts("forget")
        while self.sweep():
            pass

    def _offsets(self, generation: str, name: str) -> dict[int, int]:
        pairs: Any = self._client.hgetall(f"{self._prefix}:{generation}:{name}")
        return _offsets(pairs)


def _offsets(pairs: Mapping[bytes, bytes]) -> dict[int, int]:
    return {int(partition): int(offset) for partition, offset in pairs.items()}


def _now() -> Instant:
    return Instant(time.time_ns() // 1_000_000)
