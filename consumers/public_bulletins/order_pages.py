"""The pages of the current order of a queue (R7.3, p.24.8): split by number, and by application id to find one in.

What is published of an application is a `schemas.outputs.OrderRow`, and nothing else. No page needs a script: numbers
and ids are found by links to the part that they are in. Never writes a file, never asks a store.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from msgspec import Struct

from consumers.public_bulletins.pages import File, Pages, symbols
from consumers.public_bulletins.words import words
from consumers.register_files.bulletins import harmless
from schemas.instants import Instant
from schemas.outputs import OrderRow
from schemas.zones import zone_of

# Rows of one page: about 250 KB.
PAGE_ROWS = 750
FIND_ROWS = 1_500
COLUMNS = ("number", "application_id", "queue", "group", "submitted_at", "status")
QUEUE_COLUMNS = ("locality", "queue", "waiting", "off_order", "record", "changed_at", "journal_hash", "file")
SLUG = re.compile(r"general/([0-9]{4})")
SLUG_DIGITS = 16


class OrderView(Struct, frozen=True):
    """The order of one queue behind one record of its locality's journal.

    `rows`: by number from 1 without a gap, then those off the order, by submission time and id. `hash`: that record's.
    """

    locality: str
    queue: str
    rows: tuple[OrderRow, ...]
    sequence: int
    at: Instant
    hash: str
    # What the organisation is called whose queue it is.
    organisation: str | None = None


class QueueLine(Struct, frozen=True):
    """A queue in the list of its locality's queues. `record` is the one behind which its order was last written."""

    queue: str
    waiting: int
    off: int
    record: int
    at: Instant
    hash: str
    # Of the rows that were written: what tells whether they changed.
    digest: str
    pages: int
    finds: int
    organisation: str | None = None

    @property
    def slug(self) -> str:
        """What its files are called by."""
        return slug_of(self.queue)


@dataclass(frozen=True, slots=True)
class _Range:
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class _IdRange:
    page: int
    first: str
    last: str


def slug_of(queue: str) -> str:
    """A name for files from a queue's id, whose profile may be any text: only plain ids stand for themselves."""
    plain = SLUG.fullmatch(queue)
    if plain:
        return f"general-{plain[1]}"
    kind = queue.partition("/")[0]
    return (
        f"{kind if kind in ('special', 'sanatorium') else 'queue'}-{sha256(queue.encode()).hexdigest()[:SLUG_DIGITS]}"
    )


def digest_of(order: OrderView) -> str:
    """What changes when anything does that its pages show, but the moment."""
    found = sha256((order.organisation or "").encode("utf-8", "replace"))
    for row in order.rows:
        cells = (row.number, row.application_id, row.group, row.submitted_at, row.status)
        found.update("\t".join(map(str, cells)).encode() + b"\n")
    return found.hexdigest()


def counts(order: OrderView) -> tuple[int, int]:
    """How many pages an order has, and how many to find an application in; of the latter none beside a single page."""
    waiting = sum(row.number is not None for row in order.rows)
    pages = len(_chunks(waiting, len(order.rows) - waiting))
    return pages, -(-len(order.rows) // FIND_ROWS) if pages > 1 else 0


def _chunks(waiting: int, off: int) -> list[tuple[int, int, int, int]]:
    """For each page the numbered rows (begin, end) and the rows off the order (begin, end)."""
    chunks = [(begin, min(begin + PAGE_ROWS, waiting), 0, 0) for begin in range(0, waiting, PAGE_ROWS)] or [
        (0, 0, 0, 0)
    ]
    begin, end, _, _ = chunks[-1]
    done = min(off, PAGE_ROWS - (end - begin))
    chunks[-1] = (begin, end, 0, done)
    while done < off:
        chunks.append((waiting, waiting, done, min(done + PAGE_ROWS, off)))
        done = chunks[-1][3]
    return chunks


def page_link(slug: str, page: int) -> str:
    """The file of a page of an order, beside the others of its locality."""
    return f"order-{slug}.html" if page == 1 else f"order-{slug}-{page}.html"


def find_link(slug: str, page: int) -> str:
    """The file of a part of the ids; 0: the list of parts."""
    return f"find-{slug}-{page}.html" if page else f"find-{slug}.html"


def order_csv(order: OrderView) -> bytes:
    """The whole order as a table."""
    render = zone_of(order.locality).render
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    queue = harmless(order.queue)
    out.writerows(
        (row.number, harmless(row.application_id), queue, row.group, render(row.submitted_at), row.status)
        for row in order.rows
    )
    return text.getvalue().encode()


def queues_csv(locality: str, lines: Sequence[QueueLine]) -> bytes:
    """The list of a locality's queues, with the record behind which each was written."""
    render = zone_of(locality).render
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(QUEUE_COLUMNS)
    out.writerows(
        (
            locality,
            harmless(line.queue),
            line.waiting,
            line.off,
            line.record,
            render(line.at),
            line.hash,
            f"{locality}/order-{line.slug}.csv",
        )
        for line in lines
    )
    return text.getvalue().encode()


def queues_pages(pages: Pages, locality: str, lines: Sequence[QueueLine], sequence: int, at: Instant) -> Iterator[File]:
    """The list of a locality's queues, in each language, as of one record."""
    for language in pages.settings.languages:
        w = words(language, locality)
        place = w.locality(locality)
        yield pages.page(
            "queues.html",
            language,
            f"{locality}/queues.html",
            [(place, "index.html")],
            place=place,
            queues=lines,
            sequence=sequence,
            at=at,
        )


def order_pages(pages: Pages, order: OrderView) -> Iterator[File]:
    """All pages of one order in each language, those to find an application in first, the first page last."""
    numbered = [row for row in order.rows if row.number is not None]
    paused = [row for row in order.rows if row.number is None]
    chunks = _chunks(len(numbered), len(paused))
    by_id = sorted(order.rows, key=lambda row: row.application_id) if len(chunks) > 1 else []
    slug = slug_of(order.queue)
    for language in pages.settings.languages:
        w = words(language, order.locality)
        place, title = w.locality(order.locality), w.queue(order.queue, order.organisation)
        above = [(place, "index.html"), (w.say("orders"), "queues.html")]
        shared = {
            "place": place,
            "title": title,
            "order": order,
            "slug": slug,
            "link": lambda page: page_link(slug, page),
            **symbols(w),
        }
        finds = [by_id[begin : begin + FIND_ROWS] for begin in range(0, len(by_id), FIND_ROWS)]
        for page in range(len(finds), -1, -1) if finds else ():
            yield pages.page(
                "find.html",
                language,
                f"{order.locality}/{find_link(slug, page)}",
                [*above, (title, page_link(slug, 1)), *([(w.say("find"), find_link(slug, 0))] if page else [])],
                page=page,
                pages=len(finds),
                rows=finds[page - 1] if page else [],
                ranges=[
                    _IdRange(n, part[0].application_id, part[-1].application_id) for n, part in enumerate(finds, 1)
                ],
                page_of=lambda number: (number - 1) // PAGE_ROWS + 1,
                **shared,
            )
        ranges = [
            _Range(page, f"{begin + 1}–{end}" if end > begin else w.say("off-order"))
            for page, (begin, end, _, _) in enumerate(chunks, start=1)
        ]
        for page in range(len(chunks), 0, -1):
            begin, end, off_begin, off_end = chunks[page - 1]
            yield pages.page(
                "order.html",
                language,
                f"{order.locality}/{page_link(slug, page)}",
                [*above, *([] if page == 1 else [(title, page_link(slug, 1))])],
                page=page,
                pages=len(chunks),
                ranges=ranges,
                finds=bool(finds),
                numbered=numbered[begin:end],
                paused=paused[off_begin:off_end],
                waiting=len(numbered),
                off=len(paused),
                **shared,
            )


def stale(line: QueueLine, pages: int, finds: int) -> Iterator[str]:
    """The files, below a locality's folder of a language, that an order has no more since it shrank."""
    yield from (page_link(line.slug, page) for page in range(pages + 1, line.pages + 1))
    if finds < line.finds:
        yield from (find_link(line.slug, page) for page in range(finds + 1 if finds else 0, line.finds + 1))
