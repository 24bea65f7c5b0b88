"""A curve is the core's: every number of every application behind every record, over made-up histories and campaigns;
its causes are those of `oryn why`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import pytest

from consumers.dashboard.evidence.curve import Curve, curve_of
from consumers.dashboard.evidence.timeline import Movement, QueueTimeline, common_ratio
from consumers.history.answer import why
from consumers.history.application import change_phrase
from consumers.history.journal_file import JournalFile
from consumers.history.report import Entry, Phrase
from consumers.live_view.packs import GENERAL_PER_PRIORITY
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.journal import Record
from streams.rules.book import Book
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE, PACKS, Pack, Schedule
from tests.fuzz.histories import PACKS_UNDER_TEST, History
from tests.integration.pipeline.seasons import season
from tests.unit.dashboard_evidence.movements import timelines_of
from tests.unit.history.journals import TO_IMMEDIATE, RandomTown, write
from tests.unit.verification.seasons import Season

Numbers = dict[str, int]
EVENTS = 260


def numbers_behind(book: Book) -> Numbers:
    """The number of everybody who waits, as the core counts them."""
    return {
        application_id: number
        for queue in book.state.queues.values()
        for number, application_id in enumerate(queue.order, start=1)
    }


def compare(records: Sequence[Record], packs: Pack | Schedule, applications: Iterable[str] | None = None) -> int:
    """Hold curves against the core behind every record. How many changes of a number there were."""
    book = Book(records[0].locality, packs)
    behind: list[Numbers] = [{}]
    for record in records:
        book.apply(record)
        behind.append(numbers_behind(book))
    timelines = timelines_of(records)
    changes = 0
    for application_id in applications or list(book.state.applications):
        queue = book.state.applications[application_id].queue
        curve = curve_of(timelines[queue], application_id, len(records), common_ratio())
        after = {step.record: step.after for step in curve.steps}
        number: int | None = None
        for sequence in range(1, len(behind)):
            now = after.get(sequence, number)
            assert now == behind[sequence].get(application_id), (application_id, sequence)
            changes += now != number
            number = now
        _check_steps(curve)
    return changes


def _check_steps(curve: Curve) -> None:
    number = None
    for step in curve.steps:
        assert step.before == number
        if not step.own:
            assert step.before is not None
            assert step.after is not None
            assert sum(each.delta for each in step.causes.values()) == step.after - step.before
        number = step.after
    assert (curve.standing.number if curve.standing else None) == number


@pytest.mark.parametrize("seed", range(10))
def test_every_number_behind_every_record_is_the_cores(seed: int) -> None:
    """Special queues, temporary places, regroupings, stop lists, suspensions, siblings, every mode."""
    names = list(PACKS_UNDER_TEST)
    history = History(seed, EVENTS, names[seed % len(names)])
    pack = PACKS_UNDER_TEST[history.pack_name]
    book = Book(history.locality, pack)
    records = [record for event in history for record in book.handle(event)]
    assert compare(records, pack) > 0


def test_numbers_when_the_mode_changes() -> None:
    first_day = 18_785  # 7 June 2021
    packs = Schedule(KZ_2020, ((first_day + 12, KZ_2020_IMMEDIATE), (first_day + 24, KZ_2020)))
    made = Season(5, packs=packs)
    made.run(260)
    assert compare(made.records, packs) > 50


def test_numbers_of_a_campaign() -> None:
    records = list(season("village").records)
    applications = list(timelines_of(records)["general/2018"].numbers)
    assert compare(records, KZ_2020, Random(1).sample(applications, 12)) > 50


@pytest.mark.parametrize("seed", range(3))
def test_causes_are_those_of_oryn_why(seed: int, tmp_path: Path) -> None:
    packs = KZ_2020 if seed else TO_IMMEDIATE
    town = RandomTown(seed, packs).live(220)
    timeline = timelines_of(town.records)["general/2018"]
    path = write(tmp_path / "journal.jsonl", town.records)
    others = 0
    for name in town.names[::5]:
        entries = why(JournalFile(path), name, limit=10_000).entries
        curve = curve_of(timeline, name, len(town.records), common_ratio())
        told = _told(entries)
        others += len(told)
        assert _of_curve(curve) == told
    assert others > 5


Told = dict[str, tuple[int, int, list[int]]]


def _told(entries: Iterable[Entry]) -> Told:
    """What `oryn why` says that others did: how many did the same, by how much, in which records."""
    found: Told = {}
    for clause in (clause for entry in entries for clause in entry.clauses):
        if clause.phrase.message.startswith("change-"):
            name = _name(clause.phrase)
            count, delta, records = found.get(name, (0, 0, []))
            found[name] = count + clause.count, delta + clause.delta, records + clause.records.shown
    return found


def _of_curve(curve: Curve) -> Told:
    """The same of a curve."""
    found: Told = {}
    for step in curve.steps:
        for cause, effect in step.causes.items():
            name = _name(change_phrase(cause.move, cause.detail, 0))
            count, delta, records = found.get(name, (0, 0, []))
            found[name] = count + effect.count, delta + effect.delta, [*records, step.record]
    return found


def _name(phrase: Phrase) -> str:
    """A phrase without how often."""
    return f"{phrase.message} {phrase.arguments.get('group')} {phrase.arguments.get('reason')}"


def test_a_curve_up_to_a_record_is_the_beginning_of_the_whole_one() -> None:
    records = Season(3).run(200)
    timeline = timelines_of(records)["general/2018"]
    for application_id in timeline.numbers:
        whole = curve_of(timeline, application_id, len(records), common_ratio())
        for through in (1, len(records) // 3, len(records) - 1):
            part = curve_of(timeline, application_id, through, common_ratio())
            assert part.steps == tuple(each for each in whole.steps if each.record <= through)


def test_a_register_that_states_another_number_is_noticed() -> None:
    timeline = QueueTimeline()
    timeline.know([("a", Instant(1)), ("b", Instant(2))])
    timeline.take(Movement(n, Instant(n), i, "ApplicationQueued", "REGISTERED", None, "GENERAL", None, s)
                  for n, i, s in ((1, "a", 1), (2, "b", 3)))  # fmt: skip
    assert curve_of(timeline, "a", 2, 3).standing is not None
    with pytest.raises(BrokenJournal, match="states number 3 of b, but the movements before it make it 2"):
        curve_of(timeline, "b", 2, 3)


def test_an_application_of_another_queue_has_no_curve() -> None:
    assert curve_of(QueueTimeline(), "a", 10, 3) == Curve((), None)


def test_the_ratio_of_every_pack_is_known_and_the_same() -> None:
    """Movements name no pack: the day that packs differ, the registers must say which one was in force."""
    assert {pack.id: pack.general_per_priority for pack in PACKS.values()} == dict(GENERAL_PER_PRIORITY)
    assert set(GENERAL_PER_PRIORITY.values()) == {common_ratio()}
