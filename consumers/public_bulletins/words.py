"""The words of the public pages in Kazakh, Russian and English: Project Fluent for phrases, Babel for dates.

Owns `locales/`. What comes from an event is shown as it is, without marks that could reorder or hide text; making it
safe for HTML, CSV or PDF is the writer's part. Never decides what is said.
"""

import re
from datetime import date
from enum import Enum, StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentNone, fluent_number

from consumers.public_bulletins.kato import CITIES, REGIONS
from schemas.errors import OrynError
from schemas.facts import BulletinEntry
from schemas.words import QueueKind
from schemas.zones import ZONE_BY_REGION, Zone, day_to_date, zone_of

SECOND_MS = 1_000
MINUTES_PER_DAY = 24 * 60
QUEUE_PARTS = 4
# Control characters, and the marks that reorder or hide text: a name from elsewhere must not repaint a page.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
_UNSAFE_BEYOND = re.compile("[\ud800-\udfff\U000e0000-\U000e0fff]")


class Language(StrEnum):
    """The languages of the pages; the state language first."""

    KAZAKH = "kk"
    RUSSIAN = "ru"
    ENGLISH = "en"


_BABEL = {Language.KAZAKH: "kk", Language.RUSSIAN: "ru", Language.ENGLISH: "en_GB"}
_INDEX = {language: index for index, language in enumerate(Language)}


class TextsError(OrynError):
    """A message is missing or does not fit its arguments: a mistake in the locales."""


def shown(text: str) -> str:
    """A text of an event, without what could hide or reorder other text."""
    return _UNSAFE_BEYOND.sub("\ufffd", _UNSAFE.sub("\ufffd", text))


def sources(language: Language) -> dict[str, str]:
    """The texts of a language's files, by file name."""
    folder = files("consumers.public_bulletins").joinpath("locales")
    found = [each for each in folder.iterdir() if each.name.removesuffix(".ftl").split("-")[-1] == language]
    return {each.name: each.read_text("utf-8") for each in sorted(found, key=lambda each: each.name)}


@cache
def _bundle(language: Language) -> FluentBundle:
    # No isolation marks: they would show as boxes in files, and a search would not find the words between them.
    bundle = FluentBundle([_BABEL[language].replace("_", "-")], use_isolating=False)
    for text in sources(language).values():
        bundle.add_resource(FluentResource(text))
    return bundle


class Words:
    """One language, in the local time of one zone."""

    def __init__(self, language: Language, zone: Zone) -> None:
        """Load the language's messages, once in a process."""
        self.language = language
        self._zone = zone
        self._bundle = _bundle(language)
        self._babel = Locale.parse(_BABEL[language])
        self.say = lru_cache(4_096)(self._say)
        self.day = lru_cache(1_024)(self._day)
        self.count = lru_cache(16_384)(self._count)

    def _say(self, message: str, /, **arguments: str | int) -> str:
        """A message by its name. Counts are written with the language's separators. Raises: TextsError."""
        if not self._bundle.has_message(message):
            raise TextsError(f"{self.language}: no message {message}")
        pattern = self._bundle.get_message(message).value
        if pattern is None:
            raise TextsError(f"{self.language}: message {message} has no text")
        given = {
            name.replace("_", "-"): fluent_number(value) if isinstance(value, int) else shown(value) or FluentNone()
            for name, value in arguments.items()
        }
        text, errors = self._bundle.format_pattern(pattern, given)
        if errors:
            raise TextsError(f"{self.language}: {message}: {errors[0]}")
        return str(text)

    def word(self, symbol: Enum) -> str:
        """A symbol of the rule book in words: `Admission.EARLY`. Raises: TextsError."""
        return str(self.say(f"{type(symbol).__name__}-{symbol.value}"))

    def _count(self, value: int) -> str:
        """A count with the language's separators."""
        return str(format_decimal(value, locale=self._babel)).replace("\u202f", "\u00a0")

    def _day(self, day: date) -> str:
        """A date in words."""
        if self.language is Language.KAZAKH:  # CLDR abbreviates the word for year
            return str(format_date(day, format="y 'жылғы' d MMMM", locale=self._babel))
        # CLDR puts a narrow no-break space before the word for year: nobody could search a page for it.
        return str(format_date(day, format="long", locale=self._babel)).replace("\u202f", " ")

    def short_day(self, day: date) -> str:
        """A date in figures, as Kazakhstan writes it: 10.06.2021."""
        return f"{day.day:02}.{day.month:02}.{day.year:04}"

    def month(self, day: date) -> str:
        """A month in words, as a heading: June 2021."""
        text = str(format_date(day, format="LLLL y", locale=self._babel))
        if self.language is Language.KAZAKH:
            text = str(format_date(day, format="y 'жылғы' MMMM", locale=self._babel))
        return text[:1].upper() + text[1:]

    def moment(self, moment: int) -> str:
        """A moment in words, to the minute of local time."""
        return str(self.say("moment", day=self.day(self.local_day(moment)), time=self.clock(moment)[:5]))

    def clock(self, moment: int) -> str:
        """The local time of day, to the second: 09:05:53."""
        seconds = (moment + self._zone.offset_ms(moment)) // SECOND_MS % (MINUTES_PER_DAY * 60)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    def local_day(self, moment: int) -> date:
        """The local calendar day of a moment."""
        return day_to_date(self._zone.day_of(moment))

    def on_day(self, moment: int, day: date) -> str:
        """A moment in figures, to the second; without its date when that is `day`."""
        return self.clock(moment) if self.local_day(moment) == day else self.stamp(moment)

    def admission_dates(self, terms: BulletinEntry) -> str:
        """From when, and of a temporary place until when, a place admits."""
        start = self.short_day(terms.admission_from)
        if terms.admission_until is None:
            return str(self.say("admission-from", **{"from": start}))
        return str(self.say("admission-span", **{"from": start, "until": self.short_day(terms.admission_until)}))

    def stamp(self, moment: int) -> str:
        """A moment in figures, to the second: 10.06.2021 09:05:53."""
        return f"{self.short_day(self.local_day(moment))} {self.clock(moment)}"

    def language_name(self, code: str) -> str:
        """The language of instruction in this language; an unknown code stands for itself."""
        return str(self._babel.languages.get(code.lower(), shown(code)))

    def ages(self, age_from: int, age_to: int) -> str:
        """The full years on 1 September, of a group."""
        if age_from == age_to:
            return str(self.say("age", years=age_from))
        return str(self.say("ages", first=str(age_from), years=age_to))

    def queue(self, queue: str, organisation: str | None = None) -> str:
        """A queue in words; an id of another form stands for itself. `organisation`: what its owner is called."""
        kind, *parts = queue.split("/", QUEUE_PARTS - 1)
        try:
            known = QueueKind(kind.upper())
        except ValueError:
            return shown(queue)
        if known is QueueKind.GENERAL and len(parts) == 1:
            return str(self.say("queue-general", year=parts[0]))
        if known is not QueueKind.GENERAL and len(parts) == QUEUE_PARTS - 1:
            return str(
                self.say(
                    f"queue-{kind}", organisation=organisation or parts[0], year=parts[1], profile=parts[2] or "none"
                )
            )
        return shown(queue)

    def locality(self, code: str) -> str:
        """A locality by its name, or else by its code and region."""
        name = CITIES.get(code)
        if name is not None:
            return name[_INDEX[self.language]]
        region = REGIONS.get(code[:2])
        if region is None:
            return self.locality_short(code)
        return str(self.say("locality-in-region", code=code, region=region[_INDEX[self.language]]))

    def locality_short(self, code: str) -> str:
        """A locality where its region is known already."""
        name = CITIES.get(code)
        return name[_INDEX[self.language]] if name is not None else str(self.say("locality-code", code=code))

    def region(self, code: str) -> str | None:
        """The region that a locality is in; None for a city that is one itself, and where it is unknown."""
        region = None if code in CITIES else REGIONS.get(code[:2])
        return None if region is None else region[_INDEX[self.language]]


@cache
def _words(language: Language, zone: str) -> Words:
    return Words(language, zone_of(zone))


def words(language: Language, locality: str) -> Words:
    """The words of a language in a locality's time."""
    region = locality[:2]
    return _words(language, region if region in ZONE_BY_REGION else "")
