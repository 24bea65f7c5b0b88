"""Login with an OpenID Connect provider: authlib does the protocol (code flow, PKCE, state, nonce), this module turns
what the provider says into a role and a scope. Who has no role that is known here gets no access.
"""

from collections.abc import Mapping
from typing import Any, Final

from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]  # it ships no types

# The client that authlib really uses: its errors are the ones to catch.
from authlib.integrations.httpx_client.oauth2_client import httpx2 as transport  # type: ignore[import-untyped]
from authlib.integrations.starlette_client import OAuth  # type: ignore[import-untyped]
from joserfc.errors import JoseError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from consumers.dashboard.access import Role, Viewer, scope_problem
from consumers.dashboard.settings import ProviderSettings
from schemas.errors import OrynError

DISCOVERY: Final = "/.well-known/openid-configuration"
ANSWER_S: Final = 5.0
UNAVAILABLE: Final = 503
SHOWN_MAX: Final = 64


class Refused(OrynError):
    """The provider did not vouch, or for nobody who has access here. `reason`: a word for figures and logs."""

    def __init__(self, reason: str) -> None:
        """Keep the word."""
        super().__init__(reason)
        self.reason = reason


class Provider:
    """The provider of one site."""

    def __init__(self, settings: ProviderSettings) -> None:
        """Ask nothing yet."""
        self.settings = settings
        self._client = OAuth().register(
            "provider",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=settings.issuer.rstrip("/") + DISCOVERY,
            client_kwargs={"scope": settings.scopes, "code_challenge_method": "S256", "timeout": ANSWER_S},
        )

    async def begin(self, request: Request, callback: str) -> Response:
        """Send the browser to the provider. Raises: HTTPException while that is away."""
        try:
            found: Response = await self._client.authorize_redirect(request, callback)
        except (transport.HTTPError, OSError, ValueError, RuntimeError) as exc:
            raise HTTPException(UNAVAILABLE) from exc
        return found

    async def finish(self, request: Request) -> tuple[str, Viewer]:
        """The account and who it is, from the provider's answer. Raises: Refused, HTTPException."""
        if not request.query_params.keys() & {"code", "error"}:
            raise Refused("provider")
        try:
            token = await self._client.authorize_access_token(request)
        except (OAuthError, JoseError) as exc:
            raise Refused("provider") from exc
        except (transport.HTTPError, OSError, ValueError, RuntimeError) as exc:
            raise HTTPException(UNAVAILABLE) from exc
        claims = token.get("userinfo")
        if not claims or not claims.get("sub"):
            raise Refused("provider")
        return f"oidc:{self.settings.issuer}:{claims['sub']}", viewer_of(self.settings, claims)


def viewer_of(settings: ProviderSettings, claims: Mapping[str, Any]) -> Viewer:
    """Who somebody is here. Raises: Refused for no role, several roles, or a scope that does not fit."""
    said = claim(claims, settings.role_claim)
    listed = said if isinstance(said, list) else [said]
    values = [each for each in listed if isinstance(each, str)]
    known = {Role(settings.roles[each]) for each in values if each in settings.roles}
    if len(known) != 1:
        raise Refused("no_role" if not known else "several_roles")
    (role,) = known
    scope = claim(claims, settings.scope_claim)
    scope = scope if isinstance(scope, str) and role not in (Role.NATION, Role.AUDITOR) else ""
    if role is Role.PUBLIC or scope_problem(role, scope) is not None:
        raise Refused("scope")
    name = claims.get("preferred_username") or claims.get("name") or claims["sub"]
    return Viewer(role, scope, str(name)[:SHOWN_MAX])


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, inside others by dots; a name that has dots in it comes first. None if it is not there."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
