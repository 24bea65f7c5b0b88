"""The life of a place as its kindergarten may know it (R6.2): a referral is told when it becomes active, not before.

Until then the place stays at the stage that it had, and a referral that ends without ever being active leaves no trace:
with the published orders its moments would name the application. What a bulletin says of the place is public again.
PRIORITY and OPEN are one stage here, since a place that did not open with the others has been chosen. Pure.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from consumers.dashboard.evidence.place_rows import PlaceReferral, Version
from consumers.dashboard.words import Words
from schemas.instants import Instant

CHOOSING: Final = "CHOOSING"
# The stages that a kindergarten sees before a child has the place.
OWN_OFFERED: Final = ("RELEASED", "LISTED", CHOOSING)
SHOWN_AS: Final = {"PRIORITY": CHOOSING, "OPEN": CHOOSING}


class Known(NamedTuple):
    """What may be known of a place: its versions, its last release, how often it came back."""

    versions: list[Version]
    offered_at: Instant
    returns: int

    @property
    def stage(self) -> str:
        """Where it is now."""
        return self.versions[-1].stage


def known_of(versions: Sequence[Version], referrals: Sequence[PlaceReferral]) -> Known:
    """What its kindergarten knows. `versions`: all of the place, the first one first, at least one; `referrals`: all
    to it."""
    found: list[Version] = []
    silent, hidden = False, 0  # whether the referral before was never told, and returns that it brought
    for at, raw in enumerate(versions):
        if silent:
            hidden += raw.returns - versions[at - 1].returns
        until = versions[at + 1].valid_from if at + 1 < len(versions) else None
        each = raw._replace(stage=SHOWN_AS.get(raw.stage, raw.stage))
        if each.stage == "REFERRED":
            active = _active_at(each, referrals)
            told = active is not None and (until is None or active <= until)
            if not told or (active is not None and active > each.valid_from):
                _go_on(found, each)
            if told and active is not None:
                found.append(each._replace(valid_from=max(active, each.valid_from)))
            silent = not told
        elif silent and each.stage in OWN_OFFERED and each.bulletin in (None, found[-1].bulletin):
            continue
        else:
            silent = False
            found.append(each)
    return Known(found, _offered_at(found), versions[-1].returns - hidden)


def _active_at(version: Version, referrals: Sequence[PlaceReferral]) -> Instant | None:
    """Since when the referral of a version is active; none if it never was."""
    since = version.valid_from
    matching = [
        each
        for each in referrals
        if each.application_id == version.application_id
        and each.issued_at <= since
        and (each.ended_at is None or since <= each.ended_at)
    ]
    newest = max(matching, key=lambda each: each.referral, default=None)
    return None if newest is None else newest.activated_at


def _go_on(found: list[Version], referred: Version) -> None:
    """As if the place were still on offer, while a referral to it is not told."""
    free = referred._replace(application_id=None, window_until=None)
    if not found or found[-1].stage not in OWN_OFFERED:  # matched at once, by the record that released it
        found.append(free._replace(stage="RELEASED"))
    elif found[-1].stage == "RELEASED" and referred.bulletin not in (None, found[-1].bulletin):
        found.append(free._replace(stage="LISTED"))


def _offered_at(found: Sequence[Version]) -> Instant:
    """The last release of what is known."""
    last = found[0].valid_from
    for before, now in pairwise(found):
        if now.stage in OWN_OFFERED and before.stage not in OWN_OFFERED:
            last = now.valid_from
    return last


def stage_word(stage: str, w: Words) -> str:
    """A stage in words, also the one that only kindergartens see."""
    return w.say("ev-stage-choosing") if stage == CHOOSING else w.symbol("Stage", stage)
