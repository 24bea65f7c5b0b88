"""The jars of the Kafka broker: which they are (a lock file beside this module) and how they come into the cache.

A jar in the cache has the size and the SHA-256 that the lock names, or it is fetched again. Never resolves versions:
`infra.stack.jars_lock` does, for maintainers. With a full cache nothing is asked of the network.
"""

import hashlib
import os
import shutil
import ssl
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.maven import MavenContext

from infra.stack.errors import StackError

LOCK = Path(__file__).with_name("kafka-jars.lock")
DOWNLOADS_AT_ONCE = 8
ATTEMPTS_MAX = 4
STAGING = ".fetching-"
STAGING_SECONDS_MAX = 3_600.0  # older ones are of a process that was killed
TIMEOUT_SECONDS = 30
PAUSE_SECONDS = 0.5  # before the second attempt; longer before each further one
Progress = Callable[[int, int], None]  # bytes that are there, bytes of all jars


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock."""

    group: str
    artifact: str
    version: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's name in the cache, as Maven calls it."""
        return f"{self.artifact}-{self.version}.jar"

    def is_at(self, path: Path) -> bool:
        """Whether the file is there, whole and unchanged."""
        try:
            if path.stat().st_size != self.size:
                return False
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except FileNotFoundError:
            return False


def locked(lock: Path = LOCK) -> list[Jar]:
    """The jars of the lock file. Raises: StackError for a line that is none."""
    jars = []
    for number, line in enumerate(lock.read_text("ascii").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        try:
            coordinates, size, sha256 = line.split()
            group, artifact, version = coordinates.split(":")
            jars.append(Jar(group, artifact, version, int(size), sha256))
        except ValueError as exc:
            raise StackError(f"{lock.name}, line {number}: not `group:artifact:version size sha256`") from exc
    return jars


def fetch(jars: list[Jar], cache: Path, progress: Progress = lambda done, of: None) -> list[Path]:
    """Have every jar in `cache`, several at once, and check each. Repeatable, also by several processes at once.

    Raises: StackError when a jar cannot be had, or is not what the lock says, after ATTEMPTS_MAX attempts.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StackError(f"cannot make {cache}: {exc.strerror}") from exc
    paths = {jar: cache / jar.name for jar in jars}
    missing = [jar for jar, path in paths.items() if not jar.is_at(path)]
    total = sum(jar.size for jar in jars)
    done = total - sum(jar.size for jar in missing)
    progress(done, total)
    if missing:
        _forget_staging(cache)
        _trust_the_system()
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            tasks = {pool.submit(_fetch, jar, paths[jar]): jar for jar in missing}
            try:
                for task in as_completed(tasks):
                    task.result()
                    done += tasks[task].size
                    progress(done, total)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    return list(paths.values())


def _forget_staging(cache: Path) -> None:
    """Delete what fetches that were killed left behind."""
    for folder in cache.glob(f"{STAGING}*"):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > STAGING_SECONDS_MAX:
                shutil.rmtree(folder, ignore_errors=True)


def _trust_the_system() -> None:
    """Let the client trust what this machine trusts, not only its own list: networks have roots of their own.

    What is fetched is held against the lock's SHA-256 in any case.
    """
    known = ssl.get_default_verify_paths().cafile
    if known is not None:
        os.environ.setdefault("REQUESTS_CA_BUNDLE", known)


def _fetch(jar: Jar, path: Path) -> None:
    """Fetch beside the cache, check, and move into place in one step, so that the cache never holds half a jar."""
    reason = ""
    for attempt in range(ATTEMPTS_MAX):
        time.sleep(attempt * PAUSE_SECONDS)
        staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=path.parent))
        try:
            context = MavenContext(repo_cache=staging, local_repos=[], timeout=TIMEOUT_SECONDS)
            fetched = context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
            if jar.is_at(fetched):
                fetched.replace(path)
                return
            reason = "what was fetched is not what the lock file names"
        except (requests.RequestException, RuntimeError, OSError) as exc:
            reason = str(exc)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    raise StackError(f"cannot fetch {jar.name} ({ATTEMPTS_MAX} attempts): {reason}")
