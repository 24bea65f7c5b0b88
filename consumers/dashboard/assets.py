"""Files that every page shares: style, scripts, icon, the chart library. Served under names that change with their
content, so that a browser keeps them for ever. Never reads a file after the start.
"""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

from schemas.errors import OrynError

PREFIX: Final = "/static/"
HASH_DIGITS: Final = 12
KINDS: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
PLACES: Final = (("", "static"), ("vendor/", "static/vendor"))


@dataclass(frozen=True, slots=True)
class Asset:
    """A file. `packed`: compressed, once."""

    kind: str
    data: bytes
    packed: bytes


class Assets:
    """All of them, by the paths under which they are served."""

    def __init__(self) -> None:
        """Read them."""
        self._paths: dict[str, str] = {}
        self.served: dict[str, Asset] = {}
        for name, data in _read():
            stem, _, ending = name.rpartition(".")
            path = f"{PREFIX}{stem}-{sha256(data).hexdigest()[:HASH_DIGITS]}.{ending}"
            self._paths[name] = path
            self.served[path] = Asset(KINDS[ending], data, gzip.compress(data, 9, mtime=0))

    def path(self, name: str) -> str:
        """Where a file is served. Raises: OrynError for one that is not there."""
        if name not in self._paths:
            raise OrynError(f"no file {name} among the dashboard's")
        return self._paths[name]

    @property
    def by_name(self) -> Mapping[str, Asset]:
        """The files by their plain names."""
        return {name: self.served[path] for name, path in self._paths.items()}


def _read() -> Iterator[tuple[str, bytes]]:
    for prefix, folder in PLACES:
        for each in sorted(files("consumers.dashboard").joinpath(folder).iterdir(), key=lambda found: found.name):
            if each.is_file() and each.name.rpartition(".")[2] in KINDS:
                yield prefix + each.name, each.read_bytes()
