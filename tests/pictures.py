"""`python -m tests.pictures [FOLDER]`: takes the pictures of the documentation from a demo's dashboard that is open.

Address and logins come from the data folder, as the demo left them. A real Chromium takes them: light, two pixels for
each of the page's. Says what to do where no dashboard is open. Never starts one.
"""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Error as BrowserError
from rich.console import Console

from infra.live.showing import Kept, ShowingFile
from infra.settings_layers import load_settings
from schemas.errors import OrynError
from tests.browser.conftest import MISSING, executable

FOLDER: Final = Path("docs/pictures")
# So that a page that shows them loads quickly.
BYTES_MAX: Final = 300_000
WIDTH: Final = 1_120
HEIGHT: Final = 800
PATIENCE_MS: Final = 30_000
ANSWER_S: Final = 5.0
# The story of an application that came a long way: of so many with a referral in each of the longest queues.
QUEUES: Final = 6
EACH: Final = 6
REFERRED: Final = "Has a referral"
BEGIN: Final = "`make demo` plays a season and leaves its dashboard open; then `make picture` takes the pictures"
TO_TOP: Final = "(part) => window.scrollTo(0, part.getBoundingClientRect().top + window.scrollY - 24)"
# Charts are drawn behind the page's loading.
DRAWN: Final = "[...document.querySelectorAll('[data-chart]')].every((each) => each.querySelector('canvas'))"


class NoPicture(OrynError):
    """There is nothing to take a picture of, or nothing to take it with. Its text says what to do."""


def main() -> int:
    """Take them."""
    console, folder = Console(stderr=True), Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    try:
        kept = _open_dashboard(load_settings(None, {}).settings.data)
        for name, data in _taken(kept).items():
            path = folder / f"{name}.png"
            if len(data) > BYTES_MAX:
                raise NoPicture(f"{path}: {len(data):,} bytes are more than {BYTES_MAX:,}: show less of the page")
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            console.print(f"{path}  {len(data):,} bytes", highlight=False)
    except OrynError as exc:
        console.print(str(exc), highlight=False, soft_wrap=True)
        return 1
    return 0


def _open_dashboard(data: Path) -> Kept:
    """The dashboard that a finished demo left open. Raises: NoPicture."""
    kept = ShowingFile(data).load()
    if kept is None or not kept.logins:
        raise NoPicture(f"No demo has left a dashboard in {data}: {BEGIN}.")
    if kept.identity.process() is None:
        raise NoPicture(f"The dashboard of the last demo in {data} is closed: {BEGIN}.")
    try:
        with urllib.request.urlopen(f"{_site(kept)}robots.txt", timeout=ANSWER_S):  # noqa: S310 - our own address
            return kept
    except OSError as exc:
        raise NoPicture(f"{_site(kept)} does not answer ({exc}): {BEGIN}.") from exc


def _site(kept: Kept) -> str:
    return f"http://localhost:{kept.port}/"


def _taken(kept: Kept) -> dict[str, bytes]:
    """Name -> PNG. Raises: NoPicture."""
    program = executable()
    if program is None:
        raise NoPicture(MISSING)
    locality = next(each.scope for each in kept.logins if each.name == "department")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=[*arguments, "--disable-dev-shm-usage"])
            found = {}
            home = f"en/localities/{locality}"
            with _logged_in(browser, kept, "department") as context:
                found["locality"] = _picture(context, home)
                told = f"{home}/applications/{_story(context, home)}"
                found["application"] = _picture(context, told, "#moved")
            browser.close()
            return found
    except BrowserError as exc:
        raise NoPicture(f"the browser could not take it: {exc.message}") from exc


@contextmanager
def _logged_in(browser: Browser, kept: Kept, name: str) -> Iterator[BrowserContext]:
    login = next(each for each in kept.logins if each.name == name)
    context = browser.new_context(
        base_url=_site(kept),
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=2,
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        page.goto("en/login")
        page.fill("input[name=name]", login.name)
        page.fill("input[name=password]", login.password)
        page.click("button.main[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)
        page.close()
        yield context
    finally:
        context.close()


def _picture(context: BrowserContext, path: str, part: str = "") -> bytes:
    """A page from its top, or from one part of it on, as somebody sees it who has gone there."""
    page = context.new_page()
    page.goto(path, wait_until="load")
    page.wait_for_function(DRAWN)
    page.evaluate("document.fonts.ready")
    if part:
        page.locator(part).evaluate(TO_TOP)
    found = page.screenshot(animations="disabled", caret="hide")
    page.close()
    return found


def _story(context: BrowserContext, home: str) -> str:
    """Of those who have got a referral, the application that came the longest way."""
    page = context.new_page()
    page.goto(home)
    queues = [each.get_attribute("href") for each in page.locator("#live-queues a[href*='/queues/']").all()[:QUEUES]]
    page.close()
    began: dict[str, int] = {}
    for queue in queues:
        rows = _table(context, str(queue), "order")
        for application in [each["application_id"] for each in rows if each["status"] == REFERRED][:EACH]:
            curve = _table(context, f"{home}/applications/{application}", "curve")
            numbers = [each["after"] for each in curve if each["after"] is not None]
            began[application] = max(numbers, default=0) - min(numbers, default=0)
    if not began:
        raise NoPicture(f"nobody has a referral in the longest queues: {BEGIN}")
    return max(began, key=lambda each: began[each])


def _table(context: BrowserContext, path: str, name: str) -> list[dict[str, Any]]:
    answer = context.request.get(path, params={"table": name, "as": "json"})
    if not answer.ok:
        raise NoPicture(f"{path}: {answer.status} {answer.status_text}")
    return list(answer.json()["rows"])


if __name__ == "__main__":
    sys.exit(main())
