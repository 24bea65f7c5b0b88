"""Sends messages as mails through a relay (SMTP, RFC 5321; docs/message-texts.md).

Owns connections and what a reply means: 4xx passes, 5xx to a recipient or a text does not, and a connection that breaks
while the text is on its way leaves open whether it was taken: the next attempt carries the same Message-ID. Never logs
an address, nor what a server says about one.
"""

import asyncio
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from enum import Enum, auto
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from consumers.notification_gateway.channels import Delivered, Failed, Letter, Refused, Result
from consumers.notification_gateway.mailing import NoMailbox, mail, mailbox
from schemas.errors import OrynError

# Scheme -> port: plain, plain made secure by STARTTLS, secure from the start.
PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
# Servers close what is idle for some minutes; a connection younger than this is worth trying.
IDLE_S: Final = 30.0
CLOSING, NO_SUCH_USER = 421, 500
QUIT_S: Final = 2.0


class SmtpError(OrynError):
    """A mail channel that can't work as it is set. Never holds the password."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mails go. `url`: `smtp://`, `smtp+starttls://` or `smtps://`, then `[user:password@]host[:port]`."""

    url: str = field(repr=False)
    # Whom mails are from, `Name <mailbox>` or a mailbox; bounces go there.
    sender: str
    # Messages that are on their way at once, each on a connection of its own.
    connections: int = 8
    # Of one reply of the server.
    timeout_s: float = 30.0
    # Certificates to trust instead of the machine's.
    authorities: Path | None = None


class _Step(Enum):
    """How far an attempt got."""

    CONNECT = auto()
    SENDER = auto()
    RECIPIENT = auto()
    TEXT = auto()


class SmtpChannel:
    """The channel `smtp`; an address is a mailbox."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        """Opens nothing. Raises: SmtpError."""
        self._settings = settings
        self._relay = _relay(settings.url)
        self._sender = _sender(settings.sender)
        self._slots = asyncio.Semaphore(settings.connections)
        # Ready connections and since when they are idle, the latest last.
        self._idle: deque[tuple[SMTP, float]] = deque()
        self._tls = _tls_context(settings.authorities)

    def endpoint(self, address: str) -> str:
        """As `Channel.endpoint`: the relay, whatever the address."""
        return f"{self._relay.hostname}:{self._relay.port or PORTS[self._relay.scheme]}"

    async def open(self) -> None:
        """As `Channel.open`. Connects to nothing: a relay may come later than the gateway."""

    async def send(self, letter: Letter) -> Result:
        """As `Channel.send`. Taken is what the relay answered with 250 after the text."""
        try:
            to = mailbox(letter.address)
        except NoMailbox:
            return Refused("BAD_ADDRESS")
        text = mail(letter, self._sender, to)
        async with self._slots:
            while True:
                kept = self._kept()
                client = kept or self._client()
                result = await self._attempt(client, to, text)
                if result is not None:
                    return result
                # An idle connection was closed by the server before it heard anything: a new one tells more.
                assert kept is not None, "only a kept connection gives no result"

    async def close(self) -> None:
        """As `Channel.close`."""
        while self._idle:
            client, _ = self._idle.pop()
            try:
                await client.quit(timeout=QUIT_S)
            except (SMTPException, OSError):
                client.close()

    # ------------------------------------------------------------------------------------------------- connections

    def _client(self) -> SMTP:
        relay = self._relay
        return SMTP(
            hostname=relay.hostname,
            port=relay.port or PORTS[relay.scheme],
            username=unquote(relay.username) if relay.username else None,
            password=unquote(relay.password) if relay.password else None,
            # Else the library asks the DNS for this machine's name, which may take long.
            local_hostname=self._sender.domain,
            timeout=self._settings.timeout_s,
            use_tls=relay.scheme == "smtps",
            start_tls=relay.scheme == "smtp+starttls",
            tls_context=self._tls if relay.scheme != "smtp" else None,
        )

    def _kept(self) -> SMTP | None:
        while self._idle:
            client, since = self._idle.pop()
            if client.is_connected and time.monotonic() - since < IDLE_S:
                return client
            client.close()
        return None

    async def _attempt(self, client: SMTP, to: str, text: bytes) -> Result | None:
        """One attempt on one connection, which is kept if it is still good. None: a kept one was dead at once."""
        fresh = not client.is_connected
        step = _Step.CONNECT
        kept = False
        try:
            if fresh:
                await client.connect()
            step = _Step.SENDER
            await client.mail(self._sender.addr_spec)
            step = _Step.RECIPIENT
            await client.rcpt(to)
            step = _Step.TEXT
            answer = await client.data(text)
            kept = True
            return Delivered(answer.code)
        except SMTPResponseException as exc:
            result = _result_of(step, exc)
            kept = step is not _Step.CONNECT and exc.code != CLOSING and await _reset(client)
            if exc.code == CLOSING and step is _Step.SENDER and not fresh:
                return None
            return result
        except SMTPServerDisconnected:
            if step is _Step.SENDER and not fresh:
                return None
            return Failed("CONNECTION_IN_TEXT" if step is _Step.TEXT else "CONNECTION")
        except (SMTPTimeoutError, TimeoutError):
            return Failed("TIMEOUT")
        except (SMTPException, OSError):  # no STARTTLS, a certificate that is not trusted, nobody listens
            return Failed("CONNECTION")
        finally:  # also when the gateway cancels the attempt
            if kept:
                self._idle.append((client, time.monotonic()))
            else:
                client.close()


async def _reset(client: SMTP) -> bool:
    """Forget the envelope; whether the connection is still good."""
    try:
        await client.rset()
    except (SMTPException, OSError):
        return False
    return True


def _result_of(step: _Step, exc: SMTPResponseException) -> Result:
    """What a refusing reply means at a step."""
    code = exc.code
    if isinstance(exc, SMTPAuthenticationError):
        return Failed("SMTP_AUTHENTICATION", code)
    if step in {_Step.CONNECT, _Step.SENDER} or code == CLOSING:
        # It speaks against the relay or the sender: no message gets through, and none is to be given up for it.
        word = "SMTP_421" if code == CLOSING else "SMTP_SENDER" if step is _Step.SENDER else "SMTP_CONNECT"
        return Failed(word, code)
    if code >= NO_SUCH_USER:
        return Refused("SMTP_5XX", code)
    # A full mailbox, a server that wants to be asked twice: this message may pass later, others pass now.
    return Failed("SMTP_4XX", code, endpoint_down=False)


# ------------------------------------------------------------------------------------------------------------ settings


def _relay(url: str) -> SplitResult:
    try:
        relay = urlsplit(url)
        port = relay.port
    except ValueError as exc:
        raise SmtpError("the address of the mail server is none") from exc
    if relay.scheme not in PORTS or not relay.hostname or port == 0 or relay.path.strip("/") or relay.query:
        raise SmtpError(f"a mail server is {' or '.join(f'{each}://' for each in PORTS)} [user:password@]host[:port]")
    if relay.username and relay.scheme == "smtp" and relay.hostname not in LOOPBACK:
        raise SmtpError("a password must not cross a network in the clear: use smtp+starttls:// or smtps://")
    if bool(relay.username) != bool(relay.password):
        raise SmtpError("a mail server's user needs a password, and a password a user")
    return relay


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    try:
        return Address(display_name=name, addr_spec=mailbox(address))
    except (NoMailbox, ValueError) as exc:
        raise SmtpError("the sender of mails is `Name <mailbox@domain>` or a mailbox") from exc


def _tls_context(authorities: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authorities)
    except OSError as exc:
        raise SmtpError(f"cannot read the certificates in {authorities}: {exc.strerror}") from exc
