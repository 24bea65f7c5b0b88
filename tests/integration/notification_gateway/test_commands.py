"""`oryn gateway` on a delivery log: what ids that nobody knows lead to."""

import pytest
from typer.testing import CliRunner, Result

from infra.commands.gateway import command
from tests.integration.notification_gateway.world import Log, message

pytestmark = pytest.mark.integration


def oryn_gateway(log: Log, *arguments: str) -> Result:
    environment = {"ORYN_POSTGRES_URL": log.url, "ORYN_POSTGRES_GATEWAY": log.schema}
    return CliRunner().invoke(command, arguments, env=environment, standalone_mode=False)


def test_a_message_that_cannot_be_tried_again_is_told(log: Log) -> None:
    log.fill([message(1, "ap-1")])
    [(waiting,)] = log.rows("SELECT id FROM messages")
    for ids in (["nonsense"], [waiting], ["nonsense", "nonsense", waiting]):
        done = oryn_gateway(log, "retry", *ids)
        assert done.return_value == 1
        assert "0 messages will be tried again" in done.stdout
        assert f"{len(set(ids))} of the messages named left out" in done.stderr
    # Without names it is no mistake that there is nothing to do.
    assert oryn_gateway(log, "retry", "--all").return_value == 0
