"""How the processes of a group are, as they say themselves: the group's status file and each one's /metrics.

Looks from a thread of its own, so that a slow answer holds up nobody. Only looks.
"""

import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from types import TracebackType

from infra.live.supervisor import read_status

LOOK_EVERY_S = 1.0
TIMEOUT_S = 2.0
_LAGS = (
    "oryn_allocation_lag_records{",
    "oryn_fan_out_lag_records{",
    "oryn_reader_lag_records{",
    "oryn_monitoring_lag_records{",
    "oryn_gateway_pending_messages ",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One process. `essential`: it decides or tells, and is no reader. `lag`: records that it has not done yet (of the
    gateway, and messages that it has not delivered); none if it does not say."""

    name: str
    essential: bool
    state: str
    ready: bool
    restarts: int
    log: str
    lag: int | None


class Watch:
    """A context manager; `processes` is what was seen last."""

    def __init__(self, status: Path) -> None:
        """`status`: the group's file."""
        self.processes: tuple[Seen, ...] = ()
        self._status = status
        # Names of readers, and since when they have been at the end.
        self._idle: dict[str, float] = {}
        self._stop = Flag()
        self._thread = Thread(target=self._look_on, name="watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(2 * TIMEOUT_S)

    @property
    def lag(self) -> int | None:
        """Of all that decide and tell, as far as they say it."""
        said = [each.lag for each in self.processes if each.essential and each.lag is not None]
        return sum(said) if said else None

    @property
    def readers(self) -> dict[str, int | None]:
        """The lag of each reader."""
        return {each.name: each.lag for each in self.processes if not each.essential}

    def idle_s(self, name: str) -> float:
        """For how long a reader has been at the end; 0 while it is not."""
        since = self._idle.get(name)
        return 0.0 if since is None else time.monotonic() - since

    def _look_on(self) -> None:
        while True:
            status = read_status(self._status)
            if status is not None:
                self.processes = tuple(_seen(child) for child in status["children"])
                now = time.monotonic()
                self._idle = {each.name: self._idle.get(each.name, now) for each in self.processes if each.lag == 0}
            if self._stop.wait(LOOK_EVERY_S):
                return


def _seen(child: Mapping[str, object]) -> Seen:
    url = child.get("url")
    return Seen(
        str(child["name"]),
        bool(child["essential"]),
        str(child["state"]),
        bool(child["ready"]),
        int(str(child["restarts"])),
        str(child["log"]),
        lag_of(url) if isinstance(url, str) and child["state"] == "running" else None,
    )


def lag_of(url: str) -> int | None:
    """What a process has not done yet, by its health server's /metrics; none if it does not answer."""
    try:
        with urllib.request.urlopen(f"{url}/metrics", timeout=TIMEOUT_S) as answer:  # noqa: S310 - our own note
            lines = answer.read().decode().splitlines()
    except OSError:
        return None
    return round(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(_LAGS)))
