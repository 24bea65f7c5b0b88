"""Runs one reader until it is told to stop. Owns the table of readers and what a process of its own needs: signals,
health, exit codes. Never reads a record.
"""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from threading import Event as Flag
from threading import Thread
from typing import Protocol

from prometheus_client import CollectorRegistry

from consumers.reading.store import StoreConflict
from infra.health import READER_GROUP, HealthServer, note_path
from infra.processors import GARBAGE_OBJECTS, GARBAGE_ROUNDS, stopped_by_signals
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_services import postgres_url, redis_url
from schemas.errors import OrynError
from schemas.topic_offsets import TopicMissing
from streams.runtime.errors import Fatal, Misconfigured, UnknownOffset

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
# Name and what it keeps.
READERS = {
    "registers": "registers in PostgreSQL: applications, places, referrals, movements, with their history",
    "live-view": "live view in Redis: numbers, queues, open places of this moment",
    "gateway": "messages to parents and kindergartens, each at least once, in order",
    "bulletins": "public pages: bulletins, feeds, the order of every queue",
    "indicators": "indicators in PostgreSQL: figures by hour, day and week; dead letters by publisher",
}
# Whose address each needs.
NEEDS: Mapping[str, Sequence[Callable[[Settings], str]]] = {
    "registers": (postgres_url,),
    "live-view": (redis_url,),
    "gateway": (postgres_url,),
    "bulletins": (redis_url,),
    "indicators": (postgres_url,),
}


class Runnable(Protocol):
    """A reader that was put together. `run` it once."""

    def run(self, stop: Flag) -> None:
        """Read until told to stop. Raises: StoreConflict, TopicMissing, OrynError."""

    def live(self) -> str | None:
        """Why this process should be started anew; none while it need not. From any thread."""

    def ready(self) -> Mapping[str, str]:
        """What it can't do now, and why; empty when all is well. From any thread."""


class Together:
    """Several readers of one process, each in a thread of its own. When one ends, all do."""

    def __init__(self, parts: Mapping[str, Runnable]) -> None:
        """`parts`: by their names, which threads bear."""
        self._parts = parts
        self._failure: BaseException | None = None

    def run(self, stop: Flag) -> None:
        """Run all until told to stop. Raises: what the first of them raised."""
        ended = Flag()

        def run(part: Runnable) -> None:
            try:
                part.run(ended)
            except BaseException as exc:  # noqa: BLE001 - raised again below, in the thread that waits
                self._failure = self._failure or exc
            finally:
                ended.set()

        threads = [Thread(target=run, args=(part,), name=name, daemon=True) for name, part in self._parts.items()]
        for thread in threads:
            thread.start()
        while not ended.wait(LOOK_EVERY_S):
            if stop.is_set():
                ended.set()
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

    def live(self) -> str | None:
        """The first part's reason."""
        return next((reason for part in self._parts.values() if (reason := part.live()) is not None), None)

    def ready(self) -> Mapping[str, str]:
        """All parts' reasons."""
        return {name: reason for part in self._parts.values() for name, reason in part.ready().items()}


def unmet(name: str, settings: Settings) -> str | None:
    """What a reader needs that is not set, in words for its operator; none when it can run."""
    try:
        for address in NEEDS[name]:
            address(settings)
    except SettingsError as exc:
        return str(exc)
    gateway = settings.gateway
    if name == "gateway" and not (gateway.webhook_url or gateway.smtp_url or gateway.file):
        return "no channel: set gateway.webhook_url, gateway.smtp_url or gateway.file"
    return None


def run_reader(name: str, settings: Settings) -> int:
    """Run a reader of `READERS` until SIGTERM or SIGINT: 0, or the exit code of what made it impossible to go on."""
    gc.set_threshold(GARBAGE_OBJECTS, GARBAGE_ROUNDS, GARBAGE_ROUNDS)
    registry = CollectorRegistry()
    code = 0
    with stopped_by_signals() as stop:
        try:
            reader: Runnable = import_module(f"infra.readers.{name.replace('-', '_')}").build(settings, registry)
            with _health(name, reader, settings, registry):
                reader.run(stop)
        except StoreConflict as exc:
            code = _ended(exc, UnknownOffset.exit_code)
        except (TopicMissing, SettingsError) as exc:
            code = _ended(exc, Misconfigured.exit_code)
        except OrynError as exc:
            code = _ended(exc, Fatal.exit_code)
    if not code:
        log.info("stopped")
    return code


def _ended(error: OrynError, code: int) -> int:
    log.critical("stopped", extra={"reason": str(error), "exit_code": code})
    return code


@contextmanager
def _health(name: str, reader: Runnable, settings: Settings, registry: CollectorRegistry) -> Iterator[None]:
    """Serve /live, /ready and /metrics if a port is set."""
    with ExitStack() as stack:
        if settings.worker.health_port is not None:
            note = note_path(settings.data, settings.group(READER_GROUP), name)
            host, port = settings.worker.health_host, settings.worker.health_port
            stack.enter_context(HealthServer(registry, reader.live, reader.ready, host=host, port=port, note=note))
        yield
