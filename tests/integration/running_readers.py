"""A reader, or several in one, in a thread of this process: what it raises is the test's failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread
from typing import Protocol


class Runs(Protocol):
    """What can be told to stop."""

    def run(self, stop: Flag) -> None:
        """Work until then."""


@contextmanager
def running(reader: Runs) -> Iterator[None]:
    """Run it within the block, and stop it at its end. Raises: what the reader raised."""
    stop, failed = Flag(), list[BaseException]()

    def run() -> None:
        try:
            reader.run(stop)
        except BaseException as exc:  # noqa: BLE001 - raised again in the test's own thread
            failed.append(exc)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failed:
        raise failed[0]
