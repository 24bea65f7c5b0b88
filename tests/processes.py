"""Work on several processes that end with this one, however it ends.

Owns their start and their end; knows nothing of the work.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from threading import Thread


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes while the block lasts. If it is left by an exception, Ctrl-C too, what they do is broken off.

    Not by fork: a process with threads has none of them in its copy.
    """
    others = active_children()
    with ProcessPoolExecutor(workers, get_context("forkserver"), _follow) as executor:
        try:
            yield executor
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
    parent = parent_process()
    assert parent is not None, "a pool's process was started by another"

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True, name="parent").start()
