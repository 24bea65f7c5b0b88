"""`python -m tests.fuzz.hostile.replay [TARGET INPUT…]`: inputs once more, without the fuzzer; without names all that
are checked in. An input is a file, or `hex:` and its bytes.

Exit 1 at the first that fails or takes too long; what it raised is shown.
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
    bound_memory()
    if not words:
        for target in TARGETS:
            _replay(target, [data for _, data in corpus.inputs(target)])
        return 0
    target, *names = words
    if target not in TARGETS:
        print(f"no target {target!r}: {', '.join(TARGETS)}", file=sys.stderr)  # noqa: T201
        return 2
    _replay(target, [bytes.fromhex(name[4:]) if name.startswith(HEX) else Path(name).read_bytes() for name in names])
    return 0


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
