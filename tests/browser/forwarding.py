"""A way to a service on this machine that a test may close: who goes by it finds the service away, and then back."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

BLOCK_BYTES = 65_536


class Way:
    """Forwards one port of this machine to another."""

    def __init__(self, to: int) -> None:
        """`to`: the service's port. Opens the way."""
        self._to = to
        self._door: socket.socket | None = None
        self._open: list[socket.socket] = []
        self._threads: list[Thread] = []
        self.port = 0
        self.open()

    def open(self) -> None:
        """Let everybody pass, on the same port as before. State: closed."""
        assert self._door is None
        self._door = socket.create_server(("127.0.0.1", self.port))
        self.port = self._door.getsockname()[1]
        self._go(self._accept, self._door)

    def close(self) -> None:
        """Break every connection, and refuse new ones. Repeatable."""
        door, self._door = self._door, None
        for each in [*self._open, *([] if door is None else [door])]:
            with suppress(OSError):  # it ended by itself
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()
        self._open.clear()
        self._threads.clear()

    def _go(self, work: object, *arguments: socket.socket) -> None:
        thread = Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]  # a function of them
        self._threads.append(thread)
        thread.start()

    def _accept(self, door: socket.socket) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = door.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open += [near, far]
                self._go(_pass_on, near, far)
                self._go(_pass_on, far, near)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Every byte, until one of the two ends; then the other ends, too."""
    with suppress(OSError):
        while data := source.recv(BLOCK_BYTES):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """A way, closed in the end."""
    way = Way(port)
    try:
        yield way
    finally:
        way.close()
