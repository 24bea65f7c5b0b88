"""Logins that last: kept in Redis under the hash of an id that only the browser has, so that they can be ended.

A new id for every login; an end after so long without a request, and an end in any case. All sessions of one account
can be ended at once, and end by themselves when their account changes. Never keeps a password or a token.
"""

import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from consumers.dashboard.access import NOBODY, Role, Viewer
from consumers.dashboard.settings import DashboardSettings

ID_BYTES: Final = 32
ID_LETTERS: Final = 43
UNAVAILABLE: Final = 503


class Session(Struct, frozen=True):
    """One login. `account`: whose, unique among all ways to log in; `stamp`: of the account then; `begun`: seconds."""

    account: str
    stamp: str
    role: Role
    scope: str
    name: str
    begun: float
    csrf: str

    @property
    def viewer(self) -> Viewer:
        """Who looks."""
        return Viewer(self.role, self.scope, self.name, self.account)


# Of an account as a session names it: the stamp that it has now, none for one that is gone. From any thread, quick.
StampOf = Callable[[str], str | None]


class Sessions:
    """The sessions of one site; several processes share them."""

    def __init__(self, client: "Redis", settings: DashboardSettings, stamp_of: StampOf) -> None:
        """`client`: one that answers with bytes."""
        self._client = client
        self._settings = settings
        self._stamp_of = stamp_of
        self.cookie = "__Host-oryn" if settings.secure else "oryn"

    async def identify(self, request: Request) -> Viewer:
        """Who a request comes from. Raises: HTTPException while nobody can say."""
        session = await self.of(request)
        return NOBODY if session is None else session.viewer

    async def of(self, request: Request) -> Session | None:
        """The session of a request; none without one, or when it has ended. Raises: HTTPException."""
        session_id = request.cookies.get(self.cookie, "")
        return await self._load(session_id) if len(session_id) == ID_LETTERS else None

    async def begin(self, request: Request, response: Response, account: str, stamp: str, viewer: Viewer) -> None:
        """Log in: a new id, whatever the browser had before ends. Raises: HTTPException."""
        session_id, now = secrets.token_urlsafe(ID_BYTES), time.time()
        session = Session(account, stamp, viewer.role, viewer.scope, viewer.name, now, secrets.token_urlsafe(ID_BYTES))
        key, listed = self._key(session_id), self._list(account)
        try:
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.delete(self._key(request.cookies.get(self.cookie, "")))
                pipe.set(key, msgspec.msgpack.encode(session), ex=self._settings.idle_s)
                pipe.sadd(listed, key)
                pipe.expire(listed, self._settings.absolute_s)
                await pipe.execute()
        except (RedisError, OSError) as exc:
            raise HTTPException(UNAVAILABLE) from exc
        response.set_cookie(
            self.cookie, session_id, path="/", secure=self._settings.secure, httponly=True, samesite="lax"
        )

    async def end(self, request: Request, response: Response, *, everywhere: bool) -> None:
        """Log out, here or wherever the account is logged in. Raises: HTTPException."""
        session = await self.of(request)
        try:
            if session is not None and everywhere:
                keys = await self._client.smembers(self._list(session.account))
                await self._client.delete(self._list(session.account), *keys)
            await self._client.delete(self._key(request.cookies.get(self.cookie, "")))
        except (RedisError, OSError) as exc:
            raise HTTPException(UNAVAILABLE) from exc
        response.delete_cookie(self.cookie, path="/", secure=self._settings.secure, httponly=True, samesite="lax")

    async def close(self) -> None:
        """Disconnect. Repeatable."""
        await self._client.aclose()

    async def _load(self, session_id: str) -> Session | None:
        key = self._key(session_id)
        try:
            data: Any = await self._client.getex(key, ex=self._settings.idle_s)
        except (RedisError, OSError) as exc:
            raise HTTPException(UNAVAILABLE) from exc
        if data is None:
            return None
        try:
            session = msgspec.msgpack.decode(data, type=Session)
        except msgspec.MsgspecError:  # of another version: log in again
            return None
        if not 0 <= time.time() - session.begun < self._settings.absolute_s:
            return None
        return session if self._stamp_of(session.account) == session.stamp else None

    def _key(self, session_id: str) -> str:
        return f"{self._settings.redis_prefix}:session:{sha256(session_id.encode()).hexdigest()}"

    def _list(self, account: str) -> str:
        return f"{self._settings.redis_prefix}:sessions-of:{sha256(account.encode()).hexdigest()}"
