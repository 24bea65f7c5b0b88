"""`oryn calendar`: compares the checked-in calendar tables with the packages that they come from, or renews them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from infra.calendar_tables import tables
from schemas.errors import OrynError


class Action(StrEnum):
    """What to do with the tables."""

    CHECK = "check"
    GENERATE = "generate"


def command(
    action: Annotated[Action, typer.Argument(help="check compares; generate writes.", show_default=False)],
    root: Annotated[Path, typer.Option(help="The project's root.")] = Path(),
) -> int:
    """Check or renew the tables that Oryn decides by: the days off of Kazakhstan and the offsets of its zones.

    They come from the packages holidays and tzdata as installed; the project's lock names their versions. A new table
    changes deadlines that are computed from then on, so read its difference before it is committed.
    """
    stale = 0
    for place, text in tables().items():
        path = root / place
        if not path.parent.is_dir():
            raise OrynError(f"{path.parent} is no directory; run this in the project's root or name it with --root")
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            typer.echo(f"{path}: as generated")
        elif action is Action.GENERATE:
            path.write_text(text, encoding="utf-8")
            typer.echo(f"{path}: written")
        else:
            stale += 1
            typer.echo(f"{path}: differs; renew it with: oryn calendar generate", err=True)
    return min(stale, 1)
