"""Each schema against all its earlier versions, and the ids that are frozen for them."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import avro.schema
import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

from schemas.codec import event_codec, journal_codec
from schemas.errors import Malformed
from schemas.ids import (
    BACKWARD,
    COMPATIBILITY,
    FORWARD_AND_BACKWARD,
    FrozenIds,
    earlier_schema_text,
    fingerprint,
    frozen_table,
    schema_text,
    subject_of,
)
from schemas.ids_freeze import FOLDER, freeze

Json: TypeAlias = Any


def named_types(node: Json, found: dict[str, Json]) -> dict[str, Json]:
    """Full name -> schema of every named type."""
    if isinstance(node, dict):
        if node.get("type") in ("record", "enum"):
            found[f"{node['namespace']}.{node['name']}"] = node
        for each in node.values():
            named_types(each, found)
    elif isinstance(node, list):
        for each in node:
            named_types(each, found)
    return found


def own_logical_types(schema: Json) -> Iterator[str]:
    """The logical types of a field itself, not those inside of its records."""
    if isinstance(schema, list):
        for each in schema:
            yield from own_logical_types(each)
    elif isinstance(schema, dict) and schema["type"] == "array":
        yield from own_logical_types(schema["items"])
    elif isinstance(schema, dict) and "logicalType" in schema:
        yield schema["logicalType"]


def logical_types(text: str) -> dict[tuple[str, str], list[str]]:
    """(record, field) -> its logical types: what Avro's own rules don't look at."""
    kinds = {}
    for name, schema in named_types(json.loads(text), {}).items():
        for field in schema.get("fields", ()):
            kinds[name, field["name"]] = sorted(own_logical_types(field["type"]))
    return kinds


def breaks(reader: str, writer: str) -> list[str]:
    """What keeps a reader with one schema from everything that a writer with the other may write."""
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    result = checker.get_compatibility(avro.schema.parse(reader), avro.schema.parse(writer))
    found = []
    if result.compatibility is not SchemaCompatibilityType.compatible:
        found.append(f"{sorted(result.locations)}: {sorted(result.messages)}")
    read, written = logical_types(reader), logical_types(writer)
    found += [f"{where}: logical type" for where in read.keys() & written.keys() if read[where] != written[where]]
    return found


def incompatibilities(level: str, newer: str, older: str) -> list[str]:
    """What breaks the promise of a level between two versions."""
    found = [f"newer cannot read older: {each}" for each in breaks(newer, older)]
    if level == FORWARD_AND_BACKWARD:
        found += [f"older cannot read newer: {each}" for each in breaks(older, newer)]
    return found


@pytest.mark.parametrize("topic", COMPATIBILITY)
def test_every_version_is_compatible_with_all_before_it(topic: str) -> None:
    texts = [earlier_schema_text(topic, version) for version in sorted(frozen_table()[topic])]
    for index, newer in enumerate(texts):
        for older in texts[:index]:
            assert incompatibilities(COMPATIBILITY[topic], newer, older) == []
    assert incompatibilities(COMPATIBILITY[topic], schema_text(topic), texts[0]) == []


@pytest.mark.parametrize("topic", COMPATIBILITY)
def test_the_newest_version_is_the_present_schema(topic: str) -> None:
    newest = max(frozen_table()[topic])
    assert earlier_schema_text(topic, newest) == schema_text(topic), "run: python -m schemas.ids_freeze"


def test_every_version_has_one_id_for_ever_and_the_content_it_was_frozen_with() -> None:
    ids = []
    for topic, versions in frozen_table().items():
        assert sorted(versions) == list(range(1, len(versions) + 1))
        for version, (schema_id, mark) in versions.items():
            assert fingerprint(json.loads(earlier_schema_text(topic, version))) == mark, f"{topic} version {version}"
            ids.append(schema_id)
    assert len(set(ids)) == len(ids) and min(ids) > 0


def test_no_version_lies_outside_the_table_of_ids() -> None:
    history = FOLDER / "avro" / "history"
    on_disk = {path.relative_to(history).as_posix() for path in history.rglob("*.avsc")}
    frozen = frozen_table().items()
    assert on_disk == {f"{subject_of(topic)}/v{version}.avsc" for topic, versions in frozen for version in versions}


def test_the_frozen_ids_lead_to_their_schemas_and_no_other_does() -> None:
    ids = FrozenIds()
    for topic in COMPATIBILITY:
        assert ids.schema_of(ids.id_of(topic)) == json.loads(schema_text(topic))
    with pytest.raises(Malformed, match="none of the frozen ones"):
        ids.schema_of(999)


# ------------------------------------------------------------------------------------- what the checker finds


def field_of(schema: Json, record: str, field: str) -> Json:
    (found,) = [each for each in named_types(schema, {})[record]["fields"] if each["name"] == field]
    return found


def remove_required_field(schema: Json) -> None:
    fields = named_types(schema, {})["oryn.facts.AccessGranted"]["fields"]
    fields[:] = [each for each in fields if each["name"] != "places"]


def add_required_field(schema: Json) -> None:
    named_types(schema, {})["oryn.facts.PlaceOpened"]["fields"].append({"name": "more", "type": "string", "doc": "."})


def add_optional_field(schema: Json) -> None:
    fields = named_types(schema, {})["oryn.facts.PlaceOpened"]["fields"]
    fields.append({"name": "more", "type": ["null", "string"], "default": None, "doc": "."})


def rename_field(schema: Json) -> None:
    field_of(schema, "oryn.facts.PlaceOpened", "place_id")["name"] = "place"


def change_type(schema: Json) -> None:
    field_of(schema, "oryn.facts.PlaceOpened", "place_id")["type"] = "long"


def change_logical_type(schema: Json) -> None:
    field_of(schema, "oryn.facts.PlacePrioritised", "until")["type"] = "long"


def make_required(schema: Json) -> None:
    field = field_of(schema, "oryn.journal.Record", "hash")
    del field["default"]
    field["type"] = "string"


def add_symbol(schema: Json) -> None:
    named_types(schema, {})["oryn.words.How"]["symbols"].append("BY_LOT")


def remove_symbol(schema: Json) -> None:
    named_types(schema, {})["oryn.words.How"]["symbols"].remove("AUTOMATIC")


def fact_variants(schema: Json) -> list[Json]:
    variants: list[Json] = field_of(schema, "oryn.journal.Record", "facts")["type"]["items"]
    return variants


def add_variant(schema: Json) -> None:
    new = {"type": "record", "name": "New", "namespace": "oryn.facts", "doc": ".", "fields": []}
    fact_variants(schema).append(new)


def remove_variant(schema: Json) -> None:
    fact_variants(schema)[:] = [each for each in fact_variants(schema) if each["name"] != "PlaceEnded"]


Change = Callable[[Json], None]
ALLOWED: tuple[Change, ...] = (add_optional_field,)
# Of these only the older reader suffers, so they are allowed where the reader is upgraded first.
FOR_THE_OLDER_READER: tuple[Change, ...] = (remove_required_field, add_symbol, add_variant)
BREAKING: tuple[Change, ...] = (
    add_required_field,
    rename_field,
    change_type,
    change_logical_type,
    make_required,
    remove_symbol,
    remove_variant,
)


def changed(change: Change) -> tuple[str, str]:
    older = json.loads(schema_text("journal"))
    newer = copy.deepcopy(older)
    change(newer)
    assert newer != older
    return json.dumps(newer), json.dumps(older)


@pytest.mark.parametrize("change", ALLOWED)
def test_the_checker_lets_pass_what_is_compatible(change: Change) -> None:
    assert incompatibilities(FORWARD_AND_BACKWARD, *changed(change)) == []


@pytest.mark.parametrize("change", BREAKING)
def test_the_checker_finds_what_breaks_the_newer_reader(change: Change) -> None:
    assert incompatibilities(BACKWARD, *changed(change))
    assert incompatibilities(FORWARD_AND_BACKWARD, *changed(change))


@pytest.mark.parametrize("change", FOR_THE_OLDER_READER)
def test_the_checker_finds_what_breaks_the_older_reader(change: Change) -> None:
    assert incompatibilities(BACKWARD, *changed(change)) == []
    assert incompatibilities(FORWARD_AND_BACKWARD, *changed(change))


def test_the_fingerprint_ignores_documentation_and_nothing_else() -> None:
    schema = json.loads(schema_text("journal"))
    mark = fingerprint(schema)
    schema["doc"] = "other words"
    assert fingerprint(schema) == mark
    for change in ALLOWED + FOR_THE_OLDER_READER + BREAKING:
        newer, _ = changed(change)
        assert fingerprint(json.loads(newer)) != mark, change.__name__


# --------------------------------------------------------------------------------------------------- freezing


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "avro").mkdir()
    for topic in COMPATIBILITY:
        (tmp_path / "avro" / f"{topic}.avsc").write_text(schema_text(topic), encoding="utf-8")
    freeze(tmp_path, amend=False)
    yield tmp_path


def edit(folder: Path, change: Change) -> None:
    path = folder / "avro" / "journal.avsc"
    schema = json.loads(path.read_text(encoding="utf-8"))
    change(schema)
    path.write_text(json.dumps(schema), encoding="utf-8")


def table_of(folder: Path) -> Json:
    return json.loads((folder / "ids.json").read_text(encoding="utf-8"))["journal-value"]


def test_freezing_twice_changes_nothing(folder: Path) -> None:
    assert freeze(folder, amend=False) == []


def test_a_changed_schema_gets_a_new_version_and_a_new_id_and_the_old_one_stays(folder: Path) -> None:
    before = table_of(folder)
    edit(folder, add_optional_field)
    assert freeze(folder, amend=False) == [f"journal-value version 2: id {len(COMPATIBILITY) + 1}"]
    assert table_of(folder)["1"] == before["1"]
    history = folder / "avro" / "history" / "journal-value"
    assert (history / "v1.avsc").read_text(encoding="utf-8") == schema_text("journal")
    assert incompatibilities(
        FORWARD_AND_BACKWARD,
        (history / "v2.avsc").read_text(encoding="utf-8"),
        (history / "v1.avsc").read_text(encoding="utf-8"),
    ) == []  # fmt: skip


def test_changed_documentation_keeps_version_and_id(folder: Path) -> None:
    before = table_of(folder)
    edit(folder, lambda schema: schema.update(doc="other words"))
    assert len(freeze(folder, amend=False)) == 1
    assert table_of(folder) == before


def test_amending_replaces_the_newest_version_under_its_id(folder: Path) -> None:
    before = table_of(folder)
    edit(folder, rename_field)
    assert freeze(folder, amend=True) == [f"journal-value version 1: id {before['1']['id']}"]
    assert list(table_of(folder)) == ["1"]
    assert table_of(folder)["1"]["fingerprint"] != before["1"]["fingerprint"]


def test_the_codecs_write_with_the_newest_frozen_id() -> None:
    ids = FrozenIds()
    for topic, codec in (("journal", journal_codec(ids)), ("vacancy-recalls", event_codec("vacancy-recalls", ids))):
        assert codec.topic == topic
        assert ids.id_of(topic) == frozen_table()[topic][max(frozen_table()[topic])][0]
