"""What a setting is made of: its type, its bounds, what it means, and how a section checks its values.

Never names a setting: `settings` and `settings_readers` do.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from schemas.errors import OrynError

ENVIRONMENT_PREFIX = "ORYN_"
# A name goes into group names, transactional ids, file names and labels of metrics.
NAME = re.compile(r"[A-Za-z0-9._-]{0,100}")
URL = re.compile(r"[a-z][a-z0-9+]*://.+", re.DOTALL)
# A PostgreSQL name that needs no quotes, and that leaves room for what is added while a copy is built.
SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,47}")
WANTED = {
    NAME: "at most 100 letters, digits, dots, _ and -",
    URL: "an address like scheme://host:port",
    SCHEMA: "at most 48 small letters, digits and _, beginning with a letter",
}


class SettingsError(OrynError):
    """A setting that is unknown, of the wrong type, out of its bounds or at odds with another. Names the setting."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a setting beside its type and default. Bounds include their ends."""

    text: str
    low: int | None = None
    high: int | None = None
    pattern: re.Pattern[str] | None = None
    # An address: its password is never shown, and never stands in an error.
    link: bool = False
    # Never shown, and never in an error.
    secret: bool = False
    # A name in the environment that others use, too; ours comes first.
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One setting: `kafka.bootstrap`, its type, its default, what it means."""

    path: str
    kind: Any
    default: Any
    about: About

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return ENVIRONMENT_PREFIX + self.path.upper().replace(".", "_")


def leaves_of(kind: type, prefix: str) -> Iterator[Leaf]:
    """The settings of a section or of all, by their annotations. `prefix`: before each path."""
    hints = get_type_hints(kind, include_extras=True)
    for each in dataclasses.fields(kind):
        hint, path = hints[each.name], prefix + each.name
        if dataclasses.is_dataclass(hint):
            yield from leaves_of(hint, f"{path}.")  # type: ignore[arg-type]  # a class, for hints name no values
        else:
            inner, about = get_args(hint)
            default = each.default if each.default_factory is dataclasses.MISSING else each.default_factory()
            yield Leaf(path, inner, default, about)


class Section:
    """What all sections do."""

    def __post_init__(self) -> None:
        """Check each value by itself. Raises: SettingsError."""
        section = type(self).__name__.removesuffix("Settings").lower()
        for leaf in leaves_of(type(self), ""):
            _check(f"{section}.{leaf.path}", getattr(self, leaf.path), leaf.about)


def _check(name: str, value: object, about: About) -> None:
    if isinstance(value, int):
        if about.low is not None and value < about.low:
            raise SettingsError(f"{name}: {value} is below {about.low}")
        if about.high is not None and value > about.high:
            raise SettingsError(f"{name}: {value} is above {about.high}")
    elif isinstance(value, str) and about.pattern is not None and not about.pattern.fullmatch(value):
        said = "" if about.link or about.secret else f": {value!r}"
        raise SettingsError(f"{name}: not {WANTED.get(about.pattern, about.pattern.pattern)}{said}")
