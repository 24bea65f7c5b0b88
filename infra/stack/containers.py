"""The services as containers, for those who ask for them. Never touches a container that is not its own.

Images are pinned to the versions of the child processes where these are published. Ports listen on this machine only;
data live in volumes named after the stack's folder.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.stack.errors import StackError
from infra.stack.kafka import BROKER_PROPERTIES
from infra.stack.ports import HOST

try:
    import docker  # type: ignore[import-untyped]  # has no types of its own
    from docker.errors import APIError, DockerException, NotFound  # type: ignore[import-untyped]
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.container import DockerContainer
except ModuleNotFoundError as missing:
    raise StackError(
        f"containers need the package {missing.name}; install it with: pip install testcontainers"
    ) from missing

STOP_SECONDS = 30
KAFKA_PORT, CONTROLLER_PORT = 9092, 9093


@dataclass(frozen=True, slots=True)
class Image:
    """One service: its image, the port it listens on, where its data are, its environment and command."""

    image: str
    port: int
    data: str
    environment: Mapping[str, str]
    command: str = ""


def _kafka(port: int) -> Image:
    own = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "listeners": f"PLAINTEXT://:{KAFKA_PORT},CONTROLLER://:{CONTROLLER_PORT}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": f"1@localhost:{CONTROLLER_PORT}",
        "log.dirs": "/var/lib/kafka/data",
    }
    environment = {
        f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in (BROKER_PROPERTIES | own).items()
    }
    return Image("apache/kafka:4.1.1", KAFKA_PORT, "/var/lib/kafka/data", environment)


def image_of(name: str, port: int) -> Image:
    """How the service runs as a container whose clients reach it at `port` of this machine."""
    if name == "kafka":
        return _kafka(port)
    if name == "postgres":
        environment = {"POSTGRES_USER": "oryn", "POSTGRES_DB": "postgres", "POSTGRES_HOST_AUTH_METHOD": "trust"}
        return Image("postgres:18", 5432, "/var/lib/postgresql", environment)
    assert name == "redis", name
    return Image("redis:7.4", 6379, "/data", {}, "redis-server --appendonly yes --appendfsync everysec --save ''")


class Containers:
    """The containers of one stack's folder."""

    def __init__(self, folder: Path, *, owned: bool) -> None:
        """Owned ones are removed when this process ends (by testcontainers' reaper). Raises: StackError: no engine."""
        self._stem = f"oryn-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
        testcontainers_config.ryuk_disabled = not owned
        try:
            self._engine: Any = docker.from_env()
            self._engine.ping()
        except DockerException as exc:
            raise StackError(f"no container engine answers: {exc}") from exc

    def start(self, name: str, port: int) -> str:
        """Start the service on its former data. Returns: the container's name. Raises: StackError."""
        image, container_name = image_of(name, port), f"{self._stem}-{name}"
        self.stop(container_name)
        container = DockerContainer(image.image).with_name(container_name)
        # Its own method would publish the port to the network.
        container.ports[f"{image.port}/tcp"] = (HOST, port)  # type: ignore[assignment]
        container = container.with_volume_mapping(f"{container_name}-data", image.data, "rw")
        for variable, value in image.environment.items():
            container = container.with_env(variable, value)
        if image.command:
            container = container.with_command(image.command)
        try:
            container.start()
        except (APIError, DockerException) as exc:
            raise StackError(f"{name}: the container engine refused: {exc}") from exc
        return container_name

    def runs(self, container: str) -> bool:
        """Whether the container is there and runs."""
        try:
            return bool(self._engine.containers.get(container).status == "running")
        except NotFound:
            return False

    def stop(self, container: str) -> None:
        """Stop and remove the container; its volume stays. Repeatable."""
        try:
            found = self._engine.containers.get(container)
            found.stop(timeout=STOP_SECONDS)
            found.remove(force=True)
        except NotFound:
            return

    def wipe(self, name: str) -> None:
        """Remove a service's volume. Repeatable. State: its container is removed."""
        try:
            self._engine.volumes.get(f"{self._stem}-{name}-data").remove()
        except NotFound:
            return

    def tail(self, container: str, lines: int) -> list[str]:
        """The last lines that the container wrote."""
        try:
            text: bytes = self._engine.containers.get(container).logs(tail=lines)
        except NotFound:
            return []
        return text.decode("utf-8", "replace").splitlines()
