"""Prints an answer: as lines where it is piped, as tables on a terminal, as JSON for programs. Owns the layout only."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from consumers.history.report import Clause, Entry, OrderView, Phrase, Report, Standing
from consumers.history.texts import Texts
from schemas.zones import Zone, day_to_date

ARROW = "→"
# In tables and lines; JSON has all that the limit lets through.
RECORDS_SHOWN_MAX = 8
ORDER_ROWS_SHOWN_MAX = 10


def lines(report: Report, texts: Texts, zone: Zone) -> Iterator[str]:
    """The answer as plain lines."""
    yield from (texts.say(phrase) for phrase in report.head)
    yield ""
    for entry in report.entries:
        yield f"{_when(entry, texts, zone)}  {_number(entry)}".rstrip()
        for clause in entry.clauses:
            yield f"    {_clause(clause, texts)}"
        if entry.order is not None:
            yield from (f"    {line}" for line in _order_lines(report, entry.order, texts))
    if report.order is not None:
        yield from _order_lines(report, report.order, texts)
    yield ""
    yield f"{texts.word('heading-now')} ({texts.moment(report.now)})"
    yield from (f"    {texts.say(phrase)}" for phrase in report.closing or [Phrase("nothing-yet")])


def show(report: Report, texts: Texts, zone: Zone, console: Console) -> None:
    """The answer on a terminal."""
    for index, phrase in enumerate(report.head):
        console.print(Text(texts.say(phrase), style="bold" if index == 0 else ""))
    numbered = report.kind == "application"
    if report.entries:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False)
        table.add_column(texts.word("column-when"), no_wrap=True, style="cyan")
        if numbered:
            table.add_column(texts.word("column-number"), no_wrap=True, justify="right", style="bold")
        table.add_column(texts.word("column-what"), overflow="fold")
        for entry in report.entries:
            cells: list[Text | Group] = [Text(_when(entry, texts, zone))]
            if numbered:
                cells.append(Text(_number(entry)))
            cells.append(_what(report, entry, texts))
            table.add_row(*cells)
        console.print(table)
    if report.order is not None:
        console.print(_order_table(report, report.order, texts))
    console.print(Text(f"{texts.word('heading-now')} ({texts.moment(report.now)})", style="bold"))
    for phrase in report.closing or [Phrase("nothing-yet")]:
        console.print(Padding(Text(texts.say(phrase)), (0, 0, 0, 2)))


def to_json(report: Report, texts: Texts, zone: Zone) -> bytes:
    """The answer as one JSON document: messages with their arguments, and their words in the language."""
    body: dict[str, Any] = {
        "kind": report.kind,
        "id": report.id,
        "locality": report.locality,
        "queue": report.queue,
        "language": texts.language,
        "now": zone.render(report.now),
        "head": [texts.say(phrase) for phrase in report.head],
        "entries": [_entry_json(entry, texts, zone) for entry in report.entries],
        "outlook": [{"message": each.message, "text": texts.say(each)} for each in report.closing],
        "by": zone.render(report.by) if report.by is not None else None,
        "order": _order_json(report.order),
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2)


def _entry_json(entry: Entry, texts: Texts, zone: Zone) -> dict[str, Any]:
    return {
        "from": zone.render(entry.first),
        "to": zone.render(entry.last),
        "own": entry.own,
        "number_before": entry.before,
        "number_after": entry.after,
        "clauses": [
            {
                "message": clause.phrase.message,
                "text": texts.say(clause.phrase),
                "delta": clause.delta,
                "count": clause.count,
                "records": clause.records.shown,
                "records_total": clause.records.count,
                "last_record": clause.records.last,
            }
            for clause in entry.clauses
        ],
        "order": _order_json(entry.order),
    }


def _order_json(order: OrderView | None) -> dict[str, Any] | None:
    if order is None:
        return None
    return {
        "eligible": order.eligible,
        "with_access": order.with_access,
        "waiting": order.waiting,
        "rows": [
            {
                "number": row.number,
                "application_id": row.application_id,
                "group": row.group,
                "access": row.access,
                "served": row.served,
            }
            for row in order.rows
        ],
    }


def _when(entry: Entry, texts: Texts, zone: Zone) -> str:
    if texts.moment(entry.first) == texts.moment(entry.last):
        return texts.moment(entry.first)
    day = texts.day(day_to_date(zone.day_of(entry.first)))
    return texts.word("moment", day=day, time=f"{texts.time(entry.first)}–{texts.time(entry.last)}")


def _number(entry: Entry) -> str:
    if entry.before is None and entry.after is None:
        return ""
    if entry.before == entry.after:
        return str(entry.after)
    return f"{_or_none(entry.before)} {ARROW} {_or_none(entry.after)}"


def _or_none(number: int | None) -> str:
    return "–" if number is None else str(number)


def _clause(clause: Clause, texts: Texts) -> str:
    said = texts.say(clause.phrase)
    records = texts.records(clause.records, RECORDS_SHOWN_MAX)
    delta = f"{clause.delta:+d}; " if clause.delta else ""
    end = re.search(r"\.?$", said)
    assert end is not None
    return f"{said[: end.start()]} ({delta}{records}){end.group()}"


def _what(report: Report, entry: Entry, texts: Texts) -> Group:
    parts: list[Text | Group] = [Text(_clause(clause, texts)) for clause in entry.clauses]
    if entry.order is not None:
        parts.append(_order_table(report, entry.order, texts))
    return Group(*parts)


def _shown(order: OrderView) -> list[Standing]:
    head = list(order.rows[:ORDER_ROWS_SHOWN_MAX])
    return head + [row for row in order.rows[ORDER_ROWS_SHOWN_MAX:] if row.served]


def _caption(report: Report, order: OrderView, texts: Texts) -> str:
    if report.kind == "queue":
        return texts.word("order-waiting", waiting=order.waiting, access=order.with_access)
    if not order.eligible:
        return texts.word("order-none", waiting=order.waiting)
    return texts.word("order-eligible", eligible=order.eligible, waiting=order.waiting, access=order.with_access)


def _marks(row: Standing, texts: Texts) -> tuple[str, str]:
    return texts.word("yes") if row.access else "", texts.word("chosen") if row.served else ""


def _order_lines(report: Report, order: OrderView, texts: Texts) -> Iterator[str]:
    yield _caption(report, order, texts)
    rows = _shown(order)
    access = texts.word("column-access")
    for row in rows:
        has_access, served = _marks(row, texts)
        marks = [texts.word(f"group-{row.group}"), f"{access}: {has_access}" if has_access else "", served]
        yield f"  {row.number:>6}  {row.application_id}  " + ", ".join(mark for mark in marks if mark)
    if order.eligible > len(rows):
        yield "  " + texts.word("order-more", count=order.eligible - len(rows))


def _order_table(report: Report, order: OrderView, texts: Texts) -> Group:
    rows = _shown(order)
    parts: list[Text | Table] = [Text(_caption(report, order, texts), style="italic")]
    if rows:
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column(texts.word("column-number"), justify="right")
        for name in ("column-application", "column-group", "column-access"):
            table.add_column(texts.word(name))
        table.add_column("")
        for row in rows:
            has_access, served = _marks(row, texts)
            cells = (str(row.number), row.application_id, texts.word(f"group-{row.group}"), has_access, served)
            table.add_row(*(Text(cell) for cell in cells), style="bold" if row.served else "")
        parts.append(table)
    if order.eligible > len(rows):
        parts.append(Text(texts.word("order-more", count=order.eligible - len(rows)), style="dim"))
    return Group(*parts)
