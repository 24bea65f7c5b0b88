"""A book from its journal (decoded, chain checked, folded) and from a snapshot; the check of the whole journal."""

from pathlib import Path

from schemas.journal import decode_record
from streams.rules.book import Book
from tests.benchmarks import season
from tests.benchmarks.measure import Row, in_turns, no_garbage_collection, oryn, plain, ratios, span, timed
from tests.benchmarks.plan import Plan

AIM_RECORDS = 100_000
AIM_SNAPSHOT = 5


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    path = season.journal_file(plan)
    lines, locality = _lines_of_one(path)
    snapshot = _rebuild(locality, lines).snapshot()
    with no_garbage_collection():
        whole, cached = in_turns(
            plan.rounds,
            lambda: timed(lambda: _rebuild(locality, lines)),
            lambda: timed(lambda: Book.restore(snapshot, season.PACK)),
        )
    count = len(lines)
    faster = ratios(whole, cached)
    rows = [
        Row(f"rebuild from the journal, {count:,} records", "records/s", [each.rate(count) for each in whole]).held(
            at_least=AIM_RECORDS
        ),
        Row(f"restore from a snapshot of {len(snapshot):,} bytes", "s", cached),
        Row("  times faster than from the journal", "×", [plain(each) for each in faster]).held(at_least=AIM_SNAPSHOT),
    ]
    records = path.read_bytes().count(b"\n")
    checked = [oryn("verify", str(path), "--quiet").rate(records) for _ in range(min(plan.rounds, 3))]
    ratio = f"{span([one.cpu / other.rate(count).cpu for one, other in zip(checked, whole, strict=False)])} × rebuild"
    return [*rows, Row(f"oryn verify, {records:,} records, whole process", "records/s", checked, ratio=ratio)]


def _lines_of_one(path: Path) -> tuple[list[bytes], str]:
    lines = path.read_bytes().splitlines()
    locality = decode_record(lines[0]).locality
    mark = f'{{"locality":"{locality}"'.encode()
    return [line for line in lines if line.startswith(mark)], locality


def _rebuild(locality: str, lines: list[bytes]) -> Book:
    book = Book(locality, season.PACK)
    for line in lines:
        book.apply(decode_record(line))
    return book
