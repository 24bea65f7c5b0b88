"""Memory of one waiting application, and how the time of an event grows with those who wait.

Each town is built in a process of its own: memory is what the process has more than before.
"""

import gc

from streams.rules.book import Book
from tests.benchmarks.measure import Row, Sample, plain, ratios, resident_bytes
from tests.benchmarks.plan import Plan
from tests.benchmarks.season import PACK
from tests.benchmarks.town import LOCALITY, Town

AIM_BYTES = 800
AIM_GROWTH = 1.5
# Ids of events are remembered for less than twice seven days: then the takeover's are forgotten.
FORGOTTEN_DAYS = 15
# The first days have no accesses yet: they are lived, not counted.
WARM_UP_DAYS = 3


def settled(plan: Plan, waiting: int) -> list[Row]:
    """A town from its takeover on; of the largest also its daily life beside a small one's."""
    gc.disable()

    before = resident_bytes()
    town = Town(waiting)
    town.settle()
    migrated = (resident_bytes() - before) / waiting
    town.wait(FORGOTTEN_DAYS)
    kept = (resident_bytes() - before) / waiting
    snapshot = plan.folder / f"town-{waiting}.snapshot"
    snapshot.write_bytes(town.book.snapshot())
    rows = [
        Row(f"memory, {waiting:,} waiting, just taken over", "bytes each", [plain(migrated)]),
        Row(f"memory, {waiting:,} waiting, {FORGOTTEN_DAYS} days later", "bytes each", [plain(kept)]).held(
            at_most=AIM_BYTES
        ),
    ]
    if waiting == plan.growth[1]:
        small = Town(plan.growth[0])
        small.settle()
        small.wait(FORGOTTEN_DAYS)
        rows += _growth(plan, small, town)
    return rows


def restored(plan: Plan, waiting: int) -> list[Row]:
    """A town from its snapshot, as after a restart."""
    gc.disable()
    path = plan.folder / f"town-{waiting}.snapshot"
    Book.restore(Book(LOCALITY, PACK).snapshot(), PACK)
    before = resident_bytes()
    book = Book.restore(path.read_bytes(), PACK)
    taken = (resident_bytes() - before) / waiting
    assert book.sequence
    what = f"memory, {waiting:,} waiting, restored from a snapshot"
    return [Row(what, "bytes each", [plain(taken)]).held(at_most=AIM_BYTES)]


def _growth(plan: Plan, small: Town, large: Town) -> list[Row]:
    taken: list[list[Sample]] = [[], []]
    events = 0
    for day in range(WARM_UP_DAYS + plan.growth_days):
        # By turns, so that a noisy moment hits both.
        towns = (small, large) if day % 2 else (large, small)
        for town in towns:
            sample, count = town.live()
            if day >= WARM_UP_DAYS:
                taken[town is large].append(sample.scaled(1e6 / count))
                events += count
    growth = [plain(each) for each in ratios(taken[1], taken[0])]
    sizes = (small.waiting, large.waiting)
    return [
        *(
            Row(f"daily life, {waiting:,} waiting, {plan.growth_days} days", "µs/event", samples)
            for waiting, samples in zip(sizes, taken, strict=True)
        ),
        Row(f"  growth from {sizes[0]:,} to {sizes[1]:,}, {events:,} events", "×", growth).held(at_most=AIM_GROWTH),
    ]
