"""The logins of a demo: a local account for each role, made by chance for this demo, with what it may see.

Owns who they are. The family is known only at the season's end: until then its account sees no application.
"""

import secrets
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from consumers.dashboard.access import Role
from consumers.dashboard.accounts import Accounts
from infra.live.lane import Lane
from infra.live.showing import Login, accounts_file
from infra.settings import Settings
from infra.settings_services import postgres_url
from schemas.errors import OrynError

PASSWORD_BYTES = 9  # 12 letters, for a few hours on one machine
REGION_DIGITS = 2
# Nobody's id: ids of a season's people begin otherwise.
NOBODY_YET = "nobody-yet"
FAMILY = "family"
NOT_KNOWN_YET = "known at the season's end"


def make_logins(data: Path, lanes: Sequence[Lane], known: Sequence[Login]) -> tuple[Login, ...]:
    """An account for each role. `known`: of this season, when it goes on: they stay as they are. Raises: OrynError."""
    locality = lanes[0].locality
    largest = max(lanes[0].town.organisations, key=lambda each: sum(group.seats for group in each.planned))
    wished = [
        ("ministry", Role.NATION, ""),
        ("region", Role.REGION, locality[:REGION_DIGITS]),
        ("department", Role.LOCALITY, locality),
        ("kindergarten", Role.ORGANISATION, f"{locality}/{largest.name}"),
        ("auditor", Role.AUDITOR, ""),
        (FAMILY, Role.APPLICANT, NOBODY_YET),
    ]
    passwords = {each.name: each.password for each in known}
    file = accounts_file(data)
    if not passwords:
        file.unlink(missing_ok=True)  # those of an earlier season
    accounts, made = Accounts(file), []
    for name, role, scope in wished:
        password = passwords.get(name) or secrets.token_urlsafe(PASSWORD_BYTES)
        if name not in passwords or accounts.get(name) is None:
            accounts.add(name, role, scope, password)
        made.append(Login(name, role.value, scope, password))
    return tuple(made)


def with_family(here: Settings, logins: Sequence[Login], application_id: str) -> tuple[Login, ...]:
    """The family's account sees the family of this application from now on. Raises: OrynError."""
    applicant = _applicant(here, application_id)
    found = []
    for each in logins:
        if each.name == FAMILY and applicant is not None:
            Accounts(accounts_file(here.data)).add(FAMILY, Role.APPLICANT, applicant, each.password)
            found.append(Login(FAMILY, each.role, applicant, each.password))
        else:
            found.append(each)
    return tuple(found)


def told(logins: Sequence[Login]) -> str:
    """The logins in columns."""
    width = max(len(each.name) for each in logins)
    return "\n".join(
        f"  {each.name:{width}}  {each.password}  {each.role} "
        f"{NOT_KNOWN_YET if each.scope == NOBODY_YET else each.scope}".rstrip()
        for each in logins
    )


def _applicant(here: Settings, application_id: str) -> str | None:
    """Who applied, from the registers. Raises: OrynError."""
    text = SQL("SELECT applicant_id FROM {}.applications WHERE application_id = %s")
    try:
        with psycopg.connect(postgres_url(here)) as connection:
            row = connection.execute(text.format(Identifier(here.schema("registers"))), (application_id,)).fetchone()
    except psycopg.Error as exc:
        raise OrynError(f"PostgreSQL does not say whose application {application_id} is: {exc}") from exc
    return None if row is None else str(row[0])
