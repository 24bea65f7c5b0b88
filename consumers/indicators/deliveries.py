"""Whether messages came in time, asked of the gateway's delivery log. Never writes into it.

A message counts on the local day on which it was decided. In time: a receiver took it before the moment by which it
had to arrive (docs/notification-gateway.md); late: after it; failed: nobody took it while it made sense.
"""

import datetime
from collections.abc import Sequence
from typing import Final, LiteralString

import psycopg
from msgspec import Struct
from psycopg import sql

from consumers.indicators.connection import Connection, store_errors
from consumers.indicators.quality import Counted
from consumers.reading.store import StoreUnavailable
from schemas.zones import DEFAULT_ZONE, ZONE_BY_REGION

# A local day lies within so much of the same day in UTC.
SLACK: Final = datetime.timedelta(days=1)


class Delivery(Struct, frozen=True):
    """Messages of one day, kind and channel. `channel`: what took them, or is or was tried last; none: none yet."""

    day: datetime.date
    kind: str
    channel: str | None
    in_time: int
    late: int
    failed: int
    pending: int


_ASK: LiteralString = """
SELECT
    (m.at AT TIME ZONE coalesce(z.zone, %(zone)s))::date AS day, m.kind, m.channel,
    count(*) FILTER (WHERE m.state = 'DELIVERED' AND m.finished_at <= m.deliver_by),
    count(*) FILTER (WHERE m.state = 'DELIVERED' AND m.finished_at > m.deliver_by),
    count(*) FILTER (WHERE m.state = 'UNDELIVERED'),
    count(*) FILTER (WHERE m.state = 'PENDING')
FROM {messages} m
LEFT JOIN unnest(%(regions)s::text[], %(zones)s::text[]) z (region, zone) ON z.region = left(m.locality, 2)
WHERE m.at >= %(begin)s AND m.at < %(end)s
    AND (m.at AT TIME ZONE coalesce(z.zone, %(zone)s))::date BETWEEN %(first)s AND %(last)s
    AND (%(place)s = '' OR m.locality LIKE %(place)s)
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""


def deliveries(
    connection: Connection, schema: str, first: datetime.date, last: datetime.date, place: str = ""
) -> list[Delivery]:
    """By day, kind and channel; days both included. `schema`: of the delivery log; `place`: a locality, a region, or
    nothing for the nation. Raises: StoreUnavailable, also where there is no delivery log."""
    asked = {
        "regions": list(ZONE_BY_REGION),
        "zones": list(ZONE_BY_REGION.values()),
        "zone": DEFAULT_ZONE,
        "begin": _midnight(first) - SLACK,
        "end": _midnight(last) + 2 * SLACK,
        "first": first,
        "last": last,
        "place": f"{place}%" if place else "",
    }
    statement = sql.SQL(_ASK).format(messages=sql.Identifier(schema, "messages"))
    try:
        with store_errors(), connection.cursor(binary=True) as cursor:
            return [Delivery(*row) for row in cursor.execute(statement, asked)]
    except StoreUnavailable as exc:
        if isinstance(exc.__cause__, psycopg.errors.UndefinedTable):
            raise StoreUnavailable(f"there is no delivery log in the schema {schema}") from exc
        raise


def in_time(found: Sequence[Delivery]) -> Counted:
    """How many came in time, of those of which it is known."""
    good = sum(each.in_time for each in found)
    return Counted(good, good + sum(each.late + each.failed for each in found))


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)
