"""Puts the dashboard together and runs it until it is told to stop. Owns the wiring, its probes and its exit codes.

Never renders a page and never decides who may see one.
"""

import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import uvicorn
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from consumers.dashboard.accounts import Accounts
from consumers.dashboard.app import Dashboard
from consumers.dashboard.attempts import Attempts
from consumers.dashboard.evidence.match_runs import MatchRuns
from consumers.dashboard.figures import Figures
from consumers.dashboard.login import Doors
from consumers.dashboard.looks import Looks
from consumers.dashboard.sessions import Sessions
from consumers.dashboard.settings import LOCAL_HOSTS, DashboardSettings, ProviderSettings
from consumers.dashboard.sources import SourceAway, Sources, StoreSettings, rows
from consumers.dashboard.watching import Probe
from consumers.live_view.view import LiveView
from infra.health import HealthServer, note_path
from infra.journal_copy import copy_journal
from infra.operations_view import Looking
from infra.processors import stopped_by_signals
from infra.readers.indicators import quality_goals
from infra.readers.live_view import live_view
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_services import postgres_url, redis_url
from schemas.errors import OrynError
from streams.runtime.errors import Fatal, Misconfigured

log = logging.getLogger(__name__)

PORT: Final = 8080
DASHBOARD_GROUP: Final = "oryn-dashboard"
LOCAL: Final = "local:"
SECRET_BYTES: Final = 32
OWNER_ONLY: Final = 0o600
REDIS_ANSWER_S: Final = 3.0
MEGABYTE: Final = 1_000_000
CLOSE_S: Final = 3
# How long a thread that makes a page may keep the loop waiting, which answers everybody: Python's own 5 ms, several
# times in each request, would be most of its time.
SWITCH_S: Final = 0.0005
BACKLOG: Final = 2_048
# A path that does not answer its watcher for so long is not ready.
SILENT_S: Final = 10.0
# What moves in the indicators without a locality's time moving (a window becomes final) is seen after so long.
COARSE_S: Final = 10.0


def dashboard_settings(settings: Settings) -> DashboardSettings:
    """What the dashboard must be told. Raises: OrynError."""
    chosen = settings.dashboard
    hosts = frozenset(chosen.hosts.replace(",", " ").lower().split())
    if not hosts and chosen.host.strip("[]") not in LOCAL_HOSTS:
        raise SettingsError("dashboard.hosts: needed where it listens beyond this machine (dashboard.host)")
    provider = None
    if chosen.oidc_issuer is not None:
        provider = ProviderSettings(
            chosen.oidc_issuer,
            chosen.oidc_client_id or "",
            chosen.oidc_client_secret or "",
            scopes=chosen.oidc_scopes,
            role_claim=chosen.oidc_role_claim,
            scope_claim=chosen.oidc_scope_claim,
            roles=dict(each.split("=", 1) for each in chosen.oidc_roles.split()),
            name=chosen.oidc_name,
        )
    beyond = chosen.host.strip("[]") not in LOCAL_HOSTS or not hosts <= LOCAL_HOSTS
    return DashboardSettings(
        secret=chosen.secret or _kept_secret(settings.data / "dashboard" / "secret"),
        hosts=hosts or LOCAL_HOSTS,
        unproxied=beyond and not chosen.proxies.strip(),
        service=chosen.service or settings.public.publisher,
        published=settings.public.base_url,
        redis_prefix=f"{settings.redis_prefix}-dashboard",
        idle_s=chosen.idle_s,
        absolute_s=chosen.login_s,
        listeners_max=chosen.listeners,
        cache_bytes=chosen.cache_mb * MEGABYTE,
        threads=chosen.connections,
        provider=provider,
    )


def accounts(settings: Settings) -> Accounts:
    """The local accounts."""
    return Accounts(settings.dashboard.accounts or settings.data / "dashboard" / "accounts.json")


def build(settings: Settings, registry: CollectorRegistry) -> Dashboard:
    """The dashboard of this environment. Raises: OrynError."""
    chosen, known = dashboard_settings(settings), accounts(settings)
    view = live_view(settings)
    sources = Sources(
        StoreSettings(
            postgres_url(settings),
            settings.schema("registers"),
            settings.schema("indicators"),
            settings.schema("gateway"),
            settings.dashboard.connections,
            settings.dashboard.statement_ms,
            settings.schema("dashboard"),
        ),
        view,
        match_runs=MatchRuns(partial(copy_journal, settings)),
        goals=quality_goals(settings),
        operations=Looking(settings),
    )
    client = Redis.from_url(
        redis_url(settings),
        socket_connect_timeout=REDIS_ANSWER_S,
        socket_timeout=REDIS_ANSWER_S,
        retry=Retry(NoBackoff(), 1),
    )

    def stamp_of(account: str) -> str | None:
        if not account.startswith(LOCAL):
            return ""  # a provider's: its sessions end by time
        found = known.get(account.removeprefix(LOCAL))
        return None if found is None else found.stamp

    doors = Doors(Sessions(client, chosen, stamp_of), known, Attempts(client, chosen.redis_prefix))
    looks = Looks(postgres_url(settings), settings.schema("dashboard"), settings.dashboard.looks_days)
    return Dashboard(chosen, sources, probes(sources, view), Figures(registry), doors=doors, looks=looks)


def probes(sources: Sources, view: LiveView) -> list[Probe]:
    """The sources' questions of how far they are."""
    return [
        Probe("redis", lambda: {code: str(each.sequence) for code, each in view.positions().items()}),
        Probe("postgres", lambda: _registers(sources)),
        Probe("indicators", _Indicators(sources)),
    ]


def _registers(sources: Sources) -> Mapping[str, str]:
    with sources.registers() as connection:
        return {code: str(records) for code, records in rows(connection, "SELECT locality, records FROM localities")}


@dataclass
class _Indicators:
    """How far the indicators are: by the time of each locality, and now and then by the positions of the topic."""

    sources: Sources
    _coarse: str = ""
    _looked_at: float = field(default=float("-inf"))

    def __call__(self) -> Mapping[str, str]:
        """The words; nothing while no indicators are kept here."""
        try:
            with self.sources.indicators() as connection:
                found = {
                    code: f"{until}/{newest}"
                    for code, until, newest in rows(
                        connection,
                        "SELECT subject, max(until), max(newest)::text FROM subjects"
                        " WHERE level = 'LOCALITY' GROUP BY 1",
                    )
                }
                if time.monotonic() - self._looked_at >= COARSE_S:
                    self._looked_at = time.monotonic()
                    self._coarse = str(rows(connection, "SELECT sum(next_offset) FROM positions")[0][0])
        except SourceAway as exc:
            if exc.__cause__ is not None and type(exc.__cause__).__name__ in ("UndefinedTable", "InvalidSchemaName"):
                return {}  # no reader of them has run yet: pages say what is missing
            raise
        return {**found, "": self._coarse}


class Server(uvicorn.Server):
    """Uvicorn, which ends the live streams first: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, closing: Callable[[], None]) -> None:
        """`closing`: called when it is told to stop."""
        super().__init__(config)
        self._closing = closing

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """As uvicorn's."""
        self._closing()
        await super().shutdown(sockets)  # type: ignore[arg-type]  # its own sockets


def listening(config: uvicorn.Config) -> socket.socket:
    """The socket of the site. Connections to it send what they have at once: asyncio sees to that only for sockets that
    name their protocol, which this one does not, and without it the end of each answer waits for the browser's
    acknowledgement of its beginning, 40 ms. Raises: SystemExit."""
    found = config.bind_socket()
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def run_dashboard(settings: Settings, tell: Callable[[str], None]) -> int:
    """Run the dashboard until SIGTERM or SIGINT: 0, or the exit code of what made it impossible to begin.

    `tell`: is told the address. Raises nothing of ours: what is wrong is logged.
    """
    registry = CollectorRegistry()
    chosen = settings.dashboard
    port = PORT if chosen.port is None else chosen.port
    try:
        dashboard = build(settings, registry)
        config = uvicorn.Config(
            dashboard.app,
            host=chosen.host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            backlog=BACKLOG,
            proxy_headers=bool(chosen.proxies),
            forwarded_allow_ips=chosen.proxies.replace(",", " ").split() or [],
            timeout_graceful_shutdown=CLOSE_S,
            lifespan="on",
        )
        bound = listening(config)
    except SystemExit:  # uvicorn's way to say that the address can't be had; it has logged why
        log.critical("stopped", extra={"reason": f"can't listen on {chosen.host}:{port}"})
        return Misconfigured.exit_code
    except SettingsError as exc:
        log.critical("stopped", extra={"reason": str(exc), "exit_code": Misconfigured.exit_code})
        return Misconfigured.exit_code
    except OrynError as exc:
        log.critical("stopped", extra={"reason": str(exc), "exit_code": Fatal.exit_code})
        return Fatal.exit_code
    host = "localhost" if chosen.host in LOCAL_HOSTS else chosen.host
    tell(f"http://{host}:{bound.getsockname()[1]}/")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # what it says of its start is said above
    server = Server(config, dashboard.live.close)
    sys.setswitchinterval(SWITCH_S)
    with ExitStack() as stack:
        stack.callback(bound.close)
        if settings.worker.health_port is not None:
            note = note_path(settings.data, settings.group(DASHBOARD_GROUP), "dashboard")
            where = {"host": settings.worker.health_host, "port": settings.worker.health_port}
            stack.enter_context(
                HealthServer(registry, lambda: None, lambda: _away(dashboard), note=note, **where)  # type: ignore[arg-type]
            )
        stack.enter_context(stopped_by_signals())  # uvicorn hands signals on when it has ended: here they end nothing
        server.run([bound])
    log.info("stopped")
    return 0


def _away(dashboard: Dashboard) -> Mapping[str, str]:
    """Which sources do not answer, and why."""
    return dict(dashboard.watcher.away)


def _kept_secret(file: Path) -> str:
    """The secret of this machine's dashboard, made once. Raises: OrynError."""
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_urlsafe(SECRET_BYTES))
        found = file.read_text("ascii").strip()
    except FileExistsError:  # another process made it meanwhile
        found = file.read_text("ascii").strip()
    except (OSError, ValueError) as exc:
        raise OrynError(f"{file}: {exc}") from exc
    if not found:
        raise OrynError(f"{file} is empty: delete it, and a new secret is made")
    return found
