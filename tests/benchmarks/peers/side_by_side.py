"""Oryn beside what others would pick: throughput, latency, memory, restart, and what each loses when it is killed.

`speed` and `kills` write what they find beside the table; `docs/performance.md` tells how to read it. The entrants take
turns, so that a noisy minute of the machine hits all of them.
"""

import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from infra.stack.broker import Broker
from infra.stack.own import OwnService
from infra.stack.places import jar_directory
from infra.stack.postgres import Postgres
from schemas.events import Event
from tests.benchmarks.measure import Row, Sample, number, plain, quantile
from tests.benchmarks.peers import mixes, runs
from tests.benchmarks.peers.entrants import ENTRANTS, Allocator, Entrant, Oryn, Stores, missing, page_cache
from tests.benchmarks.peers.runs import Heap, Losses
from tests.benchmarks.pipeline.cluster import Cluster, lent_address
from tests.benchmarks.plan import Plan
from tests.benchmarks.releases import Town
from tests.benchmarks.releases import town as town_of
from tests.benchmarks.steady import Unanswered

# Of the throughput by CPU time of process and store: at least so many times as much as these.
AIMS = {"bare": 0.3, "faust": 5.0, "quix": 1.0, "postgres": 3.0}
ROUNDS_MAX = 3
SPEED, KILLS = "side-by-side-speed.json", "side-by-side-kills.json"
# More than come while the slowest of them comes back.
RELEASES_A_KILL = 3_000
CAMPAIGN, RELEASES = "a season's events", "releases, each matched at once"


class Found(Struct):
    """What was measured of one entrant."""

    key: str
    name: str
    keeps: str
    settings: str
    campaign: list[Heap] = []
    releases: list[Heap] = []
    latency_s: list[float] = []
    unanswered: str = ""  # why there are no latencies
    restart_s: list[float] = []
    losses: Losses | None = None


class Report(Struct, frozen=True):
    """A run: under which load of the machine (over one minute), and what was found."""

    load: list[float]
    found: list[Found]


def speed(plan: Plan) -> list[Row]:
    """Rows of the table: all but the kills."""
    with _entrants(plan) as here:
        found = {each.key: _blank(each) for each in here}
        load = [os.getloadavg()[0]]
        season = mixes.campaign(plan, plan.peers_scale)
        for turn in range(min(plan.rounds, ROUNDS_MAX)):
            town = town_of(plan.peers_releases, plan.peers_releases + 1, seed=turn)
            for entrant in _turned(here, turn):
                _one_turn(entrant, found[entrant.key], town, season)
                load.append(os.getloadavg()[0])
                _write(plan, SPEED, Report(load, list(found.values())))
        asked = plan.peers_answers + runs.MORE
        town = town_of(asked, asked)
        for entrant in here:
            prefix = entrant.fresh()
            entrant.lay_out(prefix, town)
            try:
                found[entrant.key].latency_s = runs.latencies(entrant, prefix, town.releases)
            except Unanswered as exc:
                found[entrant.key].unanswered = str(exc)
                sys.stderr.write(f"{entrant.name}: {exc}\n")
            load.append(os.getloadavg()[0])
            _write(plan, SPEED, Report(load, list(found.values())))
    return [*_throughput(found), *_answers(found), *_footprint(found)]


def kills(plan: Plan) -> list[Row]:
    """Rows of the table: what each loses."""
    rows = []
    with _entrants(plan) as here:
        found = {each.key: _blank(each) for each in here}
        load = [os.getloadavg()[0]]
        town = town_of(plan.peers_answers, plan.peers_kills * RELEASES_A_KILL)
        for entrant in here:
            prefix = entrant.fresh()
            entrant.lay_out(prefix, town)
            losses = found[entrant.key].losses = runs.killed(entrant, prefix, town.releases, plan.peers_kills)
            load.append(os.getloadavg()[0])
            became = f"{losses.lost} lost, {losses.doubled} doubled"
            what = f"{entrant.name}, {losses.kills} kills, {losses.sent:,} events: {became}"
            rows.append(Row(what, "s to come back", [plain(each) for each in losses.back_s]))
            _write(plan, KILLS, Report(load, list(found.values())))
    return rows


@contextmanager
def _entrants(plan: Plan) -> Iterator[list[Entrant]]:
    """The five, on one broker and one PostgreSQL."""
    absent = missing()
    for key in absent:
        sys.stderr.write(f"{key} is not installed and left out; install it with: make peers\n")
    folder = plan.folder / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    lent, broker = lent_address(), Broker(folder / "broker", jar_directory(os.environ))
    if lent is None:
        broker.start()
    try:
        with OwnService(Postgres(folder / "postgres")) as postgres:
            postgres.start()
            page_cache(postgres)
            address = broker.bootstrap if lent is None else lent
            broker_pid = broker.pid if lent is None else None
            stores = Stores(Cluster(address, folder), postgres.address, broker_pid, postgres.pid)
            yield [made for made in (kind(stores) for kind in ENTRANTS) if made.key not in absent]
    finally:
        if lent is None:
            broker.kill()


def _blank(entrant: Entrant) -> Found:
    return Found(entrant.key, entrant.name, entrant.keeps, entrant.settings)


def _turned(entrants: list[Entrant], turn: int) -> list[Entrant]:
    first = turn % len(entrants)
    return entrants[first:] + entrants[:first]


def _one_turn(entrant: Entrant, found: Found, town: Town, season: list[Event]) -> None:
    """One round of one entrant: the releases, a kill and a restart, the season."""
    prefix = entrant.fresh()
    entrant.lay_out(prefix, town)
    *releases, last = town.releases
    found.releases.append(runs.heap(entrant, prefix, releases))
    if isinstance(entrant, Allocator):
        assert entrant.referred(prefix) == mixes.expected(town, releases), "PostgreSQL decides as the core does"
    found.restart_s.append(runs.restart(entrant, prefix, last))
    if entrant.plays_campaign:
        found.campaign.append(runs.heap(entrant, entrant.fresh(), season))


def _throughput(found: dict[str, Found]) -> list[Row]:
    rows = []
    for what, heaps in ((CAMPAIGN, _campaign), (RELEASES, _releases)):
        ours = heaps(found[Oryn.key])
        for one in found.values():
            taken = heaps(one)
            if not taken:
                continue
            rows.append(Row(f"{one.name}: {what}", "events/s", [_rate(each) for each in taken]))
            if one.key in AIMS:
                shares = [_rate(a) / _rate(b).cpu for a, b in zip(ours, taken, strict=True)]
                walls = [_rate(a).wall / _rate(b).wall for a, b in zip(ours, taken, strict=True)]
                pairs = [Sample(share.cpu, wall) for share, wall in zip(shares, walls, strict=True)]
                rows.append(Row(f"  Oryn's, as a share of {one.key}", "×", pairs).held(at_least=AIMS[one.key]))
    return rows


def _campaign(one: Found) -> list[Heap]:
    return one.campaign


def _releases(one: Found) -> list[Heap]:
    return one.releases


def _rate(heap: Heap) -> Sample:
    """Events a second, and a second of CPU time of process and store together."""
    return Sample(heap.events / (heap.cpu + heap.store_cpu), heap.events / heap.wall)


def _answers(found: dict[str, Found]) -> list[Row]:
    rows = []
    for one in found.values():
        if one.unanswered:
            continue
        median, p99, p999 = (1e3 * quantile(one.latency_s, of) for of in (0.5, 0.99, 0.999))
        what = f"{one.name}: release to decision at {runs.RATE_PER_S}/s, median"
        rows.append(Row(what, "ms", [plain(median)]).beside(f"p99 {number(p99)}, p99.9 {number(p999)}"))
    return rows


def _footprint(found: dict[str, Found]) -> list[Row]:
    rows = []
    for one in found.values():
        peak = statistics.median(each.peak_mib for each in one.campaign or one.releases)
        rows.append(Row(f"{one.name}: peak memory of the process", "MiB", [plain(peak)]))
        rows.append(Row(f"{one.name}: killed, started, first decision", "s", [plain(each) for each in one.restart_s]))
    return rows


def _write(plan: Plan, name: str, report: Report) -> None:
    (plan.folder / name).write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
