"""The points of a curve that a chart shows: a few hundred of many thousands, and every step that a person could see.

Time is cut into slices; of each the first, the lowest, the highest and the last point stay, so that every peak and
every step between two slices is there. Points at which the number begins or ends stay, too, and those of the
application's own. When a curve grows out of its slices, two become one: what is shown depends on the points alone, not
on when somebody looked. Never asks a source.
"""

from array import array
from collections.abc import Sequence
from typing import Final

# A chart is drawn some 600 to 1,200 pixels wide.
SLICES: Final = 200
POINTS_MAX: Final = 4 * SLICES
FIRST_WIDTH_MS: Final = 60_000

Point = tuple[int, int | None]


class Thinned:
    """All points, compactly, and which of them are shown. The number 0 stands for none."""

    def __init__(self) -> None:
        """No point yet."""
        self.moments = array("q")
        self.numbers = array("I")
        self._stay: list[int] = []
        self._width = FIRST_WIDTH_MS
        # Slice -> indexes of its first, lowest, highest and last point (those between only of points with a number).
        self._slices: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self.moments)

    def add(self, at: int, number: int | None, *, stays: bool) -> None:
        """The next point; time does not go back."""
        index = len(self.moments)
        if stays or (index and (number is None) != (not self.numbers[-1])):
            self._stay.append(index)
        self.moments.append(at)
        self.numbers.append(number or 0)
        span = at - self.moments[0]
        while span // self._width >= SLICES:
            self._widen()
        self._put(span // self._width, index)

    def points(self) -> list[Point]:
        """Those that are shown, in their order: all while they are few."""
        if len(self) <= POINTS_MAX:
            return [(at, number or None) for at, number in zip(self.moments, self.numbers, strict=True)]
        shown = set(self._stay).union(*self._slices.values())
        return [(self.moments[index], self.numbers[index] or None) for index in sorted(shown)]

    def _put(self, slice_: int, index: int) -> None:
        found = self._slices.get(slice_)
        if found is None:
            self._slices[slice_] = [index] * 4
            return
        found[3] = index
        number, numbers = self.numbers[index], self.numbers
        if number:
            if not numbers[found[1]] or number < numbers[found[1]]:
                found[1] = index
            if number > numbers[found[2]]:
                found[2] = index

    def _widen(self) -> None:
        old, self._slices, self._width = self._slices, {}, self._width * 2
        for slice_, indexes in old.items():  # in the order of time
            for index in indexes[:1] + sorted(indexes[1:3]) + indexes[3:]:
                self._put(slice_ // 2, index)


def thinned(points: Sequence[Point], kept: Sequence[bool]) -> list[Point]:
    """The points to show of these. `kept`: those that are shown in any case."""
    found = Thinned()
    for (at, number), stays in zip(points, kept, strict=True):
        found.add(at, number, stays=stays)
    return found.points()
