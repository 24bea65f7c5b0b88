"""`oryn gateway`: looks into the delivery log, has messages tried again, forgets. Owns options and tables only."""

import sys
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer

from consumers.notification_gateway.judging import Reason, State
from consumers.notification_gateway.upkeep import Found, Tried, deliver_anew, find, forget, overview, read_again
from infra.answers import console, facts, rows, text
from infra.id_arguments import checked_id, checked_ids
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, PrefixOption, SettingsOption
from infra.settings_readers import DAY_S, KEEP_DAYS_MIN
from infra.settings_services import postgres_url
from schemas.instants import Instant
from schemas.outputs import MessageKind

FAILED = 1
LIMIT_DEFAULT = 20
LIMIT_MAX = 100_000  # they are held in memory
KEEP_DAYS_MAX = 36_525  # as of gateway.keep_days: a century
MILLISECONDS = 1_000
# Whose time is shown where messages of several localities stand together.
ANYWHERE = "710000000"

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
        out = console()
        lines = [(each.state, each.reason, each.channel, each.messages, _moment(each.oldest)) for each in found.counts]
        out.print(rows("Messages", ANYWHERE, ("state", "reason", "channel", "messages#", "oldest!"), lines))
        for trouble in found.troubles:
            out.print(text(f"pending after {trouble.error} ({trouble.channel or 'no channel'}): {trouble.messages:,}"))
        if found.unreadable:
            out.print(text(f"records that are no messages: {found.unreadable:,}"))
    return FAILED if found.count(State.UNDELIVERED) or found.unreadable else 0


@command.command("log")
def show_log(
    message: Annotated[
        str | None, typer.Argument(metavar="[ID]", callback=checked_id, help="One message, with its attempts.")
    ] = None,
    recipient: Annotated[
        str | None, typer.Option(callback=checked_id, help="Only those to this applicant or organisation.")
    ] = None,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    kind: Annotated[MessageKind | None, typer.Option(help="Only those of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="The newest so many.")] = LIMIT_DEFAULT,
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
    messages: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", callback=checked_ids, help="Undelivered messages.")
    ] = None,
    reason: Annotated[Reason | None, typer.Option(help="All that are undelivered for this reason.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are undelivered.")] = False,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Have undelivered messages tried again, on all channels, from the first attempt on.

    They get at least `gateway.term_s` of time and come behind all that waits: what was told later may be there before.

    Exit code 1 when one that is named is not undelivered, or not in the log; the others are tried again all the same.
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
    left_out = len(set(messages or ())) - count
    if left_out > 0:
        other = f", or for another reason than {reason}" if reason else ""
        typer.echo(f"oryn: {left_out} of the messages named left out: not undelivered, not in the log{other}", err=True)
        return FAILED
    return 0


@command.command("forget")
def forget_delivered(
    days: Annotated[int, typer.Option(min=KEEP_DAYS_MIN, max=KEEP_DAYS_MAX, help="Delivered longer ago than this.")],
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


def _moment(at: datetime | None) -> Instant | None:
    return None if at is None else Instant(round(at.timestamp() * MILLISECONDS))


def _show_messages(found: list[Found]) -> None:
    lines = [
        (each.id, each.kind, each.recipient, _moment(each.arrived_at), _state(each), each.channel, each.attempts)
        for each in found
    ]
    columns = ("id!", "kind", "recipient", "arrived!", "state", "channel", "tries#")
    console().print(rows("Messages", ANYWHERE, columns, lines))


def _state(message: Found) -> str:
    return f"{message.state} {message.reason}" if message.reason else message.state


def _show_message(message: Found, tried: list[Tried]) -> None:
    pairs = {
        name.replace("_", " "): _moment(value) if isinstance(value, datetime) else value
        for name in message.__struct_fields__[1:]
        if (value := getattr(message, name)) != []
    }
    console().print(facts(message.id, message.locality, pairs))
    lines = [
        (each.number, _moment(each.at), each.channel, each.result, each.error, each.status, each.duration_ms)
        for each in tried
    ]
    columns = ("try#", "at!", "channel", "result", "error", "status#", "ms#")
    console().print(rows("Attempts", message.locality, columns, lines))
