"""Work on several processes that end with this one, however it ends.

Owns their start and their end; knows nothing of the work.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import TypeVar

# Pieces of work that each process has before it, so that none waits for the slowest.
AHEAD = 8
Given = TypeVar("Given")
Result = TypeVar("Result")


def spread(work: Callable[[Given], Result], given: Iterable[Given], workers: int) -> Generator[Result, None, None]:
    """What the work makes of each, in their order. If it is left early, by Ctrl-C too, what goes on is broken off.

    Close it when it may be left early. Not by fork: a process with threads has none of them in its copy.
    """
    others = active_children()
    with ProcessPoolExecutor(workers, get_context("forkserver"), _follow) as executor:
        try:
            begun: deque[Future[Result]] = deque()
            for each in given:
                begun.append(executor.submit(work, each))
                if len(begun) > AHEAD * workers:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        except BaseException:
            for child in active_children():
                if child not in others:
                    child.kill()
            raise


def _follow() -> None:
    """End when the process that wants this work has ended: without that a killed one leaves its pool behind.

    Ctrl-C at a terminal reaches both; it is for the one that wants the work to say what becomes of it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def end_with_parent() -> None:
    """From now on. State: this process was started by another one of ours."""
    parent = parent_process()
    assert parent is not None, "this process was started by another"

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True, name="parent").start()
