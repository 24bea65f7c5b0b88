"""What the registers know of one locality now: its bulletins, places, kindergartens, rejections, turns let pass.

Owns the statements of the locality's page. Each is one question of one snapshot; none changes anything. Times of the
next bulletin and opening are read off the last ones, never decided here.
"""

import datetime
from dataclasses import dataclass
from typing import Final, LiteralString

from consumers.dashboard.pages import NotThere
from consumers.dashboard.sources import Connection, rows
from consumers.dashboard.words import Words
from schemas.instants import Instant

# Senders and reasons that a page shows.
REJECTIONS_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One bulletin in figures."""

    number: int
    date: datetime.date
    issued_at: Instant
    places: int
    recalled: int
    hash: str
    previous_hash: str
    record: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """A kindergarten in figures. `idle_hours`: of its places on offer, together, up to the last record."""

    id: str
    name: str
    closed: bool
    released: int
    on_offer: int
    referred: int
    filled: int
    recalled: int
    recalled_after: int
    refused: int
    overdue: int
    idle_hours: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """What a sender sent and had rejected for one reason."""

    source: str
    reason: str
    times: int
    last: Instant


@dataclass(frozen=True, slots=True)
class LocalityFacts:
    """What the registers say of a locality, all of one snapshot.

    `passive`: how many waiting applications let their turn pass more than once, and the most often that one did;
    `early`: how many early places are overdue, and since when the first of them is.
    """

    records: int
    until: Instant
    stages: dict[str, int]
    bulletins: list[Bulletin]
    organisations: list[Organisation]
    rejected: list[Rejected]
    passive: tuple[int, int]
    early: tuple[int, datetime.date | None]
    last_opening: Instant | None


_HEAD: LiteralString = "SELECT records, until, zone FROM localities WHERE locality = %s"
_BULLETINS: LiteralString = (
    "SELECT number, date, issued_at, places, recalled, bulletin_hash, previous_bulletin_hash, record FROM bulletins"
    " WHERE locality = %s ORDER BY number DESC LIMIT %s"
)
_STAGES: LiteralString = "SELECT stage, count(*) FROM places WHERE locality = %s GROUP BY stage"
_ORGANISATIONS: LiteralString = """
SELECT
    o.organisation_id, o.name, o.closed_at IS NOT NULL, coalesce(p.released, 0), coalesce(p.on_offer, 0),
    coalesce(p.referred, 0), coalesce(p.filled, 0), coalesce(p.recalled, 0), coalesce(r.recalled, 0),
    coalesce(r.refused, 0), coalesce(p.overdue, 0), coalesce(p.idle_hours, 0)
FROM organisations o
LEFT JOIN (
    SELECT
        organisation_id,
        count(*) AS released,
        count(*) FILTER (WHERE stage IN ('RELEASED', 'LISTED', 'PRIORITY', 'OPEN')) AS on_offer,
        count(*) FILTER (WHERE stage = 'REFERRED') AS referred,
        count(*) FILTER (WHERE stage = 'FILLED') AS filled,
        count(*) FILTER (WHERE stage = 'RECALLED') AS recalled,
        count(*) FILTER (
            WHERE admission = 'EARLY' AND vacated_at IS NULL AND stage NOT IN ('FILLED', 'RECALLED', 'ENDED')
            AND admission_from < %(day)s
        ) AS overdue,
        (sum(extract(epoch FROM %(until)s::timestamptz - offered_at)) FILTER (
            WHERE stage IN ('RELEASED', 'LISTED', 'PRIORITY', 'OPEN')
        ) / 3600)::float8 AS idle_hours
    FROM places WHERE locality = %(locality)s GROUP BY organisation_id
) p USING (organisation_id)
LEFT JOIN (
    SELECT
        organisation_id, count(*) FILTER (WHERE cause = 'RECALLED') AS recalled,
        count(*) FILTER (WHERE cause = 'REFUSED') AS refused
    FROM referrals WHERE locality = %(locality)s GROUP BY organisation_id
) r USING (organisation_id)
WHERE o.locality = %(locality)s
ORDER BY 12 DESC, o.name, o.organisation_id
"""
_REJECTED: LiteralString = (
    "SELECT source, reason, count(*), max(at) FROM rejections WHERE locality = %s GROUP BY source, reason"
    " ORDER BY 3 DESC, source, reason LIMIT %s"
)
_PASSIVE: LiteralString = """
SELECT count(*), coalesce(max(l.times), 0) FROM (
    SELECT application_id, count(*) AS times FROM accesses WHERE locality = %(locality)s AND state = 'LAPSED'
    GROUP BY application_id HAVING count(*) > 1
) l
JOIN applications a ON a.locality = %(locality)s AND a.application_id = l.application_id AND a.state = 'QUEUED'
"""
_EARLY: LiteralString = (
    "SELECT count(*), min(admission_from) FROM places WHERE locality = %s AND admission = 'EARLY'"
    " AND vacated_at IS NULL AND stage NOT IN ('FILLED', 'RECALLED', 'ENDED') AND admission_from < %s"
)
# Windows that are open, else the last accesses of a general queue: both begin at an opening.
_OPENING: LiteralString = "SELECT max(granted_at) FROM accesses WHERE locality = %s AND queue LIKE 'general/%%'"


def facts(connection: Connection, locality: str, w: Words) -> LocalityFacts:
    """All that the page of a locality needs for officials. Raises: NotThere."""
    records, until = head(connection, locality)
    day = w.local_day(until)
    named = {"locality": locality, "until": until, "day": day}
    return LocalityFacts(
        records=records,
        until=until,
        stages=dict(rows(connection, _STAGES, (locality,))),
        bulletins=last_bulletins(connection, locality),
        organisations=[Organisation(*each) for each in rows(connection, _ORGANISATIONS, named)],
        rejected=[Rejected(*each) for each in rows(connection, _REJECTED, (locality, REJECTIONS_SHOWN))],
        passive=rows(connection, _PASSIVE, named)[0],
        early=rows(connection, _EARLY, (locality, day))[0],
        last_opening=rows(connection, _OPENING, (locality,))[0][0],
    )


def head(connection: Connection, locality: str) -> tuple[int, Instant]:
    """How many records of a locality are in the registers, and the time of the last. Raises: NotThere."""
    found = rows(connection, _HEAD, (locality,))
    if not found:
        raise NotThere(locality)
    return found[0][0], found[0][1]


def organisation_names(connection: Connection, locality: str) -> dict[str, str]:
    """What the kindergartens of a locality are called, by their ids. Published with every bulletin."""
    return dict(rows(connection, "SELECT organisation_id, name FROM organisations WHERE locality = %s", (locality,)))


def last_bulletins(connection: Connection, locality: str, last: int = 5) -> list[Bulletin]:
    """The last bulletins, the newest first."""
    return [Bulletin(*each) for each in rows(connection, _BULLETINS, (locality, last))]


def following(last: Instant | None, now: Instant, w: Words) -> datetime.datetime | None:
    """The next local moment at the time of day of a last one: today if that is still to come, else tomorrow."""
    if last is None:
        return None
    here, then = w.local(now), w.local(last)
    found = here.replace(hour=then.hour, minute=then.minute, second=0, microsecond=0)
    return found if found > here else found + datetime.timedelta(days=1)
