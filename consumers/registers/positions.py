"""Up to where topics were read, kept beside the rows. Moving a position is the first statement of a transaction.

It locks what it moves, so that of two writers one goes first and the other finds that it stands elsewhere. And it
locks the table against a switch of copies: whoever switches waits, or the writer does, and then writes to the new copy.
"""

from collections.abc import Mapping
from typing import Final

from consumers.reading.store import StoreUnavailable
from consumers.registers.connection import Connection

_READ: Final = "SELECT partition, next_offset FROM positions WHERE topic = %s"
_MOVE: Final = """
UPDATE positions p SET next_offset = n.following, stored_at = now()
FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS n (partition, here, following)
WHERE p.topic = %s AND p.partition = n.partition AND p.next_offset = n.here
"""
_BEGIN: Final = """
INSERT INTO positions (topic, partition, next_offset)
SELECT %s, n.partition, n.following FROM unnest(%s::integer[], %s::bigint[]) AS n (partition, following)
ON CONFLICT (topic, partition) DO NOTHING
"""


def read(connection: Connection, topic: str) -> dict[int, int]:
    """Partition -> the offset of the first record that is not stored. Raises: psycopg.Error."""
    return {int(partition): int(offset) for partition, offset in connection.execute(_READ, [topic]).fetchall()}


def move(connection: Connection, topic: str, here: Mapping[int, int], after: Mapping[int, int]) -> None:
    """Go from `here` (partitions that are missing: from nowhere) to `after`, inside the open transaction.

    Raises: StoreUnavailable when another writer has been there, or another copy took this one's place; psycopg.Error.
    """
    moving = sorted(each for each in after if each in here and after[each] != here[each])
    beginning = sorted(each for each in after if each not in here)
    done = 0
    # Both are asked even with nothing to do: what counts is the lock.
    done += connection.execute(
        _MOVE, [moving, [here[each] for each in moving], [after[each] for each in moving], topic]
    ).rowcount
    if beginning:
        done += connection.execute(_BEGIN, [topic, beginning, [after[each] for each in beginning]]).rowcount
    if done != len(moving) + len(beginning):
        raise StoreUnavailable(f"{topic}: the registers stand elsewhere: another writer or another copy of them")
