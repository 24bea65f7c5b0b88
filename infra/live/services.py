"""Kafka, PostgreSQL and Redis for a demo: as set, as they run already, else started here.

Owns what was started here: it dies with this process, is stopped with an interrupted demo, and runs on after a finished
one, so that registers, live view and journal can be asked. Never stops what it found.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from infra.settings import Settings
from infra.stack.local import SERVICES, LocalStack
from infra.stack.state import Endpoints, running

NAMES = {"kafka": "Kafka", "postgres": "PostgreSQL", "redis": "Redis"}


class Services:
    """A context manager: inside it all three are there."""

    def __init__(self, settings: Settings, console: Console) -> None:
        """Start nothing yet."""
        self._settings, self._console = settings, console
        self._given = {
            "kafka": settings.kafka.bootstrap or "",
            "postgres": settings.postgres.url or "",
            "redis": settings.redis.url or "",
        }
        self._stack: LocalStack | None = None
        self._started: list[str] = []

    def __enter__(self) -> Endpoints:
        """Start what is missing. Raises: StackError."""
        before = running(self._settings.data)
        self._started = [name for name in SERVICES if not self._given[name] and not getattr(before, name)]
        if self._started:
            began = time.monotonic()
            with _fetching(self._console) as progress:
                self._stack = LocalStack(self._settings.data, owned=True, progress=progress)
                self._stack.up(self._started)
            self._say("started", self._started, f" in {time.monotonic() - began:.0f} s")
        if found := [name for name in SERVICES if name not in self._started]:
            self._say("found running", found)
        there = running(self._settings.data)
        return Endpoints(**{name: self._given[name] or getattr(there, name) for name in SERVICES})

    def __exit__(self, *error: object) -> None:
        """Stop what was started here, unless it was left to run on."""
        if self._stack is not None and self._started:
            self._stack.down(self._started)

    def leave_running(self) -> None:
        """What was started here outlives this process, until `oryn stack down`."""
        if self._stack is not None:
            self._stack.release()
        self._started = []

    def missing(self) -> str | None:
        """One that has ended, by its name in the stack; none while all run. Those that others run are theirs to
        watch."""
        there = running(self._settings.data)
        return next((name for name in SERVICES if not self._given[name] and not getattr(there, name)), None)

    def _say(self, what: str, names: list[str], how: str = "") -> None:
        told = ", ".join(NAMES[name] for name in names)
        self._console.print(f"{what.capitalize()}: {told}{how}.", soft_wrap=True, highlight=False)


@contextmanager
def _fetching(console: Console) -> Iterator["_Fetching"]:
    """A bar while Kafka's jars are fetched."""
    bar = Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=console, transient=True)
    with bar if console.is_terminal else ExitStack():
        yield _Fetching(bar)


class _Fetching:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Kafka", total=None)

    def __call__(self, done: int, of: int) -> None:
        self._bar.update(self._task, completed=done, total=of)
