"""Posts messages to a URL, signed as Standard Webhooks 1.0 specifies (docs/notification-gateway.md).

Owns request, signature and what an answer means. Never follows a redirect: what is signed for one receiver is not
handed to another. Never logs a URL, for it may hold a secret.
"""

import asyncio
import base64
import binascii
import hmac
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
import msgspec

from consumers.notification_gateway.channels import Delivered, Failed, Letter, Refused, Result
from consumers.notification_gateway.stored import to_json
from schemas.errors import OrynError
from schemas.zones import zone_of

SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
# Of Standard Webhooks.
SECRET_BYTES_MIN, SECRET_BYTES_MAX = 24, 64
SCHEMES = ("https://", "http://")
# What may pass by itself, of the answers that blame the request.
PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
# The receiver speaks of all requests, not of this one.
BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
IDLE_S = 30.0
CONNECT_S = 5.0
# An answer's body is read so that the connection can be used again, but no further than this.
ANSWER_BYTES_MAX = 65_536
ANSWER_S = 0.25


class WebhookError(OrynError):
    """A webhook that can't work as it is set."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """How to post. `secrets`: `whsec_...`; a request is signed with each, so that a receiver may change over."""

    secrets: Sequence[str] = field(repr=False)
    connections: int = 64


class WebhookChannel:
    """The channel `webhook`; an address is a URL."""

    name = "webhook"

    def __init__(self, settings: WebhookSettings) -> None:
        """Opens nothing. Raises: WebhookError for a secret that is none."""
        if not settings.secrets:
            raise WebhookError("a webhook needs a secret to sign with: whsec_ and 24 to 64 bytes in Base64")
        self._keys = [key_of(each) for each in settings.secrets]
        self._connections = settings.connections
        self._session: aiohttp.ClientSession | None = None

    def endpoint(self, address: str) -> str:
        """As `Channel.endpoint`: the origin."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return ""
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    async def open(self) -> None:
        """As `Channel.open`."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=self._connections, keepalive_timeout=IDLE_S),
            # The gateway limits an attempt as a whole.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            headers={"Content-Type": "application/json", "User-Agent": "oryn-gateway"},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def send(self, letter: Letter) -> Result:
        """As `Channel.send`. Taken is what is answered with 2xx."""
        assert self._session is not None, "opened"
        if not letter.address.lower().startswith(SCHEMES):
            return Refused("BAD_ADDRESS")
        body = body_of(letter)
        try:
            async with self._session.post(
                letter.address, data=body, headers=self.headers(letter.id, body), allow_redirects=False
            ) as response:
                status, retry_after = response.status, response.headers.get("Retry-After")
                # The status has said it all: a body that is broken or does not come takes nothing back.
                with suppress(aiohttp.ClientError, OSError):
                    async with asyncio.timeout(ANSWER_S):
                        await response.content.read(ANSWER_BYTES_MAX)
        except (aiohttp.InvalidURL, ValueError):
            return Refused("BAD_ADDRESS")
        except (aiohttp.ClientError, OSError) as exc:
            return Failed("TIMEOUT" if isinstance(exc, TimeoutError) else "CONNECTION")
        return result_of(status, retry_after)

    def headers(self, message_id: str, body: bytes, at: int | None = None) -> dict[str, str]:
        """The headers that sign a body. `at`: seconds since 1970; now, if it is missing."""
        stamp = str(int(time.time()) if at is None else at)
        signed = b"%s.%s.%s" % (message_id.encode(), stamp.encode(), body)
        signatures = ["v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in self._keys]
        return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": " ".join(signatures)}

    async def close(self) -> None:
        """As `Channel.close`."""
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # connections are told in the loop's next round


def key_of(secret: str) -> bytes:
    """The key of a secret `whsec_...`. Raises: WebhookError, without the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise WebhookError("a webhook's secret is whsec_ and Base64") from exc
    if not secret.startswith(SECRET_PREFIX) or not SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX:
        raise WebhookError(f"a webhook's secret is whsec_ and {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes in Base64")
    return key


def body_of(letter: Letter) -> bytes:
    """The JSON body: what Standard Webhooks asks for (`type`, `timestamp`, `data`)."""
    notification = letter.notification
    render = zone_of(notification.locality).render
    return msgspec.json.encode(
        {
            "type": f"oryn.notification.{notification.kind.value.lower()}",
            "timestamp": render(notification.at),
            "data": {
                "id": letter.id,
                "audience": letter.recipient.audience,
                "recipient": letter.recipient.id,
                "kind": notification.kind,
                "language": letter.language,
                "subject": letter.subject,
                "text": letter.text,
                "short": letter.short,
                "deliver_by": render(letter.deliver_by),
                "notification": msgspec.Raw(to_json(notification)),
            },
        }
    )


def result_of(status: int, retry_after: str | None) -> Result:
    """What an answer means."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Delivered(status)
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        word = f"HTTP_{status}" if status in PASSING else "HTTP_5XX"
        return Failed(word, status, seconds_of(retry_after) if status in BUSY else None)
    return Refused("HTTP_3XX" if status < HTTPStatus.BAD_REQUEST else "HTTP_4XX", status)


def seconds_of(retry_after: str | None) -> float | None:
    """The header Retry-After in seconds from now: a number, or a date. None where it says nothing."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo is not None else None
