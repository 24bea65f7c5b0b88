"""How far the sources are, asked twice a second: what the cache's keys and the live channel go by.

One cheap question to each source. A source that does not answer is a state of its own, so that pages are loaded anew
and say so. Never reads what a page shows.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from anyio import CapacityLimiter, to_thread

from consumers.dashboard.access import REGION_DIGITS, Level, Subject
from consumers.dashboard.figures import Figures
from schemas.errors import OrynError

log = logging.getLogger(__name__)

AWAY: Final = "away"
STATE_BYTES: Final = 8
# Locality -> a word that changes when something of it has; under "" what is nobody's in particular.
Words = Mapping[str, str]


@dataclass(frozen=True)
class Probe:
    """One source's question. `ask`: runs in a thread; raises an OrynError while the source is away."""

    name: str
    ask: Callable[[], Words]


class Watcher:
    """Keeps the states."""

    def __init__(self, probes: list[Probe], figures: Figures, poll_s: float) -> None:
        """Know nothing yet."""
        self._probes = probes
        self._figures = figures
        self._poll_s = poll_s
        self._limiter: CapacityLimiter | None = None
        self._found: dict[str, Words] = {}
        self._locality: dict[str, str] = {}
        self._region: dict[str, str] = {}
        self._nation = ""
        self.away: dict[str, str] = {}
        self.looked_at: float = 0.0

    def state(self, subject: Subject) -> str:
        """A word for all that a page about this subject is made of."""
        if subject.level is Level.NATION or not subject.region:
            return self._nation
        if subject.level is Level.REGION or not subject.locality:
            return self._region.get(subject.region, self._nothing)
        return self._locality.get(subject.locality, self._nothing)

    @property
    def _nothing(self) -> str:
        """The state of what no source knows: it changes when a source comes or goes."""
        return ",".join(sorted(self.away))

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(self._poll_s)

    async def look(self) -> None:
        """Ask every source once."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(len(self._probes))
        answers = await asyncio.gather(*(self._ask(each) for each in self._probes))
        found = dict(zip((each.name for each in self._probes), answers, strict=True))
        self.looked_at = asyncio.get_running_loop().time()
        if found != self._found:
            self._found = found
            self._digest()

    async def _ask(self, probe: Probe) -> Words:
        try:
            found = await to_thread.run_sync(probe.ask, limiter=self._limiter)
        except OrynError as exc:
            self._figures.away.labels(probe.name).set(1)
            if probe.name not in self.away:
                log.warning("a source is away", extra={"source": probe.name, "reason": str(exc)})
            self.away[probe.name] = str(exc)
            return {"": AWAY}
        self._figures.away.labels(probe.name).set(0)
        if self.away.pop(probe.name, None) is not None:
            log.info("a source is back", extra={"source": probe.name})
        return found

    def _digest(self) -> None:
        localities = sorted({each for found in self._found.values() for each in found} - {""})
        common = [found.get("", "") for found in self._found.values()]
        self._locality = {
            each: _word([*common, *(found.get(each, "") for found in self._found.values())]) for each in localities
        }
        regions: dict[str, list[str]] = {}
        for each in localities:
            regions.setdefault(each[:REGION_DIGITS], []).append(self._locality[each])
        self._region = {region: _word(words) for region, words in regions.items()}
        self._nation = _word([*common, *self._region.values()])


def _word(parts: list[str]) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=STATE_BYTES).hexdigest()
