"""At least 100,000 made-up events through the core and the naive model; the same ones in every run."""

import os

import pytest

from tests.fuzz.differ import difference, smallest
from tests.fuzz.histories import History
from tests.fuzz.run import HISTORY_EVENTS, run
from tests.processes import spread

EVENTS = 100_000


@pytest.mark.simulation
def test_the_core_decides_100_000_events_as_the_naive_model_does() -> None:
    # Some spare: a history may stop short of its end only by a difference.
    seeds = range(-(-EVENTS // HISTORY_EVENTS) + 1)
    outcomes = list(spread(run, seeds, os.cpu_count() or 1))
    reports = [outcome.report for outcome in outcomes if outcome.report is not None]
    assert not reports, "\n\n".join(reports)
    assert sum(outcome.events for outcome in outcomes) >= EVENTS


def test_a_history_is_the_same_for_the_same_seed() -> None:
    assert list(History(7, 60)) == list(History(7, 60))


def test_a_difference_is_found_and_cut_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that forgets the priority group: the smallest history has an application with a benefit, and no more."""
    history = next(each for seed in range(99) if (each := History(seed, 120)).pack_name == "kz-2020")
    events = list(history)
    pack = history.model.pack
    monkeypatch.setattr("streams.rules.state.State.group_of", lambda *_: "GENERAL")
    assert difference(events, history.locality, pack) is not None
    left = smallest(events, history.locality, pack)
    assert difference(left, history.locality, pack) is not None
    assert {event.type for event in left} <= {
        "OrganisationRegistered",
        "ApplicationSubmitted",
        "DocumentsConfirmed",
        "BenefitsChanged",
    }
    for index in range(len(left)):
        assert len(left) == 1 or difference(left[:index] + left[index + 1 :], history.locality, pack) is None
