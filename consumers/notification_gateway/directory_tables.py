"""Makes and upgrades the tables of the contacts, and says which role reads them. The tables are the migrations'."""

from importlib.resources import files
from typing import Any, Final

import psycopg
from psycopg import sql

from consumers.reading.store import StoreUnavailable
from schemas.errors import OrynError

HEAD: Final = "0001"
CONNECT_TIMEOUT_S: Final = 10
# The advisory lock under which one process at a time upgrades any schema of contacts of a database.
UPGRADE_LOCK: Final = 0x0C0_47AC7


class ContactsError(OrynError):
    """The tables of the contacts can't be made or used as things are. The text says what to do."""


def reader_role(schema: str) -> str:
    """The role that may read the contacts of a schema, and nothing else."""
    return f"{schema}_reader"


def options(schema: str) -> dict[str, Any]:
    """What a connection to the contacts is opened with. The schema's name is checked by the settings."""
    return {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "oryn-contacts",
        "options": f"-c search_path={sql.Identifier(schema).as_string(None)}",
    }


def upgrade(url: str, schema: str) -> None:
    """Bring the tables to the present version. Repeatable. Raises: StoreUnavailable, ContactsError."""
    try:
        if _version(url, schema) != HEAD:
            _upgrade(url, schema)
    except psycopg.errors.InsufficientPrivilege as exc:
        role = reader_role(schema)
        raise ContactsError(
            f"may not make the tables of the contacts ({exc.diag.message_primary}); an administrator can: "
            f'CREATE SCHEMA "{schema}" AUTHORIZATION ...; CREATE ROLE "{role}" NOLOGIN; GRANT "{role}" TO ...'
        ) from exc
    except psycopg.OperationalError as exc:
        raise StoreUnavailable(f"the contacts are away: {exc}") from exc


def _version(url: str, schema: str) -> str | None:
    with psycopg.connect(url, **options(schema)) as connection:
        name = sql.Identifier(schema, "alembic_version").as_string(connection)
        if connection.execute("SELECT to_regclass(%s)", [name]).fetchone() == (None,):
            return None
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if found is None else str(found[0])


def _upgrade(url: str, schema: str) -> None:
    # Imported only when there is something to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine, text  # noqa: PLC0415
    from sqlalchemy.engine import make_url  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("consumers.notification_gateway") / "contact_migrations"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool, connect_args=options(schema)
    )
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {sql.Identifier(schema).as_string(None)}"))
            config.attributes.update(connection=connection, schema=schema)
            command.upgrade(config, HEAD)
    except DBAPIError as exc:
        if isinstance(exc.orig, psycopg.Error):
            raise exc.orig from exc
        raise
    finally:
        engine.dispose()
