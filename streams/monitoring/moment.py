"""One record at one hour: whom its facts are about, and where they are counted. Knows no fact. Pure."""

from collections.abc import Callable, Sequence

from schemas.errors import BrokenJournal
from schemas.indicators import Level
from schemas.words import Stage
from streams.monitoring.counting import Target, last, named, shift
from streams.monitoring.model import Application, Locality, Place
from streams.monitoring.series import Series

GENERAL_PREFIX = "general/"
LIVE_STAGES: dict[Stage, str] = {
    stage: named("places", stage) for stage in Stage if stage not in (Stage.RECALLED, Stage.ENDED)
}
Touch = Callable[[Series], None]


class Moment:
    """Where a locality's record is counted. Made anew for each record, and for each midnight before it."""

    __slots__ = ("_about", "_hour", "_main", "_touch", "gone_applications", "gone_places", "locality", "now")

    def __init__(self, locality: Locality, now: int, hour: int, main: Sequence[Series], touch: Touch) -> None:
        """`main`: of the nation, the region, the locality. `touch`: told of each series that changes."""
        self.locality, self.now, self._hour, self._main, self._touch = locality, now, hour, main, touch
        self._about: dict[tuple[str, str], list[Target]] = {}
        # What is over with this record; other facts of it may still name it.
        self.gone_applications: list[str] = []
        self.gone_places: list[str] = []

    def about(self, organisation_id: str = "", queue: str = "") -> Sequence[Target]:
        """The cells of the nation, the region and the locality; of an organisation and a queue, if one is named."""
        found = self._about.get((organisation_id, queue))
        if found is not None:
            return found
        if not organisation_id and not queue:
            found = [self._target(series) for series in self._main]
        else:
            found = [*self.about()]
            locality = self.locality
            if organisation_id:
                found.append(self._own(locality.by_organisation, Level.ORGANISATION, organisation_id))
            if queue:
                found.append(self._own(locality.by_queue, Level.QUEUE, queue))
        self._about[organisation_id, queue] = found
        return found

    def _own(self, table: dict[str, Series], level: Level, subject: str) -> Target:
        series = table.get(subject)
        if series is None:
            series = table[subject] = Series(level, subject, self.locality.code, False, self._hour)
        return self._target(series)

    def _target(self, series: Series) -> Target:
        self._touch(series)
        return Target(series, self._hour)

    def about_application(self, application: Application) -> Sequence[Target]:
        """The queue of an application; of a special or sanatorium one also its organisation."""
        return self.about(organisation_of(application.queue), application.queue)

    def about_place(self, place: Place) -> Sequence[Target]:
        """The organisation and the queue of a place."""
        return self.about(place.organisation_id, place.queue)

    def application(self, application_id: str) -> Application:
        """A live application. Raises: BrokenJournal."""
        found = self.locality.applications.get(application_id)
        if found is None:
            raise self.broken(f"application {application_id!r}")
        return found

    def place(self, place_id: str) -> Place:
        """A live place. Raises: BrokenJournal."""
        found = self.locality.places.get(place_id)
        if found is None:
            raise self.broken(f"place {place_id!r}")
        return found

    def broken(self, what: str) -> BrokenJournal:
        """The error for something that is named and is not there."""
        locality = self.locality
        return BrokenJournal(f"record {locality.sequence} of {locality.code} names {what}, which is not there")

    def move(self, place: Place, stage: Stage) -> None:
        """A place comes into a stage; how long it was in the one before."""
        targets = self.about_place(place)
        before = place.stage
        if before is not None:
            shift(targets, LIVE_STAGES[before], -1)
            if before is not Stage.FILLED:
                last(targets, "stage_time", before, self.now - place.since)
        if stage in LIVE_STAGES:
            shift(targets, LIVE_STAGES[stage], 1)
        place.stage, place.since = stage, self.now

    def enter(self, application: Application, state: str) -> None:
        """An application comes into a state; none when it is over."""
        before = application.state
        if before == state:
            return
        targets = self.about_application(application)
        if before:
            shift(targets, named("applications", before), -1)
        if state:
            shift(targets, named("applications", state), 1)
        if before == "QUEUED":
            self.wait(application, -1)
        elif state == "QUEUED":
            self.wait(application, 1)
        application.state = state

    def wait(self, application: Application, by: int) -> None:
        """An application joins the order in its group, or leaves it."""
        group = application.group
        if group is None:
            raise self.broken(f"the group of {application.queue}")
        waiting = self.locality.waiting.setdefault(application.queue, {})
        waiting[group] = waiting.get(group, 0) + by
        name = named("waiting", f"{group}/{application.birth_year}")
        shift(self.about_application(application), name, by)


def organisation_of(queue: str) -> str:
    """The organisation that a special or sanatorium queue belongs to; empty for a general one."""
    return "" if queue.startswith(GENERAL_PREFIX) else queue.split("/", 2)[1]


def birth_year_of(queue: str) -> str:
    """The birth year in a queue's id."""
    parts = queue.split("/", 3)
    return parts[1] if queue.startswith(GENERAL_PREFIX) else parts[2]
