"""Which partition a key belongs to: murmur2, as the Java clients partition (librdkafka: `murmur2_random`).

Owns that one function. Never sends anything; it is here because publisher and worker must agree about it: a record in
another partition than its key's is a dead letter, never state.
"""

from functools import lru_cache
from struct import unpack_from

_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_SHIFT = 24
_WORD_BYTES = 4
_UINT32 = 0xFFFFFFFF
_SIGN = 0x80000000
_POSITIVE = 0x7FFFFFFF
# A locality's code has nine bytes. Longer keys are hashed each time: what strangers send must not fill the memory.
_CACHED_KEY_BYTES_MAX = 16
_CACHED_KEYS_MAX = 16_384


def murmur2(data: bytes) -> int:
    """The 32-bit hash of Kafka's `Utils.murmur2`, signed as Java has it."""
    length = len(data)
    mixed = (_SEED ^ length) & _UINT32
    words = length // _WORD_BYTES
    for word in unpack_from(f"<{words}I", data):
        part = word * _FACTOR & _UINT32
        part ^= part >> _SHIFT
        mixed = (mixed * _FACTOR & _UINT32) ^ (part * _FACTOR & _UINT32)
    rest = data[words * _WORD_BYTES :]
    if rest:
        mixed = (mixed ^ int.from_bytes(rest, "little")) * _FACTOR & _UINT32
    mixed = (mixed ^ mixed >> 13) * _FACTOR & _UINT32
    mixed ^= mixed >> 15
    return mixed - (_UINT32 + 1) if mixed & _SIGN else mixed


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key among so many (at least 1): `toPositive(murmur2(key)) % partitions`."""
    return _positive_cached(key) % partitions if len(key) <= _CACHED_KEY_BYTES_MAX else _positive(key) % partitions


def _positive(key: bytes) -> int:
    return murmur2(key) & _POSITIVE


_positive_cached = lru_cache(_CACHED_KEYS_MAX)(_positive)
