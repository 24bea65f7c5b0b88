"""Holds the core against the naive model, record by record, and cuts a differing history down to the smallest.

Owns the comparison. Facts of one record are a multiset; of a rejection any equally right reason is accepted; an
opening may be split into several records. Never judges who is right.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Any

from schemas.events import Event
from schemas.journal import Record
from streams.rules.book import Book
from streams.rules.pack import Pack
from tests.fuzz.histories import naive
from tests.model.decisions import NaiveModel

FIELDS = {
    "OrganisationChanged": "organisation_id",
    "OrganisationClosed": "organisation_id",
    "LocalActAdopted": "",
    "PlaceReleased": "place_id queue",
    "PlaceReturned": "place_id cause",
    "PlaceRecalled": "place_id reason",
    "RecallKept": "place_id until",
    "RecallExpired": "place_id until",
    "PlaceEnded": "place_id",
    "PlaceVacated": "place_id",
    "PlaceFilled": "place_id",
    "BulletinIssued": "number date entries recalled",
    "PlacePrioritised": "place_id until",
    "PlaceOpened": "place_id",
    "AccessGranted": "application_id queue until",
    "AccessLapsed": "application_id",
    "AccessRevoked": "application_id",
    "AccessUsed": "application_id",
    "ApplicationRegistered": "application_id queue documents_until",
    "ApplicationDeferred": "application_id until",
    "ApplicationQueued": "application_id queue group number number_in_group",
    "ApplicationRefused": "application_id reason missing",
    "ApplicationRegrouped": "application_id from to",
    "ApplicationArchived": "application_id reason",
    "ApplicationStopped": "application_id until",
    "ApplicationSuspended": "application_id reason",
    "BenefitsChanged": "application_id benefits",
    "StayEnded": "application_id place_id cause",
    "ApplicationReturned": "application_id cause number",
    "ReferralIssued": "referral application_id place_id how documents_until number",
    "DocumentsPresented": "application_id",
    "ApplicantLinked": "application_id",
    "ChildLeft": "application_id place_id",
    "ReferralActivated": "application_id place_id until",
    "ReferralExtended": "application_id place_id until",
    "ReferralEnded": "application_id place_id cause",
    "InterestConfirmed": "application_id",
    "ReminderDue": "application_id of until",
    "Rejected": "reason",
    "Duplicate": "sequence",
}
NAMES = {name: tuple(fields.split()) for name, fields in FIELDS.items()}
# A confirmation may say these, too; only where they are the event itself are they owed.
OPTIONAL = ("DocumentsPresented", "BenefitsChanged")
Key = tuple[Any, ...]


def plain(value: Any) -> Any:
    """A value without the types of either side."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, dict):
        return tuple(sorted((name, plain(each)) for name, each in value.items() if each is not None))
    if isinstance(value, list | tuple):
        return tuple(plain(each) for each in value)
    if hasattr(value, "__struct_fields__"):
        names = {name.rstrip("_"): getattr(value, name) for name in value.__struct_fields__}
        return plain(names)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value if not isinstance(value, date) else value.isoformat()


def key_of(kind: str, get: Any) -> Key:
    """What of a fact is compared."""
    values = []
    for name in NAMES[kind]:
        value = plain(get(name))
        if name in ("benefits", "missing", "recalled"):
            value = tuple(sorted(value))
        values.append(value)
    return (kind, *values)


def core_step(record: Record) -> tuple[Key, list[Key]]:
    """A record of the core."""
    cause = record.cause
    facts = [key_of(type(fact).__name__, lambda name, fact=fact: _field(fact, name)) for fact in record.facts]
    if cause.timer is not None:
        return (int(record.time), "timers", int(cause.due or 0), ""), facts
    return (int(record.time), cause.source, cause.event_id, cause.type), facts


def _field(fact: Any, name: str) -> Any:
    return getattr(fact, "from_" if name == "from" else name)


def naive_step(record: dict[str, Any]) -> tuple[Key, list[Key], list[str]]:
    """A record of the naive model."""
    equal: list[str]
    cause, facts = record["cause"], [key_of(fact["type"], fact.get) for fact in record["facts"]]
    equal = next((fact["equal"] for fact in record["facts"] if fact["type"] == "Rejected"), [])
    if "timer" in cause:
        return (record["time"], "timers", cause["due"], ""), facts, equal
    return (record["time"], cause["source"], cause["event_id"], cause["type"]), facts, equal


def owed(name: Key, facts: list[Key]) -> Counter[Key]:
    """The facts of a step that both sides must agree on."""
    return Counter(fact for fact in facts if fact[0] not in OPTIONAL or fact[0] == name[3])


class Differ:
    """Feeds both sides with the same events and says where they part."""

    def __init__(self, locality: str, pack: Pack, model: NaiveModel | None = None) -> None:
        """`model`: one that is fed by somebody else, ahead of this."""
        self.fed = model is not None
        self.model = model or NaiveModel(locality, pack)
        self.book = Book(locality, pack)
        self.records: list[Record] = []
        # Records of the model that were compared; steps so far; and which step a sequence belongs to, on each side.
        self.compared = self.count = 0
        self.steps: dict[int, int] = {}
        self.model_steps: dict[int, int] = {}

    def feed(self, event: Event) -> str | None:
        """What differs after this event, or None."""
        if not self.fed:
            self.model.handle(naive(event))
        try:
            records = list(self.book.handle(event))
        except Exception as problem:  # noqa: BLE001  any failure of the core is a finding
            return f"the core failed: {type(problem).__name__}: {problem}"
        self.records += records
        return self.compare(records) or self.compare_states()

    def compare(self, records: list[Record]) -> str | None:
        """The new records against the model's new ones."""
        mine: list[tuple[Key, list[Key]]] = []
        for record in records:
            name, facts = core_step(record)
            if mine and mine[-1][0] == name and name[1] == "timers":
                mine[-1][1].extend(facts)
            else:
                mine.append((name, facts))
            self.steps[record.sequence] = self.count + len(mine)
        theirs: list[tuple[Key, list[Key], list[str]]] = []
        for each in self.model.records[self.compared :]:
            step = naive_step(each)
            if theirs and theirs[-1][0] == step[0] and step[0][1] == "timers":
                theirs[-1][1].extend(step[1])
            else:
                theirs.append(step)
            self.model_steps[each["sequence"]] = self.count + len(theirs)
        self.compared = len(self.model.records)
        self.count += len(theirs)
        for left, right in zip(mine, theirs, strict=False):
            if (problem := self.compare_step(left, right)) is not None:
                return problem
        if len(mine) != len(theirs):
            longer = (mine if len(mine) > len(theirs) else theirs)[min(len(mine), len(theirs))]
            return f"only {'the core' if len(mine) > len(theirs) else 'the model'} has {longer}"
        return None

    def compare_step(self, left: tuple[Key, list[Key]], right: tuple[Key, list[Key], list[str]]) -> str | None:
        """One record of each."""
        if left[0] != right[0]:
            return f"the core has {left}, the model {right}"
        facts = [("Duplicate", self.steps[fact[1]]) if fact[0] == "Duplicate" else fact for fact in left[1]]
        others = [("Duplicate", self.model_steps[fact[1]]) if fact[0] == "Duplicate" else fact for fact in right[1]]
        if [fact[0] for fact in facts] == ["Rejected"] and right[2] and facts[0][1] in right[2]:
            return None
        core, model = owed(left[0], facts), owed(right[0], others)
        if core == model:
            return None
        only = [f"core  + {fact}" for fact in (core - model).elements()]
        only += [f"model + {fact}" for fact in (model - core).elements()]
        return "\n    ".join([f"at {left[0]}:", *only, f"(model's equal reasons: {right[2]})" if right[2] else ""])

    def compare_states(self) -> str | None:
        """Order, phase, accesses and stages of every queue."""
        for name, queue in self.model.queues.items():
            theirs = {
                "order": [each["id"] for each in queue.order()],
                "phase": queue.phase,
                "access": sorted(each["id"] for each in queue.holders()),
            }
            found = self.book.state.queues.get(name)
            mine = {
                "order": list(found.order) if found else [],
                "phase": found.order.phase if found else 0,
                "access": sorted(found.holders) if found else [],
            }
            if mine != theirs:
                return f"state of {name}:\n    core  {mine}\n    model {theirs}"
        for place_id, place in self.model.places.items():
            stage = self.book.state.places[place_id].stage.value
            if stage != place["stage"]:
                return f"place {place_id}: core {stage}, model {place['stage']}"
        return None


def difference(events: Sequence[Event], locality: str, pack: Pack) -> str | None:
    """The first difference in a whole history, with the number of its event."""
    differ = Differ(locality, pack)
    for index, event in enumerate(events):
        if (problem := differ.feed(event)) is not None:
            return f"event {index + 1}, {event.type} {event.event_id}: {problem}"
    return None


def smallest(events: list[Event], locality: str, pack: Pack) -> list[Event]:
    """Delta debugging: a history that still differs and from which no event can be left out."""
    size = max(1, len(events) // 2)
    while True:
        start, smaller = 0, False
        while start < len(events):
            rest = events[:start] + events[start + size :]
            if rest and difference(rest, locality, pack) is not None:
                events, smaller = rest, True
            else:
                start += size
        if size == 1 and not smaller:
            return events
        size = max(1, size // 2) if not smaller or size > 1 else 1
