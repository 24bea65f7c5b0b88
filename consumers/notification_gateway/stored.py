"""A message in its JSON form, as the log keeps it and as a webhook carries it: moments in ISO 8601 in local time."""

from functools import cache
from typing import Any

import msgspec

from schemas.errors import Malformed
from schemas.instants import parse_instant
from schemas.outputs import Notification
from schemas.zones import Zone, zone_of


@cache
def _encoder(zone: Zone) -> msgspec.json.Encoder:
    return msgspec.json.Encoder(enc_hook=zone.render)


def _read(kind: type, value: Any) -> Any:
    return parse_instant(value)


_decoder = msgspec.json.Decoder(Notification, dec_hook=_read)


def to_json(notification: Notification) -> bytes:
    """The message as JSON; fields without a value are left out."""
    return _encoder(zone_of(notification.locality)).encode(notification)


def from_json(data: str | bytes) -> Notification:
    """The message back. Raises: Malformed."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, ValueError, TypeError) as exc:
        raise Malformed(f"not a stored message: {exc}") from exc
