"""The reader of the indicators: what monitoring tells and dead letters, into PostgreSQL. Only wires."""

from collections.abc import Callable, Mapping
from threading import Event as Flag

from prometheus_client import CollectorRegistry

from consumers.indicators.quality import Goal, goals_of, usual_goals
from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.store import DEAD_LETTERS, INDICATORS, DeadLetterStore, IndicatorStore
from consumers.reading.figures import Figures
from consumers.reading.reader import Reader
from consumers.reading.store import Store, StoreConflict
from infra.readers.running import Together
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_services import kafka_client, postgres_url, schema_ids
from schemas.codec import output_codec
from schemas.indicators import IndicatorRow
from schemas.topic_offsets import topic_id


class Rereading(Reader):
    """A reader that says what helps when topic and tables contradict each other."""

    def run(self, stop: Flag) -> None:
        """As `Reader.run`."""
        try:
            super().run(stop)
        except StoreConflict as exc:
            remedy = "`oryn indicators rebuild`"
            if remedy in str(exc):
                raise
            raise StoreConflict(f"{exc}; {remedy} has the topics read from their beginnings") from exc


def build(settings: Settings, registry: CollectorRegistry) -> Together:
    """Two loops in one process, each with a connection and positions of its own. Raises: OrynError."""
    client, batch = kafka_client(settings), settings.reader.batch_records
    figures = Figures(registry)
    return Together(
        {
            name: Rereading(client, settings.topic(name), store, figures, batch_records=batch)
            for name, store in stores(settings).items()
        }
    )


def indicators_settings(settings: Settings) -> IndicatorsSettings:
    """Where the indicators of this environment are, and how long. Raises: OrynError."""
    chosen = settings.indicators
    return IndicatorsSettings(
        postgres_url(settings), settings.schema("indicators"), chosen.keep_hours_days, chosen.keep_days_days
    )


def quality_goals(settings: Settings) -> dict[str, Goal]:
    """Normative values and targets of this environment. Raises: SettingsError, BadTargets."""
    path = settings.indicators.quality
    if path is None:
        return dict(usual_goals())
    try:
        return dict(goals_of(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"indicators.quality: can't read {path}: {exc}") from exc


def stores(settings: Settings) -> Mapping[str, Store]:
    """What fills the tables, by the names of the topics. Raises: OrynError."""
    where, client = indicators_settings(settings), kafka_client(settings)

    def identify(topic: str) -> Callable[[], str]:
        return lambda: topic_id(client, topic)

    indicators, letters = settings.topic(INDICATORS), settings.topic(DEAD_LETTERS)
    codec = output_codec(INDICATORS, IndicatorRow, schema_ids(settings))
    return {
        INDICATORS: IndicatorStore(where, indicators, identify(indicators), codec),
        DEAD_LETTERS: DeadLetterStore(where, letters, identify(letters)),
    }
