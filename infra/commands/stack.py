"""`oryn stack`: a real Kafka, PostgreSQL and Redis on this machine. Owns options, progress and tables."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from infra.live.showing import end_showing
from infra.settings import Settings
from infra.settings_layers import load_settings, masked_link
from infra.settings_options import JsonOption, QuietOption, SettingsOption
from infra.stack.local import SERVICES, LocalStack, ServiceStatus
from infra.stack.local import Progress as Fetched
from infra.stack.logs import follow, tail
from infra.stack.places import KAFKA_JARS

FAILED = 1
LINES_DEFAULT = 100
LINES_MAX = 1_000_000


class ServiceName(StrEnum):
    """What can be named; as SERVICES, which a test holds against this."""

    KAFKA = "kafka"
    POSTGRES = "postgres"
    REDIS = "redis"


ServicesArgument = Annotated[
    list[ServiceName] | None,
    typer.Argument(metavar="[SERVICE]...", help=f"{', '.join(SERVICES)}; by default all.", show_default=False),
]

command = typer.Typer(
    help="Run a real Kafka, PostgreSQL and Redis on this machine: start, stop, look, read logs, wipe.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command("up")
def up(
    services: ServicesArgument = None,
    containers: Annotated[
        bool, typer.Option("--containers", help="As containers instead of processes; needs a container engine.")
    ] = False,
    settings: SettingsOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Start what does not run yet, wait until all of it answers, and show where it is.

    The first time, Kafka's jars (44 MB) are fetched and checked; later nothing is fetched. What runs is used as it
    is, with its data and its ports. A service whose address is set (ORYN_KAFKA_BOOTSTRAP, ORYN_POSTGRES_URL,
    ORYN_REDIS_URL) is not started, only asked. When this is interrupted, what it started is stopped.
    """
    loaded = load_settings(settings).settings
    console = Console(stderr=True)
    with _fetching(console, quiet) as fetched:
        _stack(loaded, containers=containers, progress=fetched).up(_names(services))
    _show_all(_stack(loaded).status(), json=json, quiet=quiet)


@command.command("down")
def down(services: ServicesArgument = None, settings: SettingsOption = None, quiet: QuietOption = False) -> None:
    """Stop the services that `up` started, in order and within a bounded time; data and ports stay.

    A service that does not end in time is killed; its data survive that, too. The dashboard that a demo left open ends
    with them.
    """
    loaded = load_settings(settings).settings
    closed = {} if services else _close_dashboard(loaded)
    ended = {**closed, **_stack(loaded).down(_names(services))}
    if quiet:
        return
    for name, graceful in ended.items():
        typer.echo(f"{name}: stopped" if graceful else f"{name}: killed, for it did not end in time")
    if not ended:
        typer.echo("nothing ran")


@command.command("status")
def status(settings: SettingsOption = None, json: JsonOption = False) -> int:
    """Show each service: how it runs, where, since when, and whether it answers. Exit code 1 unless all of them do."""
    found = _stack(load_settings(settings).settings).status()
    _show_all(found, json=json, quiet=False)
    return 0 if all(each.healthy for each in found) else FAILED


@command.command("logs")
def logs(
    services: ServicesArgument = None,
    following: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, max=LINES_MAX, help="How many of the last lines of each.")
    ] = LINES_DEFAULT,
    settings: SettingsOption = None,
) -> None:
    """Show what the services wrote; several are told apart by their names."""
    stack = _stack(load_settings(settings).settings)
    names = _names(services)
    for name in names:
        for line in tail(stack, name, lines):
            _write_line(name, line, names)
    if following:
        sys.stdout.flush()
        for name, line in follow({name: stack.services[name].log for name in names}):
            _write_line(name, line, names)
            sys.stdout.flush()


@command.command("wipe")
def wipe(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    settings: SettingsOption = None,
) -> None:
    """Stop the services and delete all their data: every topic, table and key. It cannot be undone.

    What else lies in the data directory, such as a publisher's spool, stays; snapshots of the workers belong to the
    deleted journal and are of no more use.
    """
    loaded = load_settings(settings).settings
    stack = _stack(loaded)
    if not stack.folder.exists():
        typer.echo(f"nothing to wipe in {stack.folder}")
        return
    if not yes:
        typer.confirm(f"Delete all data of Kafka, PostgreSQL and Redis in {stack.folder}?", abort=True)
    _close_dashboard(loaded)
    stack.wipe()
    typer.echo(f"wiped {stack.folder}")


def _close_dashboard(settings: Settings) -> dict[str, bool]:
    """What a demo left open needs the services that end now."""
    return {"dashboard": True} if end_showing(settings.data) else {}


def _stack(settings: Settings, *, containers: bool = False, progress: Fetched | None = None) -> LocalStack:
    given = {
        "kafka": settings.kafka.bootstrap or "",
        "postgres": settings.postgres.url or "",
        "redis": settings.redis.url or "",
    }
    jars: Path | None = settings.cache / KAFKA_JARS if settings.cache is not None else None
    return LocalStack(
        settings.data,
        jars,
        given=given,
        kafka_client=settings.kafka.client,
        containers=containers,
        progress=progress or (lambda _done, _total: None),
    )


def _names(services: list[ServiceName] | None) -> list[str]:
    return [each.value for each in services] if services else list(SERVICES)


@contextmanager
def _fetching(console: Console, quiet: bool) -> Iterator[Fetched]:
    """A bar for the jars that appears only when some have to be fetched."""
    columns = (TextColumn("Kafka's jars"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    task = bar.add_task("jars", visible=False)

    def fetched(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total, visible=done < total)

    with bar:
        yield fetched


def _show_all(found: Iterable[ServiceStatus], *, json: bool, quiet: bool) -> None:
    if json:
        sys.stdout.buffer.write(
            msgspec.json.format(
                msgspec.json.encode([asdict(each) | {"address": _shown(each.address)} for each in found])
            )
            + b"\n"
        )
        return
    if quiet:
        return
    table = Table(box=None, pad_edge=False)
    for column in ("service", "how", "address", "pid", "up for", "answers"):
        table.add_column(column, no_wrap=True)
    for each in found:
        table.add_row(
            each.name,
            each.how,
            _shown(each.address),
            "" if each.pid is None else str(each.pid),
            "" if each.uptime_seconds is None else str(timedelta(seconds=each.uptime_seconds)),
            Text("yes", "green") if each.healthy else Text("no", "red"),
        )
    Console().print(table)


def _shown(address: str) -> str:
    """The address without a password."""
    return masked_link(address) if "://" in address else address


def _write_line(name: str, line: str, names: list[str]) -> None:
    sys.stdout.write(f"{name:8} | {line}\n" if len(names) > 1 else f"{line}\n")
