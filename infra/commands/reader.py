"""`oryn reader`: follows a topic and keeps what it says where people look. Owns the options only."""

from enum import StrEnum
from typing import Annotated

import typer

from infra.logging import configure_logging
from infra.readers.running import READERS, run_reader
from infra.settings_layers import load_settings
from infra.settings_options import (
    ClockOption,
    HealthPortOption,
    KafkaOption,
    PrefixOption,
    QuietOption,
    SettingsOption,
)

Name = StrEnum("Name", [(name, name) for name in READERS])  # type: ignore[misc]  # a table makes them


def command(
    name: Annotated[Name, typer.Argument(help="; ".join(f"{name}: {what}" for name, what in READERS.items()))],
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    clock: ClockOption = None,
    health_port: HealthPortOption = None,
    quiet: QuietOption = False,
) -> int:
    """Keep a store up to date with what was decided: registers, live view, messages, public pages.

    It goes on from where the store is, and waits for stores and brokers that are away. Wipe the store, and it comes
    back equal. SIGTERM or Ctrl-C ends it after the transaction it is in.

      oryn reader registers

    Exit codes: 0 stopped as asked; 2 wrong usage; 70 it failed, start it again; 72 store and topic contradict each
    other (the text says what helps), 78 topics or settings are missing: starting it again would not help.
    """
    configure_logging(quiet=quiet)
    options = {
        "kafka.bootstrap": kafka,
        "kafka.topic_prefix": prefix,
        "worker.clock": clock,
        "worker.health_port": health_port,
    }
    return run_reader(name.value, load_settings(settings, options).settings)
