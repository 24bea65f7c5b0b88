"""The account of input events: each has one outcome, none is passed over, none is decided twice."""

import pytest

from consumers.verification.findings import Broken
from consumers.verification.inputs import Counts, InputLedger
from consumers.verification.shapes import CauseShape
from consumers.verification.topic import LogRecord
from schemas.words import Timer, Topic

TOPIC = Topic.VACANCY_RELEASES
LOG = LogRecord(2, 0, b"710000000", b"")


def _cause(offset: int, partition: int = 2, topic: Topic = TOPIC) -> CauseShape:
    return CauseShape(topic=topic, partition=partition, offset=offset, source="s", event_id="e", type="ClockTick")


@pytest.fixture
def ledger() -> InputLedger:
    """Offsets 0, 1 and 4 were decided, 2 is a dead letter, 3 a marker."""
    ledger = InputLedger()
    for offset in (0, 1, 4):
        ledger.decided(_cause(offset), LOG)
    ledger.decided(CauseShape(timer=Timer.BULLETIN, due="", subject="710000000"), LOG)
    ledger.decided(_cause(0, topic=Topic.VACANCY_RECALLS), LOG)
    ledger.dead(TOPIC, 2, 2)
    return ledger


def test_every_event_is_accounted_for(ledger: InputLedger) -> None:
    for offset in (0, 1, 2, 4, 5, 6):
        ledger.event(TOPIC, 2, offset)
    ledger.finish(TOPIC, 2, 0)
    assert ledger.counts == Counts(decided=3, dead=1, waiting=2)


def test_an_event_that_was_passed_over_is_found(ledger: InputLedger) -> None:
    with pytest.raises(Broken, match="vacancy-releases/2, offset 3, has no outcome"):
        ledger.event(TOPIC, 2, 3)


def test_an_event_of_a_partition_without_outcomes_waits(ledger: InputLedger) -> None:
    ledger.event(TOPIC, 0, 0)
    assert ledger.counts.waiting == 1


@pytest.mark.parametrize("offset", [4, 3, 0])
def test_an_event_decided_again_or_out_of_order_is_found(ledger: InputLedger, offset: int) -> None:
    with pytest.raises(Broken, match="comes again, or too late"):
        ledger.decided(_cause(offset), LOG)


def test_an_event_of_another_partition_is_found(ledger: InputLedger) -> None:
    with pytest.raises(Broken, match="stood in partition 1"):
        ledger.decided(_cause(9, partition=1), LOG)
    with pytest.raises(Broken, match="does not say where"):
        ledger.decided(CauseShape(topic=TOPIC, source="s", event_id="e", type="ClockTick"), LOG)


@pytest.mark.parametrize("offset", [1, 2])
def test_two_outcomes_are_found(ledger: InputLedger, offset: int) -> None:
    with pytest.raises(Broken, match="two outcomes"):
        ledger.dead(TOPIC, 2, offset)


def test_a_decided_event_that_no_topic_has_is_found(ledger: InputLedger) -> None:
    for offset in (0, 4):
        ledger.event(TOPIC, 2, offset)
    with pytest.raises(Broken, match="has 2 of the 3 events"):
        ledger.finish(TOPIC, 2, 0)


def test_what_the_topic_no_longer_holds_is_not_missed(ledger: InputLedger) -> None:
    ledger.event(TOPIC, 2, 4)
    ledger.finish(TOPIC, 2, 3)


def test_a_dead_letter_at_the_end_is_the_last_outcome() -> None:
    ledger = InputLedger()
    ledger.dead(TOPIC, 2, 7)
    ledger.event(TOPIC, 2, 7)
    ledger.event(TOPIC, 2, 8)
    assert ledger.counts == Counts(dead=1, waiting=1)
    with pytest.raises(Broken, match="offset 6, has no outcome"):
        ledger.event(TOPIC, 2, 6)
