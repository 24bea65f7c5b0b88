"""Dead letters as an operator meets them: listed, looked at, and sent once more, on a real broker."""

import base64
import signal
import subprocess
import time
from collections.abc import Callable
from typing import cast

import pytest

from schemas.cloudevents import event_headers
from schemas.codec import event_codec, journal_codec
from schemas.dead_letter_headers import Cause, Headers, Origin
from schemas.events import OrganisationRegistered, PlaceRecalled
from schemas.facts import Duplicate
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.murmur2 import partition_of
from schemas.words import OrganisationKind, Ownership, RecallReason
from tests.integration.dead_letters.conftest import PARTITIONS, Environment
from tests.integration.dead_letters.strangers import send_unreadable_header

pytestmark = pytest.mark.integration

LOCALITY = b"710000000"
HOME = partition_of(LOCALITY, PARTITIONS)
AWAY = 1 - HOME
T = 1_622_000_000_000
RECALL = event_codec("vacancy-recalls", FrozenIds()).encode(PlaceRecalled("p1", "o1", RecallReason.CLOSURE))
RECALL_HEADERS: Headers = event_headers("recall-1", "kindergarten/1", "PlaceRecalled", T)
REGISTRATION = event_codec("organisation-registry", FrozenIds()).encode(
    OrganisationRegistered("o1", "No. 1", Ownership.STATE, OrganisationKind.GENERAL, ())
)
WAIT_S = 60


@pytest.fixture
def buried(environment: Environment) -> Environment:
    """An environment with one letter of each kind."""
    environment.bury(
        Origin("vacancy-recalls", AWAY, 9, T),
        Cause.WRONG_PARTITION,
        "key 710000000 belongs elsewhere",
        key=LOCALITY,
        value=RECALL,
        headers=RECALL_HEADERS,
    )
    environment.bury(
        Origin("vacancy-releases", 0, 4, T + 1),
        Cause.BAD_HEADERS,
        "not for this topic",
        key=LOCALITY,
        value=RECALL,
        headers=RECALL_HEADERS,
    )
    environment.bury(
        Origin("application-changes", 0, 7, -1),
        Cause.UNDECODABLE,
        "\x1b[31mred",
        key=b"\xff",
        value=b'{"json": 1}',
        headers=[("x", b"\x1b[2J"), ("y", None)],
    )
    environment.bury(
        Origin("vacancy-recalls", 0, 10, T + 2), Cause.OVERSIZED, "9000000 bytes", key=LOCALITY, value=bytes(9_000_000)
    )
    environment.send("dead-letters", None, b"from a stranger", [])
    return environment


def test_letters_are_listed_with_origin_time_and_cause(buried: Environment) -> None:
    listed = buried.json("dead-letters", "list")
    assert [(each["origin"], each["cause"]) for each in listed["letters"]] == [
        (f"vacancy-recalls/{AWAY}/9", "WRONG_PARTITION"),
        ("vacancy-releases/0/4", "BAD_HEADERS"),
        ("application-changes/0/7", "UNDECODABLE"),
        ("vacancy-recalls/0/10", "OVERSIZED"),
    ]
    assert [each["time"] for each in listed["letters"]][1:3] == ["2021-05-26T03:33:20.001Z", "none"]
    assert listed["letters"][3]["cut_bytes"] == 9_000_000 + len(LOCALITY)
    assert [each["offset"] for each in listed["strangers"]] == [4]
    shown = buried.oryn("dead-letters", "list")
    assert (shown.returncode, "4 dead letters" in shown.stdout) == (0, True)
    assert f"dead-letters/{0}/4 is no dead letter" in shown.stdout


@pytest.mark.parametrize(
    ("options", "causes"),
    [
        (("--topic", "vacancy-releases"), ["BAD_HEADERS"]),
        (("--cause", "UNDECODABLE"), ["UNDECODABLE"]),
        (("--since", "2021-05-26T09:33:20.002+06:00"), ["OVERSIZED"]),
        (("--limit", "2"), ["UNDECODABLE", "OVERSIZED"]),
    ],
)
def test_the_list_can_be_narrowed(buried: Environment, options: tuple[str, ...], causes: list[str]) -> None:
    assert [each["cause"] for each in buried.json("dead-letters", "list", *options)["letters"]] == causes


def test_a_letter_is_shown_with_what_it_looks_like_and_byte_by_byte(buried: Environment) -> None:
    place = f"vacancy-recalls/{AWAY}/9"
    shown = buried.json("dead-letters", "show", place)
    assert base64.b64decode(shown["value"]) == RECALL
    assert shown["hints"][1].startswith('readable as vacancy-recalls: PlaceRecalled {"place_id":"p1"')
    assert {each["name"]: each["value"] for each in shown["headers"]}["ce_id"] == "recall-1"
    written = buried.folder / "value"
    assert buried.oryn("dead-letters", "show", place, "--value", str(written)).returncode == 0
    assert written.read_bytes() == RECALL
    assert "00000000  00 00 00 00 03" in buried.oryn("dead-letters", "show", place).stdout


def test_what_a_stranger_wrote_can_not_steer_the_terminal(buried: Environment) -> None:
    for arguments in (("list",), ("show", "application-changes/0/7")):
        shown = buried.oryn("dead-letters", *arguments).stdout
        assert "\\x1b[31mred" in shown
        assert "\x1b" not in shown
    assert "plain JSON, not in the wire format" in shown


def test_a_record_without_a_letter_is_named(buried: Environment) -> None:
    result = buried.oryn("dead-letters", "show", "vacancy-recalls/0/99")
    assert (result.returncode, result.stderr.startswith("oryn: no dead letter of vacancy-recalls/0/99")) == (1, True)
    assert buried.oryn("dead-letters", "show", "vacancy-recalls").returncode == 2


def test_a_record_is_sent_once_more_as_it_was_to_where_its_key_belongs(buried: Environment) -> None:
    place = f"vacancy-recalls/{AWAY}/9"
    assert buried.oryn("dead-letters", "resubmit", place, said="n\n").returncode == 1
    assert buried.read("vacancy-recalls") == []
    result = buried.oryn("dead-letters", "resubmit", place, said="y\n")
    assert (result.returncode, f"{place} is now vacancy-recalls/{HOME}/0" in result.stdout) == (0, True), result.stderr
    (sent,) = buried.read("vacancy-recalls")
    assert (sent.partition(), sent.key(), sent.value(), sent.timestamp()[1]) == (HOME, LOCALITY, RECALL, T)
    assert cast("Headers", sent.headers()) == RECALL_HEADERS


def test_what_would_be_refused_again_is_not_sent_unless_told_to(buried: Environment) -> None:
    places = (f"vacancy-recalls/{AWAY}/9", "application-changes/0/7")
    refused = buried.oryn("dead-letters", "resubmit", *places, "--yes")
    assert (refused.returncode, "1 of 2 would be dead letters again" in refused.stdout) == (1, True)
    assert buried.read("vacancy-recalls") == buried.read("application-changes") == []
    assert buried.oryn("dead-letters", "resubmit", *places, "--yes", "--force").returncode == 0
    (sent,) = buried.read("application-changes")
    assert (sent.key(), sent.value()) == (b"\xff", b'{"json": 1}')


def test_a_letter_that_does_not_hold_its_record_can_not_be_sent(buried: Environment) -> None:
    result = buried.oryn("dead-letters", "resubmit", "vacancy-recalls/0/10", "--yes", "--force")
    assert (result.returncode, "is not held in full" in result.stderr) == (1, True)


def test_topic_key_header_and_time_can_be_set_right(buried: Environment) -> None:
    options = (
        "--topic",
        "vacancy-recalls",
        "--key",
        "750000000",
        "--header",
        "ce_id=right",
        "--at",
        "2021-06-01T00:00Z",
    )
    result = buried.oryn("dead-letters", "resubmit", "vacancy-releases/0/4", *options, "--yes")
    assert result.returncode == 0, result.stderr
    (sent,) = buried.read("vacancy-recalls")
    assert (sent.key(), sent.partition()) == (b"750000000", partition_of(b"750000000", PARTITIONS))
    assert sent.timestamp()[1] == 1_622_505_600_000
    headers = dict(cast("Headers", sent.headers()))
    assert (headers["ce_id"], headers["ce_source"]) == (b"right", b"kindergarten/1")


def eventually(look: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + WAIT_S
    while not look():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def journal(environment: Environment) -> list[Record]:
    """What was decided, in order."""
    codec = journal_codec(FrozenIds())
    return [codec.decode(message.value()) for message in environment.read("journal")]


def decided(environment: Environment, event_id: str) -> list[Record]:
    return [record for record in journal(environment) if record.cause.event_id == event_id]


def test_from_a_bad_record_over_the_worker_to_a_decision(
    environment: Environment, started: Callable[..., subprocess.Popen[str]]
) -> None:
    lost = environment.oryn("status")
    assert (lost.returncode, "has no worker" in lost.stdout) == (1, True)
    headers = event_headers("first", "department", "OrganisationRegistered", T)
    environment.send("organisation-registry", LOCALITY, REGISTRATION, headers, T, HOME)
    send_unreadable_header(environment.client, f"{environment.prefix}vacancy-recalls", HOME)
    environment.send("vacancy-recalls", LOCALITY, RECALL, RECALL_HEADERS, T + 1, AWAY)
    last = event_headers("last", "department", "OrganisationRegistered", T)
    environment.send("organisation-registry", LOCALITY, REGISTRATION, last, T + 2, HOME)

    worker = started("worker", "--health-port", "0")
    eventually(lambda: bool(decided(environment, "last")))
    eventually(lambda: len(environment.json("dead-letters", "list")["letters"]) == 2)
    letters = {each["cause"]: each for each in environment.json("dead-letters", "list")["letters"]}
    assert letters["BAD_HEADERS"]["origin"] == f"vacancy-recalls/{HOME}/0"
    assert letters["BAD_HEADERS"]["error"] == "the headers can't be read: a name is no UTF-8"
    place = letters["WRONG_PARTITION"]["origin"]
    assert place == f"vacancy-recalls/{AWAY}/0"

    status = environment.json("status")
    assert (status["dead_letters"], [each["reasons"] for each in status["workers"]]) == (2, [{}])
    groups = {each["name"]: each for each in status["groups"]}
    allocation = groups[f"{environment.prefix}oryn-allocation"]
    assert (allocation["state"], len(allocation["members"])) == ("STABLE", 1)
    assert {each["member"] for each in allocation["partitions"]} == set(allocation["members"])
    assert status["problems"] == [f"group {environment.prefix}oryn-fan-out has no worker"]
    fan_out = started("fan-out")
    eventually(lambda: environment.oryn("status", "--max-lag", "0").returncode == 0)

    for times in (1, 2):
        assert environment.oryn("dead-letters", "resubmit", place, "--yes").returncode == 0
        eventually(lambda: len(decided(environment, "recall-1")) == times)  # noqa: B023  # used before it changes
    first, second = decided(environment, "recall-1")
    assert not any(isinstance(fact, Duplicate) for fact in first.facts)
    assert [type(fact) for fact in second.facts] == [Duplicate]

    for process in (worker, fan_out):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert environment.json("status")["workers"] == []
