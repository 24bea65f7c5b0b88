"""The program in docs/publishing.md runs as it is printed."""

import re
from pathlib import Path
from typing import Any

import pytest

from producers.client.publisher import Publisher
from tests.integration.publishing.log import make_topics, published

pytestmark = pytest.mark.integration

PAGE = Path(__file__).parents[3] / "docs" / "publishing.md"


def test_the_program_of_the_page_runs(kafka: str, prefix: str, tmp_path: Path) -> None:
    make_topics(kafka, prefix)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    # Only what belongs to this broker and this test is put in; each must be there to be put in.
    changes = {
        '"kafka.example:9092"': repr(kafka),
        'Path("spool.db")': f"Path({str(tmp_path / 'spool.db')!r})",
        'source="kindergarten/17",': f'source="kindergarten/17", topic_prefix={prefix!r},',
        "mark(settings.client)": f"mark(settings.client, {prefix!r})",
        "start=here)": f"start=here, topic_prefix={prefix!r})",
        "timeout=30).get": "timeout=0.1).get",  # no pipeline decides here
    }
    text = "\n".join(blocks)
    for printed, ours in changes.items():
        assert text.count(printed) == 1, printed
        text = text.replace(printed, ours)
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102  # the page is ours
    assert isinstance(names["publisher"], Publisher)
    assert names["receipt"].topic == f"{prefix}vacancy-releases"
    assert names["outcome"] is None
    assert [each.event_id for each in published(kafka, prefix, "vacancy-releases")["vacancy-releases"]] == [
        names["delivery"].event_id
    ]
