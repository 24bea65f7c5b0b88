"""The dashboard's words: the same messages and variables in every language, in every folder."""

import re

import pytest

from consumers.dashboard.words import Language, texts, words

MESSAGE = re.compile(r"^([a-zA-Z][\w-]*) =", re.MULTILINE)


def messages(text: str) -> dict[str, set[str]]:
    """Messages of a file and the variables that each takes."""
    parts = MESSAGE.split(text)[1:]
    return {name: set(re.findall(r"\{ ?\$([\w-]+)", body)) for name, body in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize("language", list(Language))
def test_every_language_says_the_same_messages(language: Language) -> None:
    mine, english = texts(language), texts(Language.ENGLISH)
    assert set(mine) == set(english)
    for package, text in english.items():
        wanted, found = messages(text), messages(mine[package])
        assert set(found) == set(wanted), package
        for name, variables in wanted.items():
            assert found[name] == variables, (package, name)
    assert words(language).say("site")
