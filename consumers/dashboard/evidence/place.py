"""The page of a place: its terms, its life by stage with idle hours, its referrals, and its match run with ids only.

Two forms: a kindergarten sees its own place with the referrals that are active or were (R6.2), and no order of a queue;
offices and auditors see all, and who was eligible.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.evidence.match_runs import Asked, MatchRuns
from consumers.dashboard.evidence.own_life import OWN_OFFERED, known_of, stage_word
from consumers.dashboard.evidence.paths import above
from consumers.dashboard.evidence.place_rows import (
    Listed,
    Place,
    PlaceReferral,
    Span,
    bulletins_with,
    place_of,
    referrals_to,
    spans_of,
    versions_of,
)
from consumers.dashboard.evidence.snapshot import Head, head_of
from consumers.dashboard.evidence.story import record_link
from consumers.dashboard.pages import Column, Content, Crumb, Link, NotThere, Page, Params, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Sources
from consumers.dashboard.words import Words
from consumers.history.report import Entry, OrderView
from consumers.history.texts import Language, Texts
from schemas.instants import Instant
from schemas.words import Admission, GroupType, RecallReason, Regime

MINUTE_MS: Final = 60_000
ORDER_SHOWN: Final = 10
ENTRIES_SHOWN: Final = 30
COMPUTING_S: Final = 1.0
_OFFERED: Final = frozenset({"PRIORITY", "OPEN", *OWN_OFFERED})
_IDLE: Final = _OFFERED | {"REFERRED"}
_OFFICES: Final = frozenset({View.OFFICIAL, View.AUDITOR})


@dataclass(frozen=True, slots=True)
class Look:
    """One moment of a match run, in words. `order`: who was eligible then, the first of them and the one served."""

    at: str
    texts: Sequence[str]
    order: OrderView | None
    records: Sequence[int]


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The page. Raises: NotThere."""
    locality, place_id = params["locality"], params["place"]
    office = view in _OFFICES
    with sources.registers() as connection:
        head = head_of(connection, locality)
        place = place_of(connection, locality, place_id)
        versions = versions_of(connection, locality, place_id)
        referrals = referrals_to(connection, locality, place_id)
        listed = bulletins_with(connection, locality, place_id)
    asked = _run(sources, head, place) if office else None
    holder = _holder(place, referrals, office=office)
    if not office:  # R6.2: a kindergarten learns of a referral when it becomes active
        known = known_of(versions, referrals)
        place = place._replace(stage=known.stage, offered_at=known.offered_at, returns=known.returns)
        versions = known.versions
        referrals = [each for each in referrals if each.activated_at is not None]
    spans = spans_of(versions)
    values = _values(place, spans, head, w) | {
        "office": office,
        "locality": locality,
        "records": head.records,
        "holder": holder,
        "match": None if asked is None else _match(asked, w),
    }
    tables = {
        "life": life_table(spans, head, w, locality, office=office),
        "referrals": referrals_table(referrals, w, locality, office=office),
        "bulletins": bulletins_table(listed, w, locality),
    }
    to = link(w.language, "organisation", locality=locality, organisation=place.organisation_id)
    return Content(
        w.say("ev-place-title", id=place_id),
        values,
        tables,
        crumbs=above(w, locality, Crumb(place.organisation, to)),
        until=head.until,
        description=w.say("ev-place-lede"),
        again_s=COMPUTING_S if asked is not None and asked.computing else None,
    )


def _run(sources: Sources, head: Head, place: Place) -> Asked | None:
    runs: MatchRuns | None = sources.match_runs
    if runs is None:
        return None
    # While families choose, each opening is a new look at the order; later only what happens to the place is.
    needed = head.records if place.stage == "PRIORITY" else place.last_record
    return runs.ask(head.locality, place.place_id, place.queue, needed)


def _values(place: Place, spans: Sequence[Span], head: Head, w: Words) -> dict[str, Any]:
    terms = [
        w.say("ev-place-born", year=str(place.birth_year)),
        w.ages(place.age_from, place.age_to),
        w.language_name(place.language),
        w.word(GroupType(place.group_type)),
        w.word(Regime(place.regime)),
        w.word(Admission(place.admission)),
    ]
    return {
        "place": place,
        "stage": stage_word(place.stage, w),
        "terms": ", ".join(str(each) for each in terms if each),
        "idle": _minutes(spans, head.until, _IDLE),
        "offered": _minutes(spans, head.until, _OFFERED),
        "queue_text": w.queue(place.queue),
        "recalled": "" if place.recall_reason is None else w.word(RecallReason(place.recall_reason)),
    }


def _minutes(spans: Sequence[Span], now: Instant, stages: frozenset[str]) -> int:
    total = sum((each.until if each.until is not None else now) - each.since for each in spans if each.stage in stages)
    return total // MINUTE_MS


def _holder(place: Place, referrals: Sequence[PlaceReferral], *, office: bool) -> str:
    """Who has the place; for a kindergarten only once that very referral is active: the same family may have had
    another one before. `referrals`: all of them."""
    holder = place.application_id or ""
    newest = max(referrals, key=lambda each: each.referral, default=None)
    active = newest is not None and newest.activated_at is not None and newest.application_id == holder
    return holder if office or active else ""


def life_table(spans: Sequence[Span], head: Head, w: Words, locality: str, *, office: bool) -> Table:
    """Its life by stage."""
    columns = [
        Column("stage", w.say("ev-column-stage-of-place")),
        Column("since", w.say("ev-column-since"), "moment"),
        Column("until", w.say("ev-column-until"), "moment"),
        Column("minutes", w.say("ev-column-length"), "minutes"),
    ]
    if office:
        columns.append(Column("record", w.say("ev-column-record"), "number"))
    rows = []
    for each in spans:
        over = each.until is None and each.stage not in _IDLE
        minutes = None if over else ((each.until if each.until is not None else head.until) - each.since) // MINUTE_MS
        row: list[object] = [stage_word(each.stage, w), each.since, each.until, minutes]
        rows.append([*row, record_link(each.record, w, locality)] if office else row)
    return Table(w.say("ev-life-caption"), columns, rows)


def referrals_table(found: Sequence[PlaceReferral], w: Words, locality: str, *, office: bool) -> Table:
    """Who it was reserved for, and what became of that."""
    columns = [
        Column("referral", w.say("ev-column-referral"), "number"),
        Column("application_id", w.say("ev-column-application"), "id"),
        Column("number", w.say("ev-column-number-then"), "number"),
        Column("how", w.say("ev-column-how")),
        Column("issued_at", w.say("ev-column-issued"), "moment"),
        Column("activated_at", w.say("ev-column-activated"), "moment"),
        Column("ended_at", w.say("ev-column-ended"), "moment"),
        Column("cause", w.say("ev-column-cause")),
    ]
    if office:
        columns.append(Column("record", w.say("ev-column-record"), "number"))
    rows = []
    for each in found:
        to = link(w.language, "application", locality=locality, application=each.application_id)
        row: list[object] = [
            each.referral,
            Link(each.application_id, to) if office else each.application_id,
            each.number,
            w.symbol("How", each.how),
            each.issued_at,
            each.activated_at,
            each.ended_at,
            "" if each.cause is None else w.symbol("EndCause", each.cause),
        ]
        rows.append([*row, record_link(each.record, w, locality)] if office else row)
    return Table(w.say("ev-place-referrals-caption"), columns, rows, w.say("ev-place-referrals-empty"))


def bulletins_table(found: Sequence[Listed], w: Words, locality: str) -> Table:
    """Where it was published."""
    columns = (
        Column("number", w.say("ev-column-bulletin"), "number"),
        Column("date", w.say("ev-column-day"), "day"),
        Column("part", w.say("ev-column-part")),
    )
    rows = [
        (
            Link(str(each.number), link(w.language, "bulletin", locality=locality, number=each.number)),
            each.date,
            w.say(f"ev-part-{each.part}"),
        )
        for each in found
    ]
    return Table(w.say("ev-bulletins-caption"), columns, rows, w.say("ev-bulletins-empty"))


def _match(asked: Asked, w: Words) -> dict[str, Any]:
    run = asked.run
    looks = [] if run is None else looks_of(run.report.entries, w)
    return {
        "computing": asked.computing,
        "failed": asked.failed,
        "through": None if run is None else run.through,
        "looks": looks[:ENTRIES_SHOWN],
        "more": max(0, len(looks) - ENTRIES_SHOWN),
        "shown": ORDER_SHOWN,
    }


def looks_of(entries: Sequence[Entry], w: Words) -> list[Look]:
    """The moments of a run in words, as `oryn why` says them."""
    texts = Texts(Language(w.language.value), w.zone)
    return [
        Look(
            w.moment(each.first),
            [texts.say(clause.phrase) for clause in each.clauses],
            each.order,
            [record for clause in each.clauses for record in clause.records.shown],
        )
        for each in entries
    ]


def load_run(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """Every order of the run, as rows. Raises: NotThere also while the run is not there yet."""
    if view not in _OFFICES:
        raise NotThere("run")
    locality = params["locality"]
    with sources.registers() as connection:
        head = head_of(connection, locality)
        place = place_of(connection, locality, params["place"])
    asked = _run(sources, head, place)
    if asked is None or asked.run is None:
        raise NotThere("run")
    columns = (
        Column("at", w.say("ev-column-at"), "moment"),
        Column("number", w.say("ev-column-number"), "number"),
        Column("application_id", w.say("ev-column-application"), "id"),
        Column("group", w.say("ev-column-group")),
        Column("access", w.say("ev-column-access")),
        Column("served", w.say("ev-column-served")),
        Column("record", w.say("ev-column-record"), "number"),
    )
    rows = []
    for entry in asked.run.report.entries:
        if entry.order is None:
            continue
        record = record_link(entry.clauses[0].records.last, w, locality)
        for each in entry.order.rows:
            to = link(w.language, "application", locality=locality, application=each.application_id)
            name = Link(each.application_id, to)
            rows.append((entry.first, each.number, name, w.word(each.group), each.access, each.served, record))
    return Table(w.say("ev-run-caption"), columns, rows, w.say("ev-run-empty"))


PAGES: Final = [
    Page(
        "place",
        load,
        "place.html",
        fragments=("now", "life", "match"),
        tables={"run": load_run},
        table_views={"run": _OFFICES},
    )
]
