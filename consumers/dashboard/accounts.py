"""Local accounts, for a demonstration and for small installations: a file of names, roles and hashes of passwords.

Passwords are made here, shown once by whoever adds an account, and kept as argon2 hashes only. The file is read again
when it has changed, so an account that is gone is gone at once. Never logs a name or a password.
"""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from consumers.dashboard.access import Role, Viewer, scope_problem
from schemas.errors import OrynError

NAME_MAX: Final = 64
PASSWORD_MAX: Final = 256
PASSWORD_BYTES: Final = 15  # 20 letters
OWNER_ONLY: Final = 0o600
STAMP_BYTES: Final = 8


class AccountsError(OrynError):
    """An account that can't be as it was wished, or a file of accounts that can't be read."""


class Account(Struct, frozen=True):
    """One account. `hash`: argon2's, with its parameters in it."""

    name: str
    role: Role
    scope: str
    hash: str

    @property
    def stamp(self) -> str:
        """Changes with anything of the account: a session of an earlier one ends."""
        text = "\0".join((self.name, self.role, self.scope, self.hash))
        return blake2b(text.encode(), digest_size=STAMP_BYTES).hexdigest()

    @property
    def viewer(self) -> Viewer:
        """Who looks, logged in with it."""
        return Viewer(self.role, self.scope, self.name)


class Accounts:
    """The accounts of one file, which need not be there. Safe between threads."""

    def __init__(self, file: Path) -> None:
        """Read nothing yet."""
        self.file = file
        self._hasher = PasswordHasher()
        # What a password of nobody is held against, so that an unknown name takes as long as a known one.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(PASSWORD_BYTES))
        self._lock = Lock()
        self._read_at: tuple[int, int, int] | None = None
        self._known: dict[str, Account] = {}

    def all(self) -> list[Account]:
        """Every account, by name. Raises: AccountsError."""
        return [self._fresh()[name] for name in sorted(self._fresh())]

    def get(self, name: str) -> Account | None:
        """One account, as it is now. Raises: AccountsError."""
        return self._fresh().get(name)

    def verified(self, name: str, password: str) -> Account | None:
        """The account of a name and its password; none for any other pair, after the same time. Raises:
        AccountsError."""
        account = self._fresh().get(name)
        try:
            self._hasher.verify(self._nobody if account is None else account.hash, password[: PASSWORD_MAX + 1])
        except (VerificationError, InvalidHashError):
            return None
        return account

    def add(self, name: str, role: Role, scope: str, password: str | None = None) -> str:
        """Add an account, or give one another role, scope and password; without `password` one is made here. Returns:
        the password, which nobody will see again. Raises: AccountsError."""
        if not name or len(name) > NAME_MAX or not name.isprintable() or name != name.strip():
            raise AccountsError(f"{name[:NAME_MAX]!r} is no name: at most {NAME_MAX} letters that can be seen")
        if role is Role.PUBLIC:
            raise AccountsError("who needs no login needs no account")
        problem = scope_problem(role, scope)
        if problem is not None:
            raise AccountsError(f"the scope {scope!r} does not fit: {problem}")
        password = password or secrets.token_urlsafe(PASSWORD_BYTES)
        account = Account(name, role, scope, self._hasher.hash(password))
        with self._alone():
            self._write({**self._fresh(), name: account})
        return password

    def remove(self, name: str) -> None:
        """Take an account away; its sessions end. Raises: AccountsError for one that is not."""
        with self._alone():
            left = dict(self._fresh())
            if left.pop(name, None) is None:
                raise AccountsError(f"there is no account {name!r}")
            self._write(left)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change at a time, of all processes: two at once would undo one another, and a removal may be one."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.file.with_name(f"{self.file.name}.lock"), os.O_WRONLY | os.O_CREAT, OWNER_ONLY)
        except OSError as exc:
            raise AccountsError(f"{self.file}: {exc}") from exc
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _fresh(self) -> dict[str, Account]:
        with self._lock:
            try:
                about = self.file.stat()
            except FileNotFoundError:
                self._known, self._read_at = {}, None
                return self._known
            found = (about.st_mtime_ns, about.st_size, about.st_ino)
            if found != self._read_at:
                try:
                    listed = msgspec.json.decode(self.file.read_bytes(), type=list[Account])
                except (OSError, msgspec.MsgspecError) as exc:
                    raise AccountsError(f"{self.file}: no accounts can be read: {exc}") from exc
                self._known, self._read_at = {each.name: each for each in listed}, found
            return self._known

    def _write(self, accounts: dict[str, Account]) -> None:
        """Replace the file in one step, readable by its owner only."""
        data = msgspec.json.format(msgspec.json.encode([accounts[name] for name in sorted(accounts)]))
        with self._lock:
            try:
                handle, written = tempfile.mkstemp(dir=self.file.parent, prefix=self.file.name)
                with os.fdopen(handle, "wb") as out:
                    out.write(data)
                os.chmod(written, OWNER_ONLY)
                os.replace(written, self.file)
            except OSError as exc:
                raise AccountsError(f"{self.file}: {exc}") from exc
            self._read_at = None
