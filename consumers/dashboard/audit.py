"""What is noted of those who look behind what is public: each login, each page about one application. A line of the
log, with the account's mark instead of its name: whoever knows the accounts and the secret can tell whose it is.
"""

import logging
from hashlib import blake2b
from typing import Final

from consumers.dashboard.access import Level, Role, Subject, View, Viewer

log = logging.getLogger("oryn.audit")

MARK_BYTES: Final = 8
# What is public, and what is one's own, is looked at unnoted.
NOTED: Final = frozenset({View.OFFICIAL, View.AUDITOR, View.ORGANISATION})
LEVELS: Final = frozenset({Level.APPLICATION, Level.PLACE})


class Audit:
    """Writes the lines of one site."""

    def __init__(self, secret: str) -> None:
        """`secret`: without it nobody can tell whose a mark is."""
        self._key = blake2b(secret.encode(), person=b"oryn audit").digest()

    def mark(self, name: str) -> str:
        """What stands for an account."""
        return blake2b(name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=MARK_BYTES).hexdigest()

    def opened(self, viewer: Viewer, page: str, subject: Subject, view: View) -> None:
        """Somebody opened a page about one application or one place."""
        if view not in NOTED or subject.level not in LEVELS:
            return
        log.info(
            "page opened",
            extra={
                "account": self.mark(viewer.name),
                "role": viewer.role.value,
                "page": page,
                "locality": subject.locality,
                subject.level.value: subject.id,
            },
        )

    def login(self, how: str, result: str, name: str, role: Role | None = None) -> None:
        """Somebody tried to log in."""
        extra = {"how": how, "result": result, "account": self.mark(name), "role": role.value if role else None}
        log.info("login", extra=extra)

    def logout(self, viewer: Viewer, *, everywhere: bool) -> None:
        """Somebody logged out."""
        log.info("logout", extra={"account": self.mark(viewer.name), "everywhere": everywhere})
