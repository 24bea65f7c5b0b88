"""One queue of a locality: its order, its places by stage, its holders of access. Owns the counts that keep a grant
from reading the whole queue. Never emits a fact."""

from collections.abc import Iterable

from schemas.words import Group, Stage
from streams.rules.matching import Matching
from streams.rules.model import ApplicantClass, Application, Place, PlaceClass
from streams.rules.order import Order, Position
from streams.rules.pack import Mode

OFFERED = (Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN)


def position_of(application: Application) -> Position:
    """Where an application stands inside its group (R3.2)."""
    return (application.submitted_at, application.id)


class Queue:
    """One queue (R1.1)."""

    def __init__(self, queue_id: str, mode: Mode, ratio: int) -> None:
        """Start empty."""
        self.id = queue_id
        self.mode = mode
        self.order = Order(ratio)
        self.places: dict[Stage, dict[str, Place]] = {stage: {} for stage in OFFERED}
        self.classes: dict[str, PlaceClass] = {}  # of the offered places
        self.holders: dict[str, Application] = {}
        # In an automatic queue: what may have become a match since the last look (R5.7).
        self.new_places: dict[str, None] = {}
        self.new_applications: dict[str, None] = {}
        self._without_access: dict[ApplicantClass, int] = {}
        self._matching: Matching | None = None

    def follow(self, mode: Mode, ratio: int) -> None:
        """Another pack is in force. What that calls for comes with the opening at its first midnight."""
        self.mode = mode
        self.order.use_ratio(ratio)

    def match_anew(self) -> None:
        """All places may match where they are now given automatically."""
        for places in self.places.values():
            self.new_places.update(dict.fromkeys(places))

    # The order

    def join(self, application: Application, *, returned: bool = False) -> None:
        """An application enters the order, or comes back to it."""
        position = position_of(application)
        if returned:
            self.order.come_back(application.group, position)
        else:
            self.order.join(application.group, position)
        self._count(application, 1)
        if self.mode is Mode.AUTOMATIC:
            self.new_applications[application.id] = None

    def leave(self, application: Application, *, returns: bool) -> None:
        """An application leaves the order unserved."""
        self.order.leave(application.group, position_of(application), returns=returns)
        self._count(application, -1)

    def serve(self, application: Application) -> None:
        """An application leaves the order for a lasting place."""
        self.order.serve(application.group, position_of(application))
        self._count(application, -1)

    def number(self, application: Application) -> int:
        """The queue number of a waiting application (R3.5)."""
        return self.order.number(application.group, position_of(application))

    def regroup(self, application: Application, new: Group, *, waiting: bool) -> None:
        """An application changes its group (R3.6). The caller sets the application's field afterwards."""
        position = position_of(application)
        holds = application.id in self.holders
        if holds and self._matching is not None:
            self._matching.remove_holder(application.kind, application.group, position)
        self.order.regroup(application.group, new, position, waiting=waiting)
        if holds and self._matching is not None:
            self._matching.add_holder(application.kind, new, position)

    def reclassify(self, application: Application, kind: ApplicantClass, *, waiting: bool) -> None:
        """What an application is eligible for changed. Sets the application's field."""
        if waiting:
            self._count(application, -1)
        if application.id in self.holders and self._matching is not None:
            position = position_of(application)
            self._matching.remove_holder(application.kind, application.group, position)
            self._matching.add_holder(kind, application.group, position)
        application.kind = kind
        if waiting:
            self._count(application, 1)
            if self.mode is Mode.AUTOMATIC:
                self.new_applications[application.id] = None

    def _count(self, application: Application, change: int) -> None:
        if application.access_until is not None:
            return
        counts = self._without_access
        left = counts.get(application.kind, 0) + change
        if left:
            counts[application.kind] = left
        else:
            del counts[application.kind]

    # Access

    def grant(self, application: Application) -> None:
        """A waiting application holds access from now on. The caller sets the application's field afterwards."""
        self._count(application, -1)
        self.holders[application.id] = application
        if self._matching is not None:
            self._matching.add_holder(application.kind, application.group, position_of(application))

    def end_access(self, application: Application) -> None:
        """Access is over. The caller has cleared the application's field; the application still waits."""
        del self.holders[application.id]
        if self._matching is not None:
            self._matching.remove_holder(application.kind, application.group, position_of(application))
        self._count(application, 1)

    @property
    def matching(self) -> Matching:
        """The matching of this moment's holders and priority places."""
        if self._matching is None:
            self._matching = Matching(self.classes[place_id] for place_id in self.places[Stage.PRIORITY])
            for application in self.holders.values():
                self._matching.add_holder(application.kind, application.group, position_of(application))
        return self._matching

    def last_of_too_many(self) -> Application | None:
        """Who loses the access because the holders outnumber the places (R5.6); none when all can be served."""
        matching = self.matching
        if not matching.deficit:
            return None
        _, application_id = max(
            matching.too_many(), key=lambda candidate: self.order.number(candidate[0], candidate[1])
        )[1]
        return self.holders[application_id]

    def grantable(self) -> dict[int, int]:
        """How many applications without access wait, for each demand of the matching that one more may join."""
        left: dict[int, int] = {}
        if self.places[Stage.PRIORITY]:
            matching = self.matching
            for kind, count in self._without_access.items():
                demand = matching.demand_of(kind)
                left[demand] = left.get(demand, 0) + count
            left = {demand: count for demand, count in left.items() if matching.fits_one_more(demand)}
        return left

    # Places

    def move(self, place: Place, stage: Stage, place_class: PlaceClass | None) -> None:
        """A place changes its stage; off offer it has no class and is forgotten here. Sets the place's field."""
        old, place.stage = place.stage, stage
        if old in self.places:
            self.places[old].pop(place.id, None)
        matching = self._matching
        if old is Stage.PRIORITY and matching is not None:
            matching.remove_place(self.classes[place.id])
        if place_class is not None:
            self.places[stage][place.id] = place
            self.classes[place.id] = place_class
        else:
            self.classes.pop(place.id, None)
            self.new_places.pop(place.id, None)
        if stage is Stage.PRIORITY and matching is not None and place_class is not None:
            if matching.knows(place_class):
                matching.add_place(place_class)
            else:
                self._matching = None
        if self.mode is Mode.AUTOMATIC and stage is Stage.RELEASED:
            self.new_places[place.id] = None

    def reclassify_places(self, changed: Iterable[tuple[Place, PlaceClass]]) -> None:
        """Places of an organisation that changed stand for other classes now."""
        for place, place_class in changed:
            if place.id in self.classes:
                self.classes[place.id] = place_class
                self._matching = None
                if self.mode is Mode.AUTOMATIC:
                    self.new_places[place.id] = None

    def settled(self) -> None:
        """What may have become a match was looked at."""
        self.new_places.clear()
        self.new_applications.clear()

    @property
    def has_openings(self) -> bool:
        """Whether an opening may have something to do here (R5.2)."""
        return bool(self.places[Stage.LISTED] or self.places[Stage.PRIORITY])

    def oldest_first(self, stages: Iterable[Stage]) -> list[Place]:
        """The places of some stages in order of their release."""
        return sorted((place for stage in stages for place in self.places[stage].values()), key=_arrival)


def _arrival(place: Place) -> int:
    return place.arrival
