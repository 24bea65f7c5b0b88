"""The page about the site: what it shows, to whom, and up to where its data go. The pattern for a page's module."""

from typing import Final

from consumers.dashboard.access import View
from consumers.dashboard.pages import Column, Content, Link, Page, Params, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Sources, rows
from consumers.dashboard.words import Words

_LOCALITIES: Final = "SELECT locality, records, until, bulletins FROM localities ORDER BY locality"


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """Every locality and up to where its journal is in the registers."""
    with sources.registers() as connection:
        found = rows(connection, _LOCALITIES)
    table = Table(
        w.say("about-localities"),
        (
            Column("locality", w.say("column-locality"), "id"),
            Column("name", w.say("column-name")),
            Column("records", w.say("column-records"), "number"),
            Column("until", w.say("column-until"), "moment"),
            Column("bulletins", w.say("column-bulletins"), "number"),
        ),
        [
            (code, Link(w.locality(code), link(w.language, "locality", locality=code)), records, until, bulletins)
            for code, records, until, bulletins in found
        ],
        w.say("about-empty"),
    )
    return Content(
        w.say("about-title"),
        values={"records": sum(each[1] for each in found)},
        tables={"localities": table},
        until=max((each[2] for each in found), default=None),
        description=w.say("about-lede"),
    )


PAGES: Final = [Page("about", load, "about.html", fragments=("state",))]
