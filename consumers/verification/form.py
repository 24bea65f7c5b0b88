"""From the bytes of a line to a record and to the hash that the line deserves. Owns the canonical encoding as this
reader understands docs/journal.md, computed from the raw JSON and never from decoded facts. Never judges a rule.
"""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from consumers.verification.findings import Broken
from consumers.verification.shapes import RecordShape
from schemas.instants import parse_instant
from schemas.zones import Zone, zone_of

HASH_PATTERN = re.compile(r"[0-9a-f]{64}")
LOCALITY_PATTERN = re.compile(r"[0-9]{9}")
# The length of `"hash":"…",` : what a line has more than what is hashed, besides partition and offset.
HASH_MEMBER_LENGTH = 74
# Distinct times of the recent past of one zone; beyond it the cache starts anew.
TIMES_MAX = 200_000
FORM = "form"

_SHAPE = msgspec.json.Decoder(RecordShape)
_RAW = msgspec.json.Decoder()
_CANONICAL = msgspec.json.Encoder(order="sorted")


class Moments:
    """Reads the times of one zone and holds them to the one way in which they may be written."""

    def __init__(self, zone: Zone) -> None:
        """Take the zone of the locality."""
        self.zone = zone
        self._known: dict[str, int] = {}

    def of(self, text: str) -> int:
        """The moment in epoch milliseconds. Raises: Broken when it is not written as the contracts say."""
        known = self._known.get(text)
        if known is not None:
            return known
        try:
            moment = int(parse_instant(text))
            written = self.zone.render(moment)
        except (ValueError, OverflowError) as exc:
            raise Broken(FORM, "{text!r} is not a time with an offset", text=text[:64]) from exc
        if written != text:
            raise Broken(FORM, "the time {text!r} should be written {written}", text=text[:64], written=written)
        if len(self._known) >= TIMES_MAX:
            self._known.clear()
        self._known[text] = moment
        return moment


_MOMENTS: dict[str, Moments] = {}


def moments_of(locality: str) -> Moments:
    """The reader of a locality's times."""
    zone = zone_of(locality)
    found = _MOMENTS.get(zone.name)
    if found is None:
        found = _MOMENTS[zone.name] = Moments(zone)
    return found


@dataclass(slots=True)
class Row:
    """A decoded line. `computed`: the hash that its content deserves. `due` is 0 for the record of an event."""

    line: int
    shape: RecordShape
    raw: dict[str, Any]
    computed: str
    time: int = 0
    due: int = 0


def read_row(line: bytes, number: int) -> Row:
    """Decode a line. Raises: Broken (form) naming the field, also for a member that stands twice."""
    try:
        shape = _SHAPE.decode(line)
        raw = _RAW.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise Broken(FORM, "not a journal record: {error}", error=str(exc)) from exc
    except (RecursionError, OverflowError) as exc:
        raise Broken(FORM, "not a journal record: {error}", error="nested too deeply or a number too large") from exc
    return Row(number, shape, raw, _hash_of(line, raw))


def _hash_of(line: bytes, raw: dict[str, Any]) -> str:
    if b"null" in line:
        raw = _without_nulls(raw)
    body = dict(raw)
    del body["hash"]
    cause = body["cause"]
    extra = HASH_MEMBER_LENGTH
    if "partition" in cause or "offset" in cause:
        cause = body["cause"] = dict(cause)
        for name in ("partition", "offset"):
            if name in cause:
                extra += len(f'"{name}":{cause.pop(name)},')
    canonical = _CANONICAL.encode(body)
    # Equal length: no white space, and no member twice (a second one would hide the first from this reader).
    if len(canonical) + extra != len(line):
        _refuse_twins(line)
    return sha256(canonical).hexdigest()


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value


def _refuse_twins(line: bytes) -> None:
    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) != len(members):
            names = [name for name, _ in members]
            twin = next(name for name in names if names.count(name) > 1)
            raise Broken(FORM, "the member {name!r} stands twice", name=twin[:64])
        return found

    try:
        json.loads(line, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as exc:
        raise Broken(FORM, "not a journal record: {error}", error=str(exc)) from exc


def bulletin_hash(locality: str, raw: dict[str, Any]) -> str:
    """The hash that a bulletin deserves: its five fields before `bulletin_hash`, and its locality."""
    body = {
        "locality": locality,
        "number": raw["number"],
        "date": raw["date"],
        "entries": _without_nulls(raw["entries"]),
        "recalled": _without_nulls(raw["recalled"]),
        "previous_bulletin_hash": raw["previous_bulletin_hash"],
    }
    return sha256(_CANONICAL.encode(body)).hexdigest()
