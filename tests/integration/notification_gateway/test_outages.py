"""What is away or wrong beside the receivers: the log, words, contacts. Nobody gets a message again and again."""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import psycopg
import pytest

from consumers.notification_gateway import feeding
from consumers.notification_gateway.channels import Contact, DirectoryUnavailable, Language, Recipient, Text
from schemas.outputs import Notification
from tests.integration.notification_gateway.receiver import Receiver
from tests.integration.notification_gateway.world import (
    QUICK,
    Contacts,
    Log,
    Words,
    contact,
    message,
    messages,
    now,
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


def test_words_that_raise_anything_cost_only_their_message(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def render(words: Words, notification: Notification, language: Language) -> Text:
        if notification.recipient == "applicant/1":
            raise KeyError("template")
        return Text(subject="subject", body="body\n")

    monkeypatch.setattr(Words, "render", render)
    log.fill(messages(8, 4))
    with Receiver() as receiver, running(log, [webhook()], Contacts(contact(("webhook", receiver.url)))) as gateway:
        assert log.await_done(5) == {"DELIVERED": 6, "UNDELIVERED": 2}
        assert gateway.shards == 64
    assert log.rows("SELECT DISTINCT recipient, reason FROM undelivered") == [("applicant/1", "NOT_RENDERED")]


class Patchy(Contacts):
    """Gives no answer for one recipient, alone or among others, as a directory over HTTP does."""

    silent = "applicant/1"

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact | None]:
        """As `Directory.find`."""
        if {each.id for each in recipients} == {self.silent}:
            raise DirectoryUnavailable("nobody was answered for")
        found = await super().find(recipients)
        return {each: None if each.id == self.silent else value for each, value in found.items()}


def test_a_recipient_that_the_directory_can_not_tell_of_waits_alone(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "DIRECTORY_PAUSE_S", 0.1)
    log.fill([*messages(8, 4), message(100, "applicant/1")])
    with Receiver() as receiver:
        directory = Patchy(contact(("webhook", receiver.url)))
        with running(log, [webhook()], directory) as gateway:
            receiver.wait_taken(6)
            time.sleep(0.5)  # alone, it holds nobody up either
            assert gateway.waiting_recipients == 1
            log.fill(messages(4, 4, first=200))
            receiver.wait_taken(9)
            directory.silent = ""
            assert log.await_done() == {"DELIVERED": 13}
        assert receiver.first_arrivals()["applicant/1"] == [f"710000000:{number}:0" for number in (1, 5, 100, 201)]


def test_a_message_expires_also_while_the_directory_can_not_tell_of_its_recipient(log: Log) -> None:
    log.fill([*messages(2, 2), message(3, "applicant/1", deadline=now() + 500)], replace(QUICK, term_s=0.5))
    with Receiver() as receiver, running(log, [webhook()], Patchy(contact(("webhook", receiver.url)))):
        assert log.await_done(8) == {"DELIVERED": 1, "UNDELIVERED": 2}
    assert log.rows("SELECT DISTINCT recipient, reason FROM undelivered") == [("applicant/1", "EXPIRED")]
