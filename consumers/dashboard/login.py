"""Logging in and out, and the pages that belong to it. Owns the forms and where they lead; never a password.

Until a login is done the browser has a signed cookie for a quarter of an hour, with what protects the form and the
provider's answer; with the login it gets a session of a new id. Every form is held against its token.
"""

import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from consumers.dashboard.access import Role, Viewer
from consumers.dashboard.accounts import NAME_MAX, PASSWORD_MAX, Accounts
from consumers.dashboard.answers import HTML
from consumers.dashboard.attempts import Attempts
from consumers.dashboard.audit import Audit
from consumers.dashboard.figures import Figures
from consumers.dashboard.oidc import Provider, Refused
from consumers.dashboard.rendering import Look, Renderer
from consumers.dashboard.routes import LANGUAGES, link
from consumers.dashboard.sessions import Session, Sessions
from consumers.dashboard.settings import DashboardSettings
from consumers.dashboard.sources import Sources, rows
from consumers.dashboard.words import Language, words

log = logging.getLogger(__name__)

SEE_OTHER, FORBIDDEN, NOT_FOUND = 303, 403, 404
LOGIN_S: Final = 900
TOKEN_BYTES: Final = 24
FIELDS_MAX: Final = 8
# A password is meant to take long to check; more at once would take all of the machine.
CHECKS_AT_ONCE: Final = 2
NO_STORE: Final = {"Cache-Control": "no-store", "Vary": "Cookie"}
# A way back inside this site and nothing else: no host, no second slash, no backslash, no control letters.
_BACK: Final = re.compile(rf"/(?:{'|'.join(LANGUAGES)})(?:/[A-Za-z0-9._~:%/-]*)?(?:\?[A-Za-z0-9._~:%/=&+-]*)?")


def way_back(text: str) -> str | None:
    """An address of this site to go on to; none for anything else."""
    return text if _BACK.fullmatch(text) and "//" not in text and "/login" not in text else None


# Does work in a thread, and tells people in words when a source is away.
Ask = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Doors:
    """How people log in: what has to be wired outside."""

    sessions: Sessions
    accounts: Accounts
    attempts: Attempts


class Login:
    """The routes of logging in. One for a process."""

    def __init__(
        self,
        settings: DashboardSettings,
        renderer: Renderer,
        sources: Sources,
        ask: Ask,
        doors: Doors,
        audit: Audit,
        figures: Figures,
    ) -> None:
        """Wire."""
        self._settings = settings
        self._renderer = renderer
        self._sources = sources
        self._ask = ask
        self._sessions = doors.sessions
        self._accounts = doors.accounts
        self._attempts = doors.attempts
        self._audit = audit
        self._figures = figures
        self._provider = None if settings.provider is None else Provider(settings.provider)
        self._limiter: CapacityLimiter | None = None

    def routes(self) -> list[Any]:
        """What the application serves of it."""
        before = Middleware(
            SessionMiddleware,
            secret_key=self._settings.secret,
            session_cookie="__Host-oryn-login" if self._settings.secure else "oryn-login",
            max_age=LOGIN_S,
            same_site="lax",
            https_only=self._settings.secure,
        )
        inner = [
            Route("/{language}/login", self._form, methods=["GET"]),
            Route("/{language}/login", self._password, methods=["POST"]),
            Route("/{language}/login/provider", self._begin, methods=["GET"]),
            Route("/login/callback", self._callback, methods=["GET"]),
        ]
        return [
            *(Route(f"/{each}/account", self._account, methods=["GET"]) for each in LANGUAGES),
            *(Route(f"/{each}/logout", self._logout, methods=["POST"]) for each in LANGUAGES),
            *(Route(f"/{each}/home", self._home, methods=["GET"]) for each in LANGUAGES),
            *(Route(f"/{each}/mine", self._mine, methods=["GET"]) for each in LANGUAGES),
            Mount("/", routes=inner, middleware=[before]),
        ]

    async def _form(self, request: Request) -> Response:
        return self._shown(request, _language(request))

    def _shown(self, request: Request, language: Language, problem: str = "", name: str = "") -> Response:
        request.scope["oryn.page"] = "login"
        token = request.session.setdefault("csrf", secrets.token_urlsafe(TOKEN_BYTES))
        back = way_back(request.query_params.get("next", "")) or request.session.get("next", "")
        if back:
            request.session["next"] = back
        provider = self._settings.provider
        data = self._renderer.plain(
            "login.html",
            words(language),
            Look(live=False),
            "/login",
            csrf=token,
            problem=problem,
            name=name,
            local=bool(self._accounts.all()),
            provider=provider is not None,
            provider_name=provider.name if provider is not None else None,
        )
        return Response(data, FORBIDDEN if problem else 200, NO_STORE, HTML)

    async def _password(self, request: Request) -> Response:
        request.scope["oryn.page"] = "login"
        language = _language(request)
        form = await _fields(request)
        if not _same(form.get("csrf", ""), request.session.get("csrf", "")) or not _own_site(request):
            raise HTTPException(FORBIDDEN)
        name, password = form.get("name", ""), form.get("password", "")
        address = request.client.host if request.client else ""
        account = None
        try:
            await self._attempts.count(name, address)
        except HTTPException:
            self._noted("password", "limited", name)
            raise
        if len(name) <= NAME_MAX and len(password) <= PASSWORD_MAX:
            if self._limiter is None:
                self._limiter = CapacityLimiter(CHECKS_AT_ONCE)
            account = await to_thread.run_sync(self._accounts.verified, name, password, limiter=self._limiter)
        if account is None:
            self._noted("password", "wrong", name)
            return self._shown(request, language, "login-wrong", name[:NAME_MAX])
        await self._attempts.forgive(name, address)
        self._noted("password", "done", name, account.role)
        return await self._enter(request, language, f"local:{account.name}", account.stamp, account.viewer)

    async def _begin(self, request: Request) -> Response:
        request.scope["oryn.page"] = "login"
        if self._provider is None:
            raise HTTPException(NOT_FOUND)
        language = _language(request)
        request.session["language"] = language.value
        return await self._provider.begin(request, str(request.url.replace(path="/login/callback", query="")))

    async def _callback(self, request: Request) -> Response:
        request.scope["oryn.page"] = "login"
        if self._provider is None:
            raise HTTPException(NOT_FOUND)
        kept = request.session.get("language", "")
        language = Language(kept) if kept in LANGUAGES else Language.KAZAKH
        try:
            account, viewer = await self._provider.finish(request)
        except Refused as exc:
            self._noted("provider", exc.reason, "")
            said = "login-refused" if exc.reason == "provider" else "login-no-role"
            return self._shown(request, language, said)
        self._noted("provider", "done", account, viewer.role)
        return await self._enter(request, language, account, "", viewer)

    async def _enter(self, request: Request, language: Language, account: str, stamp: str, viewer: Viewer) -> Response:
        back = request.session.get("next") or ""
        request.session.clear()
        response = RedirectResponse(way_back(back) or f"/{language}/home", SEE_OTHER, NO_STORE)
        await self._sessions.begin(request, response, account, stamp, viewer)
        return response

    async def _logout(self, request: Request) -> Response:
        request.scope["oryn.page"] = "login"
        session = await self._sessions.of(request)
        form = await _fields(request)
        language = Language(request.url.path.split("/")[1])
        if session is None:
            return RedirectResponse(f"/{language}/", SEE_OTHER, NO_STORE)
        if not _same(form.get("csrf", ""), session.csrf) or not _own_site(request):
            raise HTTPException(FORBIDDEN)
        everywhere = form.get("everywhere", "") == "yes"
        response = RedirectResponse(f"/{language}/", SEE_OTHER, {**NO_STORE, "Clear-Site-Data": '"cache"'})
        await self._sessions.end(request, response, everywhere=everywhere)
        self._audit.logout(session.viewer, everywhere=everywhere)
        return response

    async def _account(self, request: Request) -> Response:
        request.scope["oryn.page"] = "account"
        language = Language(request.url.path.split("/")[1])
        session = await self._sessions.of(request)
        if session is None:
            return RedirectResponse(
                f"/{language}/login?{urlencode({'next': f'/{language}/account'})}", SEE_OTHER, NO_STORE
            )
        data = self._renderer.plain(
            "account.html",
            words(language),
            Look(session.role, live=False),
            "/account",
            session=session,
            **_scope(session),
        )
        return Response(data, 200, NO_STORE, HTML)

    async def _home(self, request: Request) -> Response:
        request.scope["oryn.page"] = "home"
        language = Language(request.url.path.split("/")[1])
        session = await self._sessions.of(request)
        if session is None:
            return RedirectResponse(f"/{language}/login", SEE_OTHER, NO_STORE)
        return RedirectResponse(home_of(language, session.viewer), SEE_OTHER, NO_STORE)

    async def _mine(self, request: Request) -> Response:
        """An applicant's own applications. Shown to one person, so kept by nobody."""
        request.scope["oryn.page"] = "mine"
        language = Language(request.url.path.split("/")[1])
        session = await self._sessions.of(request)
        if session is None:
            return RedirectResponse(f"/{language}/login", SEE_OTHER, NO_STORE)
        if session.role is not Role.APPLICANT:
            raise HTTPException(NOT_FOUND)
        found = await self._ask(_applications, self._sources, session.scope)
        data = self._renderer.plain("mine.html", words(language), Look(session.role, live=False), "/mine", found=found)
        return Response(data, 200, NO_STORE, HTML)

    def _noted(self, how: str, result: str, name: str, role: Role | None = None) -> None:
        self._figures.logins.labels(result).inc()
        self._audit.login(how, result, name, role)


def _applications(sources: Sources, applicant_id: str) -> list[Any]:
    text = (
        "SELECT locality, application_id, queue, submitted_at, state FROM applications WHERE applicant_id = %s"
        " ORDER BY submitted_at DESC, application_id LIMIT 100"
    )
    with sources.registers() as connection:
        return rows(connection, text, (applicant_id,))


def home_of(language: str, viewer: Viewer) -> str:
    """The page that a role begins with."""
    locality, _, organisation = viewer.scope.partition("/")
    if viewer.role in (Role.NATION, Role.AUDITOR):
        return link(language, "nation")
    if viewer.role is Role.REGION:
        return link(language, "region", region=viewer.scope)
    if viewer.role is Role.LOCALITY:
        return link(language, "locality", locality=locality)
    if viewer.role is Role.ORGANISATION:
        return link(language, "organisation", locality=locality, organisation=organisation)
    return f"/{language}/mine"


def _scope(session: Session) -> Mapping[str, str]:
    locality, _, organisation = session.scope.partition("/")
    if session.role is Role.REGION:
        return {"region": session.scope, "locality": "", "organisation": ""}
    if session.role in (Role.LOCALITY, Role.ORGANISATION):
        return {"region": "", "locality": locality, "organisation": organisation}
    return {"region": "", "locality": "", "organisation": ""}


def _language(request: Request) -> Language:
    found = str(request.path_params["language"])
    if found not in LANGUAGES:
        raise HTTPException(NOT_FOUND)
    return Language(found)


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form; files and everything that is no form of ours is refused. Raises: HTTPException."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(FORBIDDEN)
    form: FormData = await request.form(max_fields=FIELDS_MAX, max_files=0)
    return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}


def _same(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _own_site(request: Request) -> bool:
    """Whether a browser says that a form came from elsewhere. Those that say nothing are held by the token alone."""
    site = request.headers.get("sec-fetch-site")
    return site in (None, "same-origin", "none")
