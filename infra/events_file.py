"""Reads events files (contracts, section 5) line by line, in bounded memory. Never decides an event."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from schemas.errors import Malformed
from schemas.event_json import LINE_BYTES_MAX, decode_event
from schemas.events import Event

# Longer than a line may be, so that a line that is too long is told from one that just fits.
_READ_BYTES = LINE_BYTES_MAX + 2
Problem = Callable[[int, str], None]
Progress = Callable[[int], None]
PROGRESS_LINES = 5_000


def read_events(stream: BinaryIO, problem: Problem, progress: Progress) -> Iterator[Event]:
    """The events of a stream; `offset` is the line number from 0, partition 0.

    `problem(line, text)` is called for every malformed line, numbered from 1, and may raise to stop; `progress(bytes)`
    now and then with the bytes read since the last call. Blank lines are passed over.
    """
    number = unreported = 0
    while line := stream.readline(_READ_BYTES):
        number += 1
        unreported += len(line)
        if not line.endswith(b"\n") and len(line) == _READ_BYTES:
            unreported += _skip_rest(stream)
            problem(number, f"longer than {LINE_BYTES_MAX} bytes")
            continue
        if number % PROGRESS_LINES == 0:
            progress(unreported)
            unreported = 0
        text = line.strip()
        if not text:
            continue
        try:
            yield decode_event(text, 0, number - 1)
        except Malformed as exc:
            problem(number, str(exc))
    progress(unreported)


def _skip_rest(stream: BinaryIO) -> int:
    skipped = 0
    while chunk := stream.readline(_READ_BYTES):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped
