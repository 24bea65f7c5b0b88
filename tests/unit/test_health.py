"""What a process says over HTTP: alive or not, ready or why not, its figures; and where on this machine."""

import json
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter

from infra.health import LOOPBACK, HealthServer, note_path, notes
from schemas.errors import OrynError


class Patient:
    """A process whose health a test decides."""

    def __init__(self) -> None:
        self.sick: str | None = None
        self.reasons: dict[str, str] = {}
        self.registry = CollectorRegistry()
        self.counter = Counter("oryn_test_events", "Events of a test", registry=self.registry)

    def live(self) -> str | None:
        return self.sick

    def ready(self) -> dict[str, str]:
        if "broken" in self.reasons:
            raise RuntimeError("broken")
        return self.reasons


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
def server(patient: Patient) -> Iterator[HealthServer]:
    with HealthServer(patient.registry, patient.live, patient.ready) as server:
        yield server


def get(server: HealthServer, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
    """Status, content type and body."""
    request = urllib.request.Request(server.url + path, headers=headers, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, exc.headers["Content-Type"], exc.read().decode()


def test_a_process_that_is_well_is_live_and_ready(server: HealthServer) -> None:
    assert get(server, "/live") == (200, "application/json", '{"live": true, "reasons": {}}\n')
    assert get(server, "/ready") == (200, "application/json", '{"ready": true, "reasons": {}}\n')


def test_reasons_come_as_json_with_503_and_go_when_they_are_over(server: HealthServer, patient: Patient) -> None:
    patient.reasons = {"3": "restoring"}
    status, _, body = get(server, "/ready")
    assert (status, json.loads(body)) == (503, {"ready": False, "reasons": {"3": "restoring"}})
    assert get(server, "/live")[0] == 200
    patient.sick, patient.reasons = "no turn for 300001 ms", {}
    status, _, body = get(server, "/live")
    assert (status, json.loads(body)["reasons"]) == (503, {"process": "no turn for 300001 ms"})
    assert get(server, "/ready")[0] == 200


def test_figures_are_those_of_the_moment_and_of_the_process(server: HealthServer, patient: Patient) -> None:
    assert "oryn_test_events_total 0.0" in get(server, "/metrics")[2]
    patient.counter.inc(7)
    status, kind, body = get(server, "/metrics?x=1")
    assert status == 200
    assert kind.startswith("text/plain")
    assert "oryn_test_events_total 7.0" in body
    assert "process_resident_memory_bytes" in body
    openmetrics = get(server, "/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert openmetrics[1].startswith("application/openmetrics-text")
    assert openmetrics[2].endswith("# EOF\n")


def test_any_other_page_is_404_and_names_those_that_are_there(server: HealthServer) -> None:
    for path in ("/", "/live/", "/../etc/passwd", "/metrics/x"):
        status, _, body = get(server, path)
        assert (status, "/live, /ready, /metrics" in body) == (404, True)


def test_a_head_has_no_body_and_other_methods_are_refused(server: HealthServer) -> None:
    assert get(server, "/ready", "HEAD") == (200, "application/json", "")
    assert get(server, "/ready", "POST")[0] == 501


def test_a_function_that_fails_gives_no_answer_and_the_server_goes_on(
    server: HealthServer, patient: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    patient.reasons = {"broken": ""}
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        get(server, "/ready")
    assert "health request failed" in caplog.text
    patient.reasons = {}
    assert get(server, "/ready")[0] == 200


def test_a_client_that_never_finishes_keeps_nobody_waiting(server: HealthServer) -> None:
    with socket.create_connection((LOOPBACK, server.port)) as slow:
        slow.sendall(b"GET /re")
        assert get(server, "/ready")[0] == 200


def test_it_listens_on_the_loopback_address_only(server: HealthServer) -> None:
    assert server.url == f"http://127.0.0.1:{server.port}"
    others = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {LOOPBACK}
    for address in others:
        with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
            socket.create_connection((str(address), server.port), timeout=2)


def test_a_port_that_is_taken_is_a_clear_error(server: HealthServer, patient: Patient) -> None:
    with pytest.raises(OrynError, match=f"cannot listen on 127.0.0.1:{server.port} for health and metrics"):
        HealthServer(patient.registry, patient.live, patient.ready, port=server.port)


def test_a_note_says_where_it_listens_as_long_as_it_does(tmp_path: Path, patient: Patient) -> None:
    note = note_path(tmp_path, "test.oryn-allocation", "worker-1")
    assert notes(tmp_path) == {}
    with HealthServer(patient.registry, patient.live, patient.ready, note=note) as server:
        assert notes(tmp_path) == {"test.oryn-allocation-worker-1": {"url": server.url, "pid": os.getpid()}}
    assert notes(tmp_path) == {}
    note.write_text("torn", encoding="utf-8")
    assert notes(tmp_path) == {}
