"""Orders that an address asks for: what they may be, and how cells compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.dashboard.ordering import Order, direction, next_order, ordered
from consumers.dashboard.pages import BadQuery, Column, Link, Table

COLUMNS = [Column("name", "Name"), Column("count", "Count", "number")]


def names(table: Table) -> list[object]:
    return [row[0].text if isinstance(row[0], Link) else row[0] for row in table.rows]


@pytest.mark.parametrize("text", ["count", "-count", "regions.count", "-dead-letters.at_most"])
def test_an_order_is_written_as_it_was_read(text: str) -> None:
    assert str(Order.of(text)) == text


@pytest.mark.parametrize("text", ["-", ".", "a.b.c", "count;", "Count", "../x", "count desc", "x" * 99, "\u0430"])
def test_what_is_no_order_is_a_bad_query(text: str) -> None:
    with pytest.raises(BadQuery):
        Order.of(text)


def test_a_column_that_is_not_there_is_a_bad_query() -> None:
    with pytest.raises(BadQuery):
        ordered(Table("t", COLUMNS, []), Order("other"))


def test_text_follows_the_kazakh_alphabet_and_figures_inside_it_their_value() -> None:
    expected = ["No. 9", "No. 10", "Абай", "Әйгерім", "Ежик", "Ёлка", "Құлагер", "Улар", "Үміт", "Іңкәр", "Ясли"]
    table = Table("t", COLUMNS, [(each, 1) for each in sorted(expected)])
    assert names(table) != expected
    assert names(ordered(table, Order("name"))) == expected


def test_links_to_records_are_ordered_as_figures() -> None:
    rows = [(Link(text, "/x"), 0) for text in ("1,234,567", "99", "12\u00a0000", "800")]
    assert names(ordered(Table("t", COLUMNS, rows), Order("name"))) == ["99", "800", "12\u00a0000", "1,234,567"]


@given(st.lists(st.tuples(st.text(max_size=4), st.none() | st.integers(0, 5)), max_size=30), st.booleans())
def test_rows_stay_the_same_equal_ones_in_place_and_unknown_ones_last(
    rows: list[tuple[str, int | None]], down: bool
) -> None:
    table = ordered(Table("t", COLUMNS, rows), Order("count", down=down))
    known = [(text, count) for text, count in rows if count is not None]
    expected = sorted(known, key=lambda row: -row[1] if down else row[1])
    assert list(table.rows) == [*expected, *(row for row in rows if row[1] is None)]
    for text in (False, True):
        again = ordered(table, Order("name", down=text))
        assert sorted(map(repr, again.rows)) == sorted(map(repr, rows))


def test_a_second_click_turns_the_order_and_the_heading_says_which_it_is() -> None:
    table = Table("t", COLUMNS, [("a", 1), ("b", 2)], order="-count")
    name, count = COLUMNS
    assert (direction(table, count), direction(table, name)) == ("descending", "")
    assert str(next_order(table, count, "t")) == "t.count"
    assert str(next_order(table, name, "t")) == "t.name"
    turned = ordered(table, Order("count"))
    assert direction(turned, count) == "ascending"
    assert str(next_order(turned, count)) == "-count"
