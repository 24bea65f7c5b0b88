"""Logging in at an OpenID Connect provider that runs beside the tests: what it vouches for, and what it does not."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import uuid4

import httpx
import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from starlette.testclient import TestClient

from consumers.dashboard.accounts import Accounts
from consumers.dashboard.app import Dashboard
from consumers.dashboard.attempts import Attempts
from consumers.dashboard.figures import Figures
from consumers.dashboard.login import Doors
from consumers.dashboard.sessions import Sessions
from consumers.dashboard.settings import DashboardSettings, ProviderSettings
from tests.integration.dashboard.test_login import TOKEN
from tests.integration.dashboard.world import AWAY, HOME, SECRET, World

pytestmark = pytest.mark.integration

ROLES = {"akimat": "locality", "oblys": "region", "ministry": "nation", "audit": "auditor", "parent": "applicant"}
# In a process of its own: it brings a web framework and warnings that are its own business.
PROGRAM = """
import logging, sys
import oidc_provider_mock
logging.disable()
with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The provider's address. It ends with its input."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield f"http://localhost:{int(child.stdout.readline())}"
        finally:
            child.stdin.close()
            child.wait(60)


@pytest.fixture(scope="module")
def _site(provider: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with _browser(provider, world, tmp_path_factory.mktemp("accounts")) as found:
        yield found


@pytest.fixture
def browser(_site: TestClient) -> TestClient:
    """A browser that has never been at the dashboard, which trusts the provider."""
    _site.cookies.clear()
    return _site


def _browser(provider: str, world: World, tmp_path: Path) -> TestClient:
    trusted = ProviderSettings(provider, "oryn", "a secret of the tests", roles=ROLES, name="Test")
    settings = DashboardSettings(SECRET, redis_prefix=f"t{uuid4().hex[:10]}", provider=trusted)
    client: Any = Redis.from_url(world.redis)
    doors = Doors(
        Sessions(client, settings, lambda _: ""),
        Accounts(tmp_path / "accounts.json"),
        Attempts(client, settings.redis_prefix),
    )
    found = Dashboard(settings, world.sources(), [], Figures(CollectorRegistry()), doors=doors)
    return TestClient(found.app, base_url="http://localhost", follow_redirects=False)


def known(provider: str, **claims: Any) -> str:
    """Somebody whom the provider knows, with these claims."""
    sub = f"u{uuid4().hex[:8]}"
    httpx.put(f"{provider}/users/{sub}", json=claims).raise_for_status()
    return sub


def begin(browser: TestClient, back: str = "") -> str:
    """The address at the provider to which the login leads."""
    browser.get("/en/login", params={"next": back} if back else {})
    answer = browser.get("/en/login/provider")
    assert answer.status_code == 302
    return str(answer.headers["location"])


def vouched(where: str, sub: str, **changed: str) -> str:
    """The way back that the provider gives, as path and query. `changed`: other words of the request."""
    parts = urlsplit(where)
    query = {**dict(parse_qsl(parts.query)), **changed}
    asked = urlunsplit(parts._replace(query=urlencode(query)))
    answer = httpx.post(asked, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    assert (back.netloc, back.path) == ("localhost", "/login/callback")
    return f"{back.path}?{back.query}"


def logged_in(browser: TestClient, provider: str, claims: Mapping[str, Any], back: str = "") -> Any:
    """The dashboard's answer to the whole way."""
    return browser.get(vouched(begin(browser, back), known(provider, **claims)))


@pytest.mark.parametrize(
    ("role", "scope", "home"),
    [
        ("ministry", None, "/en/nation"),
        ("ministry", HOME, "/en/nation"),  # a nation's official has no scope, whatever the provider says
        ("oblys", "27", "/en/regions/27"),
        ("akimat", AWAY, f"/en/localities/{AWAY}"),
        ("audit", None, "/en/nation"),
        (["staff", "oblys"], "71", "/en/regions/71"),
        ("parent", "p-1", "/en/mine"),
    ],
)
def test_claims_become_a_role_and_a_scope(
    browser: TestClient, provider: str, role: Any, scope: str | None, home: str
) -> None:
    answer = logged_in(browser, provider, {"oryn_role": role, **({"oryn_scope": scope} if scope else {})})
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/home")
    assert browser.get("/en/home").headers["location"] == home


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"oryn_role": "janitor"},
        {"oryn_role": ["akimat", "ministry"], "oryn_scope": HOME},
        {"oryn_role": "akimat"},
        {"oryn_role": "akimat", "oryn_scope": "71"},
        {"oryn_role": {"ministry": True}},
        {"oryn_role": 7},
        {"oryn_role": "nation"},  # our word, not one of the provider's
    ],
)
def test_who_has_no_role_here_gets_no_access_and_is_told(
    browser: TestClient, provider: str, claims: Mapping[str, Any]
) -> None:
    answer = logged_in(browser, provider, claims)
    assert answer.status_code == 403
    assert "oryn" not in answer.cookies
    assert browser.get("/en/home").headers["location"] == "/en/login"
    assert "Traceback" not in answer.text


def test_an_answer_that_was_not_asked_for_is_refused(browser: TestClient, provider: str) -> None:
    sub = known(provider, oryn_role="ministry")
    wrong_state = vouched(begin(browser), sub, state="forged")
    assert browser.get(wrong_state).status_code == 403
    wrong_nonce = vouched(begin(browser), sub, nonce=f"forged-{uuid4().hex}")
    assert browser.get(wrong_nonce).status_code == 403
    no_code = f"/login/callback?{urlencode({'state': parse_qs(urlsplit(begin(browser)).query)['state'][0]})}"
    assert browser.get(no_code).status_code == 403
    assert browser.get("/login/callback").status_code == 403
    assert browser.get("/login/callback?error=access_denied&state=x").status_code == 403
    assert browser.get("/en/home").headers["location"] == "/en/login"


def test_a_code_that_is_used_or_made_up_is_refused(browser: TestClient, provider: str) -> None:
    way = vouched(begin(browser), known(provider, oryn_role="ministry"))
    assert browser.get(way).status_code == 303
    begin(browser)
    assert browser.get(way).status_code == 403, "its state belongs to a login that is over"
    where = begin(browser)
    state = parse_qs(urlsplit(where).query)["state"][0]
    assert browser.get(f"/login/callback?{urlencode({'state': state, 'code': 'made-up'})}").status_code == 403
    where = begin(browser)
    state = parse_qs(urlsplit(where).query)["state"][0]
    used = parse_qs(urlsplit(way).query)["code"][0]
    assert browser.get(f"/login/callback?{urlencode({'state': state, 'code': used})}").status_code == 403


def test_somebody_elses_answer_does_not_log_a_browser_in(browser: TestClient, provider: str) -> None:
    attackers = vouched(begin(browser), known(provider, oryn_role="ministry"))
    browser.cookies.clear()  # the victim's browser
    begin(browser)
    assert browser.get(attackers).status_code == 403
    assert "oryn" not in browser.cookies


def test_it_leads_back_to_the_page_that_was_asked_for_and_ends_with_the_logout(
    browser: TestClient, provider: str
) -> None:
    browser.cookies.set("oryn", "x" * 43, domain="localhost.local")
    answer = logged_in(browser, provider, {"oryn_role": "oblys", "oryn_scope": "27"}, "/en/regions/27?table=late")
    assert answer.headers["location"] == "/en/regions/27?table=late"
    session = answer.cookies["oryn"]
    assert session != "x" * 43
    account = browser.get("/en/account")
    token = TOKEN.search(account.text)
    assert token is not None
    assert browser.post("/en/logout", data={"csrf": token[1]}).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("oryn", session)
    assert browser.get("/en/home").headers["location"] == "/en/login"


def test_a_provider_that_is_away_is_told_in_words(world: World, tmp_path: Path) -> None:
    with _browser("http://localhost:9", world, tmp_path) as browser:
        browser.get("/ru/login")
        answer = browser.get("/ru/login/provider")
        assert answer.status_code == 503
        assert "Traceback" not in answer.text
