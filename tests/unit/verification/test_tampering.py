"""Every kind of tampering that leaves the hashes as they were is found, at the record where it was done."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.verification.verify import Options
from tests.unit.verification.seasons import Season, lines
from tests.unit.verification.tools import Json, check, essence, parsed, sealed

Path = tuple[str | int, ...]
NOT_HASHED = {("cause", "partition"), ("cause", "offset")}


@pytest.mark.parametrize("seed", range(6))
def test_a_journal_that_the_rules_wrote_holds(seed: int) -> None:
    season = Season(seed, start="2021-08-20T09:00:00+06:00")
    report = check(lines(season.locality, season.run(350)))
    assert report.findings == []
    assert report.records == len(season.records)


def test_a_journal_of_several_localities_holds_in_any_mixture() -> None:
    first, second = Season(1, "710000000"), Season(2, "151010000")
    one, two = lines(first.locality, first.run(80)), lines(second.locality, second.run(80))
    mixed = [line for pair in zip(one, two, strict=False) for line in pair]
    rest = one[len(mixed) // 2 :] + two[len(mixed) // 2 :]
    report = check(mixed + rest)
    assert report.holds
    assert report.records == len(one) + len(two)
    assert set(report.localities) == {"710000000", "151010000"}


def test_a_journal_sealed_by_another_encoder_has_the_same_hashes(journal: list[bytes], records: list[Json]) -> None:
    again = sealed(records)
    assert [each["hash"] for each in parsed(again)] == [each["hash"] for each in records]
    assert check(again).holds


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _paths(each, (*path, name))
    elif isinstance(value, list):
        yield path
        for index, each in enumerate(value[:2]):
            yield from _paths(each, (*path, index))
    else:
        yield path


def _changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("1" if value[-1:] != "1" else "2")
    return value[1:] if value else ["x"]


def _with(record: Json, path: Path) -> Json:
    copy: Json = json.loads(json.dumps(record))
    place: Any = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = _changed(place[path[-1]])
    return copy


def test_each_field_of_each_kind_of_record_is_covered(journal: list[bytes], records: list[Json]) -> None:
    seen: set[tuple[Any, ...]] = set()
    for index, record in enumerate(records):
        for path in _paths(record):
            kinds = tuple(fact["type"] for fact in record["facts"])
            kind = (kinds[int(path[1])] if path[0] == "facts" and len(path) > 1 else None, *map(str, path[2:] or path))
            if kind in seen or path in NOT_HASHED:
                continue
            seen.add(kind)
            # What went before stays as it was; it was checked once and costs time only.
            changed = [*journal[:index], json.dumps(_with(record, path)).encode()]
            report = check(changed)
            assert not report.holds, path
            assert report.findings[0].line == index + 1, path
    assert len(seen) > 150


def test_where_a_record_stood_in_a_cluster_is_not_part_of_the_register(journal: list[bytes]) -> None:
    moved = []
    for line in journal:
        record = json.loads(line)
        if "topic" in record["cause"]:
            record["cause"]["partition"] = 7
            record["cause"].pop("offset")
        moved.append(json.dumps(record).encode())
    assert check(moved).holds


def test_a_dropped_record_is_found_at_the_next(journal: list[bytes]) -> None:
    for index in range(0, len(journal) - 1, 7):
        report = check([*journal[:index], *journal[index + 1 : index + 2]])
        assert [each.line for each in report.findings] == [index + 1]


def test_a_doubled_swapped_or_inserted_record_is_found(journal: list[bytes]) -> None:
    for index in range(3, len(journal) - 1, 11):
        before, this, after = journal[:index], journal[index], journal[index + 1]
        for tampered in ([*before, this, this], [*before, after, this], [*before, journal[index - 3], this]):
            report = check(tampered)
            assert not report.holds
            assert index + 1 <= report.findings[0].line <= index + 2


def test_a_member_that_stands_twice_is_found(journal: list[bytes]) -> None:
    twin = journal[0].replace(b'{"locality"', b'{"pack":"other","locality"', 1)
    report = check([twin, *journal[1:]])
    assert report.findings[0].rule == "form"
    assert "twice" in report.findings[0].text


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found_or_changes_nothing(journal: list[bytes], data: st.DataObject) -> None:
    head = journal[:40]
    index = data.draw(st.integers(0, len(head) - 1))
    line = bytearray(head[index])
    position = data.draw(st.integers(0, len(line) - 1))
    line[position] = data.draw(st.integers(0, 255).filter(lambda byte: byte != 10))
    report = check([*head[:index], bytes(line), *head[index + 1 :]])
    if report.holds:
        assert essence(bytes(line)) == essence(head[index])
    else:
        assert report.findings[0].line >= index + 1


@settings(max_examples=80, deadline=None)
@given(order=st.lists(st.integers(0, 59), max_size=70))
def test_any_other_sequence_of_records_than_a_beginning_is_found(journal: list[bytes], order: list[int]) -> None:
    report = check([journal[each] for each in order])
    assert report.holds == (bool(order) and order == list(range(len(order))))


def test_a_cut_end_is_found_against_the_head(journal: list[bytes], records: list[Json]) -> None:
    locality, head = records[-1]["locality"], records[-1]["hash"]
    assert check(journal, Options(heads={locality: head})).holds
    assert check(journal, Options(head=head)).holds
    for cut in (1, 2, 50):
        for options in (Options(heads={locality: head}), Options(head=head)):
            report = check(journal[:-cut], options)
            assert [(each.rule, each.sequence) for each in report.findings] == [("R8.1", len(journal) - cut)]
    assert not check(journal, Options(heads={"151010000": head})).holds


def test_the_summary_names_what_to_publish(journal: list[bytes], records: list[Json]) -> None:
    summary = check(journal).localities["710000000"]
    assert summary.records == len(records)
    assert summary.head == records[-1]["hash"]
    bulletins = [fact for record in records for fact in record["facts"] if fact["type"] == "BulletinIssued"]
    assert (summary.last_bulletin, summary.last_bulletin_hash) == (len(bulletins), bulletins[-1]["bulletin_hash"])


def test_all_broken_records_of_several_localities_are_named_up_to_the_limit() -> None:
    broken = []
    for locality in ("710000000", "151010000", "231010000"):
        season = Season(3, locality)
        good = lines(locality, season.run(40))
        broken += [*good[:10], *good[11:]]
    assert len(check(broken).findings) == 1
    report = check(broken, Options(findings_max=10))
    assert [each.locality for each in report.findings] == ["710000000", "151010000", "231010000"]
    assert len(check(broken, Options(findings_max=2)).findings) == 2
