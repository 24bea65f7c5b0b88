"""The public start: find an application, a locality, a queue; and in plain words what the queue is.

Shows only what is published. A search leads to an application only if it stands in a published order: whether other
ids are known is not said.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.pages import Content, Crumb, Elsewhere, Page, Params, Query
from consumers.dashboard.routes import PARTS, link
from consumers.dashboard.sources import Sources, rows
from consumers.dashboard.words import Language, Words
from consumers.live_view.errors import Ambiguous
from consumers.public_bulletins.kato import CITIES, REGIONS

# Localities that a search shows: whoever finds more should write more.
FOUND_MAX: Final = 30
_LOCALITIES: Final = "SELECT locality, region FROM localities ORDER BY locality"


def load(sources: Sources, params: Params, _: View, w: Words) -> Content | Elsewhere:
    """The start, a region's localities, or what a search found: one thing is gone to at once."""
    text, region = params["find"].strip(), params["of"]
    with sources.registers() as connection:
        localities: list[tuple[str, str]] = rows(connection, _LOCALITIES)
    found: list[str] = []
    if text:
        where = _application(sources, text, w)
        if where is not None:
            return Elsewhere(where)
        found = search(text, [code for code, _ in localities])
        if len(found) == 1:
            return Elsewhere(link(w.language, "locality", locality=found[0]))
    inside = [code for code, of in localities if region and of == region]
    if len(inside) == 1 and inside[0] in CITIES:
        return Elsewhere(link(w.language, "locality", locality=inside[0]))
    return Content(
        w.say("start-title"),
        values={
            "lead": w.say("start-lead"),
            "text": text,
            "found": [_locality(code, w) for code in found],
            "region": region,
            "region_name": w.region_name(region) if region else "",
            "inside": [_locality(code, w) for code in inside],
            "tiles": _tiles(Counter(of for _, of in localities), w),
        },
        crumbs=[Crumb(w.say("start-crumb"), link(w.language, "start"))] if region or text else [],
        description=w.say("start-lead"),
    )


def _locality(code: str, w: Words) -> dict[str, str]:
    return {"name": w.locality(code), "code": code, "href": link(w.language, "locality", locality=code)}


def _application(sources: Sources, text: str, w: Words) -> str | None:
    """Where an application is shown; none for an id that stands in no published order."""
    if not PARTS["application"].fullmatch(text):
        return None
    try:
        found = sources.live_view.application(text)
    except Ambiguous:
        # Ids are the publishers' own; that two localities use one is rare. The locality's page has its queues.
        return None
    if found is None or found.status is None:
        return None
    return link(w.language, "application", locality=found.locality, application=text)


def search(text: str, codes: list[str]) -> list[str]:
    """Localities by the beginning of their code, or by the name of a city or region in any language."""
    wanted = text.casefold()
    if wanted.isdecimal():
        return [code for code in codes if code.startswith(wanted)][:FOUND_MAX]
    cities = {code for code, names in CITIES.items() if _named(names, wanted)}
    regions = {code for code, names in REGIONS.items() if _named(names, wanted)}
    return [code for code in codes if code in cities or (code[:2] in regions and code not in CITIES)][:FOUND_MAX]


def _named(names: tuple[str, str, str], wanted: str) -> bool:
    return any(wanted in name.casefold() for name in names)


def _tiles(known: Mapping[str, int], w: Words) -> Mapping[str, Any]:
    """The regions as tiles, each leading to its localities; one without any leads nowhere."""
    place = list(Language).index(w.language)
    return {
        code: {
            "name": names[place],
            "text": w.count(known[code]) if code in known else "",
            "level": 1 if code in known else 0,
            "href": link(w.language, "start", of=code) if code in known else "",
            "more": w.say("start-localities", count=known[code]) if code in known else "",
        }
        for code, names in REGIONS.items()
    }


PAGES: Final = [
    Page(
        "start",
        load,
        "start.html",
        query={"find": Query(re.compile(r"[^\x00-\x1f\x7f]{1,100}")), "of": Query(re.compile(r"[0-9]{2}"))},
    )
]
