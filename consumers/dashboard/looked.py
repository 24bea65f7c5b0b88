"""The page that says who looked at what is not public. For the nation's office and auditors, whose own looks are there,
too. Shows accounts and ids, never names; never shows what was seen."""

import re
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.pages import Column, Content, Link, Page, Params, Query, Table
from consumers.dashboard.routes import PARTS, ROUTES, link
from consumers.dashboard.sources import Sources, rows
from consumers.dashboard.words import Words

SHOWN: Final = 100
LISTED_MAX: Final = 100_000
ACCOUNTS_DAYS: Final = 7
FRESH_S: Final = 2.0
_COUNT: Final = """
SELECT count(*), count(DISTINCT account), min(at) FROM looks
WHERE (%(account)s = '' OR account = %(account)s) AND (%(about)s = '' OR subject = %(about)s)
"""
_ROWS: Final = """
SELECT at, account, role, scope, page, part, region, locality, subject FROM looks
WHERE (%(account)s = '' OR account = %(account)s) AND (%(about)s = '' OR subject = %(about)s)
ORDER BY look DESC LIMIT %(limit)s
"""
_ACCOUNTS: Final = """
SELECT account, role, scope, count(*),
    count(DISTINCT (locality, subject)) FILTER (WHERE subject <> '' AND subject <> locality),
    count(*) FILTER (WHERE part <> ''), max(at)
FROM looks WHERE at > now() - make_interval(days => %(days)s)
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 1000
"""


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The newest looks, and who looked how often. Raises: SourceAway."""
    values: dict[str, Any] = {"kept": sources.keeps_looks, "account": params["account"], "about": params["about"]}
    if not sources.keeps_looks:
        return Content(w.say("looked-title"), values, description=w.say("looked-lede"))
    with sources.looks() as connection:
        count, accounts, since = rows(connection, _COUNT, {**params})[0]
        found = rows(connection, _ROWS, {**params, "limit": SHOWN})
        by_account = rows(connection, _ACCOUNTS, {"days": ACCOUNTS_DAYS})
    values |= {"count": count, "accounts": accounts, "since": since, "days": ACCOUNTS_DAYS}
    return Content(
        w.say("looked-title"),
        values,
        tables={"looks": _table(found, count, w), "accounts": _accounts(by_account, w)},
        description=w.say("looked-lede"),
    )


def load_all(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """All looks that fit, the newest first, up to a bound. Raises: SourceAway."""
    if not sources.keeps_looks:
        return _table([], 0, w)
    with sources.looks() as connection:
        found = rows(connection, _ROWS, {**params, "limit": LISTED_MAX})
    return _table(found, len(found), w)


def _table(found: list[Any], total: int, w: Words) -> Table:
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
    return Table(w.say("looked-looks"), columns, table_rows, w.say("looked-empty"), total=total, order="-at")


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
        for account, role, *others in found
    ]
    caption = w.say("looked-accounts", days=ACCOUNTS_DAYS)
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
