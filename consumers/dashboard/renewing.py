"""Renews pages that are listened to: one after the other, over one snapshot of each source.

Pages that are renewed have threads of their own, so that who asks for a page does not stand behind them. Never decides
which page is due, and never who may see it: whoever listens was let in before.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from anyio import CapacityLimiter, to_thread

from consumers.dashboard.cache import Entry
from consumers.dashboard.figures import Figures
from consumers.dashboard.pages import NotThere
from consumers.dashboard.serving import NOT_FOUND, UNAVAILABLE, Asked, Pages
from consumers.dashboard.sources import AWAY, SourceAway

log = logging.getLogger(__name__)

# Few threads, for they work more than they wait.
RENEWALS_AT_ONCE: Final = 2
# After so long what is found is older than what there is: a new snapshot is due.
BATCH_S: Final = 0.25


class Renewals:
    """Renews pages of one process."""

    def __init__(self, pages: Pages, figures: Figures) -> None:
        """Wire; does nothing yet."""
        self._pages = pages
        self._figures = figures
        self._limiter: CapacityLimiter | None = None

    async def __call__(self, batch: Sequence[Asked], told: Callable[[Asked, Entry | int], None]) -> None:
        """Load pages that are listened to, one after the other, all in one snapshot of each source, for at most
        BATCH_S. `told`: for each page that was looked at, what there is now, or the status of what is wrong."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(RENEWALS_AT_ONCE)
        states = [self._pages.watcher.state(each.subject) for each in batch]
        loop = asyncio.get_running_loop()
        due: list[tuple[Asked, str]] = []
        for asked, state in zip(batch, states, strict=True):
            entry = self._pages.cache.peek(asked.key)
            again_s = self._pages.fresh_for(asked)
            fresh = again_s is None or entry is None or time.monotonic() - entry.made_at < again_s
            if entry is not None and entry.state == state and fresh:  # somebody asked for it meanwhile
                told(asked, entry)
            else:
                due.append((asked, state))

        def found(asked: Asked, made: Entry | int) -> None:
            if isinstance(made, Entry):
                self._pages.cache.keep(asked.key, made)
            told(asked, made)

        def tell(asked: Asked, made: Entry | int) -> None:
            if not loop.is_closed():  # nobody listens any more
                loop.call_soon_threadsafe(found, asked, made)

        await to_thread.run_sync(self._work, due, tell, limiter=self._limiter)

    def _work(self, due: Sequence[tuple[Asked, str]], tell: Callable[[Asked, Entry | int], None]) -> None:
        left, end = iter(due), time.monotonic() + BATCH_S
        asked = None
        # Kinds of pages that a source is away for: the next one of a kind would wait for it as long.
        without: set[str] = set()
        while time.monotonic() < end:
            try:
                with self._pages.sources.together():
                    for asked, state in left:
                        if asked.page.name in without:
                            tell(asked, UNAVAILABLE)
                            continue
                        begun = time.monotonic()
                        tell(asked, self._pages.load(asked, state))
                        self._figures.load_seconds.labels(asked.page.name).observe(time.monotonic() - begun)
                        if time.monotonic() >= end:
                            break
                return
            except NotThere:
                status = NOT_FOUND
            except (SourceAway, *AWAY) as exc:
                log.warning("a source is away", extra={"reason": str(exc)})
                status = UNAVAILABLE
                if asked is not None:
                    without.add(asked.page.name)
                end = max(end, time.monotonic() + BATCH_S)
            except Exception:
                log.exception("a page could not be renewed", extra={"page": asked.page.name if asked else ""})
                status = UNAVAILABLE
            if asked is not None:
                tell(asked, status)
