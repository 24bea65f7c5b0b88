"""Ids from a Schema Registry, over HTTP, against a server in this process that speaks the registry's endpoints."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from schemas.codec import journal_codec, output_codec
from schemas.errors import Malformed, OrynError
from schemas.ids import COMPATIBILITY, RegistryIds, RegistryUnavailable, SchemaMissing, schema_text
from schemas.journal import Record
from schemas.outputs import DeadLetter
from tests.unit.test_codec import MOMENT, RECORD

FIRST_ID = 100_001


class Registry(ThreadingHTTPServer):
    """Subjects, schemas and configuration in memory."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.schemas: list[str] = []
        self.subjects: dict[str, list[int]] = {}
        self.levels: dict[str, str] = {}
        self.requests: list[str] = []
        self.failing_with: int | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def register(self, subject: str, schema: str) -> int:
        if schema not in self.schemas:
            self.schemas.append(schema)
        schema_id = FIRST_ID + self.schemas.index(schema)
        if schema_id not in self.subjects.setdefault(subject, []):
            self.subjects[subject].append(schema_id)
        return schema_id


class Handler(BaseHTTPRequestHandler):
    """The five requests that the client makes."""

    server: Registry

    def log_message(self, format: str, *args: object) -> None:  # the base class names it so
        """Keep the tests' output clean."""

    def do_GET(self) -> None:
        parts = self._start()
        index = int(parts[2]) - FIRST_ID if parts[:2] == ["schemas", "ids"] else -1
        if 0 <= index < len(self.server.schemas):
            self._answer(200, {"schema": self.server.schemas[index]})
        else:
            self._answer(404, {"error_code": 40403, "message": "Schema not found"})

    def do_PUT(self) -> None:
        _, subject = self._start()
        self.server.levels[subject] = self._body()["compatibility"]
        self._answer(200, {"compatibility": self.server.levels[subject]})

    def do_POST(self) -> None:
        parts = self._start()
        schema = self._body()["schema"]
        if parts[2:] == ["versions"]:
            self._answer(200, {"id": self.server.register(parts[1], schema)})
            return
        known = self.server.subjects.get(parts[1], [])
        matching = [schema_id for schema_id in known if self.server.schemas[schema_id - FIRST_ID] == schema]
        if matching:
            version = known.index(matching[0]) + 1
            self._answer(200, {"subject": parts[1], "id": matching[0], "version": version, "schema": schema})
        else:
            self._answer(404, {"error_code": 40403, "message": "Schema not found"})

    def _start(self) -> list[str]:
        self.server.requests.append(f"{self.command} {urlparse(self.path).path}")
        return [unquote(part) for part in urlparse(self.path).path.strip("/").split("/")]

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, status: int, body: Any) -> None:
        if self.server.failing_with is not None:
            status, body = self.server.failing_with, {"error_code": 50001, "message": "no leader"}
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture
def registry() -> Iterator[Registry]:
    server = Registry()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemas.ids.REGISTRY_RETRIES", 0)  # the client waits a second before each


@pytest.fixture
def ids(registry: Registry) -> Iterator[RegistryIds]:
    client = RegistryIds(registry.address)
    yield client
    client.close()


def test_publishing_registers_every_schema_with_its_compatibility_and_may_be_repeated(
    registry: Registry, ids: RegistryIds
) -> None:
    given = ids.publish()
    assert registry.levels == {f"{topic}-value": level for topic, level in COMPATIBILITY.items()}
    assert given == {topic: registry.subjects[f"{topic}-value"][0] for topic in COMPATIBILITY}
    assert ids.publish() == given
    assert all(len(versions) == 1 for versions in registry.subjects.values())


def test_a_message_carries_the_registrys_id_and_comes_back(registry: Registry, ids: RegistryIds) -> None:
    ids.publish()
    codec = journal_codec(ids)
    message = codec.encode(RECORD)
    assert int.from_bytes(message[1:5], "big") == registry.subjects["journal-value"][0]
    assert codec.decode(message) == RECORD


def test_another_process_finds_the_ids_without_registering(registry: Registry, ids: RegistryIds) -> None:
    message = journal_codec_after_publishing(ids)
    other = RegistryIds(registry.address)
    registry.requests.clear()
    assert journal_codec(other).decode(message) == RECORD
    other.close()
    assert registry.requests == ["POST /subjects/journal-value"]


def journal_codec_after_publishing(ids: RegistryIds) -> bytes:
    ids.publish()
    return journal_codec(ids).encode(RECORD)


def test_a_later_version_that_only_the_registry_knows_is_read_and_asked_for_once(
    registry: Registry, ids: RegistryIds
) -> None:
    ids.publish()
    newer = json.loads(schema_text("dead-letters"))
    newer["fields"].append({"name": "later", "type": ["null", "string"], "default": None})
    schema_id = registry.register("dead-letters-value", json.dumps(newer))
    codec = output_codec("dead-letters", DeadLetter, ids)
    letter = DeadLetter("journal", 0, 1, MOMENT, "why")
    message = b"\x00" + schema_id.to_bytes(4, "big") + codec.encode(letter)[5:] + b"\x02\x06new"
    registry.requests.clear()
    assert codec.decode(message) == letter
    assert codec.decode(message) == letter
    assert registry.requests == [f"GET /schemas/ids/{schema_id}"]


def test_an_id_that_the_registry_does_not_know_is_malformed_until_it_does(registry: Registry, ids: RegistryIds) -> None:
    ids.publish()
    codec = journal_codec(ids)
    next_id = FIRST_ID + len(registry.schemas)
    message = b"\x00" + next_id.to_bytes(4, "big") + codec.encode(RECORD)[5:]
    with pytest.raises(Malformed, match=f"schema id {next_id} is unknown"):
        codec.decode(message)
    assert registry.register("journal-value", schema_text("journal") + "\n") == next_id
    assert codec.decode(message) == RECORD


def test_what_is_registered_but_is_no_avro_schema_is_malformed(registry: Registry, ids: RegistryIds) -> None:
    ids.publish()
    schema_id = registry.register("other", "syntax = proto3;")
    with pytest.raises(Malformed, match="no Avro schema"):
        journal_codec(ids).decode(b"\x00" + schema_id.to_bytes(4, "big"))


def test_a_schema_that_nobody_registered_is_named(registry: Registry, ids: RegistryIds) -> None:
    with pytest.raises(SchemaMissing, match="journal-value"):
        journal_codec(ids)
    assert not registry.schemas


@pytest.mark.parametrize("status", [500, 503])
def test_a_failing_registry_says_nothing_about_the_message(registry: Registry, ids: RegistryIds, status: int) -> None:
    ids.publish()
    codec = journal_codec(ids)
    registry.failing_with = status
    with pytest.raises(RegistryUnavailable):
        codec.decode(b"\x00\x00\x00\x00\x07rest")
    registry.failing_with = None
    with pytest.raises(Malformed):
        codec.decode(b"\x00\x00\x00\x00\x07rest")


def test_a_registry_that_is_not_there_is_unavailable(registry: Registry) -> None:
    gone = Registry()
    address = gone.address
    gone.server_close()
    client = RegistryIds(address)
    with pytest.raises(RegistryUnavailable, match="no answer"):
        journal_codec(client)
    client.close()


def test_a_refused_schema_is_an_error_that_says_so(registry: Registry, ids: RegistryIds) -> None:
    registry.failing_with = 409
    with pytest.raises(OrynError, match="refuses"):
        ids.publish()


def test_without_the_client_library_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(OrynError, match="registry"):
        RegistryIds("http://127.0.0.1:1")


def test_the_codec_alone_does_not_import_the_client_library() -> None:

    code = "import sys, schemas.codec; sys.exit('confluent_kafka' in sys.modules or 'httpx2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_record_is_the_same_value_whoever_gave_the_id(ids: RegistryIds) -> None:
    ids.publish()
    record: Record = journal_codec(ids).decode(journal_codec(ids).encode(RECORD))
    assert record == RECORD
