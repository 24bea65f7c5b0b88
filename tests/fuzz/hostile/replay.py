"""`python -m tests.fuzz.hostile.replay [TARGET INPUT…]`: inputs once more, without the fuzzer; without names all that
are checked in. An input is a file, or `hex:` and its bytes.

Exit 1 at the first that fails or takes too long; what it raised is shown. Exit 2 for what is no target and no input.
"""

import faulthandler
import sys
import time
from pathlib import Path

from tests.fuzz.hostile import corpus
from tests.fuzz.hostile.targets import SECONDS_MAX, TARGETS, bound_memory

HEX = "hex:"


def main(words: list[str]) -> int:
    """Run them."""
    if not words:
        bound_memory()
        for target in TARGETS:
            _replay(target, [data for _, data in corpus.inputs(target)])
        return 0
    target, *names = words
    try:
        if target not in TARGETS:
            raise ValueError(f"no target {target!r}: {', '.join(TARGETS)}")
        if not names:
            raise ValueError(f"no input for {target}: name a file, or {HEX} and its bytes")
        inputs = [_input(name) for name in names]
    except (ValueError, OSError) as exc:
        print(exc, file=sys.stderr)  # noqa: T201
        return 2
    bound_memory()
    _replay(target, inputs)
    return 0


def _input(name: str) -> bytes:
    if not name.startswith(HEX):
        return Path(name).read_bytes()
    try:
        return bytes.fromhex(name.removeprefix(HEX))
    except ValueError as exc:
        raise ValueError(f"{name!r} is no input: {exc}") from exc


def _replay(target: str, inputs: list[bytes]) -> None:
    slowest = 0.0
    for data in inputs:
        began = time.monotonic()
        # Also where the interpreter itself hangs: shows where, and ends the process.
        faulthandler.dump_traceback_later(SECONDS_MAX, exit=True)
        try:
            TARGETS[target].check(data)
        except BaseException:
            print(f"{target}: {corpus.name_of(data)} fails: {HEX}{data.hex()}", file=sys.stderr)  # noqa: T201
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
        slowest = max(slowest, time.monotonic() - began)
    print(f"{target}: {len(inputs)} inputs hold, the slowest took {slowest:.2f} s", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
