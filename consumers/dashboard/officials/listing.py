"""The lists behind the figures as tables of a page: `?table=late&day=2021-06-03&until=2021-06-09`.

Owns how an address names a window and what narrows a list, and how a row's ids lead on. A window that can't be is not
there, as a page that can't be. Never decides who may see a list: `Page.table_views` does.
"""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, LiteralString, overload

from consumers.dashboard.access import REGION_DIGITS, View
from consumers.dashboard.officials.records import LISTS, Found, Kind, RecordList, Window, days, select
from consumers.dashboard.officials.records import Column as Listed
from consumers.dashboard.pages import Column, Link, LoadTable, NotThere, Params, Query, Row, Table
from consumers.dashboard.routes import PARTS, link
from consumers.dashboard.sources import Sources, rows
from consumers.dashboard.words import Words, shown

OFFICES: Final = frozenset({View.OFFICIAL, View.AUDITOR})
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_WORD: Final = re.compile(r"[A-Z_]{1,40}")
# Words of an address -> keys of the lists.
_KEYS: Final[Mapping[str, str]] = {
    "q": "queue",
    "org": "organisation",
    "stage": "stage",
    "reason": "reason",
    "group": "group",
    "state": "state",
    "source": "source",
    "bound": "bound",
    "how": "how",
}
QUERY: Final[Mapping[str, Query]] = {
    "day": Query(DAY),
    "until": Query(DAY),
    **{name: Query(_TEXT if name in ("q", "org", "source") else _WORD) for name in _KEYS},
}
TABLE_VIEWS: Final = {name: OFFICES for name in LISTS}
_KINDS: Final[Mapping[Kind, str]] = {
    Kind.RECORD: "number",
    Kind.MOMENT: "moment",
    Kind.DATE: "day",
    Kind.COUNT: "number",
    Kind.HOURS: "number",
    Kind.APPLICATION: "id",
    Kind.PLACE: "id",
    Kind.ORGANISATION: "id",
}
# Columns of words: which enumeration they are of.
_WORDS: Final[Mapping[str, str]] = {
    "how": "How",
    "cause": "EndCause",
    "access-state": "AccessState",
    "stage": "Stage",
    "admission": "Admission",
    "recall-reason": "RecallReason",
    "from-state": "State",
    "to-state": "State",
    "state": "State",
    "service-stage": "ServiceStage",
    "bound": "Bound",
    "group": "Group",
    "rejection": "Rejection",
}


class Rows(Sequence[Row]):
    """The rows of a long list, made when they are looked at: a page shows two hundred of thousands."""

    def __init__(self, found: Sequence[Any], make: Callable[[Any], Row]) -> None:
        """`make`: the row of what was found."""
        self._found, self._make = found, make

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self._make(each) for each in self._found[index]]
        return self._make(self._found[index])

    def __iter__(self) -> Iterator[Row]:
        return map(self._make, self._found)


def lists() -> dict[str, LoadTable]:
    """All lists, for `Page.tables`: of the nation, of a region, or of a locality, as the page's address says."""
    return {name: _loader(each) for name, each in LISTS.items()}


def window_of(params: Params) -> Window | None:
    """The days that an address names, both in the window; one alone is that day. Raises: NotThere."""
    first, last = params.get("day") or params.get("until", ""), params.get("until") or params.get("day", "")
    if not first:
        return None
    try:
        found = days(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))
    except (ValueError, OverflowError) as exc:
        raise NotThere(first) from exc
    if found.end <= found.first:
        raise NotThere(last)
    return found


def _loader(which: RecordList) -> LoadTable:
    def load(sources: Sources, params: Params, view: View, w: Words) -> Table:
        window = window_of(params)
        keys = {_KEYS[name]: params[name] for name in _KEYS if params.get(name)}
        area = params.get("locality") or params.get("region", "")
        with sources.registers() as connection:
            found = select(connection, which, area, window=window, keys=keys)
            names = _names(connection, which, found)
        return _table(which, found, window, area, names, w)

    return load


_NAMES: LiteralString = (
    "SELECT o.locality, o.organisation_id, o.name FROM organisations o"
    " JOIN unnest(%s::text[], %s::text[]) n(locality, organisation_id) USING (locality, organisation_id)"
)


def _names(connection: Any, which: RecordList, found: Found) -> dict[tuple[str, str], str]:
    """What the organisations of a list are called."""
    indexes = {each.name: index for index, each in enumerate(which.columns)}
    if "organisation" not in indexes:
        return {}
    place, owner = indexes["locality"], indexes["organisation"]
    wanted = sorted({(each[place], each[owner]) for each in found.rows if each[owner]})
    named = rows(connection, _NAMES, ([each[0] for each in wanted], [each[1] for each in wanted]))
    return {(locality, organisation): name for locality, organisation, name in named}


def _table(
    which: RecordList, found: Found, window: Window | None, area: str, names: Mapping[tuple[str, str], str], w: Words
) -> Table:
    # In one locality its column would say the same in every row.
    kept = [
        (index, each)
        for index, each in enumerate(which.columns)
        if len(area) <= REGION_DIGITS or each.kind is not Kind.LOCALITY
    ]
    columns = [
        Column(each.name.replace("-", "_"), w.say(f"listed-{each.name}"), _KINDS.get(each.kind, "text"))
        for _, each in kept
    ]
    home = next(index for index, each in enumerate(which.columns) if each.kind is Kind.LOCALITY)
    out = Rows(found.rows, lambda row: [_cell(row[index], each, row[home], names, w) for index, each in kept])
    return Table(_caption(which, window, w), columns, out, w.say("list-empty"), found.total)


def _caption(which: RecordList, window: Window | None, w: Words) -> str:
    name = w.say(f"list-{which.name}")
    if window is None or which.moment is None:
        return name
    last = (window.end - datetime.timedelta(days=1)).date()
    return w.say("list-window", list=name, first=w.short_day(window.first.date()), last=w.short_day(last))


def _cell(value: Any, column: Listed, locality: str, names: Mapping[tuple[str, str], str], w: Words) -> Any:
    match column.kind:
        case _ if value is None:
            return None
        case Kind.LOCALITY:
            return Link(w.locality_short(value), link(w.language, "locality", locality=value))
        case Kind.APPLICATION | Kind.PLACE | Kind.ORGANISATION:
            return linked(w, column.name, locality, value, names.get((locality, value)))
        case Kind.QUEUE:
            return queue_link(w, locality, value)
        case Kind.RECORD:
            return Link(str(value), link(w.language, "record", locality=locality, sequence=value))
        case Kind.WORD:
            return _reason(w, value) if column.name == "reason" else w.symbol(_WORDS[column.name], value)
        case _:
            return round(value, 1) if column.kind is Kind.HOURS else value


def linked(w: Words, page: str, locality: str, key: str, text: str | None = None) -> Link | str:
    """An id that leads to its page; one that can stand in no address stands for itself."""
    if not PARTS[page].fullmatch(key):
        return text or key
    return Link(text or key, link(w.language, page, locality=locality, **{page: key}))


def queue_link(w: Words, locality: str, queue: str, names: Mapping[str, str] | None = None) -> Link | str:
    """A queue in words, leading to its page. `names`: what organisations are called, by their ids."""
    owner = queue.split("/")[1] if queue.count("/") > 1 else ""
    text = w.queue(queue, (names or {}).get(owner))
    if not PARTS["queue"].fullmatch(queue):
        return text
    return Link(text, link(w.language, "queue", locality=locality, queue=queue))


# Why an application changed: words of three enumerations that share no word but those that mean the same.
_REASONS: Final = ("ArchiveReason", "EndCause", "RefusalReason", "How")


def _reason(w: Words, value: str) -> str:
    for kind in _REASONS:
        if w.has(f"{kind}-{value}"):
            return w.symbol(kind, value)
    return shown(value)
