"""What an operator does: looks, has messages tried again, forgets; and the topic read again changes nothing."""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import Message
from typer.testing import CliRunner

from consumers.notification_gateway.intake import TOPIC, Intake
from consumers.notification_gateway.tables import upgrade
from consumers.notification_gateway.upkeep import forget, read_again
from consumers.reading.store import StoreConflict, StoreUnavailable
from infra.commands.gateway import command
from schemas.ids import FrozenIds
from tests.integration.notification_gateway.receiver import Receiver
from tests.integration.notification_gateway.world import (
    QUICK,
    Contacts,
    Log,
    contact,
    message,
    messages,
    records,
    running,
    webhook,
)

pytestmark = pytest.mark.integration


def oryn_gateway(log: Log, *arguments: str) -> tuple[int, str]:
    """Run `oryn gateway`: what it returns, and what it writes."""
    environment = {"ORYN_POSTGRES_URL": log.url, "ORYN_POSTGRES_GATEWAY": log.schema, "COLUMNS": "120"}
    done = CliRunner().invoke(command, arguments, env=environment, standalone_mode=False)
    assert done.exception is None, done.output
    return done.return_value or 0, done.output


def test_undelivered_messages_are_shown_and_delivered_when_they_are_tried_again(log: Log) -> None:
    log.fill([message(1, "gone"), message(2, "well"), message(3, "gone")])
    is_gone = True
    with Receiver(lambda path, id_, times: "410" if is_gone and path == "/gone" else "take") as receiver:
        others = {"gone": contact(("webhook", f"{receiver.url}/gone"))}
        directory = Contacts(contact(("webhook", f"{receiver.url}/well")), others)
        with running(log, [webhook()], directory):
            assert log.await_done() == {"DELIVERED": 1, "UNDELIVERED": 2}
            code, said = oryn_gateway(log, "status")
            assert code == 1
            assert "REFUSED" in said
            code, said = oryn_gateway(log, "log", "710000000:1:0")
            assert code == 0
            assert "HTTP_4XX" in said
            assert "410" in said
            code, said = oryn_gateway(log, "log", "--state", "UNDELIVERED", "--json")
            assert [each["message"]["id"] for each in json.loads(said)] == ["710000000:3:0", "710000000:1:0"]
            assert oryn_gateway(log, "log", "710000000:9:0")[0] == 1

            is_gone = False
            assert "2 messages" in oryn_gateway(log, "retry", "--reason", "REFUSED")[1]
            assert log.await_done() == {"DELIVERED": 3}
        assert [each.id for each in receiver.taken if each.path == "/gone"] == ["710000000:1:0", "710000000:3:0"]
    assert oryn_gateway(log, "status")[0] == 0
    # Attempts of before are kept.
    assert log.rows("SELECT number, result FROM attempts WHERE message_id = '710000000:1:0' ORDER BY 1") == [
        (1, "REFUSED"),
        (2, "DELIVERED"),
    ]


def test_only_delivered_messages_are_forgotten(log: Log) -> None:
    log.fill([message(1, "delivered"), message(2, "undelivered"), message(3, "pending"), message(4, "today")])
    log.change(
        "UPDATE messages SET state = 'DELIVERED', notification = NULL, finished_at = now() - interval '50 days'"
        " WHERE recipient = 'delivered'"
    )
    log.change("UPDATE messages SET state = 'DELIVERED', finished_at = now() WHERE recipient = 'today'")
    log.change(
        "UPDATE messages SET state = 'UNDELIVERED', reason = 'EXPIRED', finished_at = now() - interval '50 days'"
        " WHERE recipient = 'undelivered'"
    )
    log.change("INSERT INTO attempts VALUES ('710000000:1:0', 1, now(), 'webhook', 'DELIVERED', NULL, 200, 5)")
    assert forget(log.url, log.schema, 45 * 86_400) == 1
    assert log.rows("SELECT recipient FROM messages ORDER BY number") == [("undelivered",), ("pending",), ("today",)]
    assert log.rows("SELECT count(*) FROM attempts") == [(0,)]


def intake(log: Log) -> Intake:
    """One that is open."""
    made = Intake(log.url, log.schema, TOPIC, FrozenIds(), QUICK)
    made.open()
    return made


def test_what_is_taken_twice_is_there_once_and_unreadable_records_are_noted(log: Log) -> None:
    sent = messages(5, 2)
    first, second = intake(log), intake(log)
    batch = records(sent)
    noise = Message(topic=TOPIC, partition=0, offset=5, value=b"no message")
    (strange,) = records([msgspec.structs.replace(sent[0], id="7:\0:0")], 6)
    first.take([*batch, noise, strange], {0: 7})
    # A second gateway is behind, and passes over what is there.
    second.take(batch[:3], {0: 3})
    second.take([*batch[3:], noise, strange], {0: 7})
    assert log.rows('SELECT "offset" FROM unreadable ORDER BY 1') == [(5,), (6,)]
    before = log.rows("SELECT * FROM messages ORDER BY number")
    assert [row[1] for row in before] == [each.id for each in sent]

    # Told to read again, a running one notices, and what is known stays as it is.
    assert read_again(log.url, log.schema) == 1
    with pytest.raises(StoreUnavailable, match="went back"):
        first.take([], {0: 7})
    assert first.open() == {}
    first.take([*batch, noise], {0: 7})
    assert log.rows("SELECT * FROM messages ORDER BY number") == before
    first.close()
    second.close()


def test_a_topic_that_was_made_again_is_refused_until_it_is_to_be_read_again(log: Log) -> None:
    def opened(topic_id: str) -> Intake:
        made = Intake(log.url, log.schema, TOPIC, FrozenIds(), QUICK, identify=lambda: topic_id)
        try:
            made.open()
        except StoreConflict:
            made.close()
            raise
        return made

    first = opened("one")
    first.take(records(messages(3, 1)), {0: 3})
    first.close()
    with pytest.raises(StoreConflict, match="made again"):
        opened("two")
    opened("one").close()
    read_again(log.url, log.schema)
    second = opened("two")
    second.take(records(messages(4, 1)), {0: 4})
    second.close()
    assert log.rows("SELECT count(*) FROM messages") == [(4,)]
    assert log.rows("SELECT topic_id, next_offset FROM positions") == [("two", 4)]


def test_every_table_and_column_has_a_comment_and_an_upgrade_repeated_changes_nothing(log: Log) -> None:
    upgrade(log.url, log.schema)
    bare = log.rows(
        """SELECT c.relname, a.attname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0 AND NOT a.attisdropped
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v')
          AND c.relname <> 'alembic_version'
          AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)"""
    )
    assert bare == []


def test_the_log_holds_neither_addresses_nor_texts(log: Log) -> None:
    log.fill([message(1, "well"), message(2, "gone")])
    with Receiver(lambda path, id_, times: "take" if path == "/well-secret" else "410") as receiver:
        others = {"gone": contact(("webhook", f"{receiver.url}/gone-secret"))}
        directory = Contacts(contact(("webhook", f"{receiver.url}/well-secret")), others)
        with running(log, [webhook()], directory):
            log.await_done()
    found = str(log.rows("SELECT m.*, a.* FROM messages m JOIN attempts a ON a.message_id = m.id"))
    assert "well" in found
    assert "secret" not in found
    assert "127.0.0.1" not in found
    assert "ACCESS_LAPSED kk" not in found  # the subject


def test_the_example_of_the_documentation_delivers(log: Log) -> None:
    page = (Path(__file__).parents[3] / "docs/notification-gateway.md").read_text()
    code = page.partition("<!-- example -->\n```python\n")[2].partition("```")[0]
    put: list[tuple[str, str, str, str]] = []

    async def put_into_cabinet(*letter: str) -> None:
        put.append(letter)  # type: ignore[arg-type]  # four texts
        if len(put) == 1:
            raise ConnectionError

    names: dict[str, Any] = {"put_into_cabinet": put_into_cabinet}
    exec(compile(code, "notification-gateway.md", "exec"), names)  # noqa: S102 - our own page
    log.fill([message(1, "applicant/1"), message(2, "applicant/1")])

    async def serve() -> None:
        stop = asyncio.Event()
        serving = asyncio.create_task(names["serve"](log.url, log.schema, stop))
        await asyncio.to_thread(log.await_done)
        stop.set()
        await serving

    asyncio.run(serve())
    assert [each[:2] for each in put] == [
        ("applicant/1", "710000000:1:0"),
        ("applicant/1", "710000000:1:0"),
        ("applicant/1", "710000000:2:0"),
    ]
    assert all(subject and text for _, _, subject, text in put)
