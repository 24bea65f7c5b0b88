"""How often somebody may try to log in: by account, by address, by both, in a window of time that all processes share.

Nobody shuts out others by trying their names: what an address has been refused does not count against the account, and
where somebody has logged in before, the account's own limit does not hold. Counts in Redis under hashes: neither names
nor addresses are kept. Never decides about a password.
"""

from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

WINDOW_S: Final = 900
# For so long an address is known as one where an account has logged in.
KNOWN_S: Final = 30 * 24 * 3_600
# What one customer of a network has of IPv6; less than that is no address of its own.
SITE_BITS: Final = 64
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
        both, where, who, known = self._keys(account, address)
        try:
            if await self._one_more(where) > ADDRESS_MAX or await self._one_more(both) > BOTH_MAX:
                raise HTTPException(TOO_MANY, headers={"Retry-After": str(WINDOW_S)})
            if await self._one_more(who) > ACCOUNT_MAX and not await self._client.exists(known):
                raise HTTPException(TOO_MANY, headers={"Retry-After": str(WINDOW_S)})
        except (RedisError, OSError) as exc:
            raise HTTPException(UNAVAILABLE) from exc

    async def forgive(self, account: str, address: str) -> None:
        """It was the right one: this person's own counter begins anew, and the place is known."""
        both, _, _, known = self._keys(account, address)
        try:
            await self._client.delete(both)
            await self._client.set(known, 1, ex=KNOWN_S)
        except (RedisError, OSError) as exc:
            raise HTTPException(UNAVAILABLE) from exc

    async def _one_more(self, key: str) -> int:
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=WINDOW_S, nx=True)
            pipe.incr(key)
            return int((await pipe.execute())[1])

    def _keys(self, account: str, address: str) -> tuple[str, str, str, str]:
        site = site_of(address)
        both, where, who = (
            sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in (f"{account}\0{site}", site, account)
        )
        tries = f"{self._prefix}:tries"
        return f"{tries}:both:{both}", f"{tries}:at:{where}", f"{tries}:of:{who}", f"{tries}:known:{both}"


def site_of(address: str) -> str:
    """Where somebody is: the address, of IPv6 the network that one customer has."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{int(found) >> (128 - SITE_BITS):x}/{SITE_BITS}"
