"""Which rule packs a command line asks for (R5.9): `[LOCALITY:]NAME[@DATE]`, repeated. Owns that syntax only."""

import re
from datetime import date

import typer

from schemas.zones import date_to_day
from streams.rules.pack import KZ_2020, PACKS, Pack, Schedule

_FORM = re.compile(r"(?:(?P<locality>\d{9}):)?(?P<name>[^:@]+)(?:@(?P<date>\d{4}-\d{2}-\d{2}))?")


class PackChoice:
    """The packs of a run: of all localities, and of those that differ."""

    def __init__(self) -> None:
        """Start with the default for everybody."""
        self._first: dict[str | None, Pack] = {None: KZ_2020}
        self._later: dict[str | None, list[tuple[int, Pack]]] = {None: []}

    def add(self, locality: str | None, pack: Pack, since: date | None) -> None:
        """A pack for one locality or (none) for all, from a local date on or from the beginning."""
        if since is None:
            self._first[locality] = pack
        else:
            self._later.setdefault(locality, []).append((date_to_day(since), pack))

    def of(self, locality: str) -> Schedule:
        """The packs of a locality. Raises: ValueError when two are to begin on one day."""
        first = self._first.get(locality, self._first[None])
        later = self._later.get(locality, self._later[None])
        return Schedule(first, tuple(sorted(later, key=lambda each: each[0])))


def parse_packs(texts: list[str]) -> PackChoice:
    """The packs that the options name. Raises: typer.BadParameter with what would be right."""
    choice = PackChoice()
    localities = {"000000000"}
    for text in texts:
        found = _FORM.fullmatch(text)
        if found is None or found["name"] not in PACKS:
            raise typer.BadParameter(
                f"{text!r} is not [LOCALITY:]NAME[@DATE] with a NAME of {', '.join(PACKS)}", param_hint="--pack"
            )
        try:
            since = date.fromisoformat(found["date"]) if found["date"] else None
        except ValueError as exc:
            raise typer.BadParameter(f"{text!r}: {exc}", param_hint="--pack") from exc
        choice.add(found["locality"], PACKS[found["name"]], since)
        if found["locality"]:
            localities.add(found["locality"])
    for locality in localities:
        try:
            choice.of(locality)
        except ValueError as exc:
            raise typer.BadParameter(f"two packs begin on one day: {exc}", param_hint="--pack") from exc
    return choice
