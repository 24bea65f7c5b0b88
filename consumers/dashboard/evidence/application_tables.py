"""All that is an application's own, as tables: referrals, accesses, stages, states. For its family and for offices."""

from collections.abc import Sequence

from consumers.dashboard.evidence.application_rows import (
    Access,
    Application,
    OwnMovement,
    Referral,
    Stage,
    accesses_of,
    movements_of,
    referrals_of,
    stages_of,
)
from consumers.dashboard.evidence.snapshot import Head
from consumers.dashboard.evidence.story import record_link
from consumers.dashboard.pages import Column, Link, Table
from consumers.dashboard.routes import link
from consumers.dashboard.sources import Connection
from consumers.dashboard.words import Words
from schemas.words import Group


class Mine:
    """All that is the applicant's own; for the public nothing of it is even read."""

    def __init__(self) -> None:
        """Nothing."""
        self.referrals: Sequence[Referral] = ()
        self.accesses: Sequence[Access] = ()
        self.movements: Sequence[OwnMovement] = ()
        self.stages: Sequence[Stage] = ()


def mine_of(connection: Connection, head: Head, row: Application, *, public: bool) -> Mine:
    """Read it."""
    found = Mine()
    if not public:
        key = head.locality, row.application_id
        found.referrals = referrals_of(connection, *key)
        found.accesses = accesses_of(connection, *key)
        found.movements = movements_of(connection, *key)
        found.stages = stages_of(connection, *key)
    return found


def own_tables(mine: Mine, w: Words, locality: str, *, office: bool) -> dict[str, Table]:
    """The tables of all that is its own. `office`: with journal records and links."""
    return {
        "referrals": _referrals(mine.referrals, w, locality, office=office),
        "accesses": _accesses(mine.accesses, w, locality, office=office),
        "stages": _stages(mine.stages, w, locality, office=office),
        "movements": _movements(mine.movements, w, locality, office=office),
    }


def _records(w: Words, *, office: bool) -> list[Column]:
    return [Column("record", w.say("ev-column-record"), "number")] if office else []


def _record(record: int, w: Words, locality: str, *, office: bool) -> list[Link]:
    return [record_link(record, w, locality)] if office else []


def _referrals(found: Sequence[Referral], w: Words, locality: str, *, office: bool) -> Table:
    columns = [
        Column("referral", w.say("ev-column-referral"), "number"),
        Column("issued_at", w.say("ev-column-issued"), "moment"),
        Column("organisation", w.say("ev-column-organisation")),
        Column("place_id", w.say("ev-column-place"), "id"),
        Column("number", w.say("ev-column-number-then"), "number"),
        Column("how", w.say("ev-column-how")),
        Column("state", w.say("ev-column-state")),
        Column("until", w.say("ev-column-until"), "deadline"),
        Column("ended_at", w.say("ev-column-ended"), "moment"),
        Column("cause", w.say("ev-column-cause")),
        *_records(w, office=office),
    ]
    rows = []
    for each in found:
        place: object = each.place_id
        organisation: object = each.organisation or each.organisation_id
        if office:
            place = Link(each.place_id, link(w.language, "place", locality=locality, place=each.place_id))
            to = link(w.language, "organisation", locality=locality, organisation=each.organisation_id)
            organisation = Link(str(organisation), to)
        due = None if each.state == "ENDED" else each.documents_until if each.state == "ISSUED" else each.until
        cause = "" if each.cause is None else w.symbol("EndCause", each.cause)
        if each.reason:  # what the organisation wrote, if it refused
            cause = f"{cause}: {each.reason}"
        rows.append(
            [each.referral, each.issued_at, organisation, place, each.number, w.symbol("How", each.how),
             w.say(f"ev-referral-{each.state}"), due, each.ended_at, cause,
             *_record(each.record, w, locality, office=office)]
        )  # fmt: skip
    return Table(w.say("ev-referrals-caption"), columns, rows, w.say("ev-referrals-empty"))


def _accesses(found: Sequence[Access], w: Words, locality: str, *, office: bool) -> Table:
    columns = [
        Column("granted_at", w.say("ev-column-granted"), "moment"),
        Column("until", w.say("ev-column-until"), "deadline"),
        Column("places", w.say("ev-column-places"), "number"),
        Column("state", w.say("ev-column-outcome")),
        Column("ended_at", w.say("ev-column-ended"), "moment"),
        *_records(w, office=office),
    ]
    rows = [
        [each.granted_at, each.until, each.places, w.symbol("AccessState", each.state), each.ended_at,
         *_record(each.record, w, locality, office=office)]
        for each in found
    ]  # fmt: skip
    return Table(w.say("ev-accesses-caption"), columns, rows, w.say("ev-accesses-empty"))


def _stages(found: Sequence[Stage], w: Words, locality: str, *, office: bool) -> Table:
    columns = [
        Column("at", w.say("ev-column-at"), "moment"),
        Column("stage", w.say("ev-column-stage")),
        Column("result", w.say("ev-column-outcome")),
        Column("due", w.say("ev-column-due"), "deadline"),
        Column("bound", w.say("ev-column-bound")),
        Column("in_time", w.say("ev-column-in-time")),
        *_records(w, office=office),
    ]
    rows = [
        [each.at, w.symbol("ServiceStage", each.stage), result_words(each.result, w), each.due,
         "" if each.bound is None else w.symbol("Bound", each.bound), each.in_time,
         *_record(each.record, w, locality, office=office)]
        for each in found
    ]  # fmt: skip
    return Table(w.say("ev-stages-caption"), columns, rows, w.say("ev-stages-empty"))


def result_words(result: str, w: Words) -> str:
    """A result of a stage in words: each is a word of one of several facts."""
    for kind in ("EndCause", "RefusalReason", "ArchiveReason", "How"):
        if w.has(f"{kind}-{result}"):
            return w.symbol(kind, result)
    return w.symbol("ev-result", result)


def _movements(found: Sequence[OwnMovement], w: Words, locality: str, *, office: bool) -> Table:
    columns = [
        Column("at", w.say("ev-column-at"), "moment"),
        Column("state", w.say("ev-column-state")),
        Column("group", w.say("ev-column-group")),
        Column("number", w.say("ev-column-number"), "number"),
        Column("reason", w.say("ev-column-reason")),
        Column("by", w.say("ev-column-by")),
        *_records(w, office=office),
    ]
    rows = [
        [each.at, w.symbol("State", each.to_state), "" if each.to_group is None else w.word(Group(each.to_group)),
         each.number_stated, "" if each.reason is None else result_words(each.reason, w),
         acted(each.event, each.timer, w),
         *_record(each.record, w, locality, office=office)]
        for each in found
    ]  # fmt: skip
    return Table(w.say("ev-movements-caption"), columns, rows, w.say("ev-movements-empty"))


def acted(event: str | None, timer: str | None, w: Words) -> str:
    """Whose doing it was: an event that somebody sent, or a term that ran out."""
    if event is not None:
        return w.symbol("EventType", event)
    return str(w.say("ev-by-timer")) if timer is None else w.symbol("ev-timer", timer)
