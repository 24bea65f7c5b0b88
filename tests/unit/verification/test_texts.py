"""The report says the same in every language."""

import ast
from pathlib import Path
from string import Formatter

import consumers.verification
from consumers.history.texts import Language
from consumers.verification.findings import Finding
from consumers.verification.texts import WORDS, what, where, word
from consumers.verification.translations import TEMPLATES

FOLDER = Path(consumers.verification.__file__).parent


def _templates() -> set[str]:
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Broken":
                template = node.args[1]
                assert isinstance(template, ast.Constant), f"{path.name}:{node.lineno} has no constant template"
                found.add(str(template.value))
    return found


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_finding_is_translated_with_the_same_values() -> None:
    templates = _templates()
    assert len(templates) > 100
    for language in (Language.RUSSIAN, Language.KAZAKH):
        assert set(TEMPLATES[language]) == templates
        for english, translated in TEMPLATES[language].items():
            assert _fields(english) == _fields(translated), english


def test_every_word_of_the_report_is_in_every_language() -> None:
    names = {frozenset(words) for words in WORDS.values()}
    assert len(names) == 1
    assert set(WORDS) == set(Language)
    for name, english in WORDS[Language.ENGLISH].items():
        assert {frozenset(_fields(words[name])) for words in WORDS.values()} == {frozenset(_fields(english))}


def test_a_finding_is_said_without_what_paints_on_a_terminal() -> None:
    finding = Finding(3, "71\x1b[0m", 0, "form", "the member {name!r} stands twice", {"name": "\u202eabc"})
    assert "\u202e" not in what(Language.ENGLISH, finding)
    assert "\x1b" not in where(Language.RUSSIAN, finding)
    assert word(Language.KAZAKH, "rule", rule="R3.5") == "R3.5 қағидасы"
