"""Files that no honest writer makes: a clear finding with the line, no traceback, and memory that stays bounded."""

import io
import json
import tracemalloc

import pytest

from consumers.verification import verify as module
from consumers.verification.verify import LINE_BYTES_MAX, verify
from tests.unit.verification.tools import Json, check


def test_an_empty_file_proves_nothing() -> None:
    report = check([])
    assert [(each.line, each.rule) for each in report.findings] == [(0, "form")]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe{}",
        b'{"locality":"710000000"',
        b"\x00" * 100,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"locality":"\\ud800"}',
        b"1e999999",
        b"9" * 5000,
        "🙂".encode(),
    ],
)
def test_a_line_that_is_no_record_is_named(journal: list[bytes], line: bytes) -> None:
    report = check([*journal[:5], line, *journal[5:8]])
    assert [(each.line, each.rule) for each in report.findings] == [(6, "form")]
    assert report.findings[0].text


HOSTILE_VALUES: list[object] = [
    None,
    0,
    -1,
    2**63,
    2**64,
    10**40,
    1.5,
    "",
    "x",
    "\x00",
    "é" * 10_000,
    [],
    {},
    True,
    [[]] * 50,
]


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("name", ["locality", "sequence", "time", "cause", "pack", "facts", "previous_hash", "hash"])
def test_a_hostile_value_in_any_member_is_found(records: list[Json], name: str, value: object) -> None:
    report = check([json.dumps({**records[0], name: value}).encode()])
    assert [each.line for each in report.findings] == [1]


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00.000+14:00",
        "9999-12-31T23:59:59.999-14:00",
        "2021-02-30T00:00:00.000+06:00",
        "2021-06-07T09:00:00.000",
        "2021-06-07T09:00:00+06:00",
        "2021-06-07T03:00:00.000+00:00",
        "2021-06-07T09:00:00.0000+06:00",
    ],
)
def test_a_time_written_in_any_other_way_is_found(records: list[Json], time: str) -> None:
    report = check([json.dumps({**records[0], "time": time}).encode()])
    assert not report.holds


class _Endless(io.RawIOBase):
    """One line of so many bytes, made while it is read."""

    def __init__(self, left: int) -> None:
        self.left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left -= count
        return count


def test_a_line_of_a_hundred_million_bytes_is_named_and_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_BYTES_MAX", 1_000_000)
    source = io.BufferedReader(_Endless(100_000_000))
    tracemalloc.start()
    try:
        report = verify(source)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [(each.line, each.rule) for each in report.findings] == [(1, "form")]
    assert report.bytes == 100_000_000
    assert peak < 10_000_000


def test_the_longest_line_holds_the_bulletin_of_a_great_city() -> None:
    places, bytes_of_an_entry = 100_000, 500
    assert places * bytes_of_an_entry < LINE_BYTES_MAX
