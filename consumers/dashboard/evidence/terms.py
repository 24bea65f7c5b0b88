"""What runs for an application and what comes next: each term with what to do until when, and what happens if not.

Owns the mapping from states to messages, never a word. Never says what only a decision can say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consumers.dashboard.evidence.application_rows import Access, Application, Referral, Stage
from consumers.dashboard.evidence.curve import Standing
from consumers.dashboard.words import Words
from consumers.history.packs import KZ_2020, in_kinds
from schemas.instants import Instant

_LIVE: Final = ("ISSUED", "ACTIVE")


@dataclass(frozen=True, slots=True)
class Term:
    """One term. `until`: none where none runs yet; `where`: which place, in words."""

    what: str
    do: str
    otherwise: str
    until: Instant | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What runs, and in one or two sentences what comes next."""

    terms: Sequence[Term]
    following: Sequence[str]


def outlook_of(
    application: Application,
    standing: Standing | None,
    referrals: Sequence[Referral],
    accesses: Sequence[Access],
    stages: Sequence[Stage],
    w: Words,
) -> Outlook:
    """What runs for an application now."""
    terms = [*_own_terms(application, accesses, stages, w)]
    terms += [_referral_term(each, stages, w) for each in referrals if each.state in _LIVE]
    if application.state == "QUEUED":
        following = _queued(application, standing, w)
    else:  # what comes of a referral is told by its own term
        following = [] if application.state == "REFERRED" else [str(w.say(f"ev-next-{application.state}"))]
    if application.stay_place_id is not None:
        following.append(str(w.say("ev-next-stay", place=application.stay_place_id)))
    if application.state in ("QUEUED", "STOPPED", "SUSPENDED", "REFERRED"):
        following.append(str(w.say("ev-next-interest")))
    return Outlook(tuple(terms), tuple(following))


def published_outlook(application: Application, standing: Standing | None, w: Words) -> Sequence[str]:
    """What comes next as far as it follows from the published order: status, number and queue."""
    if application.state not in ("QUEUED", "STOPPED", "SUSPENDED", "REFERRED"):
        return ()
    found = _queued(application, standing, w) if application.state == "QUEUED" else []
    return (*found, str(w.say("ev-next-interest")))


def _own_terms(
    application: Application, accesses: Sequence[Access], stages: Sequence[Stage], w: Words
) -> Sequence[Term]:
    found = []
    if application.state == "REGISTERED":
        shown = any(each.stage == "PRESENTED" and each.referral is None for each in stages)
        if shown:  # the term that binds the applicant no longer runs
            found.append(_term("presented", None, w))
        else:
            found.append(_term("documents", application.documents_until, w))
    elif application.state in ("DEFERRED", "STOPPED"):
        found.append(_term(application.state.lower(), application.until, w))
    if application.access_until is not None:
        places = accesses[-1].places if accesses else 0
        found.append(_term("access", application.access_until, w, places=places))
    return found


def _referral_term(referral: Referral, stages: Sequence[Stage], w: Words) -> Term:
    name = referral.organisation or referral.organisation_id
    where = str(w.say("ev-where", organisation=name, place=referral.place_id))
    if referral.state == "ISSUED":
        shown = any(each.stage == "PRESENTED" and each.referral == referral.referral for each in stages)
        if shown:
            return _term("check-presented", None, w, where)
        return _term("check", referral.documents_until, w, where)
    if referral.until is None:
        return _term("early", None, w, where)
    return _term("admission", referral.until, w, where)


def _term(name: str, until: Instant | None, w: Words, where: str = "", **values: int) -> Term:
    return Term(
        str(w.say(f"ev-term-{name}", **values)),
        str(w.say(f"ev-term-{name}-do", **values)),
        str(w.say(f"ev-term-{name}-else", **values)),
        until,
        where,
    )


def _queued(application: Application, standing: Standing | None, w: Words) -> list[str]:
    if application.access_until is not None:
        return [str(w.say("ev-next-access"))]
    if in_kinds(application.queue, KZ_2020.automatic):
        return [str(w.say("ev-next-automatic"))]
    first = KZ_2020.open_stage_first
    number = standing.number if standing is not None else None
    found = [str(w.say("ev-next-opening"))]
    if number is not None:
        found.append(str(w.say("ev-next-open" if number <= first else "ev-next-not-open", first=first)))
    return found
