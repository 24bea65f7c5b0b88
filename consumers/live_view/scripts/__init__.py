"""The Lua scripts of the live view: whatever must be one step is one script (Redis 6.2 has no functions yet).

Owns their texts and how a call's errors are told apart. Each script is sent once and then named by its hash.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import redis
from redis.exceptions import RedisError, ResponseError

from consumers.reading.store import StoreConflict, StoreUnavailable

# Answers that pass: Redis is loading its data, is busy, is a replica for now, is full, or wants other credentials. From
# inside a script they come wrapped. Redis gives them before a script's first write, so nothing is half done.
PASSING = re.compile(r"\b(LOADING|BUSY|READONLY|MASTERDOWN|OOM|MISCONF|NOREPLICAS|NOAUTH|NOPERM) ")


@cache
def text(name: str) -> str:
    """The text of a script."""
    return files(__package__).joinpath(f"{name}.lua").read_text(encoding="utf-8")


class Scripts:
    """The scripts of one client, each with the prefix as its only key."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        """Send nothing yet."""
        self._client, self._prefix = client, prefix
        self._known: dict[str, Any] = {}

    def __call__(self, name: str, *words: str | int | bytes) -> Any:
        """One call. Raises: redis.RedisError."""
        script = self._known.get(name)
        if script is None:
            script = self._known[name] = self._client.register_script(text(name))
        return script(keys=[self._prefix], args=words)


@contextmanager
def store_errors() -> Iterator[None]:
    """Redis's errors in the words of `consumers.reading`. Raises: StoreUnavailable, StoreConflict."""
    try:
        yield
    except ResponseError as exc:
        if PASSING.search(str(exc)) or isinstance(exc, redis.OutOfMemoryError | redis.ReadOnlyError):
            raise StoreUnavailable(f"Redis: {exc}") from exc
        raise StoreConflict(
            f"Redis refuses what the live view asks: {exc}; if others write under its prefix, give it one of its own,"
            " then `oryn live-view rebuild`"
        ) from exc
    except (RedisError, OSError) as exc:
        raise StoreUnavailable(f"Redis: {exc}") from exc
