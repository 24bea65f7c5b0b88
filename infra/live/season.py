"""Which season a data folder plays: its name, seed and size, its topics' prefix, and whether it has come to its end.

All else about a season is in its topics. Owns one small file, and the end of seasons that nobody wants any more.
"""

import os
import secrets
import shutil
from pathlib import Path

import msgspec
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from infra.metrics_targets import MONITOR_GROUP
from infra.settings import Settings
from infra.topics import declarations
from schemas.errors import OrynError

REQUEST_TIMEOUT_S = 30
SEED_DEFAULT = 1
PREFIX_BYTES = 3
CAMPAIGN_DEFAULT = "astana-2021"


class Wishes(msgspec.Struct, frozen=True):
    """What a command line asked for; none: as it was, or the default."""

    campaign: str | None = None
    seed: int | None = None
    scale: float | None = None
    days: int | None = None


class Season(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One season. `prefix`: before the names of its topics and groups; `finished`: it was played and written out."""

    campaign: str
    seed: int
    scale: float
    days: int | None
    prefix: str
    finished: bool = False

    def fits(self, wishes: Wishes) -> bool:
        """Whether it is what was asked for."""
        return (
            wishes.campaign in (None, self.campaign)
            and wishes.seed in (None, self.seed)
            and wishes.scale in (None, self.scale)
            and wishes.days in (None, self.days)
        )

    @property
    def title(self) -> str:
        """In words, as options would say it."""
        days = "" if self.days is None else f", {self.days} days"
        return f"{self.campaign}, scale {self.scale:g}, seed {self.seed}{days}"


class SeasonFile:
    """The file of a data folder."""

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first season."""
        self.path = folder / "season.json"

    def load(self) -> Season | None:
        """The last season; none before the first. Raises: OrynError when the file is broken."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Season)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as exc:
            raise OrynError(f"{self.path} is no season ({exc}): delete it to begin anew") from exc

    def save(self, season: Season) -> None:
        """Replace the season."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(season) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


def choose(last: Season | None, wishes: Wishes, *, anew: bool, environment: str = "") -> Season:
    """The season to play: the last one, if it was interrupted and fits the wishes, else another one.

    `environment`: the prefix of all topics and groups. Each season has one of its own behind it, which nobody else's
    has on the same brokers.
    """
    if last is not None and not last.finished and not anew and last.fits(wishes):
        return last
    return Season(
        campaign=wishes.campaign or CAMPAIGN_DEFAULT,
        seed=SEED_DEFAULT if wishes.seed is None else wishes.seed,
        scale=1.0 if wishes.scale is None else wishes.scale,
        days=wishes.days,
        prefix=f"{environment}demo-{secrets.token_hex(PREFIX_BYTES)}-",
    )


def forget(season: Season, settings: Settings, admin: AdminClient) -> None:
    """Delete a season's topics and snapshots. Repeatable. Raises: OrynError when the brokers refuse."""
    there = admin.list_topics(timeout=REQUEST_TIMEOUT_S).topics
    doomed = [season.prefix + name for name in declarations().topics if season.prefix + name in there]
    if doomed:
        for topic, future in admin.delete_topics(doomed, request_timeout=REQUEST_TIMEOUT_S).items():
            try:
                future.result()
            except KafkaException as exc:
                if exc.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise OrynError(f"cannot delete {topic}: {exc.args[0].str()}") from exc
    for group in (settings.worker.allocation_group, settings.worker.fan_out_group, MONITOR_GROUP):
        shutil.rmtree(settings.snapshots / f"{season.prefix}{group}", ignore_errors=True)
