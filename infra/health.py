"""What a process says about itself over HTTP: /live, /ready and /metrics, and where on this machine it says so.

Owns the server and its note for `oryn status`. Never decides whether a process is well: it asks the functions that it
was given, from its own threads. Listens on the loopback address unless told otherwise, and knows no secrets.
"""

import json
import logging
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from threading import Thread
from types import TracebackType
from typing import Any, ClassVar

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from schemas.errors import OrynError

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
# Readers are in no consumer group of Kafka; by this name of theirs their notes are found.
READER_GROUP = "oryn-reader"
# Neither is who watches over the processes of a machine.
SUPERVISOR_GROUP = "oryn-run"
# Who does not finish a request within so long is cut off, so that nobody holds a thread for ever.
CLIENT_TIMEOUT_S = 10
CLOSE_TIMEOUT_S = 5
# How long closing may go unnoticed.
POLL_S = 0.1
# A probe that is asked this often is asked well; the answer of a second ago is no answer.
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Live = Callable[[], str | None]
Ready = Callable[[], Mapping[str, str]]
# Path -> from the Accept header to status, content type and body.
Pages = Mapping[str, Callable[[str], tuple[HTTPStatus, str, bytes]]]


class ProcessFigures(Collector):
    """What every process says of itself: whether it lives and works, its clock, and the disk that its data are on."""

    def __init__(self, live: Live, ready: Ready, folder: Path | None) -> None:
        """`folder`: on the disk to look at; it need not be there yet."""
        self._live, self._ready, self._folder = live, ready, folder

    def describe(self) -> Iterator[Metric]:
        """The names, without asking."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """As it is now."""
        yield _gauge("oryn_process_live", "0 while the process should be started anew", self._live() is None)
        yield _gauge("oryn_process_ready", "1 while the process does all its work", not self._ready())
        yield _gauge("oryn_process_clock_timestamp_seconds", "What this machine's clock says", time.time())
        if self._folder is not None and self._folder.exists():
            disk = shutil.disk_usage(self._folder)
            yield _gauge("oryn_process_disk_free_bytes", "Room on the disk of the data folder", disk.free)
            yield _gauge("oryn_process_disk_size_bytes", "Size of the disk of the data folder", disk.total)


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=float(value))


class _Figures(Collector):
    """The figures of a processor and those of its process, together."""

    def __init__(self, registry: CollectorRegistry, own: Collector) -> None:
        process = CollectorRegistry()
        ProcessCollector(registry=process)
        GCCollector(registry=process)
        process.register(own)
        self._registries = (registry, process)

    def collect(self) -> Iterator[Metric]:
        """All of them, as they are now."""
        for registry in self._registries:
            yield from registry.collect()


class HealthServer:
    """Answers probes from threads of its own until it is closed. A context manager.

    `/live`: 200, or 503 with the reason why the process should be started anew. `/ready`: 200, or 503 with the reasons
    why it does no work. `/metrics`: figures for Prometheus. `note`: a file that says where it listens while it does.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        live: Live,
        ready: Ready,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        note: Path | None = None,
    ) -> None:
        """Begin to listen; port 0 takes a free one. `live`: a reason, or none; `ready`: reasons, or empty.

        Raises: OrynError when the address can't be had.
        """
        self._note = note
        figures = _Figures(registry, ProcessFigures(live, ready, None if note is None else note.parent))

        wanted: Pages = {
            "/live": lambda _: _verdict("live", {"process": reason} if (reason := live()) else {}),
            "/ready": lambda _: _verdict("ready", ready()),
            "/metrics": lambda accept: _metrics(figures, accept),
        }

        class Handler(_Handler):
            pages = wanted

        try:
            self._server = _Server(host, port, Handler)
        except (OSError, OverflowError) as exc:
            raise OrynError(f"cannot listen on {host}:{port} for health and metrics: {exc}") from exc
        self.port: int = self._server.server_address[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(POLL_S,), name="health", daemon=True)
        self._thread.start()
        if note is not None:
            _write_note(note, self.url)
        log.info("health and metrics", extra={"url": self.url})

    def close(self) -> None:
        """End. Repeatable."""
        if self._note is not None:
            self._note.unlink(missing_ok=True)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(CLOSE_TIMEOUT_S)

    def __enter__(self) -> "HealthServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def note_path(data: Path, group_id: str, worker: str) -> Path:
    """Where the worker of a group notes its address. A killed one leaves its note behind; its pid is then gone."""
    return data / "health" / f"{group_id}-{worker}.json"


def notes(data: Path) -> dict[str, dict[str, Any]]:
    """The notes of the processes of this machine, by name: `url` and `pid`. What is no note is left out."""
    found = {}
    for path in sorted((data / "health").glob("*.json")):
        try:
            note = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue  # being written or removed in this moment
        if isinstance(note, dict) and isinstance(note.get("url"), str):
            found[path.stem] = note
    return found


def _write_note(path: Path, url: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    draft.replace(path)


def _verdict(name: str, reasons: Mapping[str, str]) -> tuple[HTTPStatus, str, bytes]:
    status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
    body = json.dumps({name: not reasons, "reasons": dict(reasons)}, ensure_ascii=False)
    return status, "application/json", body.encode() + b"\n"


def _metrics(figures: Collector, accept: str) -> tuple[HTTPStatus, str, bytes]:
    encode, content_type = choose_encoder(accept)
    return HTTPStatus.OK, content_type, encode(figures)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)

    def server_bind(self) -> None:
        """Without asking the name service for our own name, as the parent does: it may take long, or fail."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left, or a function that failed: the probe gets no answer, which is the right one."""
        log.warning("health request failed", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    pages: ClassVar[Pages] = {}
    timeout = CLIENT_TIMEOUT_S
    server_version = "oryn"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with a page."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with a page's headers."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        page = self.pages.get(self.path.partition("?")[0])
        if page is None:
            known = ", ".join(self.pages)
            status, kind, body = HTTPStatus.NOT_FOUND, "text/plain", f"no such page; there are {known}\n".encode()
        else:
            status, kind, body = page(self.headers.get("Accept", ""))
        self.send_response(status)
        for name, text in {"Content-Type": kind, "Content-Length": str(len(body)), **HEADERS}.items():
            self.send_header(name, text)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Probes come every few seconds; they are not worth a line each."""
