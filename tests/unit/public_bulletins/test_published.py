"""R7.3: every published field, against the list of what may be published and the words that never may."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.facts import ApplicationRegistered, BulletinEntry, RecalledEntry
from schemas.outputs import OrderRow
from schemas.words import Benefit, Channel
from streams.projections.published import NEVER_PUBLISHED_WORDS
from tests.unit.public_bulletins.sites import contents, journal, parsed, publish

RECORDS = journal()
# What says where things are and how they are proved; and what an organisation is called, which R5.1's bulletin implies:
# parents choose by it. None of it is about a person.
FRAME = {
    "locality",
    "number",
    "date",
    "entries",
    "recalled",
    "previous_bulletin_hash",
    "bulletin_hash",
    "issued_at",
    "places",
    "record",
    "file",
    "part",
    "organisation",
    "waiting",
    "off_order",
    "changed_at",
    "journal_hash",
    "title_kk",
    "title_ru",
    "title_en",
    "from",
    "until",
}
MAY = FRAME | {*BulletinEntry.__struct_fields__, *RecalledEntry.__struct_fields__, *OrderRow.__struct_fields__}
HEADINGS = {
    # The list of bulletins.
    ("Date", "Number", "Places released", "Recalled", "Files"),
    # Released and recalled places.
    ("Queue", "Group", "Admission", "Places and when they were released"),
    ("Place", "When", "Reason"),
    # Queues, an order, an application in it.
    ("Queue", "In the order", "Off it for now", "Changed"),
    ("Number", "Application", "Group", "Submitted", "Status"),
    ("Application", "Number", "Status"),
}
ORDER_CELLS = (
    r"[0-9]+|–",
    r"a-[0-9]+",
    "Extraordinary|Priority|General",
    r"[0-9]{2}\.[0-9]{2}\.[0-9]{4} [0-9:]{8}",
    "Waits|May choose a place|Has a referral|Paused",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    found: Path = publish(tmp_path_factory.mktemp("site"), RECORDS)
    return contents(found)


def names_in(value: Any) -> Iterator[str]:
    """Every member's name of a JSON document."""
    if isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from names_in(each)


def test_r7_3_every_member_of_the_json_may_be_published(files: dict[str, bytes]) -> None:
    found = {name for path, data in files.items() if path.endswith(".json") for name in names_in(json.loads(data))}
    assert {"place_id", "reason", "admission_until"} <= found <= MAY
    assert not {word for name in found for word in (name, *name.split("_"))} & NEVER_PUBLISHED_WORDS


def test_r7_3_every_column_of_the_tables_may_be_published(files: dict[str, bytes]) -> None:
    found = set()
    for path, data in files.items():
        if path.endswith(".csv"):
            found |= set(next(csv.reader(io.StringIO(data.decode()))))
    assert {"application_id", "status", "place_id"} <= found <= MAY
    assert not {word for name in found for word in (name, *name.split("_"))} & NEVER_PUBLISHED_WORDS


def test_r7_3_every_cell_of_the_pages_is_under_a_heading_of_the_list(files: dict[str, bytes]) -> None:
    seen = set()
    rows = 0
    for path, data in files.items():
        if not path.startswith("en/") or not path.endswith(".html"):
            continue
        for table in parsed(data).all("table"):
            head, *body = [[e.text() for e in row.all() if e.tag in ("th", "td")] for row in table.all("tr")]
            assert tuple(head) in HEADINGS
            seen.add(tuple(head))
            assert all(len(row) == len(head) for row in body)
            if head[1:2] == ["Application"]:
                for row in body:
                    rows += 1
                    assert all(re.fullmatch(form, cell) for form, cell in zip(ORDER_CELLS, row, strict=True)), row
    assert len(seen) == len(HEADINGS) - 1, "orders of this size need no pages to find an application in"
    assert rows > 20


def test_r7_3_nothing_that_is_known_of_a_family_is_in_any_file(files: dict[str, bytes]) -> None:
    registered = [fact for record in RECORDS for fact in record.facts if isinstance(fact, ApplicationRegistered)]
    private = {each.applicant_id for each in registered} | {each.child_id for each in registered}
    private |= {each.child_born.isoformat() for each in registered if each.child_born.month != 1}
    private |= {each.value for each in (*Benefit, *Channel)} - {"OFFICE"}
    assert len(private) > 60
    for path, data in files.items():
        # Ids and words as wholes: a-1 is not in a-12.
        said = set(re.findall(r"[\w-]+", data.decode())) if not path.endswith(".pdf") else set()
        assert not said & private, path


def test_r7_3_what_is_kept_beside_the_pages_is_no_more(files: dict[str, bytes]) -> None:
    for path, data in files.items():
        if path.startswith("state/"):
            kept = json.loads(data)
            assert kept.keys() == {"sequence", "lines"}
            for line in kept["lines"].values():
                assert line.keys() <= {
                    *("queue", "waiting", "off", "record", "at", "hash", "digest", "pages", "finds", "organisation")
                }
