"""The page of a kindergarten: what is asked of it now, its places by stage, referrals, refusals, recalls, idle hours.

A kindergarten sees itself, with the referrals that are active or were (R6.2); offices and auditors see all referrals.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from consumers.dashboard.access import View
from consumers.dashboard.evidence.organisation_rows import (
    Idle,
    OwnPlace,
    OwnReferral,
    Rejection,
    idle_of,
    known_places,
    organisation_of,
    places_of,
    referrals_of,
    rejections_of,
)
from consumers.dashboard.evidence.own_life import CHOOSING, OWN_OFFERED, stage_word
from consumers.dashboard.evidence.paths import above
from consumers.dashboard.evidence.snapshot import Head, head_of
from consumers.dashboard.evidence.story import record_link
from consumers.dashboard.pages import Cell, Column, Content, Link, Page, Params, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Sources
from consumers.dashboard.words import Words
from schemas.words import Admission, RecallReason

MINUTE_MS: Final = 60_000
SHOWN: Final = 15
STAGES: Final = ("RELEASED", "LISTED", "PRIORITY", "OPEN", CHOOSING, "REFERRED", "FILLED", "RECALLED", "ENDED")
_OFFERED: Final = frozenset({"PRIORITY", "OPEN", *OWN_OFFERED})
_GONE: Final = frozenset({"FILLED", "RECALLED", "ENDED"})
_OFFICES: Final = frozenset({View.OFFICIAL, View.AUDITOR})


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """The page. Raises: NotThere."""
    locality, organisation_id = params["locality"], params["organisation"]
    office = view in _OFFICES
    with sources.registers() as connection:
        head = head_of(connection, locality)
        organisation = organisation_of(connection, locality, organisation_id)
        referrals = referrals_of(connection, locality, organisation_id)
        places = places_of(connection, locality, organisation_id)
        if not office:
            places = known_places(connection, locality, places, referrals)
            referrals = _visible(referrals)
        idle = idle_of(connection, locality, organisation_id, head.until)
        rejections = rejections_of(connection, locality, organisation_id)
    stages = Counter(each.stage for each in places)
    active = sorted((each for each in referrals if each.state == "ACTIVE"), key=lambda each: each.until or head.until)
    overdue = [each for each in places if _overdue(each, head, w)]
    values: dict[str, Any] = {
        "organisation": organisation,
        "kind": w.symbol("OrganisationKind", organisation.kind),
        "ownership": w.symbol("Ownership", organisation.ownership),
        "locality": locality,
        "office": office,
        "records": head.records,
        "stages": [(stage_word(each, w), stages[each]) for each in STAGES if stages[each]],
        "on_offer": sum(stages[each] for each in _OFFERED),
        "filled": stages["FILLED"],
        "recalled": stages["RECALLED"],
        "active": len(active),
        "overdue": len(overdue),
        "rejected": len(rejections),
        "refused": sum(each.cause == "REFUSED" for each in referrals),
        "idle": sum(each.minutes for each in idle),
    }
    tables = {
        "asked": asked_table(active, w, locality, office=office),
        "overdue": overdue_table(overdue, head, w, locality),
        "rejections": _first(rejections_table(rejections, w, locality, office=office)),
        "idle": idle_table(idle if office else _together(idle, len(places)), w, office=office),
        "places": _first(places_table(places, head, w, locality)),
        "referrals": _first(referrals_table(referrals, w, locality, office=office)),
    }
    return Content(
        organisation.name, values, tables, crumbs=above(w, locality), until=head.until,
        description=w.say("ev-organisation-lede"),
    )  # fmt: skip


def _visible(referrals: list[OwnReferral]) -> list[OwnReferral]:
    """R6.2: a kindergarten learns of a referral when it becomes active."""
    return [each for each in referrals if each.activated_at is not None]


def _together(idle: list[Idle], places: int) -> list[Idle]:
    """One row: by stage it would tell when a place was reserved, long before a kindergarten may know (R6.2)."""
    return [Idle("", places, sum(each.minutes for each in idle))] if idle else []


def _overdue(place: OwnPlace, head: Head, w: Words) -> bool:
    """R2.1: an early place whose admission date has passed without a report that it is vacated."""
    early = place.admission == "EARLY" and place.vacated_at is None and place.stage not in _GONE
    return early and place.admission_from < w.local_day(head.until)


def _first(table: Table) -> Table:
    return Table(table.caption, table.columns, table.rows[:SHOWN], table.empty, len(table.rows))


def _place_link(place_id: str, w: Words, locality: str) -> Link:
    return Link(place_id, link(w.language, "place", locality=locality, place=place_id))


def _application(application_id: str, w: Words, locality: str, *, office: bool) -> Cell:
    if not office:
        return application_id
    return Link(application_id, link(w.language, "application", locality=locality, application=application_id))


def asked_table(found: Sequence[OwnReferral], w: Words, locality: str, *, office: bool) -> Table:
    """Referrals that wait for enrolment, the nearest term first."""
    columns = (
        Column("application_id", w.say("ev-column-application"), "id"),
        Column("place_id", w.say("ev-column-place"), "id"),
        Column("activated_at", w.say("ev-column-activated"), "moment"),
        Column("until", w.say("ev-column-until"), "deadline"),
        Column("todo", w.say("ev-column-todo")),
    )
    rows = [
        (
            _application(each.application_id, w, locality, office=office),
            _place_link(each.place_id, w, locality),
            each.activated_at,
            each.until,
            w.say("ev-todo-enrol" if each.until is not None else "ev-todo-vacate"),
        )
        for each in found
    ]
    return Table(w.say("ev-asked-caption"), columns, rows, w.say("ev-asked-empty"))


def overdue_table(found: Sequence[OwnPlace], head: Head, w: Words, locality: str) -> Table:
    """Early places whose admission date has passed."""
    columns = (
        Column("place_id", w.say("ev-column-place"), "id"),
        Column("admission_from", w.say("ev-column-admission-from"), "day"),
        Column("days", w.say("ev-column-days-late"), "number"),
        Column("stage", w.say("ev-column-stage-of-place")),
        Column("todo", w.say("ev-column-todo")),
    )
    today = w.local_day(head.until)
    rows = [
        (
            _place_link(each.place_id, w, locality),
            each.admission_from,
            (today - each.admission_from).days,
            stage_word(each.stage, w),
            w.say("ev-todo-vacate"),
        )
        for each in found
    ]
    return Table(w.say("ev-overdue-caption"), columns, rows, w.say("ev-overdue-empty"))


def rejections_table(found: Sequence[Rejection], w: Words, locality: str, *, office: bool) -> Table:
    """What it sent that had no effect, why, and what to do."""
    columns = [
        Column("at", w.say("ev-column-at"), "moment"),
        Column("type", w.say("ev-column-event")),
        Column("place_id", w.say("ev-column-place"), "id"),
        Column("reason", w.say("ev-column-reason")),
        Column("todo", w.say("ev-column-todo")),
        Column("detail", w.say("ev-column-detail")),
    ]
    if office:
        columns.append(Column("record", w.say("ev-column-record"), "number"))
    rows = []
    for each in found:
        todo = f"ev-todo-{each.reason}"
        row: list[Cell] = [
            each.at,
            "" if each.type is None else w.symbol("EventType", each.type),
            each.place_id,
            w.symbol("Rejection", each.reason),
            w.say(todo if w.has(todo) else "ev-todo-other"),
            each.detail,
        ]
        rows.append([*row, record_link(each.record, w, locality)] if office else row)
    return Table(w.say("ev-rejections-caption"), columns, rows, w.say("ev-rejections-empty"))


def idle_table(found: Sequence[Idle], w: Words, *, office: bool) -> Table:
    """How long its places stood without a child: for offices by stage."""
    columns = (
        Column("stage", w.say("ev-column-stage-of-place")),
        Column("places", w.say("ev-column-places-count"), "number"),
        Column("minutes", w.say("ev-column-length-all"), "minutes"),
        Column("each", w.say("ev-column-length-each"), "minutes"),
    )[0 if office else 1 :]
    rows: list[Sequence[Cell]] = []
    for each in sorted(found, key=lambda each: STAGES.index(each.stage) if office else 0):
        figures = (each.places, each.minutes, each.minutes // max(1, each.places))
        rows.append((w.symbol("Stage", each.stage), *figures) if office else figures)
    return Table(w.say("ev-idle-caption" if office else "ev-org-idle"), columns, rows, w.say("ev-idle-empty"))


def places_table(found: Sequence[OwnPlace], head: Head, w: Words, locality: str) -> Table:
    """All its places, those that wait for a child first."""
    columns = (
        Column("place_id", w.say("ev-column-place"), "id"),
        Column("queue", w.say("ev-column-queue")),
        Column("stage", w.say("ev-column-stage-of-place")),
        Column("admission", w.say("ev-column-admission")),
        Column("admission_from", w.say("ev-column-admission-from"), "day"),
        Column("offered_at", w.say("ev-column-offered"), "moment"),
        Column("minutes", w.say("ev-column-waits"), "minutes"),
        Column("returns", w.say("ev-column-place-returns"), "number"),
        Column("recall_reason", w.say("ev-column-recall")),
    )
    ordered = sorted(found, key=lambda each: (each.stage in _GONE, each.offered_at, each.place_id))
    rows = [
        (
            _place_link(each.place_id, w, locality),
            Link(w.queue(each.queue), link(w.language, "queue", locality=locality, queue=each.queue)),
            stage_word(each.stage, w),
            w.word(Admission(each.admission)),
            each.admission_from,
            each.offered_at,
            None if each.stage in _GONE else (head.until - each.offered_at) // MINUTE_MS,
            each.returns,
            None if each.recall_reason is None else w.word(RecallReason(each.recall_reason)),
        )
        for each in ordered
    ]
    return Table(w.say("ev-places-caption"), columns, rows, w.say("ev-places-empty"))


def referrals_table(found: Sequence[OwnReferral], w: Words, locality: str, *, office: bool) -> Table:
    """Referrals to its places, the newest first."""
    columns = [
        Column("referral", w.say("ev-column-referral"), "number"),
        Column("application_id", w.say("ev-column-application"), "id"),
        Column("place_id", w.say("ev-column-place"), "id"),
        Column("state", w.say("ev-column-state")),
        Column("activated_at", w.say("ev-column-activated"), "moment"),
        Column("until", w.say("ev-column-until"), "deadline"),
        Column("ended_at", w.say("ev-column-ended"), "moment"),
        Column("cause", w.say("ev-column-cause")),
    ]
    if office:
        columns.append(Column("record", w.say("ev-column-record"), "number"))
    rows = []
    for each in found:
        cause = "" if each.cause is None else w.symbol("EndCause", each.cause)
        row: list[Cell] = [
            each.referral,
            _application(each.application_id, w, locality, office=office),
            _place_link(each.place_id, w, locality),
            w.say(f"ev-referral-{each.state}"),
            each.activated_at,
            None if each.state == "ENDED" else each.until if each.state == "ACTIVE" else each.documents_until,
            each.ended_at,
            f"{cause}: {each.reason}" if each.reason else cause,
        ]
        rows.append([*row, record_link(each.last_record, w, locality)] if office else row)
    return Table(w.say("ev-organisation-referrals-caption"), columns, rows, w.say("ev-organisation-referrals-empty"))


def load_places(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """All places, as far as the view may know of them. Raises: NotThere."""
    with sources.registers() as connection:
        head = head_of(connection, params["locality"])
        organisation_of(connection, head.locality, params["organisation"])
        found = places_of(connection, head.locality, params["organisation"])
        if view not in _OFFICES:
            referrals = referrals_of(connection, head.locality, params["organisation"])
            found = known_places(connection, head.locality, found, referrals)
    return places_table(found, head, w, head.locality)


def load_referrals(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """All referrals that the view may read. Raises: NotThere."""
    office = view in _OFFICES
    with sources.registers() as connection:
        head = head_of(connection, params["locality"])
        organisation_of(connection, head.locality, params["organisation"])
        found = referrals_of(connection, head.locality, params["organisation"])
    return referrals_table(found if office else _visible(found), w, head.locality, office=office)


def load_rejections(sources: Sources, params: Params, view: View, w: Words) -> Table:
    """Its rejected events. Raises: NotThere."""
    with sources.registers() as connection:
        head = head_of(connection, params["locality"])
        organisation_of(connection, head.locality, params["organisation"])
        found = rejections_of(connection, head.locality, params["organisation"])
    return rejections_table(found, w, head.locality, office=view in _OFFICES)


PAGES: Final = [
    Page(
        "organisation",
        load,
        "organisation.html",
        fragments=("now", "asked", "all"),
        tables={"places": load_places, "referrals": load_referrals, "rejections": load_rejections},
    )
]
