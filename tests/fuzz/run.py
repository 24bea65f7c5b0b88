"""One history: make it up, decide it on both sides, and report a difference in its smallest form."""

import json
from dataclasses import dataclass

from schemas.events import Event
from tests.fuzz.differ import Differ, difference, smallest
from tests.fuzz.histories import PACKS_UNDER_TEST, History

HISTORY_EVENTS = 300


@dataclass(frozen=True)
class Outcome:
    """What became of a seed."""

    seed: int
    events: int
    report: str | None


def run(seed: int, count: int = HISTORY_EVENTS) -> Outcome:
    """Play a history to its end or to the first difference."""
    history = History(seed, count)
    differ = Differ(history.locality, history.model.pack, history.model)
    events: list[Event] = []
    for event in history:
        events.append(event)
        if differ.feed(event) is not None:
            return Outcome(seed, len(events), report(seed, history, events))
    return Outcome(seed, len(events), None)


def report(seed: int, history: History, events: list[Event]) -> str:
    """The smallest history that differs, as an events file, and how."""
    pack = PACKS_UNDER_TEST[history.pack_name]
    lines = {id(event): line for event, line in zip(events, history.sent, strict=False)}
    left = smallest(events, history.locality, pack)
    said = [json.dumps({name: value for name, value in lines[id(event)].items() if name != "ms"}) for event in left]
    problem = difference(left, history.locality, pack)
    return "\n".join([f"seed {seed}: locality {history.locality} pack {history.pack_name}", *said, f"  {problem}"])
