"""Readers that can be killed often: `python -m tests.integration.notification_gateway.killable`.

Everything is imported once; for each line on standard input a child is forked that runs `oryn reader gateway` by the
settings of the environment, and its process id is written. The children die with this process.
"""

import ctypes
import os
import signal
import sys

from infra.logging import configure_logging
from infra.readers.running import run_reader
from infra.settings_layers import load_settings

# Imported here for its time; `run_reader` imports it by name.
import infra.readers.gateway  # noqa: F401  # isort: skip

PR_SET_PDEATHSIG = 1


def _child() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    configure_logging(quiet=True)
    os._exit(run_reader("gateway", load_settings(None, {}).settings))


def main() -> None:
    """Fork on demand."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _child()
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
