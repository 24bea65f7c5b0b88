"""The page of an application: its number now, how it moved and why, what runs, what comes next.

Three forms. Public: what the published orders say (R7.3). Own: all of this application. Offices and auditors: the same
with reasons, ids and journal records.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.evidence.application_rows import Application, application_of, has_referral
from consumers.dashboard.evidence.application_tables import mine_of, own_tables
from consumers.dashboard.evidence.causes import published
from consumers.dashboard.evidence.curve import Curve, Step
from consumers.dashboard.evidence.order import status_of
from consumers.dashboard.evidence.paths import above
from consumers.dashboard.evidence.snapshot import Head, curve_in, head_of, timeline_of
from consumers.dashboard.evidence.story import curve_chart, curve_table, days_of
from consumers.dashboard.evidence.terms import outlook_of, published_outlook
from consumers.dashboard.pages import Content, Crumb, NotThere, Page, Params, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Connection, Sources
from consumers.dashboard.words import Words
from schemas.words import Group

# Days that the page tells in words; the table has every change.
DAYS_SHOWN: Final = 14
DAY_MS: Final = 24 * 60 * 60 * 1_000
WEEK: Final = timedelta(days=7)
_OFFICES: Final = (View.OFFICIAL, View.AUDITOR)
_IN_ORDER: Final = ("QUEUED", "REFERRED", "STOPPED", "SUSPENDED")


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The page. Raises: NotThere, also for the public where no published order has ever named the application."""
    locality, application_id = params["locality"], params["application"]
    with sources.registers() as connection:
        head = head_of(connection, locality)
        public = view is View.PUBLIC
        row, curve = _asked(sources, connection, head, application_id, view)
        mine = mine_of(connection, head, row, public=public)
        temporary = row.state == "QUEUED" and has_referral(connection, locality, application_id)
    values = _standing(row, curve, w, temporary=temporary) | _before(curve.steps, head)
    days = days_of(curve.steps, w, full=not public, reasons=view in _OFFICES)
    values |= {
        "row": row,
        "public": public,
        "temporary": temporary,
        "office": view in _OFFICES,
        "days": days[:DAYS_SHOWN],
        "more_days": max(0, len(days) - DAYS_SHOWN),
        "changes": len(curve.steps),
        "records": head.records,
        "locality": locality,
        "queue_text": w.queue(row.queue),
        "queue_link": _queue_link(row, curve, w, locality),
        "terms": (),
        "following": published_outlook(row, curve.standing, w),
    }
    tables: dict[str, Table] = {}
    if not public:
        outlook = outlook_of(row, curve.standing, mine.referrals, mine.accesses, mine.stages, w)
        values |= {"terms": outlook.terms, "following": outlook.following}
        tables = own_tables(mine, w, locality, office=view in _OFFICES)
    charts = {"curve": curve_chart(curve.steps, days, head.until, w, full=not public)} if curve.steps else {}
    return Content(
        w.say("ev-application-title", id=application_id),
        values,
        tables,
        charts,
        above(w, locality, Crumb(w.queue(row.queue), link(w.language, "queue", locality=locality, queue=row.queue))),
        head.until,
        w.say("ev-application-lede"),
    )


def load_curve(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """Every change of the number. Raises: NotThere."""
    with sources.registers() as connection:
        head = head_of(connection, params["locality"])
        _, curve = _asked(sources, connection, head, params["application"], view)
    office = view in _OFFICES
    return curve_table(curve.steps, w, head.locality, full=view is not View.PUBLIC, reasons=office, records=office)


def _asked(
    sources: Sources, connection: Connection, head: Head, application_id: str, view: View
) -> tuple[Application, Curve]:
    row = application_of(connection, head.locality, application_id)
    if view is View.PUBLIC and row.queued_at is None:
        raise NotThere(application_id)
    timeline = timeline_of(sources, connection, head, row.queue)
    curve = curve_in(timeline, application_id, head)
    return row, replace(curve, steps=tuple(published(curve.steps))) if view is View.PUBLIC else curve


def _standing(row: Application, curve: Curve, w: Words, *, temporary: bool) -> dict[str, Any]:
    standing = curve.standing
    waiting = standing.waiting if standing is not None else None
    group = standing.group if standing is not None else row.group
    sizes: dict[str, int] = {}
    if waiting is not None:
        counts = waiting.extraordinary, waiting.priority, waiting.general
        sizes = dict(zip((each.value for each in Group), counts, strict=True))
    return {
        "number": standing.number if standing is not None else None,
        "rank": standing.rank if standing is not None else None,
        "size": waiting.total if waiting is not None else 0,
        "group": w.word(Group(group)) if group is not None else "",
        "group_size": sizes.get(str(group), 0),
        "status": _status(row, w, temporary=temporary),
        "state": row.state,
    }


def _status(row: Application, w: Words, *, temporary: bool) -> str:
    """As the published order has it; what left the order is not there any more."""
    if row.state in _IN_ORDER:
        return w.word(status_of(row.state, row.access_until is not None, temporary))
    return str(w.say(f"ev-status-{row.state}"))


def _before(steps: Sequence[Step], head: Head) -> dict[str, Any]:
    """The first number, the best one, and those a day and a week ago."""
    numbers = [each.after for each in steps if each.after is not None]
    return {
        "first_number": numbers[0] if numbers else None,
        "best_number": min(numbers, default=None),
        "yesterday": _number_at(steps, head.until - DAY_MS),
        "last_week": _number_at(steps, head.until - 7 * DAY_MS),
    }


def _number_at(steps: Sequence[Step], moment: int) -> int | None:
    number = None
    for step in steps:
        if step.at > moment:
            break
        number = step.after
    return number


def _queue_link(row: Application, curve: Curve, w: Words, locality: str) -> str:
    number = curve.standing.number if curve.standing is not None else None
    find = row.application_id if number is not None else None
    return link(w.language, "queue", locality=locality, queue=row.queue, find=find)


_EVERY: Final = frozenset(View)
PAGES: Final = [
    Page(
        "application",
        load,
        "application.html",
        fragments=("now", "story", "own", "proof"),
        tables={"curve": load_curve},
        table_views={"curve": _EVERY},
    )
]
