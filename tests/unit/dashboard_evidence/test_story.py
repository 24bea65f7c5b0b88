"""What is drawn and told of a curve: nothing that a person could see is left out, and the public form says no more than
the published orders."""

from random import Random

import pytest
from fluent.syntax import ast, parse

from consumers.dashboard.evidence.causes import effects, in_words, kind_of, published
from consumers.dashboard.evidence.curve import Effect, Step
from consumers.dashboard.evidence.place_rows import Version, spans_of
from consumers.dashboard.evidence.thinning import POINTS_MAX, Point, thinned
from consumers.dashboard.evidence.timeline import Cause
from consumers.dashboard.words import Language, texts, words
from consumers.history.fold import Move
from schemas.instants import Instant
from schemas.words import ArchiveReason, Group

OWN = "consumers.dashboard.evidence"


def test_a_chart_keeps_extremes_ends_and_own_events() -> None:
    random = Random(7)
    points: list[Point] = [(at * 1_000, None if 900 <= at < 950 else random.randrange(1, 500)) for at in range(5_000)]
    kept = [at == 1_234 for at in range(len(points))]
    found = thinned(points, kept)
    assert len(found) <= POINTS_MAX + 10
    assert found == sorted(found, key=lambda point: point[0])
    assert points[0] in found
    assert points[-1] in found
    assert points[1_234] in found
    assert points[900] in found
    assert points[950] in found
    numbers = [value for _, value in points if value is not None]
    shown = [value for _, value in found if value is not None]
    assert (min(shown), max(shown)) == (min(numbers), max(numbers))


def test_a_short_curve_is_drawn_whole() -> None:
    points: list[Point] = [(at, at + 1) for at in range(POINTS_MAX)]
    assert thinned(points, [False] * len(points)) == points


def every_cause() -> list[Cause]:
    """All that can change a number."""
    found = [Cause(move, group.value) for move in (Move.QUEUED, Move.SERVED, Move.REGROUPED) for group in Group]
    found += [Cause(Move.ARCHIVED, reason.value) for reason in ArchiveReason]
    return [*found, Cause(Move.RETURNED, ""), Cause(Move.STOPPED, ""), Cause(Move.SUSPENDED, "")]


def test_the_public_form_names_no_reason_and_no_kind_of_pause() -> None:
    kinds = {cause: kind_of(cause, full=False) for cause in every_cause()}
    assert not any(kind.reason for kind in kinds.values())
    assert kinds[Cause(Move.STOPPED, "")] == kinds[Cause(Move.SUSPENDED, "")]
    assert len({kinds[Cause(Move.ARCHIVED, reason.value)] for reason in ArchiveReason}) == 1
    full = {kind_of(Cause(Move.ARCHIVED, reason.value), full=True) for reason in ArchiveReason}
    assert len(full) == len(ArchiveReason)


def test_who_is_suspended_from_the_stop_list_and_restored_to_it_stays_paused_in_public() -> None:
    def own(record: int, *moves: Move) -> Step:
        return Step(record, Instant(record), None, None, tuple(Cause(move, "") for move in moves))

    others = Step(5, Instant(5), 7, 6, (), {Cause(Move.SERVED, "GENERAL"): Effect(1, -1)})
    steps = [
        own(1, Move.QUEUED),
        own(2, Move.STOPPED),
        own(3, Move.SUSPENDED),
        own(4, Move.STOPPED),
        others,
        own(6, Move.REGROUPED),
        own(7, Move.SUSPENDED),
        own(8, Move.RETURNED),
        own(9, Move.SUSPENDED),
        own(10, Move.ARCHIVED),
    ]
    found = published(steps)
    assert [each.record for each in found] == [1, 2, 5, 6, 8, 9, 10]
    assert published(found) == found


@pytest.mark.parametrize("language", list(Language))
def test_every_cause_has_words(language: Language) -> None:
    w = words(language, "710000000")
    for full in (False, True):
        for count in (1, 2, 5):
            told = in_words(effects([(each, Effect(count, -1)) for each in every_cause()], full=full), w)
            assert all(text and "ev-" not in text for text, _ in told)
            assert sum(delta for _, delta in told) == -len(every_cause())


def test_the_languages_say_the_same_messages_with_the_same_values() -> None:
    said = {}
    for language in Language:
        body = parse(texts(language)[OWN]).body
        assert not [each for each in body if isinstance(each, ast.Junk)]
        said[language] = {each.id.name for each in body if isinstance(each, ast.Message)}
        assert all(name.startswith("ev-") for name in said[language])
    assert said[Language.ENGLISH] == said[Language.KAZAKH] == said[Language.RUSSIAN]


def test_the_life_of_a_place_is_one_span_for_each_stage() -> None:
    def version(record: int, stage: str, admission: str = "EARLY") -> Version:
        return Version(record, Instant(record * 10), stage, admission, None, None, None, None, 0)

    spans = spans_of(
        [version(1, "RELEASED"), version(2, "LISTED"), version(3, "LISTED", "REGULAR"), version(5, "OPEN")]
    )
    assert [(each.stage, each.since, each.until, each.record) for each in spans] == [
        ("RELEASED", 10, 20, 1),
        ("LISTED", 20, 50, 2),
        ("OPEN", 50, None, 5),
    ]
