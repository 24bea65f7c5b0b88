"""The figures of a group of processes, for Prometheus: who runs, who works, how often each was started again.

Labels are names of processes and their kinds: a closed set, given at the start. Only looks.
"""

from collections.abc import Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from infra.live.children import State
from infra.live.supervisor import Supervisor

LABELS = ("child", "child_kind")


class GroupFigures(Collector):
    """A registry's view of one supervisor."""

    def __init__(self, supervisor: Supervisor) -> None:
        """Ask nothing yet."""
        self._supervisor = supervisor

    def describe(self) -> Iterator[Metric]:
        """The names, without asking."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """As it is now. From any thread."""
        running = GaugeMetricFamily("oryn_group_process_running", "1 while the process runs", labels=LABELS)
        failed = GaugeMetricFamily(
            "oryn_group_process_failed", "1 once it ended in a way that a new start can't cure", labels=LABELS
        )
        ready = GaugeMetricFamily("oryn_group_process_ready", "1 while it does all its work", labels=LABELS)
        restarts = CounterMetricFamily("oryn_group_process_restarts", "Times that it was started again", labels=LABELS)
        for child in self._supervisor.children:
            labels = (child.spec.name, child.spec.kind)
            running.add_metric(labels, float(child.state is State.RUNNING))
            failed.add_metric(labels, float(child.state is State.FAILED))
            ready.add_metric(labels, float(child.spec.name in self._supervisor.ready))
            restarts.add_metric(labels, float(child.restarts))
        yield from (running, failed, ready, restarts)


def group_reasons(supervisor: Supervisor) -> Mapping[str, str]:
    """Which processes of a group don't work, and how they stand; empty when all do."""
    return {
        child.spec.name: "not ready" if child.state is State.RUNNING else child.state.value
        for child in supervisor.children
        if child.spec.name not in supervisor.ready
    }
