"""Brings the schema of the registers to this version's form: migrations, one after the other, once, while others work.

Owns which form is which, who may migrate when, and who may read. The steps themselves are SQL in `migrations/`. A form
only ever adds to the one before, so writers and readers of the one before go on; a step that could not be like that
raises `about.oldest_writer`, and older writers stop with a clear word. Never drops a row.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import errors, sql
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from consumers.reading.store import StoreUnavailable
from consumers.registers.connection import Connection, connect, store_errors, text_of
from consumers.registers.settings import RegistersSettings
from schemas.errors import OrynError

log = logging.getLogger(__name__)

MIGRATIONS: Final = Path(__file__).parent / "migrations"
MARK: Final = "Registers of Oryn, made from the journal; a rebuild replaces them. Keep nothing of your own in here."
VERSION_TABLE: Final = "schema_version"
READER_ROLE: Final = "oryn_reader"
# How long one statement waits for a lock before it gives way to those who came after it, and how often it tries again.
DDL_LOCK_TIMEOUT: Final = "3s"
ATTEMPTS: Final = 20
PAUSE_S: Final = 0.5
# Whoever finds another one migrating looks again so often. Not by waiting inside PostgreSQL: an index that is made
# without stopping writers waits for every statement that began before, so for that one, too.
LOOK_EVERY_S: Final = 0.2
OTHERS_FOR_S: Final = 3_600.0
# Alembic keeps one migration in a process. The lock in the database would do, were it not to end with its connection.
_ONE_AT_A_TIME: Final = Lock()


class TooNew(OrynError):
    """The registers have a form that this version must not write."""


@cache
def newest() -> str:
    """The form of this version."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there are migrations"
    return head


def make_ready(settings: RegistersSettings) -> None:
    """Have the schema in a form that this version can write. Repeatable; quick when there is nothing to do.

    Raises: StoreUnavailable, TooNew, OrynError.
    """
    with connection_of(settings) as connection:
        form = form_of(connection)
        if form is not None and form >= newest():
            _check_writer(connection, form)
            return
    upgrade(settings)


def upgrade(settings: RegistersSettings, to: str | None = None) -> tuple[str | None, str]:
    """Apply what is missing up to a form (the newest), and let `oryn_reader` read: (form before, form after).

    Others may do so at the same time: one does, the others wait. Repeatable, also after a kill.
    Raises: StoreUnavailable, TooNew, OrynError.
    """
    wanted = to or newest()
    with connection_of(settings) as connection, alone(connection, f"{settings.schema} migrations"):
        # Asked first: to make one that is there takes a right that its owner need not have.
        if not schema_exists(connection, settings.schema):
            with store_errors(), connection.transaction():
                connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(settings.schema)))
                mark(connection, settings.schema)
        before = form_of(connection)
        if before is None or before < wanted:
            log.info("migrating", extra={"schema": settings.schema, "from": before, "to": wanted})
            _migrate(settings, wanted)
        else:
            _check_writer(connection, before)
        let_read(connection, settings.schema)
        after = form_of(connection)
    assert after is not None, "there is a form now"
    return before, after


def mark(connection: Connection, schema: str) -> None:
    """Say on a schema that it is ours: only what bears this is ever dropped. Raises: psycopg.Error."""
    connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(schema), sql.Literal(MARK)))


def marked(connection: Connection, schema: str) -> bool:
    """Whether a schema is ours. Raises: psycopg.Error."""
    found = connection.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [schema]).fetchone()
    return found == (MARK,)


def schema_exists(connection: Connection, schema: str) -> bool:
    """Whether there is such a schema. Raises: StoreUnavailable."""
    with store_errors():
        return connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema]).fetchone() == (True,)


def form_of(connection: Connection) -> str | None:
    """The form of the connection's schema; none when it is not there. Raises: StoreUnavailable."""
    with store_errors():
        if connection.execute("SELECT to_regclass(%s)", [VERSION_TABLE]).fetchone() == (None,):
            return None
        found = connection.execute(f"SELECT max(version_num) FROM {VERSION_TABLE}").fetchone()  # noqa: S608
    return None if found is None else found[0]


def _check_writer(connection: Connection, form: str) -> None:
    with store_errors():
        found = connection.execute("SELECT oldest_writer FROM about").fetchone()
    if found is None or found[0] > newest():
        raise TooNew(
            f"the registers have form {form}, which this version (form {newest()}) must not write: install the version"
            " that made it"
        )


@contextmanager
def connection_of(settings: RegistersSettings) -> Iterator[Connection]:
    """A connection for a moment. Raises: StoreUnavailable."""
    connection = connect(settings, "registers upkeep")
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def alone(connection: Connection, what: str, *, wait: bool = True) -> Iterator[None]:
    """Be the only one who does this in this database; the lock ends with the connection at the latest.

    Raises: StoreUnavailable when another one does it, at once or after waiting long.
    """
    deadline = time.monotonic() + (OTHERS_FOR_S if wait else 0)
    while True:
        with store_errors():
            found = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [what]).fetchone()
        if found == (True,):
            break
        if time.monotonic() >= deadline:
            raise StoreUnavailable(f"another process works on {what}")
        time.sleep(LOOK_EVERY_S)
    try:
        yield
    finally:
        with suppress(psycopg.Error):  # it ended with the connection
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [what])


def let_read(connection: Connection, schema: str) -> None:
    """Let the role `oryn_reader` read every table and view, and make the role if this user may.

    Without the right to make it, it is left out, and docs/registers.md says what an administrator runs.
    """
    with store_errors():
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER_ROLE]).fetchone()
        try:
            if found is None:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(READER_ROLE)))
        except errors.InsufficientPrivilege:
            log.warning("the role for reading can't be made by this user", extra={"role": READER_ROLE})
            return
        except (errors.DuplicateObject, errors.UniqueViolation):
            pass  # made by another one in this moment
        names = {"schema": sql.Identifier(schema), "role": sql.Identifier(READER_ROLE)}
        for text in (
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
        ):
            connection.execute(sql.SQL(text).format(**names))


def _migrate(settings: RegistersSettings, to: str) -> None:
    """Run the steps, again and again while others hold what a step needs. Raises: StoreUnavailable, OrynError."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _run(settings, to)
        except DBAPIError as exc:
            error = exc.orig
        except psycopg.Error as exc:
            error = exc
        if not isinstance(error, errors.LockNotAvailable):
            with store_errors():
                raise error if isinstance(error, psycopg.Error) else OrynError(f"migration: {error}")
        log.info("a migration waits for others", extra={"attempt": attempt, "error": text_of(error)})
        time.sleep(PAUSE_S)
    raise StoreUnavailable("a migration found its tables locked by others again and again")


def _run(settings: RegistersSettings, to: str) -> None:
    config = _config()

    def connected() -> psycopg.Connection[tuple[object, ...]]:
        connection = psycopg.connect(settings.url, application_name="oryn registers migration")
        connection.execute(
            "SELECT set_config('search_path', %s, false), set_config('lock_timeout', %s, false)",
            [settings.schema, DDL_LOCK_TIMEOUT],
        )
        connection.commit()
        return connection

    engine = create_engine("postgresql+psycopg://", creator=connected, poolclass=NullPool)
    with _ONE_AT_A_TIME, engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
