"""The pages of one locality: its list of bulletins, newest first, by month when it is long, and its feed.

Never writes a file, never asks a clock.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from consumers.public_bulletins.model import LedgerRow
from consumers.public_bulletins.pages import File, Pages
from consumers.public_bulletins.words import Language, words
from consumers.register_files.bulletins import INDEX
from schemas.errors import BrokenJournal

# So many fit on the first page; a longer list is split by month.
ROWS_MAX = 62
RECENT = 14
FEED_ENTRIES = 30


def ledger_csv(locality: str, rows: Sequence[LedgerRow]) -> bytes:
    """The list of a locality's bulletins, in the form of `oryn bulletins`."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(INDEX)
    for row in rows:
        out.writerow(
            (
                locality,
                row.number,
                row.date,
                row.issued_at,
                row.places,
                row.recalled,
                row.bulletin_hash,
                row.record,
                f"{locality}/{row.stem}.json",
            )
        )
    return text.getvalue().encode()


def read_ledger(data: bytes) -> list[LedgerRow]:
    """The rows of such a list. Raises: BrokenJournal when it is none."""
    try:
        return [
            LedgerRow(
                int(row["number"]),
                date.fromisoformat(row["date"]).isoformat(),
                row["issued_at"],
                int(row["places"]),
                int(row["recalled"]),
                row["bulletin_hash"],
                int(row["record"]),
            )
            for row in csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True)
        ]
    except (ValueError, KeyError, TypeError, csv.Error) as exc:
        raise BrokenJournal(f"the list of bulletins is damaged: {exc}") from exc


def locality_pages(pages: Pages, locality: str, rows: Sequence[LedgerRow], changed: set[str] | None) -> Iterator[File]:
    """The list of bulletins and the feed, in each language; `rows` by number, at least one.

    `changed`: the months (2021-06) of what is new: only their and their neighbours' pages are made. None: all.
    """
    for language in pages.settings.languages:
        yield from _listed(pages, language, locality, rows, changed)
        yield _feed(pages, language, locality, rows)


def _listed(
    pages: Pages, language: Language, locality: str, rows: Sequence[LedgerRow], changed: set[str] | None
) -> Iterator[File]:
    w = words(language, locality)
    place = w.locality(locality)
    newest_first = sorted(rows, key=lambda each: -each.number)
    by_month: dict[str, list[LedgerRow]] = {}
    for row in newest_first:
        by_month.setdefault(row.month, []).append(row)
    months = [(month, date.fromisoformat(f"{month}-01")) for month in by_month]
    split = len(rows) > ROWS_MAX
    if split:
        for index, (month, day) in enumerate(months):
            later = months[index - 1] if index else None
            earlier = months[index + 1] if index + 1 < len(months) else None
            near = {month, later and later[0], earlier and earlier[0]}
            if changed is not None and changed.isdisjoint(near):
                continue
            caption = w.month(day)
            yield pages.page(
                "month.html",
                language,
                f"{locality}/{month}.html",
                [(place, "index.html")],
                place=place,
                caption=caption,
                rows=by_month[month],
                earlier=earlier,
                later=later,
            )
    newest = newest_first[0]
    yield pages.page(
        "locality.html",
        language,
        f"{locality}/index.html",
        [],
        place=place,
        newest=newest,
        newest_day=date.fromisoformat(newest.date),
        months=months if split else [],
        total=len(rows),
        caption=w.say("recent-bulletins") if split else w.say("all-bulletins"),
        rows=newest_first[:RECENT] if split else newest_first,
    )


def _feed(pages: Pages, language: Language, locality: str, rows: Sequence[LedgerRow]) -> File:
    w = words(language, locality)
    base = pages.settings.base_url
    return f"{language}/{locality}/feed.atom", pages.text(
        "feed.atom",
        w=w,
        t=w.say,
        place=w.locality(locality),
        rows=sorted(rows, key=lambda each: -each.number)[:FEED_ENTRIES],
        author=pages.settings.publisher or w.say("brand"),
        base="" if base is None else f"{base.rstrip('/')}/{language}/{locality}/",
        feed_id=uuid5(NAMESPACE_URL, f"oryn:{locality}:{language}").urn,
        entry_id=lambda row: uuid5(NAMESPACE_URL, f"oryn:{locality}:{language}:{row.bulletin_hash}").urn,
    )
