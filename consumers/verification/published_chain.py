"""Checks published bulletins by themselves: what anybody can do who has nothing but the public folder (R8.1).

Each bulletin's content gives its hash, names the hash of the one before it, and follows it by number and day. What a
chain that holds by itself can't show is that its end is missing, or that all of it was replaced: compare the last hash
with one that was noted earlier. Never looks into a journal.
"""

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from consumers.verification.bulletins import RULE, Published, PublishedBulletin
from consumers.verification.findings import Broken, Finding
from schemas.journal import GENESIS_HASH
from schemas.zones import date_to_day

REGISTER_RULE = "R8.1"


class Chain(Struct, frozen=True):
    """The bulletins of a locality that are there: how many, the first and the last of them, the last one's hash."""

    locality: str
    count: int
    first: int
    last: int
    until: str
    head: str


def check_chains(published: Published) -> tuple[list[Chain], list[Finding]]:
    """The chains of all localities, and the first fault of each that does not hold."""
    chains, findings = [], []
    for locality, numbers in sorted(published.bulletins.items()):
        ordered = [numbers[number] for number in sorted(numbers)]
        last = ordered[-1]
        chains.append(Chain(locality, len(ordered), ordered[0].number, last.number, str(last.date), last.bulletin_hash))
        fault = next(_faults(ordered), None)
        if fault is not None:
            findings.append(Finding(0, locality, 0, fault.rule, fault.template, fault.values))
    return chains, findings


def _faults(ordered: list[PublishedBulletin]) -> Iterator[Broken]:
    """What is wrong, in order."""
    first = ordered[0]
    if first.number == 1 and first.previous_bulletin_hash != GENESIS_HASH:
        yield Broken(REGISTER_RULE, "bulletin {number} does not name the hash of the one before it", number=1)
    for before, after in pairwise(ordered):
        number = after.number
        if number != before.number + 1:
            yield Broken(REGISTER_RULE, "bulletin {number} is missing", number=before.number + 1)
        elif after.previous_bulletin_hash != before.bulletin_hash:
            yield Broken(REGISTER_RULE, "bulletin {number} does not name the hash of the one before it", number=number)
        elif date_to_day(after.date) != date_to_day(before.date) + 1:
            yield Broken(RULE, "bulletin {number} is not of the day after the one before it", number=number)
