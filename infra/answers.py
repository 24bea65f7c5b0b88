"""What the commands share that answer people: where to ask, and how an answer looks, as a table or as JSON.

Owns looks only. Moments are shown in the locality's own time. Nothing that comes from an event paints on a terminal.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any, Final

import msgspec
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from consumers.live_view.view import LiveView
from consumers.live_view.views import PlaceRow, Position
from consumers.registers.connection import connect
from consumers.registers.questions import BulletinEntry, Questions
from infra.output import MISSING, printable
from infra.readers.live_view import redis_client
from infra.readers.registers import registers_settings
from infra.settings import Settings
from schemas.errors import OrynError
from schemas.events import Attendance
from schemas.instants import Instant
from schemas.zones import Zone, zone_of

# 2021-06-10T18:00:00.000+06:00: to the minute it is enough for people.
MINUTES_LENGTH: Final = 16
DAY_LENGTH: Final = 10
WIDE: Final = 240


class Unknown(OrynError):
    """Nobody knows what was asked for."""


@contextmanager
def asked_live_view(settings: Settings) -> Iterator[LiveView]:
    """The live view of this environment. Raises: OrynError where no Redis is known."""
    with redis_client(settings) as client:
        yield LiveView(client, settings.redis_prefix)


@contextmanager
def asked_registers(settings: Settings) -> Iterator[Questions]:
    """The registers of this environment. Raises: OrynError where no PostgreSQL is known."""
    with Questions(connect(registers_settings(settings), "questions")) as questions:
        yield questions


def only(localities: Iterable[str], wanted: str | None) -> str:
    """The locality that is meant: the wanted one, or the only one there is. Raises: Unknown."""
    there = sorted(localities)
    if wanted is not None and wanted in there:
        return wanted
    if wanted is None and len(there) == 1:
        return there[0]
    known = ", ".join(there[:10]) + (" …" if len(there) > 10 else "")  # noqa: PLR2004 - enough to recognise
    if wanted is None:
        raise Unknown(f"which locality? There are {known}" if there else "no locality is known yet")
    raise Unknown(f"locality {wanted} is not known; there are {known or 'none yet'}")


# ----------------------------------------------------------------------------------------------------------- looks


def write_json(answer: object, locality: str) -> None:
    """An answer as one JSON document, moments as ISO 8601 in the locality's own time."""
    render = zone_of(locality).render

    def hook(value: object) -> str:
        assert isinstance(value, Instant), type(value)
        return render(value)

    encoded = msgspec.json.encode(answer, enc_hook=hook)
    sys.stdout.buffer.write(msgspec.json.format(encoded, indent=1) + b"\n")


def facts(title: str, locality: str, pairs: Mapping[str, object]) -> Table:
    """What is known of one thing, a line for each; what has no value is left out."""
    table = Table(title=text(title), title_justify="left", show_header=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    zone = zone_of(locality)
    for name, value in pairs.items():
        if value not in (None, "", ()):
            table.add_row(name, cell(value, zone))
    return table


def rows(title: str, locality: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> Table:
    """Several things of one kind. A column that ends with `#` holds numbers, with `!` what must not be folded."""
    table = Table(title=text(title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 0), show_edge=False)
    for name in columns:
        number, whole = name.endswith("#"), name.endswith("!")
        justify: JustifyMethod = "right" if number else "left"
        table.add_column(name.rstrip("#!"), justify=justify, overflow="fold", no_wrap=number or whole)
    zone = zone_of(locality)
    for line in lines:
        table.add_row(*(cell(value, zone) for value in line))
    return table


def terms(place: PlaceRow | BulletinEntry) -> str:
    """What a place offers, in one cell."""
    ages = f"{place.age_from}" if place.age_from == place.age_to else f"{place.age_from}-{place.age_to}"
    words = (str(each).lower().replace("_", " ") for each in (place.group_type, place.regime, place.admission))
    until = "" if place.admission_until is None else f" to {place.admission_until}"
    return ", ".join((f"ages {ages}", str(place.language), *words, f"from {place.admission_from}{until}"))


def cell(value: Any, zone: Zone) -> Text:
    """One value as people read it."""
    if isinstance(value, list | tuple):
        return Text("; ".join(cell(each, zone).plain for each in value))
    return text(_said(value, zone))


def _said(value: Any, zone: Zone) -> str:
    match value:
        case None:
            said = ""
        case Instant():
            shown = zone.render(value)
            said = f"{shown[:DAY_LENGTH]} {shown[DAY_LENGTH + 1 : MINUTES_LENGTH]}"
        case bool():
            said = "yes" if value else "no"
        case int():
            said = f"{value:,}"
        case Enum():
            said = str(value.value)
        case Attendance():
            said = f"{value.from_}/{value.until}"
        case _:
            said = str(value)
    return said


def text(said: str) -> Text:
    """Words as they are: no markup, and nothing that a terminal would obey."""
    return Text(printable(said).replace("\n", MISSING))


def as_of(locality: str, position: Position) -> str:
    """Up to where an answer goes."""
    return up_to(locality, position.sequence, position.time)


def up_to(locality: str, record: int, moment: Instant) -> str:
    """Up to where an answer goes, in words."""
    return f"As of record {record:,} of {locality}, {cell(moment, zone_of(locality)).plain}."


def console() -> Console:
    """Where tables go. In a file or a pipe nothing is folded."""
    out = Console(highlight=False)
    return out if out.is_terminal or "COLUMNS" in os.environ else Console(highlight=False, width=WIDE)
