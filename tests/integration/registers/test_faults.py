"""The reader is killed at random moments, PostgreSQL is killed under load: no row lost, none doubled."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from consumers.registers.settings import RegistersSettings
from infra.stack.own import OwnService
from tests.integration.registers.live import Topics, await_stored, program, reading, settings_of, stored, wait_until
from tests.integration.registers.tools import campaign, contents, differences, stages_of

pytestmark = [pytest.mark.integration, pytest.mark.faults]

KILLS = 20
# Small batches, so that there are many transactions to be killed in.
BATCH_RECORDS = 8


def test_a_reader_killed_twenty_times_leaves_the_rows_of_an_undisturbed_one(
    kafka: str, prefix: str, filled: RegistersSettings, registers: RegistersSettings, tmp_path: Path
) -> None:
    records, stages, chance = campaign(), stages_of(campaign()), random.Random(20)
    topics, settings = Topics(kafka, prefix), settings_of(kafka, prefix, registers, BATCH_RECORDS)
    topics.write(records, stages)
    reader = program(settings, ["reader", "registers", "-q"], tmp_path / "reader.log")
    grew = 0
    try:
        for _ in range(KILLS):
            before = stored(registers)
            reader.start()
            # While it starts, too, but mostly while it writes.
            if chance.random() < 0.8:
                wait_until(lambda before=before: stored(registers) != before, "it writes")  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.06))
            reader.kill()
            grew += before < stored(registers) < (len(records), len(stages))
        reader.start()
        await_stored(registers, len(records), len(stages))
        assert reader.stop() == 0, reader.tail()
    finally:
        reader.end()
    assert grew >= KILLS // 4, "the kills hit a reader that was at work"
    assert differences(contents(registers), contents(filled)) == {}


def test_postgresql_killed_under_load_loses_and_doubles_nothing(
    kafka: str,
    prefix: str,
    filled: RegistersSettings,
    own_service: Callable[[str], OwnService],
) -> None:
    service = own_service("postgres")
    registers = RegistersSettings(service.address, "registers")
    records, stages = campaign(), stages_of(campaign())
    Topics(kafka, prefix).write(records, stages)
    with reading(settings_of(kafka, prefix, registers, 20)) as figures:
        for part in (4, 2):
            wait_until(lambda part=part: stored(registers)[0] >= len(records) // part // 2, "it writes")  # type: ignore[misc]
            service.kill()
            service.start()
        await_stored(registers, len(records), len(stages))
        outages = {"topic": f"{prefix}journal", "of": "store"}
        assert (figures.get_sample_value("oryn_reader_outages_total", outages) or 0) >= 1
    assert differences(contents(registers), contents(filled)) == {}
