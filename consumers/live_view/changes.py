"""What some folded records changed, as the commit script takes it: entries whole, indexes as what moves in and out.

Owns where each entry stood in the indexes before. Never folds, never talks to Redis.
"""

from collections import defaultdict
from typing import Any

from consumers.live_view.entries import COUNTED, Application, Organisation, Place, stored
from consumers.live_view.loaded import Loaded

Change = list[Any]
_NOWHERE: tuple[str, ...] = ()


class Changes:
    """Beside one `Loaded`, from its loading on."""

    def __init__(self, fold: Loaded) -> None:
        """State: everything loaded, nothing folded."""
        self._fold = fold
        self._sequence = fold.head.sequence
        self._application_was = {key: _standing(entry) for key, entry in fold.applications.items()}
        self._place_was = {key: _placed(entry) for key, entry in fold.places.items()}

    def take(self) -> Change | None:
        """All that changed since the last time, for the commit script; none if no record was folded."""
        fold, head = self._fold, self._fold.head
        if head.sequence == self._sequence:
            return None
        moves = _Moves()
        for key, application in fold.changed_applications.items():
            self._application(moves, key, application)
        for key, place in fold.changed_places.items():
            self._place(moves, key, place)
        change: Change = [
            fold.locality,
            self._sequence,
            [
                *("sequence", head.sequence, "time", head.time, "hash", head.hash, "pack", head.pack),
                *("ratio", head.ratio, "arrivals", head.arrivals, "listed", head.listed),
            ],
            _pairs(fold.changed_applications),
            _pairs(fold.changed_places),
            _pairs(fold.changed_organisations),
            [[key, each.phase, each.standing, each.forgotten] for key, each in fold.changed_queues.items()],
            [[*key, count] for key, count in moves.counts.items() if count],
            [*moves.removals.items()],
            [*moves.additions.items()],
        ]
        self._sequence = head.sequence
        fold.changed_applications.clear()
        fold.changed_places.clear()
        fold.changed_organisations.clear()
        fold.changed_queues.clear()
        return change

    def _application(self, moves: "_Moves", key: str, application: Application) -> None:
        was, access_was = self._application_was[key]
        now, access = self._application_was[key] = _standing(application)
        if was != now:
            if was is not None:
                moves.removals[was].append(key)
            if now is not None:
                moves.additions[now] += (application.submitted_at, key)
        moves.counts[application.queue, "access"] += access - access_was

    def _place(self, moves: "_Moves", key: str, place: Place) -> None:
        was, arrival_was, counted_was = self._place_was[key]
        now, arrival, counted = self._place_was[key] = _placed(place)
        for index in was:
            if index not in now:
                moves.removals[index].append(key)
        for index in now:
            if index not in was or arrival != arrival_was:
                moves.additions[index] += (arrival, key)
        if counted != counted_was:
            if counted_was is not None:
                moves.counts[place.queue, counted_was] -= 1
            if counted is not None:
                moves.counts[place.queue, counted] += 1


class _Moves:
    """What goes where: index -> ids that leave; index -> score, id, ... that enter; queue and word -> difference."""

    def __init__(self) -> None:
        self.removals: defaultdict[str, list[str]] = defaultdict(list)
        self.additions: defaultdict[str, list[int | str]] = defaultdict(list)
        self.counts: defaultdict[tuple[str, str], int] = defaultdict(int)


def _standing(application: Application | None) -> tuple[str | None, int]:
    if application is None:
        return None, 0
    return application.index(), application.access_until is not None


def _placed(place: Place | None) -> tuple[tuple[str, ...], int, str | None]:
    if place is None:
        return _NOWHERE, 0, None
    return place.indexes(), place.arrival, place.stage.value if place.stage in COUNTED else None


def _pairs(entries: dict[str, Application] | dict[str, Place] | dict[str, Organisation]) -> list[Any]:
    pairs: list[Any] = []
    for key, entry in entries.items():
        pairs += (key, stored(entry))
    return pairs
