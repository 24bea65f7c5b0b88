"""Unlawful changes are found even when the whole chain, bulletins included, is sealed anew by a careful forger."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from consumers.verification.tables import TABLES, PackTable
from consumers.verification.verify import Options
from tests.unit.verification.tools import Json, check, facts, forged, sealed

Change = Callable[[list[Json]], None]


def _first(records: list[Json], kind: str, **members: object) -> Json:
    return next(
        fact for _, fact in facts(records, kind) if all(fact.get(name) == value for name, value in members.items())
    )


def _set(kind: str, member: str, value: Callable[[Json], object], **members: object) -> Change:
    def change(records: list[Json]) -> None:
        fact = _first(records, kind, **members)
        fact[member] = value(fact)

    return change


def _wrong_number(kind: str, member: str = "number") -> Change:
    return _set(kind, member, lambda fact: fact[member] + 1)


def _access_out_of_turn(records: list[Json]) -> None:
    """A grant goes to somebody of the same queue who waits and has no access."""
    seen: set[str] = set()
    for index, grant in facts(records, "AccessGranted"):
        seen.add(grant["application_id"])
        left = ("ReferralIssued", "ApplicationArchived", "ApplicationStopped", "ApplicationSuspended")
        gone = {fact["application_id"] for kind in left for _, fact in facts(records[:index], kind)}
        for _, fact in facts(records[:index], "ApplicationQueued"):
            if fact["queue"] == grant["queue"] and fact["application_id"] not in seen | gone:
                grant["application_id"] = fact["application_id"]
                return
    raise AssertionError("nobody ever waits for access in this season")


def _a_head_is_skipped(records: list[Json]) -> None:
    """The first of several who get access is passed over."""
    for record in records:
        grants = [fact for fact in record["facts"] if fact["type"] == "AccessGranted"]
        if len(grants) > 1:
            record["facts"].remove(grants[0])
            return
    raise AssertionError("the season has no opening with two grants")


def _grants_change_places(records: list[Json]) -> None:
    for record in records:
        grants = [fact for fact in record["facts"] if fact["type"] == "AccessGranted"]
        if len(grants) > 1:
            first, second = grants[:2]
            first["application_id"], second["application_id"] = second["application_id"], first["application_id"]
            return


def _a_place_is_referred_twice(records: list[Json]) -> None:
    (_, first), (_, second) = facts(records, "ReferralIssued")[:2]
    second["place_id"] = first["place_id"]


def _automatic_to_another(records: list[Json]) -> None:
    referral = next(each for each in facts(records, "ReferralIssued") if each[1]["how"] == "AUTOMATIC")[1]
    others = [
        fact for _, fact in facts(records, "ApplicationQueued") if fact["application_id"] != referral["application_id"]
    ]
    referral["application_id"] = others[0]["application_id"]


def _access_used_by_nobody(records: list[Json]) -> None:
    """A priority place is had without access."""
    index, used = facts(records, "AccessUsed")[0]
    records[index]["facts"].remove(used)


def _an_event_is_decided_twice(records: list[Json]) -> None:
    events = [record for record in records if record["cause"].get("type")]
    events[9]["cause"]["event_id"], events[9]["cause"]["source"] = (
        events[4]["cause"]["event_id"],
        events[4]["cause"]["source"],
    )


def _a_rejection_with_an_effect(records: list[Json]) -> None:
    index, _ = facts(records, "Rejected")[0]
    records[index]["facts"].append({"type": "AccessRevoked", "application_id": "a-0"})


def _an_entry_is_left_out(records: list[Json]) -> None:
    bulletin = next(fact for _, fact in facts(records, "BulletinIssued") if fact["entries"])
    bulletin["entries"].pop()


def _a_recall_is_hidden(records: list[Json]) -> None:
    bulletin = next(fact for _, fact in facts(records, "BulletinIssued") if fact["recalled"])
    bulletin["recalled"].pop()


def _a_term_is_printed_wrongly(records: list[Json]) -> None:
    bulletin = next(fact for _, fact in facts(records, "BulletinIssued") if fact["entries"])
    bulletin["entries"][0]["language"] = "en"


def _a_listed_place_is_kept_back(records: list[Json]) -> None:
    index, fact = facts(records, "PlacePrioritised")[0]
    records[index]["facts"].remove(fact)


def _time_goes_back(records: list[Json]) -> None:
    records[20]["time"] = records[5]["time"]


def _enrolled_before_it_is_active(records: list[Json]) -> None:
    index, fact = facts(records, "PlaceFilled")[0]
    activated = [
        at for at, each in facts(records, "ReferralActivated") if each["place_id"] == fact["place_id"] and at < index
    ]
    for at in reversed(activated):
        del records[at]


FORGERIES: dict[str, tuple[Change, str]] = {
    "a wrong queue number": (_wrong_number("ApplicationQueued"), "R3.5"),
    "a wrong number in the group": (_wrong_number("ApplicationQueued", "number_in_group"), "R3.5"),
    "a wrong number of a return": (_wrong_number("ApplicationReturned"), "R3.5"),
    "a wrong number at a referral": (_wrong_number("ReferralIssued"), "R3.5"),
    "a gap in the referrals' register": (_wrong_number("ReferralIssued", "referral"), "R6.11"),
    "access out of turn": (_access_out_of_turn, "invariant 4"),
    "a head that is skipped": (_a_head_is_skipped, "invariant 4"),
    "two grants in the wrong order": (_grants_change_places, "invariant 4"),
    "a place referred twice": (_a_place_is_referred_twice, ""),
    "an automatic referral to another": (_automatic_to_another, ""),
    "a priority place without access": (_access_used_by_nobody, "R5.5"),
    "an event decided twice": (_an_event_is_decided_twice, "R8.2"),
    "a rejection with an effect": (_a_rejection_with_an_effect, "R8.2"),
    "a bulletin without an entry": (_an_entry_is_left_out, "R5.1"),
    "a bulletin that hides a recall": (_a_recall_is_hidden, "R5.1"),
    "a bulletin with wrong terms": (_a_term_is_printed_wrongly, "R5.1"),
    "a bulletin of another day": (_set("BulletinIssued", "date", lambda fact: "2021-01-01"), "R5.1"),
    "a bulletin with another number": (_wrong_number("BulletinIssued"), "R5.1"),
    "a listed place kept back": (_a_listed_place_is_kept_back, "R5.2"),
    "time that goes back": (_time_goes_back, "contracts 4"),
    "an enrolment before the second check": (_enrolled_before_it_is_active, "R6.7"),
    "a stronger group than the benefits": (
        _set("ApplicationQueued", "group", lambda _: "EXTRAORDINARY", group="GENERAL"),
        "",
    ),
    "a queue of another year": (_set("ApplicationRegistered", "queue", lambda _: "general/1999"), "R1.1"),
    "a submission in the future": (
        _set("ApplicationRegistered", "submitted_at", lambda _: "2022-01-01T00:00:00.000+06:00"),
        "R3.2",
    ),
    "a deadline that is too early": (
        _set("AccessGranted", "until", lambda _: "2021-06-11T00:00:00.000+06:00"),
        "R5.2",
    ),
    "a deadline at noon": (_set("PlacePrioritised", "until", lambda fact: fact["until"].replace("T00", "T12")), "R5.2"),
    "another pack": (lambda records: records[3].update(pack="kz-2030"), "R8.2"),
    "a fact of no known type": (lambda records: records[3]["facts"].append({"type": "Bribed"}), "form"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_found(name: str, records: list[Json]) -> None:
    change, rule = FORGERIES[name]
    report = check(forged(records, change))
    assert not report.holds
    assert report.findings[0].rule == rule or not rule
    assert report.findings[0].rule not in ("R8.1",), "the chain was sealed anew: the rules must find it"


# What nothing later depends on may be missing without a trace in the facts: only the chain and the head show that.
TRACELESS = {
    "Rejected",
    "Duplicate",
    "ReminderDue",
    "InterestConfirmed",
    "ApplicantLinked",
    "BenefitsChanged",
    "DocumentsPresented",
    "ApplicationRefused",
    "ApplicationRegistered",
    "OrganisationChanged",
    "LocalActAdopted",
    "PlaceReleased",
    "PlaceVacated",
    "RecallKept",
    "ChildLeft",
    "ApplicationSuspended",
    "ReferralActivated",
    "ReferralExtended",
    "ApplicationArchived",
}


def test_a_removed_decision_is_found_by_what_it_would_have_changed(records: list[Json]) -> None:
    checked = 0
    for index, record in enumerate(records[:-150]):
        kinds = {fact["type"] for fact in record["facts"]}
        if not kinds or kinds & TRACELESS or index % 3:
            continue
        checked += 1
        report = check(sealed(records[:index] + records[index + 1 :]))
        assert not report.holds, (index, kinds)
    assert checked > 30


def test_an_open_place_is_for_the_first_of_the_queue_only(journal: list[bytes], records: list[Json]) -> None:
    ranks = [fact["number"] for _, fact in facts(records, "ReferralIssued") if fact["how"] == "OPEN_CHOICE"]
    assert max(ranks) > 1, "the season must have an open choice from behind the first"

    def with_most(most: int) -> Options:
        return Options(tables={"kz-2020": replace(TABLES["kz-2020"], open_rank_max=most)})

    assert check(journal, with_most(1000)).holds
    finding = check(journal, with_most(0)).findings[0]
    assert finding.rule == "R5.5"


def test_a_pack_with_another_ratio_gives_other_numbers(journal: list[bytes]) -> None:
    options = Options(tables={"kz-2020": PackTable(ratio=1)})
    assert check(journal, options).findings[0].rule == "R3.5"


def test_the_same_journal_without_the_rules_holds_by_its_chain_alone(records: list[Json]) -> None:
    lines = forged(records, _wrong_number("ApplicationQueued"))
    assert not check(lines).holds
    assert check(lines, Options(rules=False)).holds
