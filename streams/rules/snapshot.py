"""A book as bytes and back. A cache of the journal: it can always be made again. Never decides, never does I/O.

MessagePack of plain structures in the order of the fold, so that equal books give equal bytes.
"""

import msgspec
from msgspec import Struct

from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.words import Group, Stage, Timer
from schemas.zones import date_to_day
from streams.rules.model import (
    Application,
    Arrival,
    KeptRecall,
    LocalAct,
    Organisation,
    Place,
    Status,
)
from streams.rules.pack import Mode, Schedule
from streams.rules.queue import OFFERED, position_of
from streams.rules.repeats import Generation
from streams.rules.state import State

FORMAT = "oryn-book-1"
BATCH_APPLICATIONS = 1_000


class _Phase(Struct, array_like=True):
    queue: str
    phase: int
    remembered: dict[str, int]


class _Kept(Struct, array_like=True):
    place_id: str
    organisation_id: str
    recall: KeptRecall


class _Snapshot(Struct):
    format: str
    pack: str
    locality: str
    sequence: int
    hash: str
    time: Instant
    cursor: tuple[int, int, str]
    started_at: Instant | None
    organisations: list[Organisation]
    acts: list[LocalAct]
    places: list[Place]
    applications: list[msgspec.Raw]
    favoured: list[str]
    phases: list[_Phase]
    kept_recalls: list[_Kept]
    repeats_since: Instant
    repeats_younger: Generation
    repeats_older: Generation
    arrivals: list[Arrival]
    arrival_count: int
    referral_count: int
    bulletin_number: int
    bulletin_day: int | None
    bulletin_hash: str


def _encode_hook(value: object) -> int:
    assert type(value) is Instant, type(value)
    return int(value)


def _decode_hook(kind: type, value: object) -> object:
    assert kind is Instant and isinstance(value, int), kind
    return Instant(value)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encode_hook, order="deterministic")
_DECODER = msgspec.msgpack.Decoder(_Snapshot, dec_hook=_decode_hook)


_APPLICATIONS = msgspec.msgpack.Decoder(list[Application], dec_hook=_decode_hook)


def _batches(applications: list[Application]) -> list[msgspec.Raw]:
    """Read batch by batch, so that what equal applications share again leaves its memory to the next batch."""
    starts = range(0, len(applications), BATCH_APPLICATIONS)
    return [msgspec.Raw(_ENCODER.encode(applications[start : start + BATCH_APPLICATIONS])) for start in starts]


def snapshot_state(state: State) -> bytes:
    """All that the fold has made, in one piece."""
    return _ENCODER.encode(
        _Snapshot(
            format=FORMAT,
            pack=state.packs.at(state.zone.day_of(state.time)).id,
            locality=state.locality,
            sequence=state.sequence,
            hash=state.hash,
            time=state.time,
            cursor=state.cursor,
            started_at=state.started_at,
            organisations=list(state.organisations.values()),
            acts=state.acts,
            places=list(state.places.values()),
            applications=_batches(list(state.applications.values())),
            favoured=list(state.favoured),
            phases=[
                _Phase(queue.id, queue.order.phase, queue.order.remembered)
                for queue in sorted(state.queues.values(), key=lambda queue: queue.id)
            ],
            kept_recalls=[_Kept(*key, recall) for key, recall in sorted(state.kept_recalls.items())],
            repeats_since=state.repeats.since,
            repeats_younger=state.repeats.younger,
            repeats_older=state.repeats.older,
            arrivals=state.arrivals,
            arrival_count=state.arrival_count,
            referral_count=state.referral_count,
            bulletin_number=state.bulletin_number,
            bulletin_day=state.bulletin_day,
            bulletin_hash=state.bulletin_hash,
        )
    )


def restore_state(snapshot: bytes, packs: Schedule) -> State:
    """The state again, with its orders, stages and agenda. Raises: BrokenJournal."""
    try:
        read = _DECODER.decode(snapshot)
    except msgspec.MsgspecError as exc:
        raise BrokenJournal(f"not a snapshot of a book: {exc}") from exc
    state = State(read.locality, packs)
    day = state.zone.day_of(read.time)
    if read.format != FORMAT or read.pack != packs.at(day).id:
        raise BrokenJournal(f"a snapshot of format {read.format} and pack {read.pack}: rebuild it from the journal")
    state.use(packs.at(day))
    state.sequence, state.hash, state.time = read.sequence, read.hash, read.time
    # A reminder of the last record's own moment may still be to come; the cursor drops those that have fired.
    state.now = Instant(read.time - 1)
    state.cursor, state.started_at = read.cursor, read.started_at
    state.organisations = {each.id: each for each in read.organisations}
    state.acts = read.acts
    state.favoured = dict.fromkeys(read.favoured)
    state.kept_recalls = {(each.place_id, each.organisation_id): each.recall for each in read.kept_recalls}
    state.repeats.since = read.repeats_since
    state.repeats.younger, state.repeats.older = read.repeats_younger, read.repeats_older
    state.arrivals, state.arrival_count = read.arrivals, read.arrival_count
    state.referral_count = read.referral_count
    state.bulletin_number, state.bulletin_day = read.bulletin_number, read.bulletin_day
    state.bulletin_hash = read.bulletin_hash
    for place in read.places:
        _restore_place(state, place)
    for batch in read.applications:
        for application in _APPLICATIONS.decode(batch):
            _restore_application(state, application)
    for phase in read.phases:
        order = state.queue(phase.queue).order
        order.phase, order.remembered = phase.phase, phase.remembered
    for (place_id, _), kept in state.kept_recalls.items():
        state.agenda.add(kept.until, Timer.RECALL, place_id)
    for queue in state.queues.values():
        queue.settled()
    return state


def _restore_place(state: State, place: Place) -> None:
    state.places[place.id] = place
    queue = state.queue(place.terms.queue)
    if place.stage in OFFERED:
        queue.move(place, place.stage, state.place_class(place))
    gone = place.stage in (Stage.RECALLED, Stage.ENDED)
    if place.terms.admission_until is not None and not gone:
        due = state.zone.at(date_to_day(place.terms.admission_until) + 1)
        state.agenda.add(due, Timer.TEMPORARY_END, place.id)
    if place.until is not None and queue.mode is Mode.IMMEDIATE_ACCESS:
        state.agenda.add(place.until, Timer.WINDOW, place.id)


_DEADLINES = {
    Status.REGISTERED: Timer.REGISTRATION,
    Status.DEFERRED: Timer.JOINING,
    Status.STOPPED: Timer.STOP_LIST,
}


def _restore_application(state: State, application: Application) -> None:
    kind = application.kind
    application.kind = state.interned_kind(
        kind.born,
        exempt=kind.exempt,
        private_only=kind.private_only,
        on_temporary=kind.on_temporary,
        excluded=kind.excluded,
    )
    if application.first_applicant_id == application.applicant_id:
        application.first_applicant_id = application.applicant_id  # one text
    application.benefits = state.interned_benefits(application.benefits)
    application.claim = state.interned_claim(application.claim)
    state.add_application(application)
    queue = state.queue(application.queue)
    application.queue = queue.id
    status = application.status
    if status is Status.QUEUED:
        _restore_waiting(state, application)
    elif status in (Status.REFERRED, Status.STOPPED, Status.SUSPENDED):
        queue.order.regroup(Group.GENERAL, application.group, position_of(application), waiting=False)
    timer = _DEADLINES.get(status)
    if timer is not None and application.deadline is not None:
        state.agenda.add(application.deadline, timer, application.id)
    if application.interest_due is not None:
        state.agenda.add(application.interest_due, Timer.INTEREST, application.id)
    for referral in (application.referral, application.temporary):
        if referral is not None:
            state.schedule_referral(application.id, referral)


def _restore_waiting(state: State, application: Application) -> None:
    queue, until = state.queue(application.queue), application.access_until
    application.access_until = None
    queue.join(application)
    if until is not None:
        queue.grant(application)
        application.access_until = until
        state.agenda.add(until, Timer.ACCESS, application.id)
        state.schedule_reminder(application.id, until)
