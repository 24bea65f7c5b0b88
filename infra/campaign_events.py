"""Writes events in their JSON form (contracts, section 5), one a line. Never decides."""

from typing import Any

import msgspec
from msgspec import Struct

from schemas.events import Event, EventData
from schemas.instants import Instant
from schemas.zones import Zone, zone_of


class _Line(Struct, frozen=True, gc=False):
    topic: str
    time: Instant
    id: str
    source: str
    type: str
    locality: str
    data: EventData


class EventLines:
    """The lines of events of any locality, each with times in its locality's zone."""

    def __init__(self) -> None:
        """One encoder for each zone, made when it is first needed."""
        self._encoders: dict[str, msgspec.json.Encoder] = {}

    def line(self, event: Event) -> bytes:
        """One event with its line break."""
        encoder = self._encoders.get(event.locality)
        if encoder is None:
            encoder = self._encoders[event.locality] = _encoder(zone_of(event.locality))
        line = _Line(
            event.topic, event.time, event.event_id, event.source, type(event.data).__name__, event.locality, event.data
        )
        return encoder.encode(line) + b"\n"


def _encoder(zone: Zone) -> msgspec.json.Encoder:
    def hook(value: Any) -> str:
        if type(value) is Instant:
            return zone.render(value)
        raise NotImplementedError(type(value))

    return msgspec.json.Encoder(enc_hook=hook)
