"""What is shown: the figures agree with another count of the same journal, and the board says what it should."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from infra.campaign_summary import Summary
from infra.live.board import Board
from infra.live.figures import Figures
from infra.live.watch import Seen, Watch
from producers.campaign.scenario import scenario_of
from schemas.words import Stage
from tests.unit.live.systems import System


@pytest.fixture(scope="module")
def village() -> System:
    return System(scale=2.0, days=60).play()


def counted(system: System) -> Figures:
    figures = Figures()
    for record in system.records:
        figures(record)
    return figures


def test_figures_agree_with_the_summary_of_seasons(village: System) -> None:
    figures, summary = counted(village), Summary(scenario_of("village", 2.0, 60))
    for record in village.records:
        summary(record)
    facts = summary.facts
    assert figures.records == summary.records
    assert figures.events == summary.events
    assert figures.waiting == summary.waiting.total()
    assert figures.referrals == facts["ReferralIssued"] > 0
    assert figures.enrolled == summary.ended["ENROLLED"] > 0
    assert figures.accesses_granted == facts["AccessGranted"]
    assert figures.rejected == facts["Rejected"]
    assert figures.bulletins == facts["BulletinIssued"]
    gone = facts["AccessUsed"] + facts["AccessLapsed"] + facts["AccessRevoked"]
    assert figures.accesses == facts["AccessGranted"] - gone
    places = figures.places
    assert places.total() == facts["PlaceReleased"]
    on_offer = sum(places[stage] for stage in (Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN))
    assert on_offer == len(summary.on_offer)


def board_of(village: System, console: Console, watch: Watch) -> Board:
    scenario = scenario_of("village", 2.0, 60)
    return Board(console, scenario, "a village", counted(village), watch, lambda: village.lane.now)


def test_without_a_terminal_it_writes_lines(village: System, tmp_path: Path) -> None:
    text = io.StringIO()
    watch = Watch(tmp_path / "none.json")
    watch.processes = (Seen("worker-1", True, "waiting", False, 2, "log", 7),)
    with board_of(village, Console(file=text), watch) as board:
        for _ in range(100):
            board.show()
        largest = max(village.bulletins, key=lambda each: len(each.entries))
        board.bulletin(largest)
    lines = text.getvalue().splitlines()
    assert len(lines) == 3, "one at the start, the bulletin, one at the end: not one for each call"
    assert f"enrolled {counted(village).enrolled:,}" in lines[0]
    assert "lag 7" in lines[0]
    assert "worker-1 waiting, restarted 2 ×" in lines[0]
    assert f"Bulletin {largest.number} of" in lines[1]
    assert f"{len(largest.entries):,} places in " in lines[1]
    assert largest.bulletin_hash[:16] in lines[1]


def test_in_a_terminal_it_draws_a_board(village: System, tmp_path: Path) -> None:
    text = io.StringIO()
    watch = Watch(tmp_path / "none.json")
    watch.processes = (Seen("worker-1", True, "running", True, 0, "log", None),)
    console = Console(file=text, force_terminal=True, width=120, color_system=None)
    with board_of(village, console, watch) as board:
        board.catching_up(1_234)
        board.show(now=True)
        assert "1,234 events" in text.getvalue()
        board.caught_up()
        text.truncate(0)
        board.show(now=True)
    shown = text.getvalue()
    for expected in ("a village", "waiting", "by turn", "filled", "decisions/s", "worker-1", "working", "100%"):
        assert expected in shown
    assert "1,234 events" not in shown
