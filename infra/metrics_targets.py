"""Which processes of this machine Prometheus should ask: from the notes that they leave, as a file for it (file_sd).

Owns the labels of a target. Only looks: never asks a process, never removes a note. A process that was killed leaves
its note, so that Prometheus sees it down until it is started again; one that ended by itself is gone from the list, and
the figures of its group say how it ended.
"""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from infra.health import READER_GROUP, SUPERVISOR_GROUP, notes
from infra.output import written
from infra.settings import Settings

MONITOR_GROUP = "oryn-monitor"
DASHBOARD_GROUP = "oryn-dashboard"
# An empty label is no label to Prometheus, and nothing to choose in Grafana.
NO_PREFIX = "none"
OTHER = "other"
# Addresses under which nobody else finds a process.
UNSPOKEN_HOSTS = frozenset({"0.0.0.0", "::", "127.0.0.1", "::1"})  # noqa: S104 - compared, never listened on


@dataclass(frozen=True, slots=True)
class Target:
    """One process. `role`: worker, fan-out, reader, monitor, dashboard, group (who watches over the others), other."""

    address: str
    prefix: str
    role: str
    process: str
    machine: str

    @property
    def labels(self) -> dict[str, str]:
        """As Prometheus keeps them; `instance` is the same after a restart under another port."""
        return {
            "prefix": self.prefix or NO_PREFIX,
            "role": self.role,
            "process": self.process,
            "machine": self.machine,
            "instance": f"{self.process}@{self.machine}",
        }


def roles(settings: Settings) -> Mapping[str, str]:
    """The role of the processes that each group's notes tell of."""
    return {
        settings.worker.allocation_group: "worker",
        settings.worker.fan_out_group: "fan-out",
        READER_GROUP: "reader",
        MONITOR_GROUP: "monitor",
        DASHBOARD_GROUP: "dashboard",
        SUPERVISOR_GROUP: "group",
    }


def targets(
    settings: Settings, *, prefix: str | None = None, host: str | None = None, machine: str | None = None
) -> list[Target]:
    """Those of all environments that share the data folder, or of one, by name.

    `host`: what stands in place of addresses that only this machine understands; `machine`: what it is called.
    """
    found = []
    for name, note in notes(settings.data).items():
        before, role, process = _parsed(name, roles(settings))
        if prefix is None or before == prefix:
            address = _address(note["url"], host)
            found.append(Target(address, before, role, process, machine or socket.gethostname()))
    return sorted(found, key=lambda each: (each.prefix, each.role, each.process))


def write(found: list[Target], path: Path | None) -> None:
    """As one JSON document, whole or not at all. Raises: OrynError."""
    groups = [{"targets": [each.address], "labels": each.labels} for each in found]
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    with written(path) as stream:
        stream.write(json.dumps(groups, indent=1).encode() + b"\n")


def _parsed(name: str, known: Mapping[str, str]) -> tuple[str, str, str]:
    """A note's name: environment, role, process."""
    for group, role in known.items():
        before, found, process = name.rpartition(f"{group}-")
        if found and process:
            return before, role, process
    return "", OTHER, name


def _address(url: str, host: str | None) -> str:
    parts = urlsplit(url)
    here = parts.hostname or ""
    if host is None or here not in UNSPOKEN_HOSTS:
        return parts.netloc
    return f"{f'[{host}]' if ':' in host else host}:{parts.port}"
