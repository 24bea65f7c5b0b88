"""`oryn contacts`: whom messages reach, and where. Owns options and what is shown; addresses only when asked for."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer
from rich.console import Console

from consumers.notification_gateway.channels import Contact, Recipient
from consumers.notification_gateway.directory_import import Contacts, read_lines
from consumers.notification_gateway.directory_tables import upgrade
from infra import answers
from infra.id_arguments import checked_id, checked_ids
from infra.malformations import Malformations
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, PrefixOption, SettingsOption
from infra.settings_services import postgres_url
from schemas.errors import OrynError
from schemas.outputs import Audience

FAILED = 1
STANDARD_INPUT = "-"
MASKED_MIN = 6  # of what is shorter even the end says too much
LANGUAGES = {"kk": "Kazakh", "ru": "Russian", "en": "English"}
command = typer.Typer(
    help="Whom messages reach, in which language, where.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE.csv", help="Table of contacts; - reads standard input.")],
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad line and take nothing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")] = False,
) -> int:
    """Take contacts over from a table: a header row, then one address a row, the preferred first.

      audience,recipient,language,channel,address

      APPLICANT,ap-17,kk,smtp,parent@example.kz

    All in one transaction. What is known of a recipient is replaced by its rows; other recipients stay. A bad line is
    reported by its number, never by what it says, and left out; the exit code is then 1.
    """
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    url, schema = postgres_url(loaded), loaded.schema("contacts")
    console = Console(stderr=True)
    name = "standard input" if file == STANDARD_INPUT else file
    malformed = Malformations(console, name, strict=strict)
    with ExitStack() as stack:
        stream = stack.enter_context(_opened(file))
        upgrade(url, schema)
        contacts = stack.enter_context(Contacts(url, schema))
        done = contacts.take(read_lines(stream, malformed), malformed)
    if not quiet:
        left_out = f", {malformed.count:,} bad lines left out" if malformed.count else ""
        console.print(f"{done.contacts:,} contacts with {done.addresses:,} addresses taken over{left_out}")
    return FAILED if malformed.count else 0


@command.command("show")
def show(
    recipient: Annotated[str, typer.Argument(callback=checked_id, help="Id of an applicant or an organisation.")],
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Show addresses in full: they are personal data.")
    ] = False,
    json: JsonOption = False,
) -> int:
    """Show the language and the channels of a recipient. Exit code 1: nothing is known of it."""
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    with Contacts(postgres_url(loaded), loaded.schema("contacts")) as contacts:
        found = contacts.show(recipient)
    shown = [(who, contact, _places(contact, full=addresses)) for who, contact in found.items()]
    if json:
        sys.stdout.buffer.write(_json(shown) + b"\n")
    for who, contact, places in [] if json else shown:
        title = f"{who.audience.lower()} {who.id}: {LANGUAGES[contact.language]}"
        lines = [(rank, channel, where) for rank, (channel, where) in enumerate(places, start=1)]
        answers.console().print(answers.rows(title, "", ("rank#", "channel!", "address"), lines))
    if not shown:
        Console(stderr=True).print(f"no contact {recipient}", markup=False, highlight=False)
    return 0 if shown else FAILED


@command.command("forget")
def forget(
    recipients: Annotated[list[str], typer.Argument(metavar="RECIPIENT...", callback=checked_ids, help="Ids.")],
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    audience: Annotated[
        Audience | None, typer.Option("--audience", case_sensitive=False, help="Only of this audience.")
    ] = None,
) -> int:
    """Delete contacts and their addresses.

    Later messages to them become undelivered, with NO_CONTACT, or take the default route. Exit code 1: one of them was
    not known.
    """
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    console = Console(stderr=True)
    unknown = 0
    with Contacts(postgres_url(loaded), loaded.schema("contacts")) as contacts:
        for each in recipients:
            count = contacts.forget(each, audience)
            unknown += not count
            console.print(f"{each}: {'forgotten' if count else 'not known'}", markup=False, highlight=False)
    return FAILED if unknown else 0


def _opened(file: str) -> BinaryIO:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as exc:
        raise OrynError(f"cannot read {file}: {exc.strerror}") from exc


def _places(contact: Contact, *, full: bool) -> list[tuple[str, str]]:
    return [(each.channel, each.where if full else _masked(each.where)) for each in contact.addresses]


def _masked(where: str) -> str:
    """So much of an address that its owner knows it again, and nobody else can use it."""
    name, at, domain = where.rpartition("@")
    scheme, is_web, rest = where.partition("://")
    if is_web:
        return f"{scheme}://{rest.rpartition('@')[2].partition('/')[0]}/***"
    if at:
        return f"{name[:1]}***@{domain}"
    return f"***{where[-2:]}" if len(where) > MASKED_MIN else "***" if where else ""


def _json(rows: list[tuple[Recipient, Contact, list[tuple[str, str]]]]) -> bytes:
    body = [
        {
            "audience": who.audience,
            "recipient": who.id,
            "language": contact.language,
            "addresses": [{"channel": channel, "address": where} for channel, where in places],
        }
        for who, contact, places in rows
    ]
    return msgspec.json.format(msgspec.json.encode(body), indent=2)
