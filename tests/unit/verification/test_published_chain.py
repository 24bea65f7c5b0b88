"""Published bulletins by themselves: what is missing, changed or out of its place is found without a journal."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from consumers.verification.bulletins import read_published
from consumers.verification.form import bulletin_hash
from consumers.verification.published_chain import Chain, check_chains
from schemas.errors import Malformed
from schemas.journal import GENESIS_HASH

ASTANA, VILLAGE = "710000000", "113230100"
Json = dict[str, Any]


def bulletins(locality: str, count: int) -> list[Json]:
    """A chain of empty bulletins from 10 June 2021 on."""
    found: list[Json] = []
    before = GENESIS_HASH
    for number in range(1, count + 1):
        day = datetime.date(2021, 6, 9) + datetime.timedelta(days=number)
        bulletin: Json = {
            "locality": locality,
            "number": number,
            "date": day.isoformat(),
            "entries": [],
            "recalled": [{"place_id": f"p{number}", "reason": "QUARANTINE", "at": f"{day}T10:00:00.000+06:00"}],
            "previous_bulletin_hash": before,
        }
        found.append(sealed(bulletin))
        before = bulletin["bulletin_hash"]
    return found


def sealed(bulletin: Json) -> Json:
    """With the hash that its content gives."""
    bulletin["bulletin_hash"] = bulletin_hash(bulletin["locality"], bulletin)
    return bulletin


def published(folder: Path, *chains: list[Json]) -> Path:
    for chain in chains:
        for each in chain:
            path = folder / each["locality"] / f"bulletin-{each['number']:05}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(msgspec.json.encode(each))
    return folder


def test_whole_chains_hold_and_are_told(tmp_path: Path) -> None:
    astana, village = bulletins(ASTANA, 5), bulletins(VILLAGE, 3)
    chains, findings = check_chains(read_published(published(tmp_path, astana, village)))
    assert findings == []
    assert chains == [
        Chain(VILLAGE, 3, 1, 3, "2021-06-12", village[-1]["bulletin_hash"]),
        Chain(ASTANA, 5, 1, 5, "2021-06-14", astana[-1]["bulletin_hash"]),
    ]


def test_a_chain_may_begin_later(tmp_path: Path) -> None:
    chains, findings = check_chains(read_published(published(tmp_path, bulletins(ASTANA, 5)[2:])))
    assert findings == []
    assert (chains[0].first, chains[0].count) == (3, 3)


def _without(chain: list[Json]) -> list[Json]:
    return [each for each in chain if each["number"] != 3]


def _exchanged(chain: list[Json]) -> list[Json]:
    """Another bulletin 2 with a hash that fits its content: the third names the old one."""
    chain[1]["recalled"] = []
    sealed(chain[1])
    return chain


def _not_the_first(chain: list[Json]) -> list[Json]:
    chain[0]["previous_bulletin_hash"] = "1" * 64
    return [sealed(chain[0])]


def _later(chain: list[Json]) -> list[Json]:
    chain[4]["date"] = "2021-06-20"
    sealed(chain[4])
    return chain


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (_without, "bulletin 3 is missing"),
        (_exchanged, "bulletin 3 does not name the hash of the one before it"),
        (_not_the_first, "bulletin 1 does not name the hash of the one before it"),
        (_later, "bulletin 5 is not of the day after the one before it"),
    ],
)
def test_what_does_not_follow_is_named(tmp_path: Path, change: Callable[[list[Json]], list[Json]], text: str) -> None:
    folder = published(tmp_path, change(bulletins(ASTANA, 5)), bulletins(VILLAGE, 2))
    _, findings = check_chains(read_published(folder))
    assert [(each.locality, each.text) for each in findings] == [(ASTANA, text)]


def test_a_changed_content_is_seen_at_once(tmp_path: Path) -> None:
    chain = bulletins(ASTANA, 2)
    chain[0]["recalled"] = []
    with pytest.raises(Malformed, match="its content gives another hash"):
        read_published(published(tmp_path, chain))
