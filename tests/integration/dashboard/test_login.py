"""Logging in and out: a new id each time, an end everywhere, forms held against their tokens, a way back that stays."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from starlette.testclient import TestClient

from consumers.dashboard.access import Role
from consumers.dashboard.accounts import Accounts
from consumers.dashboard.app import Dashboard
from consumers.dashboard.attempts import BOTH_MAX, Attempts
from consumers.dashboard.figures import Figures
from consumers.dashboard.login import Doors, way_back
from consumers.dashboard.sessions import Sessions
from consumers.dashboard.settings import DashboardSettings
from tests.integration.dashboard.world import SECRET, World

pytestmark = pytest.mark.integration

TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@pytest.fixture
def site(world: World, tmp_path: Path) -> Iterator[tuple[Accounts, TestClient]]:
    """A dashboard with local accounts, and a browser."""
    with _site(world, tmp_path / "accounts.json") as found:
        yield found


@contextmanager
def _site(world: World, file: Path) -> Iterator[tuple[Accounts, TestClient]]:
    settings = DashboardSettings(SECRET, redis_prefix=f"t{uuid4().hex[:10]}")
    accounts = Accounts(file)
    client: Any = Redis.from_url(world.redis)

    def stamp_of(account: str) -> str | None:
        found = accounts.get(account.removeprefix("local:"))
        return None if found is None else found.stamp

    doors = Doors(Sessions(client, settings, stamp_of), accounts, Attempts(client, settings.redis_prefix))
    dashboard = Dashboard(settings, world.sources(), [], Figures(CollectorRegistry()), doors=doors)
    with TestClient(dashboard.app, base_url="http://localhost", follow_redirects=False) as browser:
        yield accounts, browser


def enter(browser: TestClient, name: str, password: str, back: str = "") -> Any:
    """Fill in the form and send it."""
    form = browser.get("/en/login", params={"next": back} if back else {})
    found = TOKEN.search(form.text)
    assert found is not None
    fields = {"name": name, "password": password, "csrf": found[1]}
    return browser.post("/en/login", data=fields)


def test_a_login_leads_home_and_ends_everywhere(site: tuple[Accounts, TestClient]) -> None:
    accounts, browser = site
    password = accounts.add("ministry", Role.NATION, "")
    browser.cookies.set("oryn", "x" * 43)  # what somebody else has planted
    answer = enter(browser, "ministry", password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/home")
    first = answer.cookies["oryn"]
    assert first != "x" * 43
    said = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("oryn="))
    assert "HttpOnly" in said
    assert "samesite=lax" in said.lower()
    browser.cookies.clear()
    browser.cookies.set("oryn", first)
    assert browser.get("/en/home").headers["location"] == "/en/nation"
    account = browser.get("/en/account")
    assert "ministry" in account.text
    assert account.headers["cache-control"] == "no-store"
    token = TOKEN.search(account.text)
    assert token is not None
    assert browser.post("/en/logout", data={"csrf": "wrong"}).status_code == 403
    elsewhere = {"csrf": token[1], "everywhere": "yes"}
    assert browser.post("/en/logout", data=elsewhere, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.post("/en/logout", data=elsewhere).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("oryn", first)
    assert browser.get("/en/home").headers["location"] == "/en/login"


def test_an_account_that_changes_or_goes_ends_its_logins(site: tuple[Accounts, TestClient]) -> None:
    accounts, browser = site
    for change in (
        lambda: accounts.add("akmola", Role.REGION, "27"),
        lambda: accounts.remove("akmola"),
    ):
        password = accounts.add("akmola", Role.REGION, "11")
        assert enter(browser, "akmola", password).status_code == 303
        assert browser.get("/en/home").headers["location"] == "/en/regions/11"
        change()
        assert browser.get("/en/home").headers["location"] == "/en/login"


def test_wrong_names_and_passwords_look_alike_and_are_limited(site: tuple[Accounts, TestClient]) -> None:
    accounts, browser = site
    accounts.add("ministry", Role.NATION, "")
    wrong = enter(browser, "ministry", "wrong")
    nobody = enter(browser, "nobody", "wrong")
    assert wrong.status_code == nobody.status_code == 403
    texts = [re.sub(' value="[^"]*"', "", each.text) for each in (wrong, nobody)]
    assert texts[0] == texts[1]
    for _ in range(BOTH_MAX):
        last = enter(browser, "ministry", "wrong")
    assert last.status_code == 429
    assert "quarter of an hour" in last.text


def test_a_form_without_its_token_does_nothing(site: tuple[Accounts, TestClient]) -> None:
    accounts, browser = site
    password = accounts.add("ministry", Role.NATION, "")
    assert browser.post("/en/login", data={"name": "ministry", "password": password}).status_code == 403
    fields = {"name": "ministry", "password": password, "csrf": ""}
    assert browser.post("/en/login", data=fields).status_code == 403
    assert browser.post("/en/login", json=fields).status_code == 403


@pytest.mark.parametrize(
    "text",
    [
        "//evil.example",
        "/en//evil.example",
        "https://evil.example/en/",
        "/\\evil.example",
        "/en/\\evil",
        "/en/%0d%0aX: 1 ",
        "javascript:alert(1)",
        "/xx/",
        "/en/login",
        "/en/x\n",
        "",
    ],
)
def test_the_way_back_leads_nowhere_else(text: str) -> None:
    assert way_back(text) is None


def test_the_way_back_is_kept(site: tuple[Accounts, TestClient]) -> None:
    accounts, browser = site
    password = accounts.add("ministry", Role.NATION, "")
    assert (
        enter(browser, "ministry", password, "/en/regions/11?table=x").headers["location"] == "/en/regions/11?table=x"
    )
    assert enter(browser, "ministry", password, "//evil.example").headers["location"] == "/en/home"
