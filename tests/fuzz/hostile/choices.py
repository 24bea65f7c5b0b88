"""Bytes as a row of small choices, so that a changed byte is another choice and every input means something."""

from collections.abc import Sequence
from typing import TypeVar

Option = TypeVar("Option")


class Choices:
    """Choices from bytes; behind the last one each choice is the first."""

    def __init__(self, data: bytes) -> None:
        """Begin with the first byte."""
        self._data = data
        self._at = 0

    def byte(self) -> int:
        """The next byte; 0 behind the last."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def pick(self, options: Sequence[Option]) -> Option:
        """One of the options."""
        return options[self.byte() % len(options)]

    def some(self) -> bytes:
        """A length of one byte, and so many bytes or what is left of them."""
        length = self.byte()
        self._at += length
        return self._data[self._at - length : self._at]

    def rest(self) -> bytes:
        """All that is left."""
        left = self._data[self._at :]
        self._at = len(self._data)
        return left
