"""The pages of proof over real registers: numbers are the core's, and each form says what its reader may read."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from uuid import uuid4

import psycopg
import pytest
import redis as client_library
from prometheus_client import CollectorRegistry
from psycopg.sql import SQL, Identifier
from starlette.requests import Request
from starlette.testclient import TestClient

from consumers.dashboard.access import Role, View, Viewer
from consumers.dashboard.app import Dashboard
from consumers.dashboard.evidence.order import Row, order_of, waiting_in
from consumers.dashboard.evidence.pages import PAGES
from consumers.dashboard.evidence.snapshot import course_of, curve_in, head_of, timeline_of
from consumers.dashboard.evidence.standing_order import Asked, Page, standing_order
from consumers.dashboard.evidence.timeline import QueueTimeline
from consumers.dashboard.figures import Figures
from consumers.dashboard.pages import Content, NotThere
from consumers.dashboard.rendering import Look
from consumers.dashboard.serving import Asked as Of
from consumers.dashboard.settings import DashboardSettings
from consumers.dashboard.sources import Sources, StoreSettings
from consumers.dashboard.words import Language
from consumers.live_view.view import LiveView
from consumers.registers.settings import RegistersSettings
from schemas.journal import Record
from schemas.zones import zone_of
from streams.rules.book import Book
from streams.rules.pack import KZ_2020
from tests.integration.live_view.tools import rows_of
from tests.integration.registers.tools import drop, fill
from tests.unit.verification.seasons import Season

pytestmark = pytest.mark.integration

HOME = "710000000"
ZONE = zone_of(HOME[:2])
LANGUAGES = ("kk", "ru", "en")
PAGE_BYTES_MAX = 200_000
AUDITOR = Viewer(Role.AUDITOR)


@cache
def records() -> tuple[Record, ...]:
    """A town in which every kind of event happens."""
    return tuple(Season(11, HOME).run(350))


@pytest.fixture(scope="module")
def settings(postgres: str) -> Iterator[RegistersSettings]:
    """Registers that stand in the middle of the season; the tests that need the end bring them there."""
    found = RegistersSettings(postgres, f"r{uuid4().hex[:12]}")
    fill(found, records()[: len(records()) // 2])
    yield found
    drop(found)


@pytest.fixture(scope="module")
def sources(settings: RegistersSettings, redis: str) -> Iterator[Sources]:
    """The sources over them."""
    client = client_library.Redis.from_url(redis)
    found = Sources(StoreSettings(settings.url, settings.schema), LiveView(client, f"k{uuid4().hex[:8]}"))
    found.open()
    yield found
    found.close()
    client.close()


def book_of(count: int) -> Book:
    """The core behind the first records."""
    book = Book(HOME, KZ_2020)
    for record in records()[:count]:
        book.apply(record)
    return book


def compare(sources: Sources, book: Book, count: int) -> int:
    """Orders and numbers of all queues against the core. How many wait."""
    waiting = 0
    with sources.registers() as connection:
        head = head_of(connection, HOME)
        assert head.records == count
        for queue in book.state.queues.values():
            timeline = timeline_of(sources, connection, head, queue.id)
            found = order_of(connection, head, queue.id, waiting_in(timeline, head))
            expected = [(e.number, e.application_id, e.group, e.submitted_at, e.status) for e in rows_of(book, queue)]
            assert [tuple(each) for each in found] == expected
            for each in found:
                standing = curve_in(timeline, each.application_id, head).standing
                assert standing is not None
                assert standing.number == each.number
                with course_of(sources, timeline, each.application_id, head, ZONE, public=False) as course:
                    assert course.standing == standing
                    whole = curve_in(timeline, each.application_id, head).steps
                    assert course.changes == len(whole)
                    assert [each.after for each in whole] == [course.number_at(each.at) for each in whole] or (
                        len({each.at for each in whole}) < len(whole)
                    )
            compare_pages(sources, timeline, queue.id, found)
            waiting += len(queue.order)
    return waiting


def compare_pages(sources: Sources, timeline: QueueTimeline, queue: str, whole: list[Row]) -> None:
    """The order that is kept, page by page, against the one that is read at once."""
    numbered = [each for each in whole if each.number is not None]
    with sources.registers() as connection:
        head = head_of(connection, HOME)
        waiting = waiting_in(timeline, head)

        def page(asked: Asked) -> Page:
            return standing_order(timeline).page(connection, head, queue, waiting, asked)

        for first in range(1, len(numbered) + 1, 3):
            found = page(Asked(first, 3))
            assert found.rows == numbered[first - 1 : first + 2]
            assert found.total == len(whole)
            assert {name: count for name, count in found.counts.items() if count} == Counter(e.status for e in whole)
        for each in whole[::4]:
            found = page(Asked(1, 3, each.application_id, 2))
            assert (found.known, found.number) == (True, each.number)
            assert (each in found.rows) == (each.number is not None)
        assert not page(Asked(1, 3, "nobody", 2)).known


def test_what_is_kept_of_registers_is_not_told_of_others(settings: RegistersSettings, redis: str) -> None:
    """A rebuild puts another copy into the place of the first, while the dashboard goes on."""
    third, whole = len(records()) // 3, len(records())
    url, first, second = settings.url, f"r{uuid4().hex[:12]}", f"r{uuid4().hex[:12]}"
    try:
        fill(RegistersSettings(url, first), records())
        fill(RegistersSettings(url, second), records()[:third])
        with client_library.Redis.from_url(redis) as client:
            found = Sources(StoreSettings(url, first), LiveView(client, f"k{uuid4().hex[:8]}"))
            found.open()
            try:
                assert compare(found, book_of(whole), whole) > 5
                site = Site(found)
                assert not renewed(site)
                assert renewed(site) >= 2  # nothing moved
                with psycopg.connect(url, autocommit=True) as connection:
                    for name, to in ((first, f"{first}old"), (second, first)):
                        text = SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(name), Identifier(to))
                        connection.execute(text)
                assert compare(found, book_of(third), third) > 0
                assert not renewed(site)
                fill_rest(RegistersSettings(url, first), third)
                assert compare(found, book_of(whole), whole) > 5
                renewed(site)
            finally:
                found.close()
    finally:
        for name in (first, f"{first}old", second):
            drop(RegistersSettings(url, name))


def test_orders_and_numbers_are_the_cores_also_when_registers_go_on(
    sources: Sources, settings: RegistersSettings
) -> None:
    half, whole = len(records()) // 2, len(records())
    assert compare(sources, book_of(half), half) > 5
    fill_rest(settings, half)
    assert compare(sources, book_of(whole), whole) > 5


def fill_rest(settings: RegistersSettings, first: int) -> None:
    """Bring the journal's registers to the end, and all stages."""
    from tests.integration.registers.tools import (  # noqa: PLC0415  # used here alone
        journal_store,
        messages_of,
        stage_messages,
        stage_store,
        stages_of,
    )

    store, stages = journal_store(settings), stage_store(settings)
    try:
        begun = stages.open().get(0, 0)
        store.open()
        store.take(messages_of(records()[first:], first), {0: len(records())})
        told = stage_messages(stages_of(records()))
        stages.take(told[begun:], {0: len(told)})
    finally:
        store.close()
        stages.close()


class Site:
    """The dashboard, asked as anybody."""

    def __init__(self, sources: Sources) -> None:
        self.viewer = Viewer()
        self.app = Dashboard(
            DashboardSettings("a secret of the tests, long enough"),
            sources,
            [],
            Figures(CollectorRegistry()),
            identify=self._who,
            listed=PAGES,
        )

    async def _who(self, _: Request) -> Viewer:
        return self.viewer


def renewed(site: Site) -> int:
    """Renew pages as the live channel does: what is not rendered anew is what it would be. How many parts that were."""
    named, kept = {each.name: each for each in PAGES}, 0
    queues = book_of(len(records())).state.queues
    waiting = [each for queue in queues.values() for each in queue.order]
    addresses = [("application", {"application": each}) for each in waiting[:6]]
    addresses += [("queue", {"queue": each}) for each in list(queues)[:2]]
    for name, parts in addresses:
        page, params = named[name], {"locality": HOME, **parts}
        params |= {word: each.default for word, each in page.query.items()}
        for view in (View.PUBLIC, View.OFFICIAL):
            asked = Of(page, params, view, Language.ENGLISH, page.subject(params), Look())
            before = site.app.pages.cache.peek(asked.key)
            try:
                made = site.app.pages.load(asked, "")
            except NotThere:
                continue
            site.app.pages.cache.keep(asked.key, made)
            assert isinstance(made.content, Content)
            assert made.rendered == site.app.renderer.fragments(page, made.content, params, view, asked.words)
            if before is not None:
                pairs = ((made.rendered.fragments[each], before.rendered.fragments[each]) for each in page.fragments)
                kept += sum(bool(now) and now is then for now, then in pairs)
    return kept


def test_every_subject_has_its_page_and_the_public_form_says_no_more_than_it_may(sources: Sources) -> None:
    book = book_of(len(records()))
    site = Site(sources)
    site.app.sources.open = lambda: None  # type: ignore[method-assign]  # the fixture's own
    site.app.sources.close = lambda: None  # type: ignore[method-assign]
    secrets = {each.applicant_id for each in book.state.applications.values()}
    secrets |= {each.child_id for each in book.state.applications.values()}
    nothing = ""
    with TestClient(site.app.app, base_url="http://127.0.0.1") as client:
        for at, application in enumerate(book.state.applications.values()):
            path = f"/{LANGUAGES[at % 3]}/localities/{HOME}/applications/{application.id}"
            site.viewer = Viewer(Role.APPLICANT, application.applicant_id)
            own = client.get(path)
            assert own.status_code == 200, own.text
            assert "ev-" not in own.text
            assert len(own.content) <= PAGE_BYTES_MAX
            site.viewer = Viewer()
            public = client.get(path)
            others = set(book.state.applications) - {application.id}
            if public.status_code == 404:
                nothing = nothing or client.get(f"/{LANGUAGES[at % 3]}/localities/{HOME}/applications/nobody").text
                continue
            words = set(public.text.replace('"', " ").replace("<", " ").replace(">", " ").replace("/", " ").split())
            assert not words & (secrets | set(book.state.places) | others)
        site.viewer = AUDITOR
        subjects = [f"places/{each}" for each in list(book.state.places)[::4]]
        subjects += [f"organisations/{each}" for each in book.state.organisations]
        subjects += [f"records/{each}" for each in range(1, len(records()), 23)]
        subjects += [f"queues/{each}" for each in book.state.queues]
        for at, each in enumerate(subjects):
            page = client.get(f"/{LANGUAGES[at % 3]}/localities/{HOME}/{each}")
            assert page.status_code == 200, each
            assert "ev-" not in page.text
            assert len(page.content) <= PAGE_BYTES_MAX
        assert client.get(f"/en/localities/{HOME}/records/{len(records()) + 1}").status_code == 404
    assert nothing, "some application was never published"
