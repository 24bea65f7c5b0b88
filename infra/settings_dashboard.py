"""What can be set of the dashboard: where it listens, by which names it is reached, how people log in.

Owns names, defaults, bounds. Values are checked by `settings_base`; `settings` puts the sections together.
"""

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from infra.settings_base import URL, About, Section, SettingsError

PORT_MAX: Final = 65_535
DAY_S: Final = 86_400
SECRET_MIN: Final = 32
NAMES: Final = re.compile(r"([A-Za-z0-9._:-]+([ ,]+[A-Za-z0-9._:-]+)*)?")
ROLES: Final = re.compile(
    r"([^ =]{1,100}=(applicant|organisation|locality|region|nation|auditor)"
    r"( +[^ =]{1,100}=(applicant|organisation|locality|region|nation|auditor))*)?"
)


@dataclass(frozen=True, slots=True)
class DashboardSettings(Section):
    """The dashboard: its address, its accounts, its provider of logins."""

    host: Annotated[str, About("Where it listens. 0.0.0.0: everywhere.")] = "127.0.0.1"
    port: Annotated[
        int | None,
        About("Its port. 0: any free one. None: 8080, and `oryn run` runs no dashboard.", low=0, high=PORT_MAX),
    ] = None
    hosts: Annotated[
        str,
        About(
            "Names by which browsers reach it, with blanks; others are refused. Empty: this machine's.", pattern=NAMES
        ),
    ] = ""
    proxies: Annotated[
        str,
        About(
            "Addresses of proxies in front of it, whose word on scheme and client counts, with blanks.", pattern=NAMES
        ),
    ] = ""
    service: Annotated[str | None, About("Who runs it, shown at the foot of each page.")] = None
    secret: Annotated[
        str | None,
        About("What logins under way are signed with; the same for all its processes. None: made once.", secret=True),
    ] = dataclasses.field(default=None, repr=False)
    accounts: Annotated[
        Path | None, About("File of local accounts. None: dashboard/accounts.json in the data folder.")
    ] = None
    idle_s: Annotated[int, About("A login ends after so long without a request.", low=60, high=DAY_S)] = 1_800
    login_s: Annotated[int, About("A login ends after so long in any case.", low=300, high=30 * DAY_S)] = 43_200
    connections: Annotated[
        int,
        About(
            "Connections to PostgreSQL for pages that are asked for, at most; six more look and renew.", low=1, high=100
        ),
    ] = 8
    statement_ms: Annotated[int, About("How long one question to PostgreSQL may take.", low=100, high=60_000)] = 5_000
    looks_days: Annotated[
        int, About("Who looked at what is not public is kept for so many days.", low=1, high=3_660)
    ] = 365
    listeners: Annotated[int, About("Browsers on the live channel at once, at most.", low=0, high=100_000)] = 5_000
    cache_mb: Annotated[int, About("Memory for pages that were rendered.", low=1, high=10_000)] = 64
    oidc_issuer: Annotated[
        str | None,
        About("OpenID Connect provider, as https://login.example.kz. None: local accounts only.", pattern=URL),
    ] = None
    oidc_client_id: Annotated[str | None, About("What the provider calls the dashboard.")] = None
    oidc_client_secret: Annotated[str | None, About("What it shows to the provider.", secret=True)] = dataclasses.field(
        default=None, repr=False
    )
    oidc_name: Annotated[str | None, About("What people call the provider, on the button.")] = None
    oidc_scopes: Annotated[str, About("What is asked of the provider.")] = "openid profile"
    oidc_role_claim: Annotated[str, About("Claim that says the role; inside others with dots.")] = "oryn_role"
    oidc_scope_claim: Annotated[
        str, About("Claim that says the region, locality, LOCALITY/ORGANISATION or applicant id.")
    ] = "oryn_scope"
    oidc_roles: Annotated[
        str, About("The provider's words for roles: WORD=role, with blanks. Others are no access.", pattern=ROLES)
    ] = "applicant=applicant organisation=organisation locality=locality region=region nation=nation auditor=auditor"

    def __post_init__(self) -> None:
        """Check what must fit together. Raises: SettingsError."""
        Section.__post_init__(self)
        if self.secret is not None and len(self.secret) < SECRET_MIN:
            raise SettingsError(f"dashboard.secret: shorter than {SECRET_MIN} letters")
        if self.idle_s > self.login_s:
            raise SettingsError("dashboard.idle_s: above dashboard.login_s")
        if self.oidc_issuer is not None and not (self.oidc_client_id and self.oidc_client_secret):
            raise SettingsError("dashboard.oidc_client_id, dashboard.oidc_client_secret: needed with an issuer")
