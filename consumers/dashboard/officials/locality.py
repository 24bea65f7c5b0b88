"""The page of a locality: for everybody its queues and bulletins (R7.3), for officials and auditors all the rest.

What is published and what is not is decided by the view alone: the public form asks nothing else of the sources.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.officials.course import Course, course, scope_of
from consumers.dashboard.officials.listing import OFFICES, QUERY, TABLE_VIEWS, linked, lists, queue_link
from consumers.dashboard.officials.locality_data import (
    Bulletin,
    LocalityFacts,
    Organisation,
    facts,
    following,
    head,
    last_bulletins,
    organisation_names,
)
from consumers.dashboard.officials.measures import lasted
from consumers.dashboard.officials.telling import (
    Place,
    crumbs,
    headlines,
    hours_chart,
    waiting_chart,
    weeks_chart,
)
from consumers.dashboard.pages import Column, Content, Crumb, Link, Page, Params, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import AWAY, SourceAway, Sources
from consumers.dashboard.words import Words, shown
from consumers.indicators.dead_letters import DeadLetters, dead_letters
from consumers.live_view.views import QueueSummary
from consumers.public_bulletins.kato import CITIES
from schemas.instants import Instant
from schemas.words import Group, Stage

# So many rows of a table a page shows; all of them are in its files.
QUEUES_SHOWN: Final = 15
ORGANISATIONS_SHOWN: Final = 15
HEADLINE: Final = (
    "waiting",
    "with-access",
    "on-offer",
    "idle",
    "released-today",
    "referrals-today",
    "enrolled-today",
    "waiting-time",
    "filling-time",
    "late",
)
ON_OFFER: Final = (Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN)
STAGE_COLOURS: Final = {
    Stage.RELEASED: 5,
    Stage.LISTED: 1,
    Stage.PRIORITY: 2,
    Stage.OPEN: 6,
    Stage.REFERRED: 4,
    Stage.FILLED: 3,
    Stage.RECALLED: 7,
    Stage.ENDED: 8,
}
assert set(Stage) == set(STAGE_COLOURS), "each stage has a colour"


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The locality as its view may see it. Raises: NotThere."""
    locality = params["locality"]
    return _public(sources, locality, w) if view is View.PUBLIC else _official(sources, locality, w)


def _public(sources: Sources, locality: str, w: Words) -> Content:
    with sources.registers() as connection:
        _, until = head(connection, locality)
        bulletins = last_bulletins(connection, locality)
        names = organisation_names(connection, locality)
    queues = sources.live_view.queues(locality)
    home = [] if locality in CITIES else [_region_crumb(locality, w)]
    return Content(
        w.locality(locality),
        values={
            **_times(bulletins, None, until, w),
            "locality": locality,
            "lead": w.say("public-locality-lead"),
            "queue_rows": QUEUES_SHOWN,
        },
        tables={"queues": _queues_table(queues, locality, names, w, public=True)},
        crumbs=home,
        until=until,
        description=w.say("public-locality-lead"),
    )


def _region_crumb(locality: str, w: Words) -> Crumb:
    return Crumb(w.region_name(locality[:2]), link(w.language, "start", of=locality[:2]))


def _official(sources: Sources, locality: str, w: Words) -> Content:
    with sources.registers() as connection:
        known = facts(connection, locality, w)
    queues = sources.live_view.queues(locality)
    found = course(sources, scope_of(locality), parts=False)
    here = Place("locality", {"locality": locality})
    until = known.until if found is None else max(known.until, found.until)
    charts = {} if found is None else _charts(found, w)
    return Content(
        w.locality(locality),
        values={
            **_times(known.bulletins, known.last_opening, known.until, w),
            "locality": locality,
            "lead": w.say("locality-lead"),
            "headlines": [] if found is None else headlines(found, here, w, HEADLINE),
            "day": w.local_day(known.until) if found is None else found.day,
            "records": known.records,
            "queue_rows": QUEUES_SHOWN,
            "organisation_rows": ORGANISATIONS_SHOWN,
            "stages": _stages(known, w),
            "ratio": None if found is None else _ratio(found, w),
            "passive": known.passive,
            "early": known.early,
            "lists": {
                name: here.href(w, table=name) for name in ("passive-heads", "early-overdue", "rejections", "late")
            },
            "history": found is not None,
        },
        tables={
            "queues": _queues_table(
                queues, locality, {each.id: each.name for each in known.organisations}, w, public=False
            ),
            "stages": _stages_table(known, found, here, w),
            "organisations": _organisations_table(known, locality, w),
            "rejected": _rejected_table(known, here, w),
            "dead-letters": _dead_table(_dead(sources, locality, until, w), w),
        },
        charts=charts,
        crumbs=crumbs(w, locality[:2]),
        until=until,
        description=w.say("locality-lead"),
    )


def _charts(found: Course, w: Words) -> dict[str, Any]:
    charts = {"today": hours_chart(found, w), "weeks": weeks_chart(found, w), "waiting": waiting_chart(found, w)}
    return {name: each for name, each in charts.items() if each is not None}


def _times(bulletins: Sequence[Bulletin], opening: Instant | None, now: Instant, w: Words) -> dict[str, Any]:
    """The bulletin of today if it is out, and when the next one and the next opening are due."""
    newest = bulletins[0] if bulletins else None
    today = newest if newest is not None and newest.date == w.local_day(now) else None
    next_bulletin = following(newest.issued_at if newest else None, now, w)
    return {
        "bulletins": bulletins,
        "today": today,
        "next_bulletin": None if next_bulletin is None else _said(next_bulletin, w),
        "next_opening": None if opening is None else _said(following(opening, now, w), w),
    }


def _said(moment: datetime.datetime | None, w: Words) -> str:
    return "" if moment is None else w.say("moment", day=w.day(moment.date()), time=f"{moment:%H:%M}")


# ---------------------------------------------------------------------------------------------------------- tables


def _queues_table(
    queues: Sequence[QueueSummary], locality: str, names: Mapping[str, str], w: Words, *, public: bool
) -> Table:
    """The queues by length. The public form has what follows from the published orders (R7.3)."""
    columns = [
        Column("queue", w.say("locality-queue")),
        Column("waiting", w.say("locality-waiting"), "number"),
        Column("extraordinary", w.say("locality-extraordinary"), "number"),
        Column("priority", w.say("locality-priority"), "number"),
        Column("general", w.say("locality-general"), "number"),
        Column("may_choose", w.say("locality-access"), "number"),
        Column("off_the_order", w.say("locality-off"), "number"),
    ]
    if not public:
        columns.insert(5, Column("phase", w.say("locality-phase"), "number"))
        columns.append(Column("on_offer", w.say("locality-offer"), "number"))
    rows = []
    for each in sorted(queues, key=lambda queue: (-queue.size, queue.queue)):
        row = [
            queue_link(w, locality, each.queue, names),
            each.size,
            *(each.waiting[group] for group in (Group.EXTRAORDINARY, Group.PRIORITY, Group.GENERAL)),
            each.access,
            each.off_order,
        ]
        if not public:
            row.insert(5, each.phase)
            row.append(sum(each.places.get(stage, 0) for stage in ON_OFFER))
        rows.append(row)
    return Table(w.say("locality-queues"), columns, rows, w.say("locality-queues-empty"))


def _stages(known: LocalityFacts, w: Words) -> list[tuple[str, int, int]]:
    """Stages with places, for one bar of parts: name, how many, colour."""
    return [
        (w.symbol("Stage", stage), known.stages[stage], colour)
        for stage, colour in STAGE_COLOURS.items()
        if known.stages.get(stage)
    ]


def _stages_table(known: LocalityFacts, found: Course | None, here: Place, w: Words) -> Table:
    columns = (
        Column("stage", w.say("listed-stage")),
        Column("places", w.say("locality-stage-places"), "number"),
        Column("median_minutes", w.say("locality-stage-time"), "minutes"),
    )
    rows = []
    for stage in STAGE_COLOURS:
        if not known.stages.get(stage):
            continue
        time = None if found is None else lasted(found.seven, "stage_time", stage.value)
        where = Link(w.symbol("Stage", stage), here.href(w, table="places", stage=stage.value))
        rows.append([where, known.stages[stage], None if time is None else round(time.median)])
    return Table(w.say("locality-stages"), columns, rows, w.say("locality-stages-empty"))


def _organisations_table(known: LocalityFacts, locality: str, w: Words) -> Table:
    columns = (
        Column("organisation", w.say("locality-organisation")),
        Column("on_offer", w.say("locality-offer"), "number"),
        Column("idle_hours", w.say("locality-idle-hours"), "number"),
        Column("referred", w.say("locality-referred"), "number"),
        Column("filled", w.say("locality-filled"), "number"),
        Column("recalled", w.say("locality-recalled"), "number"),
        Column("recalled_after_referral", w.say("locality-recalls-after"), "number"),
        Column("admissions_refused", w.say("locality-refused"), "number"),
        Column("early_overdue", w.say("locality-overdue"), "number"),
    )
    rows = [
        [
            linked(w, "organisation", locality, each.id, _name(each, w)),
            each.on_offer,
            round(each.idle_hours),
            each.referred,
            each.filled,
            each.recalled,
            each.recalled_after,
            each.refused,
            each.overdue,
        ]
        for each in known.organisations
    ]
    return Table(w.say("locality-organisations"), columns, rows, w.say("locality-organisations-empty"))


def _name(each: Organisation, w: Words) -> str:
    return f"{shown(each.name)} ({w.say('locality-closed')})" if each.closed else each.name


def _rejected_table(known: LocalityFacts, here: Place, w: Words) -> Table:
    columns = (
        Column("sender", w.say("locality-sender")),
        Column("reason", w.say("locality-rejected-why")),
        Column("times", w.say("locality-rejected-times"), "number"),
        Column("last", w.say("locality-rejected-last"), "moment"),
    )
    rows = [
        [
            each.source,
            Link(
                w.symbol("Rejection", each.reason),
                here.href(w, table="rejections", source=each.source, reason=each.reason),
            ),
            each.times,
            each.last,
        ]
        for each in known.rejected
    ]
    return Table(w.say("locality-rejections"), columns, rows, w.say("locality-rejections-empty"))


def _dead(sources: Sources, locality: str, until: int, w: Words) -> list[DeadLetters] | None:
    """Dead letters of four weeks; none where nobody counts them now."""
    last = w.local_day(until)
    try:
        with sources.indicators() as connection:
            return dead_letters(connection, last - datetime.timedelta(days=28), last, locality)
    except (SourceAway, *AWAY):
        return None


def _dead_table(found: Sequence[DeadLetters] | None, w: Words) -> Table:
    columns = (
        Column("day", w.say("bulletins-day"), "day"),
        Column("sender", w.say("locality-sender")),
        Column("topic", w.say("locality-dead-topic")),
        Column("cause", w.say("locality-dead-cause")),
        Column("times", w.say("locality-rejected-times"), "number"),
    )
    rows = [[each.day, each.publisher, each.topic, each.cause, each.count] for each in found or ()]
    empty = w.say("locality-dead-unknown" if found is None else "locality-dead-empty")
    return Table(w.say("locality-dead"), columns, rows, empty)


def load_dead(sources: Sources, params: Params, view: View, w: Words) -> Table:  # one form for all
    """The letters as a list and as files: nobody takes an unknown number for none. Raises: NotThere, SourceAway."""
    with sources.registers() as connection:
        _, until = head(connection, params["locality"])
    found = _dead(sources, params["locality"], until, w)
    if found is None:
        raise SourceAway("the indicators are not there yet")
    return _dead_table(found, w)


def _ratio(found: Course, w: Words) -> dict[str, Any] | None:
    """One to three as it came out in the last weeks; none where nobody was served while both waited."""
    served = {Group.GENERAL: 0, Group.PRIORITY: 0}
    for each in found.ratio:
        served[Group(each.key)] += each.count
    general, priority = served[Group.GENERAL], served[Group.PRIORITY]
    if not general and not priority:
        return None
    ratio = w.number(general / priority) if priority else ""
    parts = [(w.group(Group.GENERAL), general, 1), (w.group(Group.PRIORITY), priority, 2)]
    return {"general": w.count(general), "priority": w.count(priority), "ratio": ratio, "parts": parts}


PAGES: Final = [
    Page(
        "locality",
        load,
        "locality.html",
        fragments=("headlines", "queues", "bulletin", "places", "today", "attention"),
        tables={**lists(), "dead-letters": load_dead},
        table_views={**TABLE_VIEWS, "dead-letters": OFFICES},
        query=QUERY,
    )
]
