"""Where published files go: what a store of files does, which names it takes, and how browsers are told to treat them.

Owns the interface, the check of paths and the kinds of files. Never opens a folder or a connection: `store_folder` and
`store_s3` do.
"""

import re
from collections.abc import Iterator
from typing import Protocol

from consumers.reading.store import StoreConflict
from schemas.errors import OrynError

PATH_LENGTH_MAX = 512
# No hidden names, no "..", nothing that a URL, a shell or a web server reads as anything but a name. A name may not
# end with a dot either: Windows drops it.
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?", re.ASCII)

# Told to browsers and caches. What is put anew under the same name is asked for each time (an unchanged file costs an
# answer without a body); what never changes is never asked for again.
CACHE_RENEWED = "public, no-cache"
CACHE_FOR_EVER = "public, max-age=31536000, immutable"
# Content types by the ending of the name. A closed list: what a browser would have to guess is not published.
CONTENT_TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/x-icon",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "woff2": "font/woff2",
    "xml": "application/xml; charset=utf-8",
}


class UnsafePath(OrynError):
    """A file's path that no store takes: it could lead elsewhere, or nobody could say what the file is."""


class StoreRefused(OrynError):
    """The store is there, but does not let us in or does not exist as set. Waiting would not help; the text says
    what to set."""


class PublishedDifferently(StoreConflict):
    """A file that never changes is there with another content. It is left as it is."""


class FileStore(Protocol):
    """Files by path, as `checked` allows them. One thread uses it.

    Every method may raise StoreUnavailable (StoreRefused where waiting does not help) and UnsafePath.
    """

    def check(self) -> None:
        """Make sure that the store is there, before anything is put into it. Repeatable."""

    def put(self, path: str, data: bytes) -> None:
        """Make this the file's content: whole or not at all, and for good when this returns, whatever is killed or
        loses power afterwards. Readers see the old content or the new one. Repeatable."""

    def put_new(self, path: str, data: bytes) -> bool:
        """Put a file that never changes. Returns: whether it was new; False where the same content is there already.

        Raises: PublishedDifferently where another content is there, also when it comes there at this very moment.
        Repeatable.
        """

    def get(self, path: str) -> bytes | None:
        """The file's content; None where there is none."""

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""

    def delete(self, path: str) -> None:
        """Take a file away; fine where there is none. Repeatable."""

    def list(self, prefix: str = "") -> Iterator[str]:
        """The paths of all files that begin with `prefix`, in no particular order."""

    def close(self) -> None:
        """Let go. Never raises. Repeatable."""


def checked(path: str) -> str:
    """The path itself. Raises: UnsafePath for one that is not names of letters, digits, ., _ and - between slashes,
    with an ending that says what the file is."""
    if len(path) > PATH_LENGTH_MAX or not all(_NAME.fullmatch(name) for name in path.split("/")):
        raise UnsafePath(
            f"not a path for a published file: {path[:80]!r}. Allowed: names of letters, digits, '.', '_' and '-' "
            f"between slashes, none beginning or ending with a dot, at most {PATH_LENGTH_MAX} characters"
        )
    if _ending(path) not in CONTENT_TYPES:
        raise UnsafePath(f"not a kind of file that is published: {path[-80:]!r}. Kinds: {', '.join(CONTENT_TYPES)}")
    return path


def content_type(path: str) -> str:
    """What the file is, for the header of the same name. Raises: UnsafePath."""
    return CONTENT_TYPES[_ending(checked(path))]


def differs(path: str) -> PublishedDifferently:
    """The error for a file that never changes and is there with another content."""
    return PublishedDifferently(
        f"{path} was published before with another content, and what is published never changes. It is left as it is: "
        "find out who wrote it, or publish to an empty store"
    )


def _ending(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2]
