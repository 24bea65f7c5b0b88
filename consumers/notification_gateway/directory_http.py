"""Contacts from a service over HTTP: one GET for each recipient, several at once, answers kept for a short while.

Owns requests, the form of an answer (docs/message-texts.md) and how long it holds. Only 404 and 410 say that somebody
is unknown: any other trouble is the service's, and who is concerned waits. Never logs an address or the service's URL.
"""

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
from msgspec import Struct

from consumers.notification_gateway.channels import Contact, DirectoryUnavailable, Recipient
from consumers.notification_gateway.directory import BadContact, checked_address, checked_contact
from schemas.errors import OrynError

log = logging.getLogger(__name__)

# After so many answers that failed the rest of a batch is not asked for now: slow failures must not hold up all.
FAILURES_MAX: Final = 32
CONNECT_S: Final = 5.0
IDLE_S: Final = 30.0
ANSWER_BYTES_MAX: Final = 65_536
UNKNOWN: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?:[\s,]|$)")
_NEVER_KEPT: Final = re.compile(r"(?:^|[\s,])(?:no-store|no-cache)(?:[\s,]|$)")


class HttpDirectoryError(OrynError):
    """A directory that can't be asked as it is set. Never holds its URL, which may have a password."""


@dataclass(frozen=True, slots=True)
class HttpDirectorySettings:
    """Where to ask: `GET URL/AUDIENCE/RECIPIENT`."""

    # https://[user:password@]host[:port]/path
    url: str = field(repr=False)
    # How long an answer may be used without asking again, in seconds. The service may say less, never more.
    max_age_s: float = 60.0
    # Of one answer, in seconds.
    timeout_s: float = 5.0
    # Requests at once.
    connections: int = 32
    # Contacts that are kept; those used longest ago go first.
    kept_max: int = 100_000


class _Place(Struct):
    """One address in an answer."""

    channel: str
    address: str = ""


class _Answer(Struct):
    """The form of an answer; other fields are not looked at."""

    language: str
    addresses: tuple[_Place, ...]


class _Kept(Struct, gc=False):
    """An answer that was kept."""

    contact: Contact
    tag: str | None
    fresh_until: float


_ANSWER: Final = msgspec.json.Decoder(_Answer)


class HttpDirectory:
    """The contacts that a service knows."""

    def __init__(self, settings: HttpDirectorySettings) -> None:
        """Opens nothing. Raises: HttpDirectoryError."""
        try:
            parts = urlsplit(settings.url)
            right = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            right = False
        if not right or parts.query or parts.fragment:
            raise HttpDirectoryError("a directory is https://[user:password@]host[:port]/path, without ? and #")
        self._settings = settings
        self._base = settings.url.rstrip("/")
        self._kept: OrderedDict[Recipient, _Kept] = OrderedDict()
        self._slots = asyncio.Semaphore(settings.connections)
        self._session: aiohttp.ClientSession | None = None

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact | None]:
        """As `Directory.find`."""
        wanted = list(dict.fromkeys(recipients))
        found: dict[Recipient, Contact | None] = {
            each: kept.contact for each in wanted if (kept := self._fresh(each)) is not None
        }
        missing = [each for each in wanted if each not in found]
        failed: list[DirectoryUnavailable] = []
        tasks = [asyncio.create_task(self._answered(each, found, failed)) for each in missing]
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        if failed:
            unanswered = [each for each, contact in found.items() if contact is None]
            if len(unanswered) == len(wanted):
                raise failed[0]
            log.warning("no answer about some", extra={"recipients": len(unanswered), "reason": str(failed[0])})
        return found

    async def _answered(
        self, recipient: Recipient, found: dict[Recipient, Contact | None], failed: list[DirectoryUnavailable]
    ) -> None:
        """Have one recipient's answer put where it belongs."""
        async with self._slots:
            try:
                contact = None
                if len(failed) < FAILURES_MAX:
                    contact = await self._ask(recipient)
                    if contact is None:
                        return
            except DirectoryUnavailable as exc:
                failed.append(exc)
        found[recipient] = contact

    async def close(self) -> None:
        """As `Directory.close`. What was kept is forgotten."""
        session, self._session = self._session, None
        self._kept.clear()
        if session is not None:
            await session.close()
            await asyncio.sleep(0)  # connections are told in the loop's next round

    def _fresh(self, recipient: Recipient) -> _Kept | None:
        kept = self._kept.get(recipient)
        if kept is None or time.monotonic() >= kept.fresh_until:
            return None
        self._kept.move_to_end(recipient)
        return kept

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._settings.connections, keepalive_timeout=IDLE_S),
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout_s, sock_connect=CONNECT_S),
                headers={"Accept": "application/json", "User-Agent": "oryn-gateway"},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def _ask(self, recipient: Recipient) -> Contact | None:
        """One recipient's contact; none where the service knows none. Raises: DirectoryUnavailable."""
        kept = self._kept.get(recipient)
        headers = {"If-None-Match": kept.tag} if kept is not None and kept.tag is not None else {}
        url = f"{self._base}/{recipient.audience.lower()}/{quote(recipient.id, safe='')}"
        try:
            # A redirect is not followed: contacts come from whom they are asked for.
            async with self._opened().get(url, headers=headers, allow_redirects=False) as response:
                body = await _body(response)
                status, answered = response.status, response.headers
        except aiohttp.InvalidURL as exc:
            raise DirectoryUnavailable("the directory's address is none") from exc
        except (aiohttp.ClientError, OSError) as exc:
            what = "took too long" if isinstance(exc, TimeoutError) else "can't be reached"
            # `from None`: the library's text has the URL.
            raise DirectoryUnavailable(f"the directory {what} ({type(exc).__name__})") from None
        if status in UNKNOWN:
            self._kept.pop(recipient, None)
            return None
        if status == HTTPStatus.NOT_MODIFIED and kept is not None and headers:
            contact = kept.contact
        elif status == HTTPStatus.OK:
            contact = _contact_of(body, recipient)
        else:
            raise DirectoryUnavailable(f"the directory answered with status {status}")
        self._keep(recipient, contact, answered.get("ETag"), answered.get("Cache-Control", ""))
        return contact

    def _keep(self, recipient: Recipient, contact: Contact, tag: str | None, control: str) -> None:
        said = _MAX_AGE.search(control)
        age = self._settings.max_age_s if said is None else min(float(said[1]), self._settings.max_age_s)
        if _NEVER_KEPT.search(control):
            age = 0.0
        self._kept.pop(recipient, None)
        if "no-store" in control or (not age and tag is None):
            return
        self._kept[recipient] = _Kept(contact, tag, time.monotonic() + age)
        if len(self._kept) > self._settings.kept_max:
            self._kept.popitem(last=False)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The body, which is read to its end so that the connection can be used again. Raises: DirectoryUnavailable."""
    body = b""
    async for part in response.content.iter_any():
        body += part
        if len(body) > ANSWER_BYTES_MAX:
            raise DirectoryUnavailable(f"the directory answered with more than {ANSWER_BYTES_MAX} bytes")
    return body


def _contact_of(body: bytes, recipient: Recipient) -> Contact:
    """The contact in an answer, without addresses that are none: a family's typing error is told, the others serve it.

    Raises: DirectoryUnavailable: a broken answer is no "unknown", and must be mended.
    """
    try:
        answer = _ANSWER.decode(body)
        good = []
        for each in answer.addresses:
            try:
                address = checked_address(each.channel, each.address)
                good.append((address.channel, address.where))
            except BadContact as exc:
                log.warning("a bad address", extra={"recipient": recipient.id, "reason": str(exc)})
        return checked_contact(answer.language, good)
    except (msgspec.DecodeError, UnicodeDecodeError):
        what = "it is not the documented JSON"
    except BadContact as exc:
        what = str(exc)
    raise DirectoryUnavailable(f"the directory's answer for {recipient.audience.lower()} {recipient.id}: {what}")
