"""Tools of the tamper tests: read, seal anew by an encoding of their own, and run the check. Never uses our codec."""

import io
import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from consumers.verification.verify import Options, Report, verify

Json = dict[str, Any]


def check(lines: Iterable[bytes], options: Options | None = None) -> Report:
    """The report on a journal of these lines."""
    return verify(io.BytesIO(b"".join(line + b"\n" for line in lines)), options)


def canonical(value: Any) -> bytes:
    """Members sorted by name, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical encoding."""
    return sha256(canonical(value)).hexdigest()


def parsed(lines: Iterable[bytes]) -> list[Json]:
    """The records as plain JSON."""
    return [json.loads(line) for line in lines]


def sealed(records: list[Json]) -> list[bytes]:
    """The records of one locality with new sequences, hashes and bulletin hashes: what a careful forger would write."""
    previous, bulletin, out = "0" * 64, "0" * 64, []
    for sequence, given in enumerate(records, start=1):
        record = json.loads(json.dumps(given))
        record.pop("hash")
        record["sequence"], record["previous_hash"] = sequence, previous
        for fact in record["facts"]:
            if fact["type"] == "BulletinIssued":
                fact["previous_bulletin_hash"] = bulletin
                names = ("number", "date", "entries", "recalled", "previous_bulletin_hash")
                bulletin = digest({"locality": record["locality"], **{name: fact[name] for name in names}})
                fact["bulletin_hash"] = bulletin
        body = json.loads(json.dumps(record))
        for name in ("partition", "offset"):
            body["cause"].pop(name, None)
        record["hash"] = previous = digest(body)
        out.append(canonical(record))
    return out


def forged(records: list[Json], change: Callable[[list[Json]], None]) -> list[bytes]:
    """A copy of the records, changed and sealed anew."""
    copy = json.loads(json.dumps(records))
    change(copy)
    return sealed(copy)


def facts(records: list[Json], kind: str) -> list[tuple[int, Json]]:
    """(index of the record, fact) of each fact of a kind."""
    return [(index, fact) for index, record in enumerate(records) for fact in record["facts"] if fact["type"] == kind]


def essence(line: bytes) -> Json | None:
    """What the hash of a line covers; none when it is not JSON."""
    try:
        record: Json = json.loads(line)
    except ValueError:
        return None
    for name in ("partition", "offset"):
        record.get("cause", {}).pop(name, None)
    return record
