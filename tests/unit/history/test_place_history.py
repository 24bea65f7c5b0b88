"""A place's match run (R8.3): who was eligible in which order, who had access, who got it."""

from datetime import date
from pathlib import Path

import pytest

from consumers.history.answer import why
from consumers.history.eligibility import eligible, full_years, terms_of
from consumers.history.fold import QueueFold
from consumers.history.journal_file import JournalFile, Kind
from consumers.history.order import Member
from consumers.history.rendering import lines
from consumers.history.report import OrderView, Report
from consumers.history.texts import Language, Texts
from schemas import events as e
from schemas import facts as f
from schemas.instants import Instant
from schemas.words import (
    Admission,
    Benefit,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    Reason,
    RecallReason,
    Regime,
)
from schemas.zones import zone_of
from tests.unit.history.journals import LOCALITY, QUEUE, RandomTown, Town, write

ZONE = zone_of(LOCALITY)


def run(town: Town, tmp_path: Path, name: str, **options: int) -> Report:
    return why(JournalFile(write(tmp_path / "journal.jsonl", town.records)), name, kind=Kind.PLACE, **options)  # type: ignore[arg-type]


def orders(report: Report) -> list[OrderView]:
    return [entry.order for entry in report.entries if entry.order is not None]


def names(order: OrderView) -> list[str]:
    return [row.application_id for row in order.rows]


def town_of_four() -> Town:
    town = Town()
    for index in range(3):
        town.apply(f"g-{index}", ago=50 - index)
    town.apply("m-1", Benefit.MILITARY)
    return town


def test_r8_3_an_opening_shows_the_order_and_who_had_access(tmp_path: Path) -> None:
    town = town_of_four()
    town.release("pl-1")
    town.release("pl-2")
    town.go_to("2021-06-11T07:00:00+06:00")
    (opening,) = orders(run(town, tmp_path, "pl-1"))
    assert names(opening) == ["m-1", "g-0", "g-1", "g-2"]
    assert [row.number for row in opening.rows] == [1, 2, 3, 4]
    assert [row.access for row in opening.rows] == [True, True, False, False]
    assert (opening.eligible, opening.with_access, opening.waiting) == (4, 2, 4)


def test_r8_3_a_choice_shows_who_got_the_place_with_the_access_it_used(tmp_path: Path) -> None:
    town = town_of_four()
    town.release("pl-1")
    town.release("pl-2")
    town.go_to("2021-06-11T07:00:00+06:00")
    town.choose("g-0", "pl-1")
    report = run(town, tmp_path, "pl-1")
    choice = orders(report)[-1]
    assert [(row.application_id, row.access) for row in choice.rows if row.served] == [("g-0", True)]
    assert choice.with_access == 2
    assert report.closing[0].message == "stage-REFERRED"
    town.do(e.ReferralDocumentsConfirmed("g-0", "pl-1", True))
    town.do(e.ChildEnrolled("g-0", "org-s", "pl-1"))
    text = "\n".join(lines(run(town, tmp_path, "pl-1"), Texts(Language.ENGLISH, ZONE), ZONE))
    assert "Application g-0 got the place: the child is enrolled." in text
    assert "Published in bulletin No. 1 of 10 June 2021" in text


def test_the_one_served_is_shown_below_a_long_order(tmp_path: Path) -> None:
    town = Town()
    for index in range(15):
        town.apply(f"g-{index:02}", ago=50 - index)
        town.release(f"pl-{index:02}")
    town.go_to("2021-06-11T07:00:00+06:00")
    town.choose("g-14", "pl-00")
    report = run(town, tmp_path, "pl-00", limit=5)
    assert names(orders(report)[-1]) == ["g-00", "g-01", "g-02", "g-03", "g-04", "g-14"]
    text = "\n".join(lines(report, Texts(Language.RUSSIAN, ZONE), ZONE))
    assert "15  g-14  общая, Доступ: да, получило место" in text
    assert "… и ещё 9" in text


def test_r5_3_only_those_who_may_have_the_place_are_listed(tmp_path: Path) -> None:
    town = Town()
    town.apply("young", born="2018-12-30")
    town.apply("older", born="2018-01-10")
    town.release("pl-private", "org-p")
    town.release("pl-state", "org-s")
    town.go_to("2021-06-11T07:00:00+06:00")
    assert names(orders(run(town, tmp_path, "pl-private"))[0]) == ["older"]
    assert names(orders(run(town, tmp_path, "pl-state"))[0]) == ["young", "older"]


def test_r5_3_a_place_that_refused_a_child_does_not_list_it_again(tmp_path: Path) -> None:
    town = Town()
    town.apply("g-0")
    town.apply("g-1")
    town.release("pl-1")
    town.go_to("2021-06-11T07:00:00+06:00")
    town.choose("g-0", "pl-1")
    town.do(e.ReferralDocumentsConfirmed("g-0", "pl-1", True))
    town.do(e.AdmissionRefused("g-0", "org-s", "pl-1", "medical"))
    town.go_to("2021-06-12T07:00:00+06:00")
    seen = [names(order) for order in orders(run(town, tmp_path, "pl-1"))]
    assert seen == [["g-0", "g-1"], ["g-0", "g-1"], ["g-1"]]


def test_r6_9_a_child_on_a_temporary_place_is_not_listed_for_another(tmp_path: Path) -> None:
    town = Town()
    town.apply("g-0")
    town.apply("g-1")
    town.release("t-1", admission=Admission.TEMPORARY)
    town.go_to("2021-06-11T07:00:00+06:00")
    town.choose("g-0", "t-1")
    town.release("t-2", admission=Admission.TEMPORARY)
    town.release("pl-1")
    town.go_to("2021-06-12T07:00:00+06:00")
    assert names(orders(run(town, tmp_path, "t-2"))[0]) == ["g-1"]
    assert names(orders(run(town, tmp_path, "pl-1"))[0]) == ["g-0", "g-1"]


def test_r5_7_an_automatic_queue_shows_the_order_at_the_moment_of_the_match(tmp_path: Path) -> None:
    town = Town()
    town.organisation("org-x", Ownership.STATE, OrganisationKind.SPECIAL)
    town.apply("s-0", special=True, organisation="org-x", ago=9)
    town.apply("s-1", special=True, organisation="org-x")
    town.release("pl-1", "org-x", kind=QueueKind.SPECIAL)
    (match,) = orders(run(town, tmp_path, "pl-1"))
    assert [(row.application_id, row.served) for row in match.rows] == [("s-0", True), ("s-1", False)]
    assert town.book.state.applications["s-0"].referral is not None


def test_a_recalled_place_says_why(tmp_path: Path) -> None:
    town = Town()
    town.apply("g-0")
    town.release("pl-1")
    town.do(e.PlaceRecalled("pl-1", "org-s", RecallReason.QUARANTINE))
    report = run(town, tmp_path, "pl-1")
    text = Texts(Language.KAZAKH, ZONE).say(report.closing[0])
    assert text == "Орын кері қайтарып алынды: карантин."


@pytest.mark.parametrize("seed", range(8))
def test_r8_3_nobody_before_the_one_served_waited_with_access_denied(seed: int, tmp_path: Path) -> None:
    """Every referral of a run is given to one whom the history itself lists as eligible, with the number it states."""
    town = RandomTown(seed).live(200)
    path = write(tmp_path / "journal.jsonl", town.records)
    issued = [fact for record in town.records for fact in record.facts if isinstance(fact, f.ReferralIssued)]
    assert issued
    for fact in issued[:12]:
        report = why(JournalFile(path), fact.place_id, kind=Kind.PLACE)
        served = [row for order in orders(report) for row in order.rows if row.served]
        assert (fact.application_id, fact.number) in [(row.application_id, row.number) for row in served]
        for order in orders(report):
            assert [row.number for row in order.rows] == sorted(row.number for row in order.rows)
            assert order.with_access <= order.eligible <= order.waiting


class WatchedTown(RandomTown):
    """Judges each choice by the facts so far, and keeps what the rules then said of it."""

    def __init__(self, seed: int) -> None:
        self.fold = QueueFold(QUEUE)
        self.folded = 0
        self.released: dict[str, f.PlaceReleased] = {}
        self.judged: list[tuple[bool, bool]] = []
        super().__init__(seed)

    def choose(self, application: str, place: str, minutes: float = 1) -> None:
        for record in self.records[self.folded :]:
            for fact in record.facts:
                self.fold.apply(fact)
                if isinstance(fact, f.PlaceReleased):
                    self.released[fact.place_id] = fact
        self.folded = len(self.records)
        fact = self.released[place]
        member = self.fold.members[application]
        terms = terms_of(fact, Ownership.PRIVATE if fact.organisation_id == "org-p" else Ownership.STATE)
        mine = eligible(member, terms, self.fold.on_temporary_place(member.child_id))
        super().choose(application, place, minutes)
        outcome = self.records[-1].facts[0]
        if not isinstance(outcome, f.Rejected) or outcome.reason in (Reason.PROMISED, Reason.NOT_ELIGIBLE):
            theirs = not isinstance(outcome, f.Rejected) or outcome.reason is Reason.PROMISED
            self.judged.append((mine, theirs))


def test_eligibility_is_that_of_the_rules() -> None:
    """An own reading of R5.3 against what the rules answered to each choice."""
    judged = [pair for seed in range(12) for pair in WatchedTown(seed).live(300).judged]
    assert all(mine == theirs for mine, theirs in judged)
    assert {mine for mine, _ in judged} == {True, False}


def released(**changes: object) -> f.PlaceReleased:
    terms: dict[str, object] = {
        "place_id": "pl-1",
        "organisation_id": "org-s",
        "queue": QUEUE,
        "birth_year": 2018,
        "age_from": 2,
        "age_to": 3,
        "language": "kk",
        "group_type": GroupType.GENERAL_DEVELOPMENTAL,
        "regime": Regime.FULL_DAY,
        "admission": Admission.REGULAR,
        "admission_from": date(2021, 6, 30),
    }
    return f.PlaceReleased(**(terms | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("born", "start", "expected"),
    [
        (date(2018, 9, 1), date(2021, 8, 31), True),  # 2 full years on 1 September 2020
        (date(2018, 9, 2), date(2021, 8, 31), False),  # 1 full year then
        (date(2018, 9, 2), date(2021, 9, 1), True),  # the next school year
        (date(2016, 9, 2), date(2021, 8, 31), True),  # 3 full years on 1 September 2020
        (date(2016, 9, 1), date(2021, 8, 31), False),  # 4 full years then
    ],
)
def test_r5_3_ages_count_on_1_september_of_the_school_year_of_admission(
    born: date, start: date, expected: bool
) -> None:
    member = Member("a-1", "c-1", born, Instant(0))
    assert eligible(member, terms_of(released(admission_from=start), Ownership.STATE), False) is expected


def test_r4_3_a_child_bound_to_private_places_gets_no_state_place() -> None:
    member = Member("a-1", "c-1", date(2018, 3, 5), Instant(0))
    member.private_only = True
    assert not eligible(member, terms_of(released(), Ownership.STATE), False)
    assert eligible(member, terms_of(released(), Ownership.PRIVATE), False)


def test_r1_3_over_the_age_cap_only_with_the_exception() -> None:
    member = Member("a-1", "c-1", date(2014, 9, 1), Instant(0))
    terms = terms_of(released(age_to=7), Ownership.STATE)
    assert not eligible(member, terms, False)
    member.exempt = True
    assert eligible(member, terms, False)


def test_a_year_is_full_on_the_birthday_and_for_29_february_on_1_march() -> None:
    assert full_years(date(2018, 6, 30), date(2021, 6, 29)) == 2
    assert full_years(date(2018, 6, 30), date(2021, 6, 30)) == 3
    assert full_years(date(2020, 2, 29), date(2023, 2, 28)) == 2
    assert full_years(date(2020, 2, 29), date(2023, 3, 1)) == 3


def test_a_queue_answers_with_its_order_and_its_places(tmp_path: Path) -> None:
    town = town_of_four()
    town.release("pl-1")
    town.go_to("2021-06-11T07:00:00+06:00")
    report = why(JournalFile(write(tmp_path / "journal.jsonl", town.records)), QUEUE, limit=2)
    assert report.order is not None
    assert names(report.order) == ["m-1", "g-0"]
    text = "\n".join(lines(report, Texts(Language.ENGLISH, ZONE), ZONE))
    assert "Waiting: 4; with access: 1." in text
    assert "… and 2 more" in text
    assert "Places, for the holders of access: 1" in text


def test_an_organisation_answers_with_its_changes_and_places(tmp_path: Path) -> None:
    town = town_of_four()
    town.release("pl-1")
    town.do(e.OrganisationClosed("org-s"))
    town.release("pl-2")
    report = why(JournalFile(write(tmp_path / "journal.jsonl", town.records)), "org-s")
    text = "\n".join(lines(report, Texts(Language.ENGLISH, ZONE), ZONE))
    assert "Organisation org-s closed" in text
    assert "Rejected: release of a place (pl-2). Reason: the organisation is closed" in text
    assert "Places, recalled: 1" in text
