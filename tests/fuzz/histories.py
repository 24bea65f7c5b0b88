"""Random histories of one locality, biased towards collisions: few children, few places, moments at deadlines.

Owns how events are made up. A history reacts to the naive model's state, so that rare states are reached; the events
themselves are plain and can be replayed, cut down and printed. Never looks at the core.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec

from schemas.event_json import decode_event
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.words import Benefit, Group, QueueKind
from schemas.zones import zone_of
from streams.rules.pack import PACKS, Mode, Pack
from tests.model.decisions import NaiveModel

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TOPIC_OF = {kind.__name__: topic for topic, kinds in EVENTS_BY_TOPIC.items() for kind in kinds}
LOCALITIES = [
    "710000000",
    "751110000",
    "151010000",
    "231010000",
    "271010000",
    "391010000",
    "431010000",
    "471010000",
    "350000000",
]
STARTS = ("2021-06-08", "2021-08-24", "2023-12-27", "2024-02-24", "2024-08-27", "2025-03-17", "2022-05-03")
EXTRAORDINARY = [Benefit.MILITARY.value, Benefit.SPECIAL_STATE_BODY.value]
PRIORITY = [each.value for each in Benefit if each.value not in EXTRAORDINARY]
KZ = PACKS["kz-2020"]
IMMEDIATE = next(pack for pack in PACKS.values() if pack.modes[QueueKind.GENERAL] is Mode.IMMEDIATE_ACCESS)
PACKS_UNDER_TEST: dict[str, Pack] = {
    "kz-2020": KZ,
    "immediate": IMMEDIATE,
    "narrow": msgspec.structs.replace(KZ, open_stage_first=2),
    "all-scheduled": msgspec.structs.replace(KZ, modes=dict.fromkeys(QueueKind, Mode.SCHEDULED)),
    "all-automatic": msgspec.structs.replace(KZ, modes=dict.fromkeys(QueueKind, Mode.AUTOMATIC)),
    "days-off": msgspec.structs.replace(
        KZ, open_stage_first=3, groups={**KZ.groups, Benefit.TEACHER_CHILD: Group.EXTRAORDINARY}
    ),
}


class History:
    """One seed's history. Iterate it: each event is decided by `model` before the next is made up."""

    def __init__(self, seed: int, events: int, pack: str | None = None, locality: str | None = None) -> None:
        self.random = random = Random(seed)
        self.count = events
        # Half of the histories run under the book's own pack.
        self.pack_name = pack or random.choice(["kz-2020"] * 4 + list(PACKS_UNDER_TEST))
        self.locality = locality or random.choice(LOCALITIES)
        self.model = NaiveModel(self.locality, PACKS_UNDER_TEST[self.pack_name])
        self.zone = zone_of(self.locality)
        start = date.fromisoformat(random.choice(STARTS)) + timedelta(days=random.randrange(4))
        self.now = self.model.days.at(start, random.randrange(24 * 60))
        self.year = start.year
        self.sent: list[dict[str, Any]] = []
        self.serial = 0
        # What this history has much of.
        self.children = random.choice([4, 8, 16, 30])
        self.applicants = random.choice([2, 4, 10])
        self.organisations = random.choice([2, 3, 5, 8])
        self.birth_years = [
            self.year - age for age in random.sample([1, 2, 3, 3, 4, 5, 5, 6, 6], random.choice([1, 2, 3]))
        ]
        self.kinds = random.choice(
            [["GENERAL"], ["GENERAL"], ["GENERAL", "SPECIAL"], ["GENERAL", "SANATORIUM", "SPECIAL"]]
        )
        self.temporary = random.choice([0.1, 0.3, 0.7])
        self.early = random.choice([0.05, 0.2, 0.5])
        self.benefits = random.choice([0.2, 0.5, 0.8])
        self.pace = random.choice(["dense", "dense", "normal", "normal", "slow"])
        self.noise = random.choice([0.03, 0.1, 0.3])

    def __iter__(self) -> Iterator[Event]:
        for _ in range(self.count):
            yield self.next()

    def next(self) -> Event:
        """The next event, already decided by the model."""
        line = self.make()
        event = decode_event(json.dumps(line).encode(), 0, self.serial)
        self.sent.append(line)
        self.model.handle(naive(event))
        self.now = max(self.now, event.time)
        return event

    # ---- what, when

    def make(self) -> dict[str, Any]:
        random = self.random
        self.serial += 1
        moment = self.moment()
        recent = [each for each in self.sent[-60:] if each["ms"] > self.now - 6 * DAY]
        if recent and random.random() < 0.02:
            again = dict(random.choice(recent))
            if random.random() < 0.5:
                again["id"] = f"e{self.serial}"
            elif random.random() < 0.3:
                again = {**random.choice(recent), **{name: again[name] for name in ("id", "source", "ms")}}
            if again["type"] in ("ApplicationSubmitted", "PlaceReleased") and random.random() < 0.3:
                again["id"], again["data"] = f"e{self.serial}", self.altered(again["data"])
            # An id is remembered for seven days from its first use.
            used = again["ms"] if again["id"] != f"e{self.serial}" else max(moment, self.now)
            return {**again, "time": self.zone.render(moment), "ms": used}
        kind, data = self.happening(moment)
        return {
            "topic": "vacancy-recalls" if kind == "ClockTick" else TOPIC_OF[kind],
            "time": self.zone.render(moment),
            "id": f"e{self.serial}",
            "source": f"s{random.randrange(2)}",
            "type": kind,
            "locality": self.locality,
            "data": data,
            "ms": moment,
        }

    def moment(self) -> int:
        """Often at a timer's very moment or beside it; sometimes late; seldom far ahead."""
        random, model = self.random, self.model
        if model.now is None:
            return self.now
        dice = random.random()
        if dice < 0.02:
            return self.now - random.choice([1, HOUR, 3 * DAY, 9 * DAY])
        if dice < {"dense": 0.65, "normal": 0.4, "slow": 0.15}[self.pace]:
            return self.now + random.choice([0, 0, 1, MINUTE, 17 * MINUTE])
        if dice < 0.85:
            dues = sorted({each for each in [*(each[0] for each in model.timers()), *self.edges()] if each > self.now})
            near = [each for each in dues[: 4 if self.pace == "dense" else 12] if each < self.now + 4 * DAY]
            # Seldom a far one: the year would be over before anything had happened.
            due = random.choice(near or dues[:1]) if random.random() < 0.98 else random.choice(dues)
            return max(self.now, due + random.choice([-1, 0, 0, 1, 1, MINUTE]))
        if dice < 0.985:
            return self.now + random.choice([HOUR, 5 * HOUR, 23 * HOUR, DAY - 1, DAY, DAY + 1])
        if dice < 0.998 or self.pace == "dense":
            return self.now + random.choice([2, 4, 8, 15]) * DAY
        return self.now + random.choice([30, 200, 364, 370]) * DAY

    def edges(self) -> list[int]:
        """Moments at which a right begins or ends without a timer: when a referral may be cancelled (R6.2, R6.4)."""
        model, found = self.model, []
        for application in model.applications.values():
            referral = application["referral"]
            if referral is not None:
                found.append(referral["issued"] + model.pack.cancellation_hours * HOUR)
                if referral["presented_at"] is not None and not referral["active"]:
                    answer = model.days.working(referral["presented_day"], model.pack.second_check_answer_days)
                    found.append(answer)
        return found

    def at_edge(self, moment: int) -> tuple[str, dict[str, Any]] | None:
        """A cancellation beside such a moment."""
        for application in self.model.applications.values():
            referral = application["referral"]
            if referral is not None:
                issued = referral["issued"] + self.model.pack.cancellation_hours * HOUR
                day = referral["presented_day"]
                answer = self.model.days.working(day, self.model.pack.second_check_answer_days) if day else issued
                if min(abs(moment - issued), abs(moment - answer)) <= 1:
                    ids = {name: application[name] for name in ("application_id", "applicant_id")}
                    return "ReferralCancelled", {**ids, "place_id": referral["place_id"]}
        return None

    def happening(self, moment: int) -> tuple[str, dict[str, Any]]:
        """Something that makes sense now, or nonsense."""
        random = self.random
        if len(self.model.organisations) < min(2, self.organisations):
            return self.register()
        if (cancelled := self.at_edge(moment)) is not None and random.random() < 0.5:
            return cancelled
        if random.random() < self.noise:
            return self.nonsense(moment)
        makers: list[tuple[float, Any]] = [
            (0.15, self.register),
            (0.1, lambda: self.close() if random.random() < 0.25 else self.local_act()),
            (1.0, lambda: ("ClockTick", {})),
            (5.0 if len(self.model.places) < 60 else 1.0, self.release),
            (0.7, self.recall),
            (4.0 if self.live() < 40 else 1.0, lambda: self.submit(moment)),
            (6.0, self.documents),
            (5.0, self.choose),
            (7.0, self.referral),
            (1.5, self.application),
        ]
        maker = random.choices([each for _, each in makers], [weight for weight, _ in makers])[0]
        kind, data = maker() or ("ClockTick", {})
        return kind, data

    def live(self) -> int:
        return sum(each["status"] not in ("ARCHIVED", "REFUSED") for each in self.model.applications.values())

    def some(self, pool: Any, default: Any = None) -> Any:
        found = list(pool)
        return self.random.choice(found) if found else default

    # ---- organisations and places

    def register(self) -> tuple[str, dict[str, Any]]:
        random = self.random
        index = random.randrange(self.organisations)
        old = self.model.organisations.get(f"o{index}")
        kind = old["kind"] if old and random.random() < 0.95 else self.kinds[index % len(self.kinds)]
        profiles = list(old["profiles"]) if old else ["A", "B"][: random.choice([0, 1, 2])] * (kind != "GENERAL")
        if old and random.random() < 0.3:
            profiles = random.choice([[*profiles, "C"], profiles[:-1], profiles[::-1]])
        return "OrganisationRegistered", {
            "organisation_id": f"o{index}",
            "name": "n",
            "ownership": random.choice(["STATE", "STATE", "PRIVATE"]),
            "kind": kind,
            "profiles": list(dict.fromkeys(profiles)),
        }

    def close(self) -> tuple[str, dict[str, Any]]:
        return "OrganisationClosed", {"organisation_id": f"o{self.random.randrange(self.organisations)}"}

    def local_act(self) -> tuple[str, dict[str, Any]]:
        random = self.random
        today = self.model.days.day(self.now)
        times = ["00:00", "07:00", "09:00", "12:30", "18:00", "23:59", "23:30"]
        return "LocalActAdopted", {
            "number": f"{self.serial}",
            "date": today.isoformat(),
            "in_force_from": (today + timedelta(days=random.choice([0, 0, 1, 3, -5]))).isoformat(),
            "bulletin_at": random.choice([None, *times]),
            "opening_at": random.choice([None, *times]),
            "second_check": random.choice([None, True, False]),
        }

    def release(self) -> tuple[str, dict[str, Any]]:
        random, today = self.random, self.model.days.day(self.now)
        organisation = self.some(each for each in self.model.organisations.values() if not each["closed"])
        if organisation is None:
            return self.register()
        kind = organisation["kind"]
        admission = random.choices(
            ["REGULAR", "EARLY", "TEMPORARY"], [1 - min(0.9, self.temporary + self.early), self.early, self.temporary]
        )[0]
        starts = today + timedelta(days=random.choice([-40, -29, -1, 0, 1, 10, 100, 350]))
        ends = today + timedelta(days=random.choice([-1, 0, 1, 2, 5, 30, 200]))
        age = random.choice([1, 2, 3, 3, 4, 4, 5, 5, 6])
        place_id = f"p{self.serial}"
        kept = self.some(self.model.kept)
        if kept is not None and random.random() < 0.5:
            place_id, organisation = (
                kept[0],
                self.model.organisations[self.random.choice([kept[1], organisation["organisation_id"]])],
            )
            kind = organisation["kind"]
        until = max(ends, starts) if random.random() < 0.9 else ends
        attendance = [
            {"from": starts.isoformat(), "until": (starts + timedelta(days=random.choice([-1, 9, 9]))).isoformat()}
        ]
        return "PlaceReleased", {
            "place_id": place_id,
            "organisation_id": organisation["organisation_id"],
            "queue_kind": kind if random.random() < 0.97 else random.choice(["GENERAL", "SPECIAL", "SANATORIUM"]),
            "profile": self.some(organisation["profiles"]) if random.random() < 0.97 else "X",
            "birth_year": random.choice(self.birth_years),
            "age_from": random.choice([1, 2, age, 0]),
            "age_to": random.choice([age, 5, 6, 7]),
            "language": "kk",
            "group_type": "GENERAL_DEVELOPMENTAL",
            "regime": "FULL_DAY",
            "admission": admission,
            "admission_from": starts.isoformat(),
            "admission_until": until.isoformat() if (admission == "TEMPORARY") != (random.random() < 0.02) else None,
            "attendance": random.choice([None, None, None, attendance]),
        }

    def recall(self) -> tuple[str, dict[str, Any]]:
        random = self.random
        place = self.some(self.model.places.values())
        reasons = ["MAJOR_REPAIR", "QUARANTINE", "STATE_ORDER_CANCELLED", "CLOSURE", "PUBLISHED_BY_MISTAKE"]
        data = {"reason": random.choice([*reasons, *["PUPIL_RETURNED"] * 5])}
        if place is None or random.random() < 0.25:
            organisation = self.some(self.model.organisations)
            return "PlaceRecalled", {
                "place_id": f"p{self.serial + random.randrange(9)}",
                "organisation_id": organisation,
                **data,
            }
        if place["admission"] == "EARLY" and random.random() < 0.7:
            return "PlaceVacated", {"place_id": place["id"], "organisation_id": place["organisation_id"]}
        return "PlaceRecalled", {"place_id": place["id"], "organisation_id": place["organisation_id"], **data}

    # ---- applications

    def submit(self, moment: int) -> tuple[str, dict[str, Any]]:
        random = self.random
        moment = max(moment, self.model.now or 0)
        child = random.randrange(self.children)
        year = self.birth_years[child % len(self.birth_years)]
        days = [(9, 1), (8, 31), (9, 2), (2, 28), (1, 1), (12, 31), (6, 15)]
        month, day = days[child % len(days)]
        born = date(year, 2, 29) if (month, day) == (2, 28) and year % 4 == 0 else date(year, month, day)
        kind = random.choice(self.kinds)
        organisation = self.some(each for each in self.model.organisations.values() if each["kind"] == kind)
        special = random.random() < 0.5
        data: dict[str, Any] = {
            "application_id": f"a{self.serial}",
            "applicant_id": f"r{child % self.applicants}",
            "child_id": f"c{child}",
            "child_born": born.isoformat(),
            "queue_kind": kind,
            "submitted_at": self.zone.render(
                moment
                - random.choice(
                    [0, 0, 0, 1, HOUR, DAY, 4 * DAY, 7 * DAY, 9 * DAY, -1] if random.random() < 0.6 else [0]
                )
            ),
            "benefits": self.some_benefits(),
            "special_needs": special,
            "commission_conclusion": special and random.random() < 0.5,
            "channel": random.choice(["OFFICE", "PORTAL", "MIGRATION"]),
        }
        if kind != "GENERAL" and organisation is not None:
            data["organisation_id"] = organisation["organisation_id"]
            data["profile"] = self.some(organisation["profiles"]) if random.random() < 0.97 else "X"
        elif kind != "GENERAL":
            data["organisation_id"] = "o9"
        return "ApplicationSubmitted", data

    def some_benefits(self) -> list[str]:
        random = self.random
        if random.random() > self.benefits:
            return []
        return [random.choice(EXTRAORDINARY if random.random() < 0.2 else PRIORITY)]

    def documents(self) -> tuple[str, dict[str, Any]] | None:
        random = self.random
        application = self.some(each for each in self.model.applications.values() if each["status"] == "REGISTERED")
        if application is None:
            return None
        data: dict[str, Any] = {"application_id": application["id"]}
        dice = random.random()
        if dice < 0.15:
            return "DocumentsPresented", data
        if dice < 0.2:
            return "DocumentsRefused", {**data, "reason": "NO_CONSENT", "missing": ["paper"]}
        return "DocumentsConfirmed", data if dice < 0.9 else {**data, "benefits": self.some_benefits()}

    def choose(self) -> tuple[str, dict[str, Any]] | None:
        random, model = self.random, self.model
        holders = [each for each in model.applications.values() if each["access"] is not None]
        child = self.some(holders) if holders and random.random() < 0.7 else self.some(model.applications.values())
        if child is None:
            return None
        pairs = [(child, self.place_for(child))]
        siblings = [
            each
            for each in model.applications.values()
            if each["applicant_id"] == child["applicant_id"] and each is not child and each["status"] == "QUEUED"
        ]
        if siblings and random.random() < 0.5:
            for sibling in random.sample(siblings, min(len(siblings), random.choice([1, 1, 2]))):
                home = pairs[0][1]
                taken = [place["id"] for _, place in pairs if place]
                pairs.append((sibling, self.place_for(sibling, home and home["organisation_id"], taken)))
        choices = [
            {"application_id": each["id"], "place_id": place["id"]} for each, place in pairs if place is not None
        ]
        if not choices:
            return None
        random.shuffle(choices)
        return "PlacesChosen", {"applicant_id": child["applicant_id"], "choices": choices}

    def place_for(self, child: Any, organisation: Any = None, taken: Any = ()) -> Any:
        """A place on offer that would suit, mostly."""
        model = self.model
        offered = [
            each for each in model.places.values() if each["stage"] in ("PRIORITY", "OPEN") and each["id"] not in taken
        ]
        here = [each for each in offered if organisation in (None, each["organisation_id"])]
        fitting = [each for each in here if model.fits(child, each)]
        back = [each for each in model.places.values() if each["id"] in child["cancelled_from"]]
        for pool in (back, fitting, here, offered):
            if pool and self.random.random() < 0.93:
                return self.random.choice(pool)
        return self.some(each for each in model.places.values() if each["id"] not in taken)

    def referral(self) -> tuple[str, dict[str, Any]] | None:  # noqa: PLR0911  one for each thing that can happen
        random, model = self.random, self.model
        application = self.some(each for each in model.applications.values() if each["referral"] is not None)
        if application is None:
            return self.choose()
        referral = application["referral"]
        place = model.places[referral["place_id"]]
        data = {"application_id": application["id"], "place_id": place["id"]}
        owner, applicant = {"organisation_id": place["organisation_id"]}, {"applicant_id": application["applicant_id"]}
        if random.random() < 0.15:
            return "ReferralCancelled", {**data, **applicant}
        if not referral["active"]:
            dice = random.random()
            if dice < 0.25:
                return "DocumentsPresented", data
            if dice < 0.35:
                return "ReferralDocumentsRefused", {**data, "reason": "kinship"}
            return "ReferralDocumentsConfirmed", {**data, "benefit_confirmed": random.random() < 0.6}
        if place["admission"] == "EARLY" and random.random() < 0.4:
            return "PlaceVacated", {"place_id": place["id"], **owner}
        dice = random.random()
        if dice < 0.2:
            reason = random.choice(["ILLNESS", "LEAVE"])
            return "ReferralExtended", {**data, **applicant, "reason": reason, "days": random.choice([1, 2, 30])}
        if dice < 0.4:
            return "AdmissionRefused", {**data, **owner, "reason": "full"}
        return "ChildEnrolled", {**data, **owner}

    def application(self) -> tuple[str, dict[str, Any]] | None:
        random, model = self.random, self.model
        standing = [each for each in model.applications.values() if each["status"] not in ("ARCHIVED", "REFUSED")]
        enrolled = [each for each in model.applications.values() if each["enrolled_at"] is not None]
        suspended = [each for each in standing if each["status"] == "SUSPENDED"]
        if suspended and random.random() < 0.25:
            return "ApplicationRestored", {"application_id": random.choice(suspended)["id"], "reason": "r"}
        if enrolled and random.random() < 0.15:
            application = random.choice(enrolled)
            place = model.places[application["enrolled_at"]]
            ids = {"application_id": application["id"], "place_id": place["id"]}
            return "ChildLeft", {**ids, "organisation_id": place["organisation_id"]}
        application = self.some(standing)
        if application is None:
            return None
        data, applicant = {"application_id": application["id"]}, {"applicant_id": application["applicant_id"]}
        return random.choice(
            [
                ("BenefitsChanged", {**data, "benefits": self.some_benefits()}),
                ("BenefitsChanged", {**data, "benefits": self.some_benefits()}),
                ("InterestConfirmed", {**data, **applicant}),
                ("ApplicationWithdrawn", {**data, **applicant}),
                ("ApplicationSuspended", {**data, "reason": "r"}),
                ("ApplicationSuspended", {**data, "reason": "r"}),
                ("ApplicantLinked", {**data, "applicant_id": f"r{random.randrange(self.applicants)}"}),
            ]
        )

    # ---- nonsense

    def altered(self, data: dict[str, Any]) -> dict[str, Any]:
        """The same id with other content."""
        if "place_id" in data:
            return {**data, **self.random.choice([{"regime": "HALF_DAY"}, {"admission": "REGULAR"}])}
        return {**data, "commission_conclusion": not data["commission_conclusion"]}

    def nonsense(self, moment: int) -> tuple[str, dict[str, Any]]:
        """Any event about any subjects."""
        random, model = self.random, self.model
        makers: list[Callable[[], tuple[str, dict[str, Any]] | None]] = [
            self.register,
            self.release,
            self.recall,
            self.referral,
            self.application,
            self.documents,
            self.choose,
            lambda: self.submit(moment),
        ]
        kind, data = random.choice(makers)() or ("ClockTick", {})
        pools = {
            "application_id": [*model.applications, "a0"],
            "place_id": [*model.places, "p0"],
            "organisation_id": [*model.organisations, "o9"],
            "applicant_id": [f"r{index}" for index in range(self.applicants)],
        }
        named = [
            name for name in pools if name in data and not (kind == "ApplicationSubmitted" and name == "application_id")
        ]
        if named:
            name = random.choice(named)
            if not (kind == "PlaceReleased" and name == "place_id") or random.random() < 0.1:
                data = {**data, name: random.choice(pools[name])}
        kinds = [
            "ReferralCancelled",
            "ChildEnrolled",
            "AdmissionRefused",
            "ChildLeft",
            "ReferralExtended",
            "ReferralDocumentsConfirmed",
            "ReferralDocumentsRefused",
        ]
        if random.random() < 0.3 and model.applications and model.places:
            full = {
                "application_id": self.some(model.applications),
                "place_id": self.some(model.places),
                "organisation_id": self.some(model.organisations),
                "applicant_id": random.choice(pools["applicant_id"]),
                "reason": "LEAVE",
                "days": 1,
                "benefit_confirmed": True,
            }
            referral = model.applications[full["application_id"]]["referral"]
            if referral is not None:
                full["place_id"] = referral["place_id"]
            kind = random.choice(kinds)
            names = {each.__name__: each for each in EVENTS_BY_TOPIC["application-changes"]}[kind].__struct_fields__
            return kind, {name: full[name] for name in names}
        return kind, data


def naive(event: Event) -> dict[str, Any]:
    """An event as the naive model takes it."""
    data = {}
    for name in event.data.__struct_fields__:
        value = getattr(event.data, name)
        if name == "attendance" and value is not None:
            value = [{"from": each.from_, "until": each.until} for each in value]
        elif name == "choices":
            value = [{"application_id": each.application_id, "place_id": each.place_id} for each in value]
        data[name] = value
    return {"time": int(event.time), "id": event.event_id, "source": event.source, "type": event.type, "data": data}
