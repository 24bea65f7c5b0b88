"""Who looked at what is not public: a row in PostgreSQL before the page leaves, and no page where it can't be written.

Owns the table, its schema and how long rows are kept. A row says which account with which role and scope, what page and
subject, when; never a name, an address of the network, or what was on the page. Never decides who may see something.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from typing import Final, LiteralString

import psycopg
from anyio import to_thread
from psycopg.sql import SQL, Composed, Identifier
from psycopg_pool import ConnectionPool, PoolTimeout

from consumers.dashboard.access import Subject, View, Viewer
from consumers.dashboard.sources import CONNECT_S, POOL_WAIT_S, SourceAway

log = logging.getLogger(__name__)

# What is public, and what is one's own, is looked at unnoted.
NOTED: Final = frozenset({View.OFFICIAL, View.AUDITOR, View.ORGANISATION})
# The same account at the same page is one look for so long: a page that renews itself asks again and again.
ONE_LOOK_S: Final = 60.0
REMEMBERED_MAX: Final = 10_000
STATEMENT_MS: Final = 3_000
TIDY_EVERY_S: Final = 3_600.0
# What one statement drops, so that nobody who writes waits long.
PIECE_ROWS: Final = 5_000
_TABLE: Final = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.looks (
    look bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    account text NOT NULL,
    role text NOT NULL,
    scope text NOT NULL,
    page text NOT NULL,
    part text NOT NULL,
    region text NOT NULL,
    locality text NOT NULL,
    subject text NOT NULL
);
CREATE INDEX IF NOT EXISTS looks_at ON {schema}.looks (at);
CREATE INDEX IF NOT EXISTS looks_account ON {schema}.looks (account, look);
CREATE INDEX IF NOT EXISTS looks_subject ON {schema}.looks (subject, look) WHERE subject <> '';
COMMENT ON TABLE {schema}.looks IS 'Who opened pages of the dashboard that are not public.';
"""
_NOTE: Final = (
    "INSERT INTO {schema}.looks (account, role, scope, page, part, region, locality, subject)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
_TIDY: Final = (
    "DELETE FROM {schema}.looks WHERE look IN (SELECT look FROM {schema}.looks"
    " WHERE at < now() - make_interval(days => %s) ORDER BY at LIMIT %s)"
)


class Looks:
    """The rows of one site. Safe between threads; `run` and `remembered` belong to the event loop."""

    def __init__(self, url: str, schema: str, keep_days: int) -> None:
        """Ask nothing yet. `keep_days`: rows that are older are dropped."""
        self._schema = schema
        self._keep_days = keep_days
        self._made = False
        self._recent: OrderedDict[tuple[str, ...], float] = OrderedDict()
        self._pool = ConnectionPool(
            url,
            kwargs={
                "application_name": "oryn dashboard looks",
                "connect_timeout": CONNECT_S,
                "autocommit": True,
                "options": f"-c statement_timeout={STATEMENT_MS}",
            },
            min_size=1,
            max_size=2,
            timeout=POOL_WAIT_S,
            reconnect_timeout=CONNECT_S,
            check=ConnectionPool.check_connection,
            open=False,
            name="looks",
        )

    def open(self) -> None:
        """Begin to connect; does not wait for PostgreSQL."""
        self._pool.open(wait=False)

    def close(self) -> None:
        """End. Repeatable."""
        self._pool.close(timeout=POOL_WAIT_S)

    async def note(self, viewer: Viewer, page: str, subject: Subject, view: View, part: str) -> None:
        """Somebody looks at a page. `part`: the table that is asked for and its form, "" for the page itself.

        Returns once it is written, or where it need not be. Raises: SourceAway.
        """
        if view not in NOTED:
            return
        who = (viewer.account, viewer.role.value, viewer.scope)
        row = (*who, page, part, subject.region, subject.locality, subject.id)
        now = time.monotonic()
        if now - self._recent.get(row, float("-inf")) < ONE_LOOK_S:
            return
        await to_thread.run_sync(self._write, row)
        self._recent[row] = now
        self._recent.move_to_end(row)
        while len(self._recent) > REMEMBERED_MAX:
            self._recent.popitem(last=False)

    async def run(self) -> None:
        """Make the table, then drop what is kept no longer, until cancelled."""
        while True:
            pause_s = TIDY_EVERY_S
            try:
                if await to_thread.run_sync(self.tidy) == PIECE_ROWS:
                    pause_s = 1.0
            except SourceAway as exc:
                log.warning("looks can't be tidied", extra={"reason": str(exc)})
                pause_s = POOL_WAIT_S
            await asyncio.sleep(pause_s)

    def tidy(self) -> int:
        """Drop one piece of what is kept no longer; how many rows it was. Raises: SourceAway."""
        return self._do(_TIDY, (self._keep_days, PIECE_ROWS))

    def _write(self, row: tuple[str, ...]) -> None:
        self._do(_NOTE, row)

    def _do(self, text: LiteralString, values: tuple[object, ...]) -> int:
        try:
            with self._pool.connection() as connection:
                if not self._made:
                    self._make(connection)
                return connection.execute(self._named(text), values).rowcount
        except PoolTimeout as exc:
            raise SourceAway("PostgreSQL: no connection") from exc
        except psycopg.Error as exc:
            raise SourceAway(f"PostgreSQL: looks: {type(exc).__name__}: {exc.diag.message_primary or exc}") from exc

    def _make(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        with connection.transaction():
            # Two that make the same table at once would fail; and who may only write need not be allowed to make it.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"{self._schema} looks",))
            found = connection.execute("SELECT to_regclass(%s)", (f'"{self._schema}".looks',)).fetchone()
            if found is None or found[0] is None:
                connection.execute(self._named(_TABLE))
        self._made = True

    def _named(self, text: LiteralString) -> Composed:
        return SQL(text).format(schema=Identifier(self._schema))
