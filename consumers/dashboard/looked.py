"""The page that says who looked at what is not public. For the nation's office and auditors, whose own looks are there,
too. Shows accounts and ids, never names; never shows what was seen."""

import re
from typing import Any, Final, LiteralString

from consumers.dashboard.access import View
from consumers.dashboard.pages import Column, Content, Link, Page, Params, Query, Table
from consumers.dashboard.routes import PARTS, ROUTES, link
from consumers.dashboard.sources import Connection, Sources, rows
from consumers.dashboard.words import Words

SHOWN: Final = 100
LISTED_MAX: Final = 100_000
ACCOUNTS_DAYS: Final = 7
FRESH_S: Final = 2.0
# What one request counts at most, however many rows are kept: beyond it the page says "more than".
COUNTED_MAX: Final = 10_000
# The same for the last week, by account: beyond it only the newest are counted, and that is said.
WEEK_COUNTED_MAX: Final = 50_000
_COUNT: Final[LiteralString] = (
    "SELECT count(*), count(DISTINCT account) FROM (SELECT account FROM looks {where} ORDER BY look DESC LIMIT {limit})"
    " newest"
)
_SINCE: Final[LiteralString] = "SELECT at FROM looks {where} ORDER BY look LIMIT 1"
_ROWS: Final[LiteralString] = (
    "SELECT at, account, role, scope, page, part, region, locality, subject FROM looks {where}"
    " ORDER BY look DESC LIMIT {limit}"
)
_ACCOUNTS: Final[LiteralString] = (
    "SELECT account, role, scope, count(*),"
    " count(DISTINCT (locality, subject)) FILTER (WHERE subject <> '' AND subject <> locality),"
    " count(*) FILTER (WHERE part <> ''), max(at), sum(count(*)) OVER ()"
    " FROM (SELECT * FROM looks WHERE at > now() - make_interval(days => %(days)s) ORDER BY at DESC LIMIT %(limit)s)"
    " newest GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 1000"
)


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The newest looks, and who looked how often. Raises: SourceAway."""
    values: dict[str, Any] = {"kept": sources.keeps_looks, "account": params["account"], "about": params["about"]}
    if not sources.keeps_looks:
        return Content(w.say("looked-title"), values, description=w.say("looked-lede"))
    with sources.looks() as connection:
        count, accounts = _asked(connection, _COUNT, params, COUNTED_MAX + 1)[0]
        since = _asked(connection, _SINCE, params, 1)
        found = _asked(connection, _ROWS, params, SHOWN)
        by_account = rows(connection, _ACCOUNTS, {"days": ACCOUNTS_DAYS, "limit": WEEK_COUNTED_MAX})
    values |= {
        "count": count,
        "more": count > COUNTED_MAX,
        "counted_max": COUNTED_MAX,
        "accounts": accounts,
        "since": since[0][0] if since else None,
    }
    return Content(
        w.say("looked-title"),
        values,
        tables={"looks": _table(found, count, w, bounded=count > COUNTED_MAX), "accounts": _accounts(by_account, w)},
        description=w.say("looked-lede"),
    )


def load_all(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """All looks that fit, the newest first, up to a bound. Raises: SourceAway."""
    if not sources.keeps_looks:
        return _table([], 0, w)
    with sources.looks() as connection:
        found = _asked(connection, _ROWS, params, LISTED_MAX)
    return _table(found, len(found), w)


def _asked(connection: Connection, text: LiteralString, params: Params, limit: int) -> list[Any]:
    """The rows of a question about the account and the subject of the address. What is not asked for is no part of the
    question, so that each form of it has its index."""
    where: LiteralString = ""
    if params["account"]:
        where = "WHERE account = %(account)s"
    if params["about"]:
        where += (" AND " if where else "WHERE ") + "subject = %(about)s AND subject <> ''"
    text = text.replace("{where}", where).replace("{limit}", "%(limit)s")
    return rows(connection, text, {**params, "limit": limit})


def _table(found: list[Any], total: int, w: Words, *, bounded: bool = False) -> Table:
    columns = (
        Column("at", w.say("looked-at"), "moment"),
        Column("account", w.say("looked-account")),
        Column("role", w.say("account-role")),
        Column("scope", w.say("account-scope"), "id"),
        Column("page", w.say("looked-page")),
        Column("part", w.say("looked-part")),
        Column("subject", w.say("looked-subject"), "id"),
    )
    table_rows = []
    for at, account, role, scope, page, part, region, locality, subject in found:
        who = Link(account, link(w.language, "looked", account=account))
        about = subject or locality or region
        what: Link | str = about
        if subject and page in ROUTES and PARTS["application"].fullmatch(subject):
            what = Link(subject, link(w.language, "looked", about=subject))
        table_rows.append((at, who, w.say(f"role-{role}"), scope, w.symbol("looked-page", page), part, what))
    return Table(
        w.say("looked-looks"), columns, table_rows, w.say("looked-empty"), total=total, order="-at", bounded=bounded
    )


def _accounts(found: list[Any], w: Words) -> Table:
    columns = (
        Column("account", w.say("looked-account")),
        Column("role", w.say("account-role")),
        Column("scope", w.say("account-scope"), "id"),
        Column("looks", w.say("looked-looks-count"), "number"),
        Column("subjects", w.say("looked-subjects-count"), "number"),
        Column("lists", w.say("looked-lists-count"), "number"),
        Column("last", w.say("looked-last"), "moment"),
    )
    table_rows = [
        (Link(account, link(w.language, "looked", account=account)), w.say(f"role-{role}"), *others)
        for account, role, *others, _ in found
    ]
    whole = not found or found[0][-1] < WEEK_COUNTED_MAX
    caption = w.say("looked-accounts", days=ACCOUNTS_DAYS)
    if not whole:
        caption = w.say("looked-accounts-newest", count=WEEK_COUNTED_MAX)
    return Table(caption, columns, table_rows, w.say("looked-empty"), order="-looks")


PAGES: Final = [
    Page(
        "looked",
        load,
        "looked.html",
        fragments=("looks",),
        tables={"looks": load_all},
        query={"account": Query(re.compile(r"[^\x00-\x1f\x7f]{1,300}")), "about": Query(PARTS["application"])},
        fresh_s=FRESH_S,
    )
]
