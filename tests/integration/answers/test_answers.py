"""What people ask: the tables and documents say what the core decided, and what is unknown is said so."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from prometheus_client import CollectorRegistry

from consumers.live_view.errors import Ambiguous, NotReady
from infra.answers import Unknown
from infra.cli import main
from infra.commands import application, bulletin, organisation, place, queue
from infra.readers import live_view, registers
from infra.settings import KafkaSettings, Settings
from infra.settings_base import SettingsError
from infra.settings_readers import PostgresSettings, RedisSettings
from schemas.errors import OrynError
from schemas.facts import BulletinIssued
from schemas.journal import Record
from schemas.zones import zone_of
from streams.rules.book import Book
from streams.rules.model import Status
from streams.rules.pack import KZ_2020
from tests.integration.reading.topics import Writer, create_topic, journal_records
from tests.integration.running_readers import running
from tests.unit.verification.seasons import Season, lines

pytestmark = pytest.mark.integration
ASTANA, VILLAGE = "710000000", "113230100"
PREFIX = "answers."
WAIT_S = 60.0


class Known(NamedTuple):
    """What the core knows of a locality: its journal, and the book folded from it."""

    records: list[Record]
    book: Book


@pytest.fixture(scope="module")
def books() -> dict[str, Known]:
    """What the core knows of two localities."""
    found = {}
    for seed, locality in enumerate((ASTANA, VILLAGE), start=21):
        season = Season(seed, locality)
        season.run(300)
        found[locality] = Known(season.records, Book(locality, KZ_2020))
        for record in season.records:
            found[locality].book.apply(record)
    return found


@pytest.fixture(scope="module")
def filled(kafka: str, postgres: str, redis: str, books: dict[str, Known]) -> Settings:
    """Both stores at the end of both journals."""
    settings = Settings(
        kafka=KafkaSettings(bootstrap=kafka, topic_prefix=PREFIX),
        postgres=PostgresSettings(url=postgres),
        redis=RedisSettings(url=redis),
    )
    for topic in ("journal", "service-stages"):
        create_topic(kafka, PREFIX + topic, 1)
    told = [line for locality, known in books.items() for line in lines(locality, known.records)]
    Writer(kafka, f"{PREFIX}journal").commit(journal_records(told, 1))
    readers = [module.build(settings, CollectorRegistry()) for module in (registers, live_view)]
    with running(readers[0]), running(readers[1]):
        deadline = time.monotonic() + WAIT_S
        while any(reader.ready() for reader in readers):
            assert time.monotonic() < deadline, "they never caught up"
            time.sleep(0.05)
    return settings


@pytest.fixture
def ask(
    filled: Settings, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> Callable[..., Any]:
    """Runs a command as a shell would; its document with `json=True`, else its text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORYN_POSTGRES_URL", str(filled.postgres.url))
    monkeypatch.setenv("ORYN_REDIS_URL", str(filled.redis.url))
    monkeypatch.setenv("ORYN_KAFKA_TOPIC_PREFIX", PREFIX)
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(command: Callable[..., object], *arguments: object, **options: object) -> Any:
        capfdbinary.readouterr()
        command(*arguments, **options)
        said = capfdbinary.readouterr().out
        return json.loads(said) if options.get("json") else said.decode()

    return run


def test_an_application_has_the_number_of_the_core_and_its_movements(
    ask: Callable[..., Any], books: dict[str, Known]
) -> None:
    book = books[ASTANA].book
    waiting = [each for each in book.state.applications.values() if each.status is Status.QUEUED]
    assert len(waiting) > 3
    for each in waiting[:10]:
        found = ask(application.command, each.id, locality=ASTANA, history=True, json=True)
        assert found["application"]["number"] == book.state.queue(each.queue).number(each)
        assert found["application"]["submitted_at"] == zone_of(ASTANA).render(each.submitted_at)
        moved = found["movements"]
        assert [each["what"] for each in moved[:1]] == ["ApplicationRegistered"]
        assert [each["record"] for each in moved] == sorted(each["record"] for each in moved)
        assert moved[-1]["to_state"] == found["application"]["state"]
        text = ask(application.command, each.id, locality=ASTANA, history=True)
        assert f"Application {each.id}" in text
        assert "How it moved" in text
        assert "of 710000000" in text.splitlines()[-1]


def test_a_queue_is_shown_in_the_order_of_the_core(ask: Callable[..., Any], books: dict[str, Known]) -> None:
    book = books[ASTANA].book
    queues = ask(queue.command, ASTANA, json=True)["queues"]
    assert {each["queue"] for each in queues} == set(book.state.queues)
    longest = max(book.state.queues.values(), key=lambda each: len(each.order))
    order = list(longest.order)
    assert len(order) > 3
    page = ask(queue.command, ASTANA, longest.id, first=2, count=2, json=True)
    assert [each["application_id"] for each in page["rows"]] == order[1:3]
    assert [each["number"] for each in page["rows"]] == [2, 3]
    whole = ask(queue.command, ASTANA, longest.id, first=1, count=1_000)
    shown = [line for line in whole.splitlines() if any(each in line for each in order)]
    assert len(shown) == len(order)
    assert f"{len(order)} wait" in whole
    assert "Nobody has the number 9,999" in ask(queue.command, ASTANA, longest.id, first=9_999, count=1)
    assert longest.id in ask(queue.command, ASTANA, first=1, count=1)


def test_a_place_and_an_organisation_are_as_in_the_core(ask: Callable[..., Any], books: dict[str, Known]) -> None:
    book = books[ASTANA].book
    for each in list(book.state.places.values())[:8]:
        found = ask(place.command, each.id, locality=ASTANA, history=True, json=True)
        assert found["place"]["place"]["stage"] == each.stage
        assert found["versions"][-1]["stage"] == each.stage
        assert each.id in ask(place.command, each.id, locality=ASTANA, history=True)
        found = ask(organisation.command, each.terms.organisation_id, locality=ASTANA, json=True)
        offered = {
            other.id
            for other in book.state.places.values()
            if other.terms.organisation_id == each.terms.organisation_id
            and any(other.id in places for places in book.state.queue(other.terms.queue).places.values())
        }
        assert {row["place_id"] for row in found["places"]} == offered


def test_a_bulletin_is_the_one_of_the_journal(ask: Callable[..., Any], books: dict[str, Known]) -> None:
    issued = [fact for record in books[ASTANA].records for fact in record.facts if isinstance(fact, BulletinIssued)]
    listed = ask(bulletin.command, ASTANA, None, last=5, json=True)
    assert [each["bulletin_hash"] for each in listed] == [each.bulletin_hash for each in issued[:-6:-1]]
    full = max(issued, key=lambda each: len(each.entries))
    assert full.entries
    for which in (str(full.number), full.date.isoformat()):
        found = ask(bulletin.command, ASTANA, which, last=1, json=True)
        assert found["bulletin"]["number"] == full.number
        released = [each["place_id"] for each in found["entries"] if each["part"] == "RELEASED"]
        assert released == [each.place_id for each in full.entries]
    assert full.bulletin_hash in ask(bulletin.command, ASTANA, str(full.number), last=1)
    assert ask(bulletin.command, ASTANA, "last", last=1, json=True)["bulletin"]["number"] == issued[-1].number
    assert f"{issued[-1].number}" in ask(bulletin.command, ASTANA, None, last=1)


def test_what_nobody_knows_is_said(ask: Callable[..., Any]) -> None:
    for command in (application.command, place.command, organisation.command):
        with pytest.raises(Unknown, match="knows no"):
            ask(command, "nobody")
    with pytest.raises(Unknown, match="113230100, 710000000"):
        ask(queue.command, None)
    with pytest.raises(Unknown, match="locality 1 is not known"):
        ask(queue.command, "1")
    with pytest.raises(Unknown, match="there are general/"):
        ask(queue.command, ASTANA, "general/1917", first=1, count=1)
    with pytest.raises(OrynError, match="no such bulletin"):
        ask(bulletin.command, ASTANA, "9999", last=1)
    with pytest.raises(typer.BadParameter, match="'x' is no number"):
        ask(bulletin.command, ASTANA, "x", last=1)


def test_bytes_that_are_no_text_are_known_to_nobody(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A shell hands over bytes as they are: `oryn application $'\\xff'`. Through the whole command line."""
    assert callable(ask), "the settings are set"
    typed = "\udcff"
    for words in (
        ("application", typed),
        ("application", typed, "--history", "--json"),
        ("application", "a1", "--locality", typed),
        ("place", typed, "--history"),
        ("organisation", typed),
        ("queue", typed),
        ("queue", ASTANA, typed),
        ("bulletin", typed),
    ):
        monkeypatch.setattr("sys.argv", ["oryn", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfdbinary.readouterr()
        assert (ended.value.code, said.out) == (1, b""), words
        assert re.match(rb"oryn: .*(knows no|is not known|has no queue)", said.err), said.err
        assert b"Traceback" not in said.err
    with pytest.raises(typer.BadParameter):
        ask(bulletin.command, ASTANA, typed, last=1)


def test_an_id_of_two_localities_wants_a_locality(ask: Callable[..., Any], books: dict[str, Known]) -> None:
    both = sorted(set(books[ASTANA].book.state.applications) & set(books[VILLAGE].book.state.applications))
    assert both, "the seasons use the same ids"
    with pytest.raises(Ambiguous, match="113230100, 710000000"):
        ask(application.command, both[0])
    assert ask(application.command, both[0], locality=VILLAGE, json=True)["locality"] == VILLAGE


def test_without_a_view_or_a_store_it_says_what_helps(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(NotReady, match="oryn reader live-view"):
        ask(application.command, "a", prefix="nothing.")
    with pytest.raises(OrynError, match="registers are not there"):
        ask(bulletin.command, ASTANA, None, last=1, prefix="nothing.")
    monkeypatch.setenv("ORYN_DATA", str(tmp_path / "empty"))
    monkeypatch.delenv("ORYN_REDIS_URL")
    with pytest.raises(SettingsError, match="oryn stack up"):
        ask(application.command, "a")
