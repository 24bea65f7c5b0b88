"""Where the stack keeps what: the cache of the user and the data directory of a project. Never creates either."""

import sys
from collections.abc import Mapping
from pathlib import Path

DATA_DEFAULT = ".oryn"
KAFKA_JARS = "kafka"  # in the cache


def cache_directory(environment: Mapping[str, str]) -> Path:
    """The cache that all stacks of this user share: ORYN_CACHE, or the platform's place for caches."""
    if own := environment.get("ORYN_CACHE"):
        return Path(own).absolute()
    if base := environment.get("XDG_CACHE_HOME"):
        return Path(base).absolute() / "oryn"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "oryn"
    return Path.home() / ".cache" / "oryn"


def jar_directory(environment: Mapping[str, str]) -> Path:
    """The jars' folder in the cache."""
    return cache_directory(environment) / KAFKA_JARS


def data_directory(environment: Mapping[str, str]) -> Path:
    """The data directory of the local stack: ORYN_DATA, or `.oryn` in the current folder."""
    return Path(environment.get("ORYN_DATA") or DATA_DEFAULT).absolute()
