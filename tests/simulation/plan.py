"""What a seed means: the inputs, the set-up, and which faults come when. Owns every choice of a history."""

from dataclasses import dataclass
from enum import Enum
from random import Random

from schemas.murmur2 import partition_of
from schemas.words import TOPIC_ORDER
from streams.runtime.settings import Clock
from tests.simulation.network import Weather
from tests.simulation.scripts import PER_SEASON, SEASONS, Line, Script, garbage, script
from tests.simulation.world import MS, S

FAULTS_MAX = 6
FAULTY_US = (1 * S, 6 * S)
# Everything is there already: it is soon over.
FAULTY_REPLAY_US = (150 * MS, 1_200 * MS)
EVENTS_MIN = 4


class Way(Enum):
    """How the inputs come."""

    # All of them are there before any worker starts: the journal must be that of `simulate`, hash by hash.
    REPLAY = "replay"
    # One after the other, by the records' times.
    LIVE = "live"
    # One after the other, by the clock: timers fire by themselves.
    WALL = "wall"


class Fault(Enum):
    """What may go wrong, on purpose."""

    KILL = "kill"
    KILL_AT_CALL = "kill at a call"
    CALL_FAILS = "a call fails"
    HOLD = "hold"
    HOLD_AT_CALL = "hold at a call"
    HOLD_AT_RECORD = "hold at a record"
    SAME_NAME = "a second process of the name"
    STOP = "stop and start"
    MORE_WORKERS = "one worker more"
    STORM = "storm"
    BROKER = "broker fails"
    SNAPSHOT_BROKEN = "snapshot broken"
    SNAPSHOT_GONE = "snapshot gone"
    SNAPSHOT_OLD = "snapshot older"
    DISK_FULL = "disk full"
    JUMP = "time jumps"


_WEIGHTS = {
    Fault.KILL: 3,
    Fault.KILL_AT_CALL: 6,
    Fault.CALL_FAILS: 7,
    Fault.HOLD: 2,
    Fault.HOLD_AT_CALL: 5,
    Fault.HOLD_AT_RECORD: 5,
    Fault.SAME_NAME: 2,
    Fault.STOP: 2,
    Fault.MORE_WORKERS: 1,
    Fault.STORM: 4,
    Fault.BROKER: 3,
    Fault.SNAPSHOT_BROKEN: 1,
    Fault.SNAPSHOT_GONE: 1,
    Fault.SNAPSHOT_OLD: 1,
    Fault.DISK_FULL: 1,
    Fault.JUMP: 1,
}


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault. `dice`: what it needs of chance, so that what happens meanwhile does not move it."""

    at: int
    fault: Fault
    dice: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One history."""

    seed: int
    way: Way
    partitions: int
    nodes: int
    workers: int
    fan_out: bool
    scripts: tuple[tuple[Script, int], ...]
    lines: tuple[Line, ...]
    garbage: int
    settings: dict[str, object]
    snapshots: str
    weather: Weather
    # Of the workers and the brokers against true time, in milliseconds.
    skews: tuple[int, ...]
    strikes: tuple[Strike, ...]
    # How long inputs come and faults strike, in microseconds.
    length: int
    # Between a transaction's end and its markers, in microseconds: at least and at most.
    marker: tuple[int, int]
    verified: bool

    @property
    def clock(self) -> Clock:
        """What moves time."""
        return Clock.WALL if self.way is Way.WALL else Clock.RECORDS


def plan(seed: int) -> Plan:
    """The same for the same seed, everywhere."""
    random = Random(seed)
    way = random.choices(list(Way), (4, 2, 4))[0]
    season = random.randrange(len(SEASONS))
    count = random.choices((1, 2, 3), (5, 4, 2))[0]
    scripts = _scripts(random, season, count)
    lines = _lines(random, scripts, way)
    wicked = 0
    if random.random() < 0.5:
        wicked = random.randint(1, 4)
        for number in range(wicked):
            index = random.randrange(len(lines) + 1)
            near = lines[min(index, len(lines) - 1)]
            lines.insert(index, garbage(near.topic, near.time, near.key, number))
    length = random.randint(*(FAULTY_REPLAY_US if way is Way.REPLAY else FAULTY_US))
    return Plan(
        seed=seed,
        way=way,
        partitions=random.choices((1, 2, 3), (4, 4, 2))[0],
        nodes=random.choice((1, 3)),
        workers=random.choices((1, 2, 3), (3, 5, 1))[0],
        fan_out=random.random() < 0.35,
        scripts=tuple(scripts),
        lines=tuple(lines),
        garbage=wicked,
        settings=_settings(random, way),
        snapshots=random.choice(("none", "shared", "own", "own")),
        weather=_weather(random),
        skews=tuple(random.randint(-450, 450) for _ in range(8)),
        strikes=_strikes(random, way, length),
        length=length,
        marker=Random(seed ^ 0x3A4).choice(((300, 5 * MS), (300, 5 * MS), (10 * MS, 500 * MS))),
        verified=seed % 20 == 0,
    )


def _scripts(random: Random, season: int, count: int) -> list[tuple[Script, int]]:
    found: dict[str, tuple[Script, int]] = {}
    for number in random.sample(range(PER_SEASON), count):
        each = script(season, number)
        found.setdefault(each.locality, (each, random.randint(EVENTS_MIN, len(each.lines) // count)))
    return list(found.values())


def _lines(random: Random, scripts: list[tuple[Script, int]], way: Way) -> list[Line]:
    lines = [line for each, length in scripts for line in each.lines[:length]]
    if way is Way.LIVE and random.random() < 0.3:
        # Publishers that are late: the order of appending is not that of the records' times.
        return sorted(lines, key=lambda line: line.time + random.randint(0, 20_000))
    return sorted(lines, key=lambda line: (line.time, TOPIC_ORDER[line.topic]))


def _settings(random: Random, way: Way) -> dict[str, object]:
    transaction = random.choice((800, 1_500, 4_000))
    return {
        "clock": Clock.WALL if way is Way.WALL else Clock.RECORDS,
        "clock_skew_ms": 1_000,
        "transaction_timeout_ms": transaction,
        "max_poll_interval_ms": random.choice((8, 20)) * transaction,
        "session_timeout_ms": random.choice((600, 1_500, 3_000)),
        "batch_records": random.choice((1, 2, 3, 5, 20, 100)),
        "batch_ms": random.choice((20, 100, 200)),
        "snapshot_records": random.choice((1, 5, 20, 1_000)),
    }


def _weather(random: Random) -> Weather:
    bad = random.choice((0.0, 0.0, 0.003, 0.02))
    return Weather(
        request_lost=bad * random.random(),
        answer_lost=bad * random.random(),
        straggles=bad * random.random(),
        doubled=bad * random.random(),
        slow=bad * 2 * random.random(),
        delay=random.choice(((100, 1 * MS), (100, 1 * MS), (1 * MS, 15 * MS))),
    )


def storm(random: Random) -> Weather:
    """Bad weather for a while."""
    lost, unanswered, straggling, doubled, slow = (random.random() ** 3 * 0.3 for _ in range(5))
    delay = random.choice(((100, 1 * MS), (1 * MS, 40 * MS)))
    return Weather(lost, unanswered, straggling, doubled, slow, delay)


def _strikes(random: Random, way: Way, length: int) -> tuple[Strike, ...]:
    count = random.randint(0, FAULTS_MAX)
    kinds = [fault for fault in _WEIGHTS if fault is not Fault.JUMP or way is Way.WALL]
    weights = [_WEIGHTS[fault] for fault in kinds]
    found = [
        Strike(random.randint(0, length), random.choices(kinds, weights)[0], random.getrandbits(48))
        for _ in range(count)
    ]
    return tuple(sorted(found, key=lambda each: (each.at, each.dice)))


def home(locality: bytes, partitions: int) -> int:
    """Where a locality's records belong."""
    return partition_of(locality, partitions)
