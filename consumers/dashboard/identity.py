"""Whom a request comes from, as the rest of the dashboard needs it. `sessions` and `login` find it out."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from consumers.dashboard.access import Viewer

Identify = Callable[[Request], Awaitable[Viewer]]
