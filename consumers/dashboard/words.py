"""The dashboard's words in Kazakh, Russian and English: the public pages' own, the frame's, and those of each folder of
pages. Owns the loading and how figures are written; never decides what is said.

A message belongs to one folder: two that define the same name are a mistake, found when the words are loaded.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast

from consumers.public_bulletins.kato import REGIONS
from consumers.public_bulletins.words import SECOND_MS, Language, TextsError, shown, sources
from consumers.public_bulletins.words import Words as PublicWords
from schemas.words import Group
from schemas.zones import ZONE_BY_REGION, Zone, zone_of

__all__ = ["Language", "Words", "shown", "words"]

PACKAGE: Final = "consumers.dashboard"
# Folders with pages of their own; each may bring templates and words.
FOLDERS: Final = ("officials", "evidence", "operations")
HOUR_MINUTES: Final = 60
DAY_MINUTES: Final = 24 * HOUR_MINUTES
NOWHERE: Final = "000000000"
_BABEL = {Language.KAZAKH: "kk", Language.RUSSIAN: "ru", Language.ENGLISH: "en-GB"}


def packages() -> Iterator[str]:
    """The packages that bring words and templates: the frame's and those of its folders that are there."""
    yield PACKAGE
    for folder in FOLDERS:
        spec = find_spec(f"{PACKAGE}.{folder}")
        if spec is not None and spec.origin is not None:
            yield f"{PACKAGE}.{folder}"


def texts(language: Language) -> dict[str, str]:
    """The words of a language, by package."""
    found = {}
    for package in packages():
        file = files(package).joinpath("locales").joinpath(f"{language}.ftl")
        if file.is_file():
            found[package] = file.read_text("utf-8")
    return found


@cache
def _bundle(language: Language) -> FluentBundle:
    bundle = FluentBundle([_BABEL[language]], use_isolating=False)
    owners: dict[str, str] = {}
    for text in sources(language).values():
        resource = FluentResource(text)
        bundle.add_resource(resource)
        owners.update({each.id.name: PACKAGE for each in resource.body if isinstance(each, ast.Message)})
    for package, text in texts(language).items():
        resource = FluentResource(text)
        for entry in resource.body:
            if isinstance(entry, ast.Junk):
                raise TextsError(f"{package}, {language}: no message: {str(entry.content)[:80]!r}")
            if isinstance(entry, ast.Message):
                other = owners.setdefault(entry.id.name, package)
                if other != package:
                    raise TextsError(f"{language}: {entry.id.name} is in {other} and in {package}")
        # The frame may word anew what the public pages say; the folders share no name with them nor among themselves.
        bundle.add_resource(resource, allow_overrides=package == PACKAGE)
    return bundle


class Words(PublicWords):
    """One language in the local time of one zone. `say("message", count=3)`, `w.count(…)`, `w.moment(…)` and all that
    the public pages' words can do."""

    def __init__(self, language: Language, zone: Zone) -> None:
        """Load the language's messages, once in a process."""
        super().__init__(language, zone)
        self._bundle = _bundle(language)
        self.zone = zone
        self.number = lru_cache(16_384)(self._number)

    def has(self, message: str) -> bool:
        """Whether there is a message of this name: for words that come from elsewhere."""
        return bool(self._bundle.has_message(message))

    def symbol(self, kind: str, value: str) -> str:
        """A symbol in words, `Stage` and `OPEN`; one that nobody has worded stands for itself."""
        name = f"{kind}-{value}"
        return str(self.say(name)) if self.has(name) else shown(value)

    def group(self, group: str) -> str:
        """A group of a queue in words."""
        return self.word(Group(group))

    def _number(self, value: float, digits: int = 1) -> str:
        """A number with the language's separators, with at most so many digits behind the point."""
        pattern = "#,##0" + ("." + "#" * digits if digits else "")
        return str(format_decimal(value, pattern, locale=self._babel)).replace("\u202f", "\u00a0")

    def share(self, value: float) -> str:
        """A share in per cent: 0.125 as 13 %."""
        return str(format_percent(value, locale=self._babel)).replace("\u202f", "\u00a0")

    def minutes(self, value: float) -> str:
        """A length of time as people say it: 35 min, 4 h, 3 days; with one digit behind the point where it is short."""
        if value < 2 * HOUR_MINUTES:
            return str(self.say("length-minutes", value=self.number(value, 0)))
        if value < 2 * DAY_MINUTES:
            return str(self.say("length-hours", value=self.number(value / HOUR_MINUTES, 1)))
        return str(self.say("length-days", value=self.number(value / DAY_MINUTES, 1)))

    def day_short(self, day: date) -> str:
        """A day of a chart: 10 Jun."""
        return str(format_date(day, format="d MMM", locale=self._babel)).rstrip(".")

    def offset_minutes(self, moment: int) -> int:
        """How far local time is ahead of UTC."""
        return self.zone.offset_ms(moment) // (60 * SECOND_MS)

    def iso(self, moment: int) -> str:
        """A moment for machines, in local time with its offset."""
        return self.zone.render(moment)

    def local(self, moment: int) -> datetime:
        """A moment as a local datetime."""
        zone = timezone(timedelta(milliseconds=self.zone.offset_ms(moment)))
        return datetime.fromtimestamp(moment / SECOND_MS, tz=zone)

    def region_name(self, code: str) -> str:
        """A region, also one that is a city, by its two digits; an unknown one by its code."""
        name = REGIONS.get(code)
        return code if name is None else name[list(Language).index(self.language)]


@cache
def _words(language: Language, zone: str) -> Words:
    return Words(language, zone_of(zone))


def words(language: Language, locality: str = NOWHERE) -> Words:
    """The words of a language in a locality's or a region's time; without one in that of most of the country."""
    region = locality[:2]
    return _words(language, region if region in ZONE_BY_REGION else "")
