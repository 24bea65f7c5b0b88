"""What the stack asks of a service that it can run as a child process. Never says which services there are."""

from collections.abc import Mapping
from pathlib import Path
from signal import Signals
from typing import Protocol

from infra.stack.process import Child


class Service(Protocol):
    """One service of one folder."""

    name: str
    ports: tuple[str, ...]  # names of the ports that it needs
    stop_signal: Signals
    stop_seconds: float
    log: Path

    def start(self, ports: Mapping[str, int]) -> Child:
        """Prepare its data if there are none and start it. Ready when `healthy` says so. Raises: StackError."""

    def address(self, ports: Mapping[str, int]) -> str:
        """The address that clients use."""

    def healthy(self, address: str) -> bool:
        """Whether the service at the address, this one or another, says that it works."""
