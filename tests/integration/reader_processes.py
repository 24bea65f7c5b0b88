"""A reader as a process that can be killed often: its modules are loaded once, in a server that forks it."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from threading import Event as Flag

from prometheus_client import CollectorRegistry

from infra.settings import Settings
from tests.integration.running_readers import Runs
from tests.processes import end_with_parent

Build = Callable[[Settings, CollectorRegistry], Runs]
READERS = ("infra.readers.indicators", "infra.readers.live_view")


@cache
def _forks() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *READERS])
    return context


def started(build: Build, settings: Settings) -> BaseProcess:
    """The reader that `build` of its module in `infra.readers` makes. It ends with the process that started it, however
    that ends."""
    process = _forks().Process(target=_run, args=(build, settings), daemon=True)
    process.start()
    return process


def killed(process: BaseProcess) -> None:
    """SIGKILL, and nothing else must have ended it."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL, "it ended by itself"
    process.close()


def _run(build: Build, settings: Settings) -> None:
    end_with_parent()
    build(settings, CollectorRegistry()).run(Flag())
