"""`oryn gateway`: looks into the delivery log, has messages tried again, forgets. Owns options and tables only."""

import sys
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumers.notification_gateway.judging import Reason, State
from consumers.notification_gateway.upkeep import Found, Tried, deliver_anew, find, forget, overview, read_again
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, PrefixOption, SettingsOption
from infra.settings_readers import DAY_S, KEEP_DAYS_MIN
from infra.settings_services import postgres_url
from schemas.outputs import MessageKind
from schemas.zones import DEFAULT_ZONE, Zone

FAILED = 1
LIMIT_DEFAULT = 20
ZONE = Zone(DEFAULT_ZONE)
STYLES = {State.PENDING: "yellow", State.DELIVERED: "green", State.UNDELIVERED: "red"}

command = typer.Typer(
    help="The notification gateway's delivery log: how it is, single messages, have them tried again.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command("status")
def show_status(
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> int:
    """Show how many messages are pending, delivered by which channel, undelivered for which reason.

    Exit code 1 when a message is undelivered, or a record of the topic can't be read.
    """
    found = overview(*_log(settings, prefix))
    if json:
        _write(found)
    else:
        console = Console()
        table = Table(title="Messages", title_justify="left")
        for column in ("state", "reason", "channel", "messages", "oldest"):
            table.add_column(column, justify="right" if column == "messages" else "left")
        for each in found.counts:
            state = Text(each.state, STYLES[State(each.state)])
            table.add_row(state, each.reason, each.channel, f"{each.messages:,}", _moment(each.oldest))
        console.print(table)
        for trouble in found.troubles:
            console.print(f"pending after {trouble.error} ({trouble.channel or 'no channel'}): {trouble.messages:,}")
        if found.unreadable:
            console.print(Text(f"records that are no messages: {found.unreadable:,}", "red"))
    return FAILED if found.count(State.UNDELIVERED) or found.unreadable else 0


@command.command("log")
def show_log(
    message: Annotated[str | None, typer.Argument(metavar="[ID]", help="One message, with its attempts.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Only those to this applicant or organisation.")] = None,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    kind: Annotated[MessageKind | None, typer.Option(help="Only those of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = LIMIT_DEFAULT,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> int:
    """Show messages, the newest first, and with an id every attempt. Exit code 1 when that message is not there."""
    found, tried = find(*_log(settings, prefix), id_=message, recipient=recipient, state=state, kind=kind, limit=limit)
    if json:
        _write([{"message": each, "attempts": [one for one in tried if one.message_id == each.id]} for each in found])
    elif message is None:
        _show_messages(found)
    else:
        for each in found:
            _show_message(each, tried)
    if message is not None and not found:
        typer.echo(f"oryn: no message {message} in the delivery log", err=True)
        return FAILED
    return 0


@command.command("retry")
def retry(
    messages: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="Undelivered messages.")] = None,
    reason: Annotated[Reason | None, typer.Option(help="All that are undelivered for this reason.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are undelivered.")] = False,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
) -> None:
    """Have undelivered messages tried again, on all channels, from the first attempt on.

    They get at least `gateway.term_s` of time and come behind all that waits: what was told later may be there before.
    """
    if not (messages or reason or every):
        raise typer.BadParameter("name messages, a --reason, or --all")
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    count = deliver_anew(
        postgres_url(loaded),
        loaded.schema("gateway"),
        ids=messages or None,
        reason=reason,
        term_s=loaded.gateway.term_s,
    )
    typer.echo(f"{count} messages will be tried again")


@command.command("forget")
def forget_delivered(
    days: Annotated[int, typer.Option(min=KEEP_DAYS_MIN, help="Delivered longer ago than this.")],
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
) -> None:
    """Delete messages that were delivered long ago, with their attempts. Pending and undelivered ones stay."""
    typer.echo(f"{forget(*_log(settings, prefix), keep_s=days * DAY_S)} messages forgotten")


@command.command("read-again")
def read_topic_again(settings: SettingsOption = None, prefix: PrefixOption = None) -> None:
    """Have the topic read from its beginning: after it was made anew, or cut off.

    Messages that the log knows stay as they are. Those it does not know are delivered, unless their time is over. A
    running gateway notices by itself.
    """
    typer.echo(f"{read_again(*_log(settings, prefix))} partitions will be read from their beginning")


def _log(settings: Any, prefix: str | None) -> tuple[str, str]:
    loaded: Settings = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    return postgres_url(loaded), loaded.schema("gateway")


def _write(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")


def _moment(at: datetime | None) -> str:
    return "" if at is None else ZONE.render(round(at.timestamp() * 1000))


def _show_messages(found: list[Found]) -> None:
    table = Table(title="Messages", title_justify="left")
    for column in ("id", "kind", "recipient", "arrived", "state", "channel", "attempts", "last error"):
        table.add_column(column, overflow="fold", justify="right" if column == "attempts" else "left")
    for each in found:
        state = Text(f"{each.state} {each.reason or ''}".strip(), STYLES[State(each.state)])
        arrived = _moment(each.arrived_at)
        table.add_row(
            each.id, each.kind, each.recipient, arrived, state, each.channel, str(each.attempts), each.last_error
        )
    Console().print(table)


def _show_message(message: Found, tried: list[Tried]) -> None:
    console = Console()
    table = Table(title=message.id, title_justify="left", show_header=False)
    for name in message.__struct_fields__[1:]:
        value = getattr(message, name)
        if value not in (None, []):
            shown = _moment(value) if isinstance(value, datetime) else ", ".join(value) if name == "given_up" else value
            table.add_row(name.replace("_", " "), Text(str(shown)))
    console.print(table)
    attempts = Table(title="Attempts", title_justify="left")
    for column in ("number", "at", "channel", "result", "error", "status", "ms"):
        attempts.add_column(column, justify="right" if column in ("number", "status", "ms") else "left")
    for each in tried:
        status = "" if each.status is None else str(each.status)
        attempts.add_row(
            str(each.number), _moment(each.at), each.channel, each.result, each.error, status, str(each.duration_ms)
        )
    console.print(attempts)
