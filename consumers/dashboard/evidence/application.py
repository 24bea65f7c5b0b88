"""The page of an application: its number now, how it moved and why, what runs, what comes next.

Three forms. Public: what the published orders say (R7.3). Own: all of this application. Offices and auditors: the same
with reasons, ids and journal records.
"""

from collections.abc import Sequence
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.evidence.application_rows import Application, application_of, has_referral
from consumers.dashboard.evidence.application_tables import mine_of, own_tables
from consumers.dashboard.evidence.causes import published
from consumers.dashboard.evidence.curve import Standing, Step
from consumers.dashboard.evidence.order import status_of
from consumers.dashboard.evidence.paths import above
from consumers.dashboard.evidence.snapshot import course_of, curve_in, head_of, timeline_of
from consumers.dashboard.evidence.story import HOUR_MS, curve_table
from consumers.dashboard.evidence.terms import outlook_of, published_outlook
from consumers.dashboard.pages import Chart, Content, Crumb, NotThere, Page, Params, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Connection, Sources
from consumers.dashboard.words import Words
from schemas.words import Group

DAY_MS: Final = 24 * 60 * 60 * 1_000
_OFFICES: Final = (View.OFFICIAL, View.AUDITOR)
_IN_ORDER: Final = ("QUEUED", "REFERRED", "STOPPED", "SUSPENDED")


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The page. Raises: NotThere, also for the public where no published order has ever named the application."""
    locality, application_id = params["locality"], params["application"]
    public, office = view is View.PUBLIC, view in _OFFICES
    with sources.registers() as connection:
        head = head_of(connection, locality)
        row = _row(connection, locality, application_id, view)
        mine = mine_of(connection, head, row, public=public)
        temporary = row.state == "QUEUED" and has_referral(connection, locality, application_id)
        timeline = timeline_of(sources, connection, head, row.queue)
    charts: dict[str, Chart] = {}
    with course_of(sources, timeline, application_id, head, w.zone, public=public) as course:
        standing = course.standing
        values = _standing(row, standing, w, temporary=temporary) | {
            "first_number": course.first,
            "best_number": course.best,
            "yesterday": course.number_at(head.until - DAY_MS),
            "last_week": course.number_at(head.until - 7 * DAY_MS),
            "days": course.days(w, full=not public, reasons=office),
            "more_days": course.more_days,
            "changes": course.changes,
        }
        if course.changes:
            charts["curve"] = course.chart(head.until, w, full=not public)
    values |= {
        "row": row,
        "public": public,
        "temporary": temporary,
        "office": office,
        "records": head.records,
        "locality": locality,
        "queue_text": w.queue(row.queue),
        "queue_link": _queue_link(row, standing, w, locality),
        "terms": (),
        "following": published_outlook(row, standing, w),
    }
    tables: dict[str, Table] = {}
    if not public:
        outlook = outlook_of(row, standing, mine.referrals, mine.accesses, mine.stages, w)
        values |= {"terms": outlook.terms, "following": outlook.following}
        tables = own_tables(mine, w, locality, office=office)
    return Content(
        w.say("ev-application-title", id=application_id),
        values,
        tables,
        charts,
        above(w, locality, Crumb(w.queue(row.queue), link(w.language, "queue", locality=locality, queue=row.queue))),
        head.until,
        w.say("ev-application-lede"),
        # The longest part by far; of its own tables offices and families are told more than the curve.
        same={"story": (head.copy, row.queue, values["changes"], head.until // HOUR_MS)} if public else {},
    )


def load_curve(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """Every change of the number. Raises: NotThere."""
    with sources.registers() as connection:
        head = head_of(connection, params["locality"])
        row = _row(connection, head.locality, params["application"], view)
        timeline = timeline_of(sources, connection, head, row.queue)
    steps: Sequence[Step] = curve_in(timeline, row.application_id, head).steps
    if view is View.PUBLIC:
        steps = published(steps)
    office = view in _OFFICES
    return curve_table(steps, w, head.locality, full=view is not View.PUBLIC, reasons=office, records=office)


def _row(connection: Connection, locality: str, application_id: str, view: View) -> Application:
    row = application_of(connection, locality, application_id)
    if view is View.PUBLIC and row.queued_at is None:
        raise NotThere(application_id)
    return row


def _standing(row: Application, standing: Standing | None, w: Words, *, temporary: bool) -> dict[str, Any]:
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


def _queue_link(row: Application, standing: Standing | None, w: Words, locality: str) -> str:
    find = row.application_id if standing is not None and standing.number is not None else None
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
