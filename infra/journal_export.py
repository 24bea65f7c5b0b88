"""Writes a journal in the order of `oryn simulate`: localities by their codes, each by its sequence.

A topic has its localities mixed. So the lines go into a temporary file as they come, and from there into the result,
locality by locality: memory holds a few bytes for each run of lines, whatever the size of the journal. Never changes a
line, but for leaving out where events stood in their cluster when that is asked for.
"""

import re
from array import array
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO

from schemas.errors import BrokenJournal

BUFFER_BYTES = 1 << 20
# Everywhere but in a cause these bytes could only stand inside of a text, where their quotes would be escaped.
_PLACE = re.compile(rb'"(?:partition|offset)":[0-9]+,')
_LOCALITY = re.compile(rb'\{"locality":"([0-9]{9})"')


def without_places(line: bytes) -> bytes:
    """A line without the partition and the offset of its cause, which no hash covers: alike in every cluster."""
    return _PLACE.sub(b"", line, count=2)


def in_order(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of a journal file with all the lines, sorted by locality; a locality's own order stays.

    Raises: BrokenJournal for a line that does not begin with its locality.
    """
    with TemporaryFile(prefix="oryn-export-", buffering=BUFFER_BYTES) as spool:
        runs: dict[bytes, array[int]] = {}
        position = begin = 0
        current: bytes | None = None
        for line in lines:
            locality = _locality(line)
            if locality != current:
                if current is not None:
                    runs.setdefault(current, array("q")).extend((begin, position))
                current, begin = locality, position
            spool.write(line)
            spool.write(b"\n")
            position += len(line) + 1
        if current is not None:
            runs.setdefault(current, array("q")).extend((begin, position))
        for locality in sorted(runs):
            bounds = runs[locality]
            for index in range(0, len(bounds), 2):
                yield from _chunks(spool, bounds[index], bounds[index + 1])


def _locality(line: bytes) -> bytes:
    match = _LOCALITY.match(line)
    if match is None:
        raise BrokenJournal("a line does not begin with its locality")
    return match[1]


def _chunks(spool: IO[bytes], begin: int, end: int) -> Iterator[bytes]:
    spool.seek(begin)
    while begin < end:
        chunk = spool.read(min(BUFFER_BYTES, end - begin))
        begin += len(chunk)
        yield chunk
