"""The dashboard of a demo: shows the season while it is played, and stays open behind it, beside the services.

Owns its process, its address and the file that remembers both. One in a data folder: it dies with a demo that is
killed or interrupted; after a finished one it is ended by the next demo, `oryn stack down` and `oryn demo --stop`.
"""

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from infra.live.children import INCURABLE
from infra.settings import Settings
from infra.stack import ports
from infra.stack.process import Child, Identity, start
from schemas.errors import OrynError

PORT_USUAL = 8080
READY_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0
LOOK_EVERY_S = 0.05
ANSWER_TIMEOUT_S = 2.0
# One that ends at once would end again.
AGAIN_AFTER_S = 10.0
OWNER_ONLY = 0o600
LOG_LINES_SHOWN = 12
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - what others listen on is only recognised here


class Login(msgspec.Struct, frozen=True):
    """An account that was made for one demo. `scope`: nothing for an applicant who is not known yet."""

    name: str
    role: str
    scope: str
    password: str


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a data folder remembers of its dashboard. `started`: seconds since 1970, as of `Identity`."""

    prefix: str
    port: int
    pid: int
    started: float
    logins: tuple[Login, ...] = ()

    @property
    def identity(self) -> Identity:
        """The process."""
        return Identity(self.pid, self.started)


class ShowingFile:
    """The file of a data folder, readable by its owner only: it holds passwords."""

    def __init__(self, data: Path) -> None:
        """Nothing is made yet."""
        self.path = data / "demo" / "dashboard.json"

    def load(self) -> Kept | None:
        """The last dashboard of a demo; none before the first. Raises: OrynError when the file is broken."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as exc:
            raise OrynError(f"{self.path} tells of no dashboard ({exc}): delete it") from exc

    def save(self, kept: Kept) -> None:
        """Replace it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(kept)) + b"\n")
        draft.replace(self.path)


def accounts_file(data: Path) -> Path:
    """Where the accounts of demos are: not among those that an operator added."""
    return data / "demo" / "accounts.json"


def end_showing(data: Path) -> bool:
    """End the dashboard that a demo of this data folder left open. Repeatable. Returns: whether one was open."""
    kept = ShowingFile(data).load()
    if kept is None or kept.identity.process() is None:
        return False
    kept.identity.stop(STOP_TIMEOUT_S)
    return True


class Showing:
    """A context manager: inside it the dashboard is open, and ends with it unless it was left open."""

    def __init__(
        self,
        settings: Settings,
        prefix: str,
        options: list[str],
        environment: Mapping[str, str],
        tell: Callable[[str], None],
    ) -> None:
        """Start nothing yet. `settings`: as the demo was given them; `options`: of `oryn dashboard`; `environment`: of
        its process; `tell`: is told what somebody at the demo should know."""
        self._file = ShowingFile(settings.data)
        self._prefix, self._options, self._environment, self._tell = prefix, options, environment, tell
        self._wished = settings.dashboard.port
        listens = settings.dashboard.host
        self._host = "127.0.0.1" if listens in EVERYWHERE else listens
        self.log = settings.data / "logs" / f"{prefix}dashboard.log"
        self._data = settings.data
        self._child: Child | None = None
        self._began_at = 0.0
        self._port = 0
        self.logins: tuple[Login, ...] = ()

    @property
    def file(self) -> Path:
        """Where the logins are."""
        return self._file.path

    @property
    def address(self) -> str:
        """What a browser on this machine opens, with a slash at its end. State: entered."""
        name = "localhost" if self._host in ("127.0.0.1", "::1") else self._host
        return f"http://{f'[{name}]' if ':' in name else name}:{self._port}/"

    def __enter__(self) -> "Showing":
        """Start it, in place of an earlier one, on the port that people know. Raises: OrynError."""
        before = self._file.load()
        end_showing(self._data)
        if before is not None and before.prefix == self._prefix:
            self.logins = before.logins
        known = PORT_USUAL if before is None else before.port
        self._port = self._wished or ports.pick(known)
        self._start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._child is not None:
            self._child.stop(STOP_TIMEOUT_S)
            self._child.kill()
            self._child = None

    def await_answer(self) -> None:
        """Wait until it answers. Raises: OrynError with the end of its log."""
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not _answers(f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{self._port}/robots.txt"):
            assert self._child is not None
            code = self._child.exit_code()
            if code is not None or time.monotonic() > deadline:
                how = (
                    f"ended with exit code {code}" if code is not None else f"does not answer in {READY_TIMEOUT_S:g} s"
                )
                raise OrynError(f"the dashboard {how}; the end of {self.log}:\n{tail(self.log)}")
            time.sleep(LOOK_EVERY_S)

    def keep(self, logins: tuple[Login, ...]) -> None:
        """Remember the logins, for whoever asks later."""
        self.logins = logins
        self._save()

    def check(self) -> None:
        """Start it again when it has ended: a season goes on without one, but somebody looks at it."""
        if self._child is None or (code := self._child.exit_code()) is None:
            return
        self._child.kill()
        self._child = None
        if code in INCURABLE or time.monotonic() - self._began_at < AGAIN_AFTER_S:
            self._tell(f"The dashboard ended with exit code {code} and stays closed; see {self.log}.")
            return
        self._tell(f"The dashboard ended with exit code {code} and is started again; see {self.log}.")
        self._start()

    def leave_open(self) -> bool:
        """Let it outlive this process. Returns: whether it is open."""
        if self._child is None or self._child.exit_code() is not None:
            return False
        self._child.release()
        self._child = None
        return True

    def _start(self) -> None:
        command = [sys.executable, "-P", "-m", "infra", "dashboard", "--port", str(self._port), *self._options]
        self._child = start(command, self.log, self._environment)
        self._began_at = time.monotonic()
        self._save()

    def _save(self) -> None:
        """Written at once: whoever finds the file ends what it names."""
        if self._child is not None:
            identity = self._child.identity
            self._file.save(Kept(self._prefix, self._port, identity.pid, identity.started, self.logins))


def tail(log: Path) -> str:
    """The last lines of a log."""
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError as exc:
        return f"(not readable: {exc.strerror})"
    return "\n".join(lines[-LOG_LINES_SHOWN:])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_TIMEOUT_S):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True  # it refuses our name for it, but it is there
    except OSError:
        return False
