"""The application: which address leads to which function, and what people are told when something is not there.

Only wires. `make` is called once for a process; tests call it with sources of their own.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from consumers.dashboard import about, looked
from consumers.dashboard.access import NOBODY, Role, Viewer
from consumers.dashboard.answers import Body, answer, body_of, whole
from consumers.dashboard.assets import Assets
from consumers.dashboard.audit import Audit
from consumers.dashboard.figures import Figures
from consumers.dashboard.guard import Guard
from consumers.dashboard.identity import Identify
from consumers.dashboard.live import Live
from consumers.dashboard.login import Doors, Login
from consumers.dashboard.looks import Looks
from consumers.dashboard.pages import Page
from consumers.dashboard.rendering import Look, Renderer
from consumers.dashboard.routes import LANGUAGES
from consumers.dashboard.serving import Asked, Pages, nobody
from consumers.dashboard.settings import DashboardSettings
from consumers.dashboard.sources import SourceAway, Sources
from consumers.dashboard.watching import Probe, Watcher
from consumers.dashboard.words import PACKAGE, Language, packages, words

log = logging.getLogger(__name__)

YEAR_S: Final = 31_536_000
# Names that a table can have: only such are noted, so that nobody fills the list of looks with words of his own.
PART: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
RETRY_S: Final = 5
FOUND: Final = 302
UNAVAILABLE: Final = 503
NOT_FOUND: Final = 404
# What has words of its own; anything else that the framework refuses is shown as a bad request.
TOLD: Final = frozenset({400, 403, 404, 405, 429, 500, 503})
ROBOTS: Final = b"User-agent: *\nDisallow: /*/localities/*/applications/\nDisallow: /*/login\nDisallow: /*?*\n"


def pages() -> list[Page]:
    """All pages: the frame's own, and those of each folder that is there."""
    found = [*about.PAGES, *looked.PAGES]
    for package in packages():
        if package != PACKAGE and find_spec(f"{package}.pages") is not None:
            found += import_module(f"{package}.pages").PAGES
    names = [each.name for each in found]
    assert len(names) == len(set(names)), f"two pages of one name: {names}"
    return found


class Dashboard:
    """The parts of one dashboard, put together. `app` is what a server runs."""

    def __init__(
        self,
        settings: DashboardSettings,
        sources: Sources,
        probes: list[Probe],
        figures: Figures,
        *,
        doors: Doors | None = None,
        identify: Identify | None = None,
        listed: Sequence[Page] | None = None,
        looks: Looks | None = None,
    ) -> None:
        """Wire. `doors`: how people log in; without them `identify` says who they are, or nobody is known. `listed`:
        other pages than all. `looks`: keeps who looked at what is not public."""
        self.settings = settings
        self.sources = sources
        self.figures = figures
        self.assets = Assets()
        self.renderer = Renderer(self.assets, settings.service, settings.published)
        self.watcher = Watcher(probes, figures, settings.poll_s)
        self._doors = doors
        self._looks = looks
        self._audit = Audit(settings.secret)
        who = identify or (nobody if doors is None else doors.sessions.identify)
        self.pages = Pages(settings, sources, self.renderer, self.watcher, figures, who)
        self.live = Live(settings, self.pages, self.watcher, figures, who)
        self._errors: dict[tuple[int, Language, Role], Body] = {}
        self.listed = list(pages() if listed is None else listed)
        self.app: ASGIApp = Guard(self._starlette(), settings, figures)

    def _starlette(self) -> Starlette:
        routes: list[Route] = [Route("/", self._root), Route("/robots.txt", _robots), Route("/favicon.ico", self._icon)]
        routes += [Route(path, partial(self._asset, path)) for path in self.assets.served]
        for page in self.listed:
            serve = partial(self._page, page)
            for language in LANGUAGES:
                routes.append(Route(f"/{language}{page.route.path}", partial(serve, language), name=page.name))
        all_routes: list[BaseRoute] = [*routes]
        if self._doors is not None:
            login = Login(
                self.settings,
                self.renderer,
                self.sources,
                self.pages.in_thread,
                self._doors,
                self._audit,
                self.figures,
            )
            all_routes += login.routes()
        found = Starlette(
            routes=all_routes,
            lifespan=self._lifespan,
            exception_handlers={HTTPException: self._refused, 500: self._failed},
        )
        found.router.redirect_slashes = False  # an address with one slash more is another address
        return found

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.sources.open()
        try:
            await self.watcher.look()
            running = [self.watcher.run(), self.live.run()]
            if self._looks is not None:
                self._looks.open()
                running.append(self._looks.run())
            tasks = [asyncio.create_task(each) for each in running]
            try:
                yield
            finally:
                self.live.close()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await to_thread.run_sync(self.sources.close)
            if self._looks is not None:
                await to_thread.run_sync(self._looks.close)
            if self._doors is not None:
                await self._doors.sessions.close()

    async def _page(self, page: Page, language: str, request: Request) -> Response:
        request.scope["oryn.page"] = page.name
        request.path_params["language"] = language
        asked = await self.pages.understand(request, page)
        if isinstance(asked, Response):
            return asked
        await self._noted(request, asked)
        if "live" in request.query_params:
            return await self.live.listen(request, asked)
        return await self.pages.page(request, asked)

    async def _noted(self, request: Request, asked: Asked) -> None:
        """Note who looks at what is not public, before it leaves. Raises: HTTPException while that can't be written."""
        viewer: Viewer = request.state.viewer
        self._audit.opened(viewer, asked.page.name, asked.subject, asked.view)
        if self._looks is None:
            return
        query = request.query_params
        table, form = query.get("table", ""), query.get("as", "")
        part = " ".join(each for each in (table, form) if each)
        if (table and not PART.fullmatch(table)) or form not in ("", "csv", "json"):
            part = "?"
        try:
            await self._looks.note(viewer, asked.page.name, asked.subject, asked.view, part)
        except SourceAway as exc:
            log.warning("it can't be noted who looks", extra={"reason": str(exc)})
            raise HTTPException(UNAVAILABLE) from exc

    async def _root(self, request: Request) -> Response:
        language = preferred(request.headers.get("accept-language", ""))
        return RedirectResponse(f"/{language}/", FOUND, {"Vary": "Accept-Language", "Cache-Control": "no-cache"})

    async def _asset(self, path: str, request: Request) -> Response:
        request.scope["oryn.page"] = "static"
        found = self.assets.served[path]
        headers = {"Cache-Control": f"public, max-age={YEAR_S}, immutable"}
        body = Body(found.data, found.packed, path.rpartition("-")[2], found.kind)
        return answer(request, body, private=False, headers=headers)

    async def _icon(self, request: Request) -> Response:
        return RedirectResponse(self.assets.path("icon.svg"), FOUND)

    async def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = error.status_code if error.status_code in TOLD else 400
        return self.told(request, status, dict(error.headers or {}))

    async def _failed(self, request: Request, _: Exception) -> Response:
        return self.told(request, 500)

    def told(self, request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
        """A page that says what is wrong: the same bytes for the same kind of error, whatever was asked for."""
        first = request.url.path.split("/")[1]
        language = Language(first if first in LANGUAGES else preferred(request.headers.get("accept-language", "")))
        role = getattr(request.state, "viewer", NOBODY).role
        body = self._errors.get((status, language, role))
        if body is None:
            name = f"error-{status}"
            body = body_of(
                self.renderer.plain("error.html", words(language), Look(role, live=False), "/", title_of=name)
            )
            self._errors[status, language, role] = body
        found = {"Cache-Control": "no-store", "Vary": "Accept-Encoding, Cookie", **(headers or {})}
        if status == UNAVAILABLE:
            found["Retry-After"] = str(RETRY_S)
        return whole(request, body, status, found)


async def _robots(_: Request) -> Response:
    return Response(ROBOTS, media_type="text/plain; charset=utf-8")


def preferred(header: str) -> Language:
    """The language that a browser asks for and we have; the state language when it names none of ours."""
    best, weight = Language.KAZAKH, 0.0
    for each in header.split(",")[:20]:
        tag, _, rest = each.strip().partition(";")
        try:
            q = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            continue
        primary = tag.strip().lower().partition("-")[0]
        if primary in LANGUAGES and q > weight:
            best, weight = Language(primary), q
    return best
