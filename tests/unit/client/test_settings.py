"""Settings of a publisher: what cannot be is refused, what is secret is not shown."""

from pathlib import Path

import pytest

from producers.client.settings import PublisherSettings, PublisherSettingsError
from tests.unit.client.events import NOWHERE, settings


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"client": {}}, "bootstrap.servers is missing"),
        ({"client": NOWHERE | {"acks": "1"}}, "acks has to stay all"),
        ({"client": NOWHERE | {"request.required.acks": "1"}}, "request.required.acks has to stay all"),
        ({"client": NOWHERE | {"enable.idempotence": "false"}}, "enable.idempotence has to stay true"),
        ({"client": NOWHERE | {"partitioner": "consistent"}}, "partitioner has to stay murmur2_random"),
        ({"client": NOWHERE | {"delivery.timeout.ms": "1000"}}, "delivery.timeout.ms has to stay 0"),
        ({"spool_events_max": 0}, "spool_events_max: not positive"),
        ({"spool_bytes_max": -1}, "spool_bytes_max: not positive"),
        ({"batch_events_max": 0}, "batch_events_max: not positive"),
        ({"submit_block_s": -1}, "submit_block_s: negative"),
    ],
)
def test_what_would_break_a_promise_is_refused(tmp_path: Path, changed: dict[str, object], words: str) -> None:
    with pytest.raises(PublisherSettingsError, match=words):
        settings(tmp_path, **changed)


def test_what_says_the_same_in_other_words_is_taken(tmp_path: Path) -> None:
    made = settings(tmp_path, client=NOWHERE | {"acks": "-1", "enable.idempotence": "True"})
    assert made.client["acks"] == "-1"


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    client = NOWHERE | {"security.protocol": "SASL_SSL", "sasl.username": "k17", "sasl.password": "hunter2"}
    made = PublisherSettings(client=client, spool=tmp_path / "spool.db")
    assert "hunter2" not in repr(made)
    assert "k17" not in repr(made)
