"""The words of the public pages: the same messages in each language, a word for every symbol, days as people write."""

from datetime import date
from enum import StrEnum

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from consumers.public_bulletins.kato import CITIES, REGIONS
from consumers.public_bulletins.model import alphabetical
from consumers.public_bulletins.words import Language, TextsError, shown, sources, words
from schemas.instants import parse_instant
from schemas.outputs import OrderStatus
from schemas.words import Admission, Group, GroupType, RecallReason, Regime

ASTANA = "710000000"
SYMBOLS: tuple[type[StrEnum], ...] = (Admission, Group, GroupType, OrderStatus, RecallReason, Regime)


class Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # the visitor's protocol
        self.names.add(node.id.name)


def messages(language: Language) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text in sources(language).values():
        for entry in FluentParser().parse(text).body:
            assert not isinstance(entry, ast.Junk), entry.content
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice"
                variables = Variables()
                variables.visit(entry)
                found[entry.id.name] = variables.names
    return found


def test_every_language_has_the_same_messages_and_variables() -> None:
    assert messages(Language.KAZAKH) == messages(Language.RUSSIAN) == messages(Language.ENGLISH)


@pytest.mark.parametrize("language", Language)
def test_every_symbol_has_a_word_of_its_own(language: Language) -> None:
    w = words(language, ASTANA)
    for kind in SYMBOLS:
        said = [w.word(symbol) for symbol in kind]
        assert len(set(said)) == len(kind)
        assert not any(symbol.value in word for symbol, word in zip(kind, said, strict=True))


def test_days_and_moments_are_local_and_as_people_write_them() -> None:
    day, moment = date(2021, 6, 10), parse_instant("2021-06-10T18:00:05.700+06:00")
    kazakh, russian, english = (words(each, ASTANA) for each in Language)
    assert [each.day(day) for each in (kazakh, russian, english)] == [
        "2021 жылғы 10 маусым",
        "10 июня 2021 г.",
        "10 June 2021",
    ]
    assert [each.month(day) for each in (kazakh, russian, english)] == ["2021 жылғы маусым", "Июнь 2021", "June 2021"]
    assert russian.moment(moment) == "10 июня 2021 г., 18:00"
    assert russian.stamp(moment) == "10.06.2021 18:00:05"
    assert words(Language.RUSSIAN, "270000000").stamp(moment) == "10.06.2021 17:00:05"
    assert russian.on_day(moment, day) == "18:00:05"
    assert russian.on_day(moment, date(2021, 6, 11)) == "10.06.2021 18:00:05"


def test_russian_counts_have_their_forms() -> None:
    w = words(Language.RUSSIAN, ASTANA)
    said = [w.say("places", count=count) for count in (1, 3, 5, 21, 24_294)]
    assert said == ["1 место", "3 места", "5 мест", "21 место", "24\u00a0294 места"]
    assert [w.ages(2, 2), w.ages(1, 2), w.ages(4, 5), w.ages(1, 1)] == ["2 года", "1–2 года", "4–5 лет", "1 год"]


def test_queues_are_said_and_odd_ids_stand_for_themselves() -> None:
    w = words(Language.ENGLISH, ASTANA)
    assert w.queue("general/2018") == "General queue, born in 2018"
    assert w.queue("special/org-1/2017/SPEECH") == "Queue of the special organisation org-1, born in 2017, SPEECH"
    assert w.queue("sanatorium/org-1/2017/", "Sun") == "Queue of the sanatorium organisation Sun, born in 2017"
    assert w.queue("other/1") == "other/1"
    assert w.queue("general/2018/x") == "general/2018/x"


def test_localities_have_names_or_their_code_and_region() -> None:
    w = words(Language.KAZAKH, ASTANA)
    assert w.locality(ASTANA) == "Астана"
    assert w.locality("113230100") == "113230100 елді мекені, Ақмола облысы"
    assert w.locality("000000000") == "Елді мекен 000000000"
    assert w.region(ASTANA) is None
    assert all(len(set(names)) and all(names) for names in (*CITIES.values(), *REGIONS.values()))


def test_names_stand_in_the_order_of_the_alphabet() -> None:
    names = ["Ұшқын", "Алматы облысы", "Күншуақ", "Ақмола облысы", "Балапан", "Әсем", "Қарлығаш", "Үміт", "Томирис"]
    assert sorted(names, key=alphabetical) == [
        *("Ақмола облысы", "Алматы облысы", "Әсем", "Балапан", "Күншуақ", "Қарлығаш", "Томирис", "Ұшқын", "Үміт")
    ]


def test_marks_that_hide_or_reorder_text_are_shown_as_such() -> None:
    assert shown("a\u202eb\u200bc\u2066\x07\ud800\U000e0041") == "a" + "\ufffd".join(["", "b", "c", "", "", "", ""])
    assert shown("Нұр «Ай» & <b>") == "Нұр «Ай» & <b>"


def test_a_message_that_is_missing_is_an_error() -> None:
    with pytest.raises(TextsError, match="no message nothing"):
        words(Language.KAZAKH, ASTANA).say("nothing")
    with pytest.raises(TextsError):
        words(Language.KAZAKH, ASTANA).say("places")
