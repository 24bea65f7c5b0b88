"""What a parent is told: the history of an application in words, and where it stands."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from consumers.history.answer import BadTime, moment_of, why
from consumers.history.journal_file import AmbiguousSubject, JournalFile, Kind, UnknownSubject
from consumers.history.rendering import lines
from consumers.history.report import Report
from consumers.history.texts import Language, Texts
from schemas import events as e
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import parse_instant
from schemas.journal import Record
from schemas.words import (
    Admission,
    Benefit,
    DocumentsReason,
    ExtensionReason,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    Reason,
)
from schemas.zones import zone_of
from tests.unit.history.journals import HOUR, LOCALITY, Town, write

ZONE = zone_of(LOCALITY)


def history(town: Town, tmp_path: Path, name: str = "a-1", at: str | None = None) -> Report:
    return why(JournalFile(write(tmp_path / "journal.jsonl", town.records)), name, at=at)


def said(report: Report, language: Language = Language.ENGLISH) -> str:
    return "\n".join(lines(report, Texts(language, ZONE), ZONE))


def outlook(report: Report) -> list[str]:
    return [phrase.message for phrase in report.closing]


def test_the_line_of_the_issue_two_extraordinary_applications_move_118_to_120(tmp_path: Path) -> None:
    town = Town("2021-06-11T09:00:00+06:00")
    for index in range(117):
        town.apply(f"before-{index:03}", ago=200)
    town.apply("a-1", ago=100)
    town.go_to("2021-06-12T09:13:00+06:00")
    town.apply("m-1", Benefit.MILITARY)
    first = town.records[-1].sequence
    town.apply("m-2", Benefit.MILITARY)
    second = town.records[-1].sequence
    report = history(town, tmp_path)
    assert (
        "12 June 2021, 09:15–09:17  118 → 120\n"
        f"    2 extraordinary applications were confirmed (+2; records {first}, {second})" in said(report)
    )
    russian, kazakh = said(report, Language.RUSSIAN), said(report, Language.KAZAKH)
    assert f"подтверждены 2 внеочередных заявления (+2; записи {first}, {second})" in russian
    assert f"кезектен тыс 2 өтініш расталды (+2; жазбалар: {first}, {second})" in kazakh
    assert report.closing[0].message == "now-queued"
    assert report.closing[0].arguments["number"] == 120


def test_changes_of_one_day_are_one_line_with_a_clause_for_each_cause(tmp_path: Path) -> None:
    town = Town()
    town.apply("g-1", ago=30)
    town.apply("g-2", ago=20)
    town.apply("a-1")
    town.apply("m-1", Benefit.MILITARY)
    town.withdraw("g-1")
    town.do(e.BenefitsChanged("g-2", (Benefit.MILITARY,)))
    town.apply("m-2", Benefit.MILITARY)
    town.do(e.ApplicationSuspended("m-1", "a check"), 24 * 60)
    report = history(town, tmp_path)
    today, tomorrow = report.entries[-2:]
    assert not today.own
    assert (today.before, today.after) == (3, 4)
    causes = {clause.phrase.message: (clause.delta, clause.count) for clause in today.clauses}
    assert causes == {"change-queued-EXTRAORDINARY": (2, 2), "change-archived": (-1, 1)}
    assert (tomorrow.before, tomorrow.after) == (4, 3)
    assert [clause.phrase.message for clause in tomorrow.clauses] == ["change-suspended"]


def test_a_number_that_the_facts_contradict_stops_the_answer(tmp_path: Path) -> None:
    town = Town()
    town.apply("g-1", ago=30)
    town.apply("a-1")

    def forged(record: Record) -> Record:
        facts = tuple(
            replace(fact, number=1) if isinstance(fact, f.ApplicationQueued) and fact.application_id == "a-1" else fact
            for fact in record.facts
        )
        return replace(record, facts=facts)

    town.records = [forged(record) for record in town.records]
    with pytest.raises(
        BrokenJournal, match=r"record 6 of 710000000: ApplicationQueued of a-1 states number 1, but .* 2"
    ):
        history(town, tmp_path)


def test_a_forged_order_of_others_is_found_too(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1", ago=30)
    town.apply("g-2")
    town.records = [record for record in town.records if record.sequence != 5]  # g-2 was never registered
    town.apply("g-3")
    with pytest.raises(BrokenJournal, match="g-3 states number 3"):
        history(town, tmp_path)


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1")
    path = write(tmp_path / "journal.jsonl", town.records)
    broken = path.read_bytes().splitlines()
    broken[3] = broken[3].replace(b'"number":1', b'"number":"one"')
    path.write_bytes(b"\n".join(broken))
    with pytest.raises(BrokenJournal, match="line 4 is not a journal record"):
        why(JournalFile(path), "a-1")


def test_an_unknown_id_answers_with_the_nearest_ones(tmp_path: Path) -> None:
    town = Town()
    town.apply("application-118")
    town.apply("somebody")
    with pytest.raises(UnknownSubject) as error:
        history(town, tmp_path, "aplication-118")
    assert error.value.hints == ("application-118",)


def test_an_id_of_two_things_asks_which(tmp_path: Path) -> None:
    town, other = Town(), Town(locality="750000000")
    for each in (town, other):
        each.apply("x-1")
    town.release("x-1")
    town.records += other.records
    with pytest.raises(AmbiguousSubject) as error:
        history(town, tmp_path, "x-1")
    assert {(each.kind, each.locality) for each in error.value.candidates} == {
        (Kind.APPLICATION, LOCALITY),
        (Kind.PLACE, LOCALITY),
        (Kind.APPLICATION, "750000000"),
    }
    journal = JournalFile(tmp_path / "journal.jsonl")
    assert why(journal, "x-1", LOCALITY, Kind.PLACE).kind == "place"
    assert why(journal, "x-1", "750000000").locality == "750000000"


def test_a_rejected_and_a_repeated_event_are_part_of_the_history(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1")
    town.release("pl-1")
    town.choose("a-1", "pl-1")
    choice = town.records[-1]
    refusal = f.Rejected(Reason.PROMISED, "promised", place_id="pl-1", application_id="a-1")
    town.records[-1] = replace(choice, facts=(refusal,))
    town.do(e.InterestConfirmed("a-1", "of-somebody-else"))
    town.count -= 4
    repeated = town.do(e.DocumentsConfirmed("a-1"))[-1].facts[0]
    assert isinstance(repeated, f.Duplicate)
    text = said(history(town, tmp_path))
    assert (
        "Rejected: choice of a place (pl-1). Reason: the place is promised to those before in the order "
        f"(record {choice.sequence})." in text
    )
    assert "Rejected: confirmation of interest. Reason: it belongs to somebody else" in text
    assert f"The same event came again; it was decided by record {repeated.sequence}" in text


def test_a_longer_id_is_not_mistaken_for_a_shorter_one(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1")
    town.apply("a-11")
    town.release("pl-1")
    town.choose("a-11", "pl-1")
    assert "Rejected" not in said(history(town, tmp_path))


def walk() -> Town:
    """An application through most of what can happen to one."""
    town = Town()
    town.apply("a-1", confirmed=False)
    town.do(e.DocumentsPresented("a-1"))
    town.do(e.DocumentsConfirmed("a-1"))
    town.release("pl-1")
    town.go_to("2021-06-11T07:00:00+06:00")
    town.choose("a-1", "pl-1")
    town.do(e.ReferralDocumentsConfirmed("a-1", "pl-1", True), 60)
    town.do(e.ReferralExtended("a-1", "of-a-1", "pl-1", ExtensionReason.ILLNESS, 3), 60)
    town.go_to("2021-06-25T09:00:00+06:00")
    return town


def test_each_moment_says_where_it_stands_and_by_when(tmp_path: Path) -> None:
    town = walk()
    expected = [
        ("2021-06-10T09:03:30", ["now-registered", "next-registered"], "2021-06-18T00:00:00+06:00"),
        ("2021-06-10T09:04:30", ["now-presented", "next-presented"], "2021-06-10T09:34:00+06:00"),
        (
            "2021-06-10T09:05:30",
            ["now-queued", "next-opening", "next-open", "next-interest-due"],
            "2021-06-11T07:00:00+06:00",
        ),
        (
            "2021-06-11T07:00:30",
            ["now-queued", "now-access", "next-access", "next-interest-due"],
            "2021-06-17T00:00:00+06:00",
        ),
        (
            "2021-06-11T07:01:30",
            ["now-referral-documents", "next-referral-documents", "next-interest-due"],
            "2021-06-19T00:00:00+06:00",
        ),
        (
            "2021-06-11T08:30",
            ["now-referral-active", "next-referral-active", "next-interest-due"],
            "2021-06-19T00:00:00+06:00",
        ),
        (
            "2021-06-11T10:00",
            ["now-referral-active", "next-referral-active", "next-interest-due"],
            "2021-06-22T00:00:00+06:00",
        ),
        ("2021-06-25", ["now-stopped", "next-stopped", "next-interest-due"], "2021-07-04T00:00:00+06:00"),
    ]
    for at, messages, by in expected:
        report = history(town, tmp_path, at=at)
        assert (at, outlook(report)) == (at, messages)
        assert report.by == parse_instant(by), (at, ZONE.render(report.by or 0))


def test_the_end_of_a_history_is_said_with_its_reason(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1")
    town.withdraw("a-1")
    report = history(town, tmp_path)
    assert outlook(report) == ["now-archived", "next-archived"]
    assert "Archived: withdrawn by the applicant." in said(report)
    assert "Архивте: өтініш беруші қайтарып алды." in said(report, Language.KAZAKH)
    assert report.by is None


def test_a_refused_application_names_what_is_missing(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1", confirmed=False)
    town.do(e.DocumentsRefused("a-1", DocumentsReason.INCOMPLETE_PACKAGE, ("birth certificate",)))
    report = history(town, tmp_path)
    assert "the package of documents is incomplete. Missing: birth certificate" in said(report)
    assert outlook(report) == ["now-refused", "next-refused"]


def test_a_suspended_application_has_no_number(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1")
    town.do(e.ApplicationSuspended("a-1", "double entry"))
    report = history(town, tmp_path)
    assert outlook(report)[:2] == ["now-suspended", "next-suspended"]
    assert (report.entries[-1].before, report.entries[-1].after) == (1, None)


def test_r6_9_a_temporary_place_leaves_the_number(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1")
    town.release("pl-1", admission=Admission.TEMPORARY)
    town.go_to("2021-06-11T07:00:00+06:00")
    town.choose("a-1", "pl-1")
    report = history(town, tmp_path)
    assert {"now-queued", "now-referral-documents"} <= set(outlook(report))
    town.do(e.ReferralDocumentsConfirmed("a-1", "pl-1", True))
    town.do(e.ChildEnrolled("a-1", "org-s", "pl-1"))
    report = history(town, tmp_path)
    assert {"now-queued", "now-stay", "next-stay"} <= set(outlook(report))
    assert report.entries[-1].after == 1


def test_r5_7_an_automatic_queue_says_that_places_come_by_themselves(tmp_path: Path) -> None:
    town = Town()
    town.organisation("org-x", Ownership.STATE, OrganisationKind.SPECIAL)
    town.apply("a-1", special=True, organisation="org-x")
    report = history(town, tmp_path)
    assert report.queue == "special/org-x/2018/"
    assert "next-automatic" in outlook(report)
    town.do(replace(_release("pl-1", "org-x"), queue_kind=QueueKind.SPECIAL, group_type=GroupType.SPECIAL))
    assert "given in the order of applications" in said(history(town, tmp_path))


def _release(name: str, organisation: str) -> e.PlaceReleased:
    town = Town()
    town.release(name)
    fact = next(fact for record in town.records for fact in record.facts if isinstance(fact, f.PlaceReleased))
    return e.PlaceReleased(
        place_id=name,
        organisation_id=organisation,
        queue_kind=QueueKind.GENERAL,
        birth_year=fact.birth_year,
        age_from=fact.age_from,
        age_to=fact.age_to,
        language=fact.language,
        group_type=fact.group_type,
        regime=fact.regime,
        admission=fact.admission,
        admission_from=fact.admission_from,
    )


def test_r5_9_a_local_act_moves_the_next_opening(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1")
    day = date(2021, 6, 11)
    town.do(e.LocalActAdopted("17", day, day, opening_at="10:30"))
    assert history(town, tmp_path).by == parse_instant("2021-06-11T10:30:00+06:00")


def test_the_history_at_a_moment_is_the_start_of_the_whole_one(tmp_path: Path) -> None:
    town = walk()
    whole = said(history(town, tmp_path)).split("\n\n")[1].splitlines()
    for hours in (0, 1, 22, 30, 100):
        at = ZONE.render(int(parse_instant("2021-06-10T09:10:00+06:00")) + hours * HOUR)
        part = said(history(town, tmp_path, at=at)).split("\n\n")[1].splitlines()
        assert part == whole[: len(part)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-06-12T09:14", "2021-06-12T09:14:00+06:00"),
        ("2021-06-12T09:14:30.250", "2021-06-12T09:14:30.250+06:00"),
        ("2021-06-12T09:14+05:00", "2021-06-12T09:14:00+05:00"),
        ("2021-06-12", "2021-06-13T00:00:00+06:00"),
    ],
)
def test_a_time_is_local_unless_it_says_otherwise(text: str, moment: str) -> None:
    assert moment_of(text, ZONE) == parse_instant(moment)


@pytest.mark.parametrize("text", ["yesterday", "2021-13-01", "", "9999-12-31"])
def test_a_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadTime):
        moment_of(text, ZONE)


def test_nothing_of_the_applicant_and_the_benefits_is_said(tmp_path: Path) -> None:
    town = walk()
    town.do(e.BenefitsChanged("a-1", (Benefit.ORPHAN,)))
    for language in Language:
        text = said(history(town, tmp_path), language)
        assert "of-a-1" not in text
        assert "child-a-1" not in text
        assert "ORPHAN" not in text
        assert "2018-03-05" not in text


def test_before_its_registration_nothing_is_known(tmp_path: Path) -> None:
    report = history(walk(), tmp_path, at="2021-06-10T09:02")
    assert report.entries == []
    assert "Nothing is known of it at this moment." in said(report)


def test_what_was_only_rejected_has_its_rejections_for_a_history(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1", born="2012-01-01")
    report = history(town, tmp_path)
    assert report.queue is None
    text = said(report)
    assert text.startswith("Application a-1, locality 710000000\n")
    assert "Rejected: submission of an application. Reason: the child is 6 or older" in text
    assert "Rejected: confirmation of documents. Reason: the application is not known in this locality" in text
    town.release("pl-1", "org-unknown")
    place = history(town, tmp_path, "pl-1")
    assert (place.kind, place.queue) == ("place", None)
    assert "Reason: the organisation is not known in this locality" in said(place)


def test_an_event_sent_to_a_wrong_locality_makes_no_id_ambiguous(tmp_path: Path) -> None:
    town, other = Town(), Town(locality="750000000")
    town.apply("a-1")
    other.withdraw("a-1")
    town.records += other.records
    assert history(town, tmp_path).locality == LOCALITY
