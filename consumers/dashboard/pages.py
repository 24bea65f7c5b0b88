"""What a page is made of: its data, tables, charts and the function that loads them. Types only.

A page is rendered once for all who have the same view of it, so nothing here says who looks.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from consumers.dashboard.access import Subject, View
from consumers.dashboard.routes import PARTS, ROUTES, Route
from consumers.dashboard.sources import Sources
from consumers.dashboard.words import Words
from schemas.errors import OrynError

Params = Mapping[str, str]
# Words that a query may have without a page's saying so: how a table is had, the wall screen, the live channel.
OWN_QUERY: Final = frozenset({"table", "as", "from", "sort", "wall", "live", "at"})
ROWS_MAX: Final = 200_000


class NotThere(OrynError):
    """Nobody knows what the address names. The answer is the same as for what may not be seen."""


class BadQuery(OrynError):
    """A part of the address behind its question mark that can't be. Its text is for people, in no language: a name."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere. `href`: of `routes.link`."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `name`: in CSV and JSON, the same in every language; `title`: on the page.

    `kind`: how its cells are written: text, id, number, share (0 to 1), minutes, moment (an Instant),
    deadline (an Instant at which a term ends), day (a date).
    """

    name: str
    title: str
    kind: str = "text"


Cell = Any  # str, int, float, date, Instant (of kind "moment"), Link, or None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page: shown, and to be had whole as CSV and JSON. `empty`: what stands there without rows. `order`:
    the column by which its rows are ordered, with a minus sign for the highest first, where a reader can see that."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: str = ""
    # How many there are where `rows` is only what a page shows; None: these are all.
    total: int | None = None
    order: str = ""
    # Whether `total` is only a bound: there are so many or more.
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one kind of bar. `colour`: 1 to 8, of the palette, the same thing in the same colour everywhere."""

    label: str
    values: Sequence[float | None]
    colour: int = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a point of a chart. `colour`: of the palette."""

    at: float
    text: str
    colour: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and, beside it, the same as a table.

    `kind`: lines, steps, bars or stacked. `x`: moments in seconds (with `zone_minutes`, the local time's offset) if
    `times`, else positions 0, 1, 2 … named by `labels`. `down`: small numbers at the top (a place in a queue).
    """

    kind: str
    title: str
    x: Sequence[float]
    series: Sequence[Series]
    labels: Sequence[str] = ()
    times: bool = False
    zone_minutes: int = 0
    marks: Sequence[Mark] = ()
    unit: str = ""
    down: bool = False
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the path above a page. `page`: its name; it is left out for a role that can open none of that name."""

    text: str
    href: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a page shows. `title`: its heading; `until`: up to which moment its data go (book time). `again_s`: loaded
    anew after so long although no source has moved, as Page.fresh_s, for this content only. `same`: fragment -> what it
    is made of beside address, view and language: where that is the same as before, so is the fragment."""

    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    charts: Mapping[str, Chart] = field(default_factory=dict)
    crumbs: Sequence[Crumb] = ()
    until: int | None = None
    description: str = ""
    again_s: float | None = None
    same: Mapping[str, Hashable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A page's answer that leads to another page: `href` of `routes.link`."""

    href: str


@dataclass(frozen=True, slots=True)
class Query:
    """A word of a page's query. `fits`: the values that it may have; another one is a bad request."""

    fits: re.Pattern[str]
    default: str = ""


Load = Callable[[Sources, Params, View, Words], "Content | Elsewhere"]
LoadTable = Callable[[Sources, Params, View, Words], Table]


@dataclass(frozen=True)
class Page:
    """One page. `name`: of `routes.ROUTES`, which says its address and who may see it.

    `load`: its data; raises NotThere. `template`: in the folder `templates` beside the module. `fragments`: blocks of
    the template that the live channel renews, each inside an element with `id="live-NAME"`. `tables`: lists that are
    read only when asked for with `?table=NAME`; those in Content.tables can be had the same way. `table_views`: the
    views that have a table; one that is missing here is for all who see the page. `query`: the words that its address
    may have. `fresh_s`: rendered anew after so long although no source has moved; none: never.
    """

    name: str
    load: Load
    template: str
    fragments: Sequence[str] = ()
    tables: Mapping[str, LoadTable] = field(default_factory=dict)
    table_views: Mapping[str, frozenset[View]] = field(default_factory=dict)
    query: Mapping[str, Query] = field(default_factory=dict)
    fresh_s: float | None = None

    def __post_init__(self) -> None:
        """A page that has no address, or takes words that are the frame's, is a mistake of its module."""
        assert self.name in ROUTES, f"{self.name}: not in routes.ROUTES"
        taken = (OWN_QUERY | set(PARTS)) & set(self.query)
        assert not taken, f"{self.name}: {taken} can't be words of its query"

    @property
    def route(self) -> Route:
        """Where it is."""
        return ROUTES[self.name]

    def subject(self, params: Params) -> Subject:
        """What it is about."""
        return self.route.subject(params)

    def asked(self, query: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """The page's own words of a query, with defaults; words that nobody knows are left out (links that were passed
        on carry such). Raises: BadQuery."""
        found = {}
        for name, each in self.query.items():
            given = query.get(name, ())
            if len(given) > 1:
                raise BadQuery(name)
            value = given[0] if given else each.default
            if value and not each.fits.fullmatch(value):
                raise BadQuery(name)
            found[name] = value
        return found
