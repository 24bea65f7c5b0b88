"""The reader on a real topic: the same rows as straight from the records, wiped and not; upgrades while it writes."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import psycopg
import pytest
from psycopg import sql

from consumers.reading.store import StoreUnavailable
from consumers.registers import store as stores
from consumers.registers import upgrading
from consumers.registers.connection import store_errors
from consumers.registers.settings import RegistersSettings
from consumers.registers.upgrading import TooNew, alone, connection_of, form_of, newest, upgrade
from tests.integration.registers.live import Topics, await_stored, program, reading, settings_of, stored
from tests.integration.registers.tools import (
    asking,
    campaign,
    contents,
    differences,
    fill,
    journal_store,
    messages_of,
    stages_of,
)

pytestmark = pytest.mark.integration


def test_a_topic_gives_the_rows_of_its_records_also_when_they_are_wiped_in_the_middle(
    kafka: str, prefix: str, filled: RegistersSettings, registers: RegistersSettings
) -> None:
    records, stages = campaign(), stages_of(campaign())
    half = len(records) // 2
    first = stages_of(records[:half])
    topics = Topics(kafka, prefix)
    topics.write(records[:half], first)
    with reading(settings_of(kafka, prefix, registers)) as figures:
        await_stored(registers, half, len(first))
        with psycopg.connect(registers.url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(registers.schema)))
        told = {each.id for each in first}
        topics.write(records[half:], [each for each in stages if each.id not in told])
        await_stored(registers, len(records), len(stages))
        outages = {"topic": f"{prefix}journal", "of": "store"}
        assert figures.get_sample_value("oryn_reader_outages_total", outages)
    assert differences(contents(registers), contents(filled)) == {}
    with asking(registers) as connection:
        found = dict(connection.execute("SELECT topic, sum(next_offset) FROM positions GROUP BY topic").fetchall())
    assert set(found) == {f"{prefix}journal", f"{prefix}service-stages"}


def test_an_older_writer_and_readers_go_on_while_the_schema_is_upgraded(
    kafka: str,
    prefix: str,
    busy_and_old: tuple[RegistersSettings, RegistersSettings],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    registers, undisturbed = busy_and_old
    assert upgrade(registers, "0001") == (None, "0001")
    monkeypatch.setattr(upgrading, "newest", lambda: "0001")
    monkeypatch.setattr(stores, "make_ready", upgrading.make_ready)
    messages, asked, stop = messages_of(campaign()), list[int](), Flag()

    def ask() -> None:
        with asking(registers) as connection:
            while not stop.is_set():
                found = connection.execute("SELECT count(*) FROM movements JOIN applications USING (application_id)")
                asked.append(found.fetchall()[0][0])

    asker, store = Thread(target=ask), journal_store(registers)
    asker.start()
    store.open()
    at = 0
    work = program(settings_of(kafka, prefix, registers), ["registers", "upgrade"], tmp_path / "upgrade.log").start()
    try:
        while work.alive and at < len(messages) - 50:
            store.take(messages[at : at + 1], {0: at + 1})
            at += 1
            time.sleep(0.004)
        assert work.await_exit() == 0, work.tail()
        before = at
        while at < len(messages):
            store.take(messages[at : at + 10], {0: min(at + 10, len(messages))})
            at += 10
        store.open()  # the form is newer than the writer, which may go on all the same
    finally:
        work.end()
        stop.set()
        asker.join()
        store.close()
    assert 0 < before < len(messages)
    assert asked == sorted(asked)
    with connection_of(registers) as connection:
        assert form_of(connection) == newest_of_all() == "0004"
        broken = connection.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone()
        assert broken == (0,)
        assert connection.execute("SELECT count(*) > 0 FROM deadlines").fetchone() == (True,)
    here, there = contents(registers), contents(undisturbed)
    here["stages"] = there["stages"]
    assert differences(here, there) == {}
    with asking(registers) as connection:
        connection.execute("UPDATE about SET oldest_writer = '0002'")
    with pytest.raises(TooNew, match="install the version"):
        store.open()


def newest_of_all() -> str:
    return newest()


@pytest.fixture
def busy_and_old(
    make_registers: Callable[[], RegistersSettings], filled: RegistersSettings
) -> tuple[RegistersSettings, RegistersSettings]:
    return make_registers(), filled


def test_many_who_upgrade_at_once_make_one_schema(registers: RegistersSettings) -> None:
    found: list[tuple[str | None, str]] = []
    threads = [Thread(target=lambda: found.append(upgrade(registers))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=repr) == sorted([(None, newest()), *[(newest(), newest())] * 3], key=repr)


def test_status_says_how_far_behind(kafka: str, prefix: str, registers: RegistersSettings, tmp_path: Path) -> None:
    records = campaign()
    Topics(kafka, prefix).write(records[:100], stages_of(records[:100]))
    settings = settings_of(kafka, prefix, registers)
    work = program(settings, ["registers", "status", "--json"], tmp_path / "before.log").start()
    assert work.await_exit() == 1, work.tail()
    with reading(settings):
        await_stored(registers, 100, len(stages_of(records[:100])))
    work = program(settings, ["registers", "status", "--json"], tmp_path / "after.log").start()
    assert work.await_exit() == 0, work.tail()
    assert '"records": 100' in work.said()
    assert stored(registers)[0] == 100


def test_a_form_that_is_there_is_not_made_again(registers: RegistersSettings) -> None:
    fill(registers, campaign()[:60])
    before = contents(registers, positions=True)
    assert upgrade(registers) == (newest(), newest())
    assert contents(registers, positions=True) == before


def test_a_server_that_only_reads_is_waited_for(registers: RegistersSettings) -> None:
    messages = messages_of(campaign()[:20])
    store = journal_store(registers)
    store.open()
    assert store._connection is not None
    store._connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(StoreUnavailable, match="read-only"):
        store.take(messages, {0: 20})
    store.open()
    store.take(messages, {0: 20})
    store.close()


def test_an_upkeep_whose_connection_is_ended_is_no_crash(registers: RegistersSettings) -> None:
    with (
        pytest.raises(StoreUnavailable, match="terminat"),
        connection_of(registers) as connection,
        alone(connection, "something"),
        store_errors(),
    ):
        with connection_of(registers) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        connection.execute("SELECT 1")
