"""Makes the tables of the indicators and brings them to this version's form, once, however many try. Never drops a row.

Owns how the schema is made and who may read it; the tables are the migrations'. Names: the search path leads to the
schema, so that no statement names it.
"""

import logging
from importlib.resources import files
from threading import Lock
from typing import Any, Final

import psycopg
from psycopg import errors, sql

from consumers.indicators.connection import Connection, connect, store_errors
from consumers.indicators.settings import IndicatorsSettings
from consumers.registers.upgrading import alone, let_read
from schemas.errors import OrynError
from schemas.indicators import INDICATORS

log = logging.getLogger(__name__)

VERSION_TABLE: Final = "schema_version"
# The newest step; a test compares. Asking for it spares a start most of its time.
HEAD: Final = "0002"
MARK: Final = "Indicators of Oryn, made from their topic. Keep nothing of your own in here."
# Alembic keeps what it works on in its module: one upgrade at a time in a process, of whichever schema.
_ONE_AT_A_TIME: Final = Lock()
_DESCRIBE: Final = (
    "INSERT INTO indicators (indicator, kind, unit, dimensions, source, bounds) VALUES (%s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (indicator) DO UPDATE SET (kind, unit, dimensions, source, bounds) ="
    " ROW (excluded.kind, excluded.unit, excluded.dimensions, excluded.source, excluded.bounds)"
    " WHERE (indicators.kind, indicators.unit, indicators.dimensions, indicators.source, indicators.bounds)"
    " IS DISTINCT FROM (excluded.kind, excluded.unit, excluded.dimensions, excluded.source, excluded.bounds)"
)


class TooNew(OrynError):
    """The tables have a form that this version must not write."""


def upgrade(settings: IndicatorsSettings) -> tuple[str | None, str]:
    """Have the tables in this version's form, described as its contract says: (form before, form after).

    One process does so, the others wait. Repeatable; quick when there is nothing to do.
    Raises: StoreUnavailable, TooNew, OrynError.
    """
    connection = connect(settings, "indicators upkeep")
    try:
        with alone(connection, f"{settings.schema} migrations"):
            before = form_of(connection)
            if before is None or before < HEAD:
                _make_schema(connection, settings.schema)
                log.info("migrating", extra={"schema": settings.schema, "from": before, "to": HEAD})
                _migrate(settings)
                let_read(connection, settings.schema)
            elif before > HEAD:
                raise TooNew(
                    f"the indicators have form {before}, newer than form {HEAD} of this version: install the version"
                    " that made them"
                )
            with store_errors(), connection.cursor() as cursor:
                cursor.executemany(_DESCRIBE, _described())
    finally:
        connection.close()
    return before, HEAD


def form_of(connection: Connection) -> str | None:
    """The form of the connection's schema; none when it is not there. Raises: StoreUnavailable."""
    with store_errors():
        if connection.execute("SELECT to_regclass(%s)", [VERSION_TABLE]).fetchone() == (None,):
            return None
        found = connection.execute(f"SELECT max(version_num) FROM {VERSION_TABLE}").fetchone()  # noqa: S608
    return None if found is None else found[0]


def forget(connection: Connection) -> None:
    """Take every row away and the positions with them: whoever reads the topics begins anew. Raises: StoreUnavailable.

    The tables stay, and so do rights on them. One transaction: a reader that writes meanwhile goes first or begins
    anew behind it.
    """
    with store_errors():
        connection.execute("TRUNCATE positions, measures, subjects, dead_letters")


def _make_schema(connection: Connection, schema: str) -> None:
    # Asked first: to make one that is there takes a right that its owner need not have.
    name = sql.Identifier(schema)
    with store_errors():
        if connection.execute("SELECT to_regnamespace(%s)", [schema]).fetchone() != (None,):
            return
        try:
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(name, sql.Literal(MARK)))
        except errors.InsufficientPrivilege as exc:
            raise OrynError(
                f"may not make the schema of the indicators; an administrator can: CREATE SCHEMA {schema}"
                " AUTHORIZATION ..."
            ) from exc


def _migrate(settings: IndicatorsSettings) -> None:
    # Imported only when there is something to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("consumers.indicators") / "migrations"))
    config.set_main_option("path_separator", "os")

    def connected() -> psycopg.Connection[Any]:
        connection = connect(settings, "indicators migration")
        connection.autocommit = False
        return connection

    engine = create_engine("postgresql+psycopg://", creator=connected, poolclass=NullPool)
    try:
        with _ONE_AT_A_TIME, engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
    except DBAPIError as exc:
        with store_errors():
            raise exc.orig if isinstance(exc.orig, psycopg.Error) else OrynError(f"migration: {exc.orig}") from exc
    finally:
        engine.dispose()


def _described() -> list[tuple[object, ...]]:
    return [
        (
            each.name,
            each.kind.value,
            each.unit.value,
            [dimension.name for dimension in each.dimensions],
            each.source,
            [float(bound) for bound in each.bounds],
        )
        for each in INDICATORS.values()
    ]
