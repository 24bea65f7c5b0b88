"""Brings contacts in from a table (CSV), shows and forgets them.

Owns the lines of the file and the statements. A line that is wrong is told by its number and what is wrong with it, but
never with what it says: it holds somebody's address.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO, Final, NamedTuple, Self

import psycopg

from consumers.notification_gateway.channels import Contact, DirectoryUnavailable, Recipient
from consumers.notification_gateway.directory import ADDRESSES_MAX, BadContact, checked_address, checked_language
from consumers.notification_gateway.directory_postgres import contacts_of
from consumers.notification_gateway.directory_tables import ContactsError, options
from schemas.errors import OrynError
from schemas.events import ID_LENGTH_MAX
from schemas.outputs import Audience

COLUMNS: Final = ("audience", "recipient", "language", "channel", "address")
DELIMITERS: Final = (",", ";", "\t")
Problem = Callable[[int, str], None]
"""Is told the number of a line, from 1, and what is wrong with it. May raise to end the import."""


class BadTable(OrynError):
    """A table whose header row does not fit: nothing of it is read."""


class Line(NamedTuple):
    """One line of the table: a recipient and one of its addresses, or none."""

    number: int
    audience: str
    recipient: str
    language: str
    channel: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    contacts: int
    addresses: int


def read_lines(stream: BinaryIO, problem: Problem) -> Iterator[Line]:
    """The lines of a table: a header row, then one address a row, the preferred first. Raises: BadTable."""
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    first = text.readline()
    delimiter = max(DELIMITERS, key=first.count)
    header = [each.strip().lower() for each in next(csv.reader([first], delimiter=delimiter), [])]
    if sorted(header) != sorted(COLUMNS):
        raise BadTable(f"the header row of a table of contacts names these columns: {', '.join(COLUMNS)}")
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(rows, None)
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield _line(rows.line_num + 1, header, row)
        except csv.Error:
            problem(rows.line_num + 1, "is no line of a table: a quotation mark is missing, or a cell is too long")
        except BadContact as exc:
            problem(rows.line_num + 1, str(exc))


def _line(number: int, header: list[str], row: list[str]) -> Line:
    if len(row) != len(header):
        raise BadContact(f"{len(row)} cells, but the header row has {len(header)}")
    cells: Mapping[str, str] = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    audience = cells["audience"].upper()
    if audience not in set(Audience):
        raise BadContact(f"an audience is one of {', '.join(Audience)}")
    recipient = cells["recipient"]
    if not 0 < len(recipient) <= ID_LENGTH_MAX or not recipient.isascii() or not recipient.isprintable():
        raise BadContact("a recipient is the id of an applicant or an organisation")
    language = checked_language(cells["language"])
    if not cells["channel"] and not cells["address"]:
        return Line(number, audience, recipient, language.value, None, None)
    address = checked_address(cells["channel"], cells["address"])
    return Line(number, audience, recipient, language.value, address.channel, address.where)


# ---------------------------------------------------------------------------------------------------------- the tables

_STAGE: Final = """
CREATE TEMPORARY TABLE imported (
    number bigint, audience text, recipient text COLLATE "C", language text, channel text, address text
) ON COMMIT DROP
"""
# What only all lines of a recipient together show. The first of two equal lines stays.
_TWO_LANGUAGES: Final = """
DELETE FROM imported i USING (
    SELECT audience, recipient FROM imported GROUP BY 1, 2 HAVING count(DISTINCT language) > 1
) bad WHERE (i.audience, i.recipient) = (bad.audience, bad.recipient) RETURNING i.number
"""
_REPEATED: Final = """
DELETE FROM imported i USING (
    SELECT number, row_number() OVER (PARTITION BY audience, recipient, channel, address ORDER BY number) AS nth
    FROM imported
) same WHERE i.number = same.number AND same.nth > 1 RETURNING i.number
"""
_TOO_MANY: Final = """
DELETE FROM imported i USING (
    SELECT number, row_number() OVER (PARTITION BY audience, recipient ORDER BY number) AS nth
    FROM imported WHERE channel IS NOT NULL
) ranked WHERE i.number = ranked.number AND ranked.nth > %s RETURNING i.number
"""
_PUT_CONTACTS: Final = """
INSERT INTO contacts (audience, recipient, language)
SELECT DISTINCT audience, recipient, language FROM imported ORDER BY audience, recipient
ON CONFLICT (audience, recipient) DO UPDATE SET language = excluded.language, changed_at = now()
"""
_DROP_ADDRESSES: Final = """
DELETE FROM addresses a USING (SELECT DISTINCT audience, recipient FROM imported) i
WHERE (a.audience, a.recipient) = (i.audience, i.recipient)
"""
_PUT_ADDRESSES: Final = """
INSERT INTO addresses (audience, recipient, rank, channel, address)
SELECT audience, recipient, row_number() OVER (PARTITION BY audience, recipient ORDER BY number), channel, address
FROM imported WHERE channel IS NOT NULL
"""
_SHOW: Final = """
SELECT c.audience, c.recipient, c.language, a.channel, a.address
FROM contacts c LEFT JOIN addresses a USING (audience, recipient)
WHERE c.recipient = %s ORDER BY c.audience, c.recipient, a.rank
"""


class Contacts:
    """The tables of one schema, for whoever may change them."""

    def __init__(self, url: str, schema: str) -> None:
        """Connects to nothing."""
        self._url, self._schema = url, schema
        self._open: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        """Connect. Raises: DirectoryUnavailable."""
        try:
            self._open = psycopg.connect(self._url, autocommit=True, **options(self._schema))
        except psycopg.OperationalError as exc:
            raise DirectoryUnavailable(f"the contacts are away: {exc}") from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; tell an error of the database without the row it is about. Raises: as the methods."""
        assert self._open is not None, "entered"
        self._open.close()
        if isinstance(error, psycopg.errors.UndefinedTable):
            raise ContactsError(f"the schema {self._schema} has no contacts yet") from None
        if isinstance(error, psycopg.Error):
            raise DirectoryUnavailable(f"the contacts gave no answer: {type(error).__name__}") from None

    @property
    def _connection(self) -> psycopg.Connection[Any]:
        assert self._open is not None, "entered"
        return self._open

    def take(self, lines: Iterator[Line], problem: Problem) -> Imported:
        """Take lines over, all in one transaction: a recipient's lines replace all that was known of it.

        Repeatable. Raises: DirectoryUnavailable, ContactsError, and whatever `problem` raises; then nothing is taken.
        """
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(_STAGE)
            with cursor.copy("COPY imported FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
            cursor.execute("ANALYZE imported")  # nobody else does it for a temporary table
            for statement, parameters, text in (
                (_TWO_LANGUAGES, (), "its recipient has two languages; none of its lines is taken"),
                (_REPEATED, (), "the same address stands in a line before"),
                (_TOO_MANY, (ADDRESSES_MAX,), f"its recipient has more than {ADDRESSES_MAX} addresses"),
            ):
                for (number,) in sorted(cursor.execute(statement, parameters).fetchall()):
                    problem(number, text)
            contacts = cursor.execute(_PUT_CONTACTS).rowcount
            cursor.execute(_DROP_ADDRESSES)
            return Imported(contacts, cursor.execute(_PUT_ADDRESSES).rowcount)

    def show(self, recipient: str) -> Mapping[Recipient, Contact]:
        """The contacts with an id: none, or one of each audience. Raises: as `take`."""
        return contacts_of(self._connection.execute(_SHOW, [recipient]).fetchall())

    def forget(self, recipient: str, audience: Audience | None = None) -> int:
        """Delete the contacts with an id, of one audience or of both; how many there were. Raises: as `take`."""
        statement = "DELETE FROM contacts WHERE recipient = %s AND coalesce(audience = %s, true)"
        return self._connection.execute(statement, [recipient, audience]).rowcount
