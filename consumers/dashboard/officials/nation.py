"""The page of the nation: the map of its regions, today, the last weeks, and what needs attention."""

import re
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.officials.course import Course, Part, course, scope_of
from consumers.dashboard.officials.listing import QUERY, lists
from consumers.dashboard.officials.measures import COMPARED, ENOUGH, MEASURES
from consumers.dashboard.officials.telling import (
    Place,
    compared,
    headlines,
    hours_chart,
    tiles,
    waiting_chart,
    watched,
    weeks_chart,
)
from consumers.dashboard.pages import Content, Link, Page, Params, Query
from consumers.dashboard.routes import link
from consumers.dashboard.sources import SourceAway, Sources
from consumers.dashboard.words import Words
from consumers.public_bulletins.kato import REGIONS

TABLE: Final = ("waiting", "waiting-time", "on-offer", "idle", "late", "referrals-today", "enrolled-today")
HERE: Final = Place("nation", {})


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The nation now, today and in the last weeks. Raises: SourceAway where no indicators are there."""
    found = course(sources, scope_of(""))
    if found is None:
        raise SourceAway("the indicators are not there yet")
    figure = params["figure"]
    by_region = {each.scope.subject: each for each in found.parts}
    parts = [
        (by_region[code], Link(w.region_name(code), link(w.language, "region", region=code))) for code in by_region
    ]
    table, most = compared(parts, TABLE, (w.say("nation-table"), "region", w.say("nation-region")), w, figure)
    values = _values(found, by_region, parts, figure, w)
    charts = {"today": hours_chart(found, w), "weeks": weeks_chart(found, w), "waiting": waiting_chart(found, w)}
    return Content(
        w.say("nation-title"),
        values={
            **values,
            "most": most,
            "figure": figure,
        },
        tables={"regions": table},
        charts={name: each for name, each in charts.items() if each is not None},
        until=found.until,
        description=w.say("nation-lead"),
    )


def _values(
    found: Course, by_region: dict[str, Part], parts: list[tuple[Part, Link]], figure: str, w: Words
) -> dict[str, Any]:
    names = {code: w.region_name(code) for code in REGIONS}
    map_tiles, legend = tiles(by_region, names, MEASURES[figure], w)
    return {
        "headlines": headlines(found, HERE, w),
        "tiles": map_tiles,
        "legend": legend,
        "choices": [(w.say(f"figure-{each}"), HERE.href(w, figure=each), each == figure) for each in COMPARED],
        "enough": ENOUGH,
        "watched": watched(parts, found, w),
        "day": found.day,
        "lead": w.say("nation-lead"),
    }


_FIGURE: Final = re.compile("|".join(COMPARED))
PAGES: Final = [
    Page(
        "nation",
        load,
        "nation.html",
        fragments=("headlines", "map", "attention", "today"),
        tables=lists(),
        query={**QUERY, "figure": Query(_FIGURE, COMPARED[0])},
    )
]
