"""The words of the officials' pages: the same messages and variables in each language, one for each name in use."""

from typing import Any

import pytest
from fluent.syntax import ast, parse

from consumers.dashboard.officials.measures import MEASURES, WATCHED
from consumers.dashboard.officials.records import LISTS
from consumers.dashboard.words import Language, texts, words
from consumers.indicators.quality import LINES, Group, Origin
from schemas.words import EndCause, How, Reason, Stage

FOLDER = "consumers.dashboard.officials"


def _variables(node: Any) -> set[str]:
    if isinstance(node, ast.VariableReference):
        return {node.id.name}
    inside = list(vars(node).values()) if isinstance(node, ast.BaseNode) else node if isinstance(node, list) else []
    return set().union(*map(_variables, inside))


def _messages(language: Language) -> dict[str, set[str]]:
    found = [each for each in parse(texts(language)[FOLDER]).body if isinstance(each, ast.Message)]
    assert len({each.id.name for each in found}) == len(found)
    return {each.id.name: _variables(each.value) for each in found}


def test_messages_and_variables_are_the_same_in_every_language() -> None:
    english = _messages(Language.ENGLISH)
    assert _messages(Language.RUSSIAN) == english
    assert _messages(Language.KAZAKH) == english


@pytest.mark.parametrize("language", Language)
def test_every_figure_list_and_symbol_has_its_words(language: Language) -> None:
    w = words(language)
    names = [f"{kind}-{name}" for name in MEASURES for kind in ("figure", "hint", "unit")]
    names += [f"attention-{name}" for name in WATCHED]
    names += [f"list-{name}" for name in LISTS]
    names += [f"listed-{column.name}" for each in LISTS.values() for column in each.columns]
    names += [f"quality-row-{line.name}" for line in LINES]
    names += [f"QualityGroup-{each}" for each in Group]
    names += [f"QualityOrigin-{each}" for each in (Origin.STATED, Origin.NOT_IN_THE_LOG)]
    names += [f"Stage-{each}" for each in Stage] + [f"Rejection-{each}" for each in Reason]
    names += [f"EndCause-{each}" for each in EndCause] + [f"How-{each}" for each in How]
    assert [name for name in names if not w.has(name)] == []
