"""Reads events of one type from a table (CSV): a header row, then one event a row (docs/publishing.md).

Owns how a cell becomes a field. Never decides whether an event is right: bounds are those of the types.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, BinaryIO, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from infra.events_file import Problem, Progress
from producers.client.event_ids import new_event_id
from schemas.errors import Malformed, OrynError
from schemas.events import EVENTS_BY_TOPIC, Event, EventData
from schemas.instants import Instant, parse_instant

DELIMITERS: Final = (",", ";", "\t")
ITEMS: Final = "|"
PARTS: Final = "/"
ENVELOPE: Final = ("id", "source", "locality", "time")
DIGEST_CHARACTERS: Final = 16
PROGRESS_ROWS: Final = 1_000
# Type's name -> topic and type; those that several topics carry can't be told from their name.
_NAMES: Final = [kind.__name__ for kinds in EVENTS_BY_TOPIC.values() for kind in kinds]
TABLE_TYPES: Final = {
    kind.__name__: (topic, kind)
    for topic, kinds in EVENTS_BY_TOPIC.items()
    for kind in kinds
    if _NAMES.count(kind.__name__) == 1
}


class BadTable(OrynError):
    """A table whose header row does not fit: nothing of it is read."""


@dataclass(frozen=True, slots=True)
class TableForm:
    """What the command line says about a table. `digest`: of the file's content, if it is known before it is read."""

    type: str
    source: str | None = None
    locality: str | None = None
    digest: str | None = None
    needs_time: bool = False


def columns_of(type_name: str) -> tuple[list[str], list[str]]:
    """The columns that a table of this type must have, and those that it may have, beside the envelope's."""
    fields = msgspec.structs.fields(TABLE_TYPES[type_name][1])
    return [each.encode_name for each in fields if each.required], [
        each.encode_name for each in fields if not each.required
    ]


def read_table(
    stream: BinaryIO, form: TableForm, now: Callable[[], Instant], problem: Problem, progress: Progress
) -> Iterator[Event]:
    """The events of a table; `offset` is the number of its last line from 0, partition 0.

    A row without an id gets one made of the content of the file and its line, so that the same file gives the same
    ids wherever it is read; from standard input it gets a new one. `problem(line, text)` is called for every malformed
    row, by its last line from 1, and may raise to stop. Raises: BadTable.
    """
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    first = text.readline()
    delimiter = max(DELIMITERS, key=first.count)
    header = [each.strip() for each in next(csv.reader([first], delimiter=delimiter), [])]
    _check_header(header, form)
    topic, kind = TABLE_TYPES[form.type]
    cells = {each.encode_name: _cell_reader(kind, each.name) for each in msgspec.structs.fields(kind)}
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    read = len(first)
    while True:
        line = rows.line_num + 2  # of the row that comes, if it has one line; the header is line 1
        try:
            row = next(rows, None)
            if row is None:
                break
            line = rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            read += sum(map(len, row)) + len(row)
            if line % PROGRESS_ROWS == 0:
                progress(read)
                read = 0
            named = _named_cells(header, row)
            yield _event(named, form, topic, _data(kind, cells, named), now, line)
        except (Malformed, csv.Error) as exc:
            problem(line, str(exc))
    progress(read)


def _check_header(header: Sequence[str], form: TableForm) -> None:
    required, optional = columns_of(form.type)
    wanted = [*required, *optional, *ENVELOPE]
    unknown = [each for each in header if each not in wanted]
    repeated = sorted({each for each in header if header.count(each) > 1})
    missing = [each for each in required if each not in header]
    missing += [
        each
        for each, given in (("source", form.source), ("locality", form.locality))
        if not given and each not in header
    ]
    if form.needs_time and "time" not in header:
        missing.append("time")
    faults = [
        f"{what}: {', '.join(map(repr, names))}"
        for what, names in (("unknown columns", unknown), ("repeated", repeated), ("missing columns", missing))
        if names
    ]
    if faults:
        raise BadTable(f"a table of {form.type}: {'; '.join(faults)}. Its columns: {', '.join(wanted)}")


def _named_cells(header: Sequence[str], row: Sequence[str]) -> Mapping[str, str]:
    if len(row) != len(header):
        raise Malformed(f"{len(row)} cells, but the header row has {len(header)}")
    return {name: cell.strip() for name, cell in zip(header, row, strict=True)}


def _data(kind: type[EventData], cells: Mapping[str, Callable[[str], Any]], named: Mapping[str, str]) -> EventData:
    tree = {}
    for name, read in cells.items():
        value = read(named.get(name, ""))
        if value is not None:
            tree[name] = value
    try:
        return msgspec.convert(tree, kind, strict=False, dec_hook=_decode_hook)
    except (msgspec.ValidationError, OverflowError) as exc:
        raise Malformed(str(exc)) from exc


def _event(
    named: Mapping[str, str], form: TableForm, topic: str, data: EventData, now: Callable[[], Instant], line: int
) -> Event:
    time = now()
    if named.get("time"):
        try:
            time = parse_instant(named["time"])
        except (ValueError, OverflowError) as exc:
            raise Malformed(f"{exc} - at `time`") from exc
    elif form.needs_time:
        raise Malformed("no time - at `time`")
    made = f"{form.digest[:DIGEST_CHARACTERS]}-{line}" if form.digest else new_event_id()
    return Event(
        topic=topic,
        time=time,
        event_id=named.get("id") or made,
        source=named.get("source") or form.source or "",
        locality=named.get("locality") or form.locality or "",
        data=data,
        partition=0,
        offset=line - 1,
    )


def _decode_hook(kind: type, value: object) -> Instant:
    if kind is Instant and isinstance(value, str):
        return parse_instant(value)
    raise ValueError("expected an ISO 8601 time with an offset")


def _cell_reader(kind: type[EventData], name: str) -> Callable[[str], Any]:
    """How to read the cells of one column: null where the field is to be left out."""
    required = next(each.required for each in msgspec.structs.fields(kind) if each.name == name)
    item = _item_of(get_type_hints(kind)[name])
    if item is None:
        # An empty cell of a field that must be there is an empty text, and the type says whether that will do.
        return (lambda cell: cell) if required else (lambda cell: cell or None)
    if not (isinstance(item, type) and issubclass(item, msgspec.Struct)):
        return lambda cell: [part.strip() for part in cell.split(ITEMS)] if cell else ([] if required else None)
    names = [each.encode_name for each in msgspec.structs.fields(item)]
    return lambda cell: [_parts(names, part) for part in cell.split(ITEMS)] if cell else ([] if required else None)


def _item_of(hint: Any) -> Any:
    """The type of a list's items; null for what is no list."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, UnionType):
        return next((found for each in get_args(hint) if (found := _item_of(each)) is not None), None)
    return get_args(hint)[0] if get_origin(hint) is tuple else None


def _parts(names: Sequence[str], text: str) -> dict[str, str]:
    parts = [each.strip() for each in text.split(PARTS)]
    if len(parts) != len(names):
        raise Malformed(f"{text!r} is not {PARTS.join(names)}")
    return dict(zip(names, parts, strict=True))
