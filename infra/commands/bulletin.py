"""`oryn bulletin`: the bulletins of a locality, or one of them. Owns options and tables."""

import datetime
from typing import Annotated

import typer

from consumers.registers.questions import BulletinEntry, BulletinLine
from infra.answers import asked_registers, console, only, rows, terms, up_to, write_json
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, PrefixOption, SettingsOption

LAST_DEFAULT = 14
LAST_MAX = 100_000
RELEASED = "RELEASED"


def command(
    locality: Annotated[str | None, typer.Argument(metavar="[LOCALITY]", help="KATO code; else the only one.")] = None,
    which: Annotated[
        str | None, typer.Argument(metavar="[NUMBER|DATE|last]", help="One bulletin; else a list of them.")
    ] = None,
    last: Annotated[int, typer.Option("--last", "-n", min=1, max=LAST_MAX, help="So many of the list.")] = LAST_DEFAULT,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> None:
    """The last bulletins of a locality, or one with its places. From the registers.

    oryn bulletin

    oryn bulletin 710000000 2021-06-10
    """
    chosen = None if which is None else _which(which)
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    with asked_registers(loaded) as questions:
        there = questions.localities()
        where = only(there, locality)
        if which is None:
            _list(where, questions.bulletins(where, last), json=json)
        else:
            _one(*questions.bulletin(where, chosen), json=json)
    if not json:
        console().print(up_to(where, *there[where]))


def _which(said: str) -> int | datetime.date | None:
    if said == "last":
        return None
    try:
        return int(said) if said.isdecimal() else datetime.date.fromisoformat(said)
    except ValueError as exc:
        raise typer.BadParameter(f"{said!r} is no number, no day like 2021-06-10, and not `last`") from exc


def _list(locality: str, found: list[BulletinLine], *, json: bool) -> None:
    if json:
        write_json(found, locality)
        return
    columns = ("number#", "day!", "issued!", "places#", "recalled#", "hash", "record#")
    lines = (
        (each.number, each.date, each.issued_at, each.places, each.recalled, each.bulletin_hash[:16], each.record)
        for each in found
    )
    console().print(rows(f"Bulletins of {locality}", locality, columns, lines))


def _one(found: BulletinLine, entries: list[BulletinEntry], *, json: bool) -> None:
    if json:
        write_json({"bulletin": found, "entries": entries}, found.locality)
        return
    out = console()
    released = [each for each in entries if each.part == RELEASED]
    columns = ("released!", "place", "organisation", "queue", "terms")
    lines = ((each.at, each.place_id, each.name or each.organisation_id, each.queue, terms(each)) for each in released)
    title = f"Bulletin {found.number} of {found.date}, {found.locality}"
    out.print(rows(f"{title}: places released", found.locality, columns, lines) if released else f"{title}: no places.")
    recalled = [each for each in entries if each.part != RELEASED]
    if recalled:
        told = ((each.place_id, each.reason, each.at) for each in recalled)
        out.print(rows("Places recalled", found.locality, ("place", "reason", "at!"), told))
    out.print(f"Hash {found.bulletin_hash}", soft_wrap=True)
