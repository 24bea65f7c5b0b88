"""The reader on real topics: killed, wiped, its topic made again; records twice, late and in any order."""

import datetime
import json
import random
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from consumers.indicators.dead_letters import DeadLetters, dead_letters
from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.tables import forget
from infra.commands.indicators import command
from infra.readers.indicators import build, indicators_settings
from schemas.dead_letter_headers import Cause
from schemas.errors import OrynError
from schemas.indicators import IndicatorRow
from tests.integration.indicators.live import (
    Topics,
    environment_of,
    flat,
    program,
    reading,
    settings_of,
    stored,
    wipe,
)
from tests.integration.indicators.tools import asking, contents, fill, rows_of
from tests.integration.pipeline.seasons import villages
from tests.integration.reader_processes import killed, started
from tests.integration.registers.live import wait_until

pytestmark = pytest.mark.integration

KILLS = 20
CONFLICT = 72
# 23:30 and 00:30 in Astana, both on 10 June in UTC.
EVENING, NIGHT = 1_623_346_200_000, 1_623_349_800_000


def season() -> list[IndicatorRow]:
    """Rows of some weeks of a village, some of them several times: as they changed."""
    return rows_of(villages(1, days=12).records, every=20)


def mixed(rows: list[IndicatorRow]) -> list[IndicatorRow]:
    """The same in any order, a third of them once more."""
    chance = random.Random(11)
    return chance.sample([*rows, *rows[::3]], len(rows) + len(rows[::3]))


@pytest.mark.faults
def test_a_reader_killed_twenty_times_leaves_the_rows_of_an_undisturbed_one(
    kafka: str, prefix: str, postgres: str, indicators: IndicatorsSettings
) -> None:
    rows = season()
    sent = mixed(rows)
    fill(indicators, rows)
    settings = settings_of(kafka, prefix, postgres, batch_records=10)
    disturbed, chance, at_work = indicators_settings(settings), random.Random(20), 0
    Topics(kafka, prefix).write(sent)
    try:
        for kill in range(KILLS):
            before = stored(disturbed)
            if before == len(sent):  # it was quick: from the beginning, once more
                connection = asking(disturbed)
                forget(connection)
                connection.close()
                before = 0
            reader = started(build, settings)
            # While it starts, too, but mostly while it writes.
            if kill % 5:
                wait_until(lambda before=before: stored(disturbed) != before, "it writes")  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.02))
            killed(reader)
            at_work += before < stored(disturbed) < len(sent)
        reader = started(build, settings)
        wait_until(lambda: stored(disturbed) == len(sent), "all is stored")
        killed(reader)
        assert at_work >= KILLS // 4, "the kills hit a reader that was at work"
        assert contents(disturbed) == contents(indicators)
    finally:
        wipe(disturbed)


def test_wiped_in_the_middle_and_of_a_topic_that_was_made_again(
    kafka: str, prefix: str, postgres: str, indicators: IndicatorsSettings, tmp_path: Path
) -> None:
    rows = season()
    sent, half = mixed(rows), len(rows) // 2
    fill(indicators, rows)
    settings, topics = settings_of(kafka, prefix, postgres), Topics(kafka, prefix)
    disturbed = indicators_settings(settings)
    topics.write(sent[:half])
    try:
        with reading(settings) as figures:
            wait_until(lambda: stored(disturbed) == half, "half is stored")
            wipe(disturbed)
            topics.write(sent[half:])
            wait_until(lambda: stored(disturbed) == len(sent), "all is stored")
            assert figures.get_sample_value(
                "oryn_reader_outages_total", {"topic": f"{prefix}indicators", "of": "store"}
            )
        assert contents(disturbed) == contents(indicators)

        topics.make_again()
        topics.write(rows)
        reader = program(settings, ["reader", "indicators"], tmp_path / "reader.log").start()
        try:
            assert reader.await_exit() == CONFLICT, reader.tail()
            assert "oryn indicators rebuild" in reader.said()
            assert contents(disturbed) == contents(indicators), "nothing was touched"
            done = CliRunner().invoke(
                command, ["rebuild"], env=environment_of(settings, tmp_path), standalone_mode=False
            )
            assert done.exception is None, done.output
            assert contents(disturbed) == {"measures": [], "subjects": [], "dead_letters": []}
            reader.start()
            wait_until(lambda: stored(disturbed) == len(rows), "all is stored again")
            assert reader.stop() == 0, reader.tail()
        finally:
            reader.end()
        assert flat(contents(disturbed)) == flat(contents(indicators))
    finally:
        wipe(disturbed)


def test_dead_letters_are_counted_by_publisher_and_commands_answer(
    kafka: str, prefix: str, postgres: str, tmp_path: Path
) -> None:
    settings, topics, rows = settings_of(kafka, prefix, postgres), Topics(kafka, prefix), season()
    disturbed = indicators_settings(settings)
    (locality,) = {each.subject for each in rows if each.level == "LOCALITY"}
    runner, environment = CliRunner(), environment_of(settings, tmp_path)

    def oryn(*words: str) -> tuple[int, str]:
        done = runner.invoke(command, words, env=environment, standalone_mode=False)
        assert done.exception is None, done.output
        return done.return_value or 0, done.stdout

    def refused(*words: str) -> BaseException:
        done = runner.invoke(command, words, env=environment, standalone_mode=False)
        assert done.exception is not None, done.output
        return done.exception

    assert oryn("status")[0] == 1
    assert "`oryn reader indicators` makes" in str(refused("now"))
    topics.write(rows)
    for key, cause, moment, publisher in (
        (b"710000000", Cause.UNDECODABLE, EVENING, b"urn:mis:1"),
        (b"710000000", Cause.UNDECODABLE, EVENING, b"urn:mis:1"),
        (b"710000000", Cause.UNDECODABLE, NIGHT, b"urn:mis:1"),
        (b"750000000", Cause.NO_VALUE, NIGHT, b"\xff\x00" + b"x" * 1_000),
        (None, Cause.BAD_KEY, -1, None),
    ):
        topics.write_letter(key, cause, [] if publisher is None else [("ce_source", publisher)], moment)
    topics.write_stranger(b"710000000")
    try:
        with reading(settings):
            wait_until(lambda: stored(disturbed) == len(rows), "all is stored")
            wait_until(lambda: len(contents(disturbed)["dead_letters"]) == 5, "the letters, too")
        _letters(disturbed)

        code, said = oryn("status", "--json")
        assert code == 0, said
        state = json.loads(said)["state"]
        assert state["behind"] == {"indicators": 0, "dead-letters": 0}
        assert state["rows"] == len({each.id for each in rows})
        assert str(state["rows"]) in oryn("status")[1].replace(",", "")

        code, said = oryn("now", "--locality", locality, "--json")
        assert code == 0, said
        waiting = {each["key"]: each["level"] for each in json.loads(said)["levels"] if each["indicator"] == "waiting"}
        assert waiting == _waiting(disturbed, locality)
        assert "As of" in oryn("now", "--locality", locality)[1]
        code, said = oryn("series", "released", "--key", "-", "--locality", locality, "--first", "2021-06-01", "--json")
        assert code == 0, said
        assert sum(each["count"] for each in json.loads(said)["points"]) == _released(disturbed, locality)
        for words in (["series", "stage_time", "-w", "week"], ["quality"], ["quality", "--region", locality[:2]]):
            code, said = oryn(*words)
            assert (code, "Nothing is known" in said) == (0, False), said

        for words, error, wrong in (
            (["now", "--locality", "71"], typer.BadParameter, "not 9 digits"),
            (["now", "--region", "\u0667\u0661"], typer.BadParameter, "not 2 digits"),
            (["now", "--queue", "general/2018"], typer.BadParameter, "in which locality"),
            (["now", "--region", "71", "--locality", locality], typer.BadParameter, "--region or --locality"),
            (["series", "waiting", "--window", "month"], typer.BadParameter, "month"),
            (["series", "waiting", "--first", "10.06.2021"], typer.BadParameter, "10.06.2021"),
            (["series", "waitings"], OrynError, "no indicator"),
            (
                ["series", "waiting", "-w", "hour", "--locality", locality, "--queue", "general/2018"],
                OrynError,
                "not by HOUR",
            ),
            (["series", "waiting", "--first", "2022-01-01", "--last", "2021-01-01"], OrynError, "after the last day"),
            (["quality", "--first", "2022-01-01", "--last", "2021-01-01"], OrynError, "after --last"),
        ):
            refusal = refused(*words)
            assert isinstance(refusal, error)
            assert wrong in str(refusal), words
        code, said = oryn("now", "--locality", "790000000")
        assert (code, "Nothing is known of locality 790000000" in said) == (1, True)
    finally:
        wipe(disturbed)


def _letters(settings: IndicatorsSettings) -> None:
    connection = asking(settings)
    try:
        everything = dead_letters(connection, _day(1), _day(9_999_999))
        strange = "\N{REPLACEMENT CHARACTER}" * 2 + "x" * 254
        assert set(everything) == {
            DeadLetters(_june(10), "710000000", "urn:mis:1", "places", "UNDECODABLE", 2),
            DeadLetters(_june(11), "710000000", "urn:mis:1", "places", "UNDECODABLE", 1),
            DeadLetters(_june(11), "750000000", strange, "places", "NO_VALUE", 1),
            DeadLetters(_june(10), "710000000", "", "", "NO_DEAD_LETTER", 1),
        } | {each for each in everything if each.cause == "BAD_KEY"}
        (keyless,) = (each for each in everything if each.cause == "BAD_KEY")
        assert (keyless.locality, keyless.publisher, keyless.count) == ("", "", 1)
        assert {each.locality for each in dead_letters(connection, _june(10), _june(11), "71")} == {"710000000"}
        assert [each.count for each in dead_letters(connection, _june(11), _june(11), "710000000")] == [1]
    finally:
        connection.close()


def _day(ordinal: int) -> datetime.date:
    return datetime.date.fromordinal(min(ordinal, datetime.date.max.toordinal()))


def _june(day: int) -> datetime.date:
    return datetime.date(2021, 6, day)


def _waiting(settings: IndicatorsSettings, locality: str) -> dict[str, int]:
    connection = asking(settings)
    try:
        return dict(
            connection.execute(
                "SELECT key, level_now FROM latest_levels"
                " WHERE level = 'LOCALITY' AND subject = %s AND indicator = 'waiting'",
                [locality],
            ).fetchall()
        )
    finally:
        connection.close()


def _released(settings: IndicatorsSettings, locality: str) -> int:
    connection = asking(settings)
    try:
        found = connection.execute(
            "SELECT sum(count) FROM figures WHERE level = 'LOCALITY' AND subject = %s AND \"window\" = 'DAY'"
            " AND indicator = 'released'",
            [locality],
        ).fetchone()
        assert found is not None
        return int(found[0])
    finally:
        connection.close()
