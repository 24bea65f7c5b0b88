"""Connections to PostgreSQL as the registers need them: moments as `Instant`, errors as ours. Never writes a row.

Values travel in PostgreSQL's binary format: a moment is a number there and here, and nothing is rendered and parsed.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import errors, postgres
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

from consumers.reading.store import StoreConflict, StoreUnavailable
from consumers.registers.settings import RegistersSettings
from schemas.errors import OrynError
from schemas.instants import Instant

Connection = psycopg.Connection[tuple[Any, ...]]
# What may be otherwise in a moment: a server that is away, or does not write before it is the first one again, and what
# two statements on the catalogue do to each other.
_PASSING: Final = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)

CONNECT_TIMEOUT_S: Final = 10
# A writer waits for a switch or another writer at most so long; then it begins anew.
LOCK_TIMEOUT: Final = "60s"
# PostgreSQL counts microseconds from 2000-01-01.
EPOCH_2000_MS: Final = 946_684_800_000
MICROSECONDS: Final = 1_000
TIMESTAMPTZ: Final = postgres.types["timestamptz"].oid
_INT64 = struct.Struct("!q")


class InstantDumper(Dumper):
    """Writes an Instant as `timestamptz`."""

    format = Format.BINARY
    oid = TIMESTAMPTZ

    def dump(self, obj: Any) -> Buffer:
        """The eight bytes."""
        return _INT64.pack((obj - EPOCH_2000_MS) * MICROSECONDS)


class InstantLoader(Loader):
    """Reads a `timestamptz` as an Instant."""

    format = Format.BINARY

    def load(self, data: Buffer) -> Instant:
        """The moment."""
        return Instant(_INT64.unpack(data)[0] // MICROSECONDS + EPOCH_2000_MS)


def connect(settings: RegistersSettings, name: str) -> Connection:
    """A connection whose names are those of the schema; each statement is a transaction unless one is begun.

    `name`: what it is called in pg_stat_activity. Raises: StoreUnavailable.
    """
    with store_errors():
        connection = psycopg.connect(
            settings.url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S, application_name=f"oryn {name}"
        )
    try:
        with store_errors():
            connection.execute(
                "SELECT set_config('search_path', %s, false), set_config('lock_timeout', %s, false),"
                " set_config('timezone', 'UTC', false)",
                [settings.schema, LOCK_TIMEOUT],
            )
        connection.adapters.register_dumper(Instant, InstantDumper)
        connection.adapters.register_loader("timestamptz", InstantLoader)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def store_errors() -> Iterator[None]:
    """Errors of the driver as those of a store. What is missing may have been wiped, or be about to be made."""
    try:
        yield
    except _PASSING as exc:
        raise StoreUnavailable(f"PostgreSQL: {text_of(exc)}") from exc
    except (errors.UndefinedTable, errors.InvalidSchemaName) as exc:
        raise StoreUnavailable(f"the registers are not there: {text_of(exc)}") from exc
    except psycopg.IntegrityError as exc:
        raise StoreConflict(
            f"the registers hold rows that the journal makes only now ({text_of(exc)}); `oryn registers rebuild` makes"
            " them anew"
        ) from exc
    except psycopg.Error as exc:
        raise OrynError(f"PostgreSQL refuses: {text_of(exc)}") from exc


def text_of(error: psycopg.Error) -> str:
    """What went wrong, in one line and without values of rows."""
    return error.diag.message_primary or " ".join(str(error).split()) or type(error).__name__
