"""Chance that is the same on every machine: small counted streams of random numbers, one for each agent.

Only integer arithmetic and IEEE additions and multiplications, no transcendental function and no salted hash, so
that two machines draw alike to the last bit. Never reads entropy or a clock.
"""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from math import fsum
from typing import Generic, TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_TO_UNIT = 2.0**-53


def seed_of(*parts: object) -> int:
    """A 64-bit seed for a named stream."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


class Dice:
    """One stream (SplitMix64): 64 bits of state, so that half a million agents can own one each."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        """Start the stream of a seed of at most 64 bits."""
        self._state = seed & _MASK

    def bits(self) -> int:
        """The next 64 random bits."""
        state = self._state = (self._state + _STEP) & _MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def unit(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        return (self.bits() >> 11) * _TO_UNIT

    def chance(self, share: float) -> bool:
        """True with this probability."""
        return (self.bits() >> 11) * _TO_UNIT < share

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1. Bound: 1 to 2**32."""
        return (self.bits() >> 32) * bound >> 32

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, all alike."""
        return items[self.below(len(items))]

    def name(self, prefix: str) -> str:
        """A new opaque id: 64 random bits behind a prefix."""
        return f"{prefix}{self.bits():016x}"

    def child(self) -> "Dice":
        """A new stream that goes its own way."""
        return Dice(self.bits())


class Weighted(Generic[T]):
    """A choice among a few things by weight."""

    def __init__(self, weights: dict[T, float]) -> None:
        """Take the weights, at least one, in any unit."""
        self._items = tuple(weights)
        self._sums = tuple(accumulate(weights.values()))

    def draw(self, dice: Dice) -> T:
        """One of the things."""
        return self._items[min(bisect_right(self._sums, dice.unit() * self._sums[-1]), len(self._items) - 1)]


class Quantiles:
    """A distribution given by some of its quantiles, straight between them."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        """Take (share, value) pairs, the shares rising from 0 to 1."""
        self._shares = tuple(share for share, _ in points)
        self._values = tuple(value for _, value in points)

    def draw(self, dice: Dice) -> float:
        """A value."""
        unit = dice.unit()
        index = bisect_right(self._shares, unit) - 1
        start, end = self._shares[index], self._shares[index + 1]
        low, high = self._values[index], self._values[index + 1]
        return low + (unit - start) / (end - start) * (high - low)


def split(total: int, weights: Sequence[float]) -> list[int]:
    """A total divided by weight into whole parts that sum to it exactly (largest remainder, the first of equals)."""
    whole = fsum(weights)  # rounded once: plain sums of floats differ between versions of Python
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts
