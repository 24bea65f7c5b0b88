"""Plays one history: inputs, workers, the nemesis, then calm; and asks the checks whether what came out is right."""

import gc
import logging
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from streams.allocation.intake import TOPICS
from tests.simulation import checks
from tests.simulation.broker import Rates
from tests.simulation.cluster import Kafka
from tests.simulation.log import Entry
from tests.simulation.nemesis import Nemesis
from tests.simulation.plan import Plan, Way, home, plan
from tests.simulation.scripts import Line
from tests.simulation.workers import ALLOCATION, FAN_OUT, Disk, Options, Violation, Worker
from tests.simulation.world import MS, S, World

OUTPUTS = ("journal", "dead-letters")
DERIVED = ("outcomes", "notifications", "bulletins", "referrals", "service-stages")
NAMES = "abc"
# How long the calm may take until all is decided.
REST_LIMIT_US = 240 * S
STOP_LIMIT_US = 30 * S
# Each look costs as much as a step.
LOOK_EVERY_STEPS = 32


@dataclass(slots=True)
class Outcome:
    """What became of a seed."""

    seed: int
    steps: int
    counts: Counter[str]
    digest: str
    problem: str | None = None
    trace: list[str] = field(default_factory=list)


class Simulation:
    """One history while it is played."""

    def __init__(self, made: Plan, *, tracing: bool = False) -> None:
        self.plan = made
        self.world = World(made.seed, tracing=tracing)
        self.random = Random(made.seed ^ 0x5EED)
        self.counts: Counter[str] = Counter()
        # True time, in milliseconds since 1970, at virtual zero; time jumps move it.
        self._wall_base = made.lines[0].time - 1_000
        self.kafka = Kafka(self.world, made.nodes, Rates(marker=made.marker), self._broker_ms)
        self.cluster, self.network = self.kafka.cluster, self.kafka.network
        append = made.way is Way.WALL
        for topic in TOPICS:
            self.cluster.make_topic(topic, made.partitions, append_time=append)
        self.cluster.make_topic("journal", made.partitions)
        self.cluster.make_topic("dead-letters", 1)
        for topic in DERIVED:
            self.cluster.make_topic(topic, 2)
        self.ledger = checks.Ledger(made)
        self.cluster.on_commit.append(self.ledger.committed)
        shared = Disk()
        kinds: dict[str, dict[str, Disk | None]] = {
            "none": dict.fromkeys(NAMES),
            "shared": dict.fromkeys(NAMES, shared),
            "own": {name: Disk() for name in NAMES},
        }
        self.disks = kinds[made.snapshots]
        packs = {each.locality: each.pack for each, _ in made.scripts}
        self.options = Options(made.settings, made.partitions, packs, self.disks)
        self.workers = [self._worker(ALLOCATION, name) for name in NAMES[: made.workers]]
        self.tellers = [self._worker(FAN_OUT, "f")] if made.fan_out else []
        self._unpublished = len(made.lines)
        self.nemesis = Nemesis(self)

    def _worker(self, kind: str, name: str) -> Worker:
        skew = self.plan.skews[ord(name) % len(self.plan.skews)]
        return Worker(self.kafka, kind, name, self.options, lambda: (self.wall_ms() + skew) / 1_000, self.counts)

    @property
    def everybody(self) -> list[Worker]:
        """Workers and fan-out, as the plan has them."""
        return [*self.workers, *self.tellers]

    def one_more(self) -> bool:
        """Start another worker; false if there are as many as there may be."""
        if len(self.workers) == len(NAMES):
            return False
        self.workers.append(self._worker(ALLOCATION, NAMES[len(self.workers)]))
        self.workers[-1].start()
        return True

    # Time.

    def wall_ms(self) -> int:
        """True time."""
        return self._wall_base + self.world.now // MS

    def jump(self, milliseconds: int) -> None:
        """True time goes on by so much at once. State: `quiet`."""
        self._wall_base += milliseconds

    def _broker_ms(self, node: int) -> int:
        return self.wall_ms() + self.plan.skews[node]

    # Inputs.

    def _publish_all(self) -> None:
        for line in self.plan.lines:
            self._publish(line)

    def _publish(self, line: Line) -> None:
        log = self.cluster.logs[line.topic][home(line.key, self.plan.partitions)]
        if not self.cluster.up[log.leader]:
            self.world.after(50 * MS, self._publish, line)
            return
        self._unpublished -= 1
        entry = Entry(-1, line.time, line.key, line.value, line.headers)
        entry.lost = lambda: self._lost(line)
        self.cluster.publish(log, entry)

    def _lost(self, line: Line) -> None:
        self.counts["record cut off"] += 1
        self._unpublished += 1
        self.world.after(self.random.randint(1 * MS, 50 * MS), self._publish, line)

    def _publish_from(self, index: int) -> None:
        lines = self.plan.lines
        if index == len(lines):
            return
        line = lines[index]
        if self.plan.way is Way.WALL and line.time > self.wall_ms():
            if not self.quiet():
                self.world.after(5 * MS, self._publish_from, index)
                return
            gap = line.time - self.wall_ms()
            if gap > 3_000:
                # Nothing happens for a long time: let it be over.
                self._wall_base += gap - self.random.randint(0, 2_000)
                self.counts["waits by the clock"] += 1
                self.world.say("clock", "it is %d ms", self.wall_ms())
                self.world.after(self.random.randint(0, 300 * MS), self._publish_from, index)
            else:
                self.world.after(gap * MS, self._publish_from, index)
            return
        self._publish(line)
        pause = self.random.choice((0, 0, 1, 2, 3)) * self.plan.length // len(lines)
        self.world.after(pause, self._publish_from, index + 1)

    def quiet(self) -> bool:
        """Whether every input record is on all replicas: the clocks of what is under way may not jump."""
        return all(log.high == log.end and log.high_known for topic in TOPICS for log in self.cluster.logs[topic])

    # The whole.

    def play(self) -> None:
        """To the end. Raises: Violation."""
        made, world = self.plan, self.world
        self.network.weather = made.weather
        if made.way is Way.REPLAY:
            self._publish_all()
        else:
            world.after(self.random.randint(0, 500 * MS), self._publish_from, 0)
        for worker in self.everybody:
            worker.start_again(self.random.randint(0, 400 * MS))
        for strike in made.strikes:
            world.after(strike.at, self.nemesis.strike, strike)
        last = max((strike.at for strike in made.strikes), default=0)
        self._go(lambda: world.now >= last + 100 * MS, REST_LIMIT_US)
        self.nemesis.rest()
        if not self._go(self._at_rest, REST_LIMIT_US):
            raise Violation(f"it does not come to rest: {self._why_not()}")
        checks.whole(self)
        self._stop_all()
        self._go(lambda: not self.cluster.ending, STOP_LIMIT_US)
        checks.snapshots(self)

    def _go(self, until: object, limit: int) -> bool:
        assert callable(until)

        def over() -> bool:
            self._look()
            return bool(until())

        end = self.world.now + limit
        while not over():
            if self.world.now > end:
                return False
            if not self.world.step():
                return False
        return True

    def _look(self) -> None:
        if self.ledger.problem is not None:
            raise Violation(self.ledger.problem)
        if self.world.steps % LOOK_EVERY_STEPS:
            return
        for worker in self.everybody:
            if worker.violation is not None:
                raise Violation(f"{worker.name}: {worker.violation}")
            stopped = worker.stopped()
            if stopped:
                raise Violation(f"{worker.kind} {worker.name} has stopped {stopped}")

    def _at_rest(self) -> bool:
        if self._unpublished or self.ledger.outcomes < len(self.plan.lines):
            return False
        return checks.offsets_are_at_the_end(self) and all(process.over for process in self.nemesis.left_alone)

    def _why_not(self) -> str:
        runs = {worker.name: worker.runs for worker in self.everybody}
        ready = {worker.name: worker.loop.ready() for worker in self.workers if worker.loop is not None}
        return (
            f"{self.ledger.outcomes} of {len(self.plan.lines)} outcomes, {self._unpublished} unpublished, runs {runs}, "
            f"not ready {ready}, offsets {self.cluster.offsets}, left alone "
            f"{[each.name for each in self.nemesis.left_alone if not each.over]}"
        )

    def _stop_all(self) -> None:
        everybody = [worker for worker in self.everybody if worker.runs]
        for worker in self.everybody:
            worker.ask_to_stop()
        if not self._go(lambda: not any(worker.runs for worker in everybody), STOP_LIMIT_US):
            raise Violation("it does not stop")
        codes = {worker.name: worker.exit_code for worker in everybody}
        # A static member's repeated join may fence itself: a supervisor would start it again.
        if any(code not in (0, 70, 71) for code in codes.values()):
            raise Violation(f"asked to stop, they ended with {codes}")

    def finish(self) -> None:
        """Let go of everything."""
        for process in [*self.nemesis.left_alone, *(each.process for each in self.everybody)]:
            if process is not None:
                process.kill()
        self.counts["transactions expired"] += self.cluster.expired
        self.counts["rebalances"] += sum(group.rebalances for group in self.cluster.groups.values())
        for worker in self.everybody:
            for name in ("aborted", "doubtful", "producers_replaced", "snapshots", "late", "passed_over"):
                self.counts[name] += int(worker.figure(name))
        self.counts.update(self.network.counts)


class _Traced(logging.Handler):
    """Puts what the product says between the steps."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.INFO)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        known = logging.makeLogRecord({}).__dict__
        extra = {name: value for name, value in record.__dict__.items() if name not in known and name != "message"}
        who = self._world.current.name if self._world.current is not None else "-"
        self._world.say(who, "says: %s %s", record.getMessage(), extra)


def play(seed: int, *, tracing: bool = False) -> Outcome:
    """One history. Never raises for what it finds: the outcome says it."""
    product = logging.getLogger("streams")
    level, propagates = product.level, product.propagate
    simulation = Simulation(plan(seed), tracing=tracing)
    handler = _Traced(simulation.world)
    product.setLevel(logging.INFO if tracing else logging.CRITICAL + 1)
    product.propagate = False
    if tracing:
        product.addHandler(handler)
    problem = None
    try:
        simulation.play()
    except (Violation, AssertionError) as exc:
        problem = f"{type(exc).__name__}: {exc}"
    finally:
        simulation.finish()
        product.removeHandler(handler)
        product.setLevel(level)
        product.propagate = propagates
        # What the loop froze would otherwise never be looked at again.
        gc.unfreeze()
    world = simulation.world
    return Outcome(seed, world.steps, simulation.counts, checks.digest(simulation), problem, world.trace or [])
