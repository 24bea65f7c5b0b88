"""From a release to the message that it causes, at a steady rate; and through two bare transactional loops.

Each release is of a special place that somebody waits for, so it is matched at once (R5.7): release, journal, fan-out,
notification. The clock runs from handing the release to the producer until the message is read, committed only.
"""

from collections.abc import Callable, Sequence

from confluent_kafka import Message

from schemas import events as e
from schemas.codec import event_codec, output_codec
from schemas.events import Event
from schemas.ids import FrozenIds
from schemas.outputs import MessageKind, Notification
from tests.benchmarks.measure import Row, plain, quantile
from tests.benchmarks.pipeline.cluster import Cluster, Sender, cluster, publish, to
from tests.benchmarks.plan import Plan
from tests.benchmarks.releases import event_of, town
from tests.benchmarks.steady import answers, read_by

RATE_PER_S = 200
AIM_OF_BARE = 2.0
PATIENCE_S = 60.0
WARM_UP = 40


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    count = min(1_000, plan.questions)
    with cluster(plan.folder / "latency") as here:
        ours: list[float] = []
        bare: list[float] = []
        for _ in range(min(plan.rounds, 3)):
            ours += _pipeline(here, count)
            bare += _two_hops(here, count)
    rows = []
    for name, of in (("median", 0.5), ("99th percentile", 0.99)):
        one, other = quantile(ours, of), quantile(bare, of)
        rows += [
            Row(f"release to notification at {RATE_PER_S}/s, {name}", "ms", [plain(one * 1e3)]),
            Row("  two bare transactional loops", "ms", [plain(other * 1e3)]),
            Row("  times as long", "×", [plain(one / other)]).held(at_most=AIM_OF_BARE),
        ]
    return rows


def _pipeline(here: Cluster, count: int) -> list[float]:
    prefix = here.topics()
    one = town(count + WARM_UP, count + WARM_UP)
    publish(here.client, prefix, one.events)
    messages = output_codec("notifications", Notification, FrozenIds())

    def answered(record: Message) -> str | None:
        message = messages.decode(record.value() or b"")
        return event_of(message.place_id) if message.kind is MessageKind.REFERRAL_ISSUED and message.place_id else None

    worker = here.processor("worker", prefix, "--clock", "records")
    fan_out = here.processor("fan-out", prefix)
    with here.running(*worker, prefix=prefix), here.running(*fan_out, prefix=prefix):
        return _timed(here, prefix, one.releases, answered)


def _two_hops(here: Cluster, count: int) -> list[float]:
    prefix = here.topics()
    codec = event_codec("vacancy-releases", FrozenIds())

    def answered(record: Message) -> str:
        data = codec.decode(record.value() or b"")
        assert isinstance(data, e.PlaceReleased)
        return event_of(data.place_id)

    loop = ("-m", "tests.benchmarks.pipeline.bare_loop", here.client["bootstrap.servers"])
    first = (*loop, f"{prefix}one", f"{prefix}journal", f"{prefix}vacancy-releases")
    second = (*loop, f"{prefix}two", f"{prefix}notifications", f"{prefix}journal")
    with here.running(*first, prefix=prefix), here.running(*second, prefix=prefix):
        return _timed(here, prefix, town(0, count + WARM_UP).releases, answered)


def _timed(
    here: Cluster, prefix: str, releases: Sequence[Event], answered: Callable[[Message], str | None]
) -> list[float]:
    """Seconds from sending to reading, one by one; the first ones warm up and do not count."""
    topic = f"{prefix}notifications"
    sender = Sender(here.client, to(prefix), linger_ms=0)
    with here.reading(topic, here.ends(topic, here.partitions(topic))) as reader:
        taken = answers(
            sender,
            releases,
            read_by(reader, answered),
            rate_per_s=RATE_PER_S,
            waited_for=WARM_UP,
            patience_s=PATIENCE_S,
        )
    return taken[WARM_UP:]
