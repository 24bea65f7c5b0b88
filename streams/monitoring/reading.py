"""Faust, so that it reads the journal as Oryn needs it: committed records only, each partition from where its figures
stand. Owns no figure and no row.

Faust reads uncommitted records unless it writes transactions itself, and goes on from offsets that are not one write
with anything. So the consumer is made here, and positions are asked of whoever has the figures.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Final, cast

import faust
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # it has none
from aiokafka.coordinator.assignors.roundrobin import (  # type: ignore[import-untyped]  # it has none
    RoundRobinPartitionAssignor,
)
from faust.app.base import BootStrategy
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.monitoring.settings import NAME, MonitoringSettings
from streams.runtime.errors import Misconfigured

POLL_RECORDS: Final = 4_000
BUFFER_RECORDS: Final = 16_384
# A broker holds a fetch at the end of the log for so long.
FETCH_WAIT_MS: Final = 100
FETCH_BYTES: Final = 8 * 1024 * 1024
HEARTBEATS_PER_SESSION: Final = 5
REQUEST_TIMEOUT_S: Final = 90.0
METADATA_AGE_MS: Final = 60_000
POSITION_TIMEOUT_S: Final = 5.0

# Partitions now assigned -> the next offset of each.
Positions = Callable[[set[int]], Awaitable[Mapping[int, int]]]


class _Thread(driver.AIOKafkaConsumerThread):
    """Makes the consumer. Everything else is Faust's."""

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        settings = cast(MonitoringApp, self.app).monitoring
        session = settings.session_timeout_ms
        self._assignor = RoundRobinPartitionAssignor
        return AIOKafkaConsumer(
            **consumer_options(settings.client),
            client_id=f"oryn-{NAME}",
            group_id=settings.group_id,
            group_instance_id=settings.worker,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=POLL_RECORDS,
            max_poll_interval_ms=settings.max_poll_interval_ms,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            request_timeout_ms=int(REQUEST_TIMEOUT_S * 1000),
            session_timeout_ms=session,
            rebalance_timeout_ms=settings.max_poll_interval_ms,
            heartbeat_interval_ms=max(1, session // HEARTBEATS_PER_SESSION),
            metadata_max_age_ms=METADATA_AGE_MS,
        )


class _Consumer(driver.Consumer):
    """Goes on from where the figures stand."""

    def __init__(self, transport: Any, callback: Callable[[Any], Awaitable[Any]], *args: Any, **kwargs: Any) -> None:
        # Partition -> the last offset that was handed to the stream.
        self.delivered: dict[TP, int] = {}

        async def note(message: Any) -> None:
            self.delivered[message.tp] = message.offset
            await callback(message)

        super().__init__(transport, note, *args, **kwargs)

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek each assigned partition to its next offset; what the group has committed is no more than a hint."""
        app = cast(MonitoringApp, self.app)
        topic = app.monitoring.journal
        wanted = {each.partition for each in self.assignment() if each.topic == topic}
        found = {TP(topic, partition): offset for partition, offset in (await app.positions(wanted)).items()}
        if found:
            await self.seek_wait(found)
        return found

    async def behind(self, tp: TP, counted: int) -> int | None:
        """How many offsets come after `counted`, the next one to be counted; none if that is not known yet.

        Below 0: the log ends before it, so it is not the log that was counted.
        """
        if tp not in self.assignment():
            return None
        end: int | None = self.highwater(tp)  # none before the first answer, whatever Faust's types say
        position = await asyncio.wait_for(self.position(tp), POSITION_TIMEOUT_S)
        if end is None or position is None:
            return None
        if end < counted:
            return end - counted
        if self.delivered.get(tp, -1) < counted:
            # All that was delivered is counted. Markers of transactions take offsets that no record has.
            counted = max(counted, position)
        return max(0, end - counted)


class _Transport(driver.Transport):
    """With our consumer."""

    Consumer: ClassVar[Any] = _Consumer


class _Boot(BootStrategy):
    """No web server, and no producer of Faust's: rows are sent by `sending`."""

    enable_web = False
    enable_kafka_producer = False


class MonitoringApp(faust.App):
    """A Faust app over the journal of one environment."""

    BootStrategy: ClassVar[Any] = _Boot
    monitoring: MonitoringSettings
    positions: Positions

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Faust keeps nothing in folders here."""


def monitoring_app(settings: MonitoringSettings, positions: Positions) -> MonitoringApp:
    """The app. `positions` is asked after each assignment; it restores what is missing. Nothing connects yet."""
    app = MonitoringApp(
        settings.group_id,
        broker=[f"kafka://{each}" for each in _servers(settings.client)],
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        stream_buffer_maxsize=BUFFER_RECORDS,
        broker_request_timeout=REQUEST_TIMEOUT_S,
        broker_session_timeout=settings.session_timeout_ms / 1000,
        stream_wait_empty=False,
    )
    app.monitoring, app.positions = settings, positions
    return app


def _servers(client: Mapping[str, str]) -> list[str]:
    return [each.strip().rpartition("://")[2] for each in client["bootstrap.servers"].split(",") if each.strip()]


# What librdkafka calls it -> what aiokafka calls it. Paths and passwords of TLS go into a context of their own.
_SAME = {
    "security.protocol": "security_protocol",
    "sasl.mechanism": "sasl_mechanism",
    "sasl.mechanisms": "sasl_mechanism",
    "sasl.username": "sasl_plain_username",
    "sasl.password": "sasl_plain_password",
}
_TLS = ("ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.key.password")


def consumer_options(client: Mapping[str, str]) -> dict[str, Any]:
    """The same brokers and rights for aiokafka. Raises: Misconfigured for rights that it can't be given.

    Timeouts and sizes have no counterpart and are left to the sender of rows.
    """
    options: dict[str, Any] = {"bootstrap_servers": _servers(client)}
    for name, value in client.items():
        if name in _SAME:
            options[_SAME[name]] = value.upper() if name == "security.protocol" else value
        elif name not in _TLS and name.startswith(("ssl.", "sasl.")):
            raise Misconfigured(f"kafka.client: the monitoring's reader has nothing like {name}")
    if options.get("security_protocol", "PLAINTEXT").endswith("SSL"):
        options["ssl_context"] = _tls(client)
    return options


def _tls(client: Mapping[str, str]) -> ssl.SSLContext:
    authority, certificate = client.get("ssl.ca.location"), client.get("ssl.certificate.location")
    try:
        context = ssl.create_default_context(cafile=authority)
        if certificate is not None:
            context.load_cert_chain(certificate, client.get("ssl.key.location"), client.get("ssl.key.password"))
    except (OSError, ssl.SSLError) as exc:
        raise Misconfigured(f"kafka.client: its certificates are not to be read: {exc}") from exc
    return context
