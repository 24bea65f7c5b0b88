"""`oryn simulate` of a whole season as its users run it; beside it the core and the naive model on a small one."""

from schemas.events import Event
from streams.rules.book import Book
from streams.rules.simulate import simulate_book
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, in_turns, no_garbage_collection, oryn, ratios, span, timed
from tests.benchmarks.plan import Plan
from tests.fuzz.histories import naive
from tests.model.decisions import NaiveModel

AIM_EVENTS = 30_000


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    path = season.events_file(plan)
    events = path.read_bytes().count(b"\n")
    journal = str(plan.folder / "measured.journal.jsonl")
    samples = [oryn("simulate", str(path), "--journal", journal, "--quiet").rate(events) for _ in range(plan.rounds)]
    what = f"oryn simulate, {plan.campaign}: {events:,} events, whole process"
    return [Row(what, "events/s", samples).held(at_least=AIM_EVENTS), *_beside_the_model(plan)]


def _beside_the_model(plan: Plan) -> list[Row]:
    events = season.read_season(season.events_file(plan, plan.model_scale))
    locality = events[0].locality
    mine = [event for event in events if event.locality == locality]
    plain = [naive(event) for event in mine]

    def core() -> Sample:
        return timed(lambda: _decide(locality, list(mine))).rate(len(mine))

    def model() -> Sample:
        return timed(lambda: _answer(locality, plain)).rate(len(mine))

    with no_garbage_collection():
        ours, theirs = in_turns(min(plan.rounds, 3), core, model)
    ratio = f"{span(ratios(ours, theirs))} × the naive model"
    size = f"{len(mine):,} events in this process"
    return [
        Row(f"the core alone, {size}", "events/s", ours, ratio=ratio),
        Row(f"naive model, {size}", "events/s", theirs),
    ]


def _decide(locality: str, events: list[Event]) -> None:
    for _ in simulate_book(Book(locality, season.PACK), events):
        pass


def _answer(locality: str, events: list[dict[str, object]]) -> None:
    model = NaiveModel(locality, season.PACK)
    for event in events:
        model.handle(event)
