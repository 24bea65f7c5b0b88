"""Writes a golden journal of the present schema: `python -m tests.golden.make NAME` (v1 was written so).

Only for a new version of the journal's schema. What is there is never written again: it stands for journals that exist.
"""

import sys
from pathlib import Path

import msgspec

from schemas import events as e
from schemas import facts as f
from schemas.codec import journal_codec
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.words import EndCause
from streams.rules.view import view_queues
from tests.unit.verification.seasons import Season, lines

FOLDER = Path(__file__).parent
STEPS = 260
# Together they have every type of fact.
SEASONS = (("710000000", 38), ("750000000", 152))
LENGTH_BYTES = 4


def main(name: str) -> None:
    """Write the frames, the lines and the final state."""
    codec = journal_codec(FrozenIds())
    frames, text, state = bytearray(), bytearray(), {}
    for locality, seed in SEASONS:
        season = Season(seed, locality)
        season.run(STEPS)
        _leave(season)
        for record, line in zip(season.records, lines(locality, season.records), strict=True):
            value = codec.encode(record)
            frames += len(value).to_bytes(LENGTH_BYTES, "big") + value
            text += line + b"\n"
        book = season.book
        state[locality] = {"sequence": book.sequence, "hash": book.hash, "queues": view_queues(book)}
    for suffix, content in (
        ("avro-frames", bytes(frames)),
        ("jsonl", bytes(text)),
        ("state.json", msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n"),
    ):
        with (FOLDER / f"journal-{name}.{suffix}").open("xb") as file:  # x: never over one that is there
            file.write(content)


def _leave(season: Season) -> None:
    """A child leaves, which the season's families never do."""
    enrolled = next(
        fact
        for record in season.records
        for fact in record.facts
        if isinstance(fact, f.ReferralEnded)
        and fact.cause is EndCause.ENROLLED
        and season.book.state.places[fact.place_id].application_id == fact.application_id
    )
    organisation = season.book.state.places[enrolled.place_id].terms.organisation_id
    season.now += 1
    season.send(e.ChildLeft(enrolled.application_id, organisation, enrolled.place_id))


def records_of(frames: bytes) -> list[bytes]:
    """The values in the frames: each is four bytes of length, most significant first, and the value of a message."""
    values, position = [], 0
    while position < len(frames):
        length = int.from_bytes(frames[position : position + LENGTH_BYTES], "big")
        position += LENGTH_BYTES
        values.append(frames[position : position + length])
        position += length
    return values


def kinds_of(records: list[Record]) -> set[str]:
    """The types of fact in some records."""
    return {type(fact).__name__ for record in records for fact in record.facts}


if __name__ == "__main__":
    main(sys.argv[1])
