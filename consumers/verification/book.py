"""The account of one locality that the rules are checked against, and the little steps that every check shares.

Holds state and moves it; which facts are lawful is judged by the modules beside it (places, applications, referrals,
access, bulletins, timers), which are given this account. Never reads a file, never decides.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from consumers.verification.findings import Broken
from consumers.verification.form import Moments, Row
from consumers.verification.shapes import LocalActAdopted
from consumers.verification.state import (
    Application,
    Child,
    KeptRecall,
    Organisation,
    Place,
    Queue,
    Where,
    add_window,
    kind_of,
    profile_of,
    remove_window,
)
from consumers.verification.tables import PackTable
from schemas.words import Stage, Timer
from schemas.zones import day_to_date

RANK = {timer: rank for rank, timer in enumerate(Timer, start=1)}
EVENT_RANK = 99
MIDNIGHTS_MAX = 10_000
LAST_SUBJECT = "\U0010ffff"


@dataclass(slots=True)
class Step:
    """The record that is being checked, and what its facts did so far."""

    row: Row
    time: int
    due: int
    cause: str
    timer: Timer | None
    subject: str
    places: list[Place] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    # Served: application, place, the stage it was taken in, the number it was served from, whether access was used.
    issued: list[tuple[Application, Place, Stage, int, bool]] = field(default_factory=list)
    used: dict[str, Application] = field(default_factory=dict)
    revoked: list[Application] = field(default_factory=list)
    closed: str | None = None
    opening_checked: bool = False
    # Queues in which this record granted access already.
    granted: set[str] = field(default_factory=set)

    @property
    def since(self) -> int:
        """From when a term counts that begins here: an end at 24:00 belongs to the day that it ends (section 0)."""
        return self.time - (self.timer is not None)


class Account:
    """What is alive in one locality. Moments are epoch milliseconds, days count from 1970-01-01."""

    def __init__(self, locality: str, moments: Moments, table: PackTable) -> None:
        """Start before the first record."""
        self.locality = locality
        self.moments = moments
        self.zone = moments.zone
        self.table = table
        self.organisations: dict[str, Organisation] = {}
        # None: it left for good. A filled lasting place keeps the id of the application that sits on it.
        self.places: dict[str, Place | str | None] = {}
        self.applications: dict[str, Application | None] = {}
        self.children: dict[str, Child] = {}
        self.queues: dict[str, Queue] = {}
        self.touched: dict[str, Queue] = {}
        self.recalls: dict[tuple[str, str], KeptRecall] = {}
        self.referrals = 0
        self.arrivals = 0
        self.obligations: list[tuple[int, int, str]] = []
        self._midnights: dict[int, int] = {}
        self.acts: list[LocalActAdopted] = []
        self.act_days: set[int] = set()
        self.bulletin_number = 0
        self.bulletin_hash = "0" * 64
        self.bulletin_day = -1
        self.next_bulletin_day = 0
        self.next_opening_day = 0
        self.arrived: list[tuple[Place, int]] = []
        self.recalled: list[tuple[str, str, int]] = []
        self.started = False
        self.last_time = -1
        # The first midnight of the pack in force; -1: it is the first pack.
        self.pack_since = -1
        # The walk through the order of the queue whose opening is being read (`access`).
        self.walk: Iterator[Application] | None = None
        self.walk_key: tuple[int, str] = (-1, "")

    # Finding things

    def application(self, application_id: str, step: Step) -> Application:
        """A live application. Raises: Broken."""
        found = self.applications.get(application_id)
        if found is None:
            if application_id in self.applications:
                raise Broken("R8.2", "application {id} left for good", id=application_id)
            raise Broken("R8.2", "application {id} was never registered", id=application_id)
        step.applications.append(found)
        return found

    def place(self, place_id: str, step: Step) -> Place:
        """A place that is not off offer for good. Raises: Broken."""
        found = self.places.get(place_id)
        if not isinstance(found, Place):
            if place_id in self.places:
                raise Broken("R2.2", "place {id} is off offer for good", id=place_id)
            raise Broken("R2.2", "place {id} was never released", id=place_id)
        step.places.append(found)
        return found

    def queue(self, name: str) -> Queue:
        """The queue of this name, new when it is met first."""
        found = self.queues.get(name)
        if found is None:
            found = self.queues[name] = Queue(name, self.table)
        return found

    def touch(self, queue: Queue) -> None:
        """Something in the queue changed: it is looked at when the record ends, and at the next opening."""
        self.touched[queue.name] = queue
        queue.touched = True

    # Time

    def oblige(self, due: int, timer: Timer, subject: str) -> None:
        """By then something must have happened."""
        heapq.heappush(self.obligations, (due, RANK[timer], subject))

    def minutes(self, day: int, bulletin: bool) -> int:
        """The minute of the local day at which the bulletin or the opening of a day is due (R5.9)."""
        on = day_to_date(day)
        for act in reversed(self.acts):
            text = act.bulletin_at if bulletin else act.opening_at
            if text is not None and act.in_force_from <= on:
                return int(text[:2]) * 60 + int(text[3:])
        return self.table.bulletin_minutes if bulletin else self.table.opening_minutes

    def check_deadline(self, until: int, since: int, days: int, rule: str) -> None:
        """A term in working days ends at a local midnight, and not before as many calendar days. Raises: Broken."""
        last = self._midnights.get(until)
        if last is None:
            day = self.zone.day_of(until)
            last = self._midnights[until] = day if self.zone.at(day) == until else -1
            if len(self._midnights) > MIDNIGHTS_MAX:
                self._midnights.clear()
        if last < self.zone.day_of(since) + days + 1:
            raise Broken(
                rule,
                "the deadline {until} is not the end of the {days}th working day or later",
                until=self.zone.render(until),
                days=days,
            )

    def date_of(self, moment: int) -> date:
        """The local date of a moment."""
        return day_to_date(self.zone.day_of(moment))

    def follow(self, table: PackTable, since: int) -> None:
        """Another pack is in force from a midnight on (R5.9). Raises: Broken where this reader cannot follow."""
        if table.automatic != self.table.automatic:
            raise Broken("R5.9", "this reader cannot follow a queue that becomes automatic or ceases to be")
        self.table, self.pack_since = table, since
        for queue in self.queues.values():
            queue.follow(table)
        for place, _ in self.arrived:
            if place.stage is Stage.RELEASED and place.queue.immediate:
                place.queue.listed[place.terms.place_id] = place
        for application in self.applications.values():
            if application is not None:
                application.idle = None
                application.queue.recount(application)
        for queue in self.queues.values():
            if queue.immediate:
                for until, _, place_id in queue.windows:
                    if until >= since:
                        self.oblige(until, Timer.WINDOW, place_id)
        self.oblige(since, Timer.OPENING, LAST_SUBJECT)

    # Places on offer

    def offer(self, place: Place, until: int) -> None:
        """LISTED to PRIORITY."""
        queue = place.queue
        place.stage, place.until = Stage.PRIORITY, until
        queue.listed.pop(place.terms.place_id, None)
        add_window(place, kind_of(place, self.organisations[place.terms.organisation_id]))
        queue.windows.add((until, place.arrived, place.terms.place_id))
        if queue.immediate:
            self.oblige(until, Timer.WINDOW, place.terms.place_id)
        self.touch(queue)

    def withdraw(self, place: Place, stage: Stage) -> None:
        """Take a place out of whatever offer it stands in, into another stage."""
        queue = place.queue
        if place.kind is not None:
            remove_window(place)
            queue.windows.remove((place.until, place.arrived, place.terms.place_id))
        queue.listed.pop(place.terms.place_id, None)
        if queue.automatic:
            queue.waiting.discard((place.arrived, place.terms.place_id))
        queue.open += (stage is Stage.OPEN) - (place.stage is Stage.OPEN)
        place.stage = stage
        self.touch(queue)

    def arrive(self, place: Place, moment: int) -> None:
        """A place is released, for the first time or again: it goes through the next bulletin."""
        self.arrivals += 1
        place.arrived, place.stage, place.ended = self.arrivals, Stage.RELEASED, None
        self.arrived.append((place, moment))
        if place.queue.automatic:
            place.queue.waiting.add((place.arrived, place.terms.place_id))
        elif place.queue.immediate:
            place.queue.listed[place.terms.place_id] = place
        self.touch(place.queue)

    # Applications and access

    def release_access(self, application: Application) -> None:
        """The application holds access no more."""
        queue = application.queue
        assert application.held is not None
        queue.pool.remove_holder((application.group, application.key))
        del queue.holders[application.id]
        application.held, application.access_until = None, 0
        self.touch(queue)

    def profile_changed(self, child: Child) -> None:
        """What the child's applications are eligible for may have changed."""
        for application_id in child.queues.values():
            application = self.applications.get(application_id)
            if application is None:
                continue
            self.touch(application.queue)
            application.queue.recount(application)
            if application.held is not None:
                profile = profile_of(application)
                if profile != application.held:
                    holder = (application.group, application.key)
                    application.queue.pool.remove_holder(holder)
                    application.queue.pool.add_holder(profile, holder)
                    application.held = profile

    def number(self, application: Application) -> tuple[int, int]:
        """Its number in the queue and in its group (R3.5)."""
        return application.queue.order.number(application.group, application.key)

    def enter(self, application: Application) -> None:
        """Into the order, from wherever it was."""
        application.queue.order.put(application.group, application.key)
        application.where = Where.WAITING
        self.touch(application.queue)

    def come_back(self, application: Application) -> None:
        """Back to its old place in the order, and what its referral changed is taken back (R3.4)."""
        order = application.queue.order
        valid = application.remembered_at == order.forgotten
        order.come_back(application.group, application.key, application.remembered if valid else 0)
        application.remembered = 0
        application.where, application.until = Where.WAITING, 0
        self.touch(application.queue)

    def step_aside(self, application: Application, where: Where) -> None:
        """Off the order, to come back perhaps."""
        if application.where is Where.WAITING:
            application.queue.order.leave(application.group, application.key, may_return=True)
        application.where = where
        self.touch(application.queue)

    def forget(self, application: Application) -> None:
        """It leaves for good."""
        queue, child = application.queue, application.child
        if application.where is Where.WAITING:
            queue.order.leave(application.group, application.key, may_return=False)
        elif application.where not in (Where.REGISTERED, Where.DEFERRED):
            queue.order.lose(application.group)
        application.where = Where.GONE
        queue.recount(application)
        self.applications[application.id] = None
        child.queues.pop(queue.name, None)
        self.touch(queue)
