"""What the registers must be told: where PostgreSQL is and what their schema is called. Reads no environment."""

import re
from dataclasses import dataclass, field

from schemas.errors import OrynError

NAME = re.compile(r"[a-z_][a-z0-9_]{0,55}")
# Beside the schema while a rebuild runs, and after its switch until it is dropped.
NEXT, OLD = "_next", "_old"


@dataclass(frozen=True, slots=True)
class RegistersSettings:
    """Where the registers are. `url`: of the database; `schema`: a name of at most 56 letters, digits and _."""

    url: str = field(repr=False)
    schema: str = "registers"

    def __post_init__(self) -> None:
        """Raises: OrynError for a name that would have to be quoted, or leaves no room for those beside it."""
        if not NAME.fullmatch(self.schema):
            raise OrynError(f"{self.schema!r} is no name for a schema: small letters, digits and _, at most 56")

    @property
    def following(self) -> "RegistersSettings":
        """The copy that a rebuild makes."""
        return RegistersSettings(self.url, self.schema + NEXT)

    @property
    def replaced(self) -> "RegistersSettings":
        """The copy that a rebuild has replaced."""
        return RegistersSettings(self.url, self.schema + OLD)
