"""`oryn bulletins`: the whole site with one command, or its data alone."""

import re
from pathlib import Path

import pytest

from consumers.public_bulletins.order_pages import COLUMNS, QUEUE_COLUMNS
from infra.commands import bulletins
from schemas.errors import BrokenJournal
from tests.unit.public_bulletins.sites import ASTANA, contents, journal, publish
from tests.unit.verification.seasons import lines

DOCUMENT = Path(__file__).parents[3] / "docs" / "public-bulletins.md"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "journal.jsonl"
    found.write_bytes(b"".join(line + b"\n" for line in lines(ASTANA, list(journal(4, 60, (ASTANA,))))))
    return found


def test_the_whole_site_with_real_papers(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bulletins.command(tmp_path / "out", str(file)) == 0
    assert "bulletins in" in capsys.readouterr().err
    found, expected = contents(tmp_path / "out"), contents(publish(tmp_path / "expected", journal(4, 60, (ASTANA,))))
    papers = {name for name in expected if name.endswith(".pdf")}
    assert papers
    assert all(found[name].startswith(b"%PDF-") for name in papers)
    assert {name: data for name, data in found.items() if name not in papers} == {
        name: data for name, data in expected.items() if name not in papers
    }
    assert bulletins.command(tmp_path / "out", str(file), quiet=True) == 0
    assert contents(tmp_path / "out") == found


def test_data_alone_and_pages_without_papers_or_orders(tmp_path: Path, file: Path) -> None:
    assert bulletins.command(tmp_path / "data", str(file), data_only=True, quiet=True) == 0
    assert {Path(name).suffix for name in contents(tmp_path / "data")} == {".csv", ".json"}
    assert bulletins.command(tmp_path / "plain", str(file), papers=False, orders=False, quiet=True) == 0
    plain = contents(tmp_path / "plain")
    assert not [name for name in plain if "order" in name or "queues" in name or name.endswith(".pdf")]
    assert not [
        name for name, data in plain.items() if name.endswith(".html") and (b"queues.html" in data or b".pdf" in data)
    ]


def test_what_is_no_journal_is_said(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_bytes(b'{"locality": 1}\n')
    with pytest.raises(BrokenJournal, match="not a journal record"):
        bulletins.command(tmp_path / "out", str(wrong), quiet=True)


def test_every_column_and_option_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8")
    sections = {each.split("\n", 1)[0].strip("`"): each for each in text.split("### Columns of ")[1:]}
    for name, columns in (("order-QUEUE.csv", COLUMNS), ("queues.csv", QUEUE_COLUMNS)):
        table = sections[name].split("\n## ")[0]
        assert re.findall(r"^\| `([a-z_]+)` \|", table, flags=re.MULTILINE) == list(columns)
    for option in ("--journal", "--data-only", "--no-papers", "--no-orders", "--base-url", "--publisher", "--again"):
        assert f"| `{option}" in text
