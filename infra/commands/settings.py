"""`oryn settings`: every setting, its value and where it came from. Shows no secret, changes nothing."""

import sys
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.settings_layers import Row, load_settings, rows
from infra.settings_options import JsonOption, SettingsOption


def command(
    settings: SettingsOption = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not as the package has it.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Each setting's name in the environment, too.")] = False,
    json: JsonOption = False,
) -> int:
    """Show every setting, its value and where it came from; passwords and other secrets are masked.

    A value comes from the last of these that has it: the package's default; the file of settings (--settings, else
    ORYN_SETTINGS, else oryn.toml in the current folder), where worker.batch_records is `batch_records` in the table
    `worker`; the environment, where it is ORYN_WORKER_BATCH_RECORDS; an option of the command. Any property of
    librdkafka goes into the table `kafka.client`, or into ORYN_KAFKA_CLIENT_SECURITY_PROTOCOL and the like.

    A name that is no setting is an error, and so is a value that does not fit.
    """
    found = rows(load_settings(settings))
    if changed:
        found = [row for row in found if row.source != "default"]
    if json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
        return 0
    _show(found, explain=explain)
    return 0


def _show(found: list[Row], *, explain: bool) -> None:
    table = Table(title="Settings", title_justify="left")
    table.add_column("setting", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("from", overflow="fold")
    if explain:
        table.add_column("in the environment", no_wrap=True)
    table.add_column("meaning", overflow="fold")
    for row in found:
        own = row.source != "default"
        cells = [Text(row.path, "bold" if own else ""), Text("none" if row.value is None else str(row.value))]
        cells += [Text(row.source, "" if own else "dim")]
        cells += [Text(row.variable)] if explain else []
        table.add_row(*cells, Text(row.meaning, "dim"))
    Console().print(table)
