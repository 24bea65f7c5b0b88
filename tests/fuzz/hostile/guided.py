"""`python -m tests.fuzz.hostile.guided TARGET FLAGS…`: one target under atheris, until libFuzzer's flags end it.

Instruments what it imports, also the readers that the codec generates, so it is a process of its own, always. Owns no
decision about time, folders and findings: `python -m tests.fuzz.hostile` gives the flags and reads what comes.
"""

import builtins
import os
import sys
from collections.abc import Callable
from importlib import import_module
from random import Random
from types import CodeType
from typing import Any

import atheris

BYTES_CHANCE = 0.5
PACKAGES = ["schemas", "streams", "consumers"]


def main(target: str, flags: list[str]) -> None:
    """Fuzz. Never returns: libFuzzer ends the process."""
    with atheris.instrument_imports(include=PACKAGES):
        avro_source = import_module("schemas.avro_source")

        # Generated source is compiled there, and not imported.
        vars(avro_source)["compile"] = _instrumented
        targets = import_module("tests.fuzz.hostile.targets")
    targets.bound_memory()
    chosen = targets.TARGETS[target]
    mutators = {} if chosen.frames is None else {"custom_mutator": _of_frames(*chosen.frames)}
    atheris.Setup([os.environ.get("ORYN_FUZZ_NAME", sys.argv[0]), *flags], chosen.check, **mutators)
    atheris.Fuzz()


def _of_frames(head: int, size: int) -> Callable[[bytes, int, int], bytes]:
    """Mutations that move whole frames, beside libFuzzer's own that change bytes."""

    def mutated(data: bytes, bytes_max: int, seed: int) -> bytes:
        random = Random(seed)
        frames = [data[at : at + size].ljust(size, b"\0") for at in range(head, len(data), size)]
        if not frames or random.random() < BYTES_CHANCE:
            changed: bytes = atheris.Mutate(data, bytes_max)
            return changed
        at, other = random.randrange(len(frames)), random.randrange(len(frames))
        match random.randrange(5):
            case 0:
                del frames[at]
            case 1:
                frames.insert(at, frames[other])
            case 2:
                frames[at], frames[other] = frames[other], frames[at]
            case 3:
                frames.insert(at, random.randbytes(size))
            case _:
                frames[at] = random.randbytes(size // 4) + frames[at][size // 4 :]
        return (data[:head] + b"".join(frames))[:bytes_max]

    return mutated


def _instrumented(source: str, name: str, mode: str) -> CodeType:
    compiled: Any = builtins.compile(source, name, mode)
    code: CodeType = atheris.patch_code(compiled, trace_dataflow=True)
    return code


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
