"""Tables as CSV and JSON: the same rows as on the page, for programs and spreadsheets. Never asks a source.

A cell that a spreadsheet would take for a formula begins with an apostrophe: what comes from an event runs nothing.
"""

import csv
import io
import json
import re
from datetime import date
from typing import Any, Final

from consumers.dashboard.pages import Column, Link, Table
from consumers.dashboard.words import Words, shown

CSV: Final = "text/csv; charset=utf-8"
JSON: Final = "application/json"
# With it spreadsheets read the file as UTF-8, and Cyrillic stays Cyrillic.
BYTE_ORDER_MARK: Final = "\ufeff"
# A first letter by which spreadsheets take a text for a formula, also behind blanks, and in its wide form.
_FORMULA: Final = re.compile(r"\s*[=+\-@|%\t\r\n＝＋－＠]")
# Where the list separator is a semicolon, as in Kazakhstan, spreadsheets begin a cell behind one inside of ours, too.
_INSIDE: Final = re.compile(r"([;\t\r\n][\s\"]*)(?=[=+\-@|%＝＋－＠])")


def as_csv(table: Table, w: Words) -> bytes:
    """All rows, under the columns' names."""
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow([each.name for each in table.columns])
    for row in table.rows:
        out.writerow([_csv_cell(value, column, w) for value, column in zip(row, table.columns, strict=True)])
    return text.getvalue().encode()


def as_json(name: str, table: Table, w: Words, until: int | None) -> bytes:
    """All rows as objects, and up to when they go."""
    rows = [
        {column.name: _plain(value, column, w) for value, column in zip(row, table.columns, strict=True)}
        for row in table.rows
    ]
    head: dict[str, Any] = {"table": name, "until": None if until is None else w.iso(until), "rows": rows}
    return json.dumps(head, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _csv_cell(value: Any, column: Column, w: Words) -> Any:
    plain = _plain(value, column, w)
    if not isinstance(plain, str):
        return plain
    plain = _INSIDE.sub(r"\1'", plain)
    return "'" + plain if _FORMULA.match(plain) else plain


def _plain(value: Any, column: Column, w: Words) -> Any:
    if isinstance(value, Link):
        return shown(value.text)
    if value is None or isinstance(value, bool | float):
        return value
    if column.kind in ("moment", "deadline") and isinstance(value, int):
        return w.iso(value)
    if isinstance(value, int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return shown(str(value))
