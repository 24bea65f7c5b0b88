"""What the dashboard must be told: where it is reached, its limits, how people log in. Reads no environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class DashboardSettings:
    """One dashboard. `hosts`: names that it answers to; others are refused. `secret`: signs what a login keeps in the
    browser while it goes on; all processes of one site share it. `published`: where the public pages are to be seen on
    the web; none: pages do not link to them. `unproxied`: others than this machine reach it, and no proxy is named
    whose word counts. Times in seconds, sizes in bytes."""

    secret: str = field(repr=False)
    hosts: frozenset[str] = LOCAL_HOSTS
    unproxied: bool = False
    service: str | None = None
    published: str | None = None
    redis_prefix: str = "oryn"
    idle_s: int = 1_800
    absolute_s: int = 43_200
    listeners_max: int = 5_000
    cache_bytes: int = 64_000_000
    threads: int = 8
    query_bytes: int = 2_048
    body_bytes: int = 8_192
    poll_s: float = 0.5
    renew_s: float = 1.0
    heartbeat_s: float = 15.0
    slow_s: float = 60.0
    provider: "ProviderSettings | None" = None

    @property
    def secure(self) -> bool:
        """Whether cookies go over TLS only: always, but on a machine that serves nobody but itself."""
        return not self.hosts <= LOCAL_HOSTS


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """An OpenID Connect provider, and how its claims become a role and a scope here.

    `roles`: value of the claim -> role; a value that is missing is no access. Claims inside others are named with
    dots: `realm_access.roles`.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = "openid profile"
    role_claim: str = "oryn_role"
    scope_claim: str = "oryn_scope"
    roles: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
