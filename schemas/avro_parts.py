"""What generated readers and writers (`schemas.avro_source`) call: numbers, moments and dates in Avro's binary form.

A reader here takes the usual form of a value only and raises `Unusual` for any other, right or wrong: the strict reader
(`schemas.avro_binary`) decides about those. Never says what is wrong with a message.
"""

from collections.abc import Callable
from datetime import date
from typing import Generic, NoReturn, TypeVar

from schemas.avro_binary import EPOCH_ORDINAL, INT_BOUND, ITEMS_MAX, LONG_BOUND, MORE
from schemas.instants import Instant

BRANCHES_MAX = 64  # whose number takes one byte
DATE_BYTES = 3  # from 1992 to 4840
# In Avro's zigzag form, which doubles a number that is not negative: what takes two bytes, three, more; and six.
TWO_BYTES_START = 1 << 7
THREE_BYTES_START = 1 << 14
FOUR_BYTES_START = 1 << 21
MOMENT_START = 1 << 35
MOMENT_END = 1 << 42
LAST_SHIFT = 63  # of the tenth byte, which only numbers have that no counter of ours reaches
# The bits that say that another byte follows, where they stand in the sum of a moment's six bytes and a date's three.
MORE_OF_MOMENT = sum(MORE << 7 * place for place in range(5))
MORE_OF_DATE = sum(MORE << 7 * place for place in range(2))
# Counts, and the lengths of texts: a hash has 64 characters.
SMALL_END = 256
# Dates and the upper halves of moments recur from record to record; beyond it a table starts anew.
TABLE_ENTRIES_MAX = 8_192
Key = TypeVar("Key")


class Unusual(Exception):
    """A message that the generated reader leaves to the strict one, which reads it or says what is wrong."""


# -------------------------------------------------------------------------------------------------------- reading


def read_more(data: bytes, at: int, number: int) -> tuple[int, int]:
    """A number of more than three bytes, of which three are added up, in Avro's zigzag form; and where it ends."""
    shift = 21
    while shift < LAST_SHIFT:
        byte = data[at]
        number += (byte << shift) - (MORE << shift - 7)
        at += 1
        if byte < MORE:
            return number, at
        shift += 7
    raise Unusual


# The upper halves of the moments that were read lately, by their bytes: each holds for 17 minutes.
_upper: dict[bytes, int] = {}


def read_moment(data: bytes, at: int) -> tuple[Instant, int]:
    """A moment between 1970 and 2039, and where it ends."""
    raw = data[at + 3 : at + 6]
    number = _upper.get(raw)
    if number is None:
        number = _read_upper(raw)
    one = data[at]
    two = data[at + 1]
    three = data[at + 2]
    if one & two & three < MORE:
        raise Unusual
    number += one + (two << 7) + (three << 14)
    return Instant(number >> 1 ^ -(number & 1)), at + 6


def _read_upper(raw: bytes) -> int:
    four, five, six = raw  # ValueError where the message ends
    if four & five < MORE or six >= MORE:
        raise Unusual
    if len(_upper) >= TABLE_ENTRIES_MAX:
        _upper.clear()
    _upper[raw] = number = (four << 21) + (five << 28) + (six << 35) - MORE_OF_MOMENT
    return number


# The dates that were read lately, by their bytes.
dates: dict[bytes, date] = {}


def read_date(data: bytes, at: int) -> tuple[date, int]:
    """A date between 1992 and 4840 that is not in the table, and where it ends."""
    raw = data[at : at + DATE_BYTES]
    one, two, three = raw  # ValueError where the message ends
    if one & two < MORE or three >= MORE:
        raise Unusual
    number = one + (two << 7) + (three << 14) - MORE_OF_DATE
    day = date.fromordinal((number >> 1 ^ -(number & 1)) + EPOCH_ORDINAL)
    if len(dates) >= TABLE_ENTRIES_MAX:
        dates.clear()
    dates[raw] = day
    return day, at + DATE_BYTES


# -------------------------------------------------------------------------------------------------------- writing


def _write_zigzag(rest: int) -> bytes:
    out = bytearray()
    while rest >= MORE:
        out.append(rest & 127 | 128)
        rest >>= 7
    out.append(rest)
    return bytes(out)


SMALL = [_write_zigzag(number << 1) for number in range(SMALL_END)]


def write_long(number: int) -> bytes:
    """A number of up to 64 bits. Raises: ValueError for a longer one, TypeError for what is no number."""
    if 0 <= number < SMALL_END:
        return SMALL[number]
    rest = number << 1 ^ number >> 63
    if TWO_BYTES_START <= rest < FOUR_BYTES_START:
        if rest < THREE_BYTES_START:
            return bytes((rest & 127 | 128, rest >> 7))
        return bytes((rest & 127 | 128, rest >> 7 & 127 | 128, rest >> 14))
    if not -LONG_BOUND <= number < LONG_BOUND:
        raise ValueError(f"{number} has more than 64 bits")
    return _write_zigzag(rest)


def write_int(number: int) -> bytes:
    """A number of up to 32 bits. Raises: as `write_long`."""
    if not -INT_BOUND <= number < INT_BOUND:
        raise ValueError(f"{number} has more than 32 bits")
    return write_long(number)


def write_count(count: int) -> bytes:
    """How many items an array has. Raises: ValueError for too many."""
    if count > ITEMS_MAX:
        raise ValueError(f"more than {ITEMS_MAX} items")
    return write_long(count)


def write_moment(moment: Instant) -> bytes:
    """A moment. Raises: as `write_long`."""
    rest = moment << 1
    if not MOMENT_START <= rest < MOMENT_END:
        return write_long(moment)
    return bytes((rest & 127 | 128, rest >> 7 & 127 | 128, rest >> 14 & 127 | 128)) + _written_upper[rest >> 21]


def _write_upper(upper: int) -> bytes:
    return bytes((upper & 127 | 128, upper >> 7 & 127 | 128, upper >> 14))


def write_date(day: date) -> bytes:
    """A date. Raises: TypeError for what is none, a moment included."""
    if type(day) is not date:
        raise TypeError(f"{day!r} is no date")
    return write_long(day.toordinal() - EPOCH_ORDINAL)


def refuse(value: object) -> NoReturn:
    """Raises: TypeError."""
    raise TypeError(f"{value!r} is neither true nor false")


class Written(dict[Key, bytes], Generic[Key]):
    """What was written lately, by value."""

    def __init__(self, make: Callable[[Key], bytes]) -> None:
        """Take how a value is written that is not in the table."""
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> bytes:
        """Write it and keep it."""
        made = self._make(key)
        if len(self) >= TABLE_ENTRIES_MAX:
            self.clear()
        self[key] = made
        return made


_written_upper = Written(_write_upper)
written_dates = Written(write_date)
