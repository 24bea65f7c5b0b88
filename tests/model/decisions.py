"""How the naive book answers each input event. Owns the checks and their order (contracts, section 3); the effects
that rules share are in `book`."""

from typing import Any

from tests.model.book import HELD, HOUR_MS, LIVE, NaiveBook
from tests.model.days import ONE_DAY
from tests.model.queues import GENERAL, Application, Place, all_served, eligible

KINDS = ("GENERAL", "SPECIAL", "SANATORIUM")


class Refused(Exception):
    """The event is rejected; any of the reasons is right."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


def check(**conditions: object) -> None:
    """One step of the order of checks: every reason whose condition holds is equally right."""
    reasons = [reason for reason, holds in conditions.items() if holds]
    if reasons:
        raise Refused(reasons)


class NaiveModel(NaiveBook):
    """The whole rule book for one locality, answering events one at a time."""

    def handle(self, event: dict[str, Any]) -> None:
        """Decide one event: {topic, time, id, source, type, data}."""
        if self.now is None:
            self.start(event["time"])
        self.advance(event["time"])
        assert self.now is not None
        self.now = max(self.now, event["time"])
        self.today = self.days.day(self.now)
        cause = {"source": event["source"], "event_id": event["id"], "type": event["type"]}
        data = {name: value for name, value in event["data"].items() if value is not None}
        first = self.seen.get((event["source"], event["id"]))
        for kind, content, sequence in self.accepted:
            if first is None and kind == event["type"] and content == data:
                first = sequence
        if first is not None:
            self.seen.setdefault((event["source"], event["id"]), len(self.records) + 1)
            self.emit("Duplicate", sequence=first)
            self.finish(cause)
            return
        self.seen[event["source"], event["id"]] = len(self.records) + 1
        try:
            decide = getattr(self, "on_" + event["type"])
            decide(data, event["time"])
        except Refused as refused:
            assert not self.facts
            self.emit("Rejected", reason=refused.reasons[0], equal=refused.reasons)
        else:
            if event["type"] in ("PlaceReleased", "ApplicationSubmitted", "PlaceRecalled"):
                self.accepted.append((event["type"], data, len(self.records) + 1))
            self.settle()
        self.finish(cause)

    def on_ClockTick(self, data: dict[str, Any], time: int) -> None:
        """Only time."""

    # ---- organisations

    def on_OrganisationRegistered(self, data: dict[str, Any], time: int) -> None:
        old = self.organisations.get(data["organisation_id"])
        if old is not None:
            lost = set(old["profiles"]) - set(data["profiles"])
            first = data["profiles"] and not old["profiles"]
            check(ORGANISATION_CLOSED=old["closed"], WRONG_STATE=old["kind"] != data["kind"] or lost or first)
        self.organisations[data["organisation_id"]] = {**data, "closed": False}
        self.emit("OrganisationChanged", organisation_id=data["organisation_id"])

    def on_LocalActAdopted(self, data: dict[str, Any], time: int) -> None:
        assert self.now is not None
        act: dict[Any, Any] = {**data, ("from", "second_check"): data["in_force_from"]}
        for name in ("bulletin_at", "opening_at"):
            if name in data:
                new = self.days.at(self.today, int(data[name][:2]) * 60 + int(data[name][3:]))
                # Every day has one of each: today's is moved only while both moments are still to come.
                movable = min(new, self.daily(name, self.today)) > self.now
                first = self.today if movable else self.today + ONE_DAY
                act["from", name] = max(first, data["in_force_from"])
        self.acts.append(act)
        self.emit("LocalActAdopted")

    def on_OrganisationClosed(self, data: dict[str, Any], time: int) -> None:
        organisation = self.known_organisation(data)
        check(ORGANISATION_CLOSED=organisation["closed"], WRONG_STATE=organisation["closed"])
        organisation["closed"] = True
        self.emit("OrganisationClosed", organisation_id=data["organisation_id"])
        for _, place in sorted(self.places.items()):
            own = place["organisation_id"] == data["organisation_id"]
            if own and place["stage"] not in ("FILLED", "RECALLED", "ENDED"):
                self.recall(place, "CLOSURE")
        for application in list(self.applications.values()):
            own = application["queue"].split("/")[1] == data["organisation_id"] and application["kind"] != GENERAL
            if own and application["status"] in LIVE:
                self.archive(application, "ORGANISATION_CLOSED")

    def known_organisation(self, data: dict[str, Any]) -> dict[str, Any]:
        """Existence."""
        check(UNKNOWN_ORGANISATION=data.get("organisation_id") not in self.organisations)
        return self.organisations[data["organisation_id"]]

    def wrong_profile(self, organisation: dict[str, Any], data: dict[str, Any]) -> bool:
        """R1.1: one of the stated ones, or none when none is stated."""
        said = data.get("profile") or ""
        if organisation["kind"] == GENERAL and not organisation["profiles"]:
            return bool(said)
        return said not in organisation["profiles"] if organisation["profiles"] else bool(said)

    # ---- places

    def on_PlaceReleased(self, data: dict[str, Any], time: int) -> None:
        organisation = self.known_organisation(data)
        kind = data["queue_kind"]
        temporary, until = data["admission"] == "TEMPORARY", data.get("admission_until")
        bad = temporary != (until is not None) or data["age_from"] > data["age_to"]
        bad = bad or (until is not None and (until < data["admission_from"] or until < self.today))
        bad = bad or any(each["from"] > each["until"] for each in data.get("attendance", ()))
        conflict = data["place_id"] in self.places
        check(
            CONFLICTING_PLACE=conflict,
            ORGANISATION_CLOSED=organisation["closed"],
            BAD_DATE=bad,
        )
        check(NOT_ELIGIBLE=kind != organisation["kind"] or self.wrong_profile(organisation, data))
        queue = queue_name(data, data["birth_year"])
        place = {
            "admission_until": None,
            "attendance": None,
            **data,
            "id": data["place_id"],
            "queue": queue,
            "vacated": False,
            "until": None,
        }
        self.queue(queue)
        self.places[place["id"]] = place
        self.emit("PlaceReleased", place_id=place["id"], queue=queue)
        kept = self.kept.get((place["id"], place["organisation_id"]))
        if kept is not None and kept["reason"] == "PUPIL_RETURNED" and not temporary:
            self.forget_recall((place["id"], place["organisation_id"]))
            self.emit("RecallExpired", place_id=place["id"], until=kept["until"])
        elif kept is not None:
            del self.kept[place["id"], place["organisation_id"]]
            place.update(stage="RELEASED", arrival=0)
            assert self.now is not None
            self.unlisted.append((place["id"], self.now))
            self.recall(place, kept["reason"])
            return
        self.release(place)

    def place_of(self, data: dict[str, Any]) -> Place:
        """Existence and ownership of a place."""
        check(UNKNOWN_PLACE=data["place_id"] not in self.places, **self.unknown_owner(data))
        place = self.places[data["place_id"]]
        check(NOT_YOURS=place["organisation_id"] != data["organisation_id"])
        return place

    def unknown_owner(self, data: dict[str, Any]) -> dict[str, bool]:
        """An organisation that nobody knows and that acts on a known place: it does not exist, and the place is not
        its own. The text leaves open which of the two is the first reason."""
        unknown = data.get("organisation_id", "") not in self.organisations and "organisation_id" in data
        return {"UNKNOWN_ORGANISATION": unknown, "NOT_YOURS": unknown and data["place_id"] in self.places}

    def on_PlaceVacated(self, data: dict[str, Any], time: int) -> None:
        place = self.place_of(data)
        gone = place["stage"] in ("FILLED", "RECALLED", "ENDED")
        check(
            WRONG_STATE=gone or place["admission"] != "EARLY" or place["vacated"],
            PLACE_FILLED=place["stage"] == "FILLED",
        )
        self.emit("PlaceVacated", place_id=place["id"])
        place["vacated"] = True
        if place["stage"] != "REFERRED":
            place["admission"] = "REGULAR"
        for application in self.applications.values():
            referral = application["referral"]
            if referral is not None and referral["place_id"] == place["id"] and referral["active"]:
                self.activate(application)

    def on_PlaceRecalled(self, data: dict[str, Any], time: int) -> None:
        assert self.now is not None
        place = self.places.get(data["place_id"])
        if place is None:
            organisation = self.known_organisation(data)
            key = (data["place_id"], data["organisation_id"])
            check(ORGANISATION_CLOSED=organisation["closed"], WRONG_STATE=key in self.kept)
            until = self.now + self.pack.recall_kept_hours * HOUR_MS
            self.kept[key] = {"reason": data["reason"], "until": until}
            self.emit("RecallKept", place_id=data["place_id"], until=until)
            return
        self.place_of(data)
        returned = data["reason"] == "PUPIL_RETURNED"
        temporary = place["admission"] == "TEMPORARY"
        check(
            PLACE_FILLED=place["stage"] == "FILLED" and not (returned and temporary),
            WRONG_STATE=place["stage"] in ("RECALLED", "ENDED") or (returned and not temporary),
        )
        self.recall(place, data["reason"])

    # ---- applications

    def on_ApplicationSubmitted(self, data: dict[str, Any], time: int) -> None:
        kind, closed, wrong = data["queue_kind"], False, False
        if kind != GENERAL:
            organisation = self.known_organisation(data)
            closed = organisation["closed"]
            wrong = kind != organisation["kind"] or self.wrong_profile(organisation, data)
        queue = queue_name(data, data["child_born"].year)
        own = [each for each in self.applications.values() if each["child_id"] == data["child_id"]]
        live = [each for each in own if each["status"] in LIVE]
        term = self.days.working(self.days.day(data["submitted_at"]), self.pack.registration_days)
        late = time >= term and data["channel"] != "MIGRATION"
        application = {
            **data,
            "id": data["application_id"],
            "kind": kind,
            "queue": queue,
            "status": "REGISTERED",
            "group": GENERAL,
            "documents_until": term,
            "presented_at": None,
            "change": 0,
            "access": None,
            "reminders": [],
            "referral": None,
            "stay": None,
            "lapses": 0,
            "refused_from": set(),
            "cancelled_from": set(),
            "enrolled_at": None,
            "reminded": False,
            "interest_day": None,
            "archive_at": 0,
            "engaged": self.engaged,
        }
        application["private_only"] = kind == GENERAL and any(each.get("bound") for each in own)
        check(
            CONFLICTING_APPLICATION=data["application_id"] in self.applications,
            ORGANISATION_CLOSED=closed,
            BAD_TIME=data["submitted_at"] > time or late,
            BAD_DATE=data["child_born"] > self.today,
            DUPLICATE_APPLICATION=any(each["queue"] == queue for each in live),
            TOO_OLD=self.over_age(application),
        )
        others = any(each["kind"] != kind for each in live)
        check(SPECIAL_NEEDS_NOT_CONFIRMED=others and not data["special_needs"], NOT_ELIGIBLE=wrong)
        assert self.now is not None
        if term <= self.now:
            application["documents_until"] = self.days.working(self.today, self.pack.registration_days)
        self.applications[application["id"]] = application
        self.queue(queue)
        self.emit(
            "ApplicationRegistered",
            application_id=application["id"],
            queue=queue,
            documents_until=application["documents_until"],
        )

    def application_of(self, data: dict[str, Any]) -> Application:
        """Existence and ownership of an application (where the event says whose)."""
        check(UNKNOWN_APPLICATION=data["application_id"] not in self.applications)
        application = self.applications[data["application_id"]]
        check(NOT_YOURS=data.get("applicant_id", application["applicant_id"]) != application["applicant_id"])
        return application

    def on_DocumentsPresented(self, data: dict[str, Any], time: int) -> None:
        if "place_id" in data:
            application, referral = self.referral_of(data)
            check(WRONG_STATE=referral["active"] or referral["presented_at"] is not None)
            referral.update(presented_at=self.now, presented_day=self.today)
            self.drop_reminders(application, "REFERRAL")
        else:
            application = self.application_of(data)
            check(WRONG_STATE=application["status"] != "REGISTERED" or application["presented_at"] is not None)
            application["presented_at"] = self.now
        self.emit("DocumentsPresented", application_id=application["id"])

    def on_DocumentsConfirmed(self, data: dict[str, Any], time: int) -> None:
        application = self.application_of(data)
        check(WRONG_STATE=application["status"] != "REGISTERED")
        application["benefits"] = data.get("benefits", application["benefits"])
        if application["private_only"]:
            joins = self.days.months(self.days.day(application["submitted_at"]), self.pack.joining_months)
            assert self.now is not None
            if joins > self.now:
                application.update(status="DEFERRED", joins_at=joins)
                self.emit("ApplicationDeferred", application_id=application["id"], until=joins)
                return
        self.join(application)

    def on_DocumentsRefused(self, data: dict[str, Any], time: int) -> None:
        application = self.application_of(data)
        check(WRONG_STATE=application["status"] != "REGISTERED")
        application["status"] = "REFUSED"
        self.emit(
            "ApplicationRefused", application_id=application["id"], reason=data["reason"], missing=data["missing"]
        )

    def on_BenefitsChanged(self, data: dict[str, Any], time: int) -> None:
        application = self.application_of(data)
        check(WRONG_STATE=application["status"] not in LIVE)
        self.emit("BenefitsChanged", application_id=application["id"], benefits=data["benefits"])
        self.regroup(application, data["benefits"])

    def on_InterestConfirmed(self, data: dict[str, Any], time: int) -> None:
        application = self.application_of(data)
        check(WRONG_STATE=application["status"] not in HELD)
        self.renew_interest(application)
        self.emit("InterestConfirmed", application_id=application["id"])

    def on_ApplicationWithdrawn(self, data: dict[str, Any], time: int) -> None:
        application = self.application_of(data)
        check(WRONG_STATE=application["status"] not in LIVE)
        if application["referral"] is not None:
            self.end_referral(application, "WITHDRAWN")
        self.archive(application, "WITHDRAWN")

    def on_ApplicantLinked(self, data: dict[str, Any], time: int) -> None:
        application = self.application_of({"application_id": data["application_id"]})
        check(WRONG_STATE=application["status"] not in LIVE)
        application["applicant_id"] = data["applicant_id"]
        self.emit("ApplicantLinked", application_id=application["id"])

    def on_ApplicationSuspended(self, data: dict[str, Any], time: int) -> None:
        application = self.application_of(data)
        check(WRONG_STATE=application["status"] not in ("QUEUED", "REFERRED", "STOPPED"))
        referred = application["referral"] is not None
        if referred:
            self.end_referral(application, "SUSPENDED")
        if referred and self.over_age(application):
            self.archive(application, "AGE_LIMIT")
            return
        self.revoke(application)
        stop = application["stop_until"] if application["status"] == "STOPPED" else None
        self.queue(application["queue"]).alter(application, status="SUSPENDED", stop_until=stop)
        self.emit("ApplicationSuspended", application_id=application["id"], reason=data["reason"])

    def on_ApplicationRestored(self, data: dict[str, Any], time: int) -> None:
        application = self.application_of(data)
        check(WRONG_STATE=application["status"] != "SUSPENDED")
        assert self.now is not None
        if application["stop_until"] is not None and application["stop_until"] > self.now:
            application["status"] = "STOPPED"
            self.emit("ApplicationStopped", application_id=application["id"], until=application["stop_until"])
            return
        self.come_back(application, "RESTORED")

    # ---- choosing

    def on_PlacesChosen(self, data: dict[str, Any], time: int) -> None:
        named = data["choices"]
        check(
            UNKNOWN_APPLICATION=any(each["application_id"] not in self.applications for each in named),
            UNKNOWN_PLACE=any(each["place_id"] not in self.places for each in named),
        )
        pairs = [(self.applications[each["application_id"]], self.places[each["place_id"]]) for each in named]
        check(NOT_YOURS=any(child["applicant_id"] != data["applicant_id"] for child, _ in pairs))
        statuses = [child["status"] for child, _ in pairs]
        stages = [place["stage"] for _, place in pairs]
        leftovers = [
            self.mode(place["queue"]) == "AUTOMATIC" and stage in ("RELEASED", "LISTED")
            for (_, place), stage in zip(pairs, stages, strict=True)
        ]
        off_offer = [stage not in ("PRIORITY", "OPEN", "REFERRED", "FILLED") for stage in stages]
        repeated = len({child["id"] for child, _ in pairs}) < len(pairs)
        repeated_place = len({place["id"] for _, place in pairs}) < len(pairs)
        check(
            NOT_QUEUED=any(status not in ("QUEUED", "STOPPED", "SUSPENDED") for status in statuses) or repeated,
            ON_STOP_LIST=any(status in ("STOPPED", "SUSPENDED") for status in statuses),
            PLACE_TAKEN=any(stage in ("REFERRED", "FILLED") for stage in stages) or repeated_place,
            WRONG_STATE=any(off and not left for off, left in zip(off_offer, leftovers, strict=True))
            or any(
                left and (place["id"] not in child["cancelled_from"] or place["id"] in child["refused_from"])
                for (child, place), left in zip(pairs, leftovers, strict=True)
            ),
            NOT_ELIGIBLE=repeated or repeated_place,
        )
        if any(leftovers):
            self.take_leftovers(pairs)
            return
        entitled = any(child["access"] is not None for child, _ in pairs)
        check(NO_ACCESS=not entitled and "PRIORITY" in stages)
        organisations = {place["organisation_id"] for _, place in pairs}
        same = len({child["child_id"] for child, _ in pairs}) < len(pairs)
        wrong = any(not self.fits(child, place) for child, place in pairs)
        check(NOT_ELIGIBLE=wrong or len(organisations) > 1 or same)
        check(PROMISED=not self.promise_kept(pairs))
        first = self.pack.open_stage_first
        ranks = [self.queue(child["queue"]).number(child) for child, _ in pairs]
        check(OUTSIDE_FIRST_1000=not entitled and min(ranks) > first)
        for child, place in pairs:
            if child["access"] is not None:
                child["access"] = None
                self.drop_reminders(child, "ACCESS")
                self.emit("AccessUsed", application_id=child["id"])
            self.refer(child, place, "CHOICE" if place["stage"] == "PRIORITY" else "OPEN_CHOICE")

    def take_leftovers(self, pairs: list[tuple[Application, Place]]) -> None:
        """R5.7: places that only the one who cancelled them is eligible for; of siblings all or nothing (R5.8)."""
        own = all(place["id"] in child["cancelled_from"] for child, place in pairs)
        fits = all(eligible(child, place, self.organisations, self.pack, cancelled=True) for child, place in pairs)
        one_home = len({place["organisation_id"] for _, place in pairs}) == 1
        different = len({child["child_id"] for child, _ in pairs}) == len(pairs)
        wrong = not (own and fits and one_home and different)
        # The text names no reason for a waiting place of an automatic queue that is not one's own.
        check(WRONG_STATE=wrong, NOT_ELIGIBLE=wrong, NO_ACCESS=wrong)
        for child, place in pairs:
            self.refer(child, place, "CHOICE")

    def promise_kept(self, pairs: list[tuple[Application, Place]]) -> bool:
        """R5.6 for all children together, without their own accesses and places."""
        children, taken = [child["id"] for child, _ in pairs], [place["id"] for _, place in pairs]
        for name in {place["queue"] for _, place in pairs if place["stage"] == "PRIORITY"}:
            queue = self.queue(name)
            choosers = [
                queue.number(child) for child, place in pairs if place["queue"] == name and place["stage"] == "PRIORITY"
            ]
            before = [
                each for each in queue.holders() if each["id"] not in children and queue.number(each) < max(choosers)
            ]
            left = [each for each in queue.places("PRIORITY") if each["id"] not in taken]
            if not all_served(before, left, self.fits):
                return False
        return True

    # ---- referrals

    def referral_of(self, data: dict[str, Any]) -> tuple[Application, dict[str, Any]]:
        """Existence, ownership, and the live referral of an application to a place."""
        check(
            UNKNOWN_APPLICATION=data["application_id"] not in self.applications,
            UNKNOWN_PLACE=data["place_id"] not in self.places,
            **self.unknown_owner(data),
        )
        application, place = self.applications[data["application_id"]], self.places[data["place_id"]]
        check(
            NOT_YOURS=data.get("applicant_id", application["applicant_id"]) != application["applicant_id"]
            or data.get("organisation_id", place["organisation_id"]) != place["organisation_id"]
        )
        referral = application["referral"]
        check(NO_REFERRAL=referral is None or referral["place_id"] != data["place_id"])
        return application, referral

    def on_ReferralDocumentsConfirmed(self, data: dict[str, Any], time: int) -> None:
        application, referral = self.referral_of(data)
        check(WRONG_STATE=referral["active"])
        if data["benefit_confirmed"] or referral["group"] == GENERAL:
            self.activate(application)
            return
        self.end_referral(application, "BENEFIT_NOT_CONFIRMED")
        self.regroup(application, [])
        if not referral["temporary"]:
            self.come_back(application, "BENEFIT_NOT_CONFIRMED")
        elif self.over_age(application):
            self.archive(application, "AGE_LIMIT")

    def on_ReferralDocumentsRefused(self, data: dict[str, Any], time: int) -> None:
        application, referral = self.referral_of(data)
        check(WRONG_STATE=referral["active"])
        self.end_referral(application, "DOCUMENTS_REFUSED")
        self.stop(application)

    def on_ReferralCancelled(self, data: dict[str, Any], time: int) -> None:
        application, referral = self.referral_of(data)
        assert self.now is not None
        place = self.places[data["place_id"]]
        waits = place["admission"] == "EARLY" and not place["vacated"]
        provider_late = (
            referral["presented_at"] is not None
            and not referral["active"]
            and self.now >= self.days.working(referral["presented_day"], self.pack.second_check_answer_days)
        )
        late = self.now >= referral["issued"] + self.pack.cancellation_hours * HOUR_MS
        check(TOO_LATE=late and not waits and not provider_late)
        if self.mode(application["queue"]) == "AUTOMATIC":
            application["cancelled_from"].add(place["id"])
        self.end_and_return(application, "CANCELLED")

    def on_ReferralExtended(self, data: dict[str, Any], time: int) -> None:
        application, referral = self.referral_of(data)
        # Active, but its clock does not run yet: the text names no reason for that.
        waits = referral["active"] and referral["until"] is None
        check(NOT_ACTIVE=not referral["active"] or waits, ALREADY_EXTENDED=referral["extended"], WRONG_STATE=waits)
        last = self.days.day(referral["until"] - 1)
        referral.update(extended=True, until=self.days.calendar(last, data["days"]))
        self.drop_reminders(application, "REFERRAL")
        self.add_reminder(application, "REFERRAL", referral["until"])
        self.emit(
            "ReferralExtended", application_id=application["id"], place_id=data["place_id"], until=referral["until"]
        )

    def on_ChildEnrolled(self, data: dict[str, Any], time: int) -> None:
        application, referral = self.referral_of(data)
        check(NOT_ACTIVE=not referral["active"])
        place = self.places[data["place_id"]]
        if place["admission"] == "EARLY" and not place["vacated"]:
            place["vacated"] = True
        place["stage"] = "FILLED"
        self.emit("PlaceFilled", place_id=place["id"])
        self.end_referral(application, "ENROLLED")
        application["enrolled_at"] = place["id"]
        if referral["temporary"]:
            application["stay"] = place["id"]
            if self.over_age(application):
                self.archive(application, "AGE_LIMIT")
            return
        state = self.organisations[place["organisation_id"]]["ownership"] == "STATE"
        application["bound"] = application["kind"] == GENERAL and referral["group"] != GENERAL and state
        self.archive(application, "ENROLLED")
        for other in list(self.applications.values()):
            if other["child_id"] == application["child_id"] and other["stay"] is not None:
                stay = self.places[other["stay"]]
                self.end_stay(other, "SERVED_REGULAR")
                self.give_back(stay, "SERVED_REGULAR")
                if self.organisations[stay["organisation_id"]]["closed"]:
                    self.recall(stay, "CLOSURE")

    def on_AdmissionRefused(self, data: dict[str, Any], time: int) -> None:
        application, referral = self.referral_of(data)
        check(NOT_ACTIVE=not referral["active"])
        application["refused_from"].add(data["place_id"])
        self.end_and_return(application, "REFUSED")

    def on_ChildLeft(self, data: dict[str, Any], time: int) -> None:
        check(
            UNKNOWN_APPLICATION=data["application_id"] not in self.applications,
            UNKNOWN_PLACE=data["place_id"] not in self.places,
            **self.unknown_owner(data),
        )
        application, place = self.applications[data["application_id"]], self.places[data["place_id"]]
        check(NOT_YOURS=data["organisation_id"] != place["organisation_id"])
        check(
            WRONG_STATE=application["enrolled_at"] != place["id"]
            or place["stage"] != "FILLED"
            or (place["admission"] == "TEMPORARY" and application["stay"] != place["id"])
        )
        application["enrolled_at"] = None
        self.emit("ChildLeft", application_id=application["id"], place_id=place["id"])
        if application["stay"] == place["id"]:
            self.end_stay(application, "LEFT")


def queue_name(data: dict[str, Any], year: int) -> str:
    """The queue's id (contracts, section 4)."""
    assert data["queue_kind"] in KINDS
    if data["queue_kind"] == GENERAL:
        return f"general/{year}"
    return f"{data['queue_kind'].lower()}/{data['organisation_id']}/{year}/{data.get('profile') or ''}"
