"""The page of a queue: how long it is and of whom, how it moved, how 1 : 3 came out, its order, the places on offer.

The public form is what the published orders say (R7.3). Which places are on offer at this moment is for offices: who
sees a place go the moment an application is referred knows where that child will be. One snapshot.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.evidence.offers import OFFERED, STAGES, offers_of, offers_table, stages_of_queue
from consumers.dashboard.evidence.order import Row, is_known, order_of, waiting_in
from consumers.dashboard.evidence.paths import above
from consumers.dashboard.evidence.snapshot import head_of, timeline_of
from consumers.dashboard.evidence.standing_order import Asked, standing_order
from consumers.dashboard.evidence.standing_order import Page as Order
from consumers.dashboard.evidence.timeline import common_ratio
from consumers.dashboard.evidence.weeks import Week, weeks_of
from consumers.dashboard.pages import Chart, Column, Content, Link, NotThere, Page, Params, Query, Series, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Sources
from consumers.dashboard.words import Words
from schemas.outputs import OrderStatus
from schemas.words import Group

ROWS: Final = 50
# Who looks for an id sees some of those before it.
BEFORE: Final = 5
OFFERS_SHOWN: Final = 20
WEEKS_SHOWN: Final = 53
_OFFICES: Final = frozenset({View.OFFICIAL, View.AUDITOR})


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The page. Raises: NotThere."""
    locality, queue = params["locality"], params["queue"]
    with sources.registers() as connection:
        head = head_of(connection, locality)
        if not is_known(connection, locality, queue):
            raise NotThere(queue)
        timeline = timeline_of(sources, connection, head, queue)
        waiting = waiting_in(timeline, head)
        order = standing_order(timeline).page(connection, head, queue, waiting, _asked(params))
        office = view in _OFFICES
        stages = stages_of_queue(connection, locality, queue) if office else {}
        offers = offers_of(connection, locality, queue) if office else []
    weeks = weeks_of(timeline, head.records, head.until, w)
    first = order.first
    values = {
        "office": office,
        "queue": queue,
        "locality": locality,
        "waiting": waiting,
        "groups": [
            (w.word(group), count, colour)
            for group, count, colour in zip(
                (Group.EXTRAORDINARY, Group.PRIORITY, Group.GENERAL),
                (waiting.extraordinary, waiting.priority, waiting.general),
                (4, 2, 1),
                strict=True,
            )
        ],
        "access": order.counts[OrderStatus.ACCESS],
        "referred": order.counts[OrderStatus.REFERRED],
        "paused": order.counts[OrderStatus.STOPPED],
        "stages": [(w.symbol("Stage", each), stages.get(each, 0)) for each in STAGES if stages.get(each)],
        "on_offer": sum(stages.get(each, 0) for each in OFFERED),
        "offers_total": len(offers),
        "records": head.records,
        "ratio": _ratio(weeks),
        "expected": common_ratio(),
        "find": params.get("find", ""),
        "found": _found(order, params),
        "first": first,
        "previous": _turn(w, params, max(1, first - ROWS)) if first > 1 else "",
        "following": _turn(w, params, first + ROWS) if first + ROWS <= waiting.total else "",
    }
    tables = {"page": order_table(order.rows, w, locality, order.total)}
    if office:
        tables["offered"] = offers_table(offers[:OFFERS_SHOWN], w, locality)
    charts = _charts(weeks[-WEEKS_SHOWN:], w)
    # For the public nothing but the weeks, of which the last one follows from the number of changes.
    same = {} if office else {"movement": (head.copy, timeline.length_at(head.records), len(weeks))}
    return Content(
        w.queue(queue), values, tables, charts, above(w, locality), head.until, w.say("ev-queue-lede"), same=same
    )


def _asked(params: Params) -> Asked:
    return Asked(int(params.get("first") or "1"), ROWS, params.get("find", ""), BEFORE)


def _found(order: Order, params: Params) -> str:
    """What became of the id that was looked for."""
    if not params.get("find"):
        return ""
    if not order.known:
        return "none"
    return "off" if order.number is None else str(order.number)


def _turn(w: Words, params: Params, first: int) -> str:
    return link(w.language, "queue", locality=params["locality"], queue=params["queue"], first=first) + "#order"


def order_table(rows: Sequence[Row], w: Words, locality: str, total: int) -> Table:
    """The published order, or a part of it."""
    columns = (
        Column("number", w.say("ev-column-number"), "number"),
        Column("application_id", w.say("ev-column-application"), "id"),
        Column("group", w.say("ev-column-group")),
        Column("submitted_at", w.say("ev-column-submitted"), "moment"),
        Column("status", w.say("ev-column-status")),
    )
    words = {each: w.word(each) for each in (*Group, *OrderStatus)}
    cells: list[tuple[Any, ...]] = [
        (
            each.number,
            Link(
                each.application_id, link(w.language, "application", locality=locality, application=each.application_id)
            ),
            words[each.group],
            each.submitted_at,
            words[each.status],
        )
        for each in rows
    ]
    return Table(w.say("ev-order-caption"), columns, cells, w.say("ev-order-empty"), total)


def load_order(sources: Sources, params: Params, view: View, w: Words) -> Table:  # all see the same
    """The whole order, with those off it. Raises: NotThere."""
    locality, queue = params["locality"], params["queue"]
    with sources.registers() as connection:
        head = head_of(connection, locality)
        if not is_known(connection, locality, queue):
            raise NotThere(queue)
        waiting = waiting_in(timeline_of(sources, connection, head, queue), head)
        order = order_of(connection, head, queue, waiting)
    return order_table(order, w, locality, len(order))


def load_offers(sources: Sources, params: Params, view: View, w: Words) -> Table:  # offices only
    """All places on offer. Raises: NotThere."""
    with sources.registers() as connection:
        head_of(connection, params["locality"])
        found = offers_of(connection, params["locality"], params["queue"])
    return offers_table(found, w, params["locality"])


def _ratio(weeks: Sequence[Week]) -> tuple[int, int]:
    """General and priority referrals so far while both waited."""
    general = sum(each.both[Group.GENERAL] for each in weeks)
    return general, sum(each.both[Group.PRIORITY] for each in weeks)


def _charts(weeks: Sequence[Week], w: Words) -> dict[str, Chart]:
    if not weeks:
        return {}
    labels = [w.day_short(each.monday) for each in weeks]
    table = weeks_table(weeks, w)
    x = list(range(len(weeks)))
    served = [
        Series(w.word(group), [each.served[group] for each in weeks], colour)
        for group, colour in ((Group.EXTRAORDINARY, 4), (Group.PRIORITY, 2), (Group.GENERAL, 1))
    ]
    length = [Series(w.say("ev-waiting"), [each.waiting for each in weeks], 1)]
    return {
        "length": Chart("lines", w.say("ev-length-title"), x, length, labels),
        "served": Chart("stacked", w.say("ev-served-title"), x, served, labels, table=table),
    }


def weeks_table(weeks: Sequence[Week], w: Words) -> Table:
    """The weeks, the newest first."""
    columns = (
        Column("week", w.say("ev-column-week"), "day"),
        Column("joined", w.say("ev-column-joined"), "number"),
        Column("served_extraordinary", w.say("ev-column-served-EXTRAORDINARY"), "number"),
        Column("served_priority", w.say("ev-column-served-PRIORITY"), "number"),
        Column("served_general", w.say("ev-column-served-GENERAL"), "number"),
        Column("returned", w.say("ev-column-returned"), "number"),
        Column("paused", w.say("ev-column-paused"), "number"),
        Column("left", w.say("ev-column-left"), "number"),
        Column("waiting", w.say("ev-column-waiting"), "number"),
        Column("both_general", w.say("ev-column-both-GENERAL"), "number"),
        Column("both_priority", w.say("ev-column-both-PRIORITY"), "number"),
    )
    rows = [
        (each.monday, each.joined, each.served[Group.EXTRAORDINARY], each.served[Group.PRIORITY],
         each.served[Group.GENERAL], each.returned, each.paused, each.left, each.waiting, each.both[Group.GENERAL],
         each.both[Group.PRIORITY])
        for each in reversed(weeks)
    ]  # fmt: skip
    return Table(w.say("ev-weeks-caption"), columns, rows, w.say("ev-weeks-empty"))


def load_weeks(sources: Sources, params: Params, view: View, w: Words) -> Table:  # all see the same
    """All weeks. Raises: NotThere."""
    locality, queue = params["locality"], params["queue"]
    with sources.registers() as connection:
        head = head_of(connection, locality)
        if not is_known(connection, locality, queue):
            raise NotThere(queue)
        timeline = timeline_of(sources, connection, head, queue)
    return weeks_table(weeks_of(timeline, head.records, head.until, w), w)


PAGES: Final = [
    Page(
        "queue",
        load,
        "queue.html",
        fragments=("now", "movement", "order", "proof"),
        tables={"order": load_order, "places": load_offers, "weeks": load_weeks},
        table_views={"places": _OFFICES},
        query={"first": Query(re.compile(r"[1-9][0-9]{0,6}")), "find": Query(re.compile(r"[A-Za-z0-9._:-]{1,64}"))},
    )
]
