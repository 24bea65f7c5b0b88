"""How long a journal record takes to encode and decode (`make bench`)."""

import timeit
from collections.abc import Callable

import pytest

from schemas.codec import journal_codec
from schemas.ids import FrozenIds
from tests.unit.test_codec import RECORD

AIM_US = 6
# A shared or older machine may be slower; beyond this something was lost in the code.
LIMIT_US = 4 * AIM_US
CALLS = 20_000


def microseconds(call: Callable[[], object]) -> float:
    return min(timeit.repeat(call, number=CALLS, repeat=5)) / CALLS * 1e6


@pytest.mark.benchmark
def test_a_journal_record_is_encoded_and_decoded_within_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    codec = journal_codec(FrozenIds())
    message = codec.encode(RECORD)
    encode, decode = microseconds(lambda: codec.encode(RECORD)), microseconds(lambda: codec.decode(message))
    with capsys.disabled():
        print(f"\njournal record, Avro: encode {encode:.1f} µs, decode {decode:.1f} µs (aim: {AIM_US})")  # noqa: T201
    assert encode < LIMIT_US and decode < LIMIT_US
