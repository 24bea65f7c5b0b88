"""The dashboard in a real browser, over a real Oryn that decides: every page in every language, alive, by deep link,
with a keyboard, on paper, on a phone, without scripts, and when something is not there.
"""

import io
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import pairwise

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from consumers.dashboard.access import Role
from consumers.dashboard.routes import LANGUAGES, ROUTES, link
from tests.browser.village import PASSWORD, Village, eventually, village
from tests.browser.visits import (
    ALL_RULES,
    COLOURS,
    DESK,
    NO_COLOURS,
    PHONE,
    Logins,
    Visitor,
    logged_in,
    message_names,
    visitor,
)

pytestmark = [pytest.mark.browser, pytest.mark.integration]

# Who sees most: every page, and also who looked.
ALL_SEEING = Role.AUDITOR.value
LIVE_S = 2.0
DECISIONS = 3
# Beside the pages of the table: those of the frame, a list of a table, an answer to a search.
OTHERS = {
    "login": "/login",
    "account": "/account",
    "a list": "/localities/{locality}?table=queues",
    "a search in vain": "/?find=zzz",
}
DARK = ("nation", "locality", "application", "login")
NAMES = message_names()


@pytest.fixture(scope="module")
def town(
    browser: Browser, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Village]:
    """A village for all tests of the file. Without a browser no service is started."""
    kafka, postgres, redis = (request.getfixturevalue(name) for name in ("kafka", "postgres", "redis"))
    with village(kafka, postgres, redis, tmp_path_factory.mktemp("village")) as found:
        yield found


@pytest.fixture(scope="module")
def login(browser: Browser, town: Village) -> Logins:
    """Logins, by role."""
    return logged_in(browser, town.address, PASSWORD)


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, town: Village, login: Logins) -> Iterator[Visit]:
    """Opens windows: `visit("auditor")`, logged in, or `visit()`, as nobody; with options of a browser's context."""
    with ExitStack() as windows:

        def open_one(role: str = "", **options: object) -> Visitor:
            kept = {"storage_state": login(role)} if role else {}
            return windows.enter_context(visitor(browser, town.address, **kept, **options))

        yield open_one


@pytest.fixture(scope="module")
def auditors(browser: Browser, town: Village, login: Logins) -> Iterator[dict[str, Visitor]]:
    """One window for each language, which goes from page to page."""
    with ExitStack() as windows:
        state = login(ALL_SEEING)
        yield {
            each: windows.enter_context(visitor(browser, town.address, storage_state=state, locale=each))
            for each in LANGUAGES
        }


def path_of(town: Village, language: str, name: str) -> str:
    """The address of a page, with parts that are there."""
    if name not in ROUTES:
        return f"/{language}" + OTHERS.get(name, f"/{name}").format(**town.parts)
    return link(language, name, **{part: town.parts[part] for part in ROUTES[name].parts})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*ROUTES, *OTHERS])
def test_every_page_speaks_its_language_is_accessible_and_fits_a_phone(
    name: str, language: str, town: Village, auditors: dict[str, Visitor]
) -> None:
    at = auditors[language]
    at.page.set_viewport_size({"width": DESK, "height": 800})
    assert at.open(path_of(town, language, name)).status == 200
    assert at.page.locator("html").get_attribute("lang") == language
    assert at.page.locator("h1").count() == 1
    assert at.missing_words(NAMES) == []
    assert at.findings(ALL_RULES if language == LANGUAGES[0] else NO_COLOURS) == []
    if name in DARK:
        at.page.emulate_media(color_scheme="dark")
        assert at.findings(COLOURS) == []
        at.page.emulate_media(color_scheme="light")
    at.page.set_viewport_size({"width": PHONE, "height": 640})
    assert at.overflow() <= 0
    at.assert_content()


@pytest.mark.parametrize(
    ("role", "names"),
    [("", ("locality", "application")), ("applicant", ("mine", "application")), ("organisation", ("organisation",))],
)
def test_what_a_family_and_a_kindergarten_see_is_as_good(
    role: str, names: tuple[str, ...], town: Village, visit: Visit
) -> None:
    somebody = visit(role, viewport={"width": PHONE, "height": 640})
    for name in names:
        assert somebody.open(path_of(town, "kk", name)).status == 200
        assert somebody.missing_words(NAMES) == []
        assert somebody.findings() == []
        assert somebody.overflow() <= 0
    somebody.assert_content()


# Notes when the length of a queue changes on the page: the browser's clock is this machine's.
NOTE_CHANGE = """was => {
  const root = document.documentElement;
  delete root.dataset.changed;
  new MutationObserver((_, observer) => {
    const now = document.querySelector("#live-now .value");
    if (now && now.textContent !== was) { root.dataset.changed = Date.now(); observer.disconnect(); }
  }).observe(document.getElementById("live-now"), { childList: true, subtree: true });
}"""


def changed_at(at: Visitor) -> float:
    """Wait until what NOTE_CHANGE looks for has come. Returns: when, in seconds since 1970."""
    at.page.locator("html[data-changed]").wait_for()
    return int(at.page.locator("html").get_attribute("data-changed") or "0") / 1_000


def test_a_decision_is_on_an_open_page_within_two_seconds(town: Village, visit: Visit) -> None:
    family = visit()
    family.open(path_of(town, "kk", "queue"))
    family.page.locator("#live").wait_for()
    length = family.page.locator("#live-now .value").first
    before, delays = int(length.inner_text()), []
    for _ in range(DECISIONS):
        shown = length.inner_text()
        family.page.evaluate(NOTE_CHANGE, shown)
        decided_at = town.await_decided(town.submit())
        delays.append(changed_at(family) - decided_at)
    assert int(length.inner_text()) == before + DECISIONS
    family.page.get_by_role("link", name=f"a-live-{DECISIONS}").wait_for()
    assert family.page.locator("#live:not(.lost)").is_visible()
    assert statistics.median(delays) <= LIVE_S, delays
    family.assert_content()


def test_what_is_open_and_focused_stays_so_when_the_page_renews_itself(town: Village, visit: Visit) -> None:
    office = visit(Role.LOCALITY.value)
    office.open(path_of(town, "ru", "queue"))
    office.page.locator("#live").wait_for()
    table = office.page.locator("#live-movement details").first
    table.locator("summary").press("Enter")
    length = office.page.locator("#live-now .value").first
    office.page.evaluate(NOTE_CHANGE, length.inner_text())
    town.await_decided(town.submit())
    changed_at(office)
    assert table.get_attribute("open") is not None
    assert office.focused("e.tagName") == "SUMMARY"
    assert office.page.locator("#live-movement .uplot").count() > 0, "the charts are drawn again"
    office.assert_content()


def test_a_deep_link_leads_through_the_login_to_the_page_and_a_family_sees_its_own(town: Village, visit: Visit) -> None:
    deep = path_of(town, "ru", "application")
    family = visit()
    family.open(deep)
    public = family.shown()
    family.page.locator("nav.doors a[href*='/login']").click()
    family.log_in(Role.APPLICANT.value, PASSWORD)
    assert family.path == deep
    assert len(family.shown()) > len(public), "its terms and what comes next"

    office = visit()
    wanted = path_of(town, "kk", "record")
    office.open(wanted)
    assert "/kk/login" in office.path
    office.log_in(Role.LOCALITY.value, PASSWORD)
    assert office.path == wanted
    office.assert_content()


def test_a_wrong_password_is_told_and_the_way_goes_on(town: Village, visit: Visit) -> None:
    somebody = visit()
    wanted = path_of(town, "en", "place")
    somebody.open(wanted)
    somebody.page.locator("input[name=name]").fill(Role.REGION.value)
    somebody.page.locator("input[name=password]").fill("another")
    somebody.page.locator("form.fields button").click()
    assert somebody.page.get_by_role("alert").inner_text()
    assert somebody.page.locator("input[name=name]").input_value() == Role.REGION.value
    assert somebody.findings() == []
    somebody.log_in(Role.REGION.value, PASSWORD)
    assert somebody.path == wanted


def test_the_way_back_leads_back_and_a_language_keeps_the_page(town: Village, visit: Visit) -> None:
    office = visit(Role.LOCALITY.value)
    office.open(path_of(town, "kk", "locality"))
    title = office.page.locator("h1").inner_text()
    office.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    office.page.locator("#live-queues tbody a[href*='/queues/']").first.click()
    office.page.wait_for_url(re.compile("/queues/"))
    queue = office.path
    office.page.locator("#live-order tbody a").first.click()
    office.page.wait_for_url(re.compile("/applications/"))
    office.page.go_back()
    office.page.wait_for_url(re.compile("/queues/"))
    assert office.path == queue
    office.page.locator("#live").wait_for()  # alive again
    office.page.go_back()
    office.page.wait_for_url(re.compile("/localities/[0-9]+$"))
    assert office.page.locator("h1").inner_text() == title
    office.page.go_forward()
    office.page.wait_for_url(re.compile("/queues/"))

    office.open(f"{queue}?first=2")
    for language in ("ru", "en", "kk"):
        office.page.locator(f".tongues a[hreflang={language}]").click()
        office.page.wait_for_url(re.compile(f"/{language}/"))
        assert office.path == re.sub("^/kk/", f"/{language}/", queue) + "?first=2"
        assert office.page.locator("html").get_attribute("lang") == language
    office.assert_content()


# Where the focus is: its top, whether it can be seen there, whether it is in the top of the page.
STOP = "[e.getBoundingClientRect().top + scrollY, getComputedStyle(e).outlineStyle !== 'none', !!e.closest('header')]"


def test_the_keyboard_goes_from_the_skip_link_through_menu_tables_and_charts(town: Village, visit: Visit) -> None:
    office = visit(Role.LOCALITY.value)
    office.open(path_of(town, "ru", "queue"))
    keys = office.page.keyboard
    keys.press("Tab")
    assert office.focused("[e.className, e.getBoundingClientRect().left >= 0]") == ["skip", True]
    menu = []
    while True:
        keys.press("Tab")
        top, seen, inside = office.focused(STOP)
        if not inside:
            break
        assert seen, office.focused("e.outerHTML")
        menu.append(office.focused("e.innerText || e.ariaLabel"))
    assert len(menu) >= 2 + len(LANGUAGES) + 1, "home, account, each language, the theme"
    office.page.locator(".skip").focus()
    keys.press("Enter")
    assert office.focused("e.id") == "main"
    tops, kinds = [0.0], set[str]()
    for _ in range(200):
        keys.press("Tab")
        top, seen, _ = office.focused(STOP)
        if office.focused("e === document.body || !!e.closest('header')"):
            break  # behind the last stop
        assert seen, office.focused("e.outerHTML")
        tops.append(top)
        if office.focused("e.matches('summary')") and not kinds & {"chart's table"}:
            keys.press("Enter")
            opened = office.focused("e.parentElement.open && e.parentElement.querySelector('td').offsetHeight > 0")
            assert opened, "the chart's figures as a table"
            kinds.add("chart's table")
        kinds.add(str(office.focused("e.matches('.scroll') ? 'table' : e.tagName")))
    assert {"A", "INPUT", "BUTTON", "table", "SUMMARY", "chart's table"} <= kinds
    assert all(b >= a - 40 for a, b in pairwise(tops)), "down the page, those of one line aside"


def test_the_button_of_light_and_dark_is_remembered(town: Village, visit: Visit) -> None:
    somebody = visit()
    ground = "getComputedStyle(document.body).backgroundColor"
    somebody.open("/kk/")
    light = somebody.page.evaluate(ground)
    somebody.page.locator(".theme").press("Enter")
    dark = somebody.page.evaluate(ground)
    assert dark != light
    somebody.open(path_of(town, "kk", "about"))
    assert somebody.page.evaluate(ground) == dark
    assert somebody.findings() == []
    somebody.assert_content()


def test_on_paper_there_are_the_figures_and_no_menus(town: Village, visit: Visit) -> None:
    office = visit(Role.NATION.value)
    office.open(path_of(town, "ru", "locality"))
    figures = office.page.locator("#live-headlines .value").all_inner_texts()
    menu = office.page.locator("nav.doors a").all_inner_texts()
    heading = office.page.locator("h1").inner_text()
    office.page.emulate_media(media="print")
    for hidden in (".doors", ".tongues", ".theme", "#live"):
        assert not office.page.locator(hidden).is_visible(), hidden
    printed = PdfReader(io.BytesIO(office.page.pdf())).pages
    text = "".join("".join(page.extract_text() for page in printed).split())
    assert figures
    for each in (heading, *figures):
        assert "".join(each.split()) in text
    assert "".join("".join(menu).split()) not in text


def test_an_ended_session_leads_to_the_login_and_back_to_the_same_page(town: Village, visit: Visit) -> None:
    office = visit()
    wanted = path_of(town, "kk", "organisation")
    office.open(wanted)
    office.log_in(Role.NATION.value, PASSWORD)
    assert town.end_login(office.page.context.cookies()) == 1
    office.page.reload()
    assert "/kk/login" in office.path
    # The open page's channel may have asked between the end and the reload, and got the login page.
    office.complaints.clear()
    office.log_in(Role.NATION.value, PASSWORD)
    assert office.path == wanted
    office.assert_content()


def test_without_scripts_there_are_the_same_words_and_figures(town: Village, visit: Visit) -> None:
    for role, name in ((Role.LOCALITY.value, "locality"), ("", "application"), ("", "queue")):
        plain, scripted = visit(role, java_script_enabled=False), visit(role)
        path = path_of(town, "ru", name)

        def same(plain: Visitor = plain, scripted: Visitor = scripted, path: str = path) -> bool:
            plain.open(path)
            scripted.open(path)
            return plain.shown() == scripted.shown()

        eventually(same, f"{name}: the same lines")  # figures of indicators may still be on their way
        assert len(plain.shown()) > 10
        plain.assert_content()


def test_what_is_not_there_or_not_allowed_is_told_to_a_person(town: Village, visit: Visit) -> None:
    for language in LANGUAGES:
        somebody = visit(Role.LOCALITY.value)
        missing = path_of(town, language, "application").rpartition("/")[0] + "/nobody-knows"
        foreign = link(language, "locality-quality", locality="710000000")
        texts = set()
        for path in (missing, foreign, f"/{language}/nothing"):
            assert somebody.open(path).status == 404
            assert somebody.page.locator("html").get_attribute("lang") == language
            assert somebody.missing_words(NAMES) == []
            texts.add("\n".join(somebody.shown()))
        assert len(texts) == 1, "not there and not allowed are the same"
        assert somebody.findings() == []

        somebody.open(f"/{language}/account")
        somebody.page.evaluate("document.querySelector('input[name=csrf]').value = 'forged'")
        with somebody.page.expect_navigation() as leaving:
            somebody.page.locator("form button.main").click()
        assert leaving.value.status == 403
        assert somebody.page.locator("html").get_attribute("lang") == language
        assert somebody.page.locator("h1").inner_text() not in texts
        assert somebody.missing_words(NAMES) == []
        somebody.page.locator("main a").first.click()
        assert somebody.page.locator("h1").inner_text()


def answers(at: Visitor, path: str, status: int) -> bool:
    """Whether a page answers so now."""
    return at.open(path).status == status


def test_a_source_that_is_away_is_told_and_the_page_comes_back_by_itself(town: Village, visit: Visit) -> None:
    somebody = visit()
    somebody.open(path_of(town, "ru", "queue"))
    somebody.page.locator("#live").wait_for()
    other = visit()
    town.way.close()
    try:
        somebody.page.locator("#live.lost").wait_for()
        said = somebody.page.locator("#live-said").inner_text()
        assert said == somebody.page.locator("body").get_attribute("data-away")
        for language in LANGUAGES:
            # A page that nobody has asked for yet: nothing is kept of it.
            eventually(partial(answers, other, path_of(town, language, "bulletins"), 503), "it is away")
            assert other.page.locator("html").get_attribute("lang") == language
            assert len(other.shown()) >= 3, "what is wrong, and what to do"
            assert other.missing_words(NAMES) == []
            assert other.findings() == []
    finally:
        town.way.open()
    somebody.page.locator("#live:not(.lost)").wait_for()
    eventually(partial(answers, other, path_of(town, "kk", "bulletins"), 200), "it is back")
