"""Checks the turns: openings, grants in order, promises kept (R5.2 to R5.6, invariants 3 and 4). Decides nothing: it
computes by its own walk through the order who is next, and compares."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from consumers.verification.book import RANK, Account, Step
from consumers.verification.findings import Broken
from consumers.verification.pool import Pool
from consumers.verification.referrals import first_eligible
from consumers.verification.shapes import (
    AccessGranted,
    AccessLapsed,
    AccessRevoked,
    AccessUsed,
    PlaceOpened,
    PlacePrioritised,
)
from consumers.verification.state import Application, Place, Queue, Where, profile_of
from schemas.words import Stage, Timer


def next_turn(account: Account, queue: Queue, due: int) -> Application | None:
    """Who is granted access next in this opening (`due`) or this record. It counts as a holder from then on."""
    if account.walk is None or account.walk_key != (due, queue.name):
        grants = immediate_grants if queue.immediate else expected_grants
        account.walk, account.walk_key = grants(account, queue), (due, queue.name)
    return next(account.walk, None)


def _turn_key(queue: Queue, step: Step) -> int:
    """A walk goes on through the records of an opening; where access is granted at once each record has its own."""
    return -step.row.shape.sequence if queue.immediate else step.due


def drop_walk(account: Account, due: int, subject: str) -> None:
    """A record of another cause follows: the order may change under the walk."""
    if account.walk_key != (due, subject):
        account.walk = None


def expected_grants(account: Account, queue: Queue) -> Iterator[Application]:
    """R5.2.3: in queue order, each eligible application without access, as long as all holders can be served."""
    pool = queue.pool
    pool.settle()
    hopeless: set[int] = set()
    if pool.full():
        return
    for application_id in queue.order.ids():
        application = account.applications[application_id]
        assert application is not None
        if application.access_until:
            continue
        profile = profile_of(application)
        mask = pool.mask(profile)
        # Whom a kind of profile cannot be added for now, it cannot be added for later in the same opening either.
        if not mask or mask in hopeless:
            continue
        if not pool.grant(profile, (application.group, application.key)):
            hopeless.add(mask)
            continue
        application.held = profile
        yield application
        if pool.full():
            return


def immediate_grants(account: Account, queue: Queue) -> Iterator[Application]:
    """R5.7: the same without an opening. It follows every record, so it walks only as far as somebody can be placed."""
    pool = queue.pool
    pool.settle()
    left: Counter[int] = Counter()
    for profile, count in queue.idle.items():
        left[pool.mask(profile)] += count
    _drop_hopeless(pool, left)
    for application_id in queue.order.ids() if left else ():
        application = account.applications[application_id]
        assert application is not None
        idle = application.idle
        if idle is None or application.held is not None or (mask := pool.mask(idle)) not in left:
            continue
        granted = pool.grant(idle, (application.group, application.key))
        assert granted, "what cannot be placed was dropped"
        application.held = idle
        yield application
        left[mask] -= 1
        _drop_hopeless(pool, left)
        if not left:
            return


def _drop_hopeless(pool: Pool, left: Counter[int]) -> None:
    """Of the masks of those that wait without access, keep those of which one more could be placed."""
    for mask in [each for each, count in left.items() if not count or not pool.fits(each)]:
        del left[mask]


def _opening(account: Account, queue: Queue, step: Step) -> None:
    if queue.immediate:
        return
    if queue.automatic or step.timer is not Timer.OPENING or step.subject != queue.name:
        raise Broken("R5.2", "this belongs to the opening of the queue {queue}", queue=queue.name)
    if step.opening_checked:
        return
    step.opening_checked = True
    day = account.zone.day_of(step.due)
    if day not in account.act_days and account.zone.at(day, account.minutes(day, bulletin=False)) != step.due:
        raise Broken("R5.2", "the opening is at another time of the day")


def place_prioritised(account: Account, fact: PlacePrioritised, step: Step) -> None:
    """R5.2.1, R5.7: a listed place at the opening of its queue; where access is granted at once, any at its release."""
    place = account.place(fact.place_id, step)
    _opening(account, place.queue, step)
    if place.stage is not Stage.LISTED and not (place.stage is Stage.RELEASED and place.queue.immediate):
        raise Broken("R2.2", "place {id} is {stage}, not LISTED", id=fact.place_id, stage=place.stage)
    until = account.moments.of(fact.until)
    account.check_deadline(until, step.since, account.table.window_days, "R5.2")
    account.offer(place, until)


def place_opened(account: Account, fact: PlaceOpened, step: Step) -> None:
    """R5.2.2: its window has ended, and no older one of its kind is kept back instead."""
    place = account.place(fact.place_id, step)
    queue = place.queue
    _opening(account, queue, step)
    now = step.time if queue.immediate else step.due
    if place.stage is not Stage.PRIORITY or place.until > now:
        raise Broken("R5.2", "the window of place {id} has not ended", id=fact.place_id)
    if queue.name in step.granted:
        raise Broken("R5.2", "place {id} opens after access was granted", id=fact.place_id)
    assert place.kind is not None
    for arrived, until, other_id in queue.aged[place.kind]:
        if arrived >= place.arrived:
            break
        if until <= now:
            raise Broken("R5.2", "place {id} opens before the older {other}", id=fact.place_id, other=other_id)
    account.withdraw(place, Stage.OPEN)


def access_granted(account: Account, fact: AccessGranted, step: Step) -> None:
    """R5.2.3, invariant 4: the very application whose turn it is."""
    application = account.application(fact.application_id, step)
    queue = application.queue
    if fact.queue != queue.name:
        raise Broken("R5.2", "application {id} stands in {name}", id=application.id, name=queue.name)
    _opening(account, queue, step)
    if application.where is not Where.WAITING or application.access_until:
        raise Broken(
            "invariant 2", "application {id} is {where} or has access", id=application.id, where=application.where.value
        )
    if queue.immediate and queue.name not in step.granted:
        for each in step.applications:
            each.queue.recount(each)
        _check_ended(account, queue, step.time)
    step.granted.add(queue.name)
    expected = next_turn(account, queue, _turn_key(queue, step))
    if expected is not application:
        if expected is None:
            raise Broken("invariant 4", "access goes to {id}, but it is nobody's turn", id=application.id)
        raise Broken(
            "invariant 4", "access goes to {id}, but the turn is that of {other}", id=application.id, other=expected.id
        )
    if not 1 <= fact.places <= len(queue.windows) + queue.open:
        raise Broken("R5.2", "{found} places on the list are not there", found=fact.places)
    until = account.moments.of(fact.until)
    account.check_deadline(until, step.since, account.table.access_days, "R5.2")
    application.access_until = until
    queue.holders[application.id] = application
    account.oblige(until, Timer.ACCESS, application.id)


def _holder(account: Account, application_id: str, step: Step) -> Application:
    application = account.application(application_id, step)
    if not application.access_until:
        raise Broken("R5.4", "application {id} has no access", id=application_id)
    return application


def access_lapsed(account: Account, fact: AccessLapsed, step: Step) -> None:
    """R5.4: at its deadline."""
    application = _holder(account, fact.application_id, step)
    if step.timer is not Timer.ACCESS or application.access_until != step.due or step.subject != application.id:
        raise Broken("R5.4", "the access of application {id} has not run out", id=application.id)
    account.release_access(application)


def access_revoked(account: Account, fact: AccessRevoked, step: Step) -> None:
    """R5.6. Whether there was a reason is checked when the record ends."""
    application = _holder(account, fact.application_id, step)
    account.release_access(application)
    step.revoked.append(application)


def access_used(account: Account, fact: AccessUsed, step: Step) -> None:
    """R5.5: by a choice."""
    application = _holder(account, fact.application_id, step)
    if step.cause != "PlacesChosen" or application.access_until <= step.time:
        raise Broken("R5.5", "the access of application {id} cannot be used", id=application.id)
    account.release_access(application)
    step.used[application.id] = application


def settle_access(account: Account, step: Step) -> None:
    """Invariant 3 and R5.6 when a record ends: every holder can be given a place; who lost access had to."""
    for application in step.used.values():
        if all(application is not served for served, *_ in step.issued):
            raise Broken("R5.5", "the access of application {id} is used up without a referral", id=application.id)
    for queue in account.touched.values():
        if queue.automatic:
            _check_waiting(account, queue)
            continue
        served = queue.pool.settle()
        if _before_change_is_done(account, step):
            continue
        if not served:
            raise Broken("invariant 3", "the holders of access in {queue} have no different places", queue=queue.name)
        if queue.immediate:
            # What ends at the very moment of a timer has a timer of its own behind this one (`timers`).
            check_complete(account, queue, step.since, _turn_key(queue, step))
    for queue in {each.queue.name: each.queue for each in step.revoked}.values():
        _check_revoked(account, queue, step)


def _check_revoked(account: Account, queue: Queue, step: Step) -> None:
    """R5.6: who lost access fits in nowhere, and each who could have made room stands before."""
    lost = [each for each in step.revoked if each.queue is queue and each.where is Where.WAITING]
    lost = [each for each in lost if each.held is None]
    lost = [each for each in lost if account.applications.get(each.id) is each]
    if not lost:
        return
    for application in lost:
        number = account.number(application)[0]
        try:
            for group, key in queue.pool.rivals(profile_of(application)):
                if queue.order.number(group, key)[0] > number:
                    raise Broken(
                        "R5.6",
                        "access is taken from {id}, though {other} stands behind it",
                        id=application.id,
                        other=key[1],
                    )
        except LookupError:
            raise Broken("R5.6", "the access of application {id} is revoked without need", id=application.id) from None
    served = [
        number for each, place, stage, number, _ in step.issued if place.queue is queue and stage is Stage.PRIORITY
    ]
    if len(served) == 1 and len(step.issued) == 1:
        first = min(account.number(each)[0] for each in lost)
        if first < served[0]:
            raise Broken("R5.6", "a choice takes the place promised to one before it")


def _check_waiting(account: Account, queue: Queue) -> None:
    """R5.7: no place waits while somebody is eligible for it."""
    for _, place_id in queue.waiting:
        place = account.places[place_id]
        assert isinstance(place, Place)
        first = first_eligible(account, place)
        if first is not None:
            raise Broken("R5.7", "place {place} waits though it suits application {id}", place=place_id, id=first.id)


def check_after_opening(account: Account, queue: Queue, due: int) -> None:
    """R5.2, invariants 1 and 4: after the opening of a day nothing is left to do in a queue."""
    _check_offered(queue)
    _check_ended(account, queue, due)
    if queue.touched:
        queue.touched = False
        _check_granted(account, queue, due)


def check_complete(account: Account, queue: Queue, moment: int, key: int) -> None:
    """R5.7, invariants 1 and 4: where access is granted at once, nothing is ever left to do."""
    _check_offered(queue)
    _check_ended(account, queue, moment)
    _check_granted(account, queue, key)
    queue.touched = False


def _before_change_is_done(account: Account, step: Step) -> bool:
    """What a change of packs calls for ends with its midnight's openings; behind them it is looked at (`timers`)."""
    return step.timer is not None and step.due == account.pack_since and RANK[step.timer] <= RANK[Timer.OPENING]


def _check_offered(queue: Queue) -> None:
    if queue.listed:
        place = next(iter(queue.listed.values()))
        raise Broken("R5.2", "the listed place {id} was not prioritised", id=place.terms.place_id)


def _check_ended(account: Account, queue: Queue, moment: int) -> None:
    pool = queue.pool
    if not queue.windows or queue.windows[0][0] > moment:
        return
    pool.settle()
    kinds = set()
    for until, _, place_id in queue.windows:
        if until > moment:
            break
        place = account.places[place_id]
        assert isinstance(place, Place) and place.kind is not None
        if place.kind not in kinds and pool.spare(place.kind):
            raise Broken("invariant 1", "place {id} waits behind an ended window", id=place_id)
        kinds.add(place.kind)


def _check_granted(account: Account, queue: Queue, key: int) -> None:
    turn = next_turn(account, queue, key)
    if turn is not None:
        raise Broken("invariant 4", "application {id} was to be granted access", id=turn.id)


HANDLERS: dict[type, Any] = {
    PlacePrioritised: place_prioritised,
    PlaceOpened: place_opened,
    AccessGranted: access_granted,
    AccessLapsed: access_lapsed,
    AccessRevoked: access_revoked,
    AccessUsed: access_used,
}
