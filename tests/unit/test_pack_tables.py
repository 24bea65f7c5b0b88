"""The packs that the independent readers wrote down themselves say what the rules' packs say."""

import pytest

from consumers.history import packs as history
from consumers.verification.tables import TABLES
from schemas.words import Benefit, QueueKind
from streams.rules.pack import PACKS, Mode, Pack

HOUR_MS = 3_600_000


def kinds(pack: Pack, mode: Mode) -> set[QueueKind]:
    """The queue kinds of a mode."""
    return {kind for kind, each in pack.modes.items() if each is mode}


def test_every_pack_is_known_to_both_readers() -> None:
    assert set(TABLES) == set(history.PACKS) == set(PACKS)


@pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.id)
def test_the_checks_table_says_what_the_pack_says(pack: Pack) -> None:
    table = TABLES[pack.id]
    assert (
        table.open_rank_max,
        table.ratio,
        table.age_cap,
        table.private_age_min,
        table.bulletin_minutes,
        table.opening_minutes,
        table.window_days,
        table.access_days,
        table.stop_days,
        table.lapses_max,
        table.referral_days,
        table.documents_days,
        table.second_check_days,
        table.cancel_ms,
        table.recall_kept_ms,
        table.extension_days_max,
        table.interest_answer_days,
        table.vacate_days,
    ) == (
        pack.open_stage_first,
        pack.general_per_priority,
        pack.age_limit_years,
        pack.private_age_years,
        pack.bulletin_at_minutes,
        pack.opening_at_minutes,
        pack.window_days,
        pack.access_days,
        pack.stop_list_days,
        pack.lapses_until_archived,
        pack.referral_days,
        pack.registration_days,
        pack.second_check_days,
        pack.cancellation_hours * HOUR_MS,
        pack.recall_kept_hours * HOUR_MS,
        pack.extension_calendar_days_max,
        pack.interest_calendar_days,
        pack.vacate_calendar_days,
    )
    assert {each: table.group_of((each,)) for each in Benefit} == pack.groups
    assert table.automatic == kinds(pack, Mode.AUTOMATIC)
    assert table.immediate == kinds(pack, Mode.IMMEDIATE_ACCESS)


@pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.id)
def test_the_histories_table_says_what_the_pack_says(pack: Pack) -> None:
    assert history.PACKS[pack.id] == history.PackNumbers(
        general_per_priority=pack.general_per_priority,
        open_stage_first=pack.open_stage_first,
        age_limit_years=pack.age_limit_years,
        private_age_years=pack.private_age_years,
        opening_at_minutes=pack.opening_at_minutes,
        automatic=frozenset(kinds(pack, Mode.AUTOMATIC)),
        immediate=frozenset(kinds(pack, Mode.IMMEDIATE_ACCESS)),
    )


def test_what_the_readers_take_for_granted_holds_in_every_pack() -> None:
    for pack in PACKS.values():
        assert pack.second_check
        assert not pack.enrolment_archives_other_kinds
