"""A visitor of the dashboard with a browser: notes what the browser asks for and complains of, and what the eye sees.

Owns how a page is looked at. Never says what a page should show.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from fluent.syntax import ast, parse
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response

from consumers.dashboard.words import Language, texts
from consumers.public_bulletins.words import sources

PHONE, DESK = 320, 1_280
SERIOUS: Final = frozenset({"serious", "critical"})
# Rows of a table are like each other, and axe looks at each for long.
MORE_ROWS: Final = "tbody tr:nth-child(n+12), .timeline li:nth-child(n+12)"
# Which of axe's rules: colours, its dearest, are the same in every language, and all but them the same in the dark.
ALL_RULES: Final[Mapping[str, Any]] = {}
NO_COLOURS: Final[Mapping[str, Any]] = {"rules": {"color-contrast": {"enabled": False}}}
COLOURS: Final[Mapping[str, Any]] = {"runOnly": ["color-contrast"]}
WAIT_MS: Final = 60_000
# All that can be read on a page, or heard: also what stands in attributes.
_READ: Final = """() => [
  document.title, document.body.innerText,
  ...[...document.querySelectorAll("details")].map(each => each.textContent),
  ...[...document.querySelectorAll("[aria-label], [title], [alt], [placeholder], [data-label], [content]")].flatMap(
    each => ["aria-label", "title", "alt", "placeholder", "data-label", "content"].map(n => each.getAttribute(n) || ""),
  ),
  ...Object.values(document.body.dataset),
].join("\\n")"""
# What no person says: a message's place-holder, a value that is not there, a name of the code's.
NO_WORDS: Final = re.compile(r"\{\s*[$a-z-][^}]*\}|\bundefined\b|\bNaN\b|\[object |\?\?\?")
_NAMES: Final = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9_]+)+")


def message_names() -> frozenset[str]:
    """The names of all messages that have a hyphen: no word of a language looks like them."""
    files = [text for each in Language for text in (*texts(each).values(), *sources(each).values())]
    found = {entry.id.name for text in files for entry in parse(text).body if isinstance(entry, ast.Message)}
    return frozenset(name for name in found if "-" in name)


@dataclass
class Visitor:
    """A window of a browser and what was noted in it. `address`: of the dashboard."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Note from now on."""
        self.page.on("request", lambda each: self.asked.append(each.url))
        self.page.on("console", lambda each: self.complaints.append(f"{each.type}: {each.text}"))
        self.page.on("pageerror", lambda each: self.complaints.append(str(each)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _failed(self, request: Request) -> None:
        # What a page still waits for when it is left, its live channel above all, is given up by the browser itself.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self.complaints.append(f"{answer.status}: {answer.url}")

    def open(self, path: str) -> Response:
        """Go to a page of the dashboard. Returns: its answer."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer

    @property
    def path(self) -> str:
        """Where the window is, behind the name of the site."""
        here = urlsplit(self.page.url)
        return here.path + (f"?{here.query}" if here.query else "")

    def log_in(self, name: str, password: str) -> None:
        """Fill the form that the window shows."""
        self.page.locator("input[name=name]").fill(name)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("form.fields button").click()
        self.page.wait_for_url(re.compile(r"^(?!.*/login)"))

    def words(self) -> str:
        """All that the page says, seen or heard."""
        return str(self.page.evaluate(_READ))

    def shown(self) -> list[str]:
        """The lines of the page's own part, as they are seen."""
        lines = (" ".join(line.split()) for line in self.page.locator("main").inner_text().splitlines())
        return [line for line in lines if line]

    def missing_words(self, names: frozenset[str]) -> list[str]:
        """What is no word of a person. `names`: of messages."""
        words = self.words()
        return [*(found[0] for found in NO_WORDS.finditer(words)), *(names & set(_NAMES.findall(words)))]

    def findings(self, rules: Mapping[str, Any] = ALL_RULES) -> list[str]:
        """What axe finds that is serious or critical. `rules`: its options."""
        options = {"resultTypes": ["violations"], **rules}
        found = Axe().run(self.page, context={"exclude": [MORE_ROWS]}, options=options).response["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in SERIOUS]

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def focused(self, of: str) -> Any:
        """Something of the element that has the focus: an expression over `e`."""
        return self.page.evaluate(f"(e => {of})(document.activeElement)")

    def assert_content(self) -> None:
        """Nobody else was asked, and the browser had nothing to complain of."""
        assert {urlsplit(each).netloc for each in self.asked if not each.startswith("data:")} <= {
            urlsplit(self.address).netloc
        }
        assert self.complaints == []
        self.asked.clear()


@contextmanager
def visitor(browser: Browser, address: str, **options: Any) -> Iterator[Visitor]:
    """Somebody with a window of his own."""
    context = browser.new_context(**{"viewport": {"width": DESK, "height": 800}, "reduced_motion": "reduce", **options})
    context.set_default_timeout(WAIT_MS)
    try:
        yield Visitor(context.new_page(), address)
    finally:
        context.close()


Logins = Callable[[str], Any]


def logged_in(browser: Browser, address: str, password: str) -> Logins:
    """Gives what a browser keeps of a login, by the role whose account it is; each logs in once."""
    known: dict[str, Any] = {}

    def login(role: str) -> Any:
        if role not in known:
            with visitor(browser, address) as somebody:
                somebody.open("/en/login")
                somebody.log_in(role, password)
                context: BrowserContext = somebody.page.context
                known[role] = context.storage_state()
        return known[role]

    return login
