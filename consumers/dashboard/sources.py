"""Where pages get their data: registers and indicators in PostgreSQL, the live view in Redis. Reads only.

A page asks in a thread. Each block `with sources.registers()` is one snapshot of PostgreSQL, read-only, with an end to
every statement. Whoever is away raises SourceAway, which people are told in words. Never caches an answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import local
from typing import Any, Final, LiteralString

import psycopg
from psycopg import IsolationLevel, errors
from psycopg_pool import ConnectionPool, PoolTimeout

from consumers.indicators.quality import Goal, usual_goals
from consumers.live_view.errors import LiveViewUnavailable, NotReady
from consumers.live_view.view import LiveView
from consumers.reading.store import StoreUnavailable
from consumers.registers.connection import InstantDumper, InstantLoader, text_of
from schemas.errors import OrynError
from schemas.instants import Instant

Connection = psycopg.Connection[tuple[Any, ...]]
# What pages may meet when a source is away, and what the frame makes one answer of.
AWAY: Final = (StoreUnavailable, LiveViewUnavailable, NotReady)
POOL_WAIT_S: Final = 3.0
CONNECT_S: Final = 3
# Beside those of the pages that are asked for: the probes', and those of the pages that are renewed together.
OWN_CONNECTIONS: Final = 6


class SourceAway(OrynError):
    """PostgreSQL or Redis does not answer, or is being built. Asking again later helps."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """PostgreSQL, for reading. `registers`, `indicators`, `gateway`, `dashboard`: names of schemas; without the last
    nobody keeps who looked."""

    url: str = field(repr=False)
    registers: str = "registers"
    indicators: str = "indicators"
    gateway: str = "gateway"
    connections: int = 8
    statement_ms: int = 5_000
    dashboard: str = ""


class Sources:
    """All that pages may ask. Safe between threads. `operations`: what the machinery says of itself, if wired."""

    def __init__(
        self,
        settings: StoreSettings,
        live_view: LiveView,
        operations: Callable[[], Any] | None = None,
        match_runs: Any = None,
        goals: Mapping[str, Goal] | None = None,
    ) -> None:
        """Ask nothing yet; `open` begins. `match_runs`: of `evidence.match_runs`, closed with the rest; `goals`: what
        the quality table is held against, the package's own without them."""
        self.settings = settings
        self.live_view = live_view
        self.operations = operations
        self.match_runs = match_runs
        self.goals = usual_goals() if goals is None else goals
        self._pool = ConnectionPool(
            settings.url,
            kwargs={
                "application_name": "oryn dashboard",
                "connect_timeout": CONNECT_S,
                "options": f"-c statement_timeout={settings.statement_ms} -c timezone=UTC"
                " -c default_transaction_read_only=on -c jit=off",  # compiling costs more than it saves here
            },
            min_size=1,
            max_size=settings.connections + OWN_CONNECTIONS,
            timeout=POOL_WAIT_S,
            reconnect_timeout=CONNECT_S,
            configure=_configure,
            check=ConnectionPool.check_connection,
            open=False,
            name="dashboard",
        )
        self._held = local()

    def open(self) -> None:
        """Begin to connect; does not wait for PostgreSQL."""
        self._pool.open(wait=False)

    def close(self) -> None:
        """End. Repeatable."""
        self._pool.close(timeout=POOL_WAIT_S)
        if self.match_runs is not None:
            self.match_runs.close()

    @contextmanager
    def registers(self) -> Iterator[Connection]:
        """One snapshot; plain names are those of the registers. Raises: SourceAway."""
        with self._snapshot(self.settings.registers) as connection:
            yield connection

    @contextmanager
    def indicators(self) -> Iterator[Connection]:
        """One snapshot; plain names are those of the indicators. Raises: SourceAway."""
        with self._snapshot(self.settings.indicators) as connection:
            yield connection

    @contextmanager
    def gateway(self) -> Iterator[Connection]:
        """One snapshot; plain names are those of the delivery log. Raises: SourceAway."""
        with self._snapshot(self.settings.gateway) as connection:
            yield connection

    @property
    def keeps_looks(self) -> bool:
        """Whether it is kept who looked at what is not public."""
        return bool(self.settings.dashboard)

    @contextmanager
    def looks(self) -> Iterator[Connection]:
        """One snapshot; plain names are those of the dashboard's own schema. Raises: SourceAway."""
        with self._snapshot(self.settings.dashboard) as connection:
            yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """Inside, in this thread, all blocks of one source are the same snapshot: for pages that are loaded one after
        the other. What a page raises must leave this block, too: a statement that failed ends the snapshot."""
        with ExitStack() as stack:
            found: dict[str, Connection] = {}

            def held(schema: str) -> Connection:
                if schema not in found:
                    found[schema] = stack.enter_context(self._new_snapshot(schema))
                return found[schema]

            self._held.of = held
            try:
                yield
            finally:
                del self._held.of

    @contextmanager
    def _snapshot(self, schema: str) -> Iterator[Connection]:
        held: Callable[[str], Connection] | None = getattr(self._held, "of", None)
        if held is None:
            with self._new_snapshot(schema) as connection:
                yield connection
        else:
            with store_away():
                yield held(schema)

    @contextmanager
    def _new_snapshot(self, schema: str) -> Iterator[Connection]:
        with store_away(), self._pool.connection() as connection, connection.transaction():
            connection.execute("SELECT set_config('search_path', %s, true)", [schema])
            yield connection


def _configure(connection: Connection) -> None:
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.adapters.register_dumper(Instant, InstantDumper)
    connection.adapters.register_loader("timestamptz", InstantLoader)


@contextmanager
def store_away() -> Iterator[None]:
    """What says that PostgreSQL can't answer now, as SourceAway; mistakes in a statement pass as they are."""
    try:
        yield
    except PoolTimeout as exc:
        raise SourceAway("PostgreSQL: no connection") from exc
    except (errors.UndefinedTable, errors.InvalidSchemaName) as exc:
        raise SourceAway(f"PostgreSQL: what a page asks for is not there: {text_of(exc)}") from exc
    except (psycopg.OperationalError, psycopg.InterfaceError) as exc:
        raise SourceAway(f"PostgreSQL: {text_of(exc)}") from exc


@dataclass(frozen=True, slots=True)
class Position:
    """How far the sources are for one locality, as one word each; a word that differs is a reason to render anew."""

    live: str = ""
    registers: str = ""
    indicators: str = ""


States = Mapping[str, Position]


def rows(
    connection: Connection, text: LiteralString, values: Sequence[object] | Mapping[str, object] = ()
) -> list[Any]:
    """The rows of a question as tuples; moments come as Instant. Values never become part of the text."""
    with connection.cursor(binary=True) as cursor:
        return cursor.execute(text, values).fetchall()
