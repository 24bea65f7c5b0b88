"""A model cluster with its network, and what a process is given of it: clients, the passing of time, a watchdog."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from streams.runtime.watchdog import Watchdog
from tests.simulation.broker import Cluster, Place, Rates
from tests.simulation.network import Network
from tests.simulation.world import Bell, Process, S, World

if TYPE_CHECKING:
    from tests.simulation.producer import ModelProducer

# Of a model's watchdog: how often it looks, as a part of its limit.
LOOKS = 20


def unix_epoch(node: int) -> int:
    """A clock that stands still."""
    return 1_623_000_000_000


class Kafka:
    """The cluster and the way to it."""

    def __init__(
        self, world: World, nodes: int = 1, rates: Rates | None = None, wall: Callable[[int], int] = unix_epoch
    ) -> None:
        """Without topics."""
        self.world = world
        self.wall = wall
        self.cluster = Cluster(world, nodes, rates or Rates(), wall)
        self.network = Network(world, self.cluster)
        # Asked at each record that is produced: a process may be stopped there.
        self.at_produce: Callable[[Process], None] = lambda process: None

    def append_time(self, place: Place, time: int) -> int:
        """The time that a record gets in its log."""
        log = self.cluster.log(place)
        return self.wall(log.leader) if log.append_time else time


class ModelWatchdog(Watchdog):
    """Judges by virtual time, and says what it finds instead of ending this process."""

    def __init__(self, world: World, process: Process, limit_s: float, stuck: Callable[[], None]) -> None:
        super().__init__(limit_s, lambda: world.now / S)
        self._world, self._process, self._said = world, process, stuck

    def watch(self) -> None:
        """Look now and then."""
        self._world.after(int(self.limit_s / LOOKS * S), self._process.soon, self._look)

    def _look(self) -> None:
        if self._closed.is_set():
            return
        if self.stuck:
            self._said()
        else:
            self.watch()


class ModelMachine:
    """Implements `streams.runtime.outside.Outside` for one process."""

    def __init__(self, kafka: Kafka, process: Process, stuck: Callable[[], None]) -> None:
        """`stuck`: what happens when the watchdog finds it so."""
        self._kafka, self._process, self._stuck = kafka, process, stuck
        self._nobody = Bell()
        self._producers: list[ModelProducer] = []

    def consumer(self, properties: dict[str, Any]) -> Consumer:
        """A model's."""
        from tests.simulation.consumer import ModelConsumer  # noqa: PLC0415  it needs this module

        return cast("Consumer", ModelConsumer(self._kafka, self._process, properties))

    def producer(self, properties: dict[str, Any]) -> Producer:
        """A model's; the one before it was thrown away."""
        from tests.simulation.producer import ModelProducer  # noqa: PLC0415  it needs this module

        for each in self._producers:
            each.close()
        self._producers = [ModelProducer(self._kafka, self._process, properties)]
        return cast("Producer", self._producers[0])

    def admin(self, properties: dict[str, Any]) -> AdminClient:
        """A model's."""
        from tests.simulation.admin import ModelAdmin  # noqa: PLC0415  it needs this module

        return cast("AdminClient", ModelAdmin(self._kafka, self._process))

    def watchdog(self, limit_s: float) -> Watchdog:
        """A model's."""
        watchdog = ModelWatchdog(self._kafka.world, self._process, limit_s, self._stuck)
        watchdog.watch()
        return watchdog

    def monotonic(self) -> float:
        """Virtual seconds."""
        return self._kafka.world.now / S

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        self._kafka.world.wait(self._nobody, int(seconds * S))
