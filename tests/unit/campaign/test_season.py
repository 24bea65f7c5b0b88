"""A whole season: complete, in order, as large as published, decided alike by whoever decides it."""

from collections import Counter
from typing import get_args

from infra.campaign_events import EventLines
from producers.campaign import figures
from producers.campaign.choosing import Surroundings
from producers.campaign.daytime import Daytime
from producers.campaign.page import PublicPage
from producers.campaign.scenario import scenario_of
from producers.campaign.town import Town
from producers.campaign.world import Answer, News
from schemas import facts as f
from schemas.event_json import decode_event
from schemas.events import EVENTS_BY_TOPIC, ApplicantLinked, ApplicationSubmitted, PlaceReleased, PlacesChosen
from schemas.words import TOPIC_ORDER, Admission, Channel, How
from schemas.zones import date_to_day, zone_of
from streams.rules.pack import PACKS
from streams.rules.simulate import simulate
from tests.unit.campaign.conftest import Season, play

REJECTED_SHARE_MAX = 0.05


def _facts(season: Season, kind: type[f.Fact]) -> list[f.Fact]:
    return [fact for record in season.records for fact in record.facts if isinstance(fact, kind)]


def test_every_event_type_of_the_contracts_occurs(season: Season) -> None:
    expected = {kind.__name__ for kinds in EVENTS_BY_TOPIC.values() for kind in kinds}
    assert {event.type for event in season.events} == expected


def test_every_fact_that_a_season_is_known_for_occurs(season: Season) -> None:
    kinds = {type(fact) for record in season.records for fact in record.facts}
    # A recall that finds no release, and a second application after enrolment through a benefit, are rare.
    rare: set[type[f.Fact]] = {f.RecallExpired, f.ApplicationDeferred}
    assert set(get_args(f.AnyFact)) - kinds <= rare


def test_places_come_in_all_admission_modes_and_referrals_in_all_ways(season: Season) -> None:
    modes = {fact.admission for fact in _facts(season, f.PlaceReleased) if isinstance(fact, f.PlaceReleased)}
    ways = {fact.how for fact in _facts(season, f.ReferralIssued) if isinstance(fact, f.ReferralIssued)}
    assert modes == set(Admission)
    assert ways == set(How)


def test_siblings_choose_together(season: Season) -> None:
    sizes = Counter(len(event.data.choices) for event in season.events if isinstance(event.data, PlacesChosen))
    assert sizes[2] > 0


def test_some_events_are_rejected_and_some_repeated_but_few(season: Season) -> None:
    rejected = len(_facts(season, f.Rejected))
    assert 0 < rejected < REJECTED_SHARE_MAX * len(season.events)
    assert 0 < len(_facts(season, f.Duplicate)) < REJECTED_SHARE_MAX * len(season.events)
    assert len({fact.reason for fact in _facts(season, f.Rejected) if isinstance(fact, f.Rejected)}) >= 8


def test_events_come_in_the_order_in_which_they_are_decided(season: Season) -> None:
    order = [(event.time, TOPIC_ORDER[event.topic]) for event in season.events]
    assert order == sorted(order)


def test_simulating_the_events_gives_the_journal_of_the_closed_loop(season: Season) -> None:
    lines = EventLines()
    read = [decode_event(lines.line(event).strip(), 0, number) for number, event in enumerate(season.events)]
    simulated = [record.hash for record in simulate(read, PACKS["kz-2020"])]
    assert simulated == [record.hash for record in season.records]


def test_the_places_of_the_campaign_day_are_the_plan_s(season: Season) -> None:
    plan = season.scenario.localities[0]
    zone = zone_of(plan.locality)
    day = date_to_day(season.scenario.opens)
    accepted = {
        fact.place_id: fact.birth_year
        for record in season.records
        if zone.day_of(record.time) == day
        for fact in record.facts
        if isinstance(fact, f.PlaceReleased)
    }
    assert Counter(accepted.values()) == dict(plan.places)


def test_at_scale_one_the_places_are_those_published_by_birth_year() -> None:
    scenario = scenario_of("astana-2021")
    plan = scenario.localities[0]
    assert dict(plan.places) == {2019: 6_074, 2018: 9_372, 2017: 5_616, 2016: 3_235}
    assert plan.state + plan.departmental + plan.private == 532
    assert (plan.state, plan.private, plan.departmental) == (100, 429, 3)
    town = Town(plan, scenario, PublicPage(lambda _: None), seed=3)
    town.share_out()
    shared: Counter[int] = Counter()
    for organisation in town.organisations:
        if not organisation.profiles and organisation.kind == "GENERAL":
            for group in organisation.planned:
                shared[group.birth_year] += group.seats
    assert shared == dict(plan.places)
    assert shared.total() == figures.ASTANA_PLACES.value


def test_a_smaller_season_keeps_the_proportions() -> None:
    whole = dict(scenario_of("astana-2021").localities[0].places)
    tenth = dict(scenario_of("astana-2021", 0.1).localities[0].places)
    assert sum(tenth.values()) == 2_430
    for year, number in whole.items():
        assert abs(tenth[year] - number / 10) <= 1


def test_the_old_queue_is_taken_over_with_its_own_times_before_the_campaign(season: Season) -> None:
    plan = season.scenario.localities[0]
    opens = zone_of(plan.locality).at(date_to_day(season.scenario.opens))
    migrated = [
        (event.time, event.data.submitted_at)
        for event in season.events
        if isinstance(event.data, ApplicationSubmitted) and event.data.channel is Channel.MIGRATION
    ]
    assert len(migrated) == plan.queue
    assert max(time for time, _ in migrated) < opens
    assert all(submitted_at < time for time, submitted_at in migrated)


def test_an_agent_is_told_only_what_is_addressed_to_it(season: Season) -> None:
    senders: dict[tuple[str, str], str] = {}
    own: dict[str, set[str]] = {}
    for event in season.events:
        data = event.data
        if isinstance(data, ApplicationSubmitted | ApplicantLinked):
            own.setdefault(data.applicant_id, set()).add(data.application_id)
        if isinstance(data, ApplicationSubmitted):
            senders[event.source, event.event_id] = data.applicant_id
    news = [(to, word.message) for to, word, _ in season.told if isinstance(word, News)]
    answers = [(to, word.outcome) for to, word, _ in season.told if isinstance(word, Answer)]
    assert len(news) > 10_000
    assert len(answers) > 1_000
    assert all(message.recipient == to for to, message in news)
    for to, message in news:
        if message.audience == "APPLICANT":
            assert message.application_id in own[to]
    for to, outcome in answers:
        assert senders.get((outcome.source, outcome.event_id), to) == to


def test_nobody_is_told_before_it_has_happened(season: Season) -> None:
    late = [now - word.message.at for _, word, now in season.told if isinstance(word, News)]
    assert min(late) > 0
    assert max(late) < 20 * 60_000


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    lines = EventLines()
    first, again, other = (
        b"".join(lines.line(event) for event in play("village", seed=seed).events) for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_a_shorter_season_is_the_beginning_of_the_longer_one() -> None:
    lines = EventLines()
    short = [lines.line(event) for event in play("village", days=12).events]
    whole = [lines.line(event) for event in play("village").events]
    # Only the tick that closes a season differs.
    assert short[:-1] == whole[: len(short) - 1]


def test_surroundings_hold_no_register() -> None:
    plan = scenario_of("village").localities[0]
    around = Surroundings(Daytime(plan.locality), PublicPage(lambda _: None), "department", 0)
    assert set(vars(around)) == {"daytime", "page", "department", "ends"}


def test_released_places_state_ages_that_children_of_the_birth_year_have(season: Season) -> None:
    for event in season.events:
        if isinstance(event.data, PlaceReleased) and event.data.admission_from.year == 2021:
            start = event.data.admission_from
            school_year = start.year if start.month >= 9 else start.year - 1
            assert event.data.age_to == max(0, school_year - event.data.birth_year)
            assert event.data.age_to - event.data.age_from in (0, 1)


def test_some_act_in_the_last_seconds_before_a_deadline_and_some_just_after_it(season: Season) -> None:
    until: dict[str, int] = {}
    distances: list[int] = []
    for record in season.records:
        for fact in record.facts:
            if isinstance(fact, f.AccessGranted):
                until[fact.application_id] = fact.until
    for event in season.events:
        if isinstance(event.data, PlacesChosen):
            deadline = until.get(event.data.choices[0].application_id, 0)
            distances.append(event.time - deadline)
    assert any(-60_000 < distance < 0 for distance in distances)
    assert any(0 <= distance < 60_000 for distance in distances)


def test_places_are_mostly_filled_and_most_families_still_wait(season: Season) -> None:
    released = len(_facts(season, f.PlaceReleased))
    filled = len(_facts(season, f.PlaceFilled))
    lapsed = len(_facts(season, f.AccessLapsed))
    granted = len(_facts(season, f.AccessGranted))
    assert 0.7 < filled / released < 1.0
    assert 0.05 < lapsed / granted < 0.5
