"""Every page and every data route, as every role, about what is its own, what is not, and what is not there.

Made from the table of pages: a new page is tested without anybody thinking of it. What a role may not see answers as an
address does that nobody serves: by status, body, length, headers, and by how much work it was.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from consumers.dashboard.access import NOBODY, RULES, Level, Role, View, Viewer
from consumers.dashboard.app import Dashboard, pages
from consumers.dashboard.evidence.place import _holder
from consumers.dashboard.evidence.place_rows import Place, PlaceReferral
from consumers.dashboard.pages import Page
from consumers.dashboard.routes import ROUTES, link
from schemas.instants import Instant
from schemas.words import Stage
from tests.integration.dashboard.world import AWAY, HOME, World, headers_of

pytestmark = pytest.mark.integration

SEE_OTHER, NOT_FOUND = 303, 404
NAMED = {page.name: page for page in pages()}
RULE_OF = {name: next(key for key, rule in RULES.items() if rule is route.rule) for name, route in ROUTES.items()}
VARIANTS = ("", "?wall", "?live", "?table=localities", "?table=x&as=csv", "?table=x&as=json", "?table=x&from=9")
# Written down apart from the code: rule -> role -> view of what is within, view of what is not. None: nothing.
OFFICE = (View.OFFICIAL, None)
EXPECTED: Mapping[str, Mapping[Role, tuple[View | None, View | None]]] = {
    "everybody": {role: (View.PUBLIC, View.PUBLIC) for role in Role},
    "published": {
        **{role: (View.PUBLIC, View.PUBLIC) for role in (Role.PUBLIC, Role.APPLICANT, Role.ORGANISATION)},
        **{role: (View.OFFICIAL, View.PUBLIC) for role in (Role.LOCALITY, Role.REGION, Role.NATION)},
        Role.AUDITOR: (View.AUDITOR, View.AUDITOR),
    },
    "offices": {
        **{role: (None, None) for role in (Role.PUBLIC, Role.APPLICANT, Role.ORGANISATION)},
        **{role: OFFICE for role in (Role.LOCALITY, Role.REGION, Role.NATION)},
        Role.AUDITOR: (View.AUDITOR, View.AUDITOR),
    },
    "its own": {
        **{role: (None, None) for role in (Role.PUBLIC, Role.APPLICANT)},
        Role.ORGANISATION: (View.ORGANISATION, None),
        **{role: OFFICE for role in (Role.LOCALITY, Role.REGION, Role.NATION)},
        Role.AUDITOR: (View.AUDITOR, View.AUDITOR),
    },
    "application": {
        **{role: (View.PUBLIC, View.PUBLIC) for role in (Role.PUBLIC, Role.ORGANISATION)},
        Role.APPLICANT: (View.OWN, View.PUBLIC),
        **{role: (View.OFFICIAL, View.PUBLIC) for role in (Role.LOCALITY, Role.REGION, Role.NATION)},
        Role.AUDITOR: (View.AUDITOR, View.AUDITOR),
    },
}
# How wide a page is, and how wide an office's scope has to be for it.
WIDTH = {Level.NATION: 3, Level.REGION: 2}
REACH = {Role.NATION: 3, Role.REGION: 2, Role.LOCALITY: 1}


@dataclass(frozen=True)
class Things:
    """Ids of what is there, by part of an address, of one locality."""

    parts: Mapping[str, str]
    applicant: str
    organisation: str


def things(world: World, locality: str) -> Things:
    """What a locality has: an organisation with a place, an application in a queue, the first bulletin and record."""
    organisation, place = world.rows(
        "SELECT organisation_id, place_id FROM places WHERE locality = %s ORDER BY record LIMIT 1", locality
    )[0]
    application, applicant, queue = world.rows(
        "SELECT application_id, applicant_id, queue FROM applications WHERE locality = %s AND state = 'QUEUED'"
        " AND queue LIKE 'general/%%' ORDER BY record LIMIT 1",
        locality,
    )[0]
    parts = {
        "region": locality[:2],
        "locality": locality,
        "organisation": organisation,
        "place": place,
        "application": application,
        "queue": queue,
        "number": "1",
        "sequence": "7",
    }
    return Things(parts, applicant, organisation)


MISSING = {
    "region": "99",
    "locality": "719999999",
    "organisation": "o-nobody",
    "place": "p-nobody",
    "application": "a-nobody",
    "queue": "general/1901",
    "number": "999999",
    "sequence": "99999999",
}


def viewers(own: Things) -> Iterator[Viewer]:
    """Somebody of each role, at home."""
    for role in Role:
        scope = {
            Role.REGION: HOME[:2],
            Role.LOCALITY: HOME,
            Role.ORGANISATION: f"{HOME}/{own.organisation}",
            Role.APPLICANT: own.applicant,
        }.get(role, "")
        yield Viewer(role, scope, f"somebody {role}")


def address(page: Page, parts: Mapping[str, str]) -> str:
    """Where a page is, in English."""
    return link("en", page.name, **{part: parts[part] for part in page.route.parts})


def expected(page: Page, viewer: Viewer, *, home: bool, mine: bool) -> View | None:
    """What a viewer should see. `home`: the subject lies at home; `mine`: it is the viewer's."""
    inside, outside = EXPECTED[RULE_OF[page.name]][viewer.role]
    if viewer.role in REACH:
        width = WIDTH.get(page.route.level, 1)
        reached = viewer.role is Role.NATION or (home and REACH[viewer.role] >= width)
        return inside if reached else outside
    return inside if mine or viewer.role is Role.AUDITOR else outside


def owned(page: Page, viewer: Viewer) -> bool:
    """Whether the pages at home that these tests ask for belong to the viewer."""
    levels = {Role.ORGANISATION: (Level.ORGANISATION, Level.PLACE), Role.APPLICANT: (Level.APPLICATION,)}
    return page.route.level in levels.get(viewer.role, ())


def seen(found: Dashboard, client: TestClient, path: str, **headers: str) -> tuple[Any, int]:
    """An answer, and how many snapshots it asked for."""
    before = len(found.sources.noted)  # type: ignore[attr-defined]  # the tests' own sources
    answer = client.get(path, headers=headers)
    return answer, len(found.sources.noted) - before  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(NAMED))
def test_everybody_sees_what_is_theirs_and_nothing_of_anything_else(
    name: str, asking: tuple[World, Dashboard, TestClient]
) -> None:
    world, found, client = asking
    page = NAMED[name]
    own, foreign = things(world, HOME), things(world, AWAY)
    for viewer in viewers(own):
        world.viewer = viewer
        for parts, home, mine in ((own.parts, True, owned(page, viewer)), (foreign.parts, False, False)):
            path = address(page, parts)
            answer, work = seen(found, client, path)
            view = expected(page, viewer, home=home, mine=mine)
            if view is not None:
                # Nobody has wired what the machinery says of itself here: who may see it is told that it is away.
                shown = (200, SEE_OTHER, 503) if name == "operations" else (200, SEE_OTHER)
                assert answer.status_code in shown, (viewer.role, path, answer.status_code)
                assert "/login" not in answer.headers.get("location", ""), (viewer.role, path)
                continue
            absent = {**MISSING, "locality": parts["locality"][:2] + "9999999"}  # not there, and as far away
            nothing = address(page, {**parts, **{part: absent[part] for part in page.route.parts[-1:]}})
            check_hidden(found, client, viewer, path, nothing, answer, work)


def check_hidden(
    found: Dashboard, client: TestClient, viewer: Viewer, path: str, nothing: str, answer: Any, work: int
) -> None:
    """A page that may not be seen answers as one that is not there, in each of its forms."""
    twin, twin_work = seen(found, client, nothing)
    if viewer.role is Role.PUBLIC:
        for each, where in ((answer, path), (twin, nothing)):
            assert each.status_code == SEE_OTHER
            assert each.headers["location"] == f"/en/login?next={where.replace('/', '%2F').replace(':', '%3A')}"
        assert headers_of(answer) == headers_of(twin)
        assert answer.content == twin.content == b""
        assert work == twin_work == 0
        return
    unserved, _ = seen(found, client, "/en/nobody-serves-this")
    assert answer.status_code == NOT_FOUND, (viewer.role, path)
    assert answer.content == twin.content
    assert headers_of(answer) == headers_of(twin)
    assert "etag" not in answer.headers
    assert work == twin_work <= 1
    assert re.sub("<a[^>]*>", "", answer.text) == re.sub("<a[^>]*>", "", told_as(found, viewer, unserved))
    for variant in VARIANTS:
        for headers in ({}, {"If-None-Match": "*"}, {"Accept-Encoding": "identity"}, {"Range": "bytes=0-9"}):
            varied, _ = seen(found, client, path + variant, **headers)
            same, _ = seen(found, client, nothing + variant, **headers)
            assert varied.status_code == same.status_code == NOT_FOUND, (viewer.role, path, variant)
            assert (varied.content, headers_of(varied)) == (same.content, headers_of(same)), (
                viewer.role,
                path,
                variant,
            )
    headed = client.head(path)
    assert (headed.status_code, headed.content) == (NOT_FOUND, b"")


def told_as(found: Dashboard, viewer: Viewer, unserved: Any) -> str:
    """An address that nobody serves is told to everybody as to nobody: hold it against the page of the role."""
    assert unserved.status_code == NOT_FOUND
    kept = {role: body for (status, language, role), body in found._errors.items() if (status, language) == (404, "en")}
    return kept[viewer.role].data.decode()


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_page_that_is_not_there_says_so_to_those_who_may_know(
    name: str, asking: tuple[World, Dashboard, TestClient]
) -> None:
    world, _, client = asking
    page = NAMED[name]
    if not page.route.parts:
        return
    own = things(world, HOME)
    world.viewer = Viewer(Role.AUDITOR)
    for part in page.route.parts:
        answer = client.get(address(page, {**own.parts, part: MISSING[part]}))
        assert answer.status_code == NOT_FOUND, part
        assert "There is no such page" in answer.text
    for part in page.route.parts:
        odd = address(page, {**own.parts, part: "..%2f" if part != "queue" else "general"})
        assert client.get(odd).status_code == NOT_FOUND


def test_public_pages_name_no_applicant_no_child_no_benefit_and_nothing_of_the_fate_of_others(
    asking: tuple[World, Dashboard, TestClient],
) -> None:
    world, _, client = asking
    for locality in (HOME, AWAY):
        parts = things(world, locality).parts
        people = re.compile(r"\b[pc]-[0-9]+\b(?!-)")
        places = {each for (each,) in world.rows("SELECT place_id FROM places WHERE locality = %s", locality)}
        ids = {each for (each,) in world.rows("SELECT application_id FROM applications WHERE locality = %s", locality)}
        for viewer in (NOBODY, Viewer(Role.APPLICANT, "p-nobody"), Viewer(Role.ORGANISATION, f"{HOME}/o-nobody")):
            world.viewer = viewer
            for page in NAMED.values():
                answer = client.get(address(page, parts))
                if answer.status_code != 200:
                    continue
                text = re.sub("<[^>]*>", " ", answer.text)
                named = set(people.findall(text)) - places
                assert not named, (page.name, viewer.role, named)
                for word in ("MILITARY", "TEACHER_CHILD", "LARGE_FAMILY", "found right"):
                    assert word not in answer.text, (page.name, word)
                if page.name == "application":
                    others = {each for each in re.findall(r"\ba-[0-9]+\b", answer.text)} & ids - {parts["application"]}
                    assert not others, others


def test_two_people_with_the_same_view_get_the_same_bytes_and_another_role_does_not_reach_them(
    asking: tuple[World, Dashboard, TestClient],
) -> None:
    world, _, client = asking
    own = things(world, HOME)
    path = address(NAMED["application"], own.parts)
    world.viewer = Viewer(Role.APPLICANT, own.applicant, "one")
    mine = client.get(path)
    etag = mine.headers["etag"]
    assert "private" in mine.headers["cache-control"]
    world.viewer = Viewer(Role.APPLICANT, "p-nobody", "other")
    other = client.get(path, headers={"If-None-Match": etag})
    assert other.status_code == 200, "the ETag of what one may not see answers nothing"
    assert other.content != mine.content
    world.viewer = NOBODY
    assert "private" not in client.get(path).headers["cache-control"]
    world.viewer = Viewer(Role.LOCALITY, HOME, "a")
    first = client.get(path)
    world.viewer = Viewer(Role.LOCALITY, HOME, "b")
    assert client.get(path).content == first.content


def test_every_route_is_filled_and_every_page_has_a_rule_that_these_tests_know() -> None:
    assert set(NAMED) == set(ROUTES), "an address without a page, or a page without an address"
    assert set(EXPECTED) == set(RULES)
    for name, roles in EXPECTED.items():
        assert set(roles) == set(Role), name


def test_a_kindergarten_reads_what_it_sent_itself_and_of_no_family_that_named_it(
    asking: tuple[World, Dashboard, TestClient],
) -> None:
    world, found, client = asking
    own = things(world, AWAY)
    options = f"-csearch_path={world.registers.schema}"
    told = "the child stands in special/o/2018/ with a-somebody-else"
    path = address(NAMED["organisation"], own.parts)
    with psycopg.connect(world.postgres, autocommit=True, options=options) as connection:
        connection.execute(
            "INSERT INTO rejections (locality, record, at, type, reason, detail, organisation_id, application_id)"
            " VALUES (%s, 0, now(), 'ApplicationSubmitted', 'DUPLICATE_APPLICATION', %s, %s, 'a-of-a-family')",
            (AWAY, told, own.organisation),
        )
        try:
            found.pages.cache._entries.clear()
            for viewer in (Viewer(Role.ORGANISATION, f"{AWAY}/{own.organisation}", "it"), Viewer(Role.AUDITOR)):
                world.viewer = viewer
                for form in ("", "?table=rejections", "?table=rejections&as=csv", "?table=rejections&as=json"):
                    answer = client.get(path + form)
                    assert answer.status_code == 200
                    assert "a-somebody-else" not in answer.text, (viewer.role, form)
        finally:
            connection.execute("DELETE FROM rejections WHERE record = 0")


def test_a_kindergarten_learns_who_has_its_place_when_that_very_referral_is_active() -> None:
    moment = Instant(1_623_333_600_000)
    place = Place(
        place_id="p-1",
        organisation_id="o-1",
        organisation="One",
        ownership="STATE",
        queue="general/2018",
        birth_year=2018,
        age_from=3,
        age_to=4,
        language="kk",
        group_type="GENERAL_DEVELOPMENTAL",
        regime="FULL_DAY",
        admission="REGULAR",
        admission_from=date(2021, 9, 1),
        admission_until=None,
        stage="REFERRED",
        released_at=moment,
        offered_at=moment,
        returns=1,
        bulletin=1,
        window_until=None,
        application_id="a-1",
        vacated_at=None,
        recall_reason=None,
        record=1,
        last_record=9,
    )
    before = PlaceReferral(1, "a-1", "CHOICE", 1, "ENDED", moment, moment, moment, "CANCELLED", None, 2)
    now = before._replace(referral=2, state="ISSUED", activated_at=None, ended_at=None, cause=None)
    assert _holder(place, [before, now], office=False) == "", "it was active once, and is not now"
    assert _holder(place, [before, now], office=True) == "a-1"
    assert _holder(place, [before, now._replace(activated_at=moment)], office=False) == "a-1"
    assert _holder(place, [before._replace(application_id="a-2")], office=False) == ""


def test_nobody_learns_from_public_pages_which_place_goes_when_an_application_is_referred(
    asking: tuple[World, Dashboard, TestClient],
) -> None:
    world, _, client = asking
    ((locality, queue),) = world.rows(
        "SELECT locality, queue FROM places WHERE stage IN ('RELEASED', 'LISTED', 'PRIORITY', 'OPEN')"
        " GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1"
    )
    places = {each for (each,) in world.rows("SELECT place_id FROM places WHERE locality = %s", locality)}
    page = link("en", "queue", locality=locality, queue=queue)
    for role in (Role.PUBLIC, Role.APPLICANT, Role.ORGANISATION):
        world.viewer = Viewer(role, {Role.ORGANISATION: f"{locality}/o-x", Role.APPLICANT: "p-x"}.get(role, ""))
        text = client.get(page).text
        assert not {each for each in places if re.search(rf"[\s>\"/]{re.escape(each)}[\s<\"]", text)}, role
        assert "Places on offer" not in text
        for form in ("", "&as=csv", "&as=json", "&from=9"):
            assert client.get(f"{page}?table=places{form}").status_code == NOT_FOUND, (role, form)
        listed = client.get(f"/en/localities/{locality}?table=queues&as=json").json()["rows"]
        assert all("on_offer" not in each for each in listed)
    world.viewer = Viewer(Role.LOCALITY, locality, "office")
    assert client.get(f"{page}?table=places&as=json").json()["rows"]
    assert "Places on offer" in client.get(page).text


def test_a_kindergarten_does_not_learn_from_the_life_of_a_place_when_an_application_was_referred(
    asking: tuple[World, Dashboard, TestClient],
) -> None:
    world, _, client = asking
    silent = world.rows(
        "SELECT r.locality, p.organisation_id, r.place_id, count(*) FILTER (WHERE r.activated_at IS NOT NULL),"
        " max(p.stage)"
        " FROM referrals r JOIN places p USING (locality, place_id) GROUP BY 1, 2, 3"
        " HAVING bool_or(r.activated_at IS NULL) ORDER BY bool_or(r.state = 'ISSUED') DESC, 1, 2, 3 LIMIT 12"
    )
    assert silent
    office: dict[str, int] = {}
    now = 0
    for locality, organisation, place, active, stage in silent:
        page = link("en", "place", locality=locality, place=place)
        own = link("en", "organisation", locality=locality, organisation=organisation)
        for viewer in (Viewer(Role.AUDITOR), Viewer(Role.ORGANISATION, f"{locality}/{organisation}", "it")):
            world.viewer = viewer
            life = client.get(f"{page}?table=life&as=json").json()["rows"]
            places = client.get(f"{own}?table=places&as=json").json()["rows"]
            idle = client.get(f"{own}?table=idle&as=json").json()["rows"]
            shown = next(each["stage"] for each in places if place in str(each["place_id"]))
            referred = sum(each["stage"] == "reserved" for each in life)
            if viewer.role is Role.AUDITOR:
                office = {"referred": referred, "minutes": sum(each["minutes"] for each in idle)}
                assert referred > 0, life
                continue
            assert referred <= active, life
            assert referred < office["referred"], life
            assert shown == life[-1]["stage"]
            assert len(idle) == 1 and "stage" not in idle[0]
            assert abs(idle[0]["minutes"] - office["minutes"]) <= len(Stage)  # each row is rounded by itself
            if stage == "REFERRED" and not active:
                now += 1
                assert shown != "reserved"
                assert not re.search(r">\s*reserved\s*[<:]", client.get(page).text)
                assert not any(each["stage"] == "reserved" for each in life)
    assert now, "some place has a referral that is not active yet"
