"""The checked-in inputs, `tests/fuzz/corpus/TARGET/HASH`: small ones that reach what others do not, past findings."""

from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "corpus"
BYTES_MAX = 200_000


def name_of(data: bytes) -> str:
    """The name of an input: the hash of its content, as libFuzzer has it."""
    return sha1(data, usedforsecurity=False).hexdigest()


def inputs(target: str, folder: Path = FOLDER) -> Iterator[tuple[Path, bytes]]:
    """The inputs of a target, in the order of their names."""
    for path in sorted((folder / target).glob("*")):
        yield path, path.read_bytes()
