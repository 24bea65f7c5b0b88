"""Tables as files: no cell is run by a spreadsheet, whichever letter separates its cells."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.dashboard.pages import Column, Table
from consumers.dashboard.tables import as_csv
from consumers.dashboard.words import Language, words

RUN = tuple("=+-@|%＝＋－＠")


def cells(text: str) -> list[str]:
    """How a spreadsheet reads a file with one cell of text, and one number before it, with semicolons."""
    table = Table("", (Column("n", "", "number"), Column("name", "")), [(1, text)])
    data = as_csv(table, words(Language.ENGLISH)).decode().removeprefix("\ufeff")
    return re.split(r"[;\t\r\n]", data.split("\r\n", 1)[1])


@pytest.mark.parametrize(
    "text",
    [
        "Balapan;=HYPERLINK(1)",
        'Balapan; "=HYPERLINK(1)',
        "a\n@SUM(A1)",
        "a\t-1+1",
        ";;+1",
        "a;\u00a0=1",
        "=1",
        "a;\uff1d1",
    ],
)
def test_no_cell_begins_a_formula_behind_a_semicolon(text: str) -> None:
    assert not any(each.strip(' "\u00a0').startswith(RUN) for each in cells(text)), cells(text)


@given(st.text(alphabet=' ";=+-@\t\na1\u00a0', max_size=12))
def test_no_text_becomes_a_formula(text: str) -> None:
    assert not any(each.strip(' "\u00a0').startswith(RUN) for each in cells(text)), cells(text)


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    table = Table("", (Column("n", "", "number"), Column("name", "")), [(-1, "a; b, c-d"), (2, "x;y")])
    rows = list(csv.reader(io.StringIO(as_csv(table, words(Language.ENGLISH)).decode().removeprefix("\ufeff"))))
    assert rows[1:] == [["-1", "a; b, c-d"], ["2", "x;y"]]
