"""From a page's content to its HTML: the whole page, or its fragments for the live channel.

Owns the templates' engine: every value is escaped, a value that is missing is an error, and macros (`ui`) and words are
there in every block. Never asks a source and never knows who looks: a role and a view say what is shown.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
from jinja2.runtime import Context
from markupsafe import Markup, escape

from consumers.dashboard.access import EVERYBODY, PUBLISHED, Level, Role, View
from consumers.dashboard.assets import Assets
from consumers.dashboard.ordering import Order, direction, next_order
from consumers.dashboard.pages import Chart, Column, Content, Crumb, Link, Page, Params, Table
from consumers.dashboard.routes import LANGUAGES, ROUTES, link
from consumers.dashboard.words import Language, Words, packages, shown, words

VERSION_BYTES: Final = 12
# Who can open what lies above: an office's scope is one region or one locality.
ABOVE: Final = {
    Level.NATION: frozenset({Role.NATION, Role.AUDITOR}),
    Level.REGION: frozenset({Role.NATION, Role.AUDITOR, Role.REGION}),
}
# Rows of a table that a page shows at once; the others are on the next pages.
ROWS_SHOWN: Final = 150
# Inside a script element no value may end it or open a comment.
_JSON_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page's content as HTML. `fragments`: block -> HTML; `version`: changes with any of them."""

    fragments: Mapping[str, str]
    version: str


@dataclass(frozen=True, slots=True)
class Look:
    """In which dress a page is shown: part of the key of its bytes."""

    role: Role = Role.PUBLIC
    wall: bool = False
    live: bool = True


class Renderer:
    """Makes pages. One for a process: templates are compiled once for each language."""

    def __init__(self, assets: Assets, service: str | None = None, published: str | None = None) -> None:
        """`service`: who runs the site, shown at its foot; `published`: where the public pages are on the web."""
        self._environments = {
            Language(each): _environment(Language(each), assets, service, published) for each in LANGUAGES
        }

    def fragments(
        self, page: Page, content: Content, params: Params, view: View, w: Words, known: Mapping[str, str] | None = None
    ) -> Rendered:
        """The blocks that the live channel renews. `known`: those that are the same as before."""
        template = self._template(page.template, w)
        context = template.new_context(self._values(page, content, params, view, w))
        found = {**known} if known else {}
        for name in page.fragments:
            if name not in found:
                found[name] = "".join(_block(template, name, context)).strip()
        return Rendered(found, version_of(found))

    def page(
        self, page: Page, content: Content, params: Params, view: View, w: Words, *, look: Look, rendered: Rendered
    ) -> bytes:
        """The whole page."""
        values = self._values(page, content, params, view, w)
        values["crumbs"] = crumbs_for(look.role, content.crumbs)
        return self._text(page.template, w, **values, look=look, version=rendered.version if page.fragments else None)

    def table(self, page: Page, values: Mapping[str, Any], params: Params, view: View, w: Words, look: Look) -> bytes:
        """A page's table as a page of its own."""
        content = Content(values["title"], crumbs=values["crumbs"])
        return self._text(
            "table.html",
            w,
            **{**self._values(page, content, params, view, w, values["name"]), **values},
            look=look,
            version=None,
        )

    def plain(self, template: str, w: Words, look: Look, here: str, **values: Any) -> bytes:
        """A page of the frame itself: an error, the login. `here`: its address behind the language."""
        frame = {"here": here, "look": look, "version": None, "page": None, "crumbs": (), "charts": {}}
        return self._text(template, w, **{**frame, **values})

    def _values(
        self, page: Page, content: Content, params: Params, view: View, w: Words, listed: str = ""
    ) -> dict[str, Any]:
        path = {key: value for key, value in params.items() if key in page.route.parts}
        asked = {key: params[key] for key, each in page.query.items() if params.get(key, each.default) != each.default}
        order = Order.of(params.get("sort", ""))
        words_of_page = {**asked, **({"table": listed} if listed else {}), **({"sort": str(order)} if order else {})}
        here = link(w.language, page.name, **path, **words_of_page)
        return {
            **content.values,
            "page": page,
            "content": content,
            "tables": content.tables,
            "charts": content.charts,
            "title": content.title,
            "crumbs": content.crumbs,
            "until": content.until,
            "view": view,
            "params": params,
            "w": w,
            "here": here.removeprefix(f"/{w.language}"),
            "table_link": TableLinks(w.language, page.name, {**path, **asked}, order, listed),
        }

    def _template(self, name: str, w: Words) -> Template:
        return self._environments[w.language].get_template(name)

    def _text(self, template: str, words_: Words, **values: Any) -> bytes:
        return self._template(template, words_).render({"w": words_, **values}).encode()


class TableLinks:
    """The addresses of a page's tables: `table_link("NAME", as_="csv")`, and of the page with a table in another
    order. A file has the rows in the order in which the page shows them."""

    def __init__(
        self, language: str, page: str, words_of_page: Mapping[str, str], order: Order | None, listed: str
    ) -> None:
        """`listed`: the table that is the page itself."""
        self._language = language
        self._page = page
        self._words = words_of_page
        self._order = order
        self._listed = listed

    def __call__(self, name: str, **more: Any) -> str:
        """A table as a page of its own, or as a file."""
        order = self._order
        if order is not None and (order.table or self._listed) == name:
            more = {"sort": str(Order(order.column, down=order.down)), **more}
        return link(self._language, self._page, **{**self._words, **more, "table": name})

    def by(self, table: Table, column: Column, name: str) -> str:
        """Where a click on a column's heading leads: to the same page in that order, or, when the page shows a part
        of the rows, to all of them."""
        partly = table.total is not None and table.total > len(table.rows)
        if self._listed or partly:
            order = str(next_order(table, column))
            return link(self._language, self._page, **{**self._words, "table": name, "sort": order})
        order = str(next_order(table, column, name))
        return link(self._language, self._page, **{**self._words, "sort": order}) + f"#table-{name}"


def crumbs_for(role: Role, crumbs: Sequence[Crumb]) -> list[Crumb]:
    """The steps that lead somewhere for a role. A region's page is not the region above for a locality's office."""
    return [each for each in crumbs if not each.page or opens(role, each.page)]


def opens(role: Role, page: str) -> bool:
    """Whether a role can open the pages of a name that lie above what it looks at."""
    route = ROUTES[page]
    if role not in route.rule:
        return False
    if PUBLISHED is route.rule or EVERYBODY is route.rule:
        return True
    return role in ABOVE.get(route.level, frozenset(Role))


def version_of(fragments: Mapping[str, str]) -> str:
    """A word for these fragments: the same for the same, in every process."""
    digest = blake2b(digest_size=VERSION_BYTES)
    for name, text in sorted(fragments.items()):
        digest.update(name.encode() + b"\0" + text.encode() + b"\0")
    return digest.hexdigest()


def _block(template: Template, name: str, context: Context) -> Iterator[str]:
    return template.blocks[name](context)


def _environment(language: Language, assets: Assets, service: str | None, published: str | None) -> Environment:
    found = Environment(
        loader=ChoiceLoader([PackageLoader(each, "templates") for each in _with_templates()]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    w = words(language)
    found.globals.update(
        t=w.say,
        count=w.count,
        language=language.value,
        languages=LANGUAGES,
        tongues={each: words(Language(each)).say("language") for each in LANGUAGES},
        asset=assets.path,
        service=service,
        published=None if published is None else published.rstrip("/"),
        url=lambda name, /, **given: link(language, name, **given),
        shown=shown,
        ROWS_SHOWN=ROWS_SHOWN,
        Link=Link,
        Role=Role,
        View=View,
    )
    found.filters["chart_json"] = chart_json
    found.filters["cell"] = cell_text
    found.filters["unbroken"] = unbroken
    found.filters["direction"] = lambda column, table: direction(table, column)
    found.tests["link"] = lambda value: isinstance(value, Link)
    # Macros see these globals, too, and stand in every block, also in one that is rendered by itself.
    found.globals["ui"] = found.get_template("ui.html").module
    return found


def _with_templates() -> Iterator[str]:
    for each in packages():
        try:
            PackageLoader(each, "templates")
        except ValueError:  # a folder without templates, or not written yet
            continue
        yield each


def cell_text(value: Any, column: Column, w: Words) -> str:
    """A cell of a table, in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(w.say("yes") if value else w.say("no"))
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return w.short_day(value)
    if isinstance(value, int | float) and column.kind in _NUMBERS:
        return _NUMBERS[column.kind](w, value)
    return shown(value.text if isinstance(value, Link) else str(value))


def unbroken(text: str, part: str) -> Markup:
    """A text in which one part, an id, is not broken where a line ends."""
    before, found, after = shown(text).partition(part)
    return Markup('{}<span class="whole">{}</span>{}').format(before, found, after) if found else Markup(escape(before))  # noqa: S704 - escaped


def _deadline(w: Words, moment: int) -> str:
    """The end of a term: midnight is 24:00 of the day that it ends (rules, section 0)."""
    if w.clock(moment) == "00:00:00":
        return f"{w.short_day(w.local_day(moment - 1))} 24:00"
    return w.stamp(moment)[:-3]


# How numbers of a column's kind are written.
_NUMBERS: Final[Mapping[str, Callable[[Words, Any], str]]] = {
    "moment": lambda w, value: w.stamp(value)[:-3],
    "deadline": _deadline,
    "minutes": Words.minutes,
    "share": Words.share,
    "number": lambda w, value: w.number(value),
}


@cache
def _months(w: Words) -> list[str]:
    """How months are written beside a day, January first: not every browser knows every language."""
    return [w.day_short(date(2021, month, 1)).partition(" ")[2] for month in range(1, 13)]


def chart_json(chart: Chart, w: Words) -> Markup:
    """What the browser draws a chart from, safe inside a script element that holds data."""
    data = {
        "kind": chart.kind,
        "x": list(chart.x),
        "times": chart.times,
        "zone": chart.zone_minutes,
        "labels": [shown(each) for each in chart.labels],
        "down": chart.down,
        "unit": chart.unit,
        "language": w.language,
        "months": _months(w) if chart.times else [],
        "series": [{"label": shown(e.label), "colour": e.colour, "values": list(e.values)} for e in chart.series],
        "marks": [{"at": each.at, "text": shown(each.text), "colour": each.colour} for each in chart.marks],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter, escaped in _JSON_ESCAPES.items():
        text = text.replace(letter, escaped)
    return Markup(text)  # noqa: S704 - escaped for where it stands
