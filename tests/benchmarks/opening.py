"""The 07:00 opening after the season's largest day (R5.2), beside a matcher that knows places, not classes."""

import sys
from itertools import islice

from schemas import events as e
from schemas.facts import AccessGranted, PlacePrioritised
from schemas.instants import Instant
from schemas.words import RecallReason, Stage
from streams.rules.book import Book
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, in_turns, no_garbage_collection, ratios, span, timed
from tests.benchmarks.plan import Plan

AIM_SECONDS = 1.0
# A chain of moves may pass through every place.
RECURSION_MAX = 20_000


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    snapshot, moment = season.before_largest_opening(season.read_season(season.events_file(plan)))
    book = Book.restore(snapshot, season.PACK)
    waiting = sum(len(queue.order) for queue in book.state.queues.values())
    listed = sum(len(queue.places[Stage.LISTED]) for queue in book.state.queues.values())
    sizes = [size for size in plan.openings if size < listed]
    smaller = [_thinned(snapshot, size) for size in sizes]
    with no_garbage_collection():
        samples, *others = in_turns(
            plan.rounds, *(lambda before=before: _open(before, moment) for before in (snapshot, *smaller))
        )
    records = list(book.advance(moment))
    facts = [fact for record in records for fact in record.facts]
    granted = sum(isinstance(fact, AccessGranted) for fact in facts)
    assert listed == sum(isinstance(fact, PlacePrioritised) for fact in facts), "every listed place is prioritised"
    what = f"opening of {listed:,} places over {waiting:,} waiting: {granted:,} accesses, {len(records):,} records"
    rows = [Row(what, "s", samples).held(at_most=AIM_SECONDS)]
    for size, taken in zip(sizes, others, strict=True):
        each = [ratio * listed / size for ratio in ratios(taken, samples)]
        rows.append(Row(f"  of {size:,} of these places", "s", taken).beside(f"{span(each)} × as long for each place"))
    return [*rows, *_plain_matcher(plan, snapshot, moment)]


def _thinned(snapshot: bytes, size: int) -> bytes:
    """The same morning with so many of the places listed, taken evenly; the others are recalled before."""
    book = Book.restore(snapshot, season.PACK)
    listed = [place for queue in book.state.queues.values() for place in queue.places[Stage.LISTED].values()]
    for index, place in enumerate(listed):
        if index * size // len(listed) == (index + 1) * size // len(listed):
            reason = RecallReason.PUBLISHED_BY_MISTAKE
            data = e.PlaceRecalled(place.id, place.terms.organisation_id, reason)
            event = e.Event("vacancy-releases", book.time, f"recall-{index}", "bench", book.locality, data)
            list(book.handle(event))
    left = sum(len(queue.places[Stage.LISTED]) for queue in book.state.queues.values())
    assert left == size, f"{left} places are listed, not {size}"
    return book.snapshot()


def _open(snapshot: bytes, moment: Instant) -> Sample:
    book = Book.restore(snapshot, season.PACK)
    return timed(lambda: list(book.advance(moment)))


def _plain_matcher(plan: Plan, snapshot: bytes, moment: Instant) -> list[Row]:
    """Grants in order over single places by augmenting paths: what R5.2.3 says, taken word for word."""
    book = Book.restore(snapshot, season.PACK)
    state = book.state
    queue = max(state.queues.values(), key=lambda each: len(each.places[Stage.LISTED]))
    listed = list(queue.places[Stage.LISTED].values())
    cases = []
    for count in plan.matcher_places:
        places = listed[:: max(1, len(listed) // count)][:count]
        people = [state.applications[each] for each in islice(queue.order, 2 * len(places))]
        suits = [
            [index for index, place in enumerate(places) if state.eligible(application, place)]
            for application in people
        ]
        cases.append((len(places), suits))
    sys.setrecursionlimit(RECURSION_MAX)
    with no_garbage_collection():
        taken = in_turns(min(plan.rounds, 3), *(lambda suits=suits: timed(lambda: _grant(suits)) for _, suits in cases))
    rows = []
    for index, (count, suits) in enumerate(cases):
        growth = "" if not index else f"{span(ratios(taken[index], taken[0]))} × {cases[0][0]:,} places"
        what = f"  plain matcher, {count:,} places, first {len(suits):,} of one queue"
        rows.append(Row(what, "s", taken[index], ratio=growth))
    return rows


def _grant(suits: list[list[int]]) -> int:
    """How many get access; `suits`: the places that each, in queue order, may have."""
    taker: dict[int, int] = {}

    def place(person: int, seen: set[int]) -> bool:
        for each in suits[person]:
            if each not in seen:
                seen.add(each)
                if each not in taker or place(taker[each], seen):
                    taker[each] = person
                    return True
        return False

    return sum(place(person, set()) for person in range(len(suits)))
