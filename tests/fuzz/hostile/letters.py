"""Headers of dead letters: any headers at all, and letters about any record."""

from schemas.codec import output_codec
from schemas.dead_letter_headers import NAMES, WHOLE_BYTES_MAX, Cause, Origin, letter, unwrap, wrap
from schemas.errors import Malformed
from schemas.ids import FrozenIds
from schemas.outputs import DeadLetter
from tests.fuzz.hostile.choices import Choices

HEADERS_MAX = 12
TEXTS = (b"0", b"7", b"-1", b"", b"UNDECODABLE", b"vacancy-releases", b"1623315600123", "７".encode(), b"9" * 20, None)
CODEC = output_codec("dead-letters", DeadLetter, FrozenIds())
CAUSES = tuple(Cause)


def check(data: bytes) -> None:
    """What `unwrap` takes it gives back; what `letter` makes can be read, whole."""
    choices = Choices(data)
    given: list[tuple[str, str | bytes | None]] = []
    begin = choices.byte()
    for index in range(choices.byte() % HEADERS_MAX):
        name = NAMES[(begin + index) % len(NAMES)] if choices.byte() % 8 else choices.pick((*NAMES, "x", ""))
        given.append((name, choices.pick((choices.some(), *TEXTS))))
    try:
        found = unwrap(given)
    except Malformed as exc:
        assert str(exc)
    else:
        assert unwrap(wrap(found.headers, *found[1:])) == found
    origin = Origin("vacancy-recalls", 0, choices.byte(), choices.pick((0, -1, 2**63 - 1, -(2**63), 1_623_315_600_123)))
    cause, key, value = choices.pick(CAUSES), choices.pick((None, choices.some())), choices.pick((None, choices.some()))
    if choices.byte() == 1:
        value = bytes(WHOLE_BYTES_MAX + 1)
    error = choices.rest().decode(errors="surrogateescape")
    key_written, body, headers = letter(key, value, given, origin, cause, error)
    assert CODEC.decode(CODEC.encode(body)) == body
    back = unwrap(headers)
    assert (back.origin, back.cause) == (origin, cause)
    if back.cut_bytes is None:
        assert (back.headers, key_written, body.key, body.value) == (given, key, key, value)
