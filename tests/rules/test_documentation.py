"""docs/rules.md names every rule, with tests and code that exist."""

import importlib
import re
from pathlib import Path

import pytest

from tests.rules.mutants import MUTANTS

ROOT = Path(__file__).parents[2]
COUNTS = {1: 4, 2: 5, 3: 6, 4: 7, 5: 9, 6: 11, 7: 3, 8: 3}
RULES = [f"R{chapter}.{number}" for chapter, count in COUNTS.items() for number in range(1, count + 1)]
READINGS = 8  # lines of section 10

TEXT = (ROOT / "docs" / "rules.md").read_text()
ROWS = {line.split("|")[1].strip(): line for line in TEXT.splitlines() if re.match(r"\| R\d", line)}
TESTS = {
    name
    for path in Path(__file__).parent.glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_row_with_a_test_that_names_it(rule: str) -> None:
    prefix = f"test_{rule.lower().replace('.', '_')}_"
    named = [each for each in re.findall(r"`(test_\w+)`", ROWS[rule]) if each.startswith(prefix)]
    assert set(named) & TESTS


def test_every_test_that_is_named_exists() -> None:
    assert set(re.findall(r"`(test_[a-z]\w+)`", TEXT)) - TESTS == set()


def test_every_line_of_section_10_has_its_test() -> None:
    readings = {each for each in TESTS if each.startswith("test_section_10_")}
    assert readings == {each for each in re.findall(r"`(test_\w+)`", TEXT) if each.startswith("test_section_10_")}
    assert len(readings) == READINGS


def test_every_place_in_the_code_exists() -> None:
    for module, path in re.findall(r"`([a-z_]+)\.([A-Za-z_.]+)`", "\n".join(ROWS.values())):
        found: object = importlib.import_module(f"streams.rules.{module}")
        for name in path.split("."):
            found = getattr(found, name)


def test_every_rule_with_a_decision_is_broken_on_purpose_once() -> None:
    # R4.2 is about fields that do not exist: there is nothing to break.
    assert {mutant.rule for mutant in MUTANTS} >= set(RULES) - {"R4.2"}
