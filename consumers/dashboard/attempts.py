"""How often somebody may try to log in: by account, by address, by both, in a window of time that all processes share.

Counts in Redis under hashes: neither names nor addresses are kept. Never decides about a password.
"""

from hashlib import sha256
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

WINDOW_S: Final = 900
# One person at one place; one place with many people behind it; one account from everywhere.
BOTH_MAX, ADDRESS_MAX, ACCOUNT_MAX = 8, 60, 40
TOO_MANY, UNAVAILABLE = 429, 503


class Attempts:
    """The counters of one site."""

    def __init__(self, client: "Redis", prefix: str) -> None:
        """`prefix`: before each key."""
        self._client = client
        self._prefix = prefix

    async def count(self, account: str, address: str) -> None:
        """One more attempt. Raises: HTTPException when it is one too many."""
        keys = self._keys(account, address)
        try:
            async with self._client.pipeline(transaction=True) as pipe:
                for key in keys:
                    pipe.set(key, 0, ex=WINDOW_S, nx=True)
                    pipe.incr(key)
                counts = (await pipe.execute())[1::2]
        except (RedisError, OSError) as exc:
            raise HTTPException(UNAVAILABLE) from exc
        limits = (BOTH_MAX, ADDRESS_MAX, ACCOUNT_MAX)
        if any(count > limit for count, limit in zip(counts, limits, strict=True)):
            raise HTTPException(TOO_MANY, headers={"Retry-After": str(WINDOW_S)})

    async def forgive(self, account: str, address: str) -> None:
        """It was the right one: this person's own counter begins anew."""
        try:
            await self._client.delete(self._keys(account, address)[0])
        except (RedisError, OSError) as exc:
            raise HTTPException(UNAVAILABLE) from exc

    def _keys(self, account: str, address: str) -> tuple[str, str, str]:
        both, where, who = (
            sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            for text in (f"{account}\0{address}", address, account)
        )
        return f"{self._prefix}:tries:both:{both}", f"{self._prefix}:tries:at:{where}", f"{self._prefix}:tries:of:{who}"
