"""What all directories share: which contacts are any, and a default for recipients that nobody knows.

Owns the checks; docs/message-texts.md describes contacts. No error here ever holds an address.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from consumers.notification_gateway.channels import Address, Contact, Directory, Language, Recipient
from consumers.notification_gateway.mailing import NoMailbox, mailbox
from schemas.errors import OrynError

ADDRESSES_MAX: Final = 8
ADDRESS_LENGTH_MAX: Final = 512
# As `Channel.name`.
_CHANNEL: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_WEB: Final = ("https", "http")
# Channels that need no address: one file or terminal serves all.
PLACELESS: Final = frozenset({"file", "console"})


class BadContact(OrynError):
    """A contact that cannot be used. The text says what is wrong with it, without any address."""


def checked_address(channel: str, where: str) -> Address:
    """An address of a channel, tidied. Raises: BadContact."""
    channel, where = channel.strip(), where.strip()
    if not _CHANNEL.fullmatch(channel):
        raise BadContact("a channel is a word of small letters, digits, _ and -, at most 32")
    if len(where) > ADDRESS_LENGTH_MAX or not where.isprintable():
        raise BadContact(f"an address has at most {ADDRESS_LENGTH_MAX} printable characters")
    if channel in PLACELESS:
        return Address(channel, "")
    if not where:
        raise BadContact(f"the channel {channel} needs an address")
    if channel == "smtp":
        try:
            where = mailbox(where)
        except NoMailbox as exc:
            raise BadContact(str(exc)) from exc
    if channel == "webhook":
        _check_web(where)
    return Address(channel, where)


def checked_contact(language: str, addresses: Collection[tuple[str, str]]) -> Contact:
    """A contact of a language and pairs of channel and address, the preferred first. Raises: BadContact."""
    if len(addresses) > ADDRESSES_MAX:
        raise BadContact(f"more than {ADDRESSES_MAX} addresses")
    return Contact(checked_language(language), tuple(checked_address(channel, where) for channel, where in addresses))


def checked_language(language: str) -> Language:
    """A language by its code. Raises: BadContact."""
    try:
        return Language(language.strip().lower())
    except ValueError as exc:
        raise BadContact(f"a language is one of {', '.join(Language)}") from exc


def _check_web(where: str) -> None:
    try:
        parts = urlsplit(where)
        is_web = parts.scheme in _WEB and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web:
        raise BadContact("the address of a webhook is https://... or http://...")


class WithDefaultRoute:
    """A directory that gives recipients whom another one does not know, or knows no address of, a common contact.

    Made for channels that need no address: a file that an office looks through, or the webhook of a ministry's own
    gateway, which finds people by their ids. Without it such a message becomes undelivered, with `NO_CONTACT`.
    """

    def __init__(self, directory: Directory, default: Contact) -> None:
        """`default`: language and addresses for whom there is nothing better."""
        self._directory, self._default = directory, default

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact | None]:
        """As `Directory.find`; nobody is left out. A known language is kept."""
        found = await self._directory.find(recipients)
        return {
            each: None if each in found and found[each] is None else self._completed(found.get(each))
            for each in recipients
        }

    async def close(self) -> None:
        """As `Directory.close`."""
        await self._directory.close()

    def _completed(self, contact: Contact | None) -> Contact:
        if contact is None:
            return self._default
        return contact if contact.addresses else Contact(contact.language, self._default.addresses)
