"""The naive book: state as plain dictionaries, timers found by looking at everything, and the effects that several
rules share. Never decides an input event: that is `decisions`."""

from datetime import date
from typing import Any

from tests.model.days import Days, school_year_start
from tests.model.queues import GENERAL, Application, Place, Queue, all_served, eligible, too_old_for

HOUR_MS = 3_600_000
RANK = {
    "REGISTRATION": 1,
    "TEMPORARY_END": 2,
    "REFERRAL": 3,
    "STOP_LIST": 4,
    "ACCESS": 5,
    "JOINING": 6,
    "INTEREST": 7,
    "AGE_LIMIT": 8,
    "RECALL": 9,
    "REMINDER": 10,
    "OPENING": 11,
    "BULLETIN": 12,
    "WINDOW": 13,
}
HELD = ("QUEUED", "REFERRED", "STOPPED", "SUSPENDED")
LIVE = ("REGISTERED", "DEFERRED", *HELD)
# A term that has run out: its end belongs to the day before.
TERMS = ("REGISTRATION", "TEMPORARY_END", "REFERRAL", "STOP_LIST", "ACCESS", "JOINING", "INTEREST", "WINDOW")
TERM_NAMES = [
    "organisation_id",
    "birth_year",
    "age_from",
    "age_to",
    "language",
    "group_type",
    "regime",
    "admission",
    "admission_from",
    "admission_until",
    "attendance",
]


class NaiveBook:
    """One locality. `records` grows; each is a dictionary with time, cause and facts."""

    def __init__(self, locality: str, pack: Any) -> None:
        self.pack = pack
        self.days = Days(locality)
        self.modes = {str(kind).lower(): str(mode) for kind, mode in pack.modes.items()}
        self.now: int | None = None
        self.today = date.min
        self.records: list[dict[str, Any]] = []
        self.facts: list[dict[str, Any]] = []
        self.organisations: dict[str, dict[str, Any]] = {}
        self.places: dict[str, Place] = {}
        self.applications: dict[str, Application] = {}
        self.queues: dict[str, Queue] = {}
        self.acts: list[dict[str, Any]] = []
        self.kept: dict[tuple[str, str], dict[str, Any]] = {}
        self.seen: dict[tuple[str, str], int] = {}
        self.accepted: list[tuple[str, dict[str, Any], int]] = []
        self.unlisted: list[tuple[str, int]] = []
        self.recalled: list[tuple[str, str, int]] = []
        self.referrals = self.arrivals = self.bulletins = 0
        self.last_bulletin = self.last_opening = self.last_age_check = date.min

    # ---- time

    def start(self, moment: int) -> None:
        """The first event of the locality: daily timers are the first strictly after it."""
        self.now, self.today = moment, self.days.day(moment)
        before = date.fromordinal(self.today.toordinal() - 1)
        self.last_bulletin = self.today if self.daily("bulletin_at", self.today) <= moment else before
        self.last_opening = self.today if self.daily("opening_at", self.today) <= moment else before
        self.last_age_check = school_year_start(self.today)

    def in_force(self, name: str, day: date) -> Any:
        """What the last adopted act that is in force on a day says, or None."""
        return next((each[name] for each in reversed(self.acts) if name in each and each["from", name] <= day), None)

    def daily(self, name: str, day: date) -> int:
        """The moment of a day's bulletin or opening."""
        said = self.in_force(name, day)
        minutes = getattr(self.pack, f"{name}_minutes") if said is None else int(said[:2]) * 60 + int(said[3:])
        return self.days.at(day, minutes)

    def timers(self) -> list[tuple[int, int, str, str]]:
        """Every timer that stands: (due, rank, subject, name)."""
        found = []
        for name, last in (("bulletin_at", self.last_bulletin), ("opening_at", self.last_opening)):
            due = self.daily(name, date.fromordinal(last.toordinal() + 1))
            found.append((due, "BULLETIN" if name == "bulletin_at" else "OPENING", ""))
        found.append((self.days.at(self.last_age_check.replace(year=self.last_age_check.year + 1)), "AGE_LIMIT", ""))
        found += [(each["until"], "RECALL", key[0]) for key, each in self.kept.items()]
        for place in self.places.values():
            if place["admission"] == "TEMPORARY" and place["stage"] not in ("RECALLED", "ENDED"):
                found.append((self.days.end(place["admission_until"]), "TEMPORARY_END", place["id"]))
            # A window that is kept open by a promise was seen at its end; the settling opens it later.
            if self.mode(place["queue"]) == "IMMEDIATE_ACCESS" and place["stage"] == "PRIORITY" and not place["over"]:
                found.append((place["until"], "WINDOW", place["id"]))
        for application in self.applications.values():
            if application["status"] in LIVE:
                found += [(due, name, application["id"]) for due, name in self.timers_of(application)]
        return sorted((due, RANK[name], subject, name) for due, name, subject in found)

    def timers_of(self, application: Application) -> list[tuple[int, str]]:
        """The timers of one application."""
        status, referral, found = application["status"], application["referral"], []
        if status == "REGISTERED" and application["presented_at"] is None:
            found.append((application["documents_until"], "REGISTRATION"))
        if status == "DEFERRED":
            found.append((application["joins_at"], "JOINING"))
        if status == "STOPPED":
            found.append((application["stop_until"], "STOP_LIST"))
        if application["access"] is not None:
            found.append((application["access"], "ACCESS"))
        if referral is not None:
            found += [(due, "REFERRAL") for due, _ in self.referral_ends(referral)]
        if status in HELD:
            if not application["reminded"]:
                found.append((self.interest_reminder(application), "INTEREST"))
            if referral is None:
                found.append((application["archive_at"], "INTEREST"))
        return found + [(at, "REMINDER") for at, _, _ in application["reminders"]]

    def referral_ends(self, referral: dict[str, Any]) -> list[tuple[int, str]]:
        """When and why a referral would end by time."""
        found = []
        if referral["until"] is not None:
            found.append((referral["until"], "LAPSED"))
        elif not referral["active"] and referral["presented_at"] is None:
            found.append((referral["documents_until"], "LAPSED"))
        place = self.places[referral["place_id"]]
        if place["admission"] == "EARLY" and not place["vacated"]:
            found.append((referral["vacate_until"], "NOT_VACATED"))
        return found

    def interest_reminder(self, application: Application) -> int:
        """R4.4: twelve months from the last confirmation."""
        return self.days.months(application["interest_day"], self.pack.interest_months)

    def renew_interest(self, application: Application) -> None:
        """R4.4: the year starts anew today."""
        application["interest_day"] = self.today
        ends = self.interest_reminder(application)
        # The term's end belongs to its day: the thirty days begin on the next.
        application["archive_at"] = self.days.calendar(self.days.day(ends - 1), self.pack.interest_calendar_days)
        application["reminded"] = False

    def advance(self, moment: int) -> None:
        """Fire everything due at or before a moment."""
        while self.now is not None:
            due, _, subject, name = self.timers()[0]
            if due > moment:
                break
            self.now = max(self.now, due)
            self.today = self.days.day(self.now - 1 if name in TERMS else self.now)
            self.fire(name, subject, due)

    def fire(self, name: str, subject: str, due: int) -> None:
        """One timer (an opening is one for each queue)."""
        cause = {"timer": name, "due": due, "subject": subject}
        if name == "OPENING":
            self.last_opening = date.fromordinal(self.last_opening.toordinal() + 1)
            for queue in sorted(self.queues):
                self.open(self.queues[queue])
                self.finish({**cause, "subject": queue})
            return
        if name == "BULLETIN":
            self.issue_bulletin()
        elif name == "AGE_LIMIT":
            self.last_age_check = self.last_age_check.replace(year=self.last_age_check.year + 1)
            for application in list(self.applications.values()):
                if application["status"] in LIVE and application["referral"] is None and self.over_age(application):
                    self.archive(application, "AGE_LIMIT")
        elif name == "RECALL":
            for key, each in list(self.kept.items()):
                if key[0] == subject and each["until"] <= due:
                    self.forget_recall(key)
                    self.emit("RecallExpired", place_id=subject, until=each["until"])
        elif name == "TEMPORARY_END":
            self.end_temporary_place(self.places[subject])
        elif name == "WINDOW":
            self.places[subject]["over"] = True
        else:
            self.fire_application(name, self.applications[subject], due)
        self.settle()
        self.finish(cause)

    def forget_recall(self, key: tuple[str, str]) -> None:
        """A kept recall is gone as if it had never come: the same again is decided anew."""
        del self.kept[key]
        self.accepted = [
            each
            for each in self.accepted
            if each[0] != "PlaceRecalled" or (each[1]["place_id"], each[1]["organisation_id"]) != key
        ]

    def fire_application(self, name: str, application: Application, due: int) -> None:
        """A timer of one application."""
        if name == "REGISTRATION":
            application["status"] = "REFUSED"
            self.emit("ApplicationRefused", application_id=application["id"], reason="NOT_SHOWN_IN_TIME", missing=[])
        elif name == "REFERRAL":
            # Of two ends at one moment the one without penalty.
            if (due, "NOT_VACATED") not in self.referral_ends(application["referral"]):
                self.lapse(application)
            else:
                self.end_and_return(application, "NOT_VACATED")
        elif name == "STOP_LIST":
            self.come_back(application, "STOP_LIST_ENDED")
        elif name == "ACCESS":
            application["access"] = None
            self.drop_reminders(application, "ACCESS")
            self.emit("AccessLapsed", application_id=application["id"])
        elif name == "JOINING":
            self.join(application)
        elif name == "INTEREST" and not application["reminded"]:
            application["reminded"] = True
            self.emit("ReminderDue", application_id=application["id"], of="INTEREST", until=application["archive_at"])
        elif name == "INTEREST":
            self.archive(application, "INTEREST_NOT_CONFIRMED")
        elif name == "REMINDER":
            reminder = min(application["reminders"])
            application["reminders"].remove(reminder)
            self.emit("ReminderDue", application_id=application["id"], of=reminder[1], until=reminder[2])

    def add_reminder(self, application: Application, of: str, until: int) -> None:
        """R6.10: 09:00 of the deadline's day, or of the last working day before."""
        day = self.days.day(until - 1)
        while self.days.working(date.fromordinal(day.toordinal() - 1), 1) != self.days.end(day):
            day = date.fromordinal(day.toordinal() - 1)
        at = self.days.at(day, self.pack.reminder_at_minutes)
        assert self.now is not None
        if at > self.now:
            application["reminders"].append((at, of, until))

    def drop_reminders(self, application: Application, of: str) -> None:
        """The term is over."""
        application["reminders"] = [each for each in application["reminders"] if each[1] != of]

    # ---- records

    def emit(self, kind: str, **fields: Any) -> None:
        """Write a fact."""
        self.facts.append({"type": kind, **fields})

    def finish(self, cause: dict[str, Any]) -> None:
        """Close the record, if it says anything or answers an event."""
        if self.facts or "timer" not in cause:
            record = {"sequence": len(self.records) + 1, "time": self.now, "cause": cause, "facts": self.facts}
            self.records.append(record)
        self.facts = []

    # ---- the day

    def mode(self, queue: str) -> str:
        """SCHEDULED, AUTOMATIC or IMMEDIATE_ACCESS."""
        return self.modes[queue[: queue.index("/")]]

    def queue(self, name: str) -> Queue:
        """The queue of a name, from now on."""
        return self.queues.setdefault(name, Queue(name, self.applications, self.places))

    def fits(self, application: Application, place: Place) -> bool:
        """R5.3."""
        return eligible(application, place, self.organisations, self.pack)

    def engaged(self, application: Application) -> bool:
        """R5.3: whether the child attends a temporary place, or has a live referral to one."""
        for each in self.applications.values():
            temporary = each["referral"] is not None and each["referral"]["temporary"]
            if each["child_id"] == application["child_id"] and (temporary or each["stay"] is not None):
                return True
        return False

    def over_age(self, application: Application) -> bool:
        """R1.3: over the cap on 1 September of the current school year."""
        return too_old_for(application, school_year_start(self.today), self.pack.age_limit_years)

    def issue_bulletin(self) -> None:
        """R5.1."""
        self.last_bulletin = date.fromordinal(self.last_bulletin.toordinal() + 1)
        self.bulletins += 1
        entries = []
        for place_id, at in self.unlisted:
            place = self.places[place_id]
            terms = {name: place[name] for name in TERM_NAMES}
            if place["vacated"] and place["admission"] == "EARLY":
                terms["admission"] = "REGULAR"
            entries.append({"place_id": place_id, "at": at, "queue": place["queue"], **terms})
            if place["stage"] == "RELEASED":
                place["stage"] = "LISTED"
        recalled = [{"place_id": place, "reason": reason, "at": at} for place, reason, at in self.recalled]
        self.emit("BulletinIssued", number=self.bulletins, date=self.last_bulletin, entries=entries, recalled=recalled)
        self.unlisted, self.recalled = [], []

    def open(self, queue: Queue) -> None:
        """R5.2."""
        if self.mode(queue.name) != "SCHEDULED":
            return
        until = self.days.working(self.today, self.pack.window_days)
        for place in queue.places("LISTED"):
            place.update(stage="PRIORITY", until=until)
            self.emit("PlacePrioritised", place_id=place["id"], until=until)
        self.open_ended_windows(queue)
        self.grant(queue)

    def open_ended_windows(self, queue: Queue) -> None:
        """R5.2.2: oldest first, but none that a live access needs."""
        assert self.now is not None
        for place in queue.places("PRIORITY"):
            rest = [each for each in queue.places("PRIORITY") if each is not place]
            if place["until"] <= self.now and all_served(queue.holders(), rest, self.fits):
                place["stage"] = "OPEN"
                self.emit("PlaceOpened", place_id=place["id"])

    def grant(self, queue: Queue) -> None:
        """R5.2.3."""
        places, holders = queue.places("PRIORITY"), queue.holders()
        until = self.days.working(self.today, self.pack.access_days)
        for application in queue.order():
            if application["access"] is None and all_served([*holders, application], places, self.fits):
                holders.append(application)
                application["access"] = until
                count = sum(self.fits(application, place) for place in places)
                self.emit(
                    "AccessGranted", application_id=application["id"], queue=queue.name, until=until, places=count
                )
                self.add_reminder(application, "ACCESS", until)

    def settle(self) -> None:
        """What follows from any change (R5.6, R5.7). What one queue gives a child may take from it in another: after
        every change anew from the first queue."""
        while any(self.settle_queue(name) for name in sorted(self.queues)):
            pass

    def settle_queue(self, name: str) -> bool:
        """One queue. True when anything followed."""
        before, queue = len(self.facts), self.queues[name]
        if self.mode(name) == "AUTOMATIC":
            while self.match_one(queue):
                pass
            return len(self.facts) > before
        self.keep_promises(queue)
        if self.mode(name) == "IMMEDIATE_ACCESS":
            self.open_ended_windows(queue)
            self.grant(queue)
        return len(self.facts) > before

    def keep_promises(self, queue: Queue) -> None:
        """R5.6: whoever is too many, last in order, loses the access."""
        kept: list[Application] = []
        for holder in queue.holders():
            if all_served([*kept, holder], queue.places("PRIORITY"), self.fits):
                kept.append(holder)
            else:
                self.revoke(holder)

    def match_one(self, queue: Queue) -> bool:
        """R5.7: the oldest place that anybody can take, to the first in order."""
        for place in queue.places("RELEASED", "LISTED"):
            for application in queue.order():
                if self.fits(application, place):
                    self.refer(application, place, "AUTOMATIC")
                    return True
        return False

    # ---- places

    def release(self, place: Place) -> None:
        """On offer, now: for the next bulletin, or at once where access is immediate."""
        assert self.now is not None
        self.arrivals += 1
        if place["vacated"] and place["admission"] == "EARLY":
            place["admission"] = "REGULAR"
        place.update(stage="RELEASED", arrival=self.arrivals, over=False)
        self.unlisted.append((place["id"], self.now))
        if self.mode(place["queue"]) == "IMMEDIATE_ACCESS":
            place.update(stage="PRIORITY", until=self.days.working(self.today, self.pack.window_days))
            self.emit("PlacePrioritised", place_id=place["id"], until=place["until"])

    def give_back(self, place: Place, cause: str) -> None:
        """R2.5."""
        self.emit("PlaceReturned", place_id=place["id"], cause=cause)
        self.release(place)

    def recall(self, place: Place, reason: str) -> None:
        """R2.4: off offer, with what hangs on it."""
        assert self.now is not None
        self.emit("PlaceRecalled", place_id=place["id"], reason=reason)
        place["stage"] = "RECALLED"
        self.recalled.append((place["id"], reason, self.now))
        for application in list(self.applications.values()):
            if application["referral"] is not None and application["referral"]["place_id"] == place["id"]:
                self.end_and_return(application, "RECALLED")
            if application["stay"] == place["id"]:
                self.end_stay(application, "RECALLED")

    def end_temporary_place(self, place: Place) -> None:
        """R2.1: 24:00 of the end date."""
        place["stage"] = "ENDED"
        self.emit("PlaceEnded", place_id=place["id"])
        for application in list(self.applications.values()):
            if application["referral"] is not None and application["referral"]["place_id"] == place["id"]:
                self.end_and_return(application, "TEMPORARY_ENDED")
            if application["stay"] == place["id"]:
                self.end_stay(application, "TEMPORARY_ENDED")

    def end_stay(self, application: Application, cause: str) -> None:
        """A child no longer attends its temporary place."""
        self.emit("StayEnded", application_id=application["id"], place_id=application["stay"], cause=cause)
        application["stay"] = None

    # ---- applications

    def revoke(self, application: Application) -> None:
        """Access is taken back."""
        if application["access"] is not None:
            application["access"] = None
            self.drop_reminders(application, "ACCESS")
            self.emit("AccessRevoked", application_id=application["id"])

    def archive(self, application: Application, reason: str) -> None:
        """Off the queue for good."""
        self.revoke(application)
        self.queue(application["queue"]).alter(application, status="ARCHIVED", change=0)
        application["reminders"] = []
        self.emit("ApplicationArchived", application_id=application["id"], reason=reason)

    def join(self, application: Application) -> None:
        """Into the order for the first time."""
        queue = self.queue(application["queue"])
        queue.alter(application, status="QUEUED", group=self.group_of(application))
        self.renew_interest(application)
        in_group = [each["id"] for each in queue.group(application["group"])].index(application["id"]) + 1
        self.emit(
            "ApplicationQueued",
            application_id=application["id"],
            queue=queue.name,
            group=application["group"],
            number=queue.number(application),
            number_in_group=in_group,
        )

    def group_of(self, application: Application) -> str:
        """R3.1: the strongest benefit decides; R4.3: a bound child stands in the general group."""
        groups = {str(self.pack.groups[benefit]) for benefit in application["benefits"]}
        if application["private_only"]:
            return GENERAL
        return next((name for name in ("EXTRAORDINARY", "PRIORITY") if name in groups), GENERAL)

    def regroup(self, application: Application, benefits: list[str]) -> None:
        """R3.6."""
        application["benefits"] = benefits
        before, after = application["group"], self.group_of(application)
        if application["status"] not in HELD or before == after:
            return
        queue = self.queue(application["queue"])
        queue.alter(application, group=after)
        number = queue.number(application) if application["status"] == "QUEUED" else None
        fields = {"application_id": application["id"], "from": before, "to": after, "number": number}
        self.emit("ApplicationRegrouped", **fields)

    def come_back(self, application: Application, cause: str) -> None:
        """Back to the old place in the order; over the age cap: out (R1.3)."""
        queue = self.queue(application["queue"])
        if self.over_age(application):
            self.archive(application, "AGE_LIMIT")
            return
        queue.come_back(application)
        self.emit(
            "ApplicationReturned", application_id=application["id"], cause=cause, number=queue.number(application)
        )

    def stop(self, application: Application) -> None:
        """Onto the stop list."""
        if self.over_age(application):
            self.archive(application, "AGE_LIMIT")
            return
        until = self.days.working(self.today, self.pack.stop_list_days)
        self.revoke(application)
        self.queue(application["queue"]).alter(application, status="STOPPED", stop_until=until)
        self.emit("ApplicationStopped", application_id=application["id"], until=until)

    # ---- referrals

    def refer(self, application: Application, place: Place, how: str) -> None:
        """R6.1, R6.2, R6.9."""
        assert self.now is not None
        queue, temporary, old = self.queue(application["queue"]), place["admission"] == "TEMPORARY", None
        number = queue.number(application)
        self.referrals += 1
        second = self.in_force("second_check", self.today)
        second = self.pack.second_check if second is None else second
        documents = self.days.working(self.today, self.pack.second_check_days) if second else None
        self.emit(
            "ReferralIssued",
            referral=self.referrals,
            application_id=application["id"],
            place_id=place["id"],
            how=how,
            documents_until=documents,
            number=number,
        )
        old, application["referral"] = application["referral"], None
        if old is not None:
            application["referral"] = old
            self.end_referral(application, "SERVED_REGULAR")
        vacate = self.days.calendar(place["admission_from"], self.pack.vacate_calendar_days)
        if vacate <= self.now:
            vacate = self.days.calendar(self.today, self.pack.vacate_calendar_days)
        application["referral"] = {
            "place_id": place["id"],
            "issued": self.now,
            "documents_until": documents,
            "presented_at": None,
            "presented_day": None,
            "active": False,
            "until": None,
            "extended": False,
            "automatic": how == "AUTOMATIC",
            "temporary": temporary,
            "group": application["group"],
            "vacate_until": vacate,
        }
        place["stage"] = "REFERRED"
        if not temporary:
            queue.serve(application)
        if documents is None:
            self.activate(application)
        else:
            self.add_reminder(application, "REFERRAL", documents)

    def activate(self, application: Application) -> None:
        """R6.2: confirmed; the clock runs once the place is free."""
        referral = application["referral"]
        place = self.places[referral["place_id"]]
        self.drop_reminders(application, "REFERRAL")
        referral["active"] = True
        if place["admission"] != "EARLY" or place["vacated"]:
            referral["until"] = self.days.working(self.today, self.pack.referral_days)
            self.add_reminder(application, "REFERRAL", referral["until"])
        self.emit("ReferralActivated", application_id=application["id"], place_id=place["id"], until=referral["until"])

    def end_referral(self, application: Application, cause: str) -> dict[str, Any]:
        """The referral is over; the place goes back unless it is gone. The application is the caller's matter."""
        referral: dict[str, Any] = application["referral"]
        self.emit("ReferralEnded", application_id=application["id"], place_id=referral["place_id"], cause=cause)
        application["referral"] = None
        self.drop_reminders(application, "REFERRAL")
        if application["archive_at"] <= (self.now or 0):  # R4.4: overdue, but it was referred
            application["archive_at"] = self.days.calendar(self.today, self.pack.interest_calendar_days)
        if cause not in ("RECALLED", "TEMPORARY_ENDED", "ENROLLED"):
            self.give_back(self.places[referral["place_id"]], cause)
        return referral

    def end_and_return(self, application: Application, cause: str) -> None:
        """Ends without enrolment and without penalty; a temporary referral never left the order."""
        if not self.end_referral(application, cause)["temporary"]:
            self.come_back(application, cause)
        elif self.over_age(application):
            self.archive(application, "AGE_LIMIT")

    def lapse(self, application: Application) -> None:
        """R6.6."""
        referral = self.end_referral(application, "LAPSED")
        if self.over_age(application):
            self.archive(application, "AGE_LIMIT")
            return
        if not referral["automatic"]:
            application["lapses"] += 1
            if application["lapses"] >= self.pack.lapses_until_archived:
                self.archive(application, "SECOND_LAPSE")
                return
        self.stop(application)
