"""Who sends what is no event: dead letters by day, publisher and cause, as the reader counted them."""

import datetime
from typing import LiteralString

from msgspec import Struct

from consumers.indicators.connection import Connection, store_errors


class DeadLetters(Struct, frozen=True):
    """Dead letters of one day and publisher. Empty: unknown; what a publisher calls itself is foreign text."""

    day: datetime.date
    locality: str
    publisher: str
    topic: str
    cause: str
    count: int


_ASK: LiteralString = """
SELECT day, locality, publisher, topic, cause, count FROM dead_letters
WHERE day BETWEEN %(first)s AND %(last)s AND (%(place)s = '' OR locality LIKE %(place)s)
ORDER BY day DESC, count DESC, publisher, locality, topic, cause
LIMIT %(limit)s
"""
LINES_MAX = 1_000


def dead_letters(
    connection: Connection,
    first: datetime.date,
    last: datetime.date,
    place: str = "",
    limit: int = LINES_MAX,
) -> list[DeadLetters]:
    """By day, the newest first; days both included. `place`: a locality, a region, or nothing for the nation: records
    whose key names no locality are the nation's alone."""
    asked = {"first": first, "last": last, "place": f"{place}%" if place else "", "limit": limit}
    with store_errors(), connection.cursor(binary=True) as cursor:
        return [DeadLetters(*row) for row in cursor.execute(_ASK, asked)]
