"""From a request for a page to its bytes: who looks, what may be seen, what is known already, what has to be loaded.

Owns the order of these steps. What may not be seen and what is not there leave by the same door. Never words an error
and never writes HTML.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consumers.dashboard.access import NOBODY, Level, Role, Subject, View, Viewer, login_helps, view_of
from consumers.dashboard.answers import Body, answer, body_of
from consumers.dashboard.cache import Cache, Entry
from consumers.dashboard.figures import Figures
from consumers.dashboard.identity import Identify
from consumers.dashboard.ordering import Order, ordered
from consumers.dashboard.pages import BadQuery, Content, Elsewhere, NotThere, Page, Params, Table
from consumers.dashboard.rendering import ROWS_SHOWN, Look, Rendered, Renderer
from consumers.dashboard.routes import link
from consumers.dashboard.settings import DashboardSettings
from consumers.dashboard.sources import AWAY, SourceAway, Sources, rows, store_away
from consumers.dashboard.tables import CSV, JSON, as_csv, as_json
from consumers.dashboard.watching import Watcher
from consumers.dashboard.words import Language, Words, words

log = logging.getLogger(__name__)

BAD_REQUEST, NOT_FOUND, UNAVAILABLE = 400, 404, 503
SEE_OTHER: Final = 303
FROM_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a page, understood: for whom, of what, in which state of the sources."""

    page: Page
    params: Params
    view: View
    language: Language
    subject: Subject
    look: Look

    @property
    def key(self) -> tuple[Any, ...]:
        """For whom and what the bytes are: everybody with this key gets the same."""
        return (self.page.name, tuple(sorted(self.params.items())), self.view, self.language)

    @property
    def plain(self) -> "Asked":
        """The same without an order of its own."""
        return replace(self, params={name: value for name, value in self.params.items() if name != "sort"})

    @property
    def words(self) -> Words:
        """The words in the subject's local time."""
        return words(self.language, self.subject.locality or self.subject.region)


class Pages:
    """Answers requests for pages. One for a process."""

    def __init__(
        self,
        settings: DashboardSettings,
        sources: Sources,
        renderer: Renderer,
        watcher: Watcher,
        figures: Figures,
        identify: Identify,
    ) -> None:
        """Wire; does nothing yet."""
        self.settings = settings
        self.sources = sources
        self.renderer = renderer
        self.watcher = watcher
        # Whether the page of a key is renewed by the live channel, which says so.
        self.watched: Callable[[object], bool] = lambda _: False
        self.cache = Cache(settings.cache_bytes, figures)
        self._figures = figures
        self._identify = identify
        self._limiter: CapacityLimiter | None = None

    async def understand(self, request: Request, page: Page) -> Asked | Response:
        """What is asked, or the answer to who may not ask it. Raises: HTTPException."""
        language = Language(request.path_params["language"])
        params: dict[str, str] = {name: str(request.path_params[name]) for name in page.route.parts}
        viewer = await self._identify(request)
        request.state.viewer = viewer
        if not page.route.fits(params):
            raise HTTPException(NOT_FOUND)
        subject = page.subject(params)
        view = await self._view(page, viewer, subject)
        if view is None:
            if viewer.role is Role.PUBLIC and login_helps(page.route.rule):
                back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return RedirectResponse(f"/{language}/login?{urlencode({'next': back})}", SEE_OTHER)
            raise HTTPException(NOT_FOUND)
        query = {name: request.query_params.getlist(name) for name in request.query_params}
        try:
            params.update(page.asked(query))
            order = _order(query)
        except BadQuery as exc:
            raise HTTPException(BAD_REQUEST, str(exc)) from exc
        if order is not None:
            params["sort"] = order
        look = Look(viewer.role, "wall" in request.query_params, bool(page.fragments))
        return Asked(page, params, view, language, subject, look)

    async def page(self, request: Request, asked: Asked) -> Response:
        """The page, or one of its tables."""
        query = request.query_params
        private = asked.look.role is not Role.PUBLIC
        if "table" in query:
            body, headers = await self._list(asked, query.get("table", ""), query.get("as", ""), query.get("from", "1"))
            return answer(request, body, private=private, headers=headers)
        entry = self._young(asked) or await self.entry(asked)
        if isinstance(entry.content, Elsewhere):
            return RedirectResponse(entry.content.href, SEE_OTHER, {"Cache-Control": "no-store"})
        body = entry.bodies.get(asked.look) or await self._body(asked, entry, entry.content)
        return answer(request, body, private=private)

    async def entry(self, asked: Asked) -> Entry:
        """The page's content and fragments in the present state. Raises: HTTPException."""
        state = self.watcher.state(asked.subject)
        again_s = self.fresh_for(asked)
        oldest = 0.0 if again_s is None else time.monotonic() - again_s
        return await self.cache.entry(asked.key, state, oldest, lambda: self._make(asked, state))

    def _young(self, asked: Asked) -> Entry | None:
        """The last entry of a page that others listen to, if it is no older than they see it: who asks for it gets the
        next state by the live channel, as they do, and a thousand who ask cost no more than one."""
        return self.recent(asked) if self.watched(asked.key) else None

    def recent(self, asked: Asked) -> Entry | None:
        """The last entry, if it is so young that no listener would have a newer one, and nothing is away."""
        entry = None if self.watcher.away else self.cache.peek(asked.key)
        return entry if entry is not None and time.monotonic() - entry.made_at < self.settings.renew_s else None

    def fresh_for(self, asked: Asked) -> float | None:
        """How long a page holds while no source moves; none: as long as that."""
        entry = self.cache.peek(asked.key)
        own = None if entry is None or isinstance(entry.content, Elsewhere) else entry.content.again_s
        found = [each for each in (own, asked.page.fresh_s) if each is not None]
        return min(found) if found else None

    async def still(self, asked: Asked, viewer: Viewer) -> bool:
        """Whether a viewer may see what was asked for as at first. Raises: HTTPException."""
        return await self._view(asked.page, viewer, asked.subject) == asked.view

    async def _view(self, page: Page, viewer: Viewer, subject: Subject) -> View | None:
        rule = page.route.rule
        mine = False
        if viewer.role in (Role.APPLICANT, Role.ORGANISATION):  # always asked: its time tells nothing
            mine = await self.in_thread(belongs, self.sources, viewer, subject)
        return view_of(rule, viewer, subject, lambda *_: mine)

    async def in_thread(self, work: Any, *arguments: Any) -> Any:
        """Do what asks a source. Raises: HTTPException for what people are told in words."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(self.settings.threads)
        try:
            return await to_thread.run_sync(work, *arguments, limiter=self._limiter)
        except NotThere as exc:
            raise HTTPException(NOT_FOUND) from exc
        except BadQuery as exc:
            raise HTTPException(BAD_REQUEST, str(exc)) from exc
        except (SourceAway, *AWAY) as exc:
            log.warning("a source is away", extra={"reason": str(exc)})
            raise HTTPException(UNAVAILABLE) from exc

    async def _make(self, asked: Asked, state: str) -> Entry:
        if "sort" in asked.params:  # what is known already, with one table in another order
            plain = await self.entry(asked.plain)
            sorted_entry: Entry = await self.in_thread(self._sorted, asked, plain)
            return sorted_entry
        begun = time.monotonic()
        entry: Entry = await self.in_thread(self.load, asked, state)
        self._figures.load_seconds.labels(asked.page.name).observe(time.monotonic() - begun)
        return entry

    def load(self, asked: Asked, state: str) -> Entry:
        """What a page shows now, in a thread. Raises: NotThere, BadQuery, SourceAway and what else says so."""
        page, w, made_at = asked.page, asked.words, time.monotonic()
        content = page.load(self.sources, asked.params, asked.view, w)
        if isinstance(content, Elsewhere):
            return Entry(state, made_at, content, Rendered({}, ""))
        known = _unchanged(self.cache.peek(asked.key), content)
        return Entry(
            state, made_at, content, self.renderer.fragments(page, content, asked.params, asked.view, w, known)
        )

    def _sorted(self, asked: Asked, plain: Entry) -> Entry:
        if isinstance(plain.content, Elsewhere):
            return plain
        order = Order.of(asked.params["sort"])
        if order is None or order.table not in plain.content.tables:
            raise BadQuery("sort")
        tables = {**plain.content.tables, order.table: ordered(plain.content.tables[order.table], order)}
        content = replace(plain.content, tables=tables)
        fragments = self.renderer.fragments(asked.page, content, asked.params, asked.view, asked.words)
        return Entry(plain.state, plain.made_at, content, fragments)

    def _rendered(self, asked: Asked, entry: Entry, content: Content) -> Body:
        return body_of(
            self.renderer.page(
                asked.page,
                content,
                asked.params,
                asked.view,
                asked.words,
                look=asked.look,
                rendered=entry.rendered,
            )
        )

    async def _body(self, asked: Asked, entry: Entry, content: Content) -> Body:
        """The same content in another dress: for another role, for a wall."""
        body: Body = await self.in_thread(self._rendered, asked, entry, content)
        entry.bodies[asked.look] = body
        self.cache.weigh(asked.key)
        return body

    async def _list(self, asked: Asked, name: str, form: str, first: str) -> tuple[Body, Mapping[str, str]]:
        if form not in ("", "csv", "json"):
            raise HTTPException(BAD_REQUEST, "as")
        if not (first.isascii() and first.isdecimal() and len(first) <= FROM_DIGITS and int(first) >= 1):
            raise HTTPException(BAD_REQUEST, "from")
        allowed = asked.page.table_views.get(name)
        if allowed is not None and asked.view not in allowed:
            raise HTTPException(NOT_FOUND)
        if name in asked.page.tables:
            return await self._loaded_list(asked, name, form, int(first))
        entry = await self.entry(asked.plain)
        found = {} if isinstance(entry.content, Elsewhere) else entry.content.tables
        if name not in found:
            raise HTTPException(NOT_FOUND)
        kept = (name, form, first, asked.look, asked.params.get("sort"))
        if kept not in entry.lists:
            entry.lists[kept] = await self.in_thread(
                self._list_body, asked, name, found[name], form, int(first), entry.content
            )
            self.cache.weigh(asked.key)
        return entry.lists[kept], _file_headers(asked, name, form)

    async def _loaded_list(self, asked: Asked, name: str, form: str, first: int) -> tuple[Body, Mapping[str, str]]:
        def work() -> Entry:
            made_at, w = time.monotonic(), asked.words
            table = asked.page.tables[name](self.sources, asked.params, asked.view, w)
            body = self._list_body(asked, name, table, form, first, None)
            return Entry(state, made_at, Content(""), Rendered({}, ""), {asked.look: body})

        # As long as a page that others listen to: a thousand who ask for the same list cost no more than one.
        state, oldest = self.watcher.state(asked.subject), time.monotonic() - self.settings.renew_s
        key = ("list", asked.key, name, form, first, asked.look)
        entry = await self.cache.entry(key, state, oldest, lambda: self.in_thread(work))
        return entry.bodies[asked.look], _file_headers(asked, name, form)

    def _list_body(
        self, asked: Asked, name: str, table: Table, form: str, first: int, content: Content | Elsewhere | None
    ) -> Body:
        w = asked.words
        order = Order.of(asked.params.get("sort", ""))
        if order is not None:
            if order.table not in ("", name):
                raise BadQuery("sort")
            table = ordered(table, order)
        until = content.until if isinstance(content, Content) else None
        if form == "csv":
            return body_of(as_csv(table, w), CSV)
        if form == "json":
            return body_of(as_json(name, table, w, until), JSON)
        path = {each: asked.params[each] for each in asked.page.route.parts}
        total = len(table.rows)
        shown_rows = table.rows[first - 1 : first - 1 + ROWS_SHOWN]
        values = {
            "title": table.caption,
            "crumbs": content.crumbs if isinstance(content, Content) else (),
            "above": content.title if isinstance(content, Content) else w.say("table-of-page"),
            "above_link": link(asked.language, asked.page.name, **path),
            "name": name,
            "table": replace(table, rows=shown_rows, total=total),
            "first": first,
            "earlier": max(1, first - ROWS_SHOWN) if first > 1 else None,
            "later": first + ROWS_SHOWN if first + ROWS_SHOWN <= total else None,
        }
        return body_of(self.renderer.table(asked.page, values, asked.params, asked.view, w, asked.look))


def _unchanged(last: Entry | None, content: Content) -> dict[str, str]:
    """The fragments of the last entry of the same page, view and language that need not be rendered anew."""
    if last is None or not isinstance(last.content, Content):
        return {}
    same, before = last.content.same, last.rendered.fragments
    return {name: before[name] for name, made_of in content.same.items() if same.get(name) == made_of}


def _file_headers(asked: Asked, name: str, form: str) -> Mapping[str, str]:
    """A table is a file of its own name; the name is made of what the address was allowed to be."""
    if not form:
        return {}
    about = asked.subject.locality or asked.subject.region or Level.NATION.value
    return {"Content-Disposition": f'attachment; filename="oryn-{about}-{asked.page.name}-{name}.{form}"'}


def _order(query: Mapping[str, list[str]]) -> str | None:
    """The order of a table that is asked for; none without one. Raises: BadQuery."""
    given = query.get("sort", [])
    if len(given) > 1:
        raise BadQuery("sort")
    order = Order.of(given[0]) if given else None
    if order is not None and not order.table and "table" not in query:
        raise BadQuery("sort")
    return None if order is None else str(order)


def belongs(sources: Sources, viewer: Viewer, subject: Subject) -> bool:
    """Whether a subject belongs to an applicant or an organisation. Raises: SourceAway."""
    if viewer.role is Role.ORGANISATION:
        locality, _, organisation = viewer.scope.partition("/")
        if subject.locality != locality:
            return False
        if subject.level is Level.ORGANISATION:
            return subject.id == organisation
        if subject.level is not Level.PLACE:
            return False
        text = "SELECT organisation_id FROM places WHERE locality = %s AND place_id = %s"
        return _owner(sources, text, subject) == organisation
    if viewer.role is Role.APPLICANT and subject.level is Level.APPLICATION:
        text = "SELECT applicant_id FROM applications WHERE locality = %s AND application_id = %s"
        return _owner(sources, text, subject) == viewer.scope
    return False


def _owner(sources: Sources, text: Any, subject: Subject) -> str | None:
    with store_away(), sources.registers() as connection:
        found = rows(connection, text, (subject.locality, subject.id))
    return str(found[0][0]) if found else None


async def nobody(_: Request) -> Viewer:
    """Where there is no login."""
    await asyncio.sleep(0)
    return NOBODY
