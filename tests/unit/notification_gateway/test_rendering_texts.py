"""The templates: the same in all languages, words for every symbol, and the letters and forms of each language."""

import datetime
import re

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import ast

from consumers.notification_gateway.channels import Language, NotRendered
from consumers.notification_gateway.rendering_words import Template, Words, source
from schemas.instants import parse_instant
from schemas.outputs import MessageKind
from schemas.zones import date_to_day, zone_of
from streams.projections.message_fields import MESSAGE_FIELDS

WORDS = {language: Words(language) for language in Language}
ALMATY, AQTAU = zone_of("710000000"), zone_of("471000000")
MONTHS = "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"
DAYS = "дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі"
# Which fields of a message a variable is made of.
FIELDS = {
    "application": "application_id",
    "archived": "reason",
    "deadline-short": "deadline",
    "event": "event_type",
    "from": "from_group",
    "in-group": "number_in_group",
    "place": "place_id",
    "until": "place_until",
    "why": "reason",
}


def templates(language: Language) -> dict[MessageKind, Template]:
    return {kind: WORDS[language].template(kind.value) for kind in MessageKind}


def placed_variables(language: Language) -> set[str]:
    """Every variable that the locale's texts show, and do not only select on."""
    shown: set[str] = set()

    def walk(pattern: ast.Pattern) -> None:
        for element in pattern.elements:
            if not isinstance(element, ast.Placeable):
                continue
            if isinstance(element.expression, ast.VariableReference):
                shown.add(element.expression.id.name)
            elif isinstance(element.expression, ast.SelectExpression):
                for variant in element.expression.variants:
                    walk(variant.value)

    for entry in FluentResource(source(language)).body:
        if isinstance(entry, ast.Message):
            for pattern in [entry.value, *(each.value for each in entry.attributes)]:
                if pattern is not None:
                    walk(pattern)
    return shown


def names(language: Language) -> dict[str, list[str]]:
    return {
        entry.id.name: [each.id.name for each in entry.attributes]
        for entry in FluentResource(source(language)).body
        if isinstance(entry, ast.Message)
    }


@pytest.mark.parametrize("language", Language)
def test_all_languages_have_the_same_messages_with_the_same_variables(language: Language) -> None:
    assert names(language) == names(Language.ENGLISH)
    for kind, template in templates(language).items():
        english = WORDS[Language.ENGLISH].template(kind.value)
        assert template[3:] == english[3:], kind


@pytest.mark.parametrize("language", Language)
def test_a_template_asks_only_for_what_its_message_has(language: Language) -> None:
    for kind, template in templates(language).items():
        always, sometimes = MESSAGE_FIELDS[kind]
        for variable in template.variables:
            assert FIELDS.get(variable, variable.replace("-", "_")) in always | sometimes, (kind, variable)


@pytest.mark.parametrize("language", Language)
def test_a_template_uses_all_that_its_message_says(language: Language) -> None:
    """What matters to people is in the text itself; ids, queue and numbers stand below it."""
    below = {"application_id", "queue", "referral", "place_id", "organisation_id", "missing", "source", "event_id"}
    about = {"id", "locality", "audience", "recipient", "kind", "at"}
    for kind, template in templates(language).items():
        used = {FIELDS.get(variable, variable.replace("-", "_")) for variable in template.variables}
        always, sometimes = MESSAGE_FIELDS[kind]
        # A term of one kind only is in the template's own words; the detail of a rejected event stands below.
        rest = (always | sometimes) - used - below - about - {"term"}
        assert rest <= ({"detail"} if kind is MessageKind.ORGANISATION_EVENT_REJECTED else set()), kind


@pytest.mark.parametrize("language", Language)
def test_symbols_are_selected_on_and_never_shown(language: Language) -> None:
    assert placed_variables(language) & {"reason", "term", "missing"} == set()


@pytest.mark.parametrize(
    ("language", "letters"),
    [(Language.KAZAKH, "әғқңөұүһі"), (Language.RUSSIAN, "ёъыэщю")],
)
def test_a_language_is_written_with_its_own_letters(language: Language, letters: str) -> None:
    text = source(language)
    missing = {letter for letter in letters if letter not in text} - {"һ", "ъ"}
    assert missing == set()
    # No Latin look-alikes inside Cyrillic words, as `i` for `і` or `h` for `һ`.
    words = re.sub(r"\{[^{}]*\}|^#.*|^\S+ =|\[\w+\]|\.\w+ =|\S+-pattern = .*", " ", text, flags=re.MULTILINE)
    assert re.findall(r"\w*(?:[a-zA-Z][а-яёәғқңөұүһі]|[а-яёәғқңөұүһі][a-zA-Z])\w*", words) == []


@pytest.mark.parametrize(
    ("language", "said", "short"),
    [
        (Language.KAZAKH, "2021 жылғы 16 маусым (сәрсенбі), сағат 24:00", "24:00 16.06.2021"),
        (Language.RUSSIAN, "24:00 16 июня 2021 года (среда)", "24:00 16.06.2021"),
        (Language.ENGLISH, "24:00 on Wednesday, 16 June 2021", "24:00 16.06.2021"),
    ],
)
def test_a_term_that_ends_at_midnight_is_the_end_of_its_last_day(language: Language, said: str, short: str) -> None:
    midnight = parse_instant("2021-06-17T00:00:00+06:00")
    assert WORDS[language].deadline(ALMATY, midnight) == (said, short)
    assert "17" in WORDS[language].moment(ALMATY, midnight).long


def test_a_moment_is_told_in_the_time_of_the_locality() -> None:
    moment = parse_instant("2021-06-16T21:30:59+06:00")
    assert WORDS[Language.ENGLISH].deadline(ALMATY, moment).short == "21:30 16.06.2021"
    assert WORDS[Language.ENGLISH].deadline(AQTAU, moment).short == "20:30 16.06.2021"
    # One zone for the whole country since 1 March 2024.
    later = parse_instant("2024-03-02T00:00:00+05:00")
    assert WORDS[Language.ENGLISH].deadline(ALMATY, later).short == "24:00 01.03.2024"


def test_the_months_and_days_of_the_week_are_kazakh() -> None:
    days = [WORDS[Language.KAZAKH].day(date_to_day(date)).long for date in _first_days()]
    assert " ".join(day.split()[3] for day in days) == MONTHS
    assert {re.search(r"\((.*)\)", day).group(1) for day in days} <= set(  # type: ignore[union-attr]
        ["дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі"]
    )


def _first_days() -> list[datetime.date]:
    return [datetime.date(2021, month, 1) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ("general/2018", "общая, дети 2018 года рождения"),
        ("special/kg-3/2017/", "в специальную организацию kg-3, дети 2017 года рождения"),
        ("sanatorium/kg-4/2017/аллергия", "в санаторную организацию kg-4, дети 2017 года рождения, профиль: аллергия"),
        ("special/kg-3/2017/none", "в специальную организацию kg-3, дети 2017 года рождения, профиль: none"),
        ("something else", "something else"),
    ],
)
def test_a_queue_is_told_in_words(queue: str, said: str) -> None:
    assert WORDS[Language.RUSSIAN].queue(queue) == said


def test_a_mistake_in_the_locales_is_named() -> None:
    with pytest.raises(NotRendered, match="en: no template NOTHING"):
        WORDS[Language.ENGLISH].template("NOTHING")
    with pytest.raises(NotRendered, match="no words for end-NOTHING"):
        WORDS[Language.ENGLISH].constant("end-NOTHING")
    with pytest.raises(NotRendered, match="has no short, subject, text"):
        WORDS[Language.ENGLISH].template("end-LAPSED")
    with pytest.raises(NotRendered, match="no date"):
        WORDS[Language.ENGLISH].day(10**9)
