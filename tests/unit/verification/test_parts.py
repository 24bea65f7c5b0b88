"""The parts of the check against naive models: matching, the order with its phase, published bulletins."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.verification.bulletins import Published, read_published
from consumers.verification.order import Order
from consumers.verification.pool import Kind, Pool, Profile
from consumers.verification.verify import Options
from schemas.errors import Malformed
from schemas.words import Group
from tests.unit.verification.tools import Json, check, facts


def _overlap(profile: Profile, kind: Kind) -> bool:
    return bool(set(profile) & set(kind))


def _placeable(holders: list[Profile], places: list[Kind]) -> bool:
    """By augmenting paths over single holders and single places."""
    taken: dict[int, int] = {}

    def place(holder: int, tried: set[int]) -> bool:
        for index, kind in enumerate(places):
            if index not in tried and _overlap(holders[holder], kind):
                tried.add(index)
                if index not in taken or place(taken[index], tried):
                    taken[index] = holder
                    return True
        return False

    return all(place(holder, set()) for holder in range(len(holders)))


SETS = st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True).map(lambda each: tuple(sorted(each)))
STEPS = st.lists(st.tuples(st.sampled_from(["place", "unplace", "hold", "leave", "grant", "spare"]), SETS), max_size=40)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
def test_the_pool_agrees_with_a_matching_of_single_places(steps: list[tuple[str, tuple[int, ...]]]) -> None:
    pool = Pool(_overlap)
    places: list[Kind] = []
    holders: dict[tuple[int, str], Profile] = {}
    for number, (what, given_set) in enumerate(steps):
        key = (number, "")
        complete = pool.settle()
        assert complete == _placeable(list(holders.values()), places)
        if what == "place":
            pool.add_place(given_set)
            places.append(given_set)
        elif what == "unplace" and given_set in places:
            pool.remove_place(given_set)
            places.remove(given_set)
        elif what == "hold":
            pool.add_holder(given_set, (Group.GENERAL, key))
            holders[key] = given_set
        elif what == "leave" and holders:
            gone = next(iter(holders))
            pool.remove_holder((Group.GENERAL, gone))
            del holders[gone]
        elif what == "grant" and complete:
            expected = _placeable([*holders.values(), given_set], places)
            assert pool.fits(pool.mask(given_set)) == expected
            assert pool.grant(given_set, (Group.GENERAL, key)) == expected
            if expected:
                holders[key] = given_set
        elif what == "spare" and complete and given_set in places:
            fewer = places.copy()
            fewer.remove(given_set)
            assert pool.spare(given_set) == _placeable(list(holders.values()), fewer)
    assert pool.settle() == _placeable(list(holders.values()), places)


def test_the_worked_example_is_served_three_to_one() -> None:
    order = Order(3)
    for index in range(1, 9):
        order.put(Group.GENERAL, (index, f"g{index}"))
    for index in (1, 2):
        order.put(Group.PRIORITY, (100 + index, f"p{index}"))
    expected = ["g1", "g2", "g3", "p1", "g4", "g5", "g6", "p2", "g7", "g8"]
    assert list(order.ids()) == expected
    keys = {key[1]: (group, key) for group in Group for key in order.groups[group]}
    served = []
    while expected:
        head = next(order.ids())
        served.append(head)
        order.serve(*keys[head])
        expected.pop(0)
    assert served == ["g1", "g2", "g3", "p1", "g4", "g5", "g6", "p2", "g7", "g8"]


@given(
    extraordinary=st.integers(0, 4), priority=st.integers(0, 8), general=st.integers(0, 30), phase=st.integers(-30, 24)
)
def test_each_number_is_the_position_in_the_walk(extraordinary: int, priority: int, general: int, phase: int) -> None:
    order = Order(3)
    for group, count in (
        (Group.EXTRAORDINARY, extraordinary),
        (Group.PRIORITY, priority),
        (Group.GENERAL, general),
    ):
        for index in range(count):
            order.put(group, (index, f"{group}{index}"))
    order.phase = phase
    order.clamp()
    walk = list(order.ids())
    assert len(walk) == extraordinary + priority + general
    for group in Group:
        for key in order.groups[group]:
            assert walk[order.number(group, key)[0] - 1] == key[1]


def _publish(folder: Path, records: list[Json], count: int) -> list[Json]:
    bulletins = []
    for index, fact in facts(records, "BulletinIssued")[:count]:
        published = {name: value for name, value in fact.items() if name != "type"}
        bulletins.append({"locality": records[index]["locality"], **published})
    (folder / "first.json").write_text(json.dumps(bulletins[0]), "utf-8")
    (folder / "rest.jsonl").write_text("".join(json.dumps(each) + "\n" for each in bulletins[1:]), "utf-8")
    return bulletins


def test_a_journal_that_holds_all_published_bulletins_passes(
    tmp_path: Path, journal: list[bytes], records: list[Json]
) -> None:
    _publish(tmp_path, records, 10_000)
    assert check(journal, Options(published=read_published(tmp_path))).holds


def test_a_cut_end_is_found_against_a_later_bulletin(tmp_path: Path, journal: list[bytes], records: list[Json]) -> None:
    bulletins = _publish(tmp_path, records, 10_000)
    last = facts(records, "BulletinIssued")[-1][0]
    report = check(journal[:last], Options(published=read_published(tmp_path)))
    assert [each.rule for each in report.findings] == ["R8.1"]
    assert str(bulletins[-1]["number"]) in report.findings[0].text


def test_a_rewritten_journal_is_found_against_a_published_bulletin(
    tmp_path: Path, journal: list[bytes], records: list[Json]
) -> None:
    published = read_published_of(tmp_path, records)
    published.hashes["710000000"][3] = "f" * 64
    report = check(journal, Options(published=published))
    assert report.findings[0].rule == "R8.1"
    assert "another hash" in report.findings[0].text


def read_published_of(folder: Path, records: list[Json]) -> Published:
    """The first five bulletins, published."""
    _publish(folder, records, 5)
    return read_published(folder)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "x", '{"locality":"710000000"}'])
def test_a_file_that_is_no_bulletin_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text, "utf-8")
    with pytest.raises(Malformed, match=r"b\.json"):
        read_published(tmp_path)


def test_a_changed_published_bulletin_is_refused(tmp_path: Path, records: list[Json]) -> None:
    bulletins = _publish(tmp_path, records, 3)
    bulletins[0]["number"] += 1
    (tmp_path / "first.json").write_text(json.dumps(bulletins[0]), "utf-8")
    with pytest.raises(Malformed, match="another hash"):
        read_published(tmp_path)


def test_a_folder_without_bulletins_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no "):
        read_published(tmp_path)
