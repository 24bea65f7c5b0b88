"""`oryn metrics`: which figures there are, and whom Prometheus should ask for them. Owns options and tables."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from infra.metrics_inventory import inventory
from infra.metrics_targets import Target, targets, write
from infra.processors import stopped_by_signals
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, SettingsOption

EVERY_MIN_S = 1.0

command = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Figures for Prometheus: which there are, and which processes of this machine have them.",
)


@command.command("targets")
def show_targets(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write here, whole or not at all; else to the terminal."),
    ] = None,
    every: Annotated[
        float | None,
        typer.Option("--every", metavar="SECONDS", min=EVERY_MIN_S, help="Look again and again, until stopped."),
    ] = None,
    prefix: Annotated[
        str | None, typer.Option("--prefix", help="Only processes of this environment; else all of the data folder.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", help="Instead of addresses that only this machine understands.")
    ] = None,
    settings: SettingsOption = None,
) -> None:
    """List the processes of this machine as Prometheus reads them (file_sd).

    Labels: prefix, role, process, machine. Processes with --health-port, and all of `oryn run`, note where they listen
    in DATA/health.

      oryn metrics targets --out infra/prometheus/targets/oryn.json --every 5
    """
    found = load_settings(settings).settings
    before: list[Target] | None = None
    with stopped_by_signals() as stop:
        while True:
            now = targets(found, prefix=prefix, host=host)
            if now != before:
                write(now, out)
                before = now
            if every is None or stop.wait(every):
                return


@command.command("list")
def show_list(json: JsonOption = False) -> None:
    """List every figure with its type, its labels, who has it and what it means."""
    found = inventory()
    if json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
        return
    table = Table(show_lines=False)
    for column in ("name", "type", "labels", "of", "what it is"):
        table.add_column(column, overflow="fold")
    for each in found:
        table.add_row(each.name, each.kind, ", ".join(each.labels), each.of, each.about)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
