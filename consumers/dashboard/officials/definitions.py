"""What the figures of all pages mean, for everybody: each by its words, its formula's indicators and its paragraphs."""

from typing import Final

from consumers.dashboard.access import View
from consumers.dashboard.officials.measures import MEASURES, Measure
from consumers.dashboard.pages import Column, Content, Page, Params, Table
from consumers.dashboard.sources import Sources
from consumers.dashboard.words import Words
from schemas.indicators import INDICATORS


def load(_: Sources, __: Params, ___: View, w: Words) -> Content:
    """The definitions. Asks no source."""
    columns = (
        Column("name", w.say("definitions-name")),
        Column("indicators", w.say("definitions-indicators"), "id"),
        Column("source", w.say("quality-source")),
        Column("meaning", w.say("figure-what")),
    )
    rows = [
        [w.say(f"figure-{each.name}"), ", ".join(each.indicators), _source(each), w.say(f"hint-{each.name}")]
        for each in MEASURES.values()
    ]
    return Content(
        w.say("definitions"),
        values={"measures": [(each.name, _source(each), ", ".join(each.indicators)) for each in MEASURES.values()]},
        tables={"definitions": Table(w.say("definitions"), columns, rows)},
        description=w.say("definitions-about"),
    )


def _source(measure: Measure) -> str:
    return "; ".join(dict.fromkeys(INDICATORS[name].source for name in measure.indicators))


PAGES: Final = [Page("definitions", load, "definitions.html")]
