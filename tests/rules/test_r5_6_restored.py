"""R5.6 after a restore: who loses access, and in which order, does not depend on how the book came to be."""

from datetime import date

import pytest

from schemas import events as e
from schemas.events import Event
from schemas.facts import AccessRevoked
from schemas.instants import Instant, parse_instant
from schemas.journal import Record
from schemas.words import (
    Admission,
    Channel,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    Regime,
)
from streams.rules.book import Book
from streams.rules.pack import PACKS

LOCALITY = "710000000"
PACK = PACKS["kz-2020"]
# One is old enough for the place of three-year-olds, the other for that of two-year-olds: neither can have the other's.
CHILDREN = {
    "a-older": (date(2018, 3, 1), parse_instant("2021-05-04T10:00:00+06:00")),
    "a-younger": (date(2018, 12, 1), parse_instant("2021-05-03T10:00:00+06:00")),
}


def _handle(book: Book, moment: str, topic: str, data: e.EventData) -> list[Record]:
    time = Instant(max(parse_instant(moment), book.time + 1))
    return list(book.handle(Event(topic, time, f"event-{book.sequence}", "urn:test", LOCALITY, data)))


@pytest.mark.parametrize("registered", [("a-older", "a-younger"), ("a-younger", "a-older")])
def test_r5_6_a_restored_book_revokes_in_the_order_of_the_book_that_went_on(registered: tuple[str, str]) -> None:
    book = Book(LOCALITY, PACK)
    organisation = e.OrganisationRegistered("org", "No. 1", Ownership.STATE, OrganisationKind.GENERAL, ())
    _handle(book, "2021-06-01T09:00:00+06:00", "organisation-registry", organisation)
    for name in registered:
        born, submitted_at = CHILDREN[name]
        submitted = e.ApplicationSubmitted(
            name, f"p-{name}", f"c-{name}", born, QueueKind.GENERAL, submitted_at, (), False, False, Channel.MIGRATION
        )
        _handle(book, "2021-06-02T09:00:00+06:00", "application-changes", submitted)
        _handle(book, "2021-06-02T09:00:00+06:00", "application-changes", e.DocumentsConfirmed(name))
    for place_id, age in (("pl-three", 3), ("pl-two", 2)):
        released = e.PlaceReleased(
            place_id=place_id,
            organisation_id="org",
            queue_kind=QueueKind.GENERAL,
            birth_year=2018,
            age_from=age,
            age_to=age,
            language="kk",
            group_type=GroupType.GENERAL_DEVELOPMENTAL,
            regime=Regime.FULL_DAY,
            admission=Admission.REGULAR,
            admission_from=date(2021, 9, 1),
        )
        _handle(book, "2021-06-02T10:00:00+06:00", "vacancy-releases", released)
    _handle(book, "2021-06-03T08:00:00+06:00", "application-changes", e.ClockTick())
    restored = Book.restore(book.snapshot(), PACK)
    closed = ("2021-06-03T09:00:00+06:00", "organisation-registry", e.OrganisationClosed("org"))

    went_on = _handle(book, *closed)

    assert went_on == _handle(restored, *closed)
    # The last in the order loses first: the older child applied a day later.
    revoked = [fact.application_id for fact in went_on[-1].facts if isinstance(fact, AccessRevoked)]
    assert revoked == ["a-older", "a-younger"]
