"""Words: phrases in Kazakh, Russian and English through Project Fluent, dates and languages' names through Babel.

Owns the locales beside it (`locales/LANGUAGE.ftl`). Never decides what is said.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files

from babel import Locale
from babel.dates import format_date, format_time
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentType, fluent_number

from consumers.history.report import Argument, Deadline, LanguageName, Phrase, Records
from schemas.errors import OrynError
from schemas.instants import Instant
from schemas.zones import MINUTE_MS, Zone, day_to_date

MINUTES_PER_DAY = 24 * 60
# Control characters, and the marks that reorder text: a journal from elsewhere must not paint on a terminal.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Language(StrEnum):
    """The languages of the answers."""

    KAZAKH = "kk"
    RUSSIAN = "ru"
    ENGLISH = "en"


_BABEL = {Language.KAZAKH: "kk", Language.RUSSIAN: "ru", Language.ENGLISH: "en_GB"}


class TextsError(OrynError):
    """A message is missing or does not fit its arguments: a mistake in the locales."""


def language_of(environment: Mapping[str, str]) -> Language:
    """The language that LC_ALL or LANG asks for, in this order; English where neither names one of ours."""
    for name in ("LC_ALL", "LANG"):
        value = environment.get(name)
        if value:
            tag = re.split(r"[_.@-]", value)[0].lower()
            return Language(tag) if tag in set(Language) else Language.ENGLISH
    return Language.ENGLISH


def source(language: Language) -> str:
    """The text of a language's locale file."""
    return files("consumers.history").joinpath("locales", f"{language}.ftl").read_text("utf-8")


@cache
def _bundle(language: Language) -> FluentBundle:
    # No isolation marks: they would show as boxes in terminals and files.
    bundle = FluentBundle([_BABEL[language].replace("_", "-")], use_isolating=False)
    bundle.add_resource(FluentResource(source(language)))
    return bundle


class Texts:
    """One language, in the local time of one zone."""

    def __init__(self, language: Language, zone: Zone) -> None:
        """Load the language's messages, once in a process."""
        self.language = language
        self._zone = zone
        self._bundle = _bundle(language)

    @cached_property
    def _babel(self) -> Locale:
        return Locale.parse(_BABEL[self.language])

    def say(self, phrase: Phrase) -> str:
        """The phrase in words. Raises: TextsError."""
        if not self._bundle.has_message(phrase.message):
            raise TextsError(f"{self.language}: no message {phrase.message}")
        pattern = self._bundle.get_message(phrase.message).value
        if pattern is None:
            raise TextsError(f"{self.language}: message {phrase.message} has no text")
        arguments = {name: self._value(value) for name, value in phrase.arguments.items()}
        text, errors = self._bundle.format_pattern(pattern, arguments)
        if errors:
            raise TextsError(f"{self.language}: {phrase.message}: {errors[0]}")
        return str(text)

    def word(self, message: str, **arguments: Argument) -> str:
        """A message by its name. Raises: TextsError."""
        return self.say(Phrase(message, arguments))

    def moment(self, moment: int) -> str:
        """A moment in words, to the minute of local time."""
        day, minutes = self._split(moment)
        return self.word("moment", day=self.day(day_to_date(day)), time=self._time(minutes))

    def time(self, moment: int) -> str:
        """The local time of day, to the minute."""
        return self._time(self._split(moment)[1])

    def deadline(self, moment: int) -> str:
        """The end of a term: midnight is 24:00 of the day before."""
        day, minutes = self._split(moment)
        if minutes:
            return self.moment(moment)
        return self.word("moment", day=self.day(day_to_date(day - 1)), time="24:00")

    def day(self, day: date) -> str:
        """A date in words."""
        # CLDR puts a narrow no-break space before the word for year: nobody could search a file for it.
        return str(format_date(day, format="long", locale=self._babel)).replace("\u202f", " ")

    def records(self, records: Records, shown_max: int) -> str:
        """The records that prove something: the first of them, how many more, and the last."""
        shown = records.shown[:shown_max]
        listed = ", ".join(str(each) for each in shown)
        more = records.count - len(shown)
        if not more:
            return self.word("records", list=listed, count=records.count)
        return self.word("records-more", list=listed, more=more, last=str(records.last))

    def _split(self, moment: int) -> tuple[int, int]:
        day = self._zone.day_of(moment)
        return day, (moment + self._zone.offset_ms(moment)) // MINUTE_MS - day * MINUTES_PER_DAY

    def _time(self, minutes: int) -> str:
        moment = datetime(2000, 1, 1, minutes // 60, minutes % 60)  # noqa: DTZ001  # only hours and minutes are used
        return str(format_time(moment, format="HH:mm", locale=self._babel))

    def _value(self, value: Argument) -> str | FluentType:
        match value:
            case Phrase():
                return self.say(value)
            case Deadline():
                return self.deadline(value.at)
            case LanguageName():
                return str(self._babel.languages.get(value.code, value.code))
            case Instant():
                return self.moment(value)
            case int():
                # Plain digits: a queue number is compared with lists, not read as an amount.
                return fluent_number(value, useGrouping=False)
            case date():
                return self.day(value)
            case _:
                return _UNSAFE.sub("\ufffd", value)
