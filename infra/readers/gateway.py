"""The notification gateway: the topic into the delivery log, and from there to the recipients. Only wires."""

from collections.abc import Callable, Mapping
from threading import Event as Flag

from prometheus_client import CollectorRegistry

from consumers.notification_gateway.channels import Address, Channel, Contact, Directory, Language
from consumers.notification_gateway.directory import WithDefaultRoute
from consumers.notification_gateway.directory_http import HttpDirectory, HttpDirectorySettings
from consumers.notification_gateway.directory_postgres import PostgresDirectory
from consumers.notification_gateway.directory_tables import upgrade
from consumers.notification_gateway.engine import Gateway
from consumers.notification_gateway.figures import GatewayFigures
from consumers.notification_gateway.files import FileChannel, FileSettings
from consumers.notification_gateway.intake import TOPIC, Intake
from consumers.notification_gateway.policy import DAY_S, Policy
from consumers.notification_gateway.rendering import Renderer
from consumers.notification_gateway.smtp import SmtpChannel, SmtpSettings
from consumers.notification_gateway.tables import ALEMBIC
from consumers.notification_gateway.webhook import WebhookChannel, WebhookSettings
from consumers.reading.figures import Figures
from consumers.reading.reader import Reader
from consumers.reading.store import StoreConflict
from infra.readers.organisation_names import OrganisationNames
from infra.readers.registers import registers_settings
from infra.readers.running import Together
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_services import kafka_client, postgres_url, schema_ids
from schemas.outputs import MessageKind
from schemas.topic_offsets import topic_id
from streams.runtime.settings import Clock

WEBHOOK, FILE = "webhook", "file"
# As many endpoints as this may be slow at the same time before others feel it.
ENDPOINTS_AT_ONCE = 4


class TakingOver(Reader):
    """The reader of the topic, which says what helps when topic and log contradict each other."""

    def run(self, stop: Flag) -> None:
        """As `Reader.run`."""
        try:
            super().run(stop)
        except StoreConflict as exc:
            raise StoreConflict(f"{exc}; `oryn gateway read-again` has the topic read from its beginning") from exc


def build(settings: Settings, registry: CollectorRegistry) -> Together:
    """One process: one part takes messages over, one delivers them, one knows what organisations are called.

    Raises: OrynError.
    """
    policy, url, schema = policy_of(settings), postgres_url(settings), settings.schema("gateway")
    directory, prepare = directory_of(settings)
    figures = GatewayFigures(registry)
    names = OrganisationNames(registers_settings(settings))
    gateway = Gateway(url, schema, channels_of(settings), directory, Renderer(names), policy, figures, prepare)

    def taken(count: int) -> None:
        figures.taken.inc(count)
        gateway.wake(count)

    topic = settings.topic(TOPIC)
    client = kafka_client(settings)
    intake = Intake(url, schema, topic, schema_ids(settings), policy, taken, lambda: topic_id(client, topic))
    reader = TakingOver(client, topic, intake, Figures(registry), batch_records=settings.reader.batch_records)
    return Together({"intake": reader, "delivery": gateway, "names": names})


def policy_of(settings: Settings) -> Policy:
    """The gateway's numbers. Raises: SettingsError, PolicyError."""
    chosen = settings.gateway
    return Policy(
        margin_s=chosen.margin_s,
        term_s=chosen.term_s,
        terms_s=_terms(chosen.terms),
        replayed=settings.worker.clock is Clock.RECORDS,
        attempts=chosen.attempts,
        attempt_s=chosen.attempt_s,
        channel_s=chosen.channel_s,
        parallel=ENDPOINTS_AT_ONCE * chosen.parallel,
        parallel_endpoint=chosen.parallel,
        keep_s=None if chosen.keep_days is None else chosen.keep_days * DAY_S,
    )


def _terms(text: str) -> Mapping[MessageKind, float]:
    terms: dict[MessageKind, float] = {}
    for word in text.split():
        kind, _, seconds = word.partition("=")
        if kind not in MessageKind.__members__:
            raise SettingsError(f"gateway.terms: {kind} is no kind of message; there are {', '.join(MessageKind)}")
        terms[MessageKind(kind)] = float(seconds)
    return terms


def channels_of(settings: Settings) -> list[Channel]:
    """The channels that are set. Raises: SettingsError where none is, or one lacks something; OrynError."""
    chosen = settings.gateway
    found: list[Channel] = []
    if chosen.webhook_secret is not None:
        secrets = tuple(chosen.webhook_secret.split())
        found.append(WebhookChannel(WebhookSettings(secrets, connections=chosen.parallel)))
    elif chosen.webhook_url is not None:
        raise SettingsError("gateway.webhook_secret: needed where gateway.webhook_url is set")
    if chosen.smtp_url is not None:
        if chosen.mail_from is None:
            raise SettingsError("gateway.mail_from: needed where gateway.smtp_url is set")
        found.append(SmtpChannel(SmtpSettings(chosen.smtp_url, chosen.mail_from)))
    if chosen.file is not None:
        found.append(FileChannel(FileSettings(chosen.file)))
    if not found:
        raise SettingsError("no channel: set gateway.webhook_url, gateway.smtp_url or gateway.file")
    return found


def directory_of(settings: Settings) -> tuple[Directory, Callable[[], None]]:
    """Who knows contacts, and what has to be made for it. Whom it does not know gets the default route."""
    chosen = settings.gateway
    prepare: Callable[[], None] = lambda: None  # noqa: E731 - a table in a database, or nothing
    if chosen.directory_url is not None:
        directory: Directory = HttpDirectory(HttpDirectorySettings(chosen.directory_url))
    else:
        url, schema = postgres_url(settings), settings.schema("contacts")
        directory = PostgresDirectory(url, schema)

        def prepare() -> None:
            with ALEMBIC:
                upgrade(url, schema)

    route = default_route(settings)
    return (directory if not route.addresses else WithDefaultRoute(directory, route)), prepare


def default_route(settings: Settings) -> Contact:
    """Where messages go to whom the directory does not know: webhook and file know everybody, mail does not."""
    addresses = []
    if settings.gateway.webhook_url is not None:
        addresses.append(Address(WEBHOOK, settings.gateway.webhook_url))
    if any(channel.name == FILE for channel in channels_of(settings)):
        addresses.append(Address(FILE, ""))
    return Contact(Language(settings.gateway.language), tuple(addresses))
