"""`oryn reader live-view` as a process of its own, and `oryn live-view` beside it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.commands.live_view import command
from infra.stack.own import OwnService
from tests.integration.live_view.live import client_of, is_whole, journal, settings_of, shown, undisturbed
from tests.integration.pipeline.programs import Program
from tests.integration.reading.topics import Sent, Writer
from tests.integration.registers.live import Topics, wait_until

pytestmark = pytest.mark.integration

CONFLICT = 72


def test_it_is_filled_shown_made_anew_forgotten_and_contradicted(
    kafka: str, prefix: str, own_service: Callable[[str], OwnService], tmp_path: Path
) -> None:
    service = own_service("redis")
    Topics(kafka, prefix).write(journal(), [])
    settings = settings_of(kafka, prefix, service.address)
    environment = {
        "ORYN_DATA": str(tmp_path / "data"),
        "ORYN_KAFKA_BOOTSTRAP": kafka,
        "ORYN_KAFKA_TOPIC_PREFIX": prefix,
        "ORYN_REDIS_URL": service.address,
        "PYTHONPATH": ":".join(sys.path),
        "COLUMNS": "200",
    }

    def oryn(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(command, words, env=environment, standalone_mode=False)
        assert done.exception is None, done.output
        return done.return_value or 0, done.stdout

    code, said = oryn("status")
    assert (code, "No live view" in said) == (1, True)
    calm = undisturbed(service.address)
    reader = Program(["-m", "infra", "reader", "live-view"], environment, tmp_path / "log").start()
    try:
        with client_of(service.address) as client:
            wait_until(lambda: is_whole(client, settings), "all is shown")
            Writer(kafka, settings.topic("journal")).abort([Sent(0, b"", b"given up")])
            code, said = oryn("status", "--json")
            (generation,) = json.loads(said)["generations"]
            assert (code, generation["generation"], generation["localities"]) == (0, "1", 3)
            assert generation["behind"] == 0, "what was given up is no record, nor is a marker of a transaction"

            assert oryn("rebuild", "-q")[0] == 0
            code, said = oryn("status")
            assert code == 0
            assert "shown" in said
            assert (client.get(f"{settings.redis_prefix}:current"), shown(client, settings)) == (b"2", calm)
            assert not list(client.scan_iter(match=f"{settings.redis_prefix}:1*")), "the old copy is deleted"

            # The reader that runs notices, and builds anew.
            assert oryn("forget", "--yes") == (0, "")
            wait_until(lambda: is_whole(client, settings), "all is shown again")
            assert shown(client, settings) == calm
            assert reader.stop() == 0, reader.tail()

            generation = (client.get(f"{settings.redis_prefix}:current") or b"").decode()
            client.hset(f"{settings.redis_prefix}:{generation}:positions", "0", 10**9)
            assert reader.start().await_exit() == CONFLICT, reader.tail()
            assert "oryn live-view rebuild" in reader.said()
            (contradicted,) = json.loads(oryn("status", "--json")[1])["generations"]
            assert contradicted["behind"] is None
            assert "unknown: of another journal" in oryn("status")[1]
            assert oryn("rebuild", "-q")[0] == 0
            assert shown(client, settings) == calm
    finally:
        reader.end()
