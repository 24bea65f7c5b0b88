"""The reader of the registers: the journal and the stages of the service into PostgreSQL. Only wires."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry

from consumers.reading.figures import Figures
from consumers.reading.reader import Reader
from consumers.registers.positions import topic_id
from consumers.registers.rebuilding import Source
from consumers.registers.settings import RegistersSettings
from consumers.registers.store import JournalStore, StageStore
from infra.readers.running import Together
from infra.settings import Settings
from infra.settings_services import kafka_client, postgres_url, schema_ids
from schemas.codec import journal_codec, output_codec
from schemas.outputs import ServiceStage

JOURNAL = "journal"
STAGES = "service-stages"


def build(settings: Settings, registry: CollectorRegistry) -> Together:
    """Two loops in one process, each with a connection and positions of its own. Raises: OrynError."""
    client, registers = kafka_client(settings), registers_settings(settings)
    figures = Figures(registry)
    return Together(
        {
            name: Reader(
                client, source.topic, source.store(registers), figures, batch_records=settings.reader.batch_records
            )
            for name, source in registers_sources(settings).items()
        }
    )


def registers_settings(settings: Settings) -> RegistersSettings:
    """Where the registers of this environment are. Raises: OrynError."""
    return RegistersSettings(postgres_url(settings), settings.schema("registers"))


def registers_sources(settings: Settings) -> Mapping[str, Source]:
    """What the registers are made of, by the names of the topics. Raises: OrynError."""
    ids, client = schema_ids(settings), kafka_client(settings)
    journal, stages = settings.topic(JOURNAL), settings.topic(STAGES)
    codec, stage_codec = journal_codec(ids), output_codec(STAGES, ServiceStage, ids)
    return {
        JOURNAL: Source(journal, lambda copy: JournalStore(copy, journal, lambda: topic_id(client, journal), codec)),
        STAGES: Source(stages, lambda copy: StageStore(copy, stages, lambda: topic_id(client, stages), stage_codec)),
    }
