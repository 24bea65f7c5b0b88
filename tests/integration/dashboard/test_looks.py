"""Who looked: noted before a page leaves, shown to those who may know, kept as long as was said."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import redis as client_library
from prometheus_client import CollectorRegistry
from psycopg import sql
from starlette.testclient import TestClient

from consumers.dashboard.access import Role, Viewer
from consumers.dashboard.app import Dashboard
from consumers.dashboard.figures import Figures
from consumers.dashboard.looked import WEEK_COUNTED_MAX
from consumers.dashboard.looks import Looks
from consumers.dashboard.settings import DashboardSettings
from consumers.dashboard.sources import Sources, StoreSettings
from consumers.live_view.view import LiveView
from tests.integration.dashboard.world import SECRET, World

pytestmark = pytest.mark.integration

AUDITOR = Viewer(Role.AUDITOR, "", "Aida", "local:aida")
MINISTRY = Viewer(Role.NATION, "", "Marat", "oidc:https://login:17")
UNAVAILABLE, NOT_FOUND, SEE_OTHER = 503, 404, 303


@pytest.fixture
def schema(postgres: str) -> Iterator[str]:
    """A schema that nobody has made yet; away at the end."""
    name = f"l{uuid4().hex[:10]}"
    yield name
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


@contextmanager
def site(world: World, looks: Looks, schema: str) -> Iterator[TestClient]:
    """A dashboard that keeps who looked, asked by whoever the test is."""
    client = client_library.Redis.from_url(world.redis)
    names = StoreSettings(world.postgres, world.registers.schema, world.indicators.schema, dashboard=schema)
    sources = Sources(names, LiveView(client, world.keys))
    found = Dashboard(
        DashboardSettings(SECRET), sources, [], Figures(CollectorRegistry()), identify=world.identify, looks=looks
    )
    try:
        with TestClient(found.app, base_url="http://localhost", follow_redirects=False) as browser:
            yield browser
    finally:
        client.close()


def kept(postgres: str, schema: str) -> list[tuple[Any, ...]]:
    """The rows, the oldest first."""
    text = sql.SQL("SELECT account, role, page, part, locality, subject FROM {}.looks ORDER BY look")
    with psycopg.connect(postgres, autocommit=True) as connection:
        return connection.execute(text.format(sql.Identifier(schema))).fetchall()


def test_what_is_not_public_is_noted_once_a_minute_and_names_nobody(world: World, schema: str) -> None:
    locality, application = world.rows("SELECT locality, application_id FROM applications ORDER BY 1, 2 LIMIT 1")[0]
    page = f"/en/localities/{locality}/applications/{application}"
    with site(world, Looks(world.postgres, schema, 30), schema) as browser:
        world.viewer = Viewer()
        assert browser.get(f"/en/localities/{locality}").status_code == 200  # public: unnoted
        world.viewer = AUDITOR
        assert [browser.get(page).status_code for _ in range(3)] == [200] * 3
        assert browser.get(f"{page}?table=curve&as=csv").status_code == 200
        world.viewer = MINISTRY
        assert browser.get("/en/definitions").status_code == 200  # everybody's page: unnoted
        answer = browser.get("/en/looked")
        assert answer.status_code == 200
        assert application in answer.text and AUDITOR.account in answer.text
        assert AUDITOR.name not in answer.text.replace(AUDITOR.account, "")
        found = browser.get(f"/en/looked?about={application}&table=looks&as=json&sort=part").json()["rows"]
        assert [(each["account"], each["part"]) for each in found] == [
            (AUDITOR.account, each) for each in ("curve csv", "")
        ]
        assert browser.get("/en/looked?account=local:nobody").text.count(AUDITOR.account) == 0
    assert kept(world.postgres, schema) == [
        (AUDITOR.account, "auditor", "application", "", locality, application),
        (AUDITOR.account, "auditor", "application", "curve csv", locality, application),
        (MINISTRY.account, "nation", "looked", "", "", ""),
        (MINISTRY.account, "nation", "looked", "looks json", "", ""),
    ]


def test_words_that_name_no_list_are_not_kept(world: World, schema: str) -> None:
    locality = world.one("SELECT locality FROM localities ORDER BY 1 LIMIT 1")
    with site(world, Looks(world.postgres, schema, 30), schema) as browser:
        world.viewer = AUDITOR
        for query in ("table=%00", "table=%3Cb%3E", "table=X", "table=queues&as=xml"):
            assert browser.get(f"/en/localities/{locality}?{query}").status_code in (400, NOT_FOUND), query
    assert [each[3] for each in kept(world.postgres, schema)] == ["?"], "one look within a minute"


def test_only_the_nations_office_and_auditors_see_who_looked(world: World, schema: str) -> None:
    locality = world.one("SELECT locality FROM localities ORDER BY 1 LIMIT 1")
    with site(world, Looks(world.postgres, schema, 30), schema) as browser:
        for viewer in (
            Viewer(Role.REGION, locality[:2], "r", "local:r"),
            Viewer(Role.LOCALITY, locality, "l", "local:l"),
            Viewer(Role.ORGANISATION, f"{locality}/o", "o", "local:o"),
            Viewer(Role.APPLICANT, "p", "p", "local:p"),
        ):
            world.viewer = viewer
            assert browser.get("/en/looked").status_code == NOT_FOUND
        world.viewer = Viewer()
        assert browser.get("/en/looked").status_code == SEE_OTHER  # a login could help


def test_a_look_that_cannot_be_noted_gets_no_page(world: World, schema: str) -> None:
    locality = world.one("SELECT locality FROM localities ORDER BY 1 LIMIT 1")
    looks = Looks("postgresql://nobody@127.0.0.1:1/none", schema, 30)
    with site(world, looks, schema) as browser:
        world.viewer = Viewer()
        assert browser.get(f"/en/localities/{locality}").status_code == 200
        world.viewer = AUDITOR
        answer = browser.get(f"/en/localities/{locality}")
        assert answer.status_code == UNAVAILABLE
        assert "Retry-After" in answer.headers


def test_rows_go_when_their_time_is_over(world: World, schema: str) -> None:
    looks = Looks(world.postgres, schema, 30)
    looks.open()
    try:
        assert looks.tidy() == 0  # makes the table
        insert = sql.SQL(
            "INSERT INTO {}.looks (at, account, role, scope, page, part, region, locality, subject)"
            " SELECT now() - make_interval(days => each), 'a', 'auditor', '', 'nation', '', '', '', ''"
            " FROM generate_series(1, 60, 10) each"
        )
        with psycopg.connect(world.postgres, autocommit=True) as connection:
            connection.execute(insert.format(sql.Identifier(schema)))
        assert looks.tidy() == 3  # 31, 41 and 51 days old
        assert looks.tidy() == 0
        assert len(kept(world.postgres, schema)) == 3
    finally:
        looks.close()


def test_however_many_rows_are_kept_a_request_counts_a_bounded_number(world: World, schema: str) -> None:
    looks = Looks(world.postgres, schema, 30)
    insert = sql.SQL(
        "INSERT INTO {}.looks (account, role, scope, page, part, region, locality, subject)"
        " SELECT 'local:many', 'auditor', '', 'nation', '', '', '', CASE WHEN each = 1 THEN 'a-once' ELSE '' END"
        " FROM generate_series(1, %s) each"
    )
    with site(world, looks, schema) as browser:
        assert looks.tidy() == 0  # makes the table
        with psycopg.connect(world.postgres, autocommit=True) as connection:
            connection.execute(insert.format(sql.Identifier(schema)), (WEEK_COUNTED_MAX + 5,))
        world.viewer = MINISTRY
        page = re.sub("<[^>]*>|\u2068|\u2069", "", browser.get("/en/looked").text)
        assert "More than 10,000 pages were opened; kept since" in page
        assert "the newest 50,000 pages that were opened" in page
        assert "Show the whole list" in page and "Show all" not in page
        assert "1 page was opened, by 1 account" in re.sub("<[^>]*>", "", browser.get("/en/looked?about=a-once").text)
        none = browser.get("/en/looked?about=a-once&account=local:nobody")
        assert "Nobody has looked." in none.text
        listed = browser.get("/en/looked?table=looks&as=csv&account=local:many").text
        assert listed.count("local:many") == WEEK_COUNTED_MAX + 5
