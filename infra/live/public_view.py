"""What anybody in a locality can know, folded from the journal: the page of places, numbers in the queue, times of day.

Stands in for the live view, which a portal asks: it reads the journal's topic, folds it as a restoring worker does and
lets nothing out but what the rules publish (R7.3). Also says which outputs a record leads to, so that a reader of their
topics knows what to wait for. Never decides.
"""

from producers.campaign.page import PublicPage
from schemas.journal import Record
from schemas.outputs import Output
from schemas.zones import DAY_MS
from streams.projections.projection import Projection
from streams.rules.book import Book
from streams.rules.model import Status
from streams.rules.pack import Pack


class PublicView:
    """One locality's."""

    def __init__(self, locality: str, pack: Pack) -> None:
        """Stand before the first record. `pack`: the one that the workers decide by."""
        self.page = PublicPage(self._number)
        self._book = Book(locality, pack)
        self._projection = Projection(locality)

    def fold(self, record: Record) -> list[Output]:
        """Take in the next record; returns what the world is told of it. Raises: BrokenJournal."""
        self._book.apply(record)
        self.page.fold(record)
        return self._projection.project(record)

    def next_moment(self, after: int) -> int:
        """The next moment at which something may fall due that no event announces: midnight, opening, reminders,
        bulletin. The times of a locality's day are public, local acts included (R5.9)."""
        state = self._book.state
        day = state.zone.day_of(after)
        reminders = state.zone.at(day, state.packs.at(day).reminder_at_minutes)
        today = (state.opening_at(day), reminders, state.bulletin_at(day), state.zone.at(day + 1))
        found = min(moment for moment in today if moment > after)
        assert found - after <= DAY_MS, "a day has a midnight"
        return int(found)

    def _number(self, application_id: str) -> int | None:
        state = self._book.state
        application = state.applications.get(application_id)
        if application is None or application.status is not Status.QUEUED:
            return None
        return state.queue(application.queue).number(application)
