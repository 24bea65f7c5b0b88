"""Picks ports on this machine. Never holds one: a service that finds its port taken is started again on another."""

import random
import socket

from infra.stack.errors import StackError

HOST = "127.0.0.1"
# Below the range from which systems take the ports of outgoing connections (32768 and above, or 49152): a broker that
# is down for a moment must find its port again.
LOWEST, HIGHEST = 20_000, 32_000
ATTEMPTS_MAX = 200


def is_free(port: int) -> bool:
    """Whether a service could listen on the port now."""
    with socket.socket() as probe:
        # As services do: what a former connection left behind is no reason to move.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def pick(wished: int | None = None, taken: frozenset[int] = frozenset()) -> int:
    """The wished port if it is free, else any other. Raises: StackError when none is found."""
    if wished is not None and wished not in taken and is_free(wished):
        return wished
    chance = random.SystemRandom()
    for _ in range(ATTEMPTS_MAX):
        port = chance.randrange(LOWEST, HIGHEST)
        if port not in taken and is_free(port):
            return port
    raise StackError(f"no free port between {LOWEST} and {HIGHEST}")


def answers(host: str, port: int, seconds: float = 1.0) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False


def split_address(address: str) -> tuple[str, int]:
    """Host and port of `host:port`; an IPv6 host stands in brackets. Raises: StackError."""
    host, _, port = address.strip().rpartition(":")
    if not host or not port.isascii() or not port.isdigit():
        raise StackError(f"not an address like host:port: {address!r}")
    return host.strip("[]"), int(port)
