"""Which shards a gateway should hold when several run. Pure: who holds what comes in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from consumers.notification_gateway.intake import SHARDS


@dataclass(frozen=True, slots=True)
class Shift:
    """What to do next: shards to try to get, or shards to give back."""

    claim: Sequence[int] = ()
    leave: Sequence[int] = ()


def plan(mine: Collection[int], held: Collection[int], members: int, random: Random) -> Shift:
    """Towards a fair share of the shards. `held`: by anybody; `members`: how many gateways there are.

    Whoever has more than a share rounded up gives back, so that a gateway that comes later finds something; whoever has
    less takes what is free, in random order, so that two that look at once seldom want the same.
    """
    share = -(-SHARDS // max(1, members))
    if len(mine) > share:
        return Shift(leave=sorted(mine)[share:])
    free = [shard for shard in range(SHARDS) if shard not in held]
    random.shuffle(free)
    return Shift(claim=free[: share - len(mine)])
