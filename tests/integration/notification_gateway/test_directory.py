"""Contacts in a real PostgreSQL: found in batches, taken over from tables, shown, forgotten, out of others' reach."""

import asyncio
import io
import json
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest

from consumers.notification_gateway.channels import Address, Contact, DirectoryUnavailable, Language, Recipient
from consumers.notification_gateway.directory_import import Contacts, Imported, read_lines
from consumers.notification_gateway.directory_postgres import PostgresDirectory
from consumers.notification_gateway.directory_tables import ContactsError, reader_role, upgrade
from consumers.reading.store import StoreUnavailable
from infra import cli
from infra.stack.own import OwnService
from schemas.errors import OrynError
from schemas.outputs import Audience

pytestmark = pytest.mark.integration

HEADER = "audience,recipient,language,channel,address\n"
PARENT, GARDEN = Recipient(Audience.APPLICANT, "ap-1"), Recipient(Audience.ORGANISATION, "kg-17")


@pytest.fixture
def schema(postgres: str, prefix: str) -> Iterator[str]:
    """A schema of contacts of its own; its role goes, too."""
    name = prefix.replace(".", "_") + "contacts"
    upgrade(postgres, name)
    yield name
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")
        connection.execute(f"DROP ROLE {reader_role(name)}")


def take(postgres: str, schema: str, rows: str) -> tuple[Imported, list[tuple[int, str]]]:
    problems: list[tuple[int, str]] = []

    def problem(line: int, said: str) -> None:
        problems.append((line, said))

    with Contacts(postgres, schema) as contacts:
        return contacts.take(read_lines(io.BytesIO((HEADER + rows).encode()), problem), problem), problems


def find(postgres: str, schema: str, *recipients: Recipient) -> dict[Recipient, Contact]:
    async def run() -> dict[Recipient, Contact]:
        directory = PostgresDirectory(postgres, schema)
        try:
            return dict(await directory.find(recipients))
        finally:
            await directory.close()

    return asyncio.run(run())


def test_contacts_are_found_with_their_addresses_in_order(postgres: str, schema: str) -> None:
    rows = (
        "applicant,ap-1,kk,smtp,parent@example.kz\napplicant,ap-1,kk,webhook,https://gateway.example.kz/in\n"
        "organisation,kg-17,ru,file,\napplicant,ap-2,en,,\n"
    )
    assert take(postgres, schema, rows) == (Imported(3, 3), [])
    nobody, namesake = Recipient(Audience.APPLICANT, "nobody"), Recipient(Audience.APPLICANT, "kg-17")
    found = find(postgres, schema, PARENT, GARDEN, nobody, namesake, Recipient(Audience.APPLICANT, "ap-2"))
    assert found == {
        PARENT: Contact(
            Language.KAZAKH,
            (Address("smtp", "parent@example.kz"), Address("webhook", "https://gateway.example.kz/in")),
        ),
        GARDEN: Contact(Language.RUSSIAN, (Address("file", ""),)),
        Recipient(Audience.APPLICANT, "ap-2"): Contact(Language.ENGLISH, ()),
    }


def test_a_batch_of_a_thousand_is_one_question(postgres: str, schema: str) -> None:
    rows = "".join(f"applicant,ap-{number},ru,smtp,p{number}@example.kz\n" for number in range(1_000))
    assert take(postgres, schema, rows) == (Imported(1_000, 1_000), [])
    wanted = [Recipient(Audience.APPLICANT, f"ap-{number}") for number in range(1_000)]
    found = find(postgres, schema, *wanted)
    assert [found[each].addresses[0].where for each in wanted] == [f"p{number}@example.kz" for number in range(1_000)]


def test_an_import_replaces_whom_it_names_and_nobody_else(postgres: str, schema: str) -> None:
    take(postgres, schema, "applicant,ap-1,kk,smtp,old@example.kz\norganisation,kg-17,ru,smtp,kg@example.kz\n")
    rows = "applicant,ap-1,en,smtp,new@example.kz\n"
    for _ in range(2):
        assert take(postgres, schema, rows) == (Imported(1, 1), [])
    found = find(postgres, schema, PARENT, GARDEN)
    assert found[PARENT] == Contact(Language.ENGLISH, (Address("smtp", "new@example.kz"),))
    assert found[GARDEN].addresses == (Address("smtp", "kg@example.kz"),)


def test_what_only_all_lines_together_show_is_told_by_number(postgres: str, schema: str) -> None:
    rows = "".join(
        [
            "applicant,two,kk,smtp,a@example.kz\n",
            "applicant,two,ru,smtp,b@example.kz\n",
            "applicant,ap-1,kk,smtp,a@example.kz\n",
            "applicant,ap-1,kk,smtp,a@example.kz\n",
            *(f"applicant,many,kk,smtp,m{number}@example.kz\n" for number in range(10)),
            "applicant,wrong,kk,smtp,sekret\n",
        ]
    )
    done, problems = take(postgres, schema, rows)
    assert done == Imported(2, 9)
    assert [number for number, _ in problems] == [16, 2, 3, 5, 14, 15]
    assert not any("example" in said or "sekret" in said for _, said in problems)
    assert set(find(postgres, schema, PARENT, Recipient(Audience.APPLICANT, "two"))) == {PARENT}


def test_an_import_that_is_stopped_takes_nothing(postgres: str, schema: str) -> None:
    def stop(line: int, said: str) -> None:
        raise OrynError(f"line {line}")

    rows = HEADER + "applicant,ap-1,kk,smtp,a@example.kz\napplicant,ap-2,kk,smtp,sekret\n"
    with pytest.raises(OrynError, match="line 3"), Contacts(postgres, schema) as contacts:
        contacts.take(read_lines(io.BytesIO(rows.encode()), stop), stop)
    assert find(postgres, schema, PARENT) == {}


def test_the_directory_reads_as_a_role_that_can_do_nothing_else(postgres: str, schema: str) -> None:
    take(postgres, schema, "applicant,ap-1,kk,smtp,parent@example.kz\n")

    async def run() -> None:
        directory = PostgresDirectory(postgres, schema)
        await directory.find([PARENT])
        assert directory._connection is not None
        for statement in ("DELETE FROM contacts", "UPDATE addresses SET address = ''", "CREATE TABLE mine (a int)"):
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                await directory._connection.execute(statement)
            await directory._connection.execute("SET default_transaction_read_only = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await directory._connection.execute(statement)
            await directory._connection.execute("SET default_transaction_read_only = on")
        await directory.close()

    asyncio.run(run())


def test_every_table_and_column_says_what_it_is(postgres: str, schema: str) -> None:
    with psycopg.connect(postgres) as connection:
        rows = connection.execute(
            "SELECT c.relname, a.attname, col_description(c.oid, a.attnum), obj_description(c.oid) "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'",
            [schema],
        ).fetchall()
    assert len(rows) == 9
    assert all(column and table for _, _, column, table in rows)


def test_upgrading_twice_changes_nothing(postgres: str, schema: str) -> None:
    take(postgres, schema, "applicant,ap-1,kk,file,\n")
    upgrade(postgres, schema)
    assert set(find(postgres, schema, PARENT)) == {PARENT}


def test_a_login_that_is_only_a_member_of_the_role_finds_contacts(postgres: str, schema: str) -> None:
    take(postgres, schema, "applicant,ap-1,kk,file,\n")
    login, lonely = f"{schema}_gateway", f"{schema}_stranger"
    with psycopg.connect(postgres, autocommit=True) as connection:
        for name in (login, lonely):
            connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(f"GRANT {reader_role(schema)} TO {login}")
        try:
            as_login = postgres.replace("oryn@", f"{login}@")
            upgrade(as_login, schema)  # nothing to do, so nothing more is needed
            assert set(find(as_login, schema, PARENT)) == {PARENT}
            as_stranger = postgres.replace("oryn@", f"{lonely}@")
            with pytest.raises(DirectoryUnavailable, match=f"no member of the role {reader_role(schema)}"):
                find(as_stranger, schema, PARENT)
            with pytest.raises(ContactsError, match="an administrator can"):
                upgrade(as_stranger, f"{schema}_other")
        finally:
            for name in (login, lonely):
                connection.execute(f"DROP ROLE {name}")


def test_trouble_is_an_outage_and_never_an_unknown_recipient(postgres: str, schema: str) -> None:
    with pytest.raises(DirectoryUnavailable, match="no contacts yet; oryn contacts import"):
        find(postgres, "nowhere", PARENT)
    with pytest.raises(DirectoryUnavailable, match="no answer"):
        find("postgresql://oryn:sekret@127.0.0.1:9/postgres", schema, PARENT)
    with pytest.raises(StoreUnavailable, match="away"):
        upgrade("postgresql://oryn:sekret@127.0.0.1:9/postgres", schema)
    with pytest.raises(ContactsError, match="no contacts yet"), Contacts(postgres, "nowhere") as contacts:
        contacts.show("ap-1")


def test_a_directory_comes_back_after_its_server_did(own_service: Callable[[str], OwnService]) -> None:
    service = own_service("postgres")
    upgrade(service.address, "contacts")
    take(service.address, "contacts", "applicant,ap-1,kk,file,\n")

    async def run() -> None:
        directory = PostgresDirectory(service.address, "contacts")
        before = await directory.find([PARENT])
        await asyncio.to_thread(service.kill)
        with pytest.raises(DirectoryUnavailable):
            await directory.find([PARENT])
        await asyncio.to_thread(service.start)
        assert await directory.find([PARENT]) == before
        await directory.close()

    asyncio.run(run())


# ------------------------------------------------------------------------------------------------------------ commands


@pytest.fixture
def oryn(
    postgres: str, prefix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line with the session's PostgreSQL; gives exit code, output, errors."""
    monkeypatch.setenv("ORYN_POSTGRES_URL", postgres)
    monkeypatch.setenv("ORYN_KAFKA_TOPIC_PREFIX", prefix)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["oryn", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


def test_contacts_by_command(schema: str, oryn: Callable[..., tuple[int, str, str]]) -> None:
    rows = HEADER + "applicant,ap-1,kk,smtp,parent@example.kz\napplicant,ap-1,kk,sms,+77011234567\n"
    code, out, err = oryn("contacts", "import", "-", given=rows + "applicant,ap-2,kk,smtp,sekret\n")
    assert (code, out) == (1, "")
    assert "standard input, line 4: not the address of a mailbox" in err
    assert "1 contacts with 2 addresses taken over, 1 bad lines left out" in err
    assert "sekret" not in err

    code, out, _ = oryn("contacts", "show", "ap-1")
    assert code == 0
    assert "applicant ap-1: Kazakh" in out
    assert "p***@example.kz" in out
    assert "parent" not in out
    assert "+7701" not in out
    code, out, _ = oryn("contacts", "show", "ap-1", "--addresses", "--json")
    assert json.loads(out)[0]["addresses"] == [
        {"channel": "smtp", "address": "parent@example.kz"},
        {"channel": "sms", "address": "+77011234567"},
    ]

    assert oryn("contacts", "forget", "ap-1", "--audience", "organisation")[0] == 1
    assert oryn("contacts", "forget", "ap-1", "ap-9")[2] == "ap-1: forgotten\nap-9: not known\n"
    assert oryn("contacts", "show", "ap-1")[0] == 1


def test_a_strict_import_and_a_missing_file(schema: str, oryn: Callable[..., tuple[int, str, str]]) -> None:
    rows = HEADER + "applicant,ap-1,kk,file,\napplicant,ap-2,kk,smtp,sekret\n"
    code, _, err = oryn("contacts", "import", "-", "--strict", given=rows)
    assert code == 1
    assert "oryn: standard input, line 3: not the address of a mailbox" in err
    assert oryn("contacts", "show", "ap-1")[0] == 1
    code, _, err = oryn("contacts", "import", "no-such-file.csv")
    assert code == 1
    assert "cannot read no-such-file.csv" in err
