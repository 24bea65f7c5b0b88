"""What an event says stays words: in pages, in lists, in files, whoever looks; and addresses and headers stay addresses
and headers."""

import csv
import io
import json
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from consumers.dashboard.access import Role, Viewer
from consumers.dashboard.app import Dashboard, pages
from consumers.dashboard.routes import link
from tests.integration.dashboard.test_authorisation import NAMED, address, things
from tests.integration.dashboard.world import HOME, World

pytestmark = pytest.mark.integration

BAD_TAGS = {"iframe", "object", "embed", "base", "i", "img"}
FORMULAS = tuple("=+-@\t\r")
AUDITOR = Viewer(Role.AUDITOR, "", "auditor")
PER_KIND = 4


class Markup(HTMLParser):
    """Notes what a page must not have."""

    def __init__(self) -> None:
        """Nothing found yet."""
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        found = dict(attrs)
        if tag in BAD_TAGS or "style" in found or any(name.startswith("on") for name in found):
            self.problems.append(f"{tag} {attrs}")
        if (
            tag == "script"
            and found.get("type") != "application/json"
            and not (found.get("src") or "").startswith("/static/")
        ):
            self.problems.append(f"script {attrs}")
        for name in ("href", "src", "action"):
            value = found.get(name)
            if value and not value.startswith(("/", "#", "?")):
                self.problems.append(f"{tag} {name}={value}")


def problems(text: str) -> list[str]:
    """What a page has and must not have."""
    parser = Markup()
    parser.feed(text)
    return parser.problems


def addresses(world: World) -> list[str]:
    """Pages about hostile things: one of each kind, and several about what differs."""
    parts = things(world, HOME).parts
    found = [address(page, parts) for page in NAMED.values()]
    lists = {
        "organisation": "SELECT organisation_id FROM organisations WHERE locality = %s ORDER BY 1",
        "application": "SELECT application_id FROM applications WHERE locality = %s ORDER BY 1",
        "place": "SELECT place_id FROM referrals WHERE locality = %s ORDER BY 1",
        "record": "SELECT record FROM rejections WHERE locality = %s ORDER BY 1",
        "queue": "SELECT DISTINCT queue FROM applications WHERE locality = %s AND queue LIKE 'special%%' ORDER BY 1",
    }
    for name, text in lists.items():
        part = "sequence" if name == "record" else name
        rows = world.rows(text, HOME)[:PER_KIND]
        assert rows, name
        found += [link("ru", name, locality=HOME, **{part: value}) for (value,) in rows]
    return found


def test_no_word_of_an_event_becomes_markup_a_script_or_an_address(asking: tuple[World, Dashboard, TestClient]) -> None:
    world, _, client = asking
    world.viewer = AUDITOR
    listed = addresses(world)
    for path in listed:
        answer = client.get(path)
        if answer.status_code == 503 and path.endswith("/operations"):
            continue
        assert answer.status_code in (200, 303), (path, answer.status_code)
        assert problems(answer.text) == [], path
        assert "49{% raw" not in answer.text, "no template is run twice"
        for hidden in ("\u202e", "\u200b"):
            assert hidden not in answer.text, path
    assert any("&lt;script&gt;alert(1)" in client.get(path).text for path in listed), "the hostile words are shown"


def test_files_run_nothing_in_a_spreadsheet_and_are_what_they_say(asking: tuple[World, Dashboard, TestClient]) -> None:
    world, found, client = asking
    world.viewer = AUDITOR
    parts = things(world, HOME).parts
    seen = 0
    for page in pages():
        path = address(page, parts)
        if client.get(path).status_code != 200:
            continue
        entry = next((each for key, each in found.pages.cache._entries.items() if key[0] == page.name), None)  # type: ignore[index]
        names = set(page.tables) | set(getattr(getattr(entry, "content", None), "tables", {}))
        for name in sorted(names):
            answer = client.get(f"{path}?table={name}&as=csv")
            if answer.status_code in (400, 404):  # a list that this view has not
                continue
            assert answer.status_code == 200, (path, name)
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            assert answer.headers["content-disposition"].startswith("attachment; ")
            rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            for row in rows[1:]:
                for cell in row:
                    assert not cell.lstrip().startswith(FORMULAS) or cell.lstrip("-").replace(".", "").isdecimal(), (
                        name,
                        cell,
                    )
            data = json.loads(client.get(f"{path}?table={name}&as=json").text)
            assert len(data["rows"]) == len(rows) - 1, (path, name)
            listed = client.get(f"{path}?table={name}")
            assert problems(listed.text) == [], (path, name)
            seen += 1
    assert seen > 5


@pytest.mark.parametrize(
    "path",
    [
        "/en/../../etc/passwd",
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/en/localities/710000000%0d%0aX-Evil:1",
        "/en/localities/' OR 1=1--",
        "/en/localities/710000000/applications/a-1'%20OR%20'1'='1",
        "/en/localities/710000000/queues/general/2018%00",
        "/en//evil.example",
        "/EN/",
        "/en/about/",
    ],
)
def test_odd_addresses_are_no_pages(path: str, asking: tuple[World, Dashboard, TestClient]) -> None:
    world, _, client = asking
    world.viewer = AUDITOR
    answer = client.get(path)
    assert answer.status_code in (400, 404), answer.status_code
    assert "location" not in answer.headers
    assert "x-evil" not in answer.headers
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("query", ["as=xml", "from=0", "from=-1", "from=1e9", "from=99999999", "from=%D9%A1"])
def test_odd_words_of_a_list_are_a_bad_request(query: str, asking: tuple[World, Dashboard, TestClient]) -> None:
    _, _, client = asking
    answer = client.get(f"/en/about?table=localities&{query}")
    assert answer.status_code == 400
    assert "be understood" in answer.text


def test_what_comes_before_any_page_is_refused_in_plain_words(asking: tuple[World, Dashboard, TestClient]) -> None:
    _, _, client = asking
    assert client.get("/en/about", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/en/about", headers={"Host": "localhost@evil.example"}).status_code == 400
    assert client.put("/en/about").status_code == 405
    assert client.get("/en/about?" + "x" * 3_000).status_code == 414
    assert client.post("/en/about", content=b"x" * 10_000).status_code == 413
    assert client.post("/en/about", content=b"x").status_code == 405
    ignored = client.get("/en/about?utm_source=a&fbclid=%3Cscript%3E")
    assert ignored.status_code == 200
    assert "fbclid" not in ignored.text


def test_every_answer_carries_the_headers_that_keep_a_browser_in(asking: tuple[World, Dashboard, TestClient]) -> None:
    _, _, client = asking
    for path in ("/", "/en/about", "/en/nobody", "/robots.txt", "/en/about?table=localities&as=csv"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "server" not in answer.headers
