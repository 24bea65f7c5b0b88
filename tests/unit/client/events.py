"""Events to publish. For the tests of the client only."""

import datetime
from pathlib import Path

from producers.client.settings import PublisherSettings
from producers.client.spool import Row
from schemas.events import Event, PlaceReleased
from schemas.instants import Instant
from schemas.words import Admission, GroupType, QueueKind, Regime

LOCALITY = "710000000"
SOURCE = "kindergarten/17"
TIME = Instant(1_623_312_000_000)
# Nobody listens there (RFC 863, discard), so a publisher is without a network.
NOWHERE = {"bootstrap.servers": "127.0.0.1:9"}


def release(number: int = 1) -> PlaceReleased:
    return PlaceReleased(
        place_id=f"place-{number}",
        organisation_id="organisation-17",
        queue_kind=QueueKind.GENERAL,
        birth_year=2018,
        age_from=3,
        age_to=3,
        language="kk",
        group_type=GroupType.GENERAL_DEVELOPMENTAL,
        regime=Regime.FULL_DAY,
        admission=Admission.REGULAR,
        admission_from=datetime.date(2021, 9, 1),
    )


def event(number: int = 1, locality: str = LOCALITY, source: str = SOURCE) -> Event:
    return Event("vacancy-releases", Instant(TIME + number), f"e-{number}", source, locality, release(number))


def row(number: int, value: bytes = b"value") -> Row:
    return ("vacancy-releases", LOCALITY, SOURCE, f"e-{number}", "PlaceReleased", TIME + number, value)


def settings(folder: Path, **changed: object) -> PublisherSettings:
    values: dict[str, object] = {"client": NOWHERE, "spool": folder / "spool.db", "source": SOURCE}
    return PublisherSettings(**(values | changed))  # type: ignore[arg-type]  # tests give wrong ones on purpose
