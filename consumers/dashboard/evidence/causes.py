"""What others did to a number, in as many words as a viewer may read. Owns the mapping, never a word.

The published orders show who joined, got a referral, paused, came back, changed the group or is there no more, so the
public form says that much: neither why somebody left nor who it was. Offices see the reason, too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from consumers.dashboard.evidence.curve import Effect, Step
from consumers.dashboard.evidence.timeline import Cause
from consumers.dashboard.words import Words
from consumers.history.fold import Move
from schemas.words import Group

# The stop list and a suspension are one status of the published orders (R7.3).
_PAUSES: Final = frozenset({Move.STOPPED, Move.SUSPENDED})


class Published:
    """The steps that the published orders show: a suspension of who is on the stop list, and the way back to it, change
    nothing there, so the public form has no step of them (R4.7, R7.3)."""

    def __init__(self) -> None:
        """Before the first step."""
        self._pausing = False

    def __call__(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Those of the next steps."""
        for step in steps:
            own = []
            for cause in step.own:
                if cause.move in _PAUSES and self._pausing:
                    continue
                if cause.move is not Move.REGROUPED:
                    self._pausing = cause.move in _PAUSES
                own.append(cause)
            if len(own) == len(step.own):
                yield step
            elif own or step.causes:
                yield replace(step, own=tuple(own))


def published(steps: Iterable[Step]) -> Sequence[Step]:
    """Those of all steps."""
    return list(Published()(steps))


class Kind(NamedTuple):
    """What is told of a cause: a message, and for offices the reason of an archive."""

    message: str
    reason: str = ""


def kind_of(cause: Cause, *, full: bool) -> Kind:
    """What a viewer reads. `full`: an office or an auditor."""
    move, detail = cause
    if move in (Move.QUEUED, Move.SERVED, Move.REGROUPED):
        return Kind(f"ev-cause-{move.value}-{detail}")
    if move is Move.ARCHIVED:
        return Kind("ev-cause-left", detail if full else "")
    if move in _PAUSES and not full:
        return Kind("ev-cause-paused")
    return Kind(f"ev-cause-{move.value}")


def effects(causes: Iterable[tuple[Cause, Effect]], *, full: bool) -> dict[Kind, Effect]:
    """Effects added up by what is told of their causes."""
    found: dict[Kind, Effect] = {}
    for cause, effect in causes:
        sum_ = found.setdefault(kind_of(cause, full=full), Effect())
        sum_.count += effect.count
        sum_.delta += effect.delta
    return found


def in_words(kinds: Mapping[Kind, Effect], w: Words) -> list[tuple[str, int]]:
    """Each cause in words with what it did to the number, the strongest first."""
    ordered = sorted(kinds.items(), key=lambda each: (-abs(each[1].delta), each[0]))
    return [(_words(kind, effect.count, w), effect.delta) for kind, effect in ordered]


def _words(kind: Kind, count: int, w: Words) -> str:
    text = str(w.say(kind.message, count=count))
    return f"{text}: {w.symbol('ArchiveReason', kind.reason)}" if kind.reason else text


def own_words(step: Step, w: Words, *, full: bool) -> list[str]:
    """What happened to the application itself, as the published orders show it; `full`: to its family and offices."""
    return causes_words(step.own, w, full=full)


def causes_words(own: Iterable[Cause], w: Words, *, full: bool) -> list[str]:
    """The same of what happened to it in several steps."""
    return [_own(cause, w, full=full) for cause in own]


def _own(cause: Cause, w: Words, *, full: bool) -> str:
    move, detail = cause
    if move in _PAUSES and not full:
        return str(w.say("ev-own-paused"))
    if move is Move.ARCHIVED:
        text = str(w.say("ev-own-left"))
        return f"{text}: {w.symbol('ArchiveReason', detail)}" if full and detail else text
    if move in (Move.QUEUED, Move.REGROUPED):
        return str(w.say(f"ev-own-{move.value}", group=w.word(Group(detail))))
    return str(w.say(f"ev-own-{move.value}"))
