"""A verifier written from docs/journal.md alone: nothing of ours is imported, only JSON and SHA-256.

It proves that the document is enough, and that the vectors and the document agree. Numbers in the comments are the
document's sections.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Json: TypeAlias = Any
ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "schemas" / "vectors"
RECORDS: list[Json] = json.loads((VECTORS / "records.json").read_text(encoding="utf-8"))
BULLETINS: list[Json] = json.loads((VECTORS / "bulletins.json").read_text(encoding="utf-8"))
CHAIN = (VECTORS / "chain.jsonl").read_bytes().splitlines(keepends=True)
DOCUMENT = (ROOT / "docs" / "journal.md").read_text(encoding="utf-8")
ZEROS = "0" * 64
TIME = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}[+-][0-9]{2}:[0-9]{2}\Z")


class Broken(Exception):
    """The number of the rule of section 7 that a line breaks."""


# Section 4, rule 2, letter by letter: no library's idea of JSON strings is trusted here.
NAMED = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def text(value: str) -> str:
    return '"' + "".join(NAMED.get(c) or (f"\\u00{ord(c):02x}" if ord(c) < 0x20 else c) for c in value) + '"'


def canonical(value: Json) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(each) for each in value) + "]"
    members = sorted((name.encode(), name, each) for name, each in value.items() if each is not None)
    return "{" + ",".join(f"{text(name)}:{canonical(each)}" for _, name, each in members) + "}"


def sha256(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8")).hexdigest()


def canonical_record(record: Json) -> str:
    body = {name: each for name, each in record.items() if name != "hash"}
    body["cause"] = {name: each for name, each in record["cause"].items() if name not in ("partition", "offset")}
    return canonical(body)


def canonical_bulletin(locality: str, bulletin: Json) -> str:
    names = ("number", "date", "entries", "recalled", "previous_bulletin_hash")
    return canonical({"locality": locality} | {name: bulletin[name] for name in names})


def unique(pairs: list[tuple[str, Json]]) -> Json:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a repeated name")
    return dict(pairs)


class State:
    def __init__(self) -> None:
        self.sequence = 0
        self.hash = ZEROS
        self.time: datetime | None = None
        self.bulletin = 0
        self.bulletin_hash = ZEROS


def verify(lines: list[bytes]) -> dict[str, State]:
    """Section 7. Raises: Broken."""
    states: dict[str, State] = {}
    for line in lines:
        try:
            record = json.loads(line.decode("utf-8"), object_pairs_hook=unique)
        except ValueError as exc:
            raise Broken("1") from exc
        names = {"locality", "sequence", "time", "cause", "pack", "facts", "previous_hash", "hash"}
        if not isinstance(record, dict) or not names <= set(record):
            raise Broken("1")
        state = states.setdefault(record["locality"], State())
        check(record, state)
    return states


def check(record: Json, state: State) -> None:
    if record["sequence"] != state.sequence + 1:
        raise Broken("2")
    if record["previous_hash"] != state.hash:
        raise Broken("3")
    assert TIME.match(record["time"])
    time = datetime.fromisoformat(record["time"])
    if state.time is not None and time < state.time:
        raise Broken("4")
    if record["hash"] != sha256(canonical_record(record)):
        raise Broken("5")
    for fact in record["facts"]:
        if fact["type"] == "BulletinIssued":
            if fact["number"] != state.bulletin + 1 or fact["previous_bulletin_hash"] != state.bulletin_hash:
                raise Broken("6")
            if fact["bulletin_hash"] != sha256(canonical_bulletin(record["locality"], fact)):
                raise Broken("6")
            state.bulletin, state.bulletin_hash = fact["number"], fact["bulletin_hash"]
    state.sequence, state.hash, state.time = record["sequence"], record["hash"], time


def by_name(vector: Json) -> str:
    return str(vector["name"])


@pytest.mark.parametrize("vector", RECORDS, ids=by_name)
def test_the_document_gives_each_vectors_text_and_hash(vector: Json) -> None:
    assert canonical_record(vector["record"]) == vector["canonical"]
    assert sha256(vector["canonical"]) == vector["hash"]


@pytest.mark.parametrize("vector", BULLETINS, ids=by_name)
def test_the_document_gives_each_bulletins_text_and_hash(vector: Json) -> None:
    bulletin = vector["bulletin"]
    assert canonical_bulletin(bulletin["locality"], bulletin) == vector["canonical"]
    assert sha256(vector["canonical"]) == vector["hash"] == bulletin["bulletin_hash"]


def test_the_one_liner_that_the_document_names_gives_the_same_text() -> None:
    for vector in RECORDS:
        parsed = json.loads(vector["canonical"])
        assert json.dumps(parsed, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == vector["canonical"]


def test_the_documents_example_is_the_first_vector() -> None:
    blocks = re.findall(r"```\n(.*?)\n```", DOCUMENT, flags=re.DOTALL)
    assert blocks == [RECORDS[0]["canonical"], RECORDS[0]["hash"]]


def test_the_vectors_cover_every_escape_and_both_offsets_of_the_change() -> None:
    texts = "".join(vector["canonical"] for vector in RECORDS)
    for escape in (
        '\\"',
        "\\\\",
        "\\b",
        "\\t",
        "\\n",
        "\\f",
        "\\r",
        "\\u0000",
        "\\u000b",
        "\\u001f",
        "/",
        "\x7f",
        "\u2028",
        "😀",
    ):
        assert escape in texts
    assert "2024-02-29T23:30:00.000+06:00" in texts and "2024-02-29T23:30:00.000+05:00" in texts


def test_the_whole_chain_holds_and_ends_in_its_heads() -> None:
    states = verify(CHAIN)
    assert {locality: (state.sequence, state.bulletin) for locality, state in states.items()} == {
        "231010000": (2, 1),
        "710000000": (5, 2),
    }
    assert states["710000000"].hash == json.loads(CHAIN[-1])["hash"]


def test_a_null_member_means_the_same_as_none() -> None:
    line = CHAIN[0].replace(b'"pack":', b'"later":null,"pack":')
    assert line != CHAIN[0]
    assert verify([line, *CHAIN[1:]])


def resealed(line: bytes, change: Callable[[Json], None]) -> bytes:
    """A forger who also computes the changed record's own hash anew."""
    record = json.loads(line)
    change(record)
    record["hash"] = sha256(canonical_record(record))
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def later(record: Json) -> None:
    record["time"] = "2021-06-12T00:00:00.000+06:00"


def another_place(record: Json) -> None:
    record["facts"][0]["entries"][0]["place_id"] = "p-2"


def tampered() -> Iterator[tuple[str, list[bytes], str]]:
    first, second, third, fourth, *rest = CHAIN
    yield "a dropped record", [first, second, fourth, *rest], "2"
    yield "a first record dropped", [second, third, fourth, *rest], "2"
    yield "a repeated record", [first, second, third, third, fourth, *rest], "2"
    yield "two records of a locality swapped", [first, second, fourth, third, *rest], "2"
    yield "a changed letter", [first.replace("Балапан".encode(), "Балапын".encode()), *CHAIN[1:]], "5"
    yield "an added member", [first.replace(b'"pack":', b'"more":1,"pack":'), *CHAIN[1:]], "5"
    yield "a member added to a fact", [first.replace(b'"profiles":[]', b'"profiles":[],"x":[]'), *CHAIN[1:]], "5"
    yield (
        "an offset of another zone, same moment",
        [first.replace(b"09:14:00.000+06", b"08:14:00.000+05"), *CHAIN[1:]],
        "5",
    )
    yield "a changed sender", [first.replace(b"urn:oryn:example", b"urn:oryn:examplf"), *CHAIN[1:]], "5"
    yield "a repeated name", [first.replace(b'"pack":', b'"pack":"other","pack":'), *CHAIN[1:]], "1"
    yield "a line cut off", [*CHAIN[:-1], CHAIN[-1][:-20]], "1"
    yield "a changed record sealed anew", [resealed(first, later), *CHAIN[1:]], "3"
    yield "a time that goes back, sealed anew", [first, second, resealed(third, earlier)], "4"
    yield "a bulletin with another place, sealed anew", [first, second, third, resealed(fourth, another_place)], "6"


def earlier(record: Json) -> None:
    record["time"] = "2021-06-09T00:00:00.000+06:00"


@pytest.mark.parametrize(("lines", "rule"), [pytest.param(lines, rule, id=name) for name, lines, rule in tampered()])
def test_the_verifier_finds_the_fault_by_the_rule_that_the_document_names(lines: list[bytes], rule: str) -> None:
    assert lines != CHAIN
    with pytest.raises(Broken) as caught:
        verify(lines)
    assert str(caught.value) == rule


def test_where_a_record_stood_in_a_cluster_is_not_covered() -> None:
    moved = CHAIN[0].replace(b'"offset":1,', b'"offset":99,')
    assert moved != CHAIN[0]
    assert verify([moved, *CHAIN[1:]])


def test_a_cut_end_shows_against_a_known_head_only() -> None:
    head = json.loads(CHAIN[-1])["hash"]
    assert verify(CHAIN[:-1])["710000000"].hash != head
