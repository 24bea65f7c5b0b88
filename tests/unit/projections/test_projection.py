"""The projection as a whole: deterministic, restorable, bounded, and strict about its journal."""

import ast
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.journal import Record
from schemas.outputs import Notification, Outcome, Output, ServiceStage
from schemas.words import (
    Admission,
    ArchiveReason,
    EndCause,
    ExtensionReason,
    Group,
    Reason,
    RecallReason,
    RefusalReason,
    Subject,
    Timer,
    Topic,
)
from streams.projections.message_fields import MESSAGE_FIELDS
from streams.projections.projection import Projection
from tests.unit.projections import journals as j
from tests.unit.projections.journals import APPLICATION, ORGANISATION, PLACE, Story, moment

APPLICATIONS = 4


class Child:
    """One application of a generated history: which steps are possible next, and the facts they make."""

    def __init__(self, name: str, story: Story, released: Callable[[Admission], str]) -> None:
        self.name = name
        self.story = story
        self.released = released
        self.steps = [self.register]
        self.place = ""
        self.number = 0

    def _next(self, *steps: Callable[[], None]) -> None:
        self.steps = list(steps)

    def _waits(self) -> None:
        self._next(self.grant, self.choose_open, self.withdraw, self.suspend, self.regroup, self.link, self.interest)

    def register(self) -> None:
        self.story.registered(self.name, f"parent-{self.name}")
        self._next(self.present, self.confirm, self.refuse, self.defer)

    def present(self) -> None:
        self.story.tell(j.event("DocumentsPresented"), f.DocumentsPresented(self.name, moment(50)))
        self._next(self.confirm, self.refuse, self.defer)

    def confirm(self) -> None:
        self.story.tell(j.event("DocumentsConfirmed"), j.queued(self.name))
        self._waits()

    def defer(self) -> None:
        self.story.tell(j.event("DocumentsConfirmed"), f.ApplicationDeferred(self.name, moment(500)))
        self._next(self.join)

    def join(self) -> None:
        self.story.tell(j.timer(Timer.JOINING, self.name), j.queued(self.name))
        self._waits()

    def refuse(self) -> None:
        fact = f.ApplicationRefused(self.name, RefusalReason.NO_CONSENT, ())
        self.story.tell(j.event("DocumentsRefused"), fact)
        self._next(self.register)

    def grant(self) -> None:
        self.story.tell(j.timer(Timer.OPENING), f.AccessGranted(self.name, j.QUEUE, moment(900), 3))
        self._next(self.choose, self.lapse_access, self.withdraw_with_access)

    def lapse_access(self) -> None:
        remind = f.ReminderDue(self.name, Subject.ACCESS, moment(900))
        self.story.tell(j.timer(Timer.REMINDER), remind)
        self.story.tell(j.timer(Timer.ACCESS), f.AccessLapsed(self.name))
        self._waits()

    def withdraw_with_access(self) -> None:
        self._archive(ArchiveReason.WITHDRAWN, f.AccessRevoked(self.name))

    def withdraw(self) -> None:
        self._archive(ArchiveReason.WITHDRAWN)

    def _archive(self, reason: ArchiveReason, *before: f.AnyFact) -> None:
        self.story.tell(j.event("ApplicationWithdrawn"), *before, f.ApplicationArchived(self.name, reason))
        self._next(self.register)

    def choose(self) -> None:
        self._refer(f.AccessUsed(self.name))

    def choose_open(self) -> None:
        self._refer()

    def _refer(self, *before: f.AnyFact) -> None:
        self.place = self.released(Admission.REGULAR)
        self.number = len(self.story.records)
        self.story.tell(j.event("PlacesChosen"), *before, j.issued(self.name, self.place, self.number))
        self._next(self.activate, self.cancel, self.lapse)

    def activate(self) -> None:
        fact = f.ReferralActivated(self.name, self.place, moment(2000))
        self.story.tell(j.event("ReferralDocumentsConfirmed"), fact)
        self._next(self.enrol, self.cancel, self.lapse, self.extend)

    def extend(self) -> None:
        fact = f.ReferralExtended(self.name, self.place, moment(4000), ExtensionReason.TREATMENT, 3)
        self.story.tell(j.event("ReferralExtended"), fact)
        self._next(self.enrol, self.lapse)

    def _end(self, cause: EndCause) -> f.ReferralEnded:
        return f.ReferralEnded(self.number, self.name, self.place, cause)

    def enrol(self) -> None:
        self._archive(ArchiveReason.ENROLLED, f.PlaceFilled(self.place), self._end(EndCause.ENROLLED))

    def cancel(self) -> None:
        cause = EndCause.CANCELLED
        self.story.tell(
            j.event("ReferralCancelled"),
            self._end(cause),
            f.PlaceReturned(self.place, cause),
            f.ApplicationReturned(self.name, cause, 7),
        )
        self._recall()
        self._waits()

    def lapse(self) -> None:
        stopped = f.ApplicationStopped(self.name, moment(9000), True)
        self.story.tell(j.timer(Timer.REFERRAL), self._end(EndCause.LAPSED), stopped)
        self._recall()
        self._next(self.come_back)

    def _recall(self) -> None:
        recalled = f.PlaceRecalled(self.place, RecallReason.QUARANTINE)
        self.story.tell(j.event("PlaceRecalled", Topic.VACANCY_RECALLS), recalled)

    def come_back(self) -> None:
        fact = f.ApplicationReturned(self.name, EndCause.STOP_LIST_ENDED, 7)
        self.story.tell(j.timer(Timer.STOP_LIST), fact)
        self._waits()

    def suspend(self) -> None:
        self.story.tell(j.event("ApplicationSuspended"), f.ApplicationSuspended(self.name, "false address"))
        self._next(self.restore)

    def restore(self) -> None:
        fact = f.ApplicationReturned(self.name, EndCause.RESTORED, 7)
        self.story.tell(j.event("ApplicationRestored"), fact)
        self._waits()

    def regroup(self) -> None:
        fact = f.ApplicationRegrouped(self.name, Group.GENERAL, Group.PRIORITY, 2)
        self.story.tell(j.event("BenefitsChanged"), fact)

    def link(self) -> None:
        self.story.tell(j.event("ApplicantLinked"), f.ApplicantLinked(self.name, f"other-{self.name}"))

    def interest(self) -> None:
        self.story.tell(j.timer(Timer.INTEREST), f.ReminderDue(self.name, Subject.INTEREST, moment(9000)))


def history(draws: list[tuple[int, int]]) -> tuple[Story, list[Child]]:
    """The history that a list of draws makes: which application steps, and which of its possible steps."""
    story = Story()

    def released(admission: Admission) -> str:
        place_id = f"place-{len(story.records)}"
        story.released(place_id, admission)
        return place_id

    children = [Child(f"app-{each}", story, released) for each in range(APPLICATIONS)]
    for who, which in draws:
        child = children[who % APPLICATIONS]
        child.steps[which % len(child.steps)]()
        if which % 11 == 0:
            story.tell(j.event("PlaceReleased"), f.Rejected(Reason.BAD_DATE, "over", ORGANISATION, PLACE))
    return story, children


draws = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 999)), max_size=80)


def project(records: list[Record]) -> list[Output]:
    projection = Projection(j.LOCALITY)
    return [output for record in records for output in projection.project(record)]


@given(draws)
def test_r7_1_projecting_a_journal_twice_gives_equal_outputs(made: list[tuple[int, int]]) -> None:
    story, _ = history(made)
    assert project(story.records) == story.outputs


@given(draws)
def test_r7_1_ids_of_messages_and_of_stages_are_unique(made: list[tuple[int, int]]) -> None:
    story, _ = history(made)
    for kind in (Notification, ServiceStage):
        ids = Counter(each.id for each in story.outputs if isinstance(each, kind))
        assert not [id_ for id_, count in ids.items() if count > 1]


@given(draws)
def test_r8_2_every_event_has_exactly_one_outcome(made: list[tuple[int, int]]) -> None:
    story, _ = history(made)
    outcomes = [each.sequence for each in story.outputs if isinstance(each, Outcome)]
    assert outcomes == [each.sequence for each in story.records if each.cause.topic is not None]


@given(draws)
def test_r7_1_messages_of_any_history_say_what_their_kind_must_say(made: list[tuple[int, int]]) -> None:
    story, _ = history(made)
    for message in j.messages(story.outputs):
        always, sometimes = MESSAGE_FIELDS[message.kind]
        said = {name for name, value in asdict(message).items() if value is not None}
        assert always <= said <= always | sometimes


@given(draws, st.integers(0, 200))
def test_snapshot_and_the_rest_is_the_whole(made: list[tuple[int, int]], cut: int) -> None:
    story, _ = history(made)
    whole = Projection(j.LOCALITY)
    outputs: list[Output] = []
    for record in story.records:
        if record.sequence == cut + 1:
            restored = Projection.restore(whole.snapshot())
            assert restored.snapshot() == whole.snapshot()
            whole = restored
        outputs += whole.project(record)
    assert outputs == story.outputs
    assert whole.snapshot() == story.projection.snapshot()


@given(draws)
def test_memory_is_bounded_by_what_is_live(made: list[tuple[int, int]]) -> None:
    story, children = history(made)
    waiting = [child for child in children if child.steps != [child.register]]
    referred = [child for child in waiting if child.lapse in child.steps]
    assert story.projection.live == (len(waiting), len(referred), len(referred))


def test_nothing_is_remembered_of_an_application_that_left_and_of_a_place_that_is_filled() -> None:
    story = Story()
    story.active()
    assert story.projection.live == (1, 1, 1)
    story.tell(
        j.event("ChildEnrolled"),
        f.PlaceFilled(PLACE),
        j.ended(EndCause.ENROLLED),
        f.ApplicationArchived(APPLICATION, ArchiveReason.ENROLLED),
    )
    assert story.projection.live == (0, 0, 0)
    assert story.tell(j.event("ChildLeft"), f.ChildLeft(APPLICATION, PLACE))[1:] == []


def test_a_record_out_of_sequence_or_of_another_locality_breaks_the_journal() -> None:
    story = Story()
    story.queued()
    first, second = story.records
    with pytest.raises(BrokenJournal, match="does not follow"):
        Projection(j.LOCALITY).project(second)
    with pytest.raises(BrokenJournal, match="does not follow"):
        Projection("750000000").project(first)
    with pytest.raises(BrokenJournal, match="does not follow"):
        story.projection.project(second)


@pytest.mark.parametrize(
    "fact",
    [
        f.AccessGranted("app-9", j.QUEUE, moment(900), 1),
        f.ReferralActivated(APPLICATION, "place-9", moment(900)),
        f.ReferralEnded(9, APPLICATION, "place-9", EndCause.LAPSED),
        f.ReminderDue(APPLICATION, Subject.REFERRAL, moment(900)),
        j.issued(place_id="place-9"),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_fact_about_what_no_fact_made_breaks_the_journal(fact: f.AnyFact) -> None:
    story = Story()
    story.queued()
    with pytest.raises(BrokenJournal):
        story.tell(j.timer(Timer.OPENING), fact)


def test_an_application_that_leaves_with_a_live_referral_breaks_the_journal() -> None:
    story = Story()
    story.referred()
    with pytest.raises(BrokenJournal, match="live referral"):
        story.tell(j.event("ApplicationWithdrawn"), f.ApplicationArchived(APPLICATION, ArchiveReason.WITHDRAWN))


def test_a_second_live_referral_to_one_place_breaks_the_journal() -> None:
    story = Story()
    story.referred()
    story.queued("app-2")
    with pytest.raises(BrokenJournal, match="second time"):
        story.tell(j.event("PlacesChosen"), j.issued("app-2", PLACE, 2))


@pytest.mark.parametrize("snapshot", [b"", b"\xc1", b"{}", b"\x84"])
def test_bytes_that_are_no_snapshot_are_refused(snapshot: bytes) -> None:
    with pytest.raises(BrokenJournal, match="not a snapshot"):
        Projection.restore(snapshot)


def test_the_outcome_comes_first_and_facts_keep_their_order() -> None:
    story = Story()
    story.registered()
    outputs = story.tell(j.event("DocumentsConfirmed"), j.queued())
    assert [type(each).__name__ for each in outputs] == [
        "Outcome",
        "Notification",
        "ServiceStage",
        "ServiceStage",
        "ServiceStage",
    ]


def test_where_a_record_stood_in_a_cluster_changes_no_output() -> None:
    story = Story()
    story.active()
    moved = [replace(each, cause=replace(each.cause, partition=5, offset=99)) for each in story.records]
    assert project(moved) == story.outputs


MODULES = sorted((Path(__file__).parents[3] / "streams" / "projections").glob("*.py"))
MAY_IMPORT = {"collections", "datetime", "msgspec", "schemas", "typing"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_projection_reads_records_only_it_imports_no_book_no_clock_and_no_client(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    foreign = [name for name in names if not name.startswith("streams.projections.")]
    assert {name.split(".")[0] for name in foreign} <= MAY_IMPORT
