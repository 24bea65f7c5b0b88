"""The lock file of Kafka's jars, and what counts as the jar that it names."""

import hashlib
import re
from pathlib import Path

import pytest

from infra.stack.errors import StackError
from infra.stack.jars import LOCK, Jar, locked
from infra.stack.jars_lock import LINE, ROOTS


def test_the_lock_names_every_jar_once_with_its_size_and_hash() -> None:
    jars = locked()
    assert len(jars) == 46
    assert len({jar.name for jar in jars}) == len(jars)
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) and jar.size > 1_000 for jar in jars)
    assert {f"{jar.group}:{jar.artifact}:{jar.version}" for jar in jars} >= set(ROOTS)


def test_all_of_kafka_has_one_version() -> None:
    assert {jar.version for jar in locked() if jar.group == "org.apache.kafka"} == {"4.1.1"}


def test_the_lock_lies_beside_the_code_so_that_a_wheel_holds_it() -> None:
    assert LOCK.parent.name == "stack"
    assert (LOCK.parent / "__init__.py").is_file()


@pytest.mark.parametrize("line", ["a:b 1 c", "a:b:1 one c", "a:b:1 1", "a:b:1 1 c d"])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text(f"# head\n\n{line}\n", "ascii")
    with pytest.raises(StackError, match=r"some\.lock, line 3"):
        locked(lock)


def test_a_jar_is_what_the_lock_says_or_it_is_not_there(tmp_path: Path) -> None:
    content = b"jar" * 100
    jar = Jar("g", "a", "1", len(content), hashlib.sha256(content).hexdigest())
    path = tmp_path / jar.name
    assert jar.name == "a-1.jar"
    assert not jar.is_at(path)
    for wrong in (content[:-1], content + b"x", b"x" + content[1:]):
        path.write_bytes(wrong)
        assert not jar.is_at(path)
    path.write_bytes(content)
    assert jar.is_at(path)


def test_mavens_list_is_understood() -> None:
    text = (
        "\nThe following files have been resolved:\n   org.lz4:lz4-java:jar:1.8.0:runtime:/some/lz4.jar -- module x\n"
    )
    assert LINE.findall(text) == [("org.lz4", "lz4-java", "1.8.0", "runtime", "/some/lz4.jar")]
