"""docs/journal.md lists the facts, their members and the words exactly as the schema of the journal has them."""

import json
import re
from pathlib import Path
from typing import Any, TypeAlias

from schemas.ids import schema_text

Json: TypeAlias = Any
DOCUMENT = (Path(__file__).parents[2] / "docs" / "journal.md").read_text(encoding="utf-8")
SCHEMA = json.loads(schema_text("journal"))


def table(heading: str) -> dict[str, str]:
    """First cell -> second cell of the table under a head row."""
    rows = DOCUMENT.partition(f"| {heading} |")[2].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {first.strip("`"): second for first, second, *_ in cells}


def kind(schema: Json) -> str:
    match schema:
        case ["null", present]:
            return kind(present)
        case {"type": "array", "items": items}:
            return f"[{kind(items)}]"
        case {"logicalType": logical}:
            return {"date": "date", "timestamp-millis": "time"}[logical]
        case {"name": name}:
            return str(name)
    plain = {"string": "text", "long": "number", "int": "number", "boolean": "boolean"}
    return plain.get(schema) or schema.rpartition(".")[2]


def members(record: Json) -> str:
    return ", ".join(
        f"`{field['name']}`{'?' if isinstance(field['type'], list) else ''} {kind(field['type'])}"
        for field in record["fields"]
    )


def named_types(node: Json) -> dict[str, Json]:
    found = {}
    if isinstance(node, dict):
        if node.get("type") in ("record", "enum"):
            found[f"{node['namespace']}.{node['name']}"] = node
        for each in node.values():
            found |= named_types(each)
    elif isinstance(node, list):
        for each in node:
            found |= named_types(each)
    return found


NAMED = named_types(SCHEMA)


def test_the_facts_and_their_members() -> None:
    (facts,) = [field["type"]["items"] for field in SCHEMA["fields"] if field["name"] == "facts"]
    assert table("Fact") == {fact["name"]: members(fact) for fact in facts}


def test_the_objects_inside_of_facts() -> None:
    parts = ("oryn.facts.BulletinEntry", "oryn.facts.RecalledEntry", "oryn.events.Attendance")
    assert table("Part") == {NAMED[name]["name"]: members(NAMED[name]) for name in parts}
    facts = {variant["name"] for field in SCHEMA["fields"][5:6] for variant in field["type"]["items"]}
    records = {schema["name"] for schema in NAMED.values() if schema["type"] == "record"}
    assert records == facts | set(table("Part")) | {"Record", "Cause"}


def test_the_words() -> None:
    enums = [schema for schema in NAMED.values() if schema["type"] == "enum"]
    written = {name: re.findall(r"`([A-Z0-9_]+)`", words) for name, words in table("Word list").items()}
    assert written == {schema["name"]: schema["symbols"] for schema in enums}


def test_the_members_of_a_record() -> None:
    assert list(table("Member")) == [field["name"] for field in SCHEMA["fields"]]
    for field in NAMED["oryn.journal.Cause"]["fields"]:
        assert f"`{field['name']}`" in DOCUMENT
