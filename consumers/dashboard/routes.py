"""Every address of a page: its name, its path, who may see it, what it is about. A page's module fills a name in.

Owns the addresses, so that a link never leads to a path that nobody serves and no page forgets its rule. Never asks a
store: a subject comes from the address alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from consumers.dashboard.access import (
    APPLICATION,
    EVERYBODY,
    ITS_OWN,
    OFFICES,
    PUBLISHED,
    REGION_DIGITS,
    Level,
    Rule,
    Subject,
)
from schemas.errors import OrynError

LANGUAGES: Final = ("kk", "ru", "en")
# What a part of an address may be. What is otherwise is not there.
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
PARTS: Final[Mapping[str, re.Pattern[str]]] = {
    "region": re.compile(r"[0-9]{2}"),
    "locality": re.compile(r"[0-9]{9}"),
    "queue": re.compile(r"[a-z]{1,16}(/[^/\x00-\x1f\x7f]{0,64}){1,3}"),
    "number": _NUMBER,
    "sequence": _NUMBER,
    "organisation": _ID,
    "place": _ID,
    "application": _ID,
}
_PART: Final = re.compile(r"\{([a-z]+)(?::path)?\}")


class BadLink(OrynError):
    """A link to a page that is not there, or without what its address needs: a mistake of the page that has it."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `path`: behind the language; `level`: what its page is about."""

    name: str
    path: str
    rule: Rule
    level: Level

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of what varies in the path."""
        return tuple(_PART.findall(self.path))

    def subject(self, params: Mapping[str, str]) -> Subject:
        """What the page of an address is about."""
        locality = params.get("locality", "")
        region = locality[:REGION_DIGITS] or params.get("region", "")
        return Subject(self.level, region, locality, params.get(self.level.value, "") if locality else "")

    def fits(self, params: Mapping[str, str]) -> bool:
        """Whether the parts of an address have the form that they must have."""
        return all(PARTS[name].fullmatch(params[name]) for name in self.parts)


_LOCALITY: Final = "/localities/{locality}"
_TABLE: Final = (
    Route("start", "/", EVERYBODY, Level.NATION),
    Route("about", "/about", EVERYBODY, Level.NATION),
    Route("definitions", "/definitions", EVERYBODY, Level.NATION),
    Route("nation", "/nation", OFFICES, Level.NATION),
    Route("quality", "/quality", OFFICES, Level.NATION),
    Route("looked", "/looked", OFFICES, Level.NATION),
    Route("operations", "/operations", OFFICES, Level.NATION),
    Route("region", "/regions/{region}", OFFICES, Level.REGION),
    Route("region-quality", "/regions/{region}/quality", OFFICES, Level.REGION),
    Route("locality", _LOCALITY, PUBLISHED, Level.LOCALITY),
    Route("locality-quality", f"{_LOCALITY}/quality", OFFICES, Level.LOCALITY),
    Route("bulletins", f"{_LOCALITY}/bulletins", PUBLISHED, Level.LOCALITY),
    Route("bulletin", f"{_LOCALITY}/bulletins/{{number}}", PUBLISHED, Level.LOCALITY),
    Route("queue", f"{_LOCALITY}/queues/{{queue:path}}", PUBLISHED, Level.LOCALITY),
    Route("organisation", f"{_LOCALITY}/organisations/{{organisation}}", ITS_OWN, Level.ORGANISATION),
    Route("place", f"{_LOCALITY}/places/{{place}}", ITS_OWN, Level.PLACE),
    Route("application", f"{_LOCALITY}/applications/{{application}}", APPLICATION, Level.APPLICATION),
    Route("record", f"{_LOCALITY}/records/{{sequence}}", OFFICES, Level.LOCALITY),
)
ROUTES: Final[Mapping[str, Route]] = {each.name: each for each in _TABLE}


def link(language: str, name: str, /, **given: str | int | None) -> str:
    """The address of a page. Values that are no part of its path become its query; those that are None are left out.

    Raises: BadLink.
    """
    route = ROUTES.get(name)
    if route is None:
        raise BadLink(f"no page is called {name!r}")
    values = {key: str(value) for key, value in given.items() if value is not None}
    missing = [part for part in route.parts if not values.get(part)]
    if missing:
        raise BadLink(f"a link to {name} needs {missing[0]}")
    path = _PART.sub(lambda part: quote(values[part[1]], safe="/:" if part[1] == "queue" else ":"), route.path)
    query = {key.rstrip("_"): value for key, value in values.items() if key not in route.parts}
    return f"/{language}{path}" + (f"?{urlencode(query)}" if query else "")
