"""Checks that nothing due was skipped: before a record, all that was due earlier has happened (contracts, section 4).

Deadlines whose day only a calendar of holidays could tell are taken from the facts that announced them.
"""

import heapq

from consumers.verification.access import check_after_opening, check_complete
from consumers.verification.book import EVENT_RANK, LAST_SUBJECT, RANK, Account, Step
from consumers.verification.findings import Broken
from consumers.verification.state import Application, Place, Where, age_in_school_year, school_year
from consumers.verification.tables import PackTable
from schemas.words import Stage, Timer
from schemas.zones import date_to_day, day_to_date

TIMERS = {rank: timer for timer, rank in RANK.items()}


def start(account: Account, moment: int) -> None:
    """The first opening, bulletin and school year are the first ones strictly after the first event."""
    account.started = True
    day = account.zone.day_of(moment)
    account.next_bulletin_day = account.next_opening_day = day
    if account.zone.at(day, account.minutes(day, bulletin=True)) <= moment:
        account.next_bulletin_day += 1
    if account.zone.at(day, account.minutes(day, bulletin=False)) <= moment:
        account.next_opening_day += 1
    _schedule(account, Timer.BULLETIN)
    _schedule(account, Timer.OPENING)
    _next_school_year(account, day)


def _schedule(account: Account, timer: Timer) -> None:
    bulletin = timer is Timer.BULLETIN
    day = account.next_bulletin_day if bulletin else account.next_opening_day
    due = account.zone.at(day, account.minutes(day, bulletin=bulletin))
    account.oblige(due, timer, account.locality if bulletin else LAST_SUBJECT)


def _next_school_year(account: Account, day: int) -> None:
    year = school_year(day_to_date(day)) + 1
    first = date_to_day(day_to_date(day).replace(year=year, month=9, day=1))
    account.oblige(account.zone.at(first), Timer.AGE_LIMIT, account.locality)


def reschedule(account: Account, moment: int) -> None:
    """A local act moved the times of the day. On the day of the act itself either time is lawful."""
    today = account.zone.day_of(moment)
    account.next_opening_day = max(account.next_opening_day, today + 1)
    _schedule(account, Timer.OPENING)
    if account.next_bulletin_day > today:
        _schedule(account, Timer.BULLETIN)


def change_packs(account: Account, table: PackTable, step: Step) -> None:
    """R5.9: another pack from the first midnight of this record's day on. Raises: Broken."""
    midnight = account.zone.at(account.zone.day_of(step.time))
    if account.last_time >= midnight:
        raise Broken("R5.9", "the rule pack changes to {pack!r} within a day", pack=step.row.shape.pack[:64])
    _check_before(account, (midnight, 0, ""))
    account.follow(table, midnight)
    _schedule(account, Timer.BULLETIN)
    _schedule(account, Timer.OPENING)


def check_overdue(account: Account, step: Step) -> None:
    """Nothing that was due before this record is still undone. Raises: Broken."""
    _check_before(account, (step.due, RANK[step.timer], step.subject) if step.timer else (step.time, EVENT_RANK, ""))


def _check_before(account: Account, here: tuple[int, int, str]) -> None:
    heap = account.obligations
    while heap and heap[0] < here:
        due, rank, subject = heapq.heappop(heap)
        timer = TIMERS[rank]
        if timer is Timer.OPENING:
            _opening_passed(account, due)
        elif timer is Timer.BULLETIN:
            _bulletin_passed(account, due)
        elif timer is Timer.AGE_LIMIT:
            _age_limit_passed(account, due)
        elif _undone(account, timer, due, subject):
            raise Broken(
                "contracts 4",
                "{timer} of {subject} was due at {due} and did not happen",
                timer=timer,
                subject=subject,
                due=account.zone.render(due),
            )


def _undone(account: Account, timer: Timer, due: int, subject: str) -> bool:
    if timer is Timer.WINDOW:
        return _window_undone(account.places.get(subject), due)
    if timer is Timer.RECALL:
        return any(place_id == subject and kept.until == due for (place_id, _), kept in account.recalls.items())
    if timer is Timer.TEMPORARY_END:
        place = account.places.get(subject)
        return isinstance(place, Place) and (place.stage is not Stage.FILLED or place.occupant is not None)
    application = account.applications.get(subject)
    return application is not None and _application_undone(application, timer, due)


def _window_undone(place: Place | str | None, due: int) -> bool:
    """R5.7: at its end a window opens, but for a place that live access still needs."""
    if not isinstance(place, Place) or place.kind is None or place.until != due or not place.queue.immediate:
        return False
    place.queue.pool.settle()
    return place.queue.pool.spare(place.kind)


def _application_undone(application: Application, timer: Timer, due: int) -> bool:
    if timer is Timer.ACCESS:
        return application.access_until == due
    if timer is Timer.REGISTRATION:
        return (
            application.where is Where.REGISTERED and not application.presented and application.documents_until == due
        )
    if timer is Timer.STOP_LIST:
        return application.where is Where.STOPPED and application.until == due
    if timer is Timer.JOINING:
        return application.where is Where.DEFERRED and application.until == due
    for referral in application.referrals:
        if referral.active:
            deadline = referral.until or referral.vacate_until
        else:
            deadline = 0 if referral.presented else referral.documents_until
        if deadline == due:
            return True
    return False


def _opening_passed(account: Account, due: int) -> None:
    if due == account.pack_since:
        _change_passed(account, due)
    day = account.zone.day_of(due)
    if day != account.next_opening_day or account.zone.at(day, account.minutes(day, bulletin=False)) != due:
        return
    for queue in account.queues.values():
        if queue.automatic or queue.immediate:
            continue
        if queue.touched or (queue.windows and queue.windows[0][0] <= due):
            check_after_opening(account, queue, due)
    account.next_opening_day = day + 1
    _schedule(account, Timer.OPENING)


def _change_passed(account: Account, due: int) -> None:
    """R5.7, R5.9: what the new pack called for at its first midnight was done."""
    for queue in account.queues.values():
        if queue.immediate:
            check_complete(account, queue, due, due)
        elif not queue.automatic and not queue.pool.settle():
            raise Broken("invariant 3", "the holders of access in {queue} have no different places", queue=queue.name)


def _bulletin_passed(account: Account, due: int) -> None:
    day = account.zone.day_of(due)
    if day != account.next_bulletin_day or account.zone.at(day, account.minutes(day, bulletin=True)) != due:
        return
    if account.bulletin_day < day and day not in account.act_days:
        raise Broken("R5.1", "the bulletin of {date} is missing", date=day_to_date(day))
    account.next_bulletin_day = day + 1
    _schedule(account, Timer.BULLETIN)


def _age_limit_passed(account: Account, due: int) -> None:
    day = account.zone.day_of(due)
    year = day_to_date(day).year
    for application in account.applications.values():
        if application is None or application.exempt or application.referrals:
            continue
        if application.where is not Where.REFERRED and (
            age_in_school_year(application.born, year) >= account.table.age_cap
        ):
            raise Broken("R1.3", "application {id} is over age and was not archived", id=application.id)
    _next_school_year(account, day)
