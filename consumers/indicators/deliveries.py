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
SLACK: Final = datetime.timedelta(hours=14)


class Delivery(Struct, frozen=True):
    """Messages of one day, kind and channel. `channel`: what took them, or is or was tried last; none: none yet."""

    day: datetime.date
    kind: str
    channel: str | None
    in_time: int
    late: int
    failed: int
    pending: int


# Hours first, and the local day of each hour, not of each message: every zone here is whole hours from UTC.
_ASK: LiteralString = """
SELECT
    (h.hour AT TIME ZONE coalesce(z.zone, %(zone)s))::date AS day, h.kind, h.channel,
    sum(h.in_time)::bigint, sum(h.late)::bigint, sum(h.failed)::bigint, sum(h.pending)::bigint
FROM (
    SELECT
        left(m.locality, 2) AS region, date_trunc('hour', m.at, 'UTC') AS hour, m.kind, m.channel,
        count(*) FILTER (WHERE m.state = 'DELIVERED' AND m.finished_at <= m.deliver_by) AS in_time,
        count(*) FILTER (WHERE m.state = 'DELIVERED' AND m.finished_at > m.deliver_by) AS late,
        count(*) FILTER (WHERE m.state = 'UNDELIVERED') AS failed,
        count(*) FILTER (WHERE m.state = 'PENDING') AS pending
    FROM {messages} m
    WHERE m.at >= %(begin)s AND m.at < %(end)s AND (%(place)s = '' OR m.locality LIKE %(place)s)
    GROUP BY 1, 2, 3, 4
) h
LEFT JOIN unnest(%(regions)s::text[], %(zones)s::text[]) z (region, zone) ON z.region = h.region
WHERE (h.hour AT TIME ZONE coalesce(z.zone, %(zone)s))::date BETWEEN %(first)s AND %(last)s
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
        "end": _midnight(last) + datetime.timedelta(days=1) + SLACK,
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
