"""What the chaos run is made of: the proxy makes the weather it is told to, and a seed gives one order of faults."""

import socket
import time
from collections.abc import Iterator
from random import Random
from threading import Thread

import pytest

from infra.stack.ports import HOST, pick
from tests.faults.chaos.proxy import Proxy, Weather
from tests.faults.chaos.storms import Storms

WAIT_S = 30.0


class Echo:
    """A server that says back what it hears, and keeps what it heard."""

    def __init__(self) -> None:
        self._socket = socket.create_server((HOST, 0))
        self.port = int(self._socket.getsockname()[1])
        self.heard = b""
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(1_000):
                    self.heard += data
                    connection.sendall(data)
            except OSError:
                return

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def way(echo: Echo) -> Iterator[tuple[Proxy, int]]:
    port = pick()
    with Proxy({port: echo.port}) as proxy:
        yield proxy, port


def connect(port: int) -> socket.socket:
    return socket.create_connection((HOST, port), timeout=WAIT_S)


def asked(client: socket.socket, text: bytes) -> bytes:
    client.sendall(text)
    return client.recv(1_000)


def test_in_fair_weather_everything_goes_through(way: tuple[Proxy, int]) -> None:
    proxy, port = way
    with connect(port) as client:
        assert asked(client, b"here") == b"here"
        assert proxy.connections(0) == 1
    assert proxy.carried == 2 * len(b"here")


def test_what_is_held_arrives_afterwards(way: tuple[Proxy, int], echo: Echo) -> None:
    proxy, port = way
    with connect(port) as client:
        assert asked(client, b"1") == b"1"
        assert proxy.set(0, Weather.HOLD) == 1
        client.sendall(b"2")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert echo.heard == b"1"
        proxy.set(0, Weather.FAIR)
        client.settimeout(WAIT_S)
        assert client.recv(1) == b"2"


def test_answers_that_are_lost_stay_lost_and_the_request_took_effect(way: tuple[Proxy, int], echo: Echo) -> None:
    proxy, port = way
    with connect(port) as client:
        assert asked(client, b"1") == b"1"
        proxy.set(0, Weather.HALF_CLOSE)
        client.sendall(b"2")
        deadline = time.monotonic() + WAIT_S
        while echo.heard != b"12":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        proxy.set(0, Weather.FAIR)
        assert broken(client)
    with connect(port) as client:
        assert asked(client, b"3") == b"3"


def test_a_reset_breaks_what_is_connected_and_what_comes_later(way: tuple[Proxy, int]) -> None:
    proxy, port = way
    first = connect(port)
    assert asked(first, b"1") == b"1"
    assert proxy.set(0, Weather.RESET) == 1
    second = connect(port)
    with first, second:
        assert broken(first)
        assert broken(second)
    proxy.set(0, Weather.FAIR)
    deadline = time.monotonic() + WAIT_S
    while True:  # the last reset may still be on its way
        with connect(port) as client:
            try:
                if asked(client, b"2") == b"2":
                    return
            except OSError:
                assert time.monotonic() < deadline


def broken(client: socket.socket) -> bool:
    """Whether the connection ends without another byte."""
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


def order(seed: int, rounds: int) -> list[tuple[str, str]]:
    """What one lane of three kinds does."""
    done: list[tuple[str, str]] = []

    def note(kind: str, chance: Random) -> str:
        done.append((kind, target := chance.choice("xyz")))
        return target

    lanes = {"lane": {kind: lambda chance, kind=kind: note(kind, chance) for kind in ("a", "b", "c")}}
    with Storms(seed, lanes, time.monotonic()) as storms:
        deadline = time.monotonic() + WAIT_S
        while len(done) < 3 * rounds:
            assert time.monotonic() < deadline
            storms.rage(0.01)
    return done[: 3 * rounds]


def test_a_seed_gives_one_order_and_every_kind_in_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.faults.chaos.storms.PAUSE_S", (0.0, 0.001))
    first = order(5, 4)
    assert first == order(5, 4)
    assert first != order(6, 4)
    for begin in range(0, len(first), 3):
        assert {kind for kind, _ in first[begin : begin + 3]} == {"a", "b", "c"}


def test_what_breaks_in_a_lane_ends_the_storm() -> None:
    def fail(_: Random) -> str:
        raise AssertionError("the broker never came back")

    with (
        Storms(1, {"lane": {"kill broker": fail}}, time.monotonic()) as storms,
        pytest.raises(AssertionError, match="never came back"),
    ):
        storms.rage(0.2)
