"""Pages that were rendered, each once for all who may see the same, until a source moves. Bounded by bytes.

Two requests for the same thing at the same moment are one piece of work. Runs on the event loop; the work itself goes
to threads. Never decides who may see a page: the key says for whom it is.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final

from consumers.dashboard.answers import Body
from consumers.dashboard.figures import Figures
from consumers.dashboard.pages import Content, Elsewhere
from consumers.dashboard.rendering import Look, Rendered

# What an entry takes beside its bodies and fragments: its content, roughly.
ENTRY_BYTES: Final = 20_000
# A letter of a fragment: two bytes in Kazakh and Russian.
LETTER_BYTES: Final = 2
# A row of a table of the content, with its cells.
ROW_BYTES: Final = 600


@dataclass(slots=True)
class Entry:
    """One page for one view, as the sources were. `state`: of the sources, before it was loaded."""

    state: str
    made_at: float
    content: Content | Elsewhere
    rendered: Rendered
    bodies: dict[Look, Body] = field(default_factory=dict)
    lists: dict[Hashable, Body] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """What it takes of memory, roughly."""
        kept = (*self.bodies.values(), *self.lists.values())
        letters = sum(len(each) for each in self.rendered.fragments.values())
        tables = () if isinstance(self.content, Elsewhere) else self.content.tables.values()
        rows = sum(len(each.rows) for each in tables)
        return ENTRY_BYTES + LETTER_BYTES * letters + ROW_BYTES * rows + sum(each.size for each in kept)


class Cache:
    """The entries, the one used longest ago first to go."""

    def __init__(self, limit_bytes: int, figures: Figures) -> None:
        """Know nothing yet."""
        self._limit = limit_bytes
        self._figures = figures
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self._total = 0
        self._working: dict[Hashable, asyncio.Task[Any]] = {}

    async def entry(self, key: Hashable, state: str, oldest: float, make: Callable[[], Awaitable[Entry]]) -> Entry:
        """The entry of this state, made if need be. `oldest`: one that was made before is made anew. Raises: what
        `make` raises."""
        found = self._entries.get(key)
        if found is not None and found.state == state and found.made_at >= oldest:
            self._entries.move_to_end(key)
            self._figures.hits.inc()
            return found
        self._figures.misses.inc()
        made: Entry = await self.once((key, state), make)
        self.keep(key, made)
        return made

    def keep(self, key: Hashable, entry: Entry) -> None:
        """An entry that was made."""
        self._entries[key] = entry
        self._entries.move_to_end(key)
        self.weigh(key)

    def peek(self, key: Hashable) -> Entry | None:
        """The last entry, of whatever state."""
        return self._entries.get(key)

    async def once(self, key: Hashable, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do something that others may be doing already. Who waits and leaves does not stop it for the others."""
        task = self._working.get(key)
        if task is None:
            task = asyncio.ensure_future(work())
            self._working[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    def weigh(self, key: Hashable) -> None:
        """An entry has grown: let others go if there is no room."""
        entry = self._entries.get(key)
        if entry is None:
            return
        self._total += entry.size - self._sizes.get(key, 0)
        self._sizes[key] = entry.size
        while self._total > self._limit and self._entries:
            gone, _ = self._entries.popitem(last=False)
            self._total -= self._sizes.pop(gone)
        self._figures.cached_bytes.set(self._total)

    def _done(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._working[key]
        if not task.cancelled():
            task.exception()  # it is raised where it was waited for; nobody waiting is no reason to complain
