"""Which number stands for which schema: frozen in the repository, or given by a Schema Registry.

Owns subjects, versions and ids. Never encodes or decodes a value. The client of the registry is imported only when an
address is given (`oryn[registry]`).
"""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Protocol, TypeAlias, TypeVar

from schemas.errors import Malformed, OrynError

FORWARD_AND_BACKWARD = "FULL_TRANSITIVE"
BACKWARD = "BACKWARD_TRANSITIVE"
# Topic -> how its value may change. Of an input we are the reader and are upgraded first; the journal and what is made
# of it have readers that we do not know (docs/decisions/011-schema-evolution.md).
COMPATIBILITY = {
    "organisation-registry": BACKWARD,
    "vacancy-releases": BACKWARD,
    "vacancy-recalls": BACKWARD,
    "application-changes": BACKWARD,
    "journal": FORWARD_AND_BACKWARD,
    "outcomes": FORWARD_AND_BACKWARD,
    "notifications": FORWARD_AND_BACKWARD,
    "bulletins": FORWARD_AND_BACKWARD,
    "referrals": FORWARD_AND_BACKWARD,
    "service-stages": FORWARD_AND_BACKWARD,
    "dead-letters": FORWARD_AND_BACKWARD,
    "indicators": FORWARD_AND_BACKWARD,
}
REGISTRY_TIMEOUT_S = 10
REGISTRY_RETRIES = 2
NOT_FOUND = 404
TOO_MANY_REQUESTS = 429
SERVER_ERRORS = range(500, 600)
Json: TypeAlias = Any
Answer = TypeVar("Answer")


class RegistryUnavailable(OrynError):
    """The Schema Registry gave no answer. It says nothing about the message: try again, never a dead letter."""


class SchemaMissing(OrynError):
    """The Schema Registry does not hold a schema of ours. Register it with `RegistryIds.publish` first."""


class SchemaIds(Protocol):
    """Gives schemas their numbers."""

    def id_of(self, topic: str) -> int:
        """The id of the present schema of a topic's value. Raises: RegistryUnavailable, SchemaMissing."""

    def schema_of(self, schema_id: int) -> Json:
        """The schema behind an id, as JSON data. Raises: Malformed if there is none, RegistryUnavailable."""


def subject_of(topic: str) -> str:
    """The registry's name for the schemas of a topic's value."""
    return f"{topic}-value"


@cache
def schema_text(topic: str) -> str:
    """The present schema of a topic's value, as it stands in `schemas/avro/`. Raises: FileNotFoundError."""
    return (files("schemas") / "avro" / f"{topic}.avsc").read_text(encoding="utf-8")


def earlier_schema_text(topic: str, version: int) -> str:
    """A version of the schema of a topic's value. Raises: FileNotFoundError."""
    return (files("schemas") / "avro" / "history" / subject_of(topic) / f"v{version}.avsc").read_text(encoding="utf-8")


def fingerprint(schema: Json) -> str:
    """SHA-256 of a schema without its documentation: what may not change under one id.

    Not Avro's own fingerprint, whose canonical form drops defaults and logical types.
    """
    text = json.dumps(_without_doc(schema), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _without_doc(node: Json) -> Json:
    # A field may be called "doc": only a member that is text is documentation.
    if isinstance(node, dict):
        return {k: _without_doc(v) for k, v in node.items() if not (k == "doc" and isinstance(v, str))}
    if isinstance(node, list):
        return [_without_doc(each) for each in node]
    return node


@cache
def frozen_table() -> dict[str, dict[int, tuple[int, str]]]:
    """Topic -> version -> (id, fingerprint), as frozen in `schemas/ids.json`."""
    frozen = json.loads((files("schemas") / "ids.json").read_text(encoding="utf-8"))
    table = {}
    for topic in COMPATIBILITY:
        versions = frozen[subject_of(topic)]
        table[topic] = {int(version): (entry["id"], entry["fingerprint"]) for version, entry in versions.items()}
    return table


class FrozenIds:
    """The ids of the repository: no service is asked."""

    def __init__(self) -> None:
        """Read the table of this installation."""
        self._by_id = {
            schema_id: (topic, version)
            for topic, versions in frozen_table().items()
            for version, (schema_id, _) in versions.items()
        }

    def id_of(self, topic: str) -> int:
        """The id of a topic's newest version."""
        versions = frozen_table()[topic]
        return versions[max(versions)][0]

    def schema_of(self, schema_id: int) -> Json:
        """The version behind an id. Raises: Malformed."""
        if schema_id not in self._by_id:
            raise Malformed(f"schema id {schema_id} is none of the frozen ones")
        return json.loads(earlier_schema_text(*self._by_id[schema_id]))


class RegistryIds:
    """The ids of a Schema Registry. What it knows is kept for the life of the object: an id never changes its meaning.

    What it does not know is asked for each time: remembered, an id sent before it is given out would stay refused.
    """

    def __init__(self, address: str) -> None:
        """Take the registry's URL; nothing is asked yet. Raises: OrynError without the client library."""
        try:
            import httpx2  # noqa: PLC0415  # an extra brings it: only who gives an address needs it
            from confluent_kafka import schema_registry  # noqa: PLC0415
        except ImportError as exc:
            raise OrynError("a Schema Registry needs the extra `registry`: pip install 'oryn[registry]'") from exc
        self._library = schema_registry
        self._no_answer = (httpx2.HTTPError, OSError)
        self._client = schema_registry.SchemaRegistryClient(
            {"url": address, "timeout": REGISTRY_TIMEOUT_S, "max.retries": REGISTRY_RETRIES}
        )
        self._ids: dict[str, int] = {}
        self._schemas: dict[int, Any] = {}

    def publish(self) -> dict[str, int]:
        """Set each subject's compatibility and register every present schema: topic -> id. Repeatable.

        Raises: RegistryUnavailable, or OrynError when the registry refuses a schema.
        """
        for topic in COMPATIBILITY:
            self._ids[topic] = self._register(topic)
        return dict(self._ids)

    def _register(self, topic: str) -> int:
        subject = subject_of(topic)
        self._ask(lambda: self._client.set_compatibility(subject, COMPATIBILITY[topic]))
        schema_id = self._ask(lambda: self._client.register_schema(subject, self._schema(topic)))
        if schema_id is None:
            raise OrynError(f"the Schema Registry does not take schemas for {subject}")
        return schema_id

    def id_of(self, topic: str) -> int:
        """The id that the registry gave the present schema. Raises: RegistryUnavailable, SchemaMissing."""
        known = self._ids.get(topic)
        if known is None:
            found = self._ask(lambda: self._client.lookup_schema(subject_of(topic), self._schema(topic)))
            if found is None or found.schema_id is None:
                raise SchemaMissing(f"the Schema Registry does not hold the present schema of {subject_of(topic)}")
            known = self._ids[topic] = found.schema_id
        return known

    def schema_of(self, schema_id: int) -> Json:
        """The registered schema of an id. Raises: Malformed, RegistryUnavailable."""
        if schema_id not in self._schemas:
            found = self._ask(lambda: self._client.get_schema(schema_id))
            if found is None:
                raise Malformed(f"schema id {schema_id} is unknown to the Schema Registry")
            try:
                self._schemas[schema_id] = json.loads(found.schema_str or "")
            except ValueError as exc:
                raise Malformed(f"schema id {schema_id} is no Avro schema") from exc
        return self._schemas[schema_id]

    def close(self) -> None:
        """End the connections. Repeatable."""
        self._client.close()

    def _schema(self, topic: str) -> Json:
        return self._library.Schema(schema_text(topic), "AVRO")

    def _ask(self, request: Callable[[], Answer]) -> Answer | None:
        """The registry's answer, or null where it says that there is no such thing."""
        try:
            return request()
        except self._library.SchemaRegistryError as exc:
            if exc.http_status_code == NOT_FOUND:
                return None
            if exc.http_status_code == TOO_MANY_REQUESTS or exc.http_status_code in SERVER_ERRORS:
                raise RegistryUnavailable(str(exc)) from exc
            raise OrynError(f"the Schema Registry refuses: {exc}") from exc
        except self._no_answer as exc:
            raise RegistryUnavailable(f"no answer from the Schema Registry: {exc}") from exc
