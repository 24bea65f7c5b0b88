"""The journal record, its JSON form, and the hash that chains it (docs/journal.md).

One encoding serves both the file and the hash: JSON with sorted members, no white space, absent instead of null,
times as ISO 8601 in the locality's zone. Never decides, never checks a rule.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from schemas.facts import AnyFact, BulletinEntry, RecalledEntry
from schemas.instants import Instant, parse_instant
from schemas.words import Timer

GENESIS_HASH = "0" * 64


class Cause(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a record answers: an event (topic to type) or a timer (timer, due, subject)."""

    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    source: str | None = None
    event_id: str | None = None
    type: str | None = None
    timer: Timer | None = None
    due: Instant | None = None
    subject: str | None = None


class Record(Struct, frozen=True, gc=False, omit_defaults=True):
    """One decision of one locality. `sequence` counts from 1; `hash` is null only before it is sealed."""

    locality: str
    sequence: int
    time: Instant
    cause: Cause
    pack: str
    facts: tuple[AnyFact, ...]
    previous_hash: str
    hash: str | None = None


def _decode_hook(kind: type, value: Any) -> Any:
    if kind is Instant:
        return parse_instant(value)
    raise NotImplementedError(kind)


_DECODER = msgspec.json.Decoder(Record, dec_hook=_decode_hook)


def decode_record(line: bytes) -> Record:
    """One line of a journal file. Raises: msgspec.ValidationError or DecodeError, naming the field."""
    return _DECODER.decode(line)


class JournalCodec:
    """Writes and seals the records of the localities of one zone."""

    def __init__(self, render: Callable[[int], str]) -> None:
        """Take how a moment is written: `Zone.render`."""
        # An Instant is the only field that JSON does not know, so the hook is asked for nothing else.
        self._line = msgspec.json.Encoder(enc_hook=render)
        self._canonical = msgspec.json.Encoder(enc_hook=render, order="sorted")

    def line(self, record: Record) -> bytes:
        """The record's line of a journal file, without the line break. Members stand in the contracts' order."""
        return self._line.encode(record)

    def digest(self, record: Record) -> str:
        """SHA-256 of the record's canonical encoding, in lower-case hexadecimal; its own `hash` does not count.

        Where a record stood in a cluster is not part of the register: a mirrored log gives the same hashes.
        """
        cause = record.cause
        body = record
        if record.hash is not None or cause.offset is not None or cause.partition is not None:
            body = Record(
                record.locality,
                record.sequence,
                record.time,
                Cause(
                    cause.topic,
                    None,
                    None,
                    cause.source,
                    cause.event_id,
                    cause.type,
                    cause.timer,
                    cause.due,
                    cause.subject,
                ),
                record.pack,
                record.facts,
                record.previous_hash,
            )
        return sha256(self._canonical.encode(body)).hexdigest()

    def seal(self, record: Record) -> Record:
        """The record with its hash."""
        return Record(
            record.locality,
            record.sequence,
            record.time,
            record.cause,
            record.pack,
            record.facts,
            record.previous_hash,
            self.digest(record),
        )

    def bulletin_hash(
        self,
        locality: str,
        number: int,
        date: Any,
        entries: tuple[BulletinEntry, ...],
        recalled: tuple[RecalledEntry, ...],
        previous: str,
    ) -> str:
        """SHA-256 of a bulletin's canonical encoding: its fields before `bulletin_hash`, and its locality."""
        body = {
            "locality": locality,
            "number": number,
            "date": date,
            "entries": entries,
            "recalled": recalled,
            "previous_bulletin_hash": previous,
        }
        return sha256(self._canonical.encode(body)).hexdigest()
