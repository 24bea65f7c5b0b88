"""The pages of bulletins: those of a locality, and one with its places, recalled places and hashes (R5.1, R7.3).

Everything here is published. Ids of places lead on for those who may see a place, and stand for themselves otherwise.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, LiteralString

from msgspec import Struct

from consumers.dashboard.access import View
from consumers.dashboard.officials.listing import OFFICES, Rows, linked, queue_link
from consumers.dashboard.officials.locality_data import Bulletin, head
from consumers.dashboard.officials.telling import crumbs
from consumers.dashboard.pages import Column, Content, Crumb, Link, NotThere, Page, Params, Query, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Connection, Sources, rows
from consumers.dashboard.words import Words, shown
from consumers.public_bulletins.kato import CITIES
from consumers.public_bulletins.model import stem_of
from schemas.instants import Instant

# Bulletins of a page of the list: about three months.
PAGE: Final = 92
# Places of a bulletin that a page shows; all of them are in its lists and files. The first of a season has thousands.
PLACES_SHOWN: Final = 150

_ONE: LiteralString = (
    "SELECT number, date, issued_at, places, recalled, bulletin_hash, previous_bulletin_hash, record FROM bulletins"
    " WHERE locality = %s AND number = %s"
)
_LIST: LiteralString = (
    "SELECT number, date, issued_at, places, recalled, bulletin_hash, previous_bulletin_hash, record FROM bulletins"
    " WHERE locality = %s AND number <= %s ORDER BY number DESC LIMIT %s"
)
_NEWEST: LiteralString = "SELECT coalesce(max(number), 0) FROM bulletins WHERE locality = %s"
_ENTRIES: LiteralString = (
    "SELECT e.part, e.line, e.place_id, e.at, e.organisation_id, o.name, e.queue, e.birth_year, e.age_from, e.age_to,"
    " e.language, e.group_type, e.regime, e.admission, e.admission_from, e.admission_until, e.attendance, e.reason"
    " FROM bulletin_entries e LEFT JOIN organisations o USING (locality, organisation_id)"
    " WHERE e.locality = %s AND e.number = %s AND e.part = %s ORDER BY e.line LIMIT %s"
)
_YEARS: LiteralString = (
    "SELECT birth_year, count(*) FROM bulletin_entries WHERE locality = %s AND number = %s AND part = 'RELEASED'"
    " GROUP BY birth_year ORDER BY birth_year DESC"
)
RELEASED, RECALLED = "RELEASED", "RECALLED"


class Entry(Struct, frozen=True):
    """A line of a bulletin. Of a recalled place only place, moment and reason."""

    part: str
    line: int
    place_id: str
    at: Instant
    organisation_id: str | None
    name: str | None
    queue: str | None
    birth_year: int | None
    age_from: int | None
    age_to: int | None
    language: str | None
    group_type: str | None
    regime: str | None
    admission: str | None
    admission_from: datetime.date | None
    admission_until: datetime.date | None
    attendance: list[str] | None
    reason: str | None


def path(locality: str, view: View, w: Words, *more: Crumb) -> list[Crumb]:
    """The path to a page below a locality: for officials from the nation, for everybody from the start."""
    here = Crumb(w.locality_short(locality), link(w.language, "locality", locality=locality))
    if view in OFFICES:
        # A city is its own region: one step is enough.
        above = crumbs(w, "" if locality in CITIES else locality[:2])
        return [*above, here, *more]
    if locality in CITIES:
        return [here, *more]
    region = Crumb(w.region_name(locality[:2]), link(w.language, "start", of=locality[:2]))
    return [region, here, *more]


def load_list(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The bulletins of a locality, the newest first, from a number downwards. Raises: NotThere."""
    locality = params["locality"]
    with sources.registers() as connection:
        _, until = head(connection, locality)
        newest: int = rows(connection, _NEWEST, (locality,))[0][0]
        first = min(int(params["upto"] or newest), newest)
        found = [Bulletin(*each) for each in rows(connection, _LIST, (locality, first, PAGE))]
    older = found[-1].number - 1 if found else 0
    newer = min(first + PAGE, newest) if first < newest else 0
    return Content(
        w.say("bulletins-title", place=w.locality(locality)),
        values={
            "lead": w.say("bulletins-lead"),
            "older": link(w.language, "bulletins", locality=locality, upto=older) if older > 0 else "",
            "newer": link(w.language, "bulletins", locality=locality, upto=newer) if newer else "",
        },
        tables={"bulletins": _list_table(found, locality, w)},
        crumbs=path(locality, view, w),
        until=until,
        description=w.say("bulletins-lead"),
    )


def _list_table(found: Sequence[Bulletin], locality: str, w: Words) -> Table:
    columns = (
        Column("number", w.say("bulletins-number")),
        Column("date", w.say("bulletins-day"), "day"),
        Column("issued_at", w.say("bulletins-issued"), "moment"),
        Column("released", w.say("bulletins-released"), "number"),
        Column("recalled", w.say("bulletins-recalled"), "number"),
        Column("hash", w.say("bulletins-hash"), "id"),
    )
    table = []
    for each in found:
        number = Link(str(each.number), link(w.language, "bulletin", locality=locality, number=each.number))
        table.append([number, each.date, each.issued_at, each.places, each.recalled, each.hash])
    return Table(w.say("bulletins-caption"), columns, table, w.say("bulletins-empty"))


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """One bulletin. Raises: NotThere."""
    locality, number = params["locality"], int(params["number"])
    with sources.registers() as connection:
        _, until = head(connection, locality)
        found = _bulletin(connection, locality, number)
        released = _entries(connection, locality, number, RELEASED, PLACES_SHOWN)
        recalled = _entries(connection, locality, number, RECALLED, PLACES_SHOWN)
        years: list[tuple[int | None, int]] = rows(connection, _YEARS, (locality, number))
        newest: int = rows(connection, _NEWEST, (locality,))[0][0]
    href = {step: link(w.language, "bulletin", locality=locality, number=number + step) for step in (-1, 1)}
    bulletins = Crumb(w.say("bulletins-crumb"), link(w.language, "bulletins", locality=locality))
    title = w.say("bulletin-page-title", number=number, day=w.day(found.date))
    return Content(
        title,
        values={
            "lead": w.say("bulletin-page-lead", moment=w.moment(found.issued_at), place=w.locality(locality)),
            "bulletin": found,
            "stem": stem_of(found.number, found.date.isoformat()),
            "years": [(str(year or 0), w.count(count)) for year, count in years],
            "previous": href[-1] if number > 1 else "",
            "following": href[1] if number < newest else "",
            "locality": locality,
            "record_link": link(w.language, "record", locality=locality, sequence=found.record)
            if view in OFFICES
            else "",
            "shown_rows": PLACES_SHOWN,
        },
        tables={
            "released": replace(_released_table(released, locality, view, w), total=found.places),
            "recalled": replace(_recalled_table(recalled, locality, view, w), total=found.recalled),
        },
        crumbs=path(locality, view, w, bulletins),
        until=until,
        description=title,
    )


def _bulletin(connection: Connection, locality: str, number: int) -> Bulletin:
    found = rows(connection, _ONE, (locality, number))
    if not found:
        raise NotThere(str(number))
    return Bulletin(*found[0])


def _entries(connection: Connection, locality: str, number: int, part: str, most: int | None = None) -> list[Entry]:
    return [Entry(*each) for each in rows(connection, _ENTRIES, (locality, number, part, most))]


def load_released(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """All places of a bulletin. Raises: NotThere."""
    return _released_table(_all(sources, params, RELEASED), params["locality"], view, w)


def load_recalled(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """All places that were recalled. Raises: NotThere."""
    return _recalled_table(_all(sources, params, RECALLED), params["locality"], view, w)


def _all(sources: Sources, params: Params, part: str) -> list[Entry]:
    with sources.registers() as connection:
        number = _bulletin(connection, params["locality"], int(params["number"])).number
        return _entries(connection, params["locality"], number, part)


def _released_table(entries: Sequence[Entry], locality: str, view: View, w: Words) -> Table:
    titles = (
        ("place", "id"),
        ("organisation", "text"),
        ("queue", "text"),
        ("released_at", "text"),
        ("ages", "text"),
        ("language", "text"),
        ("group", "text"),
        ("regime", "text"),
        ("admission", "text"),
        ("dates", "text"),
        ("attendance", "text"),
    )
    columns = [Column(name, w.say(f"bulletin-page-{name.replace('_', '-')}"), kind) for name, kind in titles]
    if not any(each.attendance for each in entries):  # nearly always: a column that is empty says nothing
        columns = columns[:-1]
    table = Rows(entries, lambda each: _released_row(each, locality, view, w)[: len(columns)])
    return Table(w.say("bulletin-page-released"), columns, table, w.say("bulletin-page-released-empty"))


def _released_row(each: Entry, locality: str, view: View, w: Words) -> list[Any]:
    owner = each.organisation_id or ""
    opens = view in OFFICES
    return [
        linked(w, "place", locality, each.place_id) if opens else each.place_id,
        linked(w, "organisation", locality, owner, each.name) if opens else shown(each.name or owner),
        queue_link(w, locality, each.queue or "", {owner: each.name or owner}),
        w.stamp(each.at),
        w.ages(each.age_from or 0, each.age_to or 0),
        w.language_name(each.language or ""),
        w.symbol("GroupType", each.group_type or ""),
        w.symbol("Regime", each.regime or ""),
        w.symbol("Admission", each.admission or ""),
        _dates(each.admission_from, each.admission_until, w),
        "; ".join(each.attendance or ()),
    ]


def _dates(first: datetime.date | None, last: datetime.date | None, w: Words) -> str:
    if first is None:
        return ""
    start = w.short_day(first)
    if last is None:
        return w.say("admission-from", **{"from": start})
    return w.say("admission-span", **{"from": start, "until": w.short_day(last)})


def _recalled_table(entries: Sequence[Entry], locality: str, view: View, w: Words) -> Table:
    columns = (
        Column("place", w.say("bulletin-page-place"), "id"),
        Column("recalled_at", w.say("bulletin-page-recalled-at")),
        Column("reason", w.say("bulletin-page-reason")),
    )
    table = Rows(
        entries,
        lambda each: [
            linked(w, "place", locality, each.place_id) if view in OFFICES else each.place_id,
            w.stamp(each.at),
            w.symbol("RecallReason", each.reason or ""),
        ],
    )
    return Table(w.say("bulletin-page-recalled"), columns, table, w.say("bulletin-page-recalled-empty"))


PAGES: Final = [
    Page(
        "bulletins",
        load_list,
        "bulletins.html",
        fragments=("list",),
        query={"upto": Query(re.compile(r"[1-9][0-9]{0,8}"))},
    ),
    Page("bulletin", load, "bulletin.html", tables={"released": load_released, "recalled": load_recalled}),
]
