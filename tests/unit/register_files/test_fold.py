"""The registers against the book that decided: the same things, in the same state, after any season."""

from collections import Counter

import pytest

from consumers.register_files.fold import LocalityRegisters
from consumers.register_files.rows import (
    AccessState,
    ApplicationRow,
    PlaceRow,
    ReferralRow,
    ReferralState,
)
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.journal import Record
from schemas.words import EndCause, Stage
from streams.rules.book import Book
from streams.rules.model import Application, Place, Referral
from tests.unit.verification.seasons import Season

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def season(request: pytest.FixtureRequest) -> Season:
    season = Season(request.param)
    season.run(500)
    return season


@pytest.fixture(scope="module")
def registers(season: Season) -> LocalityRegisters:
    registers = LocalityRegisters(season.locality)
    for record in season.records:
        registers.take(record)
    return registers


def _facts(season: Season, kind: type[f.Fact]) -> int:
    return sum(isinstance(fact, kind) for record in season.records for fact in record.facts)


def _place(row: PlaceRow) -> tuple[object, ...]:
    return row.stage, row.application_id, row.offered_at, row.admission, row.window_until, row.recall_reason, row.record


def _decided_place(place: Place, row: PlaceRow) -> tuple[object, ...]:
    # The book leaves the last holder's name on a place that is gone; the register names only who has it.
    gone = place.stage in (Stage.RECALLED, Stage.ENDED)
    return (
        place.stage,
        row.application_id if gone else place.application_id,
        place.released_at,
        place.terms.admission,
        place.until,
        place.recall_reason,
        place.sequence,
    )


def _application(row: ApplicationRow) -> tuple[object, ...]:
    return row.state.value, row.applicant_id, row.child_id, row.queue, row.submitted_at, row.access_until, row.lapses


def _decided_application(application: Application) -> tuple[object, ...]:
    return (
        application.status.value,
        application.applicant_id,
        application.child_id,
        application.queue,
        application.submitted_at,
        application.access_until,
        application.lapses,
    )


def _live_referrals(book: Book) -> dict[int, tuple[Application, Referral]]:
    return {
        referral.number: (application, referral)
        for application in book.state.applications.values()
        for referral in (application.referral, application.temporary)
        if referral is not None
    }


def test_every_place_stands_where_the_book_has_it(season: Season, registers: LocalityRegisters) -> None:
    places = season.book.state.places
    assert len(places) > 30
    assert len({row.stage for row in registers.places.values()}) >= 5
    rows = registers.places
    assert list(rows) == list(places)
    assert {each: _place(rows[each]) for each in places} == {
        each: _decided_place(place, rows[each]) for each, place in places.items()
    }


def test_every_application_stands_where_the_book_has_it(season: Season, registers: LocalityRegisters) -> None:
    applications = season.book.state.applications
    assert len({row.state for row in registers.applications.values()}) >= 5
    # The book forgets what was refused or left for good; the register never does.
    assert set(applications) <= set(registers.applications)
    assert len(registers.applications) == _facts(season, f.ApplicationRegistered)
    assert {each: _application(registers.applications[each]) for each in applications} == {
        each: _decided_application(application) for each, application in applications.items()
    }


def test_live_referrals_are_those_of_the_book(season: Season, registers: LocalityRegisters) -> None:
    live = _live_referrals(season.book)
    rows: dict[int, ReferralRow] = {
        number: row for number, row in registers.referrals.items() if row.state is not ReferralState.ENDED
    }
    assert rows.keys() == live.keys()
    for number, row in rows.items():
        application, referral = live[number]
        assert (row.application_id, row.place_id, row.until) == (application.id, referral.place_id, referral.until)
        assert (row.state is ReferralState.ACTIVE) == referral.active
        assert (row.extension_days is not None) == referral.extended
    assert list(registers.referrals) == list(range(1, _facts(season, f.ReferralIssued) + 1))


def test_ends_are_counted_as_the_journal_has_them(season: Season, registers: LocalityRegisters) -> None:
    states = Counter(row.state for row in registers.accesses)
    assert states[AccessState.USED] == _facts(season, f.AccessUsed)
    assert states[AccessState.LAPSED] == _facts(season, f.AccessLapsed)
    assert states[AccessState.REVOKED] == _facts(season, f.AccessRevoked)
    holders = {each.id for each in season.book.state.applications.values() if each.access_until is not None}
    assert {row.application_id for row in registers.accesses if row.state is AccessState.LIVE} == holders
    filled = sum(row.cause is EndCause.ENROLLED for row in registers.referrals.values())
    assert filled == _facts(season, f.PlaceFilled) > 0
    assert len(registers.rejections) == _facts(season, f.Rejected) > 0
    assert len(registers.bulletins) == _facts(season, f.BulletinIssued) == season.book.state.bulletin_number


def test_the_summary_says_how_far_the_journal_goes(season: Season, registers: LocalityRegisters) -> None:
    summary = registers.summary
    assert (summary.records, summary.head) == (season.book.sequence, season.book.hash)
    assert summary.last_bulletin_hash == season.book.state.bulletin_hash


def test_a_record_says_which_rows_it_changed(season: Season) -> None:
    registers = LocalityRegisters(season.locality)
    kept: dict[tuple[str, object], object] = {}
    for record in season.records:
        for row in registers.take(record):
            assert getattr(row, "last_record", row.record) == record.sequence
            kept[_key(row)] = _copy(row)
    rows = [
        *registers.organisations.values(),
        *registers.places.values(),
        *registers.applications.values(),
        *registers.referrals.values(),
        *registers.accesses,
        *registers.bulletins,
        *registers.rejections,
    ]
    # Whoever keeps only what each record changed has the same registers in the end.
    assert kept == {_key(row): _copy(row) for row in rows}


def _key(row: object) -> tuple[str, object]:
    names = ("organisation_id", "place_id", "application_id", "referral", "record")
    own = {"OrganisationRow": 0, "PlaceRow": 1, "ApplicationRow": 2, "ReferralRow": 3}
    kind = type(row).__name__
    if kind == "AccessRow":
        return kind, (getattr(row, "application_id"), getattr(row, "record"))  # noqa: B009
    return kind, getattr(row, names[own.get(kind, 4)])


def _copy(row: object) -> object:
    return {name: getattr(row, name) for name in row.__struct_fields__}  # type: ignore[attr-defined]


def test_a_record_out_of_turn_stops_the_fold(season: Season) -> None:
    registers = LocalityRegisters(season.locality)
    registers.take(season.records[0])
    with pytest.raises(BrokenJournal, match="does not follow 1"):
        registers.take(season.records[2])
    with pytest.raises(BrokenJournal, match="does not follow"):
        LocalityRegisters("750000000").take(season.records[0])


def test_a_fact_about_what_is_not_there_stops_the_fold(season: Season) -> None:
    first = season.records[0]
    fact = f.PlaceFilled("nowhere")
    record = Record(first.locality, 1, first.time, first.cause, first.pack, (fact,), first.previous_hash, "0" * 64)
    with pytest.raises(BrokenJournal, match="names place 'nowhere'"):
        LocalityRegisters(season.locality).take(record)


def test_a_child_on_a_temporary_place_keeps_it_whatever_becomes_of_a_later_referral() -> None:
    stays = 0
    for seed in range(1, 13):
        season = Season(seed)
        season.run(300)
        fold = LocalityRegisters(season.locality)
        for record in season.records:
            fold.take(record)
        for key, application in season.book.state.applications.items():
            row = fold.applications[key]
            assert row.stay_place_id == application.stay
            if application.referral is None and application.temporary is None:
                assert row.place_id == (application.stay or application.enrolled_at)
            stays += application.stay is not None
    assert stays
