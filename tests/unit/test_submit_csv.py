"""Tables of events: what a cell means, what is named as wrong, and that hostile tables cost neither time nor sense."""

import io
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.submit_csv import TABLE_TYPES, BadTable, TableForm, columns_of, read_table
from schemas.events import ApplicationSubmitted, Attendance, Choice, Event, PlaceReleased, PlacesChosen
from schemas.instants import Instant
from schemas.words import Benefit

NOW = Instant(1_700_000_000_000)
DIGEST = "0123456789abcdef" * 4
FORM = TableForm("PlaceReleased", "kindergarten/17", "710000000", DIGEST)
HEADER = (
    "place_id,organisation_id,queue_kind,birth_year,age_from,age_to,language,group_type,regime,admission,"
    "admission_from,attendance"
)
ROW = "place-1,org-1,GENERAL,2018,3,4,kk,GENERAL_DEVELOPMENTAL,FULL_DAY,REGULAR,2021-09-01,"
CHOSEN = TableForm("PlacesChosen", "portal", "710000000")


def read(text: str | bytes, form: TableForm = FORM) -> tuple[list[Event], list[tuple[int, str]]]:
    problems: list[tuple[int, str]] = []
    raw = text.encode() if isinstance(text, str) else text
    events = list(
        read_table(
            io.BytesIO(raw), form, lambda: NOW, lambda line, words: problems.append((line, words)), lambda _: None
        )
    )
    return events, problems


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_as_spreadsheets_write_it(delimiter: str, mark: str, end: str) -> None:
    text = mark + end.join((HEADER, ROW, "", ROW)).replace(",", delimiter) + end
    events, problems = read(text)
    assert problems == []
    assert [each.event_id for each in events] == ["0123456789abcdef-2", "0123456789abcdef-4"]
    assert [each.offset for each in events] == [1, 3]
    first = events[0]
    assert (first.topic, first.source, first.locality, first.time) == (
        "vacancy-releases",
        "kindergarten/17",
        "710000000",
        NOW,
    )
    assert isinstance(first.data, PlaceReleased)
    assert (first.data.birth_year, first.data.admission_from, first.data.attendance) == (2018, date(2021, 9, 1), None)


def test_columns_of_the_envelope_win_over_the_command_line() -> None:
    text = f"{HEADER},id,source,locality,time\n{ROW},e-1,k/2,750000000,2021-06-10T09:00:00+06:00\n"
    events, problems = read(text)
    assert problems == []
    assert [(each.event_id, each.source, each.locality, each.time) for each in events] == [
        ("e-1", "k/2", "750000000", 1_623_294_000_000)
    ]


def test_lists_and_their_parts() -> None:
    spans = "2021-09-01/2021-12-31|2022-02-01/2022-05-31"
    events, problems = read(f"{HEADER}\n{ROW}{spans}\n")
    assert problems == []
    assert isinstance(events[0].data, PlaceReleased)
    assert events[0].data.attendance == (
        Attendance(date(2021, 9, 1), date(2021, 12, 31)),
        Attendance(date(2022, 2, 1), date(2022, 5, 31)),
    )
    events, problems = read("applicant_id,choices\nr-1,a-1/p-1|a-2/p-2\nr-2,a-1\nr-3,\n", CHOSEN)
    assert [each.data for each in events] == [PlacesChosen("r-1", (Choice("a-1", "p-1"), Choice("a-2", "p-2")))]
    assert problems == [
        (3, "'a-1' is not application_id/place_id"),
        (4, "Expected `array` of length >= 1 - at `$.choices`"),
    ]


def test_truths_moments_and_empty_lists() -> None:
    header = (
        "application_id,applicant_id,child_id,child_born,queue_kind,submitted_at,benefits,special_needs,"
        "commission_conclusion,channel"
    )
    row = "a,r,c,2018-02-28,GENERAL,{at},{benefits},{truth},false,OFFICE"
    at = "2021-06-10T09:00:00+06:00"
    rows = [
        row.format(at=at, benefits="", truth="true"),
        row.format(at=at, benefits="ORPHAN|LARGE_FAMILY", truth="0"),
        row.format(at="10.06.2021", benefits="", truth="true"),
        row.format(at=at, benefits="", truth=""),
    ]
    events, problems = read("\n".join([header, *rows]), TableForm("ApplicationSubmitted", "portal", "710000000"))
    assert [type(each.data) for each in events] == [ApplicationSubmitted] * 2
    data = [each.data for each in events if isinstance(each.data, ApplicationSubmitted)]
    assert [(each.benefits, each.special_needs, each.submitted_at) for each in data] == [
        ((), True, 1_623_294_000_000),
        ((Benefit.ORPHAN, Benefit.LARGE_FAMILY), False, 1_623_294_000_000),
    ]
    assert [line for line, _ in problems] == [4, 5]
    assert "$.submitted_at" in problems[0][1]
    assert "$.special_needs" in problems[1][1]
    assert events[0].event_id != events[1].event_id, "from standard input, each row gets a new id"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "missing columns: 'place_id'"),
        (HEADER + ",colour", "unknown columns: 'colour'"),
        (HEADER + ",place_id", "repeated: 'place_id'"),
        (HEADER.replace("language,", ""), "missing columns: 'language'"),
    ],
)
def test_a_header_that_does_not_fit_ends_it_with_the_columns_that_would(header: str, words: str) -> None:
    with pytest.raises(BadTable, match=words) as caught:
        read(f"{header}\n{ROW}\n")
    assert "admission_until" in str(caught.value)


def test_who_and_where_must_be_said_somewhere() -> None:
    with pytest.raises(BadTable, match="'source', 'locality'"):
        read(f"{HEADER}\n", TableForm("PlaceReleased"))
    with pytest.raises(BadTable, match="'time'"):
        read(f"{HEADER}\n", TableForm("PlaceReleased", "s", "710000000", None, needs_time=True))
    kept = TableForm("PlaceReleased", "s", "710000000", None, needs_time=True)
    events, problems = read(f"{HEADER},time\n{ROW},\n{ROW},2021\n", kept)
    assert events == []
    assert [words.rpartition(" - at ")[2] for _, words in problems] == ["`time`", "`time`"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("place-1", "1 cells, but the header row has 12"),
        (ROW + ",,", "14 cells"),
        (ROW.replace("2018", "20x18"), r"at `$.birth_year`"),
        (ROW.replace("kk", ""), r"at `$.language`"),
        (ROW.replace("place-1", '"pl\nace"'), r"at `$.place_id`"),
        (ROW.replace("place-1", "x" * 200_000), "field larger than field limit"),
    ],
)
def test_a_malformed_row_is_named_and_the_next_one_read(row: str, words: str) -> None:
    events, problems = read(f"{HEADER}\n{row}\n{ROW}\n")
    assert len(events) == 1
    assert len(problems) == 1
    assert words in problems[0][1]


@given(st.binary(max_size=400))
def test_any_bytes_are_events_or_problems(noise: bytes) -> None:
    started = time.monotonic()
    events, problems = read(f"{HEADER}\n{ROW}\n".encode() + noise)
    assert time.monotonic() - started < 2
    assert events[0].event_id == "0123456789abcdef-2"
    assert all(line >= 3 for line, _ in problems)


def test_every_type_of_one_topic_has_its_columns() -> None:
    assert len(TABLE_TYPES) == 24
    assert "ClockTick" not in TABLE_TYPES
    assert columns_of("PlaceVacated") == (["place_id", "organisation_id"], [])
