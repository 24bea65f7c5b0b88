"""The public pages in a real browser: on a phone, at a desk, in the dark, on paper, with a keyboard, by axe's rules."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Page

from consumers.public_bulletins.order_board import OrderBoard
from consumers.public_bulletins.order_pages import OrderView
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.store_folder import FolderStore
from consumers.public_bulletins.words import Language
from schemas.instants import Instant
from schemas.outputs import OrderRow, OrderStatus
from schemas.words import Group
from tests.unit.public_bulletins.sites import ASTANA, journal, parsed, publish, site_of
from tests.unit.public_bulletins.test_hostile import NASTY, view_of
from tests.unit.public_bulletins.test_hostile import entry as nasty_entry
from tests.unit.public_bulletins.test_orders import Source, order

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1_280
SERIOUS = {"serious", "critical"}
KAZAKH = "әғқңөұүһі"
QUEUE = "general/2016"
# Rows of a table are like each other, and axe looks at each for long.
MORE_ROWS = "tbody tr:nth-child(n+25)"


@dataclass
class Published:
    """A site and the pages of it that a browser looks at."""

    folder: Path
    address: str
    pages: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> Published:
    """A season, and beside it a long order and a bulletin of nasty names."""
    folder = publish(tmp_path_factory.mktemp("site"), journal(4, 250, (ASTANA,)))
    bulletins = sorted((folder / "kk" / ASTANA).glob("bulletin-*.html"), key=lambda each: each.stat().st_size)
    settings = PageSettings(languages=(Language.KAZAKH, Language.RUSSIAN), publisher="Білім басқармасы")
    other = folder / "other"
    view = view_of(tuple(nasty_entry(n, f"o{n}") for n in range(len(NASTY))), {f"o{n}": t for n, t in enumerate(NASTY)})
    nasty = site_of(other, settings)
    nasty.publish(view)
    nasty.finish()
    orders = Source({QUEUE: order(1_600, 7, queue=QUEUE)})
    OrderBoard(FolderStore(other), Pages(settings), orders, lambda: 0.0).renew()
    return Published(
        folder,
        serve(folder),
        {
            "welcome": "index.html",
            "start": "kk/index.html",
            "locality": f"kk/{ASTANA}/index.html",
            "bulletin": f"ru/{ASTANA}/{bulletins[-1].name}",
            "empty bulletin": f"kk/{ASTANA}/{bulletins[0].name}",
            "nasty bulletin": f"other/kk/{ASTANA}/{view.stem}.html",
            "queues": f"en/{ASTANA}/queues.html",
            "order": f"other/kk/{ASTANA}/order-general-2016.html",
            "end of the order": f"other/ru/{ASTANA}/order-general-2016-3.html",
            "find": f"other/ru/{ASTANA}/find-general-2016.html",
            "found": f"other/kk/{ASTANA}/find-general-2016-2.html",
        },
    )


@contextmanager
def opened(browser: Browser, address: str, width: int, **options: Any) -> Iterator[Page]:
    """A page in a window of its own, that asks nobody else, has nothing to complain of and fits the window."""
    context = browser.new_context(viewport={"width": width, "height": 740}, reduced_motion="reduce", **options)
    asked: list[str] = []
    complaints: list[str] = []
    try:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
        page.on(
            "response", lambda answer: complaints.append(f"{answer.status}: {answer.url}") if not answer.ok else None
        )
        page.goto(address)
        yield page
        assert {urlsplit(each).netloc for each in asked if not each.startswith("data:")} == {urlsplit(address).netloc}
        assert complaints == []
        assert context.cookies() == []
    finally:
        context.close()


def findings(page: Page) -> list[str]:
    """What axe finds that is serious or critical."""
    found = Axe().run(page, context={"exclude": [MORE_ROWS]}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in SERIOUS]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


NAMES = [
    *("welcome", "start", "locality", "bulletin", "empty bulletin", "nasty bulletin"),
    *("queues", "order", "end of the order", "find", "found"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_and_fits_on_a_phone_and_at_a_desk(name: str, browser: Browser, site: Published) -> None:
    for width, scheme in ((PHONE, "light"), (DESK, "dark")):
        with opened(browser, site.address + site.pages[name], width, color_scheme=scheme) as page:
            assert overflow(page) <= 0
            assert findings(page) == []
            assert page.title()


def test_contrast_holds_in_light_and_dark(browser: Browser, site: Published) -> None:
    for scheme in ("light", "dark"):
        with opened(browser, site.address + site.pages["bulletin"], DESK, color_scheme=scheme) as page:
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
            checked = Axe().run(page, options={"runOnly": ["color-contrast", "color-contrast-enhanced"]}).response
            assert [each["id"] for each in checked["violations"] if each["id"] == "color-contrast"] == []
            assert any(each["id"] == "color-contrast" for each in checked["passes"])


def test_without_a_script_nothing_is_missing(browser: Browser, site: Published) -> None:
    with opened(browser, site.address + site.pages["order"], PHONE, java_script_enabled=False) as page:
        page.get_by_role("link", name="Өтінішті табу").click()
        page.get_by_role("link", name="a-").first.click()
        link = page.get_by_role("row").nth(1).get_by_role("link")
        number = link.inner_text()
        link.click()
        assert page.url.endswith(f"#n{number}")
        assert page.locator(f"#n{number}").get_by_role("rowheader").inner_text() == number


def test_the_keyboard_goes_from_the_skip_link_through_the_page_in_order(browser: Browser, site: Published) -> None:
    with opened(browser, site.address + site.pages["bulletin"], DESK) as page:
        focused = "document.activeElement"
        page.keyboard.press("Tab")
        skip = page.evaluate(f"[{focused}.className, {focused}.getBoundingClientRect().left >= 0]")
        assert skip == ["skip", True], "the first stop is the skip link, and it is to be seen"
        order_of_stops = []
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate(f"{focused} === document.body"):
                break  # behind the last link
            shown = page.evaluate(
                f"(() => {{ const e = {focused}; const r = e.getBoundingClientRect(); const s = getComputedStyle(e);"
                " return [r.top + scrollY, r.left, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]; })()"
            )
            assert shown[2], f"where the focus is can be seen: {page.evaluate(f'{focused}.outerHTML')[:200]}"
            order_of_stops.append(shown[0])
        assert len(order_of_stops) > 6
        assert order_of_stops == sorted(order_of_stops), "down the page"
        summary = page.locator("summary").first
        if summary.count():
            summary.focus()
            page.keyboard.press("Enter")
            assert page.locator("details").first.get_attribute("open") is not None
        page.keyboard.press("Home")
        page.locator(".skip").focus()
        page.keyboard.press("Enter")
        assert page.evaluate(f"{focused}.id") == "main"


def test_a_phone_shows_rows_as_cards_that_are_still_tables(browser: Browser, site: Published) -> None:
    with opened(browser, site.address + site.pages["bulletin"], PHONE) as page:
        cell = page.locator("table.kinds tbody td").first
        assert cell.evaluate("e => getComputedStyle(e).display") == "block"
        assert "Группа" in cell.evaluate("e => getComputedStyle(e, '::before').content")
        assert page.get_by_role("table").count() > 0
        assert page.get_by_role("rowheader").count() > 0
        assert page.get_by_role("columnheader").count() > 0


def test_kazakh_letters_are_there_and_have_shapes_of_their_own(browser: Browser, site: Published) -> None:
    with opened(browser, site.address + site.pages["locality"], DESK) as page:
        assert page.locator("html").get_attribute("lang") == "kk"
        widths = page.evaluate(
            "letters => { const c = document.createElement('canvas').getContext('2d');"
            " c.font = getComputedStyle(document.body).font; return [...letters].map(l => c.measureText(l).width) }",
            KAZAKH + "\uffff",
        )
        assert all(widths)
    text = "".join(
        parsed(page_bytes(site, name)).text().casefold() for name in ("start", "locality", "empty bulletin", "order")
    )
    assert set(KAZAKH) - {"һ"} <= set(text), "the words of the pages use them"


def page_bytes(site: Published, name: str) -> bytes:
    """A page as it was written."""
    return (site.folder / site.pages[name]).read_bytes()


def test_on_paper_all_places_are_shown_and_nothing_to_click(browser: Browser, site: Published) -> None:
    with opened(browser, site.address + site.pages["bulletin"], DESK) as page:
        page.emulate_media(media="print")
        assert not page.locator(".tongues").is_visible()
        assert not page.locator(".doors").first.is_visible()
        for each in page.locator(".ids li").all():
            assert each.is_visible()
        assert len(page.pdf()) > 1_000


def test_nasty_names_run_nothing(browser: Browser, site: Published) -> None:
    with opened(browser, site.address + site.pages["nasty bulletin"], DESK) as page:
        assert page.locator("img, script, svg, iframe").count() == 0
        assert page.get_by_text("<script>alert(1)</script>").count() > 0


def test_a_published_page_can_be_opened_from_a_disk(browser: Browser, tmp_path: Path) -> None:
    row = OrderRow("a-1", QUEUE, Group.GENERAL, Instant(0), OrderStatus.WAITING, 1)
    source = Source({QUEUE: OrderView(ASTANA, QUEUE, (row,), 1, Instant(0), "0" * 64)})
    pages = Pages(PageSettings())
    site_of(tmp_path).frame()
    OrderBoard(FolderStore(tmp_path), pages, source, lambda: 0.0).renew()
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "kk" / ASTANA / "queues.html").as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.top')).borderBottomStyle") == "solid"
    page.get_by_role("link", name="2016").click()
    assert page.get_by_role("cell", name="a-1").is_visible()
    context.close()
