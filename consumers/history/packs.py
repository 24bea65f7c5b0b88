"""The numbers of each rule pack that a history needs, written down a second time. Never imports the rules' own."""

from dataclasses import dataclass

from schemas.errors import BrokenJournal
from schemas.words import QueueKind


@dataclass(frozen=True, slots=True)
class PackNumbers:
    """What one pack says. Minutes are of the local day, ages full years."""

    general_per_priority: int = 3
    open_stage_first: int = 1000
    age_limit_years: int = 6
    private_age_years: int = 3
    opening_at_minutes: int = 7 * 60
    # Queues whose places are given (`AUTOMATIC`), and those with access as soon as a place is there (R5.7).
    automatic: frozenset[QueueKind] = frozenset({QueueKind.SPECIAL, QueueKind.SANATORIUM})
    immediate: frozenset[QueueKind] = frozenset()


KZ_2020 = PackNumbers()
PACKS: dict[str, PackNumbers] = {
    "kz-2020": KZ_2020,
    "kz-2020-immediate": PackNumbers(immediate=frozenset({QueueKind.GENERAL})),
}


def pack_of(name: str) -> PackNumbers:
    """The pack that a record names. Raises: BrokenJournal when this reader does not know it."""
    found = PACKS.get(name)
    if found is None:
        raise BrokenJournal(f"this reader knows no rule pack {name[:64]!r}")
    return found


def in_kinds(queue: str | None, kinds: frozenset[QueueKind]) -> bool:
    """Whether a queue (`general/2018`) is of one of some kinds."""
    return queue is not None and queue.split("/", 1)[0].upper() in {kind.value for kind in kinds}
