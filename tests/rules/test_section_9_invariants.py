"""Section 9: a rich history, looked at after every record. (Generated histories: tests/properties.)"""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from schemas import events as e
from schemas import facts as f
from schemas.events import Event
from schemas.journal import JournalCodec, Record, decode_record
from schemas.words import Admission, Benefit, Group, Ownership, QueueKind, Stage
from schemas.zones import zone_of
from streams.rules.book import Book
from streams.rules.model import Status
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE, Pack
from streams.rules.simulate import simulate
from tests.rules.scenario import ASTANA, EXTRAORDINARY, PRIORITY, Decided, Town

PACKS = pytest.mark.parametrize("pack", [KZ_2020, KZ_2020_IMMEDIATE], ids=lambda pack: str(pack.id))


class Recording(Town):
    """A town that keeps its events."""

    def __init__(self, pack: Pack) -> None:
        self.events: list[Event] = []
        super().__init__(pack)

    def handle(self, event: Event) -> Decided:
        """A second passes after each, so that the order does not hang on the topics."""
        self.events.append(event)
        decided = super().handle(event)
        self.pause()
        return decided


def season(pack: Pack) -> Recording:
    """Six weeks of everything: both kinds of queues, benefits, early and temporary places, lapses, recalls, acts."""
    town = Recording(pack)
    town.special()
    town.organisation("k2", ownership=Ownership.PRIVATE)
    for index in range(12):
        benefits = {3: PRIORITY, 6: EXTRAORDINARY, 7: PRIORITY, 9: PRIORITY}.get(index, ())
        born = "2018-11-01" if index % 4 == 1 else "2018-03-01"
        town.queue(f"a{index:02}", benefits=benefits, born=born, special_needs=index == 3)
    town.queue_special("b1", "b2")
    town.queue_special("b3", child="c-a03")
    town.release_special("y1")
    for index in range(4):
        town.release(f"x{index}", ages=(3, 3) if index else (2, 3))
    town.release("x4", "k2")
    town.release("x5", ages=(3, 3), admission=Admission.EARLY)
    town.release("t1", ages=(2, 2), admission=Admission.TEMPORARY, start="2021-06-20", end="2021-07-01")
    town.recall("x9")
    town.next_opening()
    for application_id in list(town.access())[:5]:
        for place_id in ("t1", "x5", "x0", "x1", "x4"):
            if not town.choose(application_id, place_id).reason:
                break
    town.cancel("b1", "y1")
    town.at("2021-06-09 10:00").suspend("a05")
    town.benefits("a08", Benefit.ORPHAN)
    town.act("2021-06-11", bulletin_at="17:00", opening_at="09:00")
    for application_id in ("a00", "a02", "a06"):
        application = town.application(application_id)
        referral = application.referral or application.temporary
        if referral is not None:
            town.present(application_id, referral.place_id)
            town.pass_check(application_id, referral.place_id)
    town.vacate("x5")
    town.recall("x3")
    town.at("2021-06-11 10:00").restore("a05")
    town.release("x6", ages=(3, 3))
    town.release("x9")
    town.until("2021-06-15 10:00")
    town.queue("a20", "a21")
    for application_id in town.access()[:2]:
        town.choose(application_id, "x6")
    town.until("2021-07-02 12:00")
    town.organisation("k2", ownership=Ownership.STATE)
    town.until("2021-07-20 12:00")
    return town


def prefixes(town: Recording, pack: Pack) -> Iterator[Book]:
    """A book after each record of the season."""
    book = Book(ASTANA, pack)
    for record in town.records:
        book.apply(record)
        yield book


@PACKS
def test_section_9_1_a_place_has_at_most_one_live_referral_and_is_filled_once_between_releases(pack: Pack) -> None:
    town = season(pack)
    for book in prefixes(town, pack):
        referred = [
            referral.place_id
            for each in book.state.applications.values()
            for referral in (each.referral, each.temporary)
            if referral is not None
        ]
        assert len(referred) == len(set(referred))
        assert set(referred) == {each.id for each in book.state.places.values() if each.stage is Stage.REFERRED}


@PACKS
def test_section_9_1_no_place_waits_for_ever_behind_an_expired_window(pack: Pack) -> None:
    for book in prefixes(season(pack), pack):
        for place in book.state.places.values():
            if place.stage is Stage.PRIORITY and place.until is not None:
                # At most the windows of those who were granted access before it ended.
                assert book.time < place.until + 10 * 86_400_000


@PACKS
def test_section_9_2_an_application_has_at_most_one_access_and_one_referral(pack: Pack) -> None:
    for book in prefixes(season(pack), pack):
        for each in book.state.applications.values():
            assert not (each.referral is not None and each.access_until is not None)
            assert (each.referral is not None) == (each.status is Status.REFERRED)
            if each.access_until is not None:
                assert each.status is Status.QUEUED


def all_served(book: Book, queue_id: str) -> bool:
    """Whether the holders of access can be given different places, by the plainest of matchings."""
    state = book.state
    queue = state.queue(queue_id)
    taken: dict[str, str] = {}

    def serve(application_id: str, seen: set[str]) -> bool:
        for place in queue.places[Stage.PRIORITY].values():
            if place.id not in seen and state.eligible(state.applications[application_id], place):
                seen.add(place.id)
                if place.id not in taken or serve(taken[place.id], seen):
                    taken[place.id] = application_id
                    return True
        return False

    return all(serve(each, set()) for each in queue.holders)


@PACKS
def test_section_9_3_all_holders_can_be_given_different_places_they_are_eligible_for(pack: Pack) -> None:
    held = 0
    for book in prefixes(season(pack), pack):
        for queue_id, queue in book.state.queues.items():
            held += len(queue.holders)
            assert all_served(book, queue_id)
    assert held > 50


def test_section_9_4_nobody_gets_access_while_an_eligible_one_before_it_waits_for_the_same_place() -> None:
    town = season(KZ_2020)
    book = Book(ASTANA, KZ_2020)
    checked = 0
    for record in town.records:
        book.apply(record)
        granted = [each.application_id for each in record.facts if isinstance(each, f.AccessGranted)]
        if not granted:
            continue
        state, queue = book.state, book.state.queue("general/2018")
        order = list(queue.order)
        last = max(order.index(each) for each in granted)
        for application_id in order[:last]:
            application = state.applications[application_id]
            if application.access_until is None:
                # Whoever was passed over could not have been served beside those before and all who hold access.
                checked += 1
                queue.holders[application_id] = application
                assert not all_served(book, "general/2018")
                del queue.holders[application_id]
    assert checked > 0


@PACKS
def test_section_9_5_every_event_has_exactly_one_outcome(pack: Pack) -> None:
    town = season(pack)
    decided = [each.cause.event_id for each in town.records if each.cause.timer is None]
    assert decided == [each.event_id for each in town.events]


@PACKS
def test_section_9_6_the_state_is_the_fold_of_the_journal_at_every_record(pack: Pack) -> None:
    town = season(pack)
    book, folded = Book(ASTANA, pack), Book(ASTANA, pack)
    for event in town.events:
        for record in book.handle(event):
            folded.apply(record)
        assert folded.snapshot() == book.snapshot()
    assert book.sequence > 80


@PACKS
def test_section_9_6_a_book_restored_at_any_record_goes_on_as_if_nothing_had_been(pack: Pack) -> None:
    town = season(pack)
    book = Book(ASTANA, pack)
    for record in town.records:
        book.apply(record)
        restored = Book.restore(book.snapshot(), pack)
        assert restored.snapshot() == book.snapshot()
        rest = [each.hash for each in town.records[record.sequence :]]
        events = [event for event in town.events if event.event_id not in decided_ids(town, record.sequence)]
        assert [each.hash for each in go_on(restored, events, town)] == rest


def decided_ids(town: Recording, sequence: int) -> set[str | None]:
    return {each.cause.event_id for each in town.records[:sequence]}


def go_on(book: Book, events: list[Event], town: Recording) -> Iterator[Record]:
    for event in events:
        yield from book.handle(event)
    yield from book.advance(town.now)


@PACKS
def test_section_9_6_a_second_run_gives_the_same_hashes(pack: Pack) -> None:
    first = season(pack)
    again = list(simulate(list(first.events), pack, first.now))
    assert [each.hash for each in again] == [each.hash for each in first.records]


PROGRAM = """
from tests.rules.test_section_9_invariants import KZ_2020, season
print(season(KZ_2020).book.hash)
"""


def test_section_9_6_another_process_with_another_hash_seed_gives_the_same_hashes() -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(each or "." for each in sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert hashes == {season(KZ_2020).book.hash + "\n"}


def test_section_9_6_the_lines_of_a_journal_fold_to_the_same_book() -> None:
    town = season(KZ_2020)
    codec = JournalCodec(zone_of(ASTANA).render)
    folded = Book(ASTANA, KZ_2020)
    for record in town.records:
        folded.apply(decode_record(codec.line(record)))
    assert folded.snapshot() == town.book.snapshot()


def test_section_9_7_serving_the_head_never_changes_the_order_of_the_others() -> None:
    town = season(KZ_2020)
    queue = town.book.state.queue("general/2018")
    while len(queue.order):
        before = list(queue.order)
        head = town.book.state.applications[before[0]]
        queue.order.serve(head.group, (head.submitted_at, head.id))
        assert list(queue.order) == before[1:]


def test_section_9_7_a_general_one_that_withdraws_leaves_the_number_of_the_priority_one_behind_it(town: Town) -> None:
    town.queue("g1", "g2", "g3", "g4")
    town.queue("p1", benefits=PRIORITY)
    assert town.number("p1") == 4
    town.withdraw("g2")
    assert (town.number("p1"), town.order()) == (4, ["g1", "g3", "g4", "p1"])


def test_section_9_7_priority_and_general_referrals_keep_one_to_three_while_both_wait(town: Town) -> None:
    town.special()
    for index in range(40):
        town.queue_special(f"g{index:02}")
        if index % 3 == 0:
            town.queue_special(f"p{index:02}", benefits=PRIORITY)
    groups = []
    for index in range(40):
        issued = town.release_special(f"x{index}").one(f.ReferralIssued)
        groups.append(town.application(issued.application_id).group)
    assert groups == [Group.GENERAL, Group.GENERAL, Group.GENERAL, Group.PRIORITY] * 10


def test_section_9_8_a_record_is_complete_before_the_book_goes_on(town: Town) -> None:
    # What was decided is in the records and nowhere else: a book that is thrown away loses nothing.
    town.queue("a1")
    town.release("x1", admission=Admission.TEMPORARY, end="2021-12-31")
    town.next_opening()
    again = Book(ASTANA, KZ_2020)
    for record in town.records:
        again.apply(record)
    event = town.event(e.PlacesChosen("p-a1", (e.Choice("a1", "x1"),)))
    assert [each.hash for each in again.handle(event)] == [town.handle(event).record.hash]
    assert QueueKind.GENERAL.value in town.application("a1").queue.upper()
