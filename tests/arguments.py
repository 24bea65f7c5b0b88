"""Numbers of the commands in `tests`, as `argparse` types: what is out of bounds is told in words, with exit code 2."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from math import isfinite


def whole(least: int = 0) -> Callable[[str], int]:
    """A whole number that is not below `least`."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise ArgumentTypeError(f"{text!r} is no whole number from {least} on")
        return number

    return parse


def positive(text: str) -> float:
    """A number above zero, and not beyond all bounds."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (number > 0 and isfinite(number)):
        raise ArgumentTypeError(f"{text!r} is no number above zero")
    return number
