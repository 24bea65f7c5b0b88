"""The words of one language: its templates, ready to be filled, and dates, terms and queues in words.

Owns the locales beside it (`locales/LANGUAGE.ftl`); the names of the rule book's reasons, events and groups are those
of `oryn why`, so that a family reads the same words everywhere. Never decides what a message says.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from babel import Locale
from babel.dates import format_date
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentInt, FluentType
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from consumers.history import texts as history
from consumers.notification_gateway.channels import Language, NotRendered
from schemas.zones import MINUTE_MS, Zone, day_to_date

# What a template selects on where a value is absent.
NONE: Final = "none"
MINUTES_PER_DAY: Final = 24 * 60
# Deadlines, days and queues said lately: whole queues of messages share them. The oldest go first.
CACHED_MAX: Final = 4_096
QUEUE_PARTS: Final = 4
_BABEL: Final = {Language.KAZAKH: "kk", Language.RUSSIAN: "ru", Language.ENGLISH: "en_GB"}

Value = str | FluentType


class Verbatim(FluentType):
    """A text that a template shows but does not select on: whoever's remark is `none` has made a remark."""

    def __init__(self, text: str) -> None:
        """Take the text."""
        self._text = text

    def format(self, locale: Locale) -> str:
        """The text, whatever the `locale`."""
        return self._text


def shown(text: str) -> Value:
    """A text from elsewhere as a value of a template."""
    return Verbatim(text) if text == NONE else text


class Moment(NamedTuple):
    """A moment in words, and as short as in a text message."""

    long: str
    short: str


class Template(NamedTuple):
    """The three forms of a message, and what it asks for."""

    subject: ast.Pattern
    text: ast.Pattern
    short: ast.Pattern
    # Names of all variables of the three forms, sorted.
    variables: tuple[str, ...]
    # Variables that may be absent: the template selects on them and has a branch [none].
    optional: frozenset[str]
    # The terms that the template knows, if it selects on them.
    terms: frozenset[str]


class _Needs(Visitor):
    """Collects what a template asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.branches: dict[str, set[str]] = {}

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # the visitor's protocol
        self.variables.add(node.id.name)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # the visitor's protocol
        if isinstance(node.selector, ast.VariableReference):
            keys = {each.key.name for each in node.variants if isinstance(each.key, ast.Identifier)}
            self.branches.setdefault(node.selector.id.name, set()).update(keys)
        self.generic_visit(node)


def source(language: Language) -> str:
    """The text of a language's locale file."""
    return files("consumers.notification_gateway").joinpath("locales", f"{language}.ftl").read_text("utf-8")


@lru_cache(CACHED_MAX)
def count(number: int) -> FluentInt:
    """A number that takes its plural form from the language and is written in plain digits."""
    return FluentInt(number, useGrouping=False)


class Words:
    """One language."""

    def __init__(self, language: Language) -> None:
        """Load the language's files. Takes some tenths of a second. Raises: NotRendered."""
        self.language = language
        self._babel = Locale.parse(_BABEL[language])
        # No isolation marks: they would show as boxes in mail programs and files.
        self._bundle = FluentBundle([_BABEL[language].replace("_", "-")], use_isolating=False)
        self._bundle.add_resource(FluentResource(history.source(history.Language(language.value))))
        own = FluentResource(source(language))
        self._bundle.add_resource(own, allow_overrides=True)
        self._needs: dict[str, _Needs] = {}
        for entry in own.body:
            if isinstance(entry, ast.Junk):
                raise NotRendered(f"{language}: the locale file is no Fluent: {str(entry.content)[:60]!r}")
            if isinstance(entry, ast.Message):
                needs = self._needs[entry.id.name] = _Needs()
                needs.visit(entry)
        self._constants: dict[str, str] = {}
        self._day_pattern = self.constant("day-pattern")
        self._short_day_pattern = self.constant("short-day-pattern")
        self._days = lru_cache(CACHED_MAX)(self._make_day)
        self._moments = lru_cache(CACHED_MAX)(self._make_moment)
        self._queues = lru_cache(CACHED_MAX)(self._make_queue)

    def template(self, name: str) -> Template:
        """The template of a kind of message. Raises: NotRendered where the language has none, or not all of it."""
        needs = self._needs.get(name)
        if needs is None:
            raise NotRendered(f"{self.language}: no template {name}")
        attributes: Mapping[str, ast.Pattern] = self._bundle.get_message(name).attributes
        missing = {"subject", "text", "short"} - set(attributes)
        if missing:
            raise NotRendered(f"{self.language}: the template {name} has no {', '.join(sorted(missing))}")
        return Template(
            attributes["subject"],
            attributes["text"],
            attributes["short"],
            tuple(sorted(needs.variables)),
            frozenset(variable for variable, keys in needs.branches.items() if NONE in keys),
            frozenset(needs.branches.get("term", ())),
        )

    def fill(self, name: str, pattern: ast.Pattern, values: Mapping[str, Value]) -> str:
        """A pattern with its values. `name`: whose it is. Raises: NotRendered when a value is missing or too long."""
        try:
            text, errors = self._bundle.format_pattern(pattern, values)  # type: ignore[arg-type]  # a compiled one
        except ValueError as exc:  # more text than Fluent lets through
            raise NotRendered(f"{self.language}: {name}: {exc}") from exc
        if errors:
            raise NotRendered(f"{self.language}: {name}: {errors[0]}")
        return str(text)

    def say(self, name: str, values: Mapping[str, Value]) -> str:
        """A message by its name. Raises: NotRendered where there is none of this name."""
        pattern = self._bundle.get_message(name).value if self._bundle.has_message(name) else None
        if pattern is None:
            raise NotRendered(f"{self.language}: no words for {name}")
        return self.fill(name, pattern, values)

    def constant(self, name: str) -> str:
        """A message without values, such as the word for a symbol of the rule book. Raises: NotRendered."""
        text = self._constants.get(name)
        if text is None:
            text = self._constants[name] = self.say(name, {})
        return text

    def day(self, day: int) -> Moment:
        """A day (days since 1970-01-01) in words. Raises: NotRendered outside the years 1 to 9999."""
        return self._days(day)

    def moment(self, zone: Zone, moment: int) -> Moment:
        """A moment in words, to the minute of local time. Raises: as `day`."""
        return self._moments(zone, moment, False)

    def deadline(self, zone: Zone, moment: int) -> Moment:
        """The end of a term in words: midnight is 24:00 of the day that it ends. Raises: as `day`."""
        return self._moments(zone, moment, True)

    def queue(self, queue: str) -> str:
        """A queue in words, from its id (`general/YEAR`, `special/ORGANISATION/YEAR/PROFILE`); else the id itself."""
        return self._queues(queue)

    def _make_day(self, day: int) -> Moment:
        try:
            date = day_to_date(day)
        except (OverflowError, ValueError) as exc:
            raise NotRendered(f"{day} days after 1970 are no date") from exc
        return Moment(
            str(format_date(date, format=self._day_pattern, locale=self._babel)),
            str(format_date(date, format=self._short_day_pattern, locale=self._babel)),
        )

    def _make_moment(self, zone: Zone, moment: int, ends: bool) -> Moment:
        day = zone.day_of(moment)
        minutes = (moment + zone.offset_ms(moment)) // MINUTE_MS - day * MINUTES_PER_DAY
        if ends and not minutes:
            day, minutes = day - 1, MINUTES_PER_DAY
        time, said = f"{minutes // 60:02}:{minutes % 60:02}", self.day(day)
        return Moment(self.say("moment", {"time": time, "day": said.long}), f"{time} {said.short}")

    def _make_queue(self, queue: str) -> str:
        kind, *rest = queue.split("/")
        if kind == "general" and len(rest) == 1:
            return self.say("queue-general", {"year": rest[0]})
        if kind in {"special", "sanatorium"} and len(rest) == QUEUE_PARTS - 1:
            organisation, year, profile = rest
            return self.say(
                f"queue-{kind}",
                {"organisation": organisation, "year": year, "profile": shown(profile) if profile else NONE},
            )
        return queue
