"""What a record of `dead-letters` carries beside its value: where the bad record stood and what is wrong with it.

Owns the headers' names, the closed set of causes, and what is kept of a record that is too large to keep. The headers
of the bad record stay as they are, in their order; ours stand behind them, always all of them and always in the order
of `NAMES`. So whatever a sender put there, even our own names, `unwrap` gives back exactly what it sent. Never judges
a record: whoever read it names the cause.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from schemas.codec import INSTANT_MAX, INSTANT_MIN
from schemas.errors import Malformed
from schemas.instants import Instant
from schemas.outputs import DeadLetter

Headers: TypeAlias = Sequence[tuple[str, str | bytes | None]]

ORIGIN_TOPIC = "oryn_origin_topic"
ORIGIN_PARTITION = "oryn_origin_partition"
ORIGIN_OFFSET = "oryn_origin_offset"
# Milliseconds since 1970, exactly as the broker gave it: the letter's own `at` holds only what a date can say.
ORIGIN_TIMESTAMP = "oryn_origin_timestamp"
CAUSE = "oryn_cause"
ERROR = "oryn_error"
# Empty when the letter holds the whole record; else how many bytes key, value and headers had together.
CUT = "oryn_cut"
NAMES = (ORIGIN_TOPIC, ORIGIN_PARTITION, ORIGIN_OFFSET, ORIGIN_TIMESTAMP, CAUSE, ERROR, CUT)

# An error may quote what it did not like; a page of it is enough.
ERROR_CHARACTERS_MAX = 1_000
# What a broker takes from a sender (infra/topics.toml). A larger record came compressed, and is cut: written in full it
# could be larger than any record that `dead-letters` takes. The key counts twice, as it is in the value, too.
WHOLE_BYTES_MAX = 6_291_456
CUT_KEY_BYTES_MAX = 65_536
CUT_VALUE_BYTES_MAX = 1_048_576


class Cause(StrEnum):
    """Why a record is no event of the contracts. A closed set: a label of a metric, too."""

    # The value.
    NO_VALUE = "NO_VALUE"
    OVERSIZED = "OVERSIZED"
    # Not in the wire format, or no Avro of its schema, or outside the bounds of its type.
    UNDECODABLE = "UNDECODABLE"
    # In the wire format, but nobody knows the schema id, or it is another topic's.
    UNKNOWN_SCHEMA = "UNKNOWN_SCHEMA"
    # What stands around it.
    BAD_HEADERS = "BAD_HEADERS"
    BAD_KEY = "BAD_KEY"
    WRONG_PARTITION = "WRONG_PARTITION"
    # No timestamp, or one outside the years in which the calendar holds.
    BAD_TIME = "BAD_TIME"


class Origin(NamedTuple):
    """Where a record stood: topic without prefix, partition, offset, and its timestamp (ms; -1: none)."""

    topic: str
    partition: int
    offset: int
    timestamp: int


class Unwrapped(NamedTuple):
    """What `wrap` put together. `cut_bytes`: the size of a record that is not held in full, else none."""

    headers: list[tuple[str, str | bytes | None]]
    origin: Origin
    cause: Cause
    error: str
    cut_bytes: int | None


def wrap(
    headers: Headers | None, origin: Origin, cause: Cause, error: str, cut_bytes: int | None = None
) -> list[tuple[str, str | bytes | None]]:
    """The headers of a dead letter: those of the bad record, then ours."""
    cut = "" if cut_bytes is None else str(cut_bytes)
    ours = (*map(str, origin), cause.value, error[:ERROR_CHARACTERS_MAX], cut)
    # A lone surrogate has no UTF-8; the error may quote one.
    encoded = (text.encode(errors="backslashreplace") for text in ours)
    return [*(headers or ()), *zip(NAMES, encoded, strict=True)]


def unwrap(headers: Headers | None) -> Unwrapped:
    """The reverse of `wrap`. Raises: Malformed when the headers are none of a dead letter."""
    given = list(headers or ())
    ours = given[-len(NAMES) :]
    if tuple(name for name, _ in ours) != NAMES:
        raise Malformed(f"no dead letter: its last headers are not {', '.join(NAMES)}")
    topic, partition, offset, timestamp, cause, error, cut = (_text(*each) for each in ours)
    try:
        origin = Origin(topic, int(partition), int(offset), int(timestamp))
        return Unwrapped(given[: -len(NAMES)], origin, Cause(cause), error, int(cut) if cut else None)
    except ValueError as exc:
        raise Malformed(f"no dead letter: {exc}") from exc


def letter(
    key: bytes | None, value: bytes | None, headers: Headers | None, origin: Origin, cause: Cause, error: str
) -> tuple[bytes | None, DeadLetter, list[tuple[str, str | bytes | None]]]:
    """Key, value and headers of the dead letter of a record. One of more than 6 MiB is cut, and says so.

    What it gives always fits into `dead-letters`, and its value decodes again.
    """
    size = len(key or b"") + len(value or b"") + sum(_bytes(*each) for each in headers or ())
    cut_bytes = None
    if size > WHOLE_BYTES_MAX:
        cut_bytes, headers = size, ()
        key = None if key is None else key[:CUT_KEY_BYTES_MAX]
        value = None if value is None else value[:CUT_VALUE_BYTES_MAX]
    at = Instant(min(max(origin.timestamp, INSTANT_MIN), INSTANT_MAX))
    told = error[:ERROR_CHARACTERS_MAX].encode(errors="backslashreplace").decode()
    body = DeadLetter(origin.topic, origin.partition, origin.offset, at, told, key, value)
    return key, body, wrap(headers, origin, cause, error, cut_bytes)


def _text(name: str, value: str | bytes | None) -> str:
    try:
        return value.decode() if isinstance(value, bytes) else value or ""
    except UnicodeDecodeError as exc:
        raise Malformed(f"no dead letter: {name} is no UTF-8") from exc


def _bytes(name: str, value: str | bytes | None) -> int:
    return len(name.encode(errors="surrogateescape")) + len(value.encode() if isinstance(value, str) else value or b"")
