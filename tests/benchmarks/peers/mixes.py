"""What goes through all contenders: a season, and releases of places that somebody waits for (`releases`)."""

from collections.abc import Sequence

from schemas.events import Event
from schemas.facts import ReferralIssued
from schemas.words import TOPIC_ORDER
from streams.rules.book import Book
from tests.benchmarks import season
from tests.benchmarks.plan import Plan
from tests.benchmarks.releases import LOCALITY, Town


def campaign(plan: Plan, scale: float) -> list[Event]:
    """A season of one locality in the order of time."""
    events = season.read_season(season.events_file(plan, scale))
    locality = events[0].locality
    chosen = [each for each in events if each.locality == locality]
    return sorted(chosen, key=lambda each: (each.time, TOPIC_ORDER[each.topic]))


def expected(one: Town, releases: Sequence[Event]) -> dict[str, str]:
    """The application that the core refers to each place of these releases."""
    book = Book(LOCALITY, season.PACK)
    found = {}
    for event in (*one.events, *releases):
        for record in book.handle(event):
            for fact in record.facts:
                if isinstance(fact, ReferralIssued):
                    found[fact.place_id] = fact.application_id
    return found
