"""Contacts in a table of PostgreSQL: batches of recipients in one statement, as a role that may only read them.

Owns the one connection and the statement; docs/message-texts.md shows the tables. Never logs an address.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Any, Final

import psycopg
from psycopg import sql

from consumers.notification_gateway.channels import (
    DIRECTORY_BATCH_MAX,
    Address,
    Contact,
    DirectoryUnavailable,
    Language,
    Recipient,
)
from consumers.notification_gateway.directory_tables import options, reader_role
from schemas.outputs import Audience

# A lookup takes milliseconds; whatever takes so long is stuck.
ANSWER_MS: Final = 10_000
FIND: Final = """
SELECT c.audience, c.recipient, c.language, a.channel, a.address
FROM unnest(%s::text[], %s::text[]) AS wanted (audience, recipient)
JOIN contacts c USING (audience, recipient)
LEFT JOIN addresses a USING (audience, recipient)
ORDER BY c.audience, c.recipient, a.rank
"""

Row = tuple[str, str, str, str | None, str | None]


class PostgresDirectory:
    """The contacts of one schema (`directory_tables` makes it)."""

    def __init__(self, url: str, schema: str) -> None:
        """Connects to nothing."""
        self._url, self._schema = url, schema
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact]:
        """As `Directory.find`."""
        assert len(recipients) <= DIRECTORY_BATCH_MAX, "a batch"
        audiences, ids = [each.audience.value for each in recipients], [each.id for each in recipients]
        try:
            connection = await self._connected()
            rows = await (await connection.execute(FIND, [audiences, ids], prepare=True)).fetchall()
        except psycopg.Error as exc:
            await self.close()
            raise DirectoryUnavailable(
                f"the contacts in PostgreSQL gave no answer: {_said(exc, self._schema)}"
            ) from exc
        except BaseException:  # cancelled while the server works: what this connection says next answers nobody
            await self.close()
            raise
        return contacts_of(rows)

    async def close(self) -> None:
        """As `Directory.close`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, **options(self._schema))
            self._connection = connection
            await connection.execute(f"SET statement_timeout = {ANSWER_MS}")
            await connection.execute("SET default_transaction_read_only = on")
            await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(reader_role(self._schema))))
        return self._connection


def contacts_of(rows: Iterable[Row]) -> dict[Recipient, Contact]:
    """Contacts of rows that come together for each recipient, in the order of preference."""
    found: dict[Recipient, Contact] = {}
    for (audience, recipient, language), together in groupby(rows, key=lambda row: row[:3]):
        addresses = tuple(
            Address(channel, where) for *_, channel, where in together if channel is not None and where is not None
        )
        found[Recipient(Audience(audience), recipient)] = Contact(Language(language), addresses)
    return found


def _said(exc: psycopg.Error, schema: str) -> str:
    """What a department can do about it; never the text of a row."""
    if isinstance(
        exc, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedObject | psycopg.errors.InvalidParameterValue
    ):
        return f"the schema {schema} has no contacts yet; oryn contacts import makes it"
    if isinstance(exc, psycopg.errors.InsufficientPrivilege):
        return f"the login is no member of the role {reader_role(schema)}"
    return str(exc).strip() or type(exc).__name__
