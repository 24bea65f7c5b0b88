"""The page of a region: its localities in figures, today, the last weeks, and who is late."""

from typing import Final

from consumers.dashboard.access import View
from consumers.dashboard.officials.course import course, scope_of
from consumers.dashboard.officials.listing import QUERY, lists
from consumers.dashboard.officials.measures import ENOUGH
from consumers.dashboard.officials.telling import (
    Place,
    compared,
    crumbs,
    headlines,
    hours_chart,
    waiting_chart,
    watched,
    weeks_chart,
)
from consumers.dashboard.pages import Content, Link, NotThere, Page, Params
from consumers.dashboard.routes import link
from consumers.dashboard.sources import SourceAway, Sources, rows
from consumers.dashboard.words import Words

TABLE: Final = ("waiting", "waiting-time", "on-offer", "idle", "late", "referrals-today", "enrolled-today")
# So many localities a page compares; the others are in its files.
SHOWN: Final = 100


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """A region now, today and in the last weeks. Raises: NotThere; SourceAway where no indicators are there."""
    region = params["region"]
    with sources.registers() as connection:
        if not rows(connection, "SELECT 1 FROM localities WHERE region = %s LIMIT 1", (region,)):
            raise NotThere(region)
    found = course(sources, scope_of(region))
    if found is None:
        raise SourceAway("the indicators are not there yet")
    here = Place("region", {"region": region})
    parts = [
        (each, Link(w.locality_short(each.scope.subject), link(w.language, "locality", locality=each.scope.subject)))
        for each in found.parts
    ]
    table, most = compared(parts, TABLE, (w.say("region-table"), "locality", w.say("region-locality")), w, TABLE[0])
    charts = {"today": hours_chart(found, w), "weeks": weeks_chart(found, w), "waiting": waiting_chart(found, w)}
    return Content(
        w.region_name(region),
        values={
            "headlines": headlines(found, here, w),
            "watched": watched(parts, found, w),
            "most": most,
            "shown_rows": SHOWN,
            "enough": ENOUGH,
            "region": region,
            "day": found.day,
            "lead": w.say("region-lead"),
        },
        tables={"localities": table},
        charts={name: each for name, each in charts.items() if each is not None},
        crumbs=crumbs(w),
        until=found.until,
        description=w.say("region-lead"),
    )


PAGES: Final = [
    Page(
        "region",
        load,
        "region.html",
        fragments=("headlines", "attention", "localities", "today"),
        tables=lists(),
        query=QUERY,
    )
]
