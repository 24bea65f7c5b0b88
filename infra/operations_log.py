"""The last warnings and errors that processes of this machine logged. Reads the ends of their files, nothing else."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from consumers.dashboard.operations.view import Trouble
from infra.readers.running import READERS
from schemas.instants import Instant

# Of each file, from its end.
TAIL_BYTES: Final = 65_536
TROUBLES_MAX: Final = 30
TEXT_MAX: Final = 400
# What stands behind the prefix: without it another environment's longer prefix would do as well.
_PROCESS: Final = re.compile(rf"(worker|fan-out|monitor)-\d+|monitor|dashboard|{'|'.join(READERS)}")
# As infra.logging writes them: local time of the machine, severity, logger, words.
_LINE: Final = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3}) (WARNING|ERROR|CRITICAL) [\w.]+: (.+)$", re.MULTILINE
)


def troubles(data: Path, prefix: str) -> tuple[Trouble, ...]:
    """Those of one environment, the newest first. A file that can't be read is left out: others still can."""
    found: list[Trouble] = []
    for path in sorted((data / "logs").glob("*.log")):
        process = path.stem.removeprefix(prefix)
        if path.stem.startswith(prefix) and _PROCESS.fullmatch(process):
            found += _of(path, process)
    found.sort(key=lambda each: each.at, reverse=True)
    return tuple(found[:TROUBLES_MAX])


def _of(path: Path, process: str) -> Iterator[Trouble]:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return
    for at, milliseconds, severity, words in _LINE.findall(text):
        moment = datetime.strptime(at, "%Y-%m-%d %H:%M:%S").astimezone()
        when = Instant(int(moment.timestamp()) * 1_000 + int(milliseconds))
        yield Trouble(when, process, severity, words[:TEXT_MAX])
