"""R8: the journal is the register. (`oryn verify` and `oryn why` read it independently and have tests of their own.)"""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.journal import GENESIS_HASH, JournalCodec, Record
from streams.rules.book import Book
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE
from tests.rules.scenario import ASTANA, PRIORITY, Town, subjects


def journal(town: Town) -> list[Record]:
    town.queue("a1", "a2")
    town.queue("p1", benefits=PRIORITY)
    town.active("a1", "x1")
    town.enrol("a1", "x1")
    town.until("2021-06-10 10:00")
    return list(town.records)


def fold(records: list[Record]) -> Book:
    book = Book(ASTANA, KZ_2020)
    for record in records:
        book.apply(record)
    return book


# R8.1


def test_r8_1_records_are_numbered_from_1_and_chained(town: Town) -> None:
    records = journal(town)
    assert [each.sequence for each in records] == list(range(1, len(records) + 1))
    hashes = [GENESIS_HASH, *(each.hash for each in records)]
    assert [each.previous_hash for each in records] == hashes[:-1]
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda records: [*records[:5], replace(records[5], time=records[5].time + 1), *records[6:]],
        lambda records: [*records[:5], replace(records[5], facts=()), *records[6:]],
        lambda records: [*records[:5], replace(records[5], pack="kz-2021"), *records[6:]],
        lambda records: records[:5] + records[6:],
        lambda records: records[1:],
        lambda records: [*records[:5], records[6], records[5], *records[7:]],
        lambda records: [*records[:5], records[5], *records[5:]],
        lambda records: [
            *records[:5],
            replace(records[5], cause=replace(records[5].cause, event_id="x")),
            *records[6:],
        ],
    ],
    ids=["time", "facts", "pack", "removed", "beginning removed", "swapped", "inserted", "cause"],
)
def test_r8_1_any_change_removal_insertion_or_reordering_is_found(
    town: Town, tamper: Callable[[list[Record]], list[Record]]
) -> None:
    records = journal(town)
    assert fold(records).hash == town.book.hash
    with pytest.raises(BrokenJournal):
        fold(tamper(records))


def test_r8_1_a_forged_record_with_a_hash_of_its_own_breaks_the_chain(town: Town) -> None:
    records = journal(town)
    forged = JournalCodec(town.zone.render).seal(replace(records[5], facts=()))
    with pytest.raises(BrokenJournal, match="hash of record 7"):
        fold([*records[:5], forged, *records[6:]])


def test_r8_1_a_record_of_another_locality_or_pack_does_not_fit(town: Town) -> None:
    record = town.records[0]
    with pytest.raises(BrokenJournal):
        Book("750000000", KZ_2020).apply(record)
    with pytest.raises(BrokenJournal):
        Book(ASTANA, KZ_2020_IMMEDIATE).apply(record)


# R8.2


def test_r8_2_each_event_has_exactly_one_record_that_names_it(town: Town) -> None:
    event = replace(town.event(town.event_of_submission("a1")), partition=3, offset=17)
    decided = town.handle(event)
    cause = decided.record.cause
    assert (cause.topic, cause.partition, cause.offset) == ("application-changes", 3, 17)
    assert (cause.source, cause.event_id, cause.type) == (event.source, event.event_id, "ApplicationSubmitted")
    assert (decided.record.pack, decided.record.time) == ("kz-2020", event.time)
    assert [each.cause.event_id for each in town.records].count(event.event_id) == 1


def test_r8_2_a_rejected_a_repeated_and_an_empty_event_have_theirs_too(town: Town) -> None:
    before = len(town.records)
    town.confirm("nobody")
    town.release("x1")
    town.release("x1")
    town.tick()
    assert [each.facts and type(each.facts[0]).__name__ for each in town.records[before:]] == [
        "Rejected",
        "PlaceReleased",
        "Duplicate",
        (),
    ]


def test_r8_2_a_timers_record_names_the_timer(town: Town) -> None:
    town.submit("a1")
    (record,) = [each for each in town.until("2021-06-15 00:00") if each.cause.timer == "REGISTRATION"]
    assert (record.cause.due, record.cause.subject) == (town.moment("2021-06-15"), "a1")
    assert (record.cause.topic, record.time) == (None, town.moment("2021-06-15"))


def test_r8_2_the_hash_leaves_out_where_the_record_stood(town: Town) -> None:
    twin = Town()
    event = town.event(town.event_of_submission("a1"))
    mirrored = twin.handle(replace(event, partition=5, offset=99)).record
    assert town.handle(replace(event, partition=0, offset=1)).record.hash == mirrored.hash


# R8.3


def test_r8_3_each_cause_of_a_changed_position_is_an_entry(town: Town) -> None:
    town.queue("a1", "a2")
    numbers = [town.number("a2")]
    changes = [town.suspend("a1"), town.restore("a1"), town.queue("p1", benefits=PRIORITY), town.withdraw("a1")]
    for decided in changes:
        assert decided.facts
    numbers.append(town.number("a2"))
    assert numbers == [2, 1]


def test_r8_3_for_a_place_the_journal_says_who_had_access_in_which_order_and_who_got_it(town: Town) -> None:
    town.queue("a1", "a2", "a3")
    town.offered("x1", "x2")
    town.chosen("a2", "x1")
    assert subjects([each for _, each in town.history(f.AccessGranted)]) == ["a1", "a2"]
    issued = town.last(f.ReferralIssued)
    assert (issued.application_id, issued.place_id, issued.number) == ("a2", "x1", 2)
