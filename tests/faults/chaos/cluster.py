"""Three Kafka brokers as local processes, each broker and controller at once, behind a proxy for their clients.

Clients are led through the proxy by what the brokers advertise; brokers among each other go past it, and so do checks.
"""

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from infra.stack import ports as picking
from infra.stack.kafka import Kafka
from infra.stack.own import OwnService
from infra.stack.ports import HOST
from tests.faults.chaos.proxy import Proxy

BROKERS: Final = 3
ENOUGH: Final = 2
# On a busy machine a broker may be late with its heartbeats without being gone.
SESSION_MS: Final = 6_000


class Node(Kafka):
    """One broker of several. Its ports: `kafka` behind the proxy, `direct` for the others and for checks."""

    ports: tuple[str, ...] = ("kafka", "controller", "direct")

    def __init__(self, folder: Path, cache: Path, node: int, cluster: str, voters: str, advertised: int) -> None:
        """`advertised`: the proxy's port; `voters`: all controllers as Kafka names them."""
        super().__init__(folder, cache)
        self._node, self._cluster, self._voters, self._advertised = node, cluster, voters, advertised

    def cluster(self) -> list[str]:
        """Of one cluster with the others."""
        return ["-t", self._cluster]

    def properties(self, ports: Mapping[str, int]) -> dict[str, str]:
        """As one of ours, but everything is kept three times, and two must have it."""
        found = super().properties(ports)
        del found["controller.quorum.bootstrap.servers"]
        copies = dict.fromkeys((name for name in found if name.endswith("replication.factor")), str(BROKERS))
        enough = dict.fromkeys((name for name in found if name.endswith(("min.isr", "insync.replicas"))), str(ENOUGH))
        own = f"DIRECT://{HOST}:{ports['direct']}"
        control = f"CONTROLLER://{HOST}:{ports['controller']}"
        return (
            found
            | copies
            | enough
            | {
                "node.id": str(self._node),
                "listeners": f"CLIENT://{HOST}:{ports['kafka']},{own},{control}",
                "advertised.listeners": f"CLIENT://{HOST}:{self._advertised},{own},{control}",
                "listener.security.protocol.map": "CLIENT:PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name": "DIRECT",
                "controller.quorum.voters": self._voters,
                "broker.session.timeout.ms": str(SESSION_MS),
                "controlled.shutdown.enable": "true",
            }
        )

    def address(self, ports: Mapping[str, int]) -> str:
        """Past the proxy: it is asked whether this broker works."""
        return f"{HOST}:{ports['direct']}"


class ClusterBroker(OwnService):
    """One broker of the cluster, with ports that its neighbours know beforehand."""

    def __init__(self, node: Node, ports: dict[str, int], folder: Path) -> None:
        super().__init__(node)
        self._ports = ports
        self.quorum = folder / "broker" / "__cluster_metadata-0" / "quorum-state"
        self.running = False

    def start(self, *, wait: bool = True) -> None:
        """As any service of one's own."""
        super().start(wait=wait)
        self.running = True

    def kill(self) -> None:
        """SIGKILL. Repeatable."""
        self.running = False
        super().kill()

    def stop(self) -> None:
        """In order: its partitions are led by others before it ends. Repeatable."""
        self.running = False
        super().stop()


class Cluster:
    """The brokers and their proxy. A context manager: nothing of it stays."""

    def __init__(self, folder: Path, cache: Path) -> None:
        """Pick ports; start nothing."""
        taken: set[int] = set()

        def pick() -> int:
            taken.add(port := picking.pick(taken=frozenset(taken)))
            return port

        ports = [{name: pick() for name in Node.ports} for _ in range(BROKERS)]
        fronts = [pick() for _ in range(BROKERS)]
        voters = ",".join(f"{node}@{HOST}:{each['controller']}" for node, each in enumerate(ports, 1))
        cluster = f"oryn-{os.urandom(8).hex()}"[:22]
        self.brokers = [
            ClusterBroker(Node(home, cache, node, cluster, voters, front), each, home)
            for node, (each, front) in enumerate(zip(ports, fronts, strict=True), 1)
            for home in [folder / f"broker-{node}"]
        ]
        self.proxy = Proxy({front: each["kafka"] for front, each in zip(fronts, ports, strict=True)})
        self.bootstrap = ",".join(f"{HOST}:{front}" for front in fronts)
        self.direct = ",".join(f"{HOST}:{each['direct']}" for each in ports)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.proxy)
            for broker in self.brokers:
                stack.enter_context(broker)
                broker.start(wait=False)
            for broker in self.brokers:
                broker.wait_ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def controller(self) -> int:
        """The broker (from 0) that is the active controller, as the brokers last wrote it down.

        Not what clients are told: since KRaft that is any broker.
        """
        found = [json.loads(path.read_bytes()) for each in self.brokers if (path := each.quorum).exists()]
        latest = max(found, key=lambda state: int(state["leaderEpoch"]))
        return int(latest["leaderId"]) - 1
