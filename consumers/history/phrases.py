"""Facts as phrases: which message says a fact, with which arguments. Owns the mapping, never a word of any language."""

from typing import cast

import msgspec

from consumers.history.packs import KZ_2020, PackNumbers, pack_of
from consumers.history.report import Argument, Deadline, LanguageName, Phrase
from schemas import facts as f
from schemas.instants import Instant
from schemas.journal import Record
from schemas.words import Subject

NONE = "none"  # what a message selects on where a value is absent


def fact_phrase(fact: f.Fact, pack: PackNumbers = KZ_2020) -> Phrase:
    """The phrase of a fact: `fact-` and its type, with its fields and the numbers of its pack as arguments."""
    arguments = _arguments(fact)
    if isinstance(fact, f.PlaceOpened):
        arguments["first"] = pack.open_stage_first
    return Phrase(f"fact-{type(fact).__name__}", arguments)


def rejection_phrase(record: Record, fact: f.Rejected, subject: str) -> Phrase:
    """The phrase of a rejected event: what was asked, about which other things, and why it was not done."""
    about = (fact.application_id, fact.place_id, fact.organisation_id)
    arguments: dict[str, Argument] = {
        "event": Phrase(f"event-{record.cause.type}"),
        "reason": Phrase(f"reason-{fact.reason}", {"first": pack_of(record.pack).open_stage_first}),
        "about": ", ".join(each for each in about if each is not None and each != subject) or NONE,
    }
    return Phrase("fact-Rejected", arguments)


def terms_phrase(fact: f.PlaceReleased) -> Phrase:
    """What the organisation says of the place (R2)."""
    return Phrase(
        "place-terms",
        {
            "years": fact.birth_year,
            "from": fact.age_from,
            "to": fact.age_to,
            "language": LanguageName(fact.language),
            "group": Phrase(f"group-type-{fact.group_type}"),
            "regime": Phrase(f"regime-{fact.regime}"),
            "admission": Phrase(f"admission-{fact.admission}"),
            "start": fact.admission_from,
            "end": fact.admission_until if fact.admission_until is not None else NONE,
        },
    )


# Enumerated fields become phrases of their own: the name of the field and, where two facts use one name for different
# enumerations, of the fact.
_ENUMERATED = {
    (f.ApplicationQueued, "group"): "group",
    (f.ApplicationRefused, "reason"): "refusal",
    (f.ApplicationRegrouped, "from"): "group",
    (f.ApplicationRegrouped, "to"): "group",
    (f.ApplicationArchived, "reason"): "archive",
    (f.ApplicationReturned, "cause"): "end",
    (f.ReferralEnded, "cause"): "end",
    (f.PlaceReturned, "cause"): "end",
    (f.StayEnded, "cause"): "stay",
    (f.PlaceRecalled, "reason"): "recall",
    (f.RecallKept, "reason"): "recall",
    (f.ReferralIssued, "how"): "how",
    (f.ReferralExtended, "reason"): "extension",
    (f.OrganisationChanged, "ownership"): "ownership",
    (f.OrganisationChanged, "kind"): "organisation-kind",
    (f.Rejected, "reason"): "reason",
}
_RENAMED = {"application_id": "application", "place_id": "place", "organisation_id": "organisation"}
# Personal data and bulk: what a line of a history never says (R7.3), and what it has no room for.
_LEFT_OUT = {"applicant_id", "child_id", "child_born", "benefits", "entries", "recalled", "attendance", "profiles"}
_MOMENTS = {"submitted_at"}


def _arguments(fact: f.Fact) -> dict[str, Argument]:
    arguments: dict[str, Argument] = {}
    for field in msgspec.structs.fields(fact):
        name = field.encode_name
        if name in _LEFT_OUT:
            continue
        value = getattr(fact, field.name)
        arguments[_RENAMED.get(name, name.replace("_", "-"))] = _argument(type(fact), name, value)
    if isinstance(fact, f.ReminderDue):
        arguments["of"] = Phrase(f"of-{Subject(fact.of)}")
    return arguments


def _argument(kind: type[f.Fact], name: str, value: object) -> Argument:
    if value is None or value == ():
        return NONE
    prefix = _ENUMERATED.get((kind, name))
    if prefix is not None:
        return Phrase(f"{prefix}-{value}")
    if isinstance(value, Instant):
        return value if name in _MOMENTS else Deadline(value)
    if isinstance(value, tuple):
        return "; ".join(str(each) for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    if name == "queue":
        return str(value)
    return cast(Argument, value)
