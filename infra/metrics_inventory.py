"""Every figure that a process of Oryn exports: from the very registries that the processes fill, never from a list.

Owns which classes of figures each kind of process has. docs/metrics.md, alert rules and dashboards are held against it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.process_collector import ProcessCollector

from consumers.dashboard.figures import Figures as DashboardFigures
from consumers.notification_gateway.figures import GatewayFigures
from consumers.reading.figures import Figures as ReaderFigures
from infra.health import ProcessFigures
from infra.live.children import Spec
from infra.live.group_figures import GroupFigures
from infra.live.supervisor import Supervisor
from streams.monitoring.figures import MonitoringFigures
from streams.runtime.metrics import Metrics

EVERY: Final = "every process"


@dataclass(frozen=True, slots=True)
class Described:
    """A figure. `kind`: counter, gauge or histogram; `names`: of its series, as they stand in a query."""

    name: str
    kind: str
    about: str
    labels: tuple[str, ...]
    of: str

    @property
    def names(self) -> tuple[str, ...]:
        """What a query may ask for."""
        if self.kind == "counter":
            return (self.name,)
        if self.kind == "histogram":
            return (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")
        return (self.name,)


def _group(registry: CollectorRegistry) -> None:
    here = Path()
    registry.register(GroupFigures(Supervisor([Spec("one", "worker", (), here)], here, here, lambda _: None)))


def _process(registry: CollectorRegistry) -> None:
    registry.register(ProcessFigures(lambda: None, dict, Path()))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)


# What fills a registry, by who has it.
FILLED: Final[Mapping[str, Callable[[CollectorRegistry], object]]] = {
    EVERY: _process,
    "worker": lambda registry: Metrics(registry, "allocation"),
    "fan-out": lambda registry: Metrics(registry, "fan_out"),
    "reader": ReaderFigures,
    "reader gateway": GatewayFigures,
    "monitor": MonitoringFigures,
    "dashboard": DashboardFigures,
    "group": _group,
}


def inventory() -> list[Described]:
    """All figures, by name. Asks no process; the clock and the disk of this one answer for every process's."""
    return sorted((each for of, fill in FILLED.items() for each in _of(of, fill)), key=lambda each: each.name)


def _of(of: str, fill: Callable[[CollectorRegistry], object]) -> Iterator[Described]:
    registry = CollectorRegistry()
    owner = fill(registry)
    # The library tells labels only with samples, and a figure with labels has none before the first.
    labelled = (
        {each._name: each._labelnames for each in vars(owner).values() if isinstance(each, MetricWrapperBase)}
        if owner is not None
        else {}
    )
    for metric in registry.collect():
        labels = labelled.get(metric.name) or _seen(metric.samples)
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        yield Described(name, metric.type, metric.documentation, tuple(labels), of)


def _seen(samples: list) -> tuple[str, ...]:  # type: ignore[type-arg]
    return tuple(dict.fromkeys(label for sample in samples for label in sample.labels if label != "le"))
