"""The published orders: the core's, found by number and by id without a script, written when they changed."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from consumers.public_bulletins.folded_orders import FoldedOrders
from consumers.public_bulletins.order_board import REST, OrderBoard, OrdersUnavailable, Position, state_path
from consumers.public_bulletins.order_pages import FIND_ROWS, PAGE_ROWS, OrderView, order_pages
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.store_folder import FolderStore
from consumers.public_bulletins.words import Language
from schemas.errors import BrokenJournal
from schemas.instants import Instant, parse_instant
from schemas.outputs import OrderRow, OrderStatus
from schemas.words import Group
from streams.projections.published import status_of
from streams.rules.book import Book
from streams.rules.model import Status
from streams.rules.pack import KZ_2020
from tests.unit.public_bulletins.sites import ASTANA, contents, journal, parsed

AT = parse_instant("2021-06-10T18:00:00.000+06:00")
QUEUE = "general/2018"
RUSSIAN = Pages(PageSettings(languages=(Language.RUSSIAN,)))
OFF = {Status.REFERRED, Status.STOPPED, Status.SUSPENDED}


def order(waiting: int, off: int = 0, sequence: int = 5, queue: str = QUEUE) -> OrderView:
    rows = [
        OrderRow(f"a-{n * 7919 % 1_000_003:06}", queue, Group.GENERAL, Instant(AT + n), OrderStatus.WAITING, n)
        for n in range(1, waiting + 1)
    ]
    rows += [OrderRow(f"off-{n}", queue, Group.PRIORITY, Instant(AT + n), OrderStatus.STOPPED) for n in range(off)]
    return OrderView(ASTANA, queue, tuple(rows), sequence, Instant(AT + sequence), f"{sequence:064x}")


@dataclass
class Source:
    """Orders that a test sets."""

    orders: dict[str, OrderView] = field(default_factory=dict)
    away: bool = False
    asked: int = 0

    def localities(self) -> Iterable[str]:
        if self.away:
            raise OrdersUnavailable("no live view is shown now")
        return sorted({each.locality for each in self.orders.values()})

    def position(self, locality: str) -> Position:
        sequence = max(each.sequence for each in self.orders.values())
        return Position(sequence, Instant(AT + sequence), "f" * 64)

    def queues(self, locality: str) -> Iterable[str]:
        return list(self.orders)

    def order(self, locality: str, queue: str) -> OrderView:
        self.asked += 1
        return self.orders[queue]


def board_of(folder: Path, source: Source, clock: list[float] | None = None, refresh_s: float = 0) -> OrderBoard:
    return OrderBoard(FolderStore(folder), RUSSIAN, source, lambda: (clock or [0.0])[0], refresh_s)


def test_the_folded_orders_are_those_of_the_core() -> None:
    records = journal(4, 400, (ASTANA,))
    folded, book = FoldedOrders(), Book(ASTANA, KZ_2020)
    compared = 0
    for number, record in enumerate(records):
        folded.take(record)
        book.apply(record)
        if number % 41 and number + 1 < len(records):
            continue
        assert folded.position(ASTANA) == Position(record.sequence, record.time, record.hash or "")
        for queue_id, queue in book.state.queues.items():
            found = folded.order(ASTANA, queue_id).rows
            expected = [(each, n) for n, each in enumerate(queue.order, start=1)]
            assert [(row.application_id, row.number) for row in found if row.number is not None] == expected
            off = {a.id for a in book.state.applications.values() if a.queue == queue_id and a.status in OFF}
            assert {row.application_id for row in found if row.number is None} == off
            for row in found:
                application = book.state.applications[row.application_id]
                assert row.group == application.group
                assert row.submitted_at == application.submitted_at
                assert row.status is status_of(
                    access=application.access_until is not None,
                    referred=application.temporary is not None or application.status is Status.REFERRED,
                    stopped=application.status in (Status.STOPPED, Status.SUSPENDED),
                )
                compared += 1
    assert compared > 200
    with pytest.raises(BrokenJournal, match="does not follow record"):
        folded.take(records[0])


@pytest.mark.parametrize(
    ("waiting", "off"),
    [(0, 0), (1, 0), (0, 3), (PAGE_ROWS, 0), (PAGE_ROWS, 1), (PAGE_ROWS - 5, 9), (3 * PAGE_ROWS + 17, 2 * PAGE_ROWS)],
)
def test_every_row_is_on_one_page_and_can_be_found(waiting: int, off: int) -> None:
    view = order(waiting, off)
    files = dict(order_pages(RUSSIAN, view))
    assert max(map(len, files.values())) < 300_000
    places: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for name, data in files.items():
        for row in parsed(data).all("tr"):
            cells = [each.text() for each in row.children if not isinstance(each, str)]
            if "/order-" in name and "columnheader" not in {e.attributes.get("role") for e in row.all()}:
                assert cells[1] not in places
                places[cells[1]] = name
                numbers[cells[1]] = cells[0]
    assert numbers == {row.application_id: str(row.number or "–") for row in view.rows}
    found = {}
    for name, data in files.items():
        if "/find-" not in name:
            continue
        for row in list(parsed(data).all("tr"))[1:]:
            application = next(row.all("th")).text()
            for link in row.all("a"):
                page, _, anchor = link.attributes["href"].partition("#")
                assert places[application].endswith(f"/{page}")
                assert anchor == f"n{numbers[application]}"
            found[application] = numbers[application]
    assert found == (numbers if len({name for name in files if "/order-" in name}) > 1 else {})


def test_fifty_thousand_rows_make_linked_pages_quickly() -> None:
    view = order(50_000)
    names = [name for name, data in order_pages(RUSSIAN, view) if len(data) < 300_000]
    assert len(names) == -(-50_000 // PAGE_ROWS) + -(-50_000 // FIND_ROWS) + 1
    assert names[-1].endswith("order-general-2018.html"), "what links to the others comes after them"


def test_an_order_is_written_when_it_changed_and_says_behind_which_record(tmp_path: Path) -> None:
    source = Source({QUEUE: order(10), "general/2019": order(3, queue="general/2019")})
    assert board_of(tmp_path, source).renew() == 2
    page = tmp_path / "ru" / ASTANA / "order-general-2018.html"
    assert "По записи 5 журнала" in parsed(page.read_bytes()).text()
    assert board_of(tmp_path, source).renew() == 0
    source.orders["general/2019"] = order(3, sequence=9, queue="general/2019")
    before = page.stat().st_mtime_ns
    assert board_of(tmp_path, source).renew() == 0, "the same rows behind a later record"
    source.orders[QUEUE] = order(11, sequence=12)
    assert board_of(tmp_path, source).renew() == 1
    assert page.stat().st_mtime_ns != before
    assert "По записи 12 журнала" in parsed(page.read_bytes()).text()
    source.orders = {each: order(1, sequence=8, queue=each) for each in source.orders}
    assert board_of(tmp_path, source).renew() == 0, "a live view that is built anew is behind for a while"
    with (tmp_path / ASTANA / "queues.csv").open(newline="") as table:
        rows = {row["queue"]: row for row in csv.DictReader(table)}
    assert (rows[QUEUE]["waiting"], rows[QUEUE]["record"]) == ("11", "12")
    assert rows["general/2019"]["record"] == "5"
    with (tmp_path / rows[QUEUE]["file"]).open(newline="") as table:
        assert [row["number"] for row in csv.DictReader(table)] == [str(n) for n in range(1, 12)]


def test_pages_of_an_order_that_shrank_are_taken_away(tmp_path: Path) -> None:
    source = Source({QUEUE: order(4 * PAGE_ROWS)})
    board_of(tmp_path, source).renew()
    source.orders[QUEUE] = order(PAGE_ROWS + 1, sequence=6)
    board_of(tmp_path, source).renew()
    board_of(tmp_path / "new", source).renew()
    assert contents(tmp_path / "new").keys() == {name for name in contents(tmp_path) if not name.startswith("new/")}
    source.orders[QUEUE] = order(1, sequence=7)
    board_of(tmp_path, source).renew()
    assert not list(tmp_path.glob("ru/*/find-*"))


def test_a_bounded_piece_at_a_time_and_rest_after_work(tmp_path: Path) -> None:
    clock = [0.0]
    source = Source({each: order(3, queue=each) for each in ("general/2017", "general/2018", "general/2019")})
    board = board_of(tmp_path, source, clock, refresh_s=60)

    def written() -> int:
        return len(list(tmp_path.glob("ru/*/order-*.html")))

    steps = []
    for _ in range(4):
        board.step()
        steps.append(written())
    assert steps == [1, 2, 3, 3]
    assert (tmp_path / "ru" / ASTANA / "queues.html").is_file()
    asked = source.asked
    source.orders["general/2018"] = order(4, sequence=6)
    clock[0] = 59.0
    board.step()
    assert source.asked == asked, "not before its time"
    clock[0] = 60.0
    board.step()
    assert source.asked > asked

    class Slow(Source):
        def order(self, locality: str, queue: str) -> OrderView:
            clock[0] += 10.0
            return super().order(locality, queue)

    slow = Slow({each: order(2, queue=each) for each in ("general/2017", "general/2018")})
    busy = board_of(tmp_path / "slow", slow, clock)
    busy.step()
    began = clock[0]
    busy.step()
    assert slow.asked == 1, "it rests"
    clock[0] = began + REST * 10.0
    busy.step()
    assert slow.asked == 2


def test_a_source_that_is_away_leaves_what_was_published_and_is_asked_again(tmp_path: Path) -> None:
    clock = [0.0]
    source = Source({QUEUE: order(3)})
    board = board_of(tmp_path, source, clock, refresh_s=60)
    board.step()
    board.step()
    before = contents(tmp_path)
    source.away, clock[0] = True, 100.0
    source.orders[QUEUE] = order(4, sequence=6)
    board.step()
    assert "no live view is shown now" in str(board.problem)
    assert contents(tmp_path) == before
    source.away, clock[0] = False, 200.0
    board.step()
    board.step()
    assert board.problem is None
    assert contents(tmp_path) != before


def test_a_lost_or_damaged_state_of_orders_only_costs_work(tmp_path: Path) -> None:
    source = Source({QUEUE: order(3)})
    board_of(tmp_path, source).renew()
    before = contents(tmp_path)
    (tmp_path / state_path(ASTANA)).write_text("not JSON")
    assert board_of(tmp_path, source).renew() == 1
    assert contents(tmp_path) == before
