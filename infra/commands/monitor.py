"""`oryn monitor`: counts what the journal says, by windows of time. Owns the options only."""

from typing import Annotated

import typer

from infra.logging import configure_logging
from infra.monitoring import run_monitoring
from infra.settings_layers import load_settings
from infra.settings_options import (
    ClockOption,
    HealthPortOption,
    KafkaOption,
    PrefixOption,
    QuietOption,
    SettingsOption,
)


def command(
    name: Annotated[
        str,
        typer.Option("--name", metavar="NAME", help="Stable name, unique among those that run; a restart keeps it."),
    ] = "monitor-1",
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Count the whole journal again and send every row once more.")
    ] = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    clock: ClockOption = None,
    health_port: HealthPortOption = None,
    quiet: QuietOption = False,
) -> int:
    """Count what the journal says: indicators by hour, day and week, for the nation down to a kindergarten and a queue.

    Reads the journal only and never decides. Rows go to the topic `indicators`: those of windows that have ended at
    once, the others at most once a second. Several processes with names of their own share the partitions. Stop it at
    any moment: it goes on from where it was, and a row that is sent twice changes nothing.

      oryn monitor --name monitor-2

    Exit codes: 0 stopped as asked; 2 wrong usage; 70 it failed, start it again; 72 the journal does not go on from what
    was counted, 78 topics or settings are missing: starting it again would not help.
    """
    configure_logging(quiet=quiet)
    options = {
        "kafka.bootstrap": kafka,
        "kafka.topic_prefix": prefix,
        "worker.clock": clock,
        "worker.health_port": health_port,
    }
    return run_monitoring(load_settings(settings, options).settings, name, from_start=from_start)
