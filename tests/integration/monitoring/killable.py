"""Monitoring processes that can be killed often: `python -m tests.integration.monitoring.killable`.

Everything is imported once; for each line on standard input, a name and perhaps `from-start`, a child is forked that
runs `oryn monitor` by the settings of the environment, and its process id is written. Its exit code is left in the
file NAME.exit of the data folder. The children die with this process.
"""

import ctypes
import os
import signal
import sys

# Imported here for its time.
import faust.transport.drivers.aiokafka  # noqa: F401

from infra.logging import configure_logging
from infra.monitoring import run_monitoring
from infra.settings_layers import load_settings

PR_SET_PDEATHSIG = 1


def _child(name: str, *, from_start: bool) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    configure_logging()
    settings = load_settings(None, {}).settings
    code = run_monitoring(settings, name, from_start=from_start)
    (settings.data / f"{name}.exit").write_text(str(code), encoding="utf-8")
    os._exit(code)


def main() -> None:
    """Fork on demand."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        name, *how = line.split()
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _child(name, from_start="from-start" in how)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
