"""Behind each figure are its records: as many rows as the figure says, and every link leads to a page that is there."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from consumers.dashboard.access import NOBODY, Role, Viewer
from consumers.dashboard.app import Dashboard
from consumers.dashboard.officials.course import course, scope_of
from consumers.dashboard.officials.locality import HEADLINE as LOCALITY_HEADLINE
from consumers.dashboard.officials.measures import MEASURES, Scale
from consumers.dashboard.officials.telling import Place, list_href
from consumers.dashboard.words import Language, words
from tests.integration.dashboard.test_authorisation import NAMED, address, things
from tests.integration.dashboard.world import AWAY, HOME, World

pytestmark = pytest.mark.integration

Asking = tuple[World, Dashboard, TestClient]
AUDITOR = Viewer(Role.AUDITOR, "", "auditor")
PLACES = {
    "": Place("nation", {}),
    HOME[:2]: Place("region", {"region": HOME[:2]}),
    AWAY[:2]: Place("region", {"region": AWAY[:2]}),
    HOME: Place("locality", {"locality": HOME}),
    AWAY: Place("locality", {"locality": AWAY}),
}
# Of these there is a list of now, and the figure is of seven days: the list may have more.
OF_NOW = frozenset({"passive-heads"})


@pytest.mark.parametrize("area", sorted(PLACES))
def test_a_list_has_as_many_rows_as_its_figure_says(area: str, asking: Asking) -> None:
    world, found, client = asking
    world.viewer = AUDITOR
    w = words(Language.ENGLISH, area)
    told = course(found.sources, scope_of(area), parts=len(area) < len(HOME))
    assert told is not None
    seen, wrong = 0, []
    for name, measure in MEASURES.items():
        if measure.scale is not Scale.COUNT or name in OF_NOW:
            continue
        value = int(told.value(measure) or 0)
        href = list_href(measure, told, PLACES[area], w)
        rows = client.get(f"{href}&as=json").json()["rows"]
        if len(rows) != value:
            wrong.append((name, value, len(rows)))
        assert all(int(each["record"]) >= 1 for each in rows), "each row names its journal record"
        seen += value
    assert wrong == [], "figure, what it says, how many rows its list has"
    assert seen > len(LOCALITY_HEADLINE), "a season in which something happened"


def test_headlines_say_what_the_indicators_say_and_lead_to_their_lists(asking: Asking) -> None:
    world, found, client = asking
    world.viewer = AUDITOR
    told = course(found.sources, scope_of(AWAY), parts=False)
    assert told is not None
    page = unescape(client.get(f"/en/localities/{AWAY}").text)
    w = words(Language.ENGLISH, AWAY)
    for name in LOCALITY_HEADLINE:
        measure = MEASURES[name]
        href = list_href(measure, told, PLACES[AWAY], w)
        shown = re.search(rf'href="{re.escape(href)}"[^>]*>([^<]+)</a>', page)
        assert shown is not None, (name, href)
        if measure.scale is Scale.COUNT:
            assert shown[1] == w.count(int(told.value(measure) or 0)), name


# Served where people can log in; here a test says who looks.
DOORS = ("/en/login", "/en/account", "/en/home", "/en/mine", "/en/logout")


class Links(HTMLParser):
    """The addresses that a page leads to."""

    def __init__(self) -> None:
        """None yet."""
        super().__init__()
        self.found: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.add(str(given["href"]))
        if given.get("id"):
            self.ids.add(str(given["id"]))


def links(text: str) -> Links:
    """Those of a page."""
    parser = Links()
    parser.feed(text)
    return parser


def shape(href: str) -> str:
    """What kind of address it is: ids of one kind are alike."""
    path, _, query = href.partition("?")
    kept = re.sub(r"/(places|applications|records|organisations|bulletins)/[^/?]+", r"/\1/…", path)
    return f"{kept}?{re.sub(r'=[^&]*', '', query)}" if query else kept


@pytest.mark.parametrize(
    "viewer",
    [AUDITOR, Viewer(Role.LOCALITY, AWAY, "office"), NOBODY],
    ids=["auditor", "locality", "nobody"],
)
def test_every_link_of_a_page_leads_to_a_page_that_is_there(viewer: Viewer, asking: Asking) -> None:
    world, _, client = asking
    parts = things(world, AWAY).parts
    known: dict[str, int] = {}
    for page in NAMED.values():
        world.viewer = viewer
        answer = client.get(address(page, parts))
        if answer.status_code != 200:
            continue
        here = links(answer.text)
        for href in sorted(here.found):
            if not href.startswith("/en/") or href.startswith(DOORS):
                assert href.startswith(("/", "#", "?")), href
                assert not href.startswith("#") or href[1:] in here.ids, (page.name, href)
                continue
            target, _, anchor = href.partition("#")
            if shape(target) in known:
                continue
            led = client.get(target)
            allowed = (200, 303, 503) if target == "/en/operations" else (200, 303)
            assert led.status_code in allowed, (page.name, href, led.status_code)
            if viewer is not NOBODY:  # who is nobody may be led to where a login helps
                assert "/login" not in led.headers.get("location", ""), (page.name, href)
            if anchor and led.status_code == 200:
                assert anchor in links(led.text).ids, (page.name, href)
            known[shape(target)] = led.status_code
    assert len(known) > 15


def test_the_page_of_a_locality_says_what_is_not_known_while_indicators_are_away(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, found, client = asking
    world.viewer = Viewer(Role.LOCALITY, AWAY, "office")
    gone = found.sources.settings.__class__(
        found.sources.settings.url, found.sources.settings.registers, "nobody-made-this", connections=4
    )
    monkeypatch.setattr(found.sources, "settings", gone)
    found.pages.cache._entries.clear()
    page = client.get(f"/en/localities/{AWAY}")
    monkeypatch.undo()
    found.pages.cache._entries.clear()
    assert page.status_code == 200
    assert "Whether every letter could be read is not known" in page.text
    assert "Every letter could be read" not in page.text
    assert "Nothing was released" not in page.text
    assert "History is missing for now" in page.text
