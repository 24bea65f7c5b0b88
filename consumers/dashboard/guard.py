"""What stands before every request: the host's name, sizes, methods; and on every answer: the headers that keep a
browser from doing what a page did not mean. Times and counts every request. Never reads a page.
"""

import logging
import re
import time
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumers.dashboard.figures import Figures
from consumers.dashboard.settings import DashboardSettings

log = logging.getLogger(__name__)

PATH_BYTES: Final = 1_024
FORWARDED: Final = b"x-forwarded-for"
METHODS: Final = frozenset({"GET", "HEAD", "POST"})
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# For a year: who has come by TLS once comes by it always.
STRICT_TRANSPORT: Final = "max-age=31536000"
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.IGNORECASE)
UNKNOWN: Final = "other"


def host_of(header: str) -> str | None:
    """The name in a Host header, without port and brackets; none if it is no name."""
    found = _HOST.fullmatch(header)
    return None if found is None else found[1].strip("[]").lower()


class Guard:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, settings: DashboardSettings, figures: Figures) -> None:
        """Guard `app`."""
        self._app = app
        self._settings = settings
        self._figures = figures
        self._unproxied = settings.unproxied

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it in plain words."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._unproxied:
            self._warn(scope)
        begun = time.monotonic()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
                name = scope.get("oryn.page", UNKNOWN)
                self._figures.seconds.labels(name, f"{status // 100}xx").observe(time.monotonic() - begun)
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            code, reason, text = refused
            self._figures.refused.labels(reason).inc()
            await _plain(sending, code, text)
            return
        try:
            await self._app(scope, self._bounded(receive), sending)
        except _TooLarge:
            if not status:
                await _plain(sending, 413, "This is more than a form of this site sends.")
        except Exception:
            log.exception("a request failed", extra={"page": scope.get("oryn.page", UNKNOWN)})
            if not status:
                await _plain(sending, 500, "Something went wrong here. It was noted; please try again later.")

    def _warn(self, scope: Scope) -> None:
        """Say once that requests come by a proxy that nobody named: all would be one client, without TLS."""
        if any(name == FORWARDED for name, _ in scope["headers"]):
            self._unproxied = False
            reason = "dashboard.proxies is empty: everybody behind a proxy counts as one address when logging in"
            log.warning("a request carries X-Forwarded-For, and no proxy is named", extra={"reason": reason})

    def _refused(self, scope: Scope) -> tuple[int, str, str] | None:
        headers = Headers(scope=scope)
        if host_of(headers.get("host", "")) not in self._settings.hosts:
            return 400, "host", "This site is not reached by that name."
        if scope["method"] not in METHODS:
            return 405, "method", "Pages can be read, and forms be sent; nothing else."
        raw = scope.get("raw_path") or b""
        if len(raw) > PATH_BYTES or len(scope["query_string"]) > self._settings.query_bytes:
            return 414, "address", "This address is longer than any of this site."
        if b"\0" in raw or b"%00" in raw:
            return 400, "address", "This is no address of this site."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._settings.body_bytes:
            return 413, "size", "This is more than a form of this site sends."
        return None

    def _bounded(self, receive: Receive) -> Receive:
        left = self._settings.body_bytes

        async def receiving() -> Message:
            nonlocal left
            message = await receive()
            if message["type"] == "http.request":
                left -= len(message.get("body", b""))
                if left < 0:
                    raise _TooLarge
            return message

        return receiving


class _TooLarge(Exception):
    """A body without a length went on for too long."""


async def _plain(send: Any, status: int, text: str) -> None:
    data = text.encode() + b"\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status == 405:  # noqa: PLR2004 - as the standard wants
        headers.append((b"allow", b"GET, HEAD, POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
