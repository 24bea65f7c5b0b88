"""What is away or wrong beside the receivers: the log, words, contacts. Nobody gets a message again and again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from tests.integration.notification_gateway.receiver import Receiver
from tests.integration.notification_gateway.world import (
    QUICK,
    Contacts,
    Log,
    contact,
    messages,
    running,
    wait_for,
    webhook,
)

pytestmark = pytest.mark.integration

DAY_S = 86_400.0


@pytest.fixture
def database(postgres: str, prefix: str) -> Iterator[str]:
    """The name of a database of its own: what is set for it concerns nobody else."""
    name = prefix.replace(".", "_") + "database"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_while_the_log_only_reads_nothing_goes_out_and_the_gateway_waits(postgres: str, database: str) -> None:
    log = Log(postgres.rsplit("/", 1)[0] + "/" + database, "gateway").make()
    log.fill(messages(20, 10))
    log.change(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    with (
        Receiver() as receiver,
        running(
            log, [webhook()], Contacts(contact(("webhook", receiver.url))), replace(QUICK, keep_s=DAY_S)
        ) as gateway,
    ):
        wait_for(lambda: gateway.figures.outages.labels("log")._value.get() >= 2)
        assert "read-only" in gateway.ready()["delivery"]
        assert not receiver.taken
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {database} RESET default_transaction_read_only")
        assert log.await_done() == {"DELIVERED": 20}
        assert not gateway.ready()
        assert len(receiver.taken) == 20


def test_what_could_not_be_recorded_is_not_sent_again(log: Log) -> None:
    log.change("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$")
    log.change("CREATE TRIGGER full_disk BEFORE INSERT ON attempts EXECUTE FUNCTION full_disk()")
    sent = messages(40, 20)
    log.fill(sent)
    with (
        Receiver(lambda path, id_, times: "410" if id_ == sent[0].id else "take") as receiver,
        running(log, [webhook()], Contacts(contact(("webhook", receiver.url)))) as gateway,
    ):
        wait_for(lambda: gateway.figures.outages.labels("log")._value.get() >= 4)
        assert len(receiver.taken) + receiver.done["410"] <= 20
        log.change("DROP TRIGGER full_disk ON attempts")
        assert log.await_done() == {"DELIVERED": 39, "UNDELIVERED": 1}
        assert set(Counter(each.id for each in receiver.taken).values()) == {1}
        assert receiver.done == {"410": 1, "take": 39}
    assert log.rows("SELECT count(*) FROM attempts") == [(40,)]
