"""How bytes leave: compressed once, with a strong ETag, 304 for who has them, nothing that others may keep of a login.

Never renders anything.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

ETAG_BYTES: Final = 16
PACK_LEVEL: Final = 6
# Shorter bodies don't get shorter.
PACKED_FROM_BYTES: Final = 512
HTML: Final = "text/html; charset=utf-8"
# Asked again each time, answered with 304 if it is the same; what a login shows stays in that browser.
PUBLIC_CACHE: Final = "no-cache"
PRIVATE_CACHE: Final = "private, no-cache"


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes to be sent, as they are and packed."""

    data: bytes
    packed: bytes | None
    digest: str
    kind: str = HTML

    @property
    def size(self) -> int:
        """What it takes of memory."""
        return len(self.data) + len(self.packed or b"")


def body_of(data: bytes, kind: str = HTML) -> Body:
    """Bytes, packed once for all who get them."""
    packed = gzip.compress(data, PACK_LEVEL, mtime=0) if len(data) >= PACKED_FROM_BYTES else None
    return Body(data, packed, blake2b(data, digest_size=ETAG_BYTES).hexdigest(), kind)


def answer(request: Request, body: Body, *, private: bool, headers: Mapping[str, str] | None = None) -> Response:
    """The bytes, or 304 when the browser has them."""
    packed = body.packed is not None and accepts_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{body.digest}-gz"' if packed else f'"{body.digest}"'
    found = {
        "ETag": etag,
        "Cache-Control": PRIVATE_CACHE if private else PUBLIC_CACHE,
        "Vary": "Accept-Encoding, Cookie",
        **(headers or {}),
    }
    if known(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=found)
    if packed:
        assert body.packed is not None
        return Response(body.packed, headers={**found, "Content-Encoding": "gzip"}, media_type=body.kind)
    return Response(body.data, headers=found, media_type=body.kind)


def whole(request: Request, body: Body, status: int, headers: Mapping[str, str]) -> Response:
    """The bytes with a status of their own, whatever the browser has."""
    if body.packed is not None and accepts_gzip(request.headers.get("accept-encoding", "")):
        return Response(body.packed, status, {**headers, "Content-Encoding": "gzip"}, body.kind)
    return Response(body.data, status, headers, body.kind)


def accepts_gzip(header: str) -> bool:
    """Whether a browser takes gzip: named, and not with a weight of nothing."""
    for each in header.split(","):
        name, _, weight = each.strip().partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def known(header: str, etag: str) -> bool:
    """Whether an If-None-Match names this ETag (compared weakly, as the standard says for it)."""
    return header.strip() == "*" or any(each.strip().removeprefix("W/") == etag for each in header.split(","))
