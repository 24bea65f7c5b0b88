"""docs/indicators.md has an entry for each indicator of the contract, in its order, with what the table says."""

import re
from pathlib import Path

from schemas.indicators import INDICATORS, Indicator

PAGE = Path(__file__).parents[3] / "docs" / "indicators.md"
ENTRY = re.compile(r"^### `(\w+)`\n\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def first_line(indicator: Indicator) -> str:
    key = "/".join(each.name for each in indicator.dimensions)
    return f"{indicator.kind} in {indicator.unit.lower()}{f'; key: {key}' if key else ''}. Source: {indicator.source}."


def test_every_indicator_is_defined_as_the_table_has_it() -> None:
    entries = dict(ENTRY.findall(PAGE.read_text(encoding="utf-8")))
    assert list(entries) == list(INDICATORS)
    for name, body in entries.items():
        indicator = INDICATORS[name]
        paragraphs = [" ".join(each.split()) for each in body.strip().split("\n\n")]
        assert paragraphs[0] == first_line(indicator)
        bounds = f"Bounds of its buckets: {', '.join(map(str, indicator.bounds))}."
        assert (bounds in paragraphs) is bool(indicator.bounds)
        assert paragraphs[-1].startswith("Does not tell: ")
        assert len(paragraphs) == 3 + bool(indicator.bounds), "what it is, and what it does not tell"


def test_bounds_grow_and_belong_to_durations_only() -> None:
    for indicator in INDICATORS.values():
        assert list(indicator.bounds) == sorted(set(indicator.bounds))
        assert bool(indicator.bounds) is (indicator.kind == "DURATION")
        if indicator.bounds:
            low, high = indicator.bounds[0], indicator.bounds[-1]
            found = [indicator.bucket(each) for each in (0, low - 1, low, high - 1, high)]
            assert found == [0, 0, 1, len(indicator.bounds) - 1, len(indicator.bounds)]


def test_a_key_is_split_from_its_end() -> None:
    assert INDICATORS["rejected"].split("urn:a/b/c/TOO_OLD") == ("urn:a/b/c", "TOO_OLD")
    assert INDICATORS["waiting"].split("GENERAL/2018") == ("GENERAL", "2018")
    assert INDICATORS["bulletins"].split("") == ()
