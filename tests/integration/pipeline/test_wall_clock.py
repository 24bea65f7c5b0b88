"""Production's clock: the brokers' append times, and timers by the machine's clock, which waits for who was in time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Event as Flag
from threading import Thread
from typing import TypeVar

import pytest
from prometheus_client import CollectorRegistry

from schemas import events as e
from schemas import facts as f
from schemas.events import EVENTS_BY_TOPIC, Event, EventData
from schemas.instants import Instant
from schemas.journal import Record
from schemas.words import Admission, Channel, GroupType, OrganisationKind, Ownership, QueueKind, Regime
from streams.allocation.intake import TOPICS
from streams.allocation.task import AllocationTask, Codecs
from streams.rules.pack import KZ_2020
from streams.runtime.errors import Misconfigured
from streams.runtime.loop import Loop
from streams.runtime.metrics import Metrics
from streams.runtime.settings import Clock, RuntimeSettings
from tests.integration.pipeline.checks import verify_passes
from tests.integration.pipeline.environment import IDS, Environment
from tests.integration.pipeline.seasons import VILLAGES, season

pytestmark = pytest.mark.integration

FactT = TypeVar("FactT", bound=f.Fact)
LOCALITY = VILLAGES[0]
HOUR_S, DAY_S = 3_600, 86_400
WAIT_S = 60.0


def event(data: EventData) -> Event:
    """An event of this moment; the broker will say which."""
    topic = next(name for name, kinds in EVENTS_BY_TOPIC.items() if type(data) in kinds)
    now = Instant(int(time.time() * 1_000))
    return Event(topic, now, f"e{time.monotonic_ns()}", "urn:test", LOCALITY, data)


def applies(number: int, year: int) -> list[Event]:
    """A family of a three-year-old, its papers in order."""
    submitted = e.ApplicationSubmitted(
        application_id=f"a-{number}",
        applicant_id=f"p-{number}",
        child_id=f"c-{number}",
        child_born=date(year, 1, 15),
        queue_kind=QueueKind.GENERAL,
        submitted_at=Instant(int(time.time() * 1_000) - DAY_S * 1_000 + number),
        benefits=(),
        special_needs=False,
        commission_conclusion=False,
        channel=Channel.MIGRATION,
    )
    return [event(submitted), event(e.DocumentsConfirmed(submitted.application_id))]


def place(number: int, year: int) -> Event:
    """A place for one of them."""
    today = date.today()  # noqa: DTZ011  # any day of this year does
    released = e.PlaceReleased(
        place_id=f"pl-{number}",
        organisation_id="org-1",
        queue_kind=QueueKind.GENERAL,
        birth_year=year,
        age_from=1,
        age_to=6,
        language="kk",
        group_type=GroupType.GENERAL_DEVELOPMENTAL,
        regime=Regime.FULL_DAY,
        admission=Admission.REGULAR,
        admission_from=today,
    )
    return event(released)


@dataclass
class Shifted:
    """A clock that a test may put forward."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@contextmanager
def worker(environment: Environment, clock: Shifted) -> Iterator[Loop]:
    """The real loop in a thread, by another clock than the machine's."""
    settings = RuntimeSettings(
        client=environment.client,
        group_id=f"{environment.prefix}allocation",
        worker="a",
        topic_prefix=environment.prefix,
        clock=Clock.WALL,
        clock_skew_ms=200,
    )
    codecs, metrics = Codecs(IDS, 1, lambda _: KZ_2020), Metrics(CollectorRegistry(), "allocation")
    loop = Loop(settings, TOPICS, lambda number: AllocationTask(number, settings, codecs, metrics), metrics, clock)
    stop, failures = Flag(), list[BaseException]()

    def run() -> None:
        try:
            loop.run(stop)
        except BaseException as exc:  # noqa: BLE001  # told below, in the test's own thread
            failures.append(exc)

    thread = Thread(target=run)
    thread.start()
    try:
        yield loop
    finally:
        stop.set()
        thread.join(WAIT_S)
        assert not thread.is_alive(), "it does not stop"
    assert not failures, failures


def await_records(environment: Environment, done: Callable[[list[Record]], bool]) -> list[Record]:
    """Wait until the journal is so."""
    deadline = time.monotonic() + WAIT_S
    while not done(records := environment.journal().get(LOCALITY, [])):
        assert time.monotonic() < deadline, records[-3:]
        time.sleep(0.1)
    return records


def at_least(count: int) -> Callable[[list[Record]], bool]:
    """Whether there are so many."""
    return lambda records: len(records) >= count


def facts(records: list[Record], kind: type[FactT]) -> list[FactT]:
    """All facts of a type."""
    return [fact for record in records for fact in record.facts if isinstance(fact, kind)]


def test_timers_fire_by_the_clock_and_a_choice_that_waited_is_in_time(
    make_environment: Callable[..., Environment],
) -> None:
    environment, clock = make_environment(clock="wall"), Shifted()
    year = date.today().year - 3  # noqa: DTZ011
    kindergarten = e.OrganisationRegistered("org-1", "No. 1", Ownership.STATE, OrganisationKind.GENERAL, ())
    events = [event(kindergarten), *applies(1, year), *applies(2, year), place(1, year), place(2, year)]
    # One after the other: by the clock, what comes first is first.
    with worker(environment, clock):
        for number, each in enumerate(events, start=1):
            environment.publish([each])
            records = await_records(environment, at_least(number))
        assert not facts(records, f.Rejected)
        assert all(record.cause.timer is None for record in records), "nothing was due yet"
        for _ in range(40):  # over a weekend, at most
            clock.ahead_s += 6 * HOUR_S
            time.sleep(0.3)
            if facts(environment.journal()[LOCALITY], f.AccessGranted):
                break
        records = await_records(environment, lambda found: len(facts(found, f.AccessGranted)) >= 2)
    for record in records[len(events) :]:
        assert record.cause.timer is not None
        assert record.time == record.cause.due
        assert record.time <= clock() * 1_000

    # The worker is away. One of the two chooses; then the deadline passes, and only then the worker is back.
    environment.publish([event(e.PlacesChosen("p-1", (e.Choice("a-1", "pl-1"),)))])
    clock.ahead_s += 30 * DAY_S
    with worker(environment, clock):
        records = await_records(environment, lambda found: bool(facts(found, f.AccessLapsed)))
    (chosen,) = [record for record in records if record.cause.type == "PlacesChosen"]
    assert [fact.application_id for fact in facts([chosen], f.ReferralIssued)] == ["a-1"]
    lapsed = next(record for record in records if facts([record], f.AccessLapsed))
    assert chosen.sequence < lapsed.sequence
    assert [fact.application_id for fact in facts([lapsed], f.AccessLapsed)] == ["a-2"]
    verify_passes(environment)


def test_senders_times_are_refused_by_the_clock(environment: Environment) -> None:
    environment.publish(season("village").events[:1])
    environment.clock = "wall"
    worker = environment.worker()
    assert worker.await_exit() == Misconfigured.exit_code
    assert "--clock records" in worker.said()
    assert environment.journal() == {}
