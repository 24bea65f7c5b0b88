"""What stands before every request: a proxy that nobody named is said once."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from starlette.types import Message, Receive, Scope, Send

from consumers.dashboard.figures import Figures
from consumers.dashboard.guard import Guard
from consumers.dashboard.settings import DashboardSettings
from infra.dashboard_parts import dashboard_settings
from infra.settings_layers import load_settings

SECRET = "of the tests, and long enough for them"  # noqa: S105
WARNING = "a request carries X-Forwarded-For, and no proxy is named"


@contextmanager
def guarded(*, unproxied: bool) -> Iterator[Guard]:
    """A guard before an application that answers nothing more than 200."""

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    yield Guard(app, DashboardSettings(SECRET, unproxied=unproxied), Figures(CollectorRegistry()))


def ask(guard: Guard, **headers: str) -> None:
    """One request."""

    async def receive() -> Message:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b""}

    async def send(_: Message) -> None:
        await asyncio.sleep(0)

    listed = [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": listed,
    }  # fmt: skip
    asyncio.run(guard(scope, receive, send))


@pytest.mark.parametrize(("unproxied", "said"), [(True, 1), (False, 0)])
def test_a_proxy_that_nobody_named_is_said_once(caplog: pytest.LogCaptureFixture, unproxied: bool, said: int) -> None:
    with guarded(unproxied=unproxied) as guard, caplog.at_level(logging.WARNING):
        ask(guard)
        assert WARNING not in caplog.messages
        for _ in range(3):
            ask(guard, **{"x-forwarded-for": "192.0.2.1"})
    assert caplog.messages.count(WARNING) == said
    assert "192.0.2.1" not in caplog.text


@pytest.mark.parametrize(
    ("chosen", "unproxied"),
    [
        ({}, False),
        ({"dashboard.hosts": "oryn.example"}, True),
        ({"dashboard.host": "0.0.0.0", "dashboard.hosts": "oryn.example"}, True),  # noqa: S104
        ({"dashboard.hosts": "oryn.example", "dashboard.proxies": "127.0.0.1"}, False),
    ],
)
def test_it_matters_where_others_than_this_machine_reach_it(
    tmp_path: Path, chosen: dict[str, str], unproxied: bool
) -> None:
    settings = load_settings(None, {"data": tmp_path, "dashboard.secret": SECRET, **chosen}).settings
    assert dashboard_settings(settings).unproxied is unproxied
