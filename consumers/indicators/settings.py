"""What the indicators must be told: where PostgreSQL is, their schema, how long they are kept. Reads no environment."""

import re
from dataclasses import dataclass, field

from schemas.errors import OrynError

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# Hours, and spans that move by the hour; days, and spans that move by the day. Weeks are kept for ever.
KEEP_HOURS_DAYS = 60
KEEP_DAYS_DAYS = 1_826


@dataclass(frozen=True, slots=True)
class IndicatorsSettings:
    """Where the indicators are. `url`: of the database; `schema`: a name of letters, digits and _.

    `keep_hours_days`, `keep_days_days`: windows of an hour, of a day, that began so many days before the newest day of
    their subject are dropped; none: never.
    """

    url: str = field(repr=False)
    schema: str = "indicators"
    keep_hours_days: int | None = KEEP_HOURS_DAYS
    keep_days_days: int | None = KEEP_DAYS_DAYS

    def __post_init__(self) -> None:
        """Raises: OrynError for a name that would have to be quoted."""
        if not NAME.fullmatch(self.schema):
            raise OrynError(f"{self.schema!r} is no name for a schema: small letters, digits and _, at most 63")
