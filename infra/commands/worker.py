"""`oryn worker`: decides, live, over Kafka. Owns the options; the work is `streams.allocation`'s."""

from functools import partial
from typing import Annotated

import typer

from infra.logging import configure_logging
from infra.packs import parse_packs
from infra.processors import allocation_loop, run_until_stopped
from infra.settings_layers import load_settings
from infra.settings_options import (
    ClockOption,
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
    clock: ClockOption = None,
    pack: Annotated[
        list[str] | None, typer.Option("--pack", metavar="[LOCALITY:]NAME[@DATE]", help="Rule packs, as in simulate.")
    ] = None,
    health_port: HealthPortOption = None,
    quiet: QuietOption = False,
) -> int:
    """Decide events as they come: one Kafka transaction after another, each input once, each decision a journal record.

    Workers with different names share the partitions; a worker that is started again under its name gets its own back.
    It first folds the journal (or a snapshot and what follows it), and goes on where the journal ends. SIGTERM or
    Ctrl-C ends it after the transaction it is in.

    Exit codes: 0 stopped as asked; 2 wrong usage; 70 Kafka failed it for good, 71 another process has its name (or a
    broker that was away believes so), 72 where to go on is unknown, 78 topics or settings contradict it. A supervisor
    should start it again after 70, 71 and signals, later and later while that repeats; never after the others.
    """
    configure_logging(quiet=quiet)
    packs = parse_packs(pack or [])
    options = {
        "kafka.bootstrap": kafka,
        "kafka.topic_prefix": prefix,
        "worker.name": name,
        "worker.clock": clock,
        "worker.health_port": health_port,
    }
    found = load_settings(settings, options).settings
    return run_until_stopped(partial(allocation_loop, found, packs), found)
