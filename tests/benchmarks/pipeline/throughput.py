"""A season through the worker, and through a bare transactional loop: same broker, same bytes, one partition each."""

from schemas.events import Event
from schemas.words import TOPIC_ORDER
from streams.rules.simulate import simulate
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, in_turns, plain
from tests.benchmarks.pipeline.cluster import Cluster, cluster, drain, publish
from tests.benchmarks.plan import Plan

ROUNDS_MAX = 3
AIM_OF_BARE = 0.3


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    events = season.read_season(season.events_file(plan))
    locality = events[0].locality
    events = sorted((e for e in events if e.locality == locality), key=lambda e: (e.time, TOPIC_ORDER[e.topic]))
    records = sum(1 for _ in simulate(events, season.PACK))
    with cluster(plan.folder / "pipeline") as here:
        worker, bare = in_turns(
            min(plan.rounds, ROUNDS_MAX),
            lambda: _worker(here, events, records),
            lambda: _bare(here, events),
        )
    share = [one.wall / other.wall for one, other in zip(worker, bare, strict=True)]
    return [
        Row(f"worker, {len(events):,} events live, one partition, each decided", "events/s", worker),
        Row("  bare transactional loop, the same bytes", "events/s", bare),
        Row("  worker, as a share of the bare loop by the clock", "×", [plain(each) for each in share]).held(
            at_least=AIM_OF_BARE
        ),
    ]


def _worker(here: Cluster, events: list[Event], records: int) -> Sample:
    prefix = here.topics()
    publish(here.client, prefix, events)
    with here.running(*here.processor("worker", prefix, "--clock", "records"), prefix=prefix) as process:
        taken = drain([process], lambda: here.end(f"{prefix}journal"), records)
    return taken.rate(len(events))


def _bare(here: Cluster, events: list[Event]) -> Sample:
    prefix = here.topics()
    publish(here.client, prefix, events)
    inputs = [prefix + topic for topic in TOPIC_ORDER]
    command = ("-m", "tests.benchmarks.pipeline.bare_loop", here.client["bootstrap.servers"], f"{prefix}bare")
    with here.running(*command, f"{prefix}journal", *inputs, prefix=prefix) as process:
        taken = drain([process], lambda: here.end(f"{prefix}journal"), len(events))
    return taken.rate(len(events))
