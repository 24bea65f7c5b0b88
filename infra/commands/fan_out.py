"""`oryn fan-out`: tells the world what the journal says. Owns the options; the work is `streams.fanout`'s."""

from functools import partial
from typing import Annotated

import typer

from infra.logging import configure_logging
from infra.processors import fan_out_loop, run_until_stopped
from infra.settings_layers import load_settings
from infra.settings_options import (
    HealthPortOption,
    KafkaOption,
    NameOption,
    PrefixOption,
    QuietOption,
    SettingsOption,
)


def command(
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    name: NameOption = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Tell everything again if it is not known how far the world was told.")
    ] = False,
    health_port: HealthPortOption = None,
    quiet: QuietOption = False,
) -> int:
    """Turn the journal into outcomes, notifications, bulletins, referrals and service stages, each exactly once.

    Every output has an id made from its journal record, so whoever reads it can drop a repeat. Exit codes as of
    `oryn worker`.
    """
    configure_logging(quiet=quiet)
    options = {
        "kafka.bootstrap": kafka,
        "kafka.topic_prefix": prefix,
        "worker.name": name,
        "worker.health_port": health_port,
    }
    found = load_settings(settings, options).settings
    return run_until_stopped(partial(fan_out_loop, found, from_start=from_start), found)
