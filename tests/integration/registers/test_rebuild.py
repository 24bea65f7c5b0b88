"""A rebuild makes a second copy and switches, while the writer writes and others ask; broken off, it goes on."""

from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from psycopg import sql

from consumers.reading.store import StoreConflict, StoreUnavailable
from consumers.registers.rebuilding import BuiltUpon, Rebuild, Stopped
from consumers.registers.settings import RegistersSettings
from consumers.registers.upgrading import alone, connection_of, mark
from infra.readers.registers import build, registers_sources
from infra.settings import Settings
from schemas.topic_offsets import TopicMissing
from tests.integration.registers.live import Topics, await_stored, program, reading, settings_of, wait_until
from tests.integration.registers.tools import asking, campaign, contents, differences, fill, stages_of

pytestmark = pytest.mark.integration


class Asker:
    """Asks the registers without a pause, on one connection as a dashboard does, and keeps what it sees."""

    def __init__(self, registers: RegistersSettings) -> None:
        self._schema = sql.Identifier(registers.schema)
        self._url = registers.url
        self._stop = Flag()
        self.seen: list[tuple[Any, int, int]] = []
        self.failed: list[psycopg.Error] = []
        self._thread = Thread(target=self._ask)

    def __enter__(self) -> "Asker":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        question = sql.SQL(
            "SELECT (SELECT copy FROM {0}.about), (SELECT sum(records) FROM {0}.localities),"
            " (SELECT sum(registered + queued + referred + refused + archived) FROM {0}.nation_figures)"
        ).format(self._schema)
        with psycopg.connect(self._url, autocommit=True, prepare_threshold=2) as connection:
            while not self._stop.is_set():
                try:
                    copy, records, applications = connection.execute(question).fetchall()[0]
                    self.seen.append((copy, int(records), int(applications)))
                except psycopg.Error as exc:
                    self.failed.append(exc)


def _rebuild(settings: Settings, registers: RegistersSettings, **options: Any) -> Rebuild:
    client = {"bootstrap.servers": settings.kafka.bootstrap or ""}
    return Rebuild(registers, client, tuple(registers_sources(settings).values()), batch_records=100, **options)


def _copy(registers: RegistersSettings) -> Any:
    with asking(registers) as connection:
        return connection.execute("SELECT copy FROM about").fetchall()[0][0]


def _schemas(registers: RegistersSettings) -> list[str]:
    with connection_of(registers) as connection:
        found = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s) ORDER BY 1", [registers.schema]
        )
        return [name for (name,) in found.fetchall()]


def test_a_rebuild_switches_under_the_writer_and_those_who_ask(
    kafka: str, prefix: str, filled: RegistersSettings, registers: RegistersSettings
) -> None:
    records, stages = campaign(), stages_of(campaign())
    first = len(records) - 300
    told = {each.id for each in stages_of(records[:first])}
    topics, settings = Topics(kafka, prefix), settings_of(kafka, prefix, registers)
    topics.write(records[:first])
    with reading(settings):
        await_stored(registers, first, len(told))
        before = _copy(registers)
        with asking(registers) as connection:
            connection.execute("DELETE FROM movements")
            connection.execute("UPDATE places SET returns = 99")
        writer = Thread(target=topics.write, args=(records[first:], [each for each in stages if each.id not in told]))
        with Asker(registers) as asker:
            wait_until(lambda: len(asker.seen) > 5, "somebody asks")
            writer.start()
            _rebuild(settings, registers).run(Flag())
            count = len(asker.seen)
            wait_until(lambda: len(asker.seen) > count + 5, "somebody asks")
            writer.join()
            await_stored(registers, len(records), len(stages))
    assert asker.failed == []
    assert [each[0] for each in asker.seen[:1] + asker.seen[-1:]] == [before, _copy(registers)]
    assert before != _copy(registers)
    numbers = [each[1] for each in asker.seen]
    assert numbers == sorted(numbers)
    assert min(each[2] for each in asker.seen) > 0
    assert _schemas(registers) == [registers.schema]
    assert differences(contents(registers), contents(filled)) == {}


def test_a_rebuild_that_was_broken_off_is_run_again_and_ends_equal(
    kafka: str, prefix: str, filled: RegistersSettings, registers: RegistersSettings, tmp_path: Path
) -> None:
    records = campaign()
    settings = settings_of(kafka, prefix, registers, batch_records=50)
    Topics(kafka, prefix).write(records)
    stop, done = Flag(), list[int]()

    def report(topic: str, passed: int, total: int) -> None:
        if topic.endswith("journal") and passed > 0:
            done.append(passed)
            stop.set()

    with pytest.raises(Stopped, match="as they were"):
        _rebuild(settings, registers, report=report).run(stop)
    assert done
    assert _schemas(registers) == [registers.following.schema]
    with (
        connection_of(registers) as connection,
        alone(connection, f"{registers.schema} rebuild"),
        pytest.raises(StoreUnavailable, match="another process"),
    ):
        _rebuild(settings, registers).run(Flag())
    # Killed after its switch: the copy that was replaced is still there, and goes with the next rebuild.
    _rebuild(settings, registers).run(Flag())
    work = program(settings, ["registers", "rebuild"], tmp_path / "rebuild.log").start()
    wait_until(lambda: registers.following.schema in _schemas(registers), "it has begun")
    work.kill()
    with connection_of(registers) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(registers.replaced.schema)))
        mark(connection, registers.replaced.schema)
    assert len(_schemas(registers)) == 3
    work.start()
    assert work.await_exit() == 0, work.tail()
    assert _schemas(registers) == [registers.schema]
    assert differences(contents(registers), contents(filled)) == {}


def test_a_copy_that_an_earlier_rebuild_left_is_not_gone_on_with(
    kafka: str, prefix: str, filled: RegistersSettings, registers: RegistersSettings
) -> None:
    settings = settings_of(kafka, prefix, registers)
    Topics(kafka, prefix).write(campaign())
    fill(registers.following, campaign()[:50])
    with asking(registers.following) as connection:
        connection.execute("UPDATE places SET returns = 99")
    _rebuild(settings, registers).run(Flag())
    assert differences(contents(registers), contents(filled)) == {}


def test_what_others_built_upon_the_registers_is_not_dropped(
    kafka: str, prefix: str, registers: RegistersSettings
) -> None:
    settings = settings_of(kafka, prefix, registers)
    Topics(kafka, prefix)
    fill(registers, campaign()[:50])
    mine, before = f"{registers.schema}_mine", _copy(registers)
    with asking(registers) as connection:
        # As if they were of this environment's topics.
        connection.execute("UPDATE positions SET topic = %s || topic", [prefix])
        connection.execute("CREATE VIEW my_view AS SELECT 1 AS one; CREATE INDEX my_index ON places (language)")
    with pytest.raises(BuiltUpon, match=r"my_index, my_view"):
        _rebuild(settings, registers).run(Flag())
    with asking(registers) as connection:
        connection.execute("DROP VIEW my_view; DROP INDEX my_index")
    with asking(registers) as connection:
        connection.execute(
            sql.SQL("CREATE SCHEMA {0}; CREATE VIEW {0}.v AS SELECT * FROM places").format(sql.Identifier(mine))
        )
    try:
        with pytest.raises(BuiltUpon, match=rf"{mine}\.v"):
            _rebuild(settings, registers).run(Flag())
        assert _copy(registers) == before
    finally:
        with asking(registers) as connection:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(mine)))


def test_registers_of_another_environment_are_not_replaced(
    kafka: str, prefix: str, registers: RegistersSettings
) -> None:
    Topics(kafka, prefix)
    fill(registers, campaign()[:50])
    before = _copy(registers)
    with pytest.raises(StoreConflict, match="a schema of its own"):
        _rebuild(settings_of(kafka, prefix, registers), registers).run(Flag())
    assert _copy(registers) == before
    assert _schemas(registers) == [registers.schema]


def test_registers_of_topics_that_were_made_again_are_rebuilt(
    kafka: str, prefix: str, filled: RegistersSettings, registers: RegistersSettings
) -> None:
    settings = settings_of(kafka, prefix, registers)
    topics = Topics(kafka, prefix)
    topics.write(campaign()[:100])
    with reading(settings):
        await_stored(registers, 100, len(stages_of(campaign()[:100])))
    topics.make_again()
    topics.write(campaign())
    with pytest.raises(StoreConflict, match=r"was made again.*rebuild"):
        build(settings, CollectorRegistry()).run(Flag())
    _rebuild(settings, registers).run(Flag())
    assert differences(contents(registers), contents(filled)) == {}


@pytest.mark.parametrize("ending", ["_next", "_old"])
def test_a_schema_of_somebody_else_is_not_dropped_for_its_name(
    ending: str, kafka: str, prefix: str, registers: RegistersSettings
) -> None:
    Topics(kafka, prefix)
    theirs = sql.Identifier(registers.schema + ending)
    with connection_of(registers) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {0}; CREATE TABLE {0}.notes (a integer)").format(theirs))
    with pytest.raises(BuiltUpon, match=f"{registers.schema}{ending}.*no copy of ours"):
        _rebuild(settings_of(kafka, prefix, registers), registers).run(Flag())
    with connection_of(registers) as connection:
        connection.execute(sql.SQL("SELECT * FROM {}.notes").format(theirs))


def test_without_topics_nothing_is_made(kafka: str, prefix: str, registers: RegistersSettings) -> None:
    settings = settings_of(kafka, prefix, registers)
    with pytest.raises(TopicMissing):
        _rebuild(settings, registers).run(Flag())
    with pytest.raises(TopicMissing):
        build(settings, CollectorRegistry()).run(Flag())
    assert _schemas(registers) == []
