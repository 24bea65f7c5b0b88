"""What goes into the pipeline, and what must come out: seasons of the campaign generator, decided by `simulate`."""

import datetime
from dataclasses import dataclass, replace
from functools import cache
from heapq import merge

from infra.campaign_loop import LocalityLoop
from producers.campaign.scenario import Scenario, scenario_of
from schemas import events as e
from schemas.events import EVENTS_BY_TOPIC, Event, EventData
from schemas.instants import Instant
from schemas.journal import Record
from schemas.words import Admission, Channel, GroupType, OrganisationKind, Ownership, QueueKind, Regime
from schemas.zones import DAY_MS, date_to_day, zone_of
from streams.rules.pack import KZ_2020
from streams.rules.simulate import simulate

# In two zones. Murmur2 puts them into partitions 1, 1, 2, 0, 2 of three, and 3, 3, 2, 0, 1 of four.
HOUR_MS = 3_600_000
VILLAGES = ("113230100", "115030100", "113430100", "153030100", "153830100")


@dataclass(frozen=True)
class Season:
    """Events in order of time, and the journal that an undisturbed run makes of them."""

    events: tuple[Event, ...]
    records: tuple[Record, ...]

    @property
    def localities(self) -> list[str]:
        """All that have records, in order of their codes."""
        return sorted({record.locality for record in self.records})

    def records_of(self, locality: str) -> list[Record]:
        """One locality's journal."""
        return [record for record in self.records if record.locality == locality]


def decided(events: tuple[Event, ...]) -> Season:
    """A season of any events."""
    return Season(events, tuple(simulate(events, KZ_2020)))


@cache
def season(name: str, scale: float = 1.0, seed: int = 1, days: int | None = None) -> Season:
    """A named campaign, as `oryn campaign NAME --scale … --seed … --days …` plays it."""
    return decided(tuple(_played(scenario_of(name, scale, days), seed)))


@cache
def villages(count: int = len(VILLAGES), scale: float = 1.0, days: int | None = None) -> Season:
    """The seasons of so many villages at once, each with its own people."""
    return decided(
        tuple(
            merge(
                *(_played(_elsewhere(scale, locality, days), seed) for seed, locality in enumerate(VILLAGES[:count])),
                key=lambda event: event.time,
            )
        )
    )


PLACES_OF_OPENING, WAITING_AT_OPENING = 1_300, 1_500


@cache
def large_opening() -> Season:
    """One morning on which so many places of one queue open at once that it takes several records; then a tick."""
    locality = VILLAGES[0]
    zone, day = zone_of(locality), date_to_day(datetime.date(2021, 6, 8))
    moment = zone.at(day, 9 * 60)

    def at(milliseconds: int, data: EventData) -> Event:
        topic = next(name for name, kinds in EVENTS_BY_TOPIC.items() if type(data) in kinds)
        return Event(topic, Instant(moment + milliseconds), f"e{milliseconds:x}", "urn:test", locality, data)

    events = [
        at(0, e.OrganisationRegistered("org-1", "No. 1", Ownership.STATE, OrganisationKind.GENERAL, ())),
    ]
    for number in range(WAITING_AT_OPENING):
        later = 2 * number + 1
        submitted = e.ApplicationSubmitted(
            application_id=f"a-{number:016x}",
            applicant_id=f"p-{number:016x}",
            child_id=f"c-{number:016x}",
            child_born=datetime.date(2018, 3, 1),
            queue_kind=QueueKind.GENERAL,
            submitted_at=Instant(moment + later),
            benefits=(),
            special_needs=False,
            commission_conclusion=False,
            channel=Channel.PORTAL,
        )
        events += [at(later, submitted), at(later + 1, e.DocumentsConfirmed(submitted.application_id))]
    for number in range(PLACES_OF_OPENING):
        place = e.PlaceReleased(
            place_id=f"pl-{number:016x}",
            organisation_id="org-1",
            queue_kind=QueueKind.GENERAL,
            birth_year=2018,
            age_from=2,
            age_to=3,
            language="kk",
            group_type=GroupType.GENERAL_DEVELOPMENTAL,
            regime=Regime.FULL_DAY,
            admission=Admission.REGULAR,
            admission_from=datetime.date(2021, 9, 1),
        )
        events.append(at(HOUR_MS + number, place))
    events.append(at(2 * DAY_MS, e.ClockTick()))
    return decided(tuple(events))


def _elsewhere(scale: float, locality: str, days: int | None) -> Scenario:
    scenario = scenario_of("village", scale, days)
    return replace(scenario, localities=(replace(scenario.localities[0], locality=locality),))


def _played(scenario: Scenario, seed: int) -> list[Event]:
    (plan,) = scenario.localities
    return list(LocalityLoop(plan, scenario, seed, KZ_2020, lambda record: None).run())
