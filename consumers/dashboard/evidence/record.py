"""The page of a journal record: what it did to the registers, when, why, and how to check it. For offices."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.evidence.application_tables import acted, result_words
from consumers.dashboard.evidence.paths import above
from consumers.dashboard.evidence.record_rows import BY_NAME, KINDS, Kind, cause_of, found_by, time_of
from consumers.dashboard.evidence.snapshot import Head, head_of
from consumers.dashboard.pages import Cell, Column, Content, Link, NotThere, Page, Params, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Sources
from consumers.dashboard.words import Words
from schemas.words import Group

# Rows of each list on the page; an opening may grant a thousand accesses in one record.
SHOWN: Final = 25
# Column -> how it is written, where that is not as text.
_TYPES: Final = {
    "at": "moment", "until": "deadline", "access_until": "deadline", "window_until": "deadline",
    "documents_until": "deadline", "due": "deadline", "referral": "number", "number": "number", "places": "number",
    "recalled": "number", "bulletin": "number", "application_id": "id", "place_id": "id", "organisation_id": "id",
}  # fmt: skip
# Column -> the words of its symbols.
_SYMBOLS: Final = {
    "from_state": "State", "to_state": "State", "state": "State", "stage": "Stage", "referral_state": "ev-referral",
    "access_state": "AccessState", "cause": "EndCause", "event": "EventType", "timer": "ev-timer",
    "rejection": "Rejection", "service_stage": "ServiceStage", "bound": "Bound", "ownership": "Ownership",
    "organisation_kind": "OrganisationKind",
}  # fmt: skip
# Column -> the page that it leads to, and the part of its address.
_LINKS: Final = {
    "application_id": ("application", "application"),
    "place_id": ("place", "place"),
    "organisation_id": ("organisation", "organisation"),
    "bulletin": ("bulletin", "number"),
}


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:  # one form for all
    """The page. Raises: NotThere for a record that the registers have not come to."""
    locality, record = params["locality"], int(params["sequence"])
    with sources.registers() as connection:
        head = _head(head_of(connection, locality), record)
        found = {each.name: found_by(connection, each, locality, record) for each in KINDS}
    event, timer = cause_of(found)
    at = time_of(found)
    tables = {
        name: table_of(BY_NAME[name], rows[:SHOWN], w, locality, len(rows)) for name, rows in found.items() if rows
    }
    values = {
        "record": record,
        "locality": locality,
        "at": at,
        "cause": acted(event, timer, w) if event or timer else "",
        "by_event": event is not None,
        "lists": list(tables),
        "previous": link(w.language, "record", locality=locality, sequence=record - 1) if record > 1 else "",
        "following": link(w.language, "record", locality=locality, sequence=record + 1)
        if record < head.records
        else "",
        "count": sum(len(each) for each in found.values()),
    }
    return Content(
        w.say("ev-record-title", record=str(record)),
        values,
        tables,
        crumbs=above(w, locality),
        until=head.until,
        description=w.say("ev-record-lede"),
    )


def _head(head: Head, record: int) -> Head:
    if record > head.records:
        raise NotThere(str(record))
    return head


def table_of(kind: Kind, found: Sequence[tuple[Any, ...]], w: Words, locality: str, total: int) -> Table:
    """One list of a record."""
    columns = [Column(name, w.say(f"ev-column-{_title(name)}"), _TYPES.get(name, "text")) for name in kind.columns]
    rows = [[_cell(name, value, w, locality) for name, value in zip(kind.columns, row, strict=True)] for row in found]
    return Table(w.say(f"ev-record-{kind.name}"), columns, rows, "", total)


def _title(name: str) -> str:
    return {"application_id": "application", "place_id": "place", "organisation_id": "organisation"}.get(
        name, name.replace("_", "-")
    )


def _cell(name: str, value: Any, w: Words, locality: str) -> Cell:
    if value is None:
        return None
    if name in _LINKS:
        page, part = _LINKS[name]
        return Link(str(value), link(w.language, page, locality=locality, **{part: value}))
    if name == "queue":
        return Link(w.queue(value), link(w.language, "queue", locality=locality, queue=value))
    if name in ("group", "from_group", "to_group"):
        return w.word(Group(value))
    if name in ("reason", "result"):
        return result_words(value, w)
    return w.symbol(_SYMBOLS[name], value) if name in _SYMBOLS else value


def _loader(kind: Kind) -> Callable[[Sources, Params, View, Words], Table]:
    def load_list(sources: Sources, params: Params, view: View, w: Words) -> Table:  # one form for all
        with sources.registers() as connection:
            head = _head(head_of(connection, params["locality"]), int(params["sequence"]))
            found = found_by(connection, kind, head.locality, int(params["sequence"]))
        return table_of(kind, found, w, head.locality, len(found))

    return load_list


PAGES: Final = [
    Page(
        "record",
        load,
        "record.html",
        tables={each.name: _loader(each) for each in KINDS},
    )
]
