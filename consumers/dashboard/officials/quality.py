"""The quality table in the form of the standard of 2012, of the nation, a region and a locality."""

import datetime
from collections.abc import Callable
from typing import Final

from consumers.dashboard.access import View
from consumers.dashboard.officials.bulletins import path
from consumers.dashboard.officials.course import scope_of
from consumers.dashboard.officials.telling import crumbs
from consumers.dashboard.pages import Column, Content, Crumb, NotThere, Page, Params, Table
from consumers.dashboard.sources import AWAY, SourceAway, Sources
from consumers.dashboard.words import Words
from consumers.indicators.deliveries import deliveries, in_time
from consumers.indicators.quality import PERCENT, Counted, Origin, QualityRow, QualityTable, quality
from consumers.indicators.questions import newest_day, now
from schemas.indicators import Level


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The table from the beginning of the year up to the newest day. Raises: NotThere, SourceAway."""
    area = params.get("locality") or params.get("region", "")
    scope = scope_of(area)
    with sources.indicators() as connection:
        last = newest_day(connection, scope)
        if last is None and area:
            raise NotThere(area)
        until = now(connection, scope).until
        messages = None if last is None else _messages(sources, last, area)
        found = quality(connection, scope, sources.goals, last=last, messages=messages)
    title = w.say("quality-title", place=_place(scope.level, area, w))
    return Content(
        title,
        values={
            "lead": w.say("quality-lead"),
            "about": w.say("quality-about"),
            "days": _days(found, w),
        },
        tables={"quality": _table(found, w)},
        crumbs=_path(scope.level, area, view, w),
        until=until,
        description=w.say("quality-lead"),
    )


def _messages(sources: Sources, last: datetime.date, area: str) -> Counted | None:
    """How many messages came in time this year; none where there is no delivery log here."""
    try:
        with sources.gateway() as connection:
            schema = sources.settings.gateway
            return in_time(deliveries(connection, schema, last.replace(month=1, day=1), last, area))
    except (SourceAway, *AWAY):
        return None


def _place(level: Level, area: str, w: Words) -> str:
    words: dict[Level, Callable[[], str]] = {
        Level.NATION: lambda: w.say("nation-crumb"),
        Level.REGION: lambda: w.region_name(area),
        Level.LOCALITY: lambda: w.locality(area),
    }
    return words[level]()


def _path(level: Level, area: str, view: View, w: Words) -> list[Crumb]:
    if level is Level.LOCALITY:
        return path(area, view, w)
    return crumbs(w, area)


def _days(found: QualityTable, w: Words) -> str:
    if found.first is None or found.last is None:
        return ""
    return w.say("span", **{"from": w.day(found.first), "until": w.day(found.last)})


def _table(found: QualityTable, w: Words) -> Table:
    columns = (
        Column("indicator", w.say("quality-indicator")),
        Column("group", w.say("quality-group")),
        Column("normative", w.say("quality-normative"), "share"),
        Column("target", w.say("quality-target"), "share"),
        Column("current", w.say("quality-current"), "share"),
        Column("met", w.say("quality-met")),
        Column("basis", w.say("quality-basis")),
        Column("source", w.say("quality-source")),
    )
    rows = [
        [
            w.say(f"quality-row-{each.name}"),
            w.symbol("QualityGroup", each.group),
            _share(each.normative),
            _share(each.target),
            _share(each.current),
            _met(each, w),
            _basis(each, w),
            each.source,
        ]
        for each in found.rows
    ]
    return Table(w.say("quality-caption"), columns, rows, w.say("quality-empty"))


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / PERCENT


def _met(each: QualityRow, w: Words) -> str:
    if each.met is None:
        return ""
    return w.say("quality-met-yes") if each.met else w.say("quality-met-no")


def _basis(each: QualityRow, w: Words) -> str:
    if each.origin in (Origin.NOT_IN_THE_LOG, Origin.STATED):
        return w.symbol("QualityOrigin", each.origin)
    if each.part is None or not each.whole:
        return w.say("quality-met-unknown")
    return w.say("quality-basis-of", numerator=w.count(each.part), denominator=w.count(each.whole))


PAGES: Final = [Page(name, load, "quality.html") for name in ("quality", "region-quality", "locality-quality")]
