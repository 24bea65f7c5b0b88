"""`oryn run`: all processes of one machine as one supervised group. Owns the options and what the group consists of."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from prometheus_client import CollectorRegistry

from infra.health import SUPERVISOR_GROUP, HealthServer, note_path
from infra.live.children import Spec
from infra.live.group_figures import GroupFigures, group_reasons
from infra.live.supervisor import Supervisor
from infra.processors import stopped_by_signals
from infra.readers.running import READERS, unmet
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_layers import load_settings
from infra.settings_options import ClockOption, KafkaOption, PrefixOption, SettingsOption
from infra.settings_services import kafka_admin, kafka_client
from infra.topics import Action, carry_out, plan_topics
from schemas.errors import OrynError

WORKERS_MAX = 64


def command(  # noqa: PLR0913, PLR0917  # each option is one
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, max=WORKERS_MAX, help="Allocation workers.")] = 1,
    fan_outs: Annotated[int, typer.Option("--fan-outs", min=1, max=WORKERS_MAX, help="Fan-out processes.")] = 1,
    monitors: Annotated[int, typer.Option("--monitors", min=0, max=WORKERS_MAX, help="Monitoring processes.")] = 1,
    partitions: Annotated[
        int | None, typer.Option("--partitions", min=1, help="Of inputs and journal, when they are made here.")
    ] = None,
    readers: Annotated[
        str | None,
        typer.Option("--readers", metavar="NAMES", help=f"Of {', '.join(READERS)}, with commas; all; none."),
    ] = None,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    clock: ClockOption = None,
) -> int:
    """Run what one machine needs: workers, monitoring, readers, dashboard, watched over and started again.

    Missing topics are made first; topics that differ from what is declared are an error. Each process has a log in
    DATA/logs, and DATA/run says how they are. A process that fails is started again, later and later; one that a
    restart cannot help stays down, and when no worker or no fan-out is left the group ends with its exit code; a
    reader, a monitor or the dashboard that is down stops nobody. SIGTERM or Ctrl-C ends all of them in order; if this
    process is killed, they end as well.

    Without --readers each reader runs whose store is known (a setting, or the local stack); which ones don't is said.
    The dashboard runs where its port is set (dashboard.port).
    """
    options = {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix, "worker.clock": clock}
    found = load_settings(settings, options).settings
    _topics(found, partitions)
    specs = group(found, settings, workers, fan_outs, _chosen(readers, found), monitors=monitors)

    def health(group: Supervisor) -> HealthServer:
        """Says how the group is, also about processes that are down and can't say it themselves."""
        registry = CollectorRegistry()
        registry.register(GroupFigures(group))
        note = note_path(found.data, found.group(SUPERVISOR_GROUP), "group")
        host = found.worker.health_host
        return HealthServer(registry, lambda: None, lambda: group_reasons(group), host=host, note=note)

    supervisor = Supervisor(specs, found.data / "run", found.data, _tell, found.kafka.topic_prefix, health)
    with stopped_by_signals() as stop:
        return supervisor.run(stop)


def group(
    settings: Settings, file: Path | None, workers: int, fan_outs: int, readers: Sequence[str], *, monitors: int = 0
) -> list[Spec]:
    """The processes of a group. Raises: OrynError where no Kafka is known."""
    dashboards = ["dashboard"] if settings.dashboard.port is not None else []
    passed = ["--kafka", kafka_client(settings)["bootstrap.servers"], "--prefix", settings.kafka.topic_prefix]
    if file is not None:
        passed += ["--settings", str(file)]
    clock = ["--clock", settings.worker.clock.value]

    def spec(name: str, kind: str, arguments: Sequence[str], *, essential: bool = True) -> Spec:
        command = [sys.executable, "-P", "-m", "infra", *arguments, "--health-port", "0", *passed]
        log = settings.data / "logs" / f"{settings.kafka.topic_prefix}{name}.log"
        return Spec(name, kind, command, log, essential)

    return [
        *(spec(each, "worker", ["worker", "--name", each, *clock]) for each in _numbered("worker", workers)),
        *(spec(each, "fan-out", ["fan-out", "--name", each]) for each in _numbered("fan-out", fan_outs)),
        *(
            spec(each, "monitor", ["monitor", "--name", each, *clock], essential=False)
            for each in _numbered("monitor", monitors)
        ),
        *(spec(each, each, ["reader", each, *clock], essential=False) for each in readers),
        *(spec(each, each, [each], essential=False) for each in dashboards),
    ]


def _numbered(kind: str, count: int) -> list[str]:
    return [f"{kind}-{number}" for number in range(1, count + 1)]


def _chosen(readers: str | None, settings: Settings) -> list[str]:
    """Which readers run. Raises: BadParameter for a name that is none; SettingsError when one that was asked for lacks
    something."""
    if readers == "none":
        return []
    named = READERS if readers in (None, "all") else (each.strip() for each in str(readers).split(","))
    asked = list(dict.fromkeys(named))
    if unknown := [each for each in asked if each not in READERS]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(READERS)}", param_hint="--readers")
    chosen = []
    for name in asked:
        reason = unmet(name, settings)
        if reason is None:
            chosen.append(name)
        elif readers is None:
            _tell(f"{name}: not run: {reason}")
        else:
            raise SettingsError(f"{name}: {reason}")
    return chosen


def _topics(settings: Settings, partitions: int | None) -> None:
    """Make what is missing. Raises: OrynError when what is there differs from what is declared."""
    admin = kafka_admin(settings)
    wished = partitions or settings.kafka.partitions
    plan = plan_topics(admin, settings.kafka.topic_prefix, settings.worker.clock, wished, settings.kafka.replicas)
    other = sorted({each.topic for each in plan.differences if each.action is not Action.CREATE})
    if other:
        raise OrynError(
            f"these topics are not as declared: {', '.join(other)}. `oryn topics check` shows how, `oryn topics apply` "
            "changes what can be changed"
        )
    carry_out(admin, plan)


def _tell(text: str) -> None:
    typer.echo(text, err=True)
