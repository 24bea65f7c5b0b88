"""The numbers of each rule pack that the order of a queue hangs on, written down a second time. Never imports the
rules' own."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.errors import BrokenJournal

# General applications before each priority one (R3.3), by pack.
GENERAL_PER_PRIORITY: Mapping[str, int] = MappingProxyType({"kz-2020": 3, "kz-2020-immediate": 3})


def ratio_of(pack: str, known: Mapping[str, int]) -> int:
    """The ratio of the pack that a record names. Raises: BrokenJournal when this reader does not know it."""
    ratio = known.get(pack)
    if ratio is None:
        raise BrokenJournal(f"this version of Oryn knows no rule pack {pack[:64]!r}: a newer one may")
    return ratio
