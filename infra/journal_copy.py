"""A copy of one locality's journal as a file, read on from where it ends: for the dashboard's match runs.

The file and where to go on are written one after the other; whatever is killed, the next call cuts the file back to
what was noted and goes on from there. Never writes to a cluster, never checks a hash.
"""

from pathlib import Path
from typing import Final

import msgspec

from infra.journal_source import JOURNAL_TOPIC, LIMITS, line_of, log_records
from infra.settings import Settings
from infra.settings_services import kafka_client, schema_ids
from schemas.errors import BrokenJournal
from schemas.topic_offsets import OffsetLost
from schemas.topic_reading import TopicReading

# Copies beside a ".next" may lack records: what said how far they go could be too far. They are made anew.
NOTE: Final = ".read"


class _Note(msgspec.Struct):
    """How far the copy goes. `size` and `records`: of the file; `offsets`: partition -> next offset."""

    offsets: dict[int, int]
    size: int
    records: int


def copy_journal(settings: Settings, locality: str, path: Path) -> int:
    """Bring the file up to the journal's end. Returns how many records it has: the last one's sequence.

    Raises: OSError, BrokenJournal, TopicMissing, TopicUnavailable.
    """
    note = _noted(path)
    try:
        return _read_on(settings, locality, path, note)
    except OffsetLost:  # another topic of that name
        return _read_on(settings, locality, path, _Note({}, 0, 0))


def _noted(path: Path) -> _Note:
    try:
        return msgspec.json.decode(path.with_suffix(NOTE).read_bytes(), type=_Note)
    except FileNotFoundError:
        return _Note({}, 0, 0)


def _read_on(settings: Settings, locality: str, path: Path, note: _Note) -> int:
    from consumers.verification.wire import Wire  # noqa: PLC0415  # an extra brings what it needs

    key = locality.encode()
    topic = settings.topic(JOURNAL_TOPIC)
    wire = Wire(schema_ids(settings).schema_of)
    with (
        path.open("ab") as file,
        TopicReading(kafka_client(settings), topic, keys=[key], start=note.offsets, limits=LIMITS) as reading,
    ):
        file.truncate(note.size)
        for batch in reading.batches():
            for record in log_records(batch):
                if record.key != key:
                    continue
                note.records += 1
                note.size += file.write(line_of(wire, record, topic) + b"\n")
        note.offsets = dict(reading.positions)
    if not note.records:
        raise BrokenJournal(f"{topic} has no record of {locality}")
    path.with_suffix(NOTE).write_bytes(msgspec.json.encode(note))
    return note.records
