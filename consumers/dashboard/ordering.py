"""The order of a table's rows that an address asks for: which column, which way, and how cells compare.

In an address it is `sort=COLUMN` for a table that is a page of its own and `sort=TABLE.COLUMN` for one on a page, with
a minus sign before it for the highest first. Text is ordered by the Kazakh alphabet, of which the Russian one is a
part, and figures inside it by their value. Never changes which rows there are.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Self

from consumers.dashboard.pages import BadQuery, Column, Link, Table
from consumers.public_bulletins.model import natural

_FORM: Final = re.compile(r"(-?)(?:([a-z][a-z0-9-]{0,31})\.)?([a-z][a-z0-9_]{0,31})")
# Of these the highest, or the latest, is what people look for first.
_DOWN_FIRST: Final = frozenset({"number", "minutes", "share", "moment", "deadline"})
# What stands between the thousands of a number that is written for people.
_GROUPED: Final = re.compile(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Order:
    """By `column` of `table` ("": the table that is asked for), the highest first if `down`."""

    column: str
    table: str = ""
    down: bool = False

    @classmethod
    def of(cls, text: str) -> Self | None:
        """The order that an address names; none for nothing. Raises: BadQuery."""
        if not text:
            return None
        found = _FORM.fullmatch(text)
        if found is None:
            raise BadQuery("sort")
        return cls(found[3], found[2] or "", found[1] == "-")

    def __str__(self) -> str:
        """As an address names it."""
        return f"{'-' if self.down else ''}{self.table}{'.' if self.table else ''}{self.column}"


def ordered(table: Table, order: Order) -> Table:
    """The same rows in another order; equal ones stay as they were, and those without a value come last.

    Raises: BadQuery for a column that is not there.
    """
    places = [index for index, each in enumerate(table.columns) if each.name == order.column]
    if not places:
        raise BadQuery("sort")
    place = places[0]
    column = table.columns[place]
    known = [row for row in table.rows if not _nothing(row[place])]
    unknown = [row for row in table.rows if _nothing(row[place])]
    known.sort(key=lambda row: sort_key(row[place]), reverse=order.down)
    return replace(table, rows=[*known, *unknown], order=str(Order(column.name, down=order.down)))


def next_order(table: Table, column: Column, name: str = "") -> Order:
    """The order that a click on a column's heading asks for. `name`: of the table, on a page with several."""
    now = Order.of(table.order)
    if now is not None and now.column == column.name:
        return Order(column.name, name, not now.down)
    return Order(column.name, name, column.kind in _DOWN_FIRST)


def direction(table: Table, column: Column) -> str:
    """What a column's heading says of the order to who does not see it; "" for another column."""
    now = Order.of(table.order)
    if now is None or now.column != column.name:
        return ""
    return "descending" if now.down else "ascending"


def sort_key(value: Any) -> tuple[Any, ...]:
    """What a cell is compared by: figures by their value and before text, text by letters."""
    if isinstance(value, Link):
        value = value.text
    if isinstance(value, datetime):
        return (0, value.timestamp())
    if isinstance(value, date):
        return (0, value.toordinal())
    if isinstance(value, bool | int | float):
        return (0, value)
    return (1, *natural(_GROUPED.sub("", str(value))))


def _nothing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, Link) and not value.text)
