"""The seasons that have a name: where, when, how many. Sizes come from `figures`, the rest from `assumptions`."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import fsum

from producers.campaign import assumptions, figures
from producers.campaign.dice import split

_EIGHT_MONTHS_DAYS = 244
_YEAR_DAYS = 365
# Places by season year minus birth year, as in Astana in 2021; the other seasons borrow it.
_ASTANA_MIX = {2021 - year: figure.value for year, figure in figures.ASTANA_PLACES_BY_BIRTH_YEAR.items()}


@dataclass(frozen=True)
class LocalityPlan:
    """One locality's season. `places`: by birth year, published on the days of the campaign; `attending`: children in
    its organisations at the start; `births`: registered per day."""

    locality: str
    queue: int
    places: tuple[tuple[int, int], ...]
    state: int
    private: int
    departmental: int
    attending: int
    births: float


@dataclass(frozen=True)
class Scenario:
    """A season: the take-over begins in the evening of `starts`, places are published from `opens` to `closes`, and
    the season is over at the end of `ends`. `stops`: the last day that is played, when it is not the last one."""

    name: str
    title: str
    starts: datetime.date
    opens: datetime.date
    closes: datetime.date
    ends: datetime.date
    localities: tuple[LocalityPlan, ...]
    stops: datetime.date | None = None

    @property
    def last(self) -> datetime.date:
        """The last day that is played."""
        return self.stops or self.ends

    @property
    def year(self) -> int:
        """The year in which the children start."""
        return self.opens.year


def _scaled(value: float, scale: float) -> int:
    """At least one of what there is any of."""
    return max(1, round(value * scale)) if value else 0


def _places(total: int, mix: dict[int, int], year: int) -> tuple[tuple[int, int], ...]:
    parts = split(total, list(mix.values()))
    return tuple((year - age, part) for age, part in zip(mix, parts, strict=True))


def _astana(scale: float) -> Scenario:
    published = {year: figure.value for year, figure in figures.ASTANA_PLACES_BY_BIRTH_YEAR.items()}
    total = _scaled(figures.ASTANA_PLACES.value, scale)
    plan = LocalityPlan(
        locality="710000000",
        queue=_scaled(figures.ASTANA_QUEUE.value, scale),
        places=tuple(zip(published, split(total, list(published.values())), strict=True)),
        state=_scaled(figures.ASTANA_ORGANISATIONS_STATE.value, scale),
        private=_scaled(figures.ASTANA_ORGANISATIONS_PRIVATE.value, scale),
        departmental=_scaled(figures.ASTANA_ORGANISATIONS_DEPARTMENTAL.value, scale),
        attending=_scaled(figures.ASTANA_CHILDREN_ATTENDING.value, scale),
        births=figures.BIRTHS_JAN_AUG_ASTANA.value / _EIGHT_MONTHS_DAYS * scale,
    )
    return Scenario(
        "astana-2021",
        "Astana (then Nur-Sultan), the campaign of 10 June 2021",
        datetime.date(2021, 6, 7),
        datetime.date(2021, 6, 10),
        datetime.date(2021, 6, 10),
        datetime.date(2021, 9, 5),
        (plan,),
    )


def _almaty(scale: float) -> Scenario:
    year = 2023
    organisations = figures.ASTANA_ORGANISATIONS.value * figures.ALMATY_QUEUE.value / figures.ASTANA_QUEUE.value
    state = figures.ASTANA_ORGANISATIONS_STATE.value / figures.ASTANA_ORGANISATIONS.value
    plan = LocalityPlan(
        locality="750000000",
        queue=_scaled(figures.ALMATY_QUEUE.value, scale),
        places=_places(_scaled(figures.ALMATY_PLACES.value, scale), _ASTANA_MIX, year),
        state=_scaled(organisations * state, scale),
        private=_scaled(organisations * (1 - state), scale),
        departmental=0,
        attending=_scaled(figures.ASTANA_CHILDREN_ATTENDING.value, scale),
        births=figures.BIRTHS_JAN_AUG_ALMATY.value / _EIGHT_MONTHS_DAYS * scale,
    )
    return Scenario(
        "almaty-2023",
        "Almaty, the campaign of 16 May to 23 June 2023",
        datetime.date(2023, 5, 12),
        datetime.date(2023, 5, 16),
        datetime.date(2023, 6, 23),
        datetime.date(2023, 9, 5),
        (plan,),
    )


def _village(scale: float) -> Scenario:
    size = assumptions.VILLAGE.value
    queue = _scaled(size["queue"], scale)
    plan = LocalityPlan(
        locality="113230100",
        queue=queue,
        places=_places(_scaled(size["places"], scale), _ASTANA_MIX, 2021),
        state=_scaled(size["organisations"] - 1, scale),
        private=_scaled(1, scale),
        departmental=0,
        attending=queue * 2,
        births=queue / _YEAR_DAYS,
    )
    return Scenario(
        "village",
        "a village of two kindergartens, summer 2021",
        datetime.date(2021, 6, 7),
        datetime.date(2021, 6, 10),
        datetime.date(2021, 6, 10),
        datetime.date(2021, 9, 5),
        (plan,),
    )


# Three cities are regions of their own and one locality each.
_CITY_REGIONS = frozenset({"71", "75", "79"})


def _localities(region: str) -> tuple[tuple[str, float], ...]:
    """The localities of a region with their shares: its centre, then district centres of falling size.

    The codes have the form of the classifier; beyond the centres they stand for no particular town.
    """
    if region in _CITY_REGIONS:
        return ((f"{region}0000000", 1.0),)
    number = assumptions.LOCALITIES_PER_REGION.value
    centre = assumptions.CENTRE_SHARE.value
    falling = [1.0 / rank for rank in range(1, number)]
    rest = (1.0 - centre) / fsum(falling)
    districts = tuple((f"{region}{30 + 2 * rank:02}30100", weight * rest) for rank, weight in enumerate(falling))
    return ((f"{region}1010000", centre), *districts)


def _nation(scale: float) -> Scenario:
    year = 2021
    places_of = tuple(
        (code, weight * share)
        for region, weight in assumptions.REGION_WEIGHTS.value.items()
        for code, share in _localities(region)
    )
    weights = [weight for _, weight in places_of]
    whole = fsum(weights)
    queues = split(_scaled(figures.NATION_QUEUE.value, scale), weights)
    places = split(_scaled(assumptions.NATION_PLACES.value, scale), weights)
    organisations = split(max(2 * len(weights), _scaled(figures.NATION_ORGANISATIONS.value, scale)), weights)
    private = figures.ASTANA_ORGANISATIONS_PRIVATE.value / figures.ASTANA_ORGANISATIONS.value
    plans = tuple(
        LocalityPlan(
            locality=code,
            queue=queue,
            places=_places(seats, _ASTANA_MIX, year),
            state=max(1, number - round(number * private)),
            private=round(number * private),
            departmental=0,
            attending=round(figures.NATION_CHILDREN_ATTENDING.value * scale * weight / whole),
            births=figures.BIRTHS_NATION.value / _YEAR_DAYS * scale * weight / whole,
        )
        for (code, weight), queue, seats, number in zip(places_of, queues, places, organisations, strict=True)
    )
    return Scenario(
        "nation",
        "the whole country: 17 regions as before June 2022",
        datetime.date(2021, 6, 7),
        datetime.date(2021, 6, 10),
        datetime.date(2021, 6, 30),
        datetime.date(2021, 9, 5),
        plans,
    )


CAMPAIGNS: dict[str, Callable[[float], Scenario]] = {
    "astana-2021": _astana,
    "almaty-2023": _almaty,
    "village": _village,
    "nation": _nation,
}


def scenario_of(name: str, scale: float = 1.0, days: int | None = None) -> Scenario:
    """A season by name. `days`: how long it lasts from its start; the name's own length when null.

    Raises: KeyError for an unknown name.
    """
    found = CAMPAIGNS[name](scale)
    if days is None:
        return found
    stops = found.starts + datetime.timedelta(days=days - 1)
    return replace(found, stops=stops, ends=max(found.ends, stops))
