"""Dead letters: what goes in comes out again, whatever it was, and the letter always fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import output_codec
from schemas.dead_letter_headers import (
    CUT_VALUE_BYTES_MAX,
    ERROR_CHARACTERS_MAX,
    NAMES,
    WHOLE_BYTES_MAX,
    Cause,
    Headers,
    Origin,
    letter,
    unwrap,
    wrap,
)
from schemas.errors import Malformed
from schemas.ids import FrozenIds
from schemas.outputs import DeadLetter

CODEC = output_codec("dead-letters", DeadLetter, FrozenIds())
MIB = 1_048_576
# What the topic takes (infra/topics.toml).
RECORD_BYTES_MAX = 17 * MIB
ORIGIN = Origin("vacancy-releases", 3, 1_041, 1_622_000_000_000)

origins = st.builds(
    Origin,
    st.sampled_from(["vacancy-releases", "application-changes"]),
    st.integers(0, 9_999),
    st.integers(0, 2**63 - 1),
    st.integers(-1, 2**63 - 1),
)
header_values = st.none() | st.binary(max_size=20) | st.text(st.characters(codec="utf-8"), max_size=20)
foreign_headers = st.lists(
    st.tuples(st.sampled_from(NAMES) | st.text(st.characters(codec="utf-8"), max_size=9), header_values), max_size=9
)


@given(foreign_headers, origins, st.sampled_from(Cause), st.text(max_size=60), st.none() | st.integers(0, 2**40))
def test_headers_come_back_exactly_even_those_with_our_own_names(
    headers: Headers, origin: Origin, cause: Cause, error: str, cut: int | None
) -> None:
    found = unwrap(wrap(headers, origin, cause, error, cut))
    assert (found.headers, found.origin, found.cause, found.cut_bytes) == (headers, origin, cause, cut)
    assert found.error.encode() == error.encode(errors="backslashreplace")


@given(
    st.none() | st.binary(max_size=50),
    st.none() | st.binary(max_size=200),
    foreign_headers,
    origins,
    st.text(max_size=9),
)
def test_a_letter_holds_the_whole_record_and_can_be_read_again(
    key: bytes | None, value: bytes | None, headers: Headers, origin: Origin, error: str
) -> None:
    sent_key, body, sent_headers = letter(key, value, headers, origin, Cause.UNDECODABLE, error)
    read = CODEC.decode(CODEC.encode(body))
    assert read == body
    assert (sent_key, read.key, read.value) == (key, key, value)
    assert (read.topic, read.partition, read.offset) == origin[:3]
    found = unwrap(sent_headers)
    assert (found.headers, found.origin, found.cut_bytes) == (headers, origin, None)


def record_bytes(key: bytes | None, body: DeadLetter, headers: Headers) -> int:
    """An upper bound of what a broker counts for a record."""
    heads = sum(len(name.encode()) + 10 + len(value or b"") for name, value in headers if not isinstance(value, str))
    return len(key or b"") + len(CODEC.encode(body)) + heads + 200


@pytest.mark.parametrize("part", ["key", "value", "headers"])
@pytest.mark.parametrize("size", [WHOLE_BYTES_MAX - 1, WHOLE_BYTES_MAX, WHOLE_BYTES_MAX + 1, 64 * MIB])
def test_a_letter_always_fits_and_says_when_it_is_cut(part: str, size: int) -> None:
    filler = bytes(size)
    key, value, headers = {
        "key": (filler, None, []),
        "value": (None, filler, []),
        "headers": (None, None, [("", filler)]),
    }[part]
    sent_key, body, sent_headers = letter(key, value, headers, ORIGIN, Cause.OVERSIZED, "")
    assert record_bytes(sent_key, body, sent_headers) < RECORD_BYTES_MAX
    found = unwrap(sent_headers)
    if size <= WHOLE_BYTES_MAX:
        assert (body.key, body.value, found.headers, found.cut_bytes) == (key, value, headers, None)
    else:
        assert found.cut_bytes == size
        assert len(body.value or b"") <= CUT_VALUE_BYTES_MAX


def test_an_endless_error_is_cut() -> None:
    _, body, headers = letter(None, b"", [], ORIGIN, Cause.UNDECODABLE, "x" * 1_000_000)
    assert len(body.error) == len(unwrap(headers).error) == ERROR_CHARACTERS_MAX


@pytest.mark.parametrize("timestamp", [-1, 2**63 - 1])
def test_a_timestamp_that_is_no_date_is_kept_in_the_headers(timestamp: int) -> None:
    _, body, headers = letter(b"k", b"v", [], ORIGIN._replace(timestamp=timestamp), Cause.BAD_TIME, "")
    assert CODEC.decode(CODEC.encode(body)) == body
    assert unwrap(headers).origin.timestamp == timestamp


@pytest.mark.parametrize(
    "headers",
    [
        None,
        [],
        [("ce_id", b"1")],
        wrap([], ORIGIN, Cause.NO_VALUE, "")[1:],
        [*wrap([], ORIGIN, Cause.NO_VALUE, ""), ("later", b"")],
        [(name, b"x") for name in NAMES],
        [(name, b"\xff") for name in NAMES],
        [(name, None) for name in NAMES],
    ],
)
def test_headers_of_no_dead_letter_are_malformed(headers: Headers | None) -> None:
    with pytest.raises(Malformed, match="no dead letter"):
        unwrap(headers)
