"""What only the log can show of a journal: which key and partition a record stands under, and that offsets grow.

Turns records of the topic into lines for the same checks that a file gets. Never reads from a cluster itself.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from consumers.verification.findings import Broken
from consumers.verification.form import FORM
from consumers.verification.shapes import RecordShape
from consumers.verification.wire import SchemaOf, Wire
from schemas.errors import Malformed
from schemas.murmur2 import partition_of

RULE = "docs/journal.md 9"
SHOWN_BYTES_MAX = 32


class LogRecord(NamedTuple):
    """A committed record of the journal's topic, as the cluster gives it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


class Entry(NamedTuple):
    """What is to be checked next: a line, or why there is none; and where it stood, if it stood in a log.

    `number`: from 1, in the order of reading; `length`: bytes read for it.
    """

    number: int
    line: bytes | Broken
    length: int
    log: LogRecord | None = None


def entries_of(records: Iterable[LogRecord], schema_of: SchemaOf) -> Iterator[Entry]:
    """Lines of the topic's records, in their order. Raises: as `schema_of`, but for Malformed, which is a finding."""
    wire = Wire(schema_of)
    for number, record in enumerate(records, start=1):
        line: bytes | Broken
        try:
            line = wire.line(record.value)
        except Malformed as exc:
            line = Broken(FORM, "not a journal record: {error}", error=str(exc))
        yield Entry(number, line, len(record.value or b""), record)


class LogRules:
    """The rules of the topic, over all its partitions."""

    def __init__(self, partitions: int) -> None:
        """Take how many partitions the topic has."""
        self._partitions = partitions
        self._last: dict[int, int] = {}

    def check(self, log: LogRecord, shape: RecordShape) -> None:
        """Check where a record stands. Raises: Broken."""
        last = self._last.get(log.partition, -1)
        self._last[log.partition] = log.offset
        if log.offset <= last:
            raise Broken(RULE, "the offset does not grow: it follows {last}", last=last)
        if log.key != shape.locality.encode():
            key = "-" if log.key is None else log.key[:SHOWN_BYTES_MAX].decode("utf-8", "replace")
            raise Broken(RULE, "the key is {key!r}, not the locality", key=key)
        expected = partition_of(log.key, self._partitions)
        if log.partition != expected:
            raise Broken(RULE, "the locality belongs to partition {expected}", expected=expected)
