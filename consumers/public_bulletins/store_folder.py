"""Published files in a folder that a web server shows. Owns how a file gets there whole and for good.

Each file is written under another name, forced to the disk, brought to its name in one step, and the folder is forced
to the disk: after a kill or a power cut there is the old content or the new one. Never follows what a path says out of
the folder: `checked` lets no such path in.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from consumers.public_bulletins.store import StoreRefused, checked, differs
from consumers.reading.store import StoreUnavailable

# Where files are written before they have their names. No published path begins with a dot, and web servers show no
# such folder.
STAGING = ".staging"
# Left behind by a kill. Younger ones may belong to another process that writes right now.
ABANDONED_S = 3_600
FILE_MODE, FOLDER_MODE = 0o644, 0o755
# What no waiting mends: rights, a wrong kind of file system, a file where a folder should be.
_LASTING = frozenset(
    {
        errno.EACCES,
        errno.EISDIR,
        errno.ENAMETOOLONG,
        errno.ENOTDIR,
        errno.EOPNOTSUPP,
        errno.EPERM,
        errno.EROFS,
        errno.EXDEV,
    }
)


class FolderStore:
    """A folder and what is below it. Who may write there is the matter of its owner, as are symbolic links in it."""

    def __init__(self, root: Path) -> None:
        """Name the folder. Nothing is touched yet."""
        self._root = root
        self._staging = root / STAGING

    def check(self) -> None:
        """Make the folder where there is none, and clear what a kill left behind."""
        with self._translated("make"):
            self._folder(self._staging)
            oldest = time.time() - ABANDONED_S
            for each in self._staging.iterdir():
                with suppress(FileNotFoundError):  # another process clears, too
                    if each.stat().st_mtime < oldest:
                        each.unlink()

    def put(self, path: str, data: bytes) -> None:
        """Make this the file's content. One that has it already is left untouched, its time too."""
        target = self._root / checked(path)
        with self._translated("write"):
            if self._content(target) == data:
                # Perhaps put by a process that was killed before it had forced the folder to the disk.
                _settle(target.parent)
                return
            self._folder(target.parent)
            with self._staged(data) as staged:
                os.replace(staged, target)
            _settle(target.parent)

    def put_new(self, path: str, data: bytes) -> bool:
        """Put a file that never changes. Needs a file system with hard links."""
        target = self._root / checked(path)
        with self._translated("write"):
            self._folder(target.parent)
            known = self._content(target)
            new = known is None
            if new:
                with self._staged(data) as staged:
                    try:
                        # Unlike a renaming, this fails where the name is taken.
                        os.link(staged, target)
                    except FileExistsError:
                        new, known = False, self._content(target)
            _settle(target.parent)
        if not new and known != data:
            raise differs(path)
        return new

    def get(self, path: str) -> bytes | None:
        """The file's content; None where there is none."""
        with self._translated("read"):
            return self._content(self._root / checked(path))

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        with self._translated("read"):
            return (self._root / checked(path)).is_file()

    def delete(self, path: str) -> None:
        """Take a file away, for good. Folders stay, though they be empty."""
        target = self._root / checked(path)
        with self._translated("delete"), suppress(FileNotFoundError):
            target.unlink(missing_ok=True)
            # Also where there was none: perhaps taken away just before a kill.
            _settle(target.parent)

    def list(self, prefix: str = "") -> Iterator[str]:
        """The paths of all files that begin with `prefix`, in no particular order. What begins with a dot is none."""
        with self._translated("read"):
            yield from self._below(self._root, "", prefix)

    def close(self) -> None:
        """Nothing is held."""

    def _below(self, folder: Path, before: str, prefix: str) -> Iterator[str]:
        with os.scandir(folder) as found:
            for each in found:
                path = before + each.name
                if each.name.startswith("."):
                    continue
                if each.is_dir():
                    if f"{path}/".startswith(prefix) or prefix.startswith(f"{path}/"):
                        yield from self._below(folder / each.name, f"{path}/", prefix)
                elif path.startswith(prefix):
                    yield path

    def _folder(self, folder: Path) -> None:
        """Make a folder and those above it, for good."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            with suppress(FileExistsError):  # made by another process just now, or a file: what follows says so
                each.mkdir(FOLDER_MODE)
            _settle(each.parent)

    @contextmanager
    def _staged(self, data: bytes) -> Iterator[Path]:
        """A file with this content that is on the disk, but has no name of ours yet; gone afterwards."""
        self._folder(self._staging)
        staged = self._staging / uuid4().hex
        try:
            with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield staged
        finally:
            staged.unlink(missing_ok=True)

    @staticmethod
    def _content(path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    @contextmanager
    def _translated(self, action: str) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            where = f"cannot {action} {exc.filename or self._root}: {exc.strerror or exc}"
            if exc.errno == errno.EXDEV:
                raise StoreRefused(f"{where}. The whole folder of a store lies on one file system") from exc
            if exc.errno in _LASTING:
                raise StoreRefused(f"{where}. Set another folder, or let this process write there") from exc
            raise StoreUnavailable(where) from exc


def _settle(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
