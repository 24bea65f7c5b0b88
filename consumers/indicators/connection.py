"""Connections to PostgreSQL as the indicators need them: moments as `Instant`, errors as those of a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import errors

from consumers.indicators.settings import IndicatorsSettings
from consumers.reading.store import StoreConflict, StoreUnavailable
from consumers.registers.connection import CONNECT_TIMEOUT_S, LOCK_TIMEOUT, InstantDumper, InstantLoader, text_of
from schemas.errors import OrynError
from schemas.instants import Instant

Connection = psycopg.Connection[tuple[Any, ...]]
_PASSING: Final = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)


def connect(settings: IndicatorsSettings, name: str) -> Connection:
    """A connection whose names are those of the schema; each statement is a transaction unless one is begun.

    `name`: what it is called in pg_stat_activity. Raises: StoreUnavailable.
    """
    with store_errors():
        connection = psycopg.connect(
            settings.url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S, application_name=f"oryn {name}"
        )
    try:
        prepare(connection, settings.schema)
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: Connection, schema: str) -> None:
    """Make any connection one that `questions` can use, e.g. those of a pool. Raises: StoreUnavailable."""
    with store_errors():
        connection.execute(
            "SELECT set_config('search_path', %s, false), set_config('lock_timeout', %s, false),"
            # Questions are small, and compiling one takes longer than answering it.
            " set_config('timezone', 'UTC', false), set_config('jit', 'off', false),"
            # A year of messages by the hour is added up in memory; with less PostgreSQL sorts all of them on its disk.
            " set_config('work_mem', '32MB', false)",
            [schema, LOCK_TIMEOUT],
        )
    connection.adapters.register_dumper(Instant, InstantDumper)
    connection.adapters.register_loader("timestamptz", InstantLoader)


@contextmanager
def store_errors() -> Iterator[None]:
    """Errors of the driver as those of a store. What is missing may have been wiped, or be about to be made."""
    try:
        yield
    except _PASSING as exc:
        raise StoreUnavailable(f"PostgreSQL: {text_of(exc)}") from exc
    except (errors.UndefinedTable, errors.InvalidSchemaName) as exc:
        raise StoreUnavailable(f"the indicators are not there: {text_of(exc)}") from exc
    except psycopg.IntegrityError as exc:
        raise StoreConflict(f"PostgreSQL refuses a row of the indicators: {text_of(exc)}") from exc
    except psycopg.Error as exc:
        raise OrynError(f"PostgreSQL refuses: {text_of(exc)}") from exc
