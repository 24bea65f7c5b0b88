"""Places of a queue or a kindergarten, as rows: which are on offer, at which stage, since when. Only asks."""

from datetime import date
from typing import Final, LiteralString, NamedTuple

from consumers.dashboard.evidence.snapshot import read
from consumers.dashboard.pages import Column, Link, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Connection
from consumers.dashboard.words import Words
from schemas.instants import Instant
from schemas.words import Admission, GroupType, Regime

_STAGES: Final[LiteralString] = "SELECT stage, count(*) FROM places WHERE locality = %s AND queue = %s GROUP BY stage"
_OFFERED: Final[LiteralString] = (
    "SELECT p.place_id, p.organisation_id, o.name, p.stage, p.offered_at, p.window_until, p.language, p.regime,"
    " p.group_type, p.age_from, p.age_to, p.admission, p.admission_from, p.last_record"
    " FROM places p JOIN organisations o USING (locality, organisation_id)"
    " WHERE p.locality = %s AND p.queue = %s AND p.stage IN ('RELEASED', 'LISTED', 'PRIORITY', 'OPEN')"
    " ORDER BY array_position(ARRAY['OPEN', 'PRIORITY', 'LISTED', 'RELEASED'], p.stage), p.offered_at, p.place_id"
)
STAGES: Final = ("RELEASED", "LISTED", "PRIORITY", "OPEN", "REFERRED", "FILLED", "RECALLED", "ENDED")
OFFERED: Final = STAGES[:4]


class Offer(NamedTuple):
    """A place on offer, with what families choose by."""

    place_id: str
    organisation_id: str
    organisation: str
    stage: str
    offered_at: Instant
    window_until: Instant | None
    language: str
    regime: str
    group_type: str
    age_from: int
    age_to: int
    admission: str
    admission_from: date
    last_record: int


def stages_of_queue(connection: Connection, locality: str, queue: str) -> dict[str, int]:
    """How many places are at each stage."""
    return dict(connection.execute(_STAGES, (locality, queue)).fetchall())


def offers_of(connection: Connection, locality: str, queue: str) -> list[Offer]:
    """The places on offer: those that may be chosen first."""
    return read(connection, Offer, _OFFERED, (locality, queue))


def offers_table(found: list[Offer], w: Words, locality: str) -> Table:
    """Places on offer, with links to the pages that offices see."""
    columns = (
        Column("place_id", w.say("ev-column-place"), "id"),
        Column("organisation", w.say("ev-column-organisation")),
        Column("stage", w.say("ev-column-stage-of-place")),
        Column("window_until", w.say("ev-column-window"), "deadline"),
        Column("ages", w.say("ev-column-ages")),
        Column("language", w.say("ev-column-language")),
        Column("group_type", w.say("ev-column-group-type")),
        Column("regime", w.say("ev-column-regime")),
        Column("admission", w.say("ev-column-admission")),
        Column("admission_from", w.say("ev-column-admission-from"), "day"),
        Column("offered_at", w.say("ev-column-offered"), "moment"),
    )
    rows = []
    for each in found:
        place = Link(each.place_id, link(w.language, "place", locality=locality, place=each.place_id))
        to = link(w.language, "organisation", locality=locality, organisation=each.organisation_id)
        organisation = Link(each.organisation, to)
        rows.append(
            (place, organisation, w.symbol("Stage", each.stage), each.window_until, w.ages(each.age_from, each.age_to),
             w.language_name(each.language), w.word(GroupType(each.group_type)), w.word(Regime(each.regime)),
             w.word(Admission(each.admission)), each.admission_from, each.offered_at)
        )  # fmt: skip
    return Table(w.say("ev-offers-caption"), columns, rows, w.say("ev-offers-empty"))
