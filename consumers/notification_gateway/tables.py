"""Makes and upgrades the tables of the delivery log. Owns how its schema is found; the tables are the migrations'.

Names: `search_path` leads to the schema, so that no statement of the gateway names it.
"""

from importlib.resources import files
from threading import Lock
from typing import Any
from zlib import crc32

import psycopg
from psycopg import sql

from consumers.reading.store import StoreUnavailable
from schemas.errors import OrynError

# The server is away or may not write for now, or somebody dropped the tables: to be connected anew, and made anew.
GONE = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.UndefinedTable,
    psycopg.errors.InvalidSchemaName,
)
# Of advisory locks: the schema's number is the first key, one of these or a shard the second.
MIGRATION, INTAKE, MEMBER = 1_000_001, 1_000_002, 1_000_003
CONNECT_TIMEOUT_S = 10
# The newest migration; a test compares. Asking for it spares a start most of its time.
HEAD = "0003"
# So soon a server notices that the machine of a gateway is gone, and gives its shards to others.
KEEPALIVE = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}


# Alembic keeps what it works on in its module: one upgrade at a time in a process, of whichever schema.
ALEMBIC = Lock()


def lock_class(schema: str) -> int:
    """The first key of the schema's advisory locks: a signed number of 32 bits."""
    unsigned = crc32(schema.encode())
    return unsigned - 2**32 if unsigned >= 2**31 else unsigned


def options(schema: str) -> dict[str, Any]:
    """What a connection to the log is opened with. The schema's name is checked by the settings, and quoted here."""
    quoted = sql.Identifier(schema).as_string(None).replace("\\", "\\\\").replace(" ", "\\ ")
    words = [f"-c search_path={quoted}", *(f"-c {name}={value}" for name, value in KEEPALIVE.items())]
    return {
        "autocommit": True,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "oryn-gateway",
        "options": " ".join(words),
    }


def connect(url: str, schema: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection to the log. Raises: StoreUnavailable."""
    try:
        return psycopg.connect(url, **options(schema))
    except psycopg.OperationalError as exc:
        raise StoreUnavailable(f"the delivery log is away: {exc}") from exc


def upgrade(url: str, schema: str) -> None:
    """Bring the schema to the present version, one process at a time. Repeatable. Raises: StoreUnavailable."""
    if version(url, schema) == HEAD:
        return
    with ALEMBIC:
        _upgrade(url, schema)


def version(url: str, schema: str) -> str | None:
    """The version of the schema's tables; none where there are none. Raises: StoreUnavailable."""
    connection = connect(url, schema)
    try:
        name = sql.SQL("{}.alembic_version").format(sql.Identifier(schema))
        if connection.execute("SELECT to_regclass(%s)", [name.as_string(None)]).fetchone() == (None,):
            return None
        found = connection.execute(sql.SQL("SELECT version_num FROM {}").format(name)).fetchone()
    except psycopg.OperationalError as exc:
        raise StoreUnavailable(f"the delivery log is away: {exc}") from exc
    finally:
        connection.close()
    return None if found is None else str(found[0])


def _upgrade(url: str, schema: str) -> None:
    # Imported only when there is something to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine, text  # noqa: PLC0415
    from sqlalchemy.engine import make_url  # noqa: PLC0415
    from sqlalchemy.exc import OperationalError, ProgrammingError  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    name = sql.Identifier(schema).as_string(None)
    config = Config()
    config.set_main_option("script_location", str(files("consumers.notification_gateway") / "migrations"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={key: value for key, value in options(schema).items() if key != "autocommit"},
    )
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:a, :b)"), {"a": lock_class(schema), "b": MIGRATION})
            # Asked before: `IF NOT EXISTS` wants the right to make schemas also where there is nothing to make.
            if connection.execute(text("SELECT to_regnamespace(:s)"), {"s": name}).scalar() is None:
                connection.execute(text(f"CREATE SCHEMA {name}"))
            config.attributes.update(connection=connection, schema=schema)
            command.upgrade(config, HEAD)
    except OperationalError as exc:
        raise StoreUnavailable(f"the delivery log is away: {exc.orig}") from exc
    except ProgrammingError as exc:
        if not isinstance(exc.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise OrynError(
            f"may not make the tables of the delivery log ({exc.orig.diag.message_primary}); an administrator can: "
            f"CREATE SCHEMA {name} AUTHORIZATION ..."
        ) from exc
    finally:
        engine.dispose()
