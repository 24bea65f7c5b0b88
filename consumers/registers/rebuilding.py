"""Makes a second copy of the registers beside the live one and switches to it, while readers and the writer go on.

Owns the steps: copy the topics to their ends, again and again until there is little left; stop the live writer for a
moment by the lock of its positions, copy that rest, and rename both schemas in one transaction. So whoever asks sees
the old copy or the new one, whole, and time never goes back. Interrupted anywhere, it is run again and begins anew.
Never drops what somebody else has built upon, nor the registers of another environment.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event as Flag
from typing import Final

from psycopg import errors, sql

from consumers.reading.store import Store, StoreConflict, StoreUnavailable
from consumers.registers.connection import Connection, store_errors, text_of
from consumers.registers.positions import topic_id
from consumers.registers.settings import RegistersSettings
from consumers.registers.upgrading import (
    TooNew,
    alone,
    connection_of,
    form_of,
    mark,
    marked,
    newest,
    schema_exists,
    upgrade,
)
from schemas.errors import OrynError
from schemas.topic_reading import TopicReading

log = logging.getLogger(__name__)

# When a pass over what is new takes no longer, what is left is little enough to stop the live writer for it.
SHORT_PASS_S: Final = 3.0
PASSES_MAX: Final = 50
DROP_LOCK_TIMEOUT: Final = "2s"
DROP_ATTEMPTS: Final = 30
# Topic, offsets passed, offsets in all; of the pass that runs.
Report = Callable[[str, int, int], None]

_BUILT_UPON: Final = """
SELECT DISTINCT theirs.oid::regclass::text
FROM pg_class ours
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = ours.oid
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
JOIN pg_class theirs ON theirs.oid = coalesce(r.ev_class, c.conrelid)
WHERE ours.relnamespace = to_regnamespace(%s) AND theirs.relnamespace <> ours.relnamespace
ORDER BY 1
"""


_BUILT_INTO: Final = """
SELECT what FROM (
    SELECT relnamespace AS namespace, relname::text AS what FROM pg_class
    UNION ALL SELECT pronamespace, proname || '()' FROM pg_proc
    UNION ALL SELECT c.relnamespace, 'trigger ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
) things
WHERE namespace = to_regnamespace(%(live)s) AND what NOT IN (
    SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%(following)s)
)
ORDER BY 1
"""


class Stopped(OrynError):
    """A rebuild was asked to stop, before its switch."""


class BuiltUpon(OrynError):
    """Something outside the schema hangs on the tables that a rebuild would drop. Names it."""


@dataclass(frozen=True)
class Source:
    """One topic and how it gets into a copy. `store`: makes the store of the topic in the copy of these settings."""

    topic: str
    store: Callable[[RegistersSettings], Store]


class Rebuild:
    """One rebuild. `run` it once."""

    def __init__(
        self,
        settings: RegistersSettings,
        client: Mapping[str, str],
        sources: tuple[Source, ...],
        *,
        batch_records: int,
        report: Report = lambda topic, done, total: None,
    ) -> None:
        """`client`: properties of the Kafka client; `report`: told from several threads."""
        self._live, self._next = settings, settings.following
        self._client, self._sources, self._batch_records, self._report = client, sources, batch_records, report

    def run(self, stop: Flag) -> bool:
        """Copy, switch, drop the old copy; whether that could be done at once. If not, the next rebuild does it.

        Raises: Stopped; BuiltUpon; StoreUnavailable when another rebuild runs or PostgreSQL is away; StoreConflict;
        TooNew; TopicUnavailable, TransactionOpen, TopicMissing of the topics; BrokenJournal.
        """
        with connection_of(self._live) as connection, alone(connection, f"{self._live.schema} rebuild", wait=False):
            for source in self._sources:  # a mistyped prefix makes no schema
                topic_id(self._client, source.topic)
            _refuse_if_built_upon(connection, self._live.schema)
            self._refuse_if_of_others(connection)
            drop_copy(connection, self._live.replaced.schema)
            # What an earlier rebuild has begun may be of another fold or of topics that are gone: never go on with it.
            drop_copy(connection, self._next.schema)
            upgrade(self._next)
            _refuse_if_built_into(connection, self._live.schema, self._next.schema)
            self._copy_until_short(stop)
            # Nobody migrates, or makes a schema that was wiped, while names change.
            with alone(connection, f"{self._live.schema} migrations"):
                self._switch(connection, stop)
            try:
                drop_copy(connection, self._live.replaced.schema)
            except StoreUnavailable as exc:
                log.warning("the old copy is still there", extra={"reason": str(exc)})
                return False
            return True

    def _refuse_if_of_others(self, connection: Connection) -> None:
        """Raises: TooNew; StoreConflict when the live copy is of another environment."""
        live = form_of(connection)
        if live is None:
            return
        if live > newest():
            raise TooNew(f"the registers have form {live}, newer than form {newest()} of this version")
        ours = {source.topic for source in self._sources}
        with store_errors():
            found = {topic for (topic,) in connection.execute("SELECT DISTINCT topic FROM positions").fetchall()}
        if not found <= ours:
            raise StoreConflict(
                f"the schema {self._live.schema} holds registers of {', '.join(sorted(found - ours))}: give each"
                " environment a schema of its own (postgres.registers), or drop that one first"
            )

    def _copy_until_short(self, stop: Flag) -> None:
        for _ in range(PASSES_MAX):
            began = time.monotonic()
            self._pass(stop)
            if time.monotonic() - began <= SHORT_PASS_S:
                return
        raise StoreUnavailable("the topics grow as fast as they are copied")

    def _pass(self, stop: Flag) -> None:
        """Copy every topic up to the end that it has now."""
        failed = Flag()

        def copy(source: Source) -> None:
            try:
                self._copy(source, lambda: stop.is_set() or failed.is_set())
            except BaseException:
                failed.set()
                raise

        with ThreadPoolExecutor(len(self._sources), "rebuild") as threads:
            # The one that failed by itself before those that stopped for it.
            found = [each.exception() for each in [threads.submit(copy, source) for source in self._sources]]
        wrong = sorted((each for each in found if each is not None), key=lambda each: isinstance(each, Stopped))
        if wrong:
            raise wrong[0]

    def _copy(self, source: Source, stopped: Callable[[], bool]) -> None:
        store = source.store(self._next)
        try:
            here = dict(store.open())

            def report(done: int, total: int) -> None:
                self._report(source.topic, done, total)

            with TopicReading(self._client, source.topic, start=here, progress=report) as reading:
                for batch in reading.batches():
                    for begin in range(0, len(batch), self._batch_records):
                        if stopped():
                            raise Stopped("stopped; the live registers are as they were")
                        messages = batch[begin : begin + self._batch_records]
                        for message in messages:
                            partition, offset = message.partition(), message.offset()
                            assert partition is not None
                            assert offset is not None
                            here[partition] = offset + 1
                        store.take(messages, dict(here))
                    if stopped():
                        raise Stopped("stopped; the live registers are as they were")
        finally:
            store.close()

    def _switch(self, connection: Connection, stop: Flag) -> None:
        live, following, old = (each.schema for each in (self._live, self._next, self._live.replaced))
        with store_errors(), connection.transaction():
            there = schema_exists(connection, live)
            if there:
                # The live writer waits for this lock before it writes anything, and then finds the new copy.
                # Whoever only reads waits for nothing.
                connection.execute(_named("LOCK TABLE {}.positions IN EXCLUSIVE MODE", live))
            # What is in the topics by now holds at least all that the live copy has.
            self._pass(stop)
            if there:
                _refuse_if_built_into(connection, live, following)
                # An administrator may have made it.
                mark(connection, live)
                connection.execute(_named("ALTER SCHEMA {} RENAME TO {}", live, old))
            connection.execute(_named("ALTER SCHEMA {} RENAME TO {}", following, live))
        log.info("switched to the new copy", extra={"schema": live})


def drop_copy(connection: Connection, schema: str) -> None:
    """Drop a copy that nobody needs, giving way to queries that still run on it. Repeatable.

    Raises: BuiltUpon; StoreUnavailable when queries hold it too long: it is dropped by the next rebuild.
    """
    for _ in range(DROP_ATTEMPTS):
        with store_errors():
            if not schema_exists(connection, schema):
                return
            if not marked(connection, schema):
                raise BuiltUpon(
                    f"a rebuild needs the name {schema}, but the schema of that name is no copy of ours: rename it"
                )
            _refuse_if_built_upon(connection, schema)
            try:
                with connection.transaction(), _waiting_at_most(connection, DROP_LOCK_TIMEOUT):
                    connection.execute(_named("DROP SCHEMA {} CASCADE", schema))
                return
            except errors.LockNotAvailable as exc:
                log.info("queries still run on the old copy", extra={"schema": schema, "error": text_of(exc)})
        time.sleep(1)
    raise StoreUnavailable(f"queries still run on the schema {schema}; the next rebuild drops it")


@contextmanager
def _waiting_at_most(connection: Connection, time_limit: str) -> Iterator[None]:
    connection.execute("SELECT set_config('lock_timeout', %s, true)", [time_limit])
    yield


def _refuse_if_built_upon(connection: Connection, schema: str) -> None:
    with store_errors():
        found = [name for (name,) in connection.execute(_BUILT_UPON, [schema]).fetchall()]
    if found:
        raise BuiltUpon(
            f"outside the schema {schema} something hangs on its tables and would be lost: {', '.join(found)}. Drop it,"
            " rebuild, and make it again"
        )


def _refuse_if_built_into(connection: Connection, live: str, following: str) -> None:
    """Raises: BuiltUpon for what is in the live copy and in none that the migrations of the same form make."""
    if form_of(connection) != newest():  # there is none, or an older one, whose things are not known here
        return
    with store_errors():
        asked = connection.execute(_BUILT_INTO, {"live": live, "following": following})
        found = [name for (name,) in asked.fetchall()]
    if found:
        raise BuiltUpon(
            f"in the schema {live} there is what no migration made and a rebuild would drop: {', '.join(found)}. Move"
            " it to a schema of your own, or drop it"
        )


def _named(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))
