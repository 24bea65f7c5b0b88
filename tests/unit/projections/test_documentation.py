"""docs/messages.md says what the code does: every message with its fields, every stage with its results."""

import re
from pathlib import Path

from schemas.outputs import MessageKind, ServiceStageName
from streams.projections.message_fields import MESSAGE_FIELDS

PAGE = Path(__file__).parents[3] / "docs" / "messages.md"
COMMON = {"id", "locality", "audience", "recipient", "kind", "at"}


def rows(section: str) -> dict[str, list[str]]:
    """The table rows of a section of the page whose first cell is one word of code."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {section}", 1)[1].split("\n## ", 1)[0]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "| `" in line)
    return {first.strip("`"): rest for first, *rest in cells}


def test_r7_1_the_page_lists_every_message_with_the_fields_that_it_says() -> None:
    table = rows("Messages")
    for kind in MessageKind:
        always, _, sometimes = table[kind.value][-1].partition("(")
        documented = (set(re.findall(r"`(\w+)`", always)) | COMMON, set(re.findall(r"`(\w+)`", sometimes)))
        assert documented == tuple(set(names) for names in MESSAGE_FIELDS[kind]), kind


def test_r7_2_the_page_lists_every_stage() -> None:
    assert list(rows("Service stages")) == [stage.value for stage in ServiceStageName]
