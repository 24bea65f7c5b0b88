"""How pages are served: once for all, with ETags, packed, in three languages, and in words while a source is away."""

import gzip
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from consumers.dashboard.access import Role, Viewer
from consumers.dashboard.app import Dashboard
from tests.integration.dashboard.test_authorisation import NAMED, address, things
from tests.integration.dashboard.world import HOME, World, dashboard

pytestmark = pytest.mark.integration

Asking = tuple[World, Dashboard, TestClient]
PAGE_MAX = 200_000


def test_an_unchanged_page_is_304_packed_and_loaded_once(asking: Asking) -> None:
    _, found, client = asking
    first = client.get("/kk/about", headers={"Accept-Encoding": "identity"})
    asked = len(found.sources.noted)  # type: ignore[attr-defined]  # the tests' own sources
    packed = client.get("/kk/about", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == first.content, "the client unpacks"
    assert packed.headers["etag"] != first.headers["etag"], "other bytes, another strong ETag"
    assert packed.headers["etag"].startswith('"')
    for answer in (first, packed):
        again = client.get(
            "/kk/about",
            headers={
                "If-None-Match": answer.headers["etag"],
                "Accept-Encoding": "gzip" if answer is packed else "identity",
            },
        )
        assert (again.status_code, again.content) == (304, b"")
    headed = client.head("/kk/about", headers={"Accept-Encoding": "identity"})
    assert headed.content == b""
    assert headed.headers["etag"] == first.headers["etag"]
    assert len(found.sources.noted) == asked  # type: ignore[attr-defined]
    assert len(gzip.compress(first.content)) < len(first.content)


def test_every_page_speaks_three_languages_and_is_small(asking: Asking) -> None:
    world, _, client = asking
    world.viewer = Viewer(Role.AUDITOR, "", "auditor")
    parts = things(world, HOME).parts
    for page in NAMED.values():
        path = address(page, parts)
        for language in ("kk", "ru", "en"):
            answer = client.get(f"/{language}{path.removeprefix('/en')}")
            if answer.status_code == 303 or (page.name == "operations" and answer.status_code == 503):
                continue
            assert answer.status_code == 200, (page.name, language)
            assert f'<html lang="{language}"' in answer.text
            assert len(answer.content) <= PAGE_MAX, (page.name, language, len(answer.content))
            for other in {"kk", "ru", "en"} - {language}:
                assert f'href="/{other}{path.removeprefix("/en")}"' in answer.text, "the switch keeps the page"


def test_the_first_page_goes_by_what_the_browser_asks_for(asking: Asking) -> None:
    _, _, client = asking
    for header, language in (("ru-RU,ru;q=0.9", "ru"), ("de,en;q=0.5", "en"), ("", "kk"), ("fr;q=x,en;q=0", "kk")):
        assert client.get("/", headers={"Accept-Language": header}).headers["location"] == f"/{language}/"


def test_a_store_that_is_away_is_told_in_words(world: World) -> None:
    elsewhere = replace(world, postgres="postgresql://oryn@127.0.0.1:9/postgres", viewer=Viewer(Role.AUDITOR))
    with dashboard(elsewhere) as (found, client):
        answer = client.get("/ru/about")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "Данные сейчас недоступны" in answer.text
        assert "Traceback" not in answer.text
        assert "psycopg" not in answer.text.lower()
        assert "postgres" in found.watcher.away
        assert client.get("/ru/nobody").status_code == 404, "the site itself works"


def test_a_list_that_many_ask_for_is_read_once_a_second(world: World) -> None:
    parts = things(world, HOME).parts
    path = f"{address(NAMED['queue'], parts)}?table=order&as=csv"
    with dashboard(world, renew_s=600.0) as (found, client):
        first = client.get(path)
        asked = len(found.sources.noted)  # type: ignore[attr-defined]  # the tests' own sources
        assert first.status_code == 200
        assert [client.get(path).content for _ in range(3)] == [first.content] * 3
        assert len(found.sources.noted) == asked  # type: ignore[attr-defined]
        assert client.get(path.replace("csv", "json")).status_code == 200
        assert len(found.sources.noted) > asked  # type: ignore[attr-defined]
    with dashboard(world, renew_s=0.0) as (found, client):
        client.get(path)
        asked = len(found.sources.noted)  # type: ignore[attr-defined]
        client.get(path)
        assert len(found.sources.noted) > asked, "not longer"  # type: ignore[attr-defined]
