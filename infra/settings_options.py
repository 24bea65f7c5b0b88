"""Options that commands share, so that each means the same everywhere. Never reads a setting."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from streams.runtime.settings import Clock

SettingsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="Settings; else those of ORYN_SETTINGS or ./oryn.toml."),
]
KafkaOption: TypeAlias = Annotated[
    str | None, typer.Option("--kafka", metavar="HOST:PORT", help="Kafka's brokers; else as set, else the local stack.")
]
PrefixOption: TypeAlias = Annotated[str | None, typer.Option("--prefix", help="Before each topic's and group's name.")]
ClockOption: TypeAlias = Annotated[
    Clock | None, typer.Option("--clock", help="Time: the brokers' (wall) or the records' own (records).")
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Write one JSON document.")]
NameOption: TypeAlias = Annotated[
    str | None, typer.Option("--name", help="Stable name of this worker; each that runs needs its own.")
]
HealthPortOption: TypeAlias = Annotated[
    int | None,
    typer.Option("--health-port", metavar="PORT", help="Serve /live, /ready and /metrics; 0: any free port."),
]
QuietOption: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Only warnings and errors.")]
LocalityOption: TypeAlias = Annotated[
    str | None, typer.Option("--locality", metavar="KATO", help="Where several localities know the id.")
]
