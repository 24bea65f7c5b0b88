"""Reads a journal as an outsider would and holds every record against the invariants of the rules, section 9.

Owns its own fold of the facts, in plain dictionaries; order and promises are counted by the naive queue. Never reads
the book.
"""

import json
from hashlib import sha256
from typing import Any

from schemas.facts import AnyFact
from schemas.journal import GENESIS_HASH, JournalCodec, Record
from schemas.zones import zone_of
from streams.rules.pack import Pack
from tests.model.queues import Application, Place, Queue, all_served, eligible

ON_OFFER = ("RELEASED", "LISTED", "PRIORITY", "OPEN")


def plain(fact: AnyFact) -> dict[str, Any]:
    """A fact's fields by their names."""
    return {name.rstrip("_"): getattr(fact, name) for name in fact.__struct_fields__}


class Watch:
    """One locality's journal, record by record. Raises AssertionError at the first that breaks an invariant."""

    def __init__(self, locality: str, pack: Pack) -> None:
        self.codec = JournalCodec(zone_of(locality).render)
        self.pack = pack
        self.modes = {str(kind).lower(): str(mode) for kind, mode in pack.modes.items()}
        self.sequence, self.hash, self.time = 0, GENESIS_HASH, 0
        self.organisations: dict[str, dict[str, Any]] = {}
        self.places: dict[str, Place] = {}
        self.applications: dict[str, Application] = {}
        self.queues: dict[str, Queue] = {}
        self.arrivals = self.referrals = self.bulletins = 0
        self.bulletin_hash = GENESIS_HASH
        self.opening: tuple[Any, ...] | None = None
        self.before_opening: list[str] = []

    # ---- the chain

    def record(self, record: Record) -> None:
        """One more record."""
        cause = record.cause
        opening = (cause.due, cause.subject) if cause.timer is not None and cause.timer.value == "OPENING" else None
        if self.opening is not None and self.opening != opening:
            self.check_opening()
        if opening is not None and self.opening != opening:
            self.before_opening = [each["id"] for each in self.queues[str(cause.subject)].holders()]
        self.opening = opening
        self.check_chain(record)
        for fact in record.facts:
            kind = type(fact).__name__
            getattr(self, f"on_{kind}", self.on_nothing)(plain(fact))
        self.check_promises()

    def check_chain(self, record: Record) -> None:
        """Invariant 6, with a hash computed from the JSON form alone."""
        assert record.sequence == self.sequence + 1
        assert record.previous_hash == self.hash
        assert record.time >= self.time
        body = json.loads(self.codec.line(record))
        named = body.pop("hash")
        body["cause"].pop("partition", None)
        body["cause"].pop("offset", None)
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert named == record.hash == sha256(text.encode()).hexdigest()
        self.sequence, self.hash, self.time = record.sequence, named, record.time

    # ---- what must hold after every record

    def fits(self, application: Application, place: Place) -> bool:
        return eligible(application, place, self.organisations, self.pack)

    def check_promises(self) -> None:
        """Invariants 1, 2 and 3 as they stand now; the reading of R5.7 for immediate access."""
        live: dict[str, str] = {}
        for application in self.applications.values():
            for place_id in (application["lasting"], application["temporary"]):
                if place_id is not None:
                    assert live.setdefault(place_id, application["id"]) == application["id"], "two referrals to a place"
                    assert self.places[place_id]["stage"] == "REFERRED"
            assert application["access"] is None or application["status"] == "QUEUED", "access off the order"
            assert application["lasting"] is None or application["status"] == "REFERRED"
        referred = {each["id"] for each in self.places.values() if each["stage"] == "REFERRED"}
        assert referred == set(live)
        for name, queue in self.queues.items():
            holders, places = queue.holders(), queue.places("PRIORITY")
            assert all_served(holders, places, self.fits), f"{name}: a promise that cannot be kept"
            assert -len(queue.group("GENERAL")) <= queue.phase <= 3 * queue.returning()
            mode = self.modes[name.split("/")[0]]
            if mode == "IMMEDIATE_ACCESS":
                self.check_nobody_waits(queue, [])
            if mode == "AUTOMATIC":
                waiting = queue.places("RELEASED", "LISTED")
                assert not any(self.fits(one, place) for one in queue.order() for place in waiting)

    def check_opening(self) -> None:
        """What an opening leaves behind: nobody passed over, no window open for nobody (invariants 1 and 4)."""
        assert self.opening is not None
        due, name = self.opening
        queue = self.queues[str(name)]
        self.check_nobody_waits(queue, self.before_opening)
        assert not queue.places("LISTED")
        before = [each for each in queue.holders() if each["id"] in self.before_opening]
        for place in queue.places("PRIORITY"):
            rest = [each for each in queue.places("PRIORITY") if each is not place]
            assert place["until"] > due or not all_served(before, rest, self.fits), "a window open for nobody"

    def check_nobody_waits(self, queue: Queue, before: list[str]) -> None:
        """Invariant 4: no more access could be given, and none of the new could be somebody's before."""
        holders, places, order = queue.holders(), queue.places("PRIORITY"), queue.order()
        scheduled = self.modes[queue.name.split("/")[0]] == "SCHEDULED"
        for index, application in enumerate(order):
            if application["access"] is not None:
                continue
            assert not all_served([*holders, application], places, self.fits), "access withheld"
            for later in order[index + 1 :] if scheduled else []:
                if later["access"] is not None and later["id"] not in before:
                    others = [each for each in holders if each is not later]
                    assert not all_served([*others, application], places, self.fits), "somebody before was passed over"

    # ---- the fold

    def on_nothing(self, fact: dict[str, Any]) -> None:
        """A fact that moves nobody."""

    def on_OrganisationChanged(self, fact: dict[str, Any]) -> None:
        self.organisations[fact["organisation_id"]] = fact

    def on_PlaceReleased(self, fact: dict[str, Any]) -> None:
        assert fact["place_id"] not in self.places
        self.arrivals += 1
        place = {**fact, "id": fact["place_id"], "stage": "RELEASED", "arrival": self.arrivals, "until": None}
        self.places[fact["place_id"]] = place
        self.queues.setdefault(fact["queue"], Queue(fact["queue"], self.applications, self.places))

    def on_PlaceReturned(self, fact: dict[str, Any]) -> None:
        self.arrivals += 1
        assert self.places[fact["place_id"]]["stage"] in ("REFERRED", "FILLED")
        self.places[fact["place_id"]].update(stage="RELEASED", arrival=self.arrivals, until=None)

    def on_PlaceRecalled(self, fact: dict[str, Any]) -> None:
        assert self.places[fact["place_id"]]["stage"] not in ("RECALLED", "ENDED")
        self.places[fact["place_id"]]["stage"] = "RECALLED"

    def on_PlaceEnded(self, fact: dict[str, Any]) -> None:
        assert self.places[fact["place_id"]]["admission"] == "TEMPORARY"
        self.places[fact["place_id"]]["stage"] = "ENDED"

    def on_PlaceFilled(self, fact: dict[str, Any]) -> None:
        assert self.places[fact["place_id"]]["stage"] == "REFERRED", "filled at most once between two releases"
        self.places[fact["place_id"]]["stage"] = "FILLED"

    def on_BulletinIssued(self, fact: dict[str, Any]) -> None:
        self.bulletins += 1
        assert fact["number"] == self.bulletins
        assert fact["previous_bulletin_hash"] == self.bulletin_hash
        self.bulletin_hash = fact["bulletin_hash"]
        for entry in fact["entries"]:
            if self.places[entry.place_id]["stage"] == "RELEASED":
                self.places[entry.place_id]["stage"] = "LISTED"
        assert not any(each["stage"] == "RELEASED" for each in self.places.values()), "released, but in no bulletin"

    def on_PlacePrioritised(self, fact: dict[str, Any]) -> None:
        self.places[fact["place_id"]].update(stage="PRIORITY", until=fact["until"])

    def on_PlaceOpened(self, fact: dict[str, Any]) -> None:
        place = self.places[fact["place_id"]]
        assert place["stage"] == "PRIORITY"
        assert place["until"] <= self.time
        place["stage"] = "OPEN"

    def on_AccessGranted(self, fact: dict[str, Any]) -> None:
        application = self.applications[fact["application_id"]]
        assert application["access"] is None, "one live access"
        assert application["status"] == "QUEUED"
        assert fact["until"] > self.time
        application["access"] = fact["until"]

    def on_AccessLapsed(self, fact: dict[str, Any]) -> None:
        application = self.applications[fact["application_id"]]
        assert application["access"] is not None
        application["access"] = None

    on_AccessRevoked = on_AccessUsed = on_AccessLapsed

    def on_ApplicationRegistered(self, fact: dict[str, Any]) -> None:
        assert fact["application_id"] not in self.applications
        self.queues.setdefault(fact["queue"], Queue(fact["queue"], self.applications, self.places))
        self.applications[fact["application_id"]] = {
            **fact,
            "id": fact["application_id"],
            "status": "REGISTERED",
            "group": "GENERAL",
            "change": 0,
            "access": None,
            "stay": None,
            "lasting": None,
            "temporary": None,
            "automatic": False,
            "refused_from": set(),
            "cancelled_from": set(),
            "engaged": self.engaged,
        }

    def engaged(self, application: Application) -> bool:
        own = [each for each in self.applications.values() if each["child_id"] == application["child_id"]]
        return any(each["stay"] is not None or each["temporary"] is not None for each in own)

    def of(self, fact: dict[str, Any]) -> tuple[Application, Queue]:
        application = self.applications[fact["application_id"]]
        return application, self.queues[application["queue"]]

    def on_ApplicationQueued(self, fact: dict[str, Any]) -> None:
        application, queue = self.of(fact)
        queue.alter(application, status="QUEUED", group=fact["group"].value)
        assert queue.number(application) == fact["number"]
        assert [each["id"] for each in queue.group(application["group"])][fact["number_in_group"] - 1] == application[
            "id"
        ]

    def on_ApplicationRegrouped(self, fact: dict[str, Any]) -> None:
        application, queue = self.of(fact)
        assert application["group"] == fact["from"].value
        queue.alter(application, group=fact["to"].value)
        if application["status"] == "QUEUED":
            assert fact["number"] == queue.number(application)

    def on_ApplicationReturned(self, fact: dict[str, Any]) -> None:
        application, queue = self.of(fact)
        assert application["status"] in ("REFERRED", "STOPPED", "SUSPENDED")
        queue.come_back(application)
        assert queue.number(application) == fact["number"]

    def leave(self, fact: dict[str, Any], status: str) -> None:
        application, queue = self.of(fact)
        if status in ("ARCHIVED", "REFUSED"):
            assert application["status"] not in ("ARCHIVED", "REFUSED")
            application["change"] = 0
        queue.alter(application, status=status)

    def on_ApplicationArchived(self, fact: dict[str, Any]) -> None:
        self.leave(fact, "ARCHIVED")

    def on_ApplicationRefused(self, fact: dict[str, Any]) -> None:
        self.leave(fact, "REFUSED")

    def on_ApplicationStopped(self, fact: dict[str, Any]) -> None:
        self.leave(fact, "STOPPED")

    def on_ApplicationSuspended(self, fact: dict[str, Any]) -> None:
        self.leave(fact, "SUSPENDED")

    def on_StayEnded(self, fact: dict[str, Any]) -> None:
        application, _ = self.of(fact)
        assert application["stay"] == fact["place_id"]
        application["stay"] = None

    def on_ReferralIssued(self, fact: dict[str, Any]) -> None:
        application, queue = self.of(fact)
        place = self.places[fact["place_id"]]
        self.referrals += 1
        assert fact["referral"] == self.referrals
        assert application["status"] == "QUEUED"
        assert place["stage"] in ON_OFFER
        order = queue.order()
        assert order[fact["number"] - 1] is application
        automatic = fact["how"].value == "AUTOMATIC"
        if automatic:  # invariant 4
            assert self.fits(application, place)
            assert not any(self.fits(each, place) for each in order[: fact["number"] - 1]), "not the first eligible"
        temporary = place["admission"] == "TEMPORARY"
        place["stage"] = "REFERRED"
        application["automatic"] = automatic
        kind = "temporary" if temporary else "lasting"
        assert application[kind] is None, "one live referral"
        application[kind] = place["id"]
        if not temporary:
            queue.serve(application)
            if fact["number"] == 1:  # invariant 7
                assert queue.order() == order[1:]

    def on_ReferralEnded(self, fact: dict[str, Any]) -> None:
        application, queue = self.of(fact)
        temporary = application["temporary"] == fact["place_id"]
        assert temporary or application["lasting"] == fact["place_id"]
        application["temporary" if temporary else "lasting"] = None
        cause = fact["cause"].value
        if cause == "ENROLLED" and temporary:
            application["stay"] = fact["place_id"]
        if cause == "REFUSED":
            application["refused_from"].add(fact["place_id"])
        if cause == "CANCELLED" and self.modes[queue.name.split("/")[0]] == "AUTOMATIC":
            application["cancelled_from"].add(fact["place_id"])
