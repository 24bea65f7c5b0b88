"""The stack of a data directory: starts what is missing, reuses what runs, stops what is its own.

Owns the order of things: one command at a time, all services or none, nothing left behind by a start that did not
finish. Never touches a service whose address was given from outside, nor a process that it cannot recognise.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.stack import ports as port_picker
from infra.stack import state as memory
from infra.stack.errors import StackError
from infra.stack.kafka import Kafka
from infra.stack.places import jar_directory
from infra.stack.postgres import Postgres
from infra.stack.process import Child
from infra.stack.redis import Redis
from infra.stack.service import Service
from infra.stack.state import CONTAINER, PROCESS, Endpoints, Running, State

if TYPE_CHECKING:
    from infra.stack.containers import Containers

SERVICES = ("kafka", "postgres", "redis")
GIVEN, STOPPED = "given", "stopped"
START_ATTEMPTS_MAX = 3
READY_SECONDS = 120.0
GIVEN_SECONDS = 5.0
POLL_SECONDS = 0.05
RETRY_PAUSE_SECONDS = 1.0
Progress = Callable[[int, int], None]  # bytes of the jars that are there, bytes of all


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """How a service is: `how` is process, container, given (its address came from outside) or stopped."""

    name: str
    how: str
    address: str
    pid: int | None
    uptime_seconds: int | None
    healthy: bool


class LocalStack:
    """The services of one data directory. Commands of several processes at once are done one after the other."""

    def __init__(
        self,
        data: Path,
        jars: Path | None = None,
        *,
        given: Mapping[str, str] | None = None,
        kafka_client: Mapping[str, str] | None = None,
        containers: bool = False,
        owned: bool = False,
        progress: Progress = lambda done, of: None,
    ) -> None:
        """Nothing is started yet.

        `jars` is the cache of Kafka's jars (by default the user's). `given` names addresses of services that others
        run, `kafka_client` what a client of that Kafka needs beside it (TLS, SASL). `containers` asks for containers
        instead of child processes. With `owned` everything that is started dies with this process, otherwise it
        outlives it.
        """
        self.folder = memory.stack_folder(data)
        self._given = {name: address for name, address in (given or {}).items() if address}
        self._owned, self._as_containers = owned, containers
        self._children: dict[str, Child] = {}
        self._engine: Containers | None = None
        self.services: dict[str, Service] = {
            "kafka": Kafka(self.folder / "kafka", jars or jar_directory(os.environ), progress, kafka_client),
            "postgres": Postgres(self.folder / "postgres"),
            "redis": Redis(self.folder / "redis"),
        }

    def up(self, names: Iterable[str] = SERVICES) -> Endpoints:
        """Have the services running and answering; what runs is reused. Repeatable.

        Raises: StackError when one cannot be had; then everything that this call started is stopped again.
        """
        wanted = _known(names)
        with memory.locked(self.folder):
            state = memory.load(self.folder)
            started: dict[str, Child] = {}
            begun: list[str] = []
            try:
                for name in wanted:
                    if name not in self._given and not self._runs(state, name):
                        begun.append(name)
                        self._start(name, state, started)
                for name in wanted:
                    self._wait(name, state, started)
                memory.save(self.folder, state)
            except BaseException:
                self._undo(begun, state, started)
                raise
            if self._owned:
                self._children |= started
            else:
                for child in started.values():
                    child.release()
            return self._endpoints(state)

    def release(self) -> None:
        """Let what this object started with `owned` outlive this process. Repeatable."""
        for child in self._children.values():
            child.release()
        self._children.clear()

    def down(self, names: Iterable[str] = SERVICES) -> dict[str, bool]:
        """Stop the services that the stack started. Repeatable.

        Returns: what ran, and whether it ended by itself in time (else it was killed). Raises: StackError.
        """
        wanted = _known(names)
        with memory.locked(self.folder):
            return self._down(wanted)

    def wipe(self) -> None:
        """Stop everything and delete all data of the stack; other folders of the data directory stay. Repeatable."""
        with memory.locked(self.folder):
            used_containers = any(each.how == CONTAINER for each in memory.load(self.folder).services.values())
            self._down(SERVICES)
            for name in SERVICES:
                if (self.folder / name).exists():
                    shutil.rmtree(self.folder / name)
                if used_containers or self._as_containers:
                    self._containers().wipe(name)
            (self.folder / memory.FILE).unlink(missing_ok=True)

    def status(self) -> list[ServiceStatus]:
        """How each service is, asked of itself. Starts nothing and waits for no other command."""
        state = memory.load(self.folder)
        with ThreadPoolExecutor(len(SERVICES)) as pool:
            return list(pool.map(lambda name: self._status(state, name), SERVICES))

    def running(self) -> Endpoints:
        """Where the services are that run, without asking them."""
        return self._endpoints(memory.load(self.folder))

    def container(self, name: str) -> str:
        """The name of the service's container; empty when it is none."""
        each = memory.load(self.folder).services.get(name)
        return each.container if each is not None else ""

    def container_log(self, name: str, lines: int) -> list[str]:
        """The last lines of a service that is a container."""
        return self._containers().tail(self.container(name), lines)

    def _endpoints(self, state: State) -> Endpoints:
        addresses = {name: each.address for name, each in state.services.items() if self._runs(state, name)}
        return Endpoints(**(addresses | self._given))

    def _runs(self, state: State, name: str) -> bool:
        each = state.services.get(name)
        if each is None:
            return False
        if each.how == CONTAINER:
            return self._containers().runs(each.container)
        return each.identity.process() is not None

    def _start(self, name: str, state: State, started: dict[str, Child]) -> None:
        """Start it without waiting, on its former ports if they are free."""
        service = self.services[name]
        for port in service.ports:
            others = frozenset(number for other, number in state.ports.items() if other != port)
            state.ports[port] = port_picker.pick(state.ports.get(port), others)
        address = service.address(state.ports)
        if self._as_containers:
            container = self._containers().start(name, state.ports[name])
            state.services[name] = Running(CONTAINER, address, time.time(), container=container)
            return
        child = service.start(state.ports)
        started[name] = child
        state.services[name] = Running(PROCESS, address, child.identity.started, pid=child.identity.pid)

    def _wait(self, name: str, state: State, started: dict[str, Child]) -> None:
        """Until the service answers. One of ours that ends is started again, elsewhere if its port was taken."""
        service = self.services[name]
        if name in self._given:
            self._wait_given(name)
            return
        deadline, attempts = time.monotonic() + READY_SECONDS, 1
        while not service.healthy(state.services[name].address):
            if name in started and (code := started[name].exit_code()) is not None:
                if attempts == START_ATTEMPTS_MAX:
                    raise StackError(f"{name} ended with exit code {code} as it started; see {service.log}")
                attempts += 1
                started.pop(name).kill()
                time.sleep(RETRY_PAUSE_SECONDS)  # a former one that was killed may still hold its files
                self._start(name, state, started)
            if time.monotonic() > deadline:
                hint = "" if name in started else "; it was running before: try `oryn stack down` first"
                raise StackError(f"{name} does not answer within {READY_SECONDS:.0f} s; see {service.log}{hint}")
            time.sleep(POLL_SECONDS)

    def _wait_given(self, name: str) -> None:
        deadline = time.monotonic() + GIVEN_SECONDS
        while not self.services[name].healthy(self._given[name]):
            if time.monotonic() > deadline:
                raise StackError(f"{name}: no answer at the address that was given for it within {GIVEN_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)

    def _undo(self, begun: list[str], state: State, started: dict[str, Child]) -> None:
        for name in begun:
            if name in started:
                started[name].stop(self.services[name].stop_seconds, self.services[name].stop_signal)
            elif name in state.services and state.services[name].how == CONTAINER:
                self._containers().stop(state.services[name].container)

    def _down(self, wanted: Iterable[str]) -> dict[str, bool]:
        state = memory.load(self.folder)
        names = [name for name in wanted if self._runs(state, name)]
        if names:
            with ThreadPoolExecutor(len(names)) as pool:
                ended = dict(zip(names, pool.map(lambda name: self._stop(state, name), names), strict=True))
        else:
            ended = {}
        for name in wanted:
            state.services.pop(name, None)
        memory.save(self.folder, state)
        return ended

    def _stop(self, state: State, name: str) -> bool:
        service, each = self.services[name], state.services[name]
        if each.how == CONTAINER:
            self._containers().stop(each.container)
            return True
        child = self._children.pop(name, None)
        if child is not None and child.identity == each.identity:
            return child.stop(service.stop_seconds, service.stop_signal)
        return each.identity.stop(service.stop_seconds, service.stop_signal)

    def _status(self, state: State, name: str) -> ServiceStatus:
        service = self.services[name]
        if name in self._given:
            address = self._given[name]
            return ServiceStatus(name, GIVEN, address, None, None, service.healthy(address))
        if not self._runs(state, name):
            return ServiceStatus(name, STOPPED, "", None, None, healthy=False)
        each = state.services[name]
        uptime = max(0, int(time.time() - each.started))
        return ServiceStatus(name, each.how, each.address, each.pid or None, uptime, service.healthy(each.address))

    def _containers(self) -> "Containers":
        """The container engine. Its client is loaded only when somebody asked for containers."""
        if self._engine is None:
            from infra.stack.containers import Containers  # noqa: PLC0415

            self._engine = Containers(self.folder, owned=self._owned)
        return self._engine


def _known(names: Iterable[str]) -> list[str]:
    """The names in the order of SERVICES. Raises: StackError for one that is none."""
    asked = set(names)
    if unknown := asked - set(SERVICES):
        raise StackError(f"no such service: {', '.join(sorted(unknown))}; there are {', '.join(SERVICES)}")
    return [name for name in SERVICES if name in asked]
