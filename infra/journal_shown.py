"""Records of a journal for the eyes: one in full, or one a line. Never decides what is shown, and never paints on a
terminal what a record says."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from infra.output import MISSING, printable

ITEMS_SHOWN_MAX: Final = 10
Json = dict[str, Any]


def in_one_line(record: Json) -> str:
    """When, where, which record, what it answers, and what followed: for a log that runs by."""
    counts = Counter(fact["type"] for fact in record["facts"])
    followed = ", ".join(kind if count == 1 else f"{kind} ×{count}" for kind, count in counts.items()) or "nothing"
    cause = record["cause"]
    answered = f"{cause['timer']} {cause['subject']}" if "timer" in cause else f"{cause['type']} {cause['event_id']}"
    return _clean(f"{record['time']}  {record['locality']}  {record['sequence']}  {answered} → {followed}")


def in_full(record: Json, place: str | None) -> Iterator[str]:
    """A record, member by member, fact by fact. `place`: where it stands, if in a topic."""
    cause = record["cause"]
    yield _clean(f"Record {record['sequence']} of {record['locality']}")
    yield _clean(f"  time      {record['time']}")
    if "timer" in cause:
        yield _clean(f"  cause     timer {cause['timer']}, subject {cause['subject']}, due {cause['due']}")
    else:
        where = f" (partition {cause['partition']}, offset {cause['offset']})" if "offset" in cause else ""
        yield _clean(f"  cause     {cause['type']} {cause['event_id']} of {cause['source']}")
        yield _clean(f"  from      {cause['topic']}{where}")
    yield _clean(f"  pack      {record['pack']}")
    if place is not None:
        yield _clean(f"  stands    {place}")
    yield f"  facts     {len(record['facts'])}"
    for number, fact in enumerate(record["facts"], start=1):
        yield _clean(f"  {number:>5}  {fact['type']}")
        for name, value in fact.items():
            if name != "type":
                yield from _member(name, value)
    yield _clean(f"  previous  {record['previous_hash']}")
    yield _clean(f"  hash      {record['hash']}")


def _member(name: str, value: object) -> Iterator[str]:
    if not isinstance(value, list) or not value:
        yield _clean(f"         {name}: {_text(value)}")
        return
    yield _clean(f"         {name}: {len(value)}")
    for each in value[:ITEMS_SHOWN_MAX]:
        yield _clean(f"           - {_text(each)}")
    if len(value) > ITEMS_SHOWN_MAX:
        yield f"           … and {len(value) - ITEMS_SHOWN_MAX} more (--json shows all)"


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return "; ".join(map(_text, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _clean(text: str) -> str:
    return printable(text).replace("\n", MISSING)
