"""Which faults there are, and the seeded order in which they come: several lanes at once, each one fault after another.

A lane goes through its kinds in rounds; in each round the order, the targets and the lengths come from the seed. The
moments are the machine's: a broker takes its own time to come back.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Final

from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from infra.stack.own import OwnService
from tests.faults.chaos.actors import Actors, NotHappened
from tests.faults.chaos.cluster import BROKERS, ENOUGH, Cluster
from tests.faults.chaos.proxy import Weather
from tests.faults.chaos.unlucky import Luck

HOUR_S: Final = 3600.0
# Longer than any outage that the schedule makes.
ASK_S: Final = 120.0
PAUSE_S: Final = (0.2, 2.0)
# Of a worker that is frozen: shorter and longer than its session lives (tests set 6 s).
FREEZE_S: Final = (1.0, 15.0)
SHORT_S: Final = (1.0, 6.0)
# Does it, and names what it hit; none if it met nobody: then it has not happened.
Do = Callable[[random.Random], str | None]


@dataclass(frozen=True)
class Happened:
    """One fault. Moments in seconds since the run began; `target`: what it hit."""

    kind: str
    target: str
    began: float
    ended: float


class Storms:
    """All lanes. A context manager: afterwards no fault is going on."""

    def __init__(self, seed: int, lanes: Mapping[str, Mapping[str, Do]], began: float) -> None:
        """`lanes`: name -> kind -> what does it; `began`: monotonic second of the run's start."""
        self.happened: list[Happened] = []
        self.broken: list[BaseException] = []
        self._began = began
        self._raging, self._stop = Event(), Event()
        self._idle = {name: Event() for name in lanes}
        self._lock = Lock()
        self._threads = [
            Thread(target=self._run, args=(name, kinds, random.Random(f"{seed}:{name}")), name=f"lane {name}")
            for name, kinds in lanes.items()
        ]
        self.kinds: Sequence[str] = [kind for kinds in lanes.values() for kind in kinds]

    def __enter__(self) -> "Storms":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._raging.clear()
        for thread in self._threads:
            thread.join()

    def rage(self, seconds: float) -> None:
        """Let faults come for so long, then wait until the last is over."""
        self._raging.set()
        time.sleep(seconds)
        self._raging.clear()
        for idle in self._idle.values():
            while not idle.wait(1.0):
                if self.broken:
                    break
        if self.broken:
            raise self.broken[0]

    def counts(self) -> dict[str, int]:
        """How often each kind has happened."""
        with self._lock:
            return {kind: sum(each.kind == kind for each in self.happened) for kind in self.kinds}

    def _run(self, name: str, kinds: Mapping[str, Do], chance: random.Random) -> None:
        idle = self._idle[name]
        todo: list[str] = []
        try:
            while not self._stop.is_set():
                if not self._raging.wait(0.1):
                    idle.set()
                    continue
                idle.clear()
                if not todo:
                    todo = chance.sample(sorted(kinds), len(kinds))
                kind = todo.pop()
                began = time.monotonic() - self._began
                target = kinds[kind](chance)
                if target is not None:
                    ended = time.monotonic() - self._began
                    with self._lock:
                        self.happened.append(Happened(kind, target, began, ended))
                time.sleep(chance.uniform(*PAUSE_S))
        except BaseException as exc:  # noqa: BLE001 - the run's own thread raises it
            self.broken.append(exc)
        finally:
            idle.set()


def lanes_of(
    cluster: Cluster, actors: Actors, stores: Mapping[str, OwnService], journal: str
) -> dict[str, dict[str, Do]]:
    """All faults that there are. `journal`: the topic's name."""
    return {
        "workers": _process_faults("worker", actors, actors.workers) | _machine_faults(actors),
        "more workers": {"kill worker": _process_faults("worker", actors, actors.workers)["kill worker"]},
        "readers": _process_faults("reader", actors, actors.others),
        "brokers": _broker_faults(cluster),
        "network": _network_faults(cluster),
        **{name: _store_faults(name, store) for name, store in stores.items()},
        "replicas": {"too few in-sync replicas": lambda chance: _too_few(cluster, journal, chance)},
    }


def _process_faults(what: str, actors: Actors, names: Sequence[str]) -> dict[str, Do]:
    def kill(chance: random.Random) -> str:
        actors.kill(name := chance.choice(names))
        return name

    def restart(chance: random.Random) -> str:
        actors.ask_to_end(name := chance.choice(names))
        return name

    def freeze(chance: random.Random) -> str:
        actors.freeze(name := chance.choice(names), chance.uniform(*FREEZE_S))
        return name

    return {f"kill {what}": kill, f"restart {what}": restart, f"freeze {what}": freeze}


def _machine_faults(actors: Actors) -> dict[str, Do]:
    def clock(chance: random.Random) -> str | None:
        name, moved = chance.choice(actors.workers), chance.choice((-48.0, -1.0, 1.0, 48.0)) * HOUR_S
        noticed = actors.luck(name, Luck(clock_s=moved), "clock", chance.uniform(3.0, 8.0))
        return name if noticed else None

    def disk(chance: random.Random) -> str | None:
        name = chance.choice(actors.workers)
        refused = actors.luck(name, Luck(disk_full=True), "disk", chance.uniform(5.0, 10.0))
        return f"{name}: {refused} snapshots" if refused else None

    return {"clock moved": clock, "disk full": disk}


def _broker_faults(cluster: Cluster) -> dict[str, Do]:
    def kill(index: int, chance: random.Random) -> str:
        broker = cluster.brokers[index]
        broker.kill()
        time.sleep(chance.uniform(*SHORT_S))
        broker.start()
        return f"broker {index + 1}"

    def kill_any(chance: random.Random) -> str:
        return kill(chance.randrange(BROKERS), chance)

    def kill_controller(chance: random.Random) -> str:
        return kill(cluster.controller(), chance)

    def freeze(chance: random.Random) -> str:
        index = chance.randrange(BROKERS)
        cluster.brokers[index].pause()
        try:
            time.sleep(chance.uniform(*FREEZE_S))
        finally:
            cluster.brokers[index].resume()
        return f"broker {index + 1}"

    def restart(chance: random.Random) -> str:
        index = chance.randrange(BROKERS)
        cluster.brokers[index].stop()
        cluster.brokers[index].start()
        return f"broker {index + 1}"

    return {
        "kill broker": kill_any,
        "kill controller": kill_controller,
        "freeze broker": freeze,
        "restart broker": restart,
    }


def _network_faults(cluster: Cluster) -> dict[str, Do]:
    def weather(kind: Weather) -> Do:
        def make(chance: random.Random) -> str | None:
            hit = sorted(chance.sample(range(BROKERS), chance.choice((1, 1, BROKERS))))
            met = sum(cluster.proxy.set(each, kind) for each in hit)
            time.sleep(chance.uniform(*SHORT_S))
            for each in hit:
                cluster.proxy.set(each, Weather.FAIR)
            return f"{met} connections of brokers {', '.join(str(each + 1) for each in hit)}" if met else None

        return make

    return {f"network: {kind.value}": weather(kind) for kind in Weather if kind is not Weather.FAIR}


def _store_faults(name: str, store: OwnService) -> dict[str, Do]:
    def kill(chance: random.Random) -> str:
        store.kill()
        time.sleep(chance.uniform(*SHORT_S))
        store.start()
        return name

    def freeze(chance: random.Random) -> str:
        store.pause()
        try:
            time.sleep(chance.uniform(*FREEZE_S))
        finally:
            store.resume()
        return name

    def restart(_: random.Random) -> str:
        store.stop()
        store.start()
        return name

    return {f"kill {name}": kill, f"freeze {name}": freeze, f"restart {name}": restart}


def _too_few(cluster: Cluster, journal: str, chance: random.Random) -> str:
    """The journal wants one copy more than there are: nothing can be committed."""
    _min_isr(cluster, journal, BROKERS + 1)
    time.sleep(chance.uniform(*SHORT_S))
    _min_isr(cluster, journal, ENOUGH)
    time.sleep(chance.uniform(*SHORT_S))
    return journal


def _min_isr(cluster: Cluster, topic: str, wanted: int) -> None:
    entry = ConfigEntry("min.insync.replicas", str(wanted), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    deadline = time.monotonic() + ASK_S
    while True:
        # A client that once waits for a controller may go on to wait for that one.
        admin = AdminClient({"bootstrap.servers": cluster.direct, "log_level": "0"})
        try:
            admin.incremental_alter_configs([resource], request_timeout=5.0)[resource].result()
        except Exception as exc:  # the controller may be the broker that is down
            if time.monotonic() > deadline:
                raise NotHappened(f"min.insync.replicas stays: {exc}") from exc
            time.sleep(0.2)
        else:
            return
