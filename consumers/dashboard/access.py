"""Who may see what: the one table of roles, pages' rules and scopes. Everything else asks `view_of`.

A decision needs only what the address says, and for two rules one look-up that is made whether or not the thing
exists. So what may not be seen and what is not there get the same answer. Never asks a store itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.zones import ZONE_BY_REGION

REGION_DIGITS: Final = 2
LOCALITY_DIGITS: Final = 9
assert all(len(each) == REGION_DIGITS for each in ZONE_BY_REGION), "a region is two digits of a KATO code"


class Role(StrEnum):
    """As what somebody looks. PUBLIC: without a login."""

    PUBLIC = "public"
    APPLICANT = "applicant"
    ORGANISATION = "organisation"
    LOCALITY = "locality"
    REGION = "region"
    NATION = "nation"
    AUDITOR = "auditor"


class View(StrEnum):
    """Which form of a page somebody gets. Two people with the same view of a page get the same bytes."""

    PUBLIC = "public"  # what R7.3 allows
    OWN = "own"  # an applicant's own application, whole
    ORGANISATION = "organisation"  # what a kindergarten may see of itself (R6.2)
    OFFICIAL = "official"
    AUDITOR = "auditor"


class Level(StrEnum):
    """What a page is about."""

    NATION = "nation"
    REGION = "region"
    LOCALITY = "locality"
    ORGANISATION = "organisation"
    PLACE = "place"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about, from its address alone: `locality` is a KATO code, `id` that of the thing below it."""

    level: Level
    region: str = ""
    locality: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. `scope`: nothing for PUBLIC, NATION and AUDITOR; "71"; "710000000"; "710000000/ORGANISATION"; the
    applicant's id. `name`: the account's, shown to its owner and to nobody else. `account`: what stands for it where it
    is noted who looked."""

    role: Role = Role.PUBLIC
    scope: str = ""
    name: str = ""
    account: str = ""


NOBODY: Final = Viewer()


class Reach(StrEnum):
    """Of which subjects a rule lets a role see something."""

    EVERY = "every"
    WITHIN = "within"  # those inside the viewer's scope
    HIS = "his"  # what belongs to the viewer: one look-up


@dataclass(frozen=True, slots=True)
class Grant:
    """A role gets `view` of subjects within `reach`, and `otherwise` of the others; none: it can't see them."""

    reach: Reach
    view: View
    otherwise: View | None = None


Rule = Mapping[Role, Grant]


def _rule(otherwise: View | None, **own: View) -> Rule:
    """The rule of what offices see in their scope. `otherwise`: what everybody sees."""
    offices = {
        role: Grant(Reach.WITHIN, View.OFFICIAL, otherwise) for role in (Role.LOCALITY, Role.REGION, Role.NATION)
    }
    rule = {**offices, Role.AUDITOR: Grant(Reach.EVERY, View.AUDITOR)}
    if otherwise is not None:
        for role in (Role.PUBLIC, Role.APPLICANT, Role.ORGANISATION):
            rule[role] = Grant(Reach.EVERY, otherwise)
    for name, view in own.items():
        rule[Role(name)] = Grant(Reach.HIS, view, otherwise)
    return rule


# The table. A role that a rule does not name sees nothing of its pages.
EVERYBODY: Final[Rule] = {role: Grant(Reach.EVERY, View.PUBLIC) for role in Role}
PUBLISHED: Final[Rule] = _rule(View.PUBLIC)
OFFICES: Final[Rule] = _rule(None)
ITS_OWN: Final[Rule] = _rule(None, organisation=View.ORGANISATION)
APPLICATION: Final[Rule] = _rule(View.PUBLIC, applicant=View.OWN)
RULES: Final[Mapping[str, Rule]] = {
    "everybody": EVERYBODY,
    "published": PUBLISHED,
    "offices": OFFICES,
    "its own": ITS_OWN,
    "application": APPLICATION,
}
# Whether a subject belongs to a viewer: asked only for Reach.HIS. An unknown subject belongs to nobody.
Belongs = Callable[[Viewer, Subject], bool]


def within(viewer: Viewer, subject: Subject) -> bool:
    """Whether a subject lies inside an office's scope."""
    if viewer.role is Role.NATION:
        return True
    if viewer.role is Role.REGION:
        return bool(viewer.scope) and subject.region == viewer.scope
    return viewer.role is Role.LOCALITY and bool(viewer.scope) and subject.locality == viewer.scope


def view_of(rule: Rule, viewer: Viewer, subject: Subject, belongs: Belongs) -> View | None:
    """What a viewer sees of a subject; none: nothing, and not even whether it is there."""
    grant = rule.get(viewer.role)
    if grant is None:
        return None
    if grant.reach is Reach.EVERY:
        return grant.view
    reached = within(viewer, subject) if grant.reach is Reach.WITHIN else belongs(viewer, subject)
    return grant.view if reached else grant.otherwise


def login_helps(rule: Rule) -> bool:
    """Whether there is somebody who sees more with a login than without."""
    return Role.PUBLIC not in rule


def scope_problem(role: Role, scope: str) -> str | None:
    """Why a scope does not fit a role, in words for an operator; none when it does."""
    locality, slash, organisation = scope.partition("/")
    if role in (Role.PUBLIC, Role.NATION, Role.AUDITOR):
        return f"{role} has no scope" if scope else None
    if role is Role.APPLICANT:
        return None if scope else "an applicant's scope is the applicant's id"
    if role is Role.REGION:
        return None if len(scope) == REGION_DIGITS and scope.isdecimal() else "a region is two digits, as 71"
    if not (len(locality) == LOCALITY_DIGITS and locality.isdecimal()):
        return "a locality is nine digits, as 710000000"
    if role is Role.LOCALITY:
        return "a locality's scope is its code alone" if slash else None
    return None if organisation else "an organisation's scope is LOCALITY/ORGANISATION"
