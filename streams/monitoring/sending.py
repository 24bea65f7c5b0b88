"""Sends rows to the topic `indicators`: each at least once, in the order in which they were made. Knows no figure."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.indicators import IndicatorRow
from schemas.topic_offsets import client_log
from streams.monitoring.figures import MonitoringFigures
from streams.runtime.errors import Fatal

log = logging.getLogger(__name__)

LINGER_MS: Final = "50"
# So many rows may wait for the brokers; then nothing is counted until they take some.
UNSENT_MAX: Final = 20_000
ROOM_S: Final = 0.05
FLUSH_S: Final = 10.0
# Brokers that have not answered for so long are away.
ASK_S: Final = 3.0


class Sender:
    """The rows of one process on their way. Used in one thread; delivery is told within `poll`."""

    def __init__(
        self,
        client: Mapping[str, str],
        topic: str,
        encode: Callable[[IndicatorRow], bytes],
        figures: MonitoringFigures,
    ) -> None:
        """Connects when there is something to send."""
        self._topic, self._encode, self._figures = topic, encode, figures
        self._failure: str | None = None
        self._producer = Producer(
            {
                "compression.type": "lz4",
                "linger.ms": LINGER_MS,
                **client,
                "acks": "all",
                "enable.idempotence": "true",
                # Brokers that are away are waited for: a row that was given up would be missing for ever.
                "message.timeout.ms": "0",
                "partitioner": "murmur2_random",
            },
            logger=client_log,
        )

    async def send(self, rows: Iterable[IndicatorRow]) -> None:
        """Hand over rows; waits while too many are on their way. Raises: Fatal."""
        count = 0
        for row in rows:
            if len(self._producer) >= UNSENT_MAX:
                await self._room()
            self._producer.produce(
                self._topic, key=row.id.encode(), value=self._encode(row), on_delivery=self._delivered
            )
            count += 1
        self._figures.rows.inc(count)
        self.poll()

    async def _room(self) -> None:
        self.poll()
        while len(self._producer) >= UNSENT_MAX:
            await asyncio.sleep(ROOM_S)
            self.poll()

    def poll(self) -> None:
        """See what was delivered. Raises: Fatal when a row can't be."""
        self._producer.poll(0)
        self._figures.unsent.set(len(self._producer))
        if self._failure is not None:
            raise Fatal(self._failure)

    def ask(self) -> str | None:
        """Why no broker answers; none when one does. Waits up to `ASK_S`; from whatever thread."""
        try:
            self._producer.list_topics(self._topic, timeout=ASK_S)
        except KafkaException as exc:
            error: KafkaError = exc.args[0]
            return error.str()
        return None

    async def flush(self) -> bool:
        """Wait until all is delivered; false when that takes too long. Raises: Fatal."""
        loop = asyncio.get_running_loop()
        left = await loop.run_in_executor(None, self._producer.flush, FLUSH_S)
        self.poll()
        return not left

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None and self._failure is None:
            self._failure = f"a row for {self._topic} was refused: {error.str()}"

    def close(self) -> None:
        """Forget what is still on its way: it will be made again. Repeatable."""
        try:
            self._producer.purge(in_queue=True, in_flight=True, blocking=True)
        except KafkaException as exc:
            log.info("rows not purged", extra={"error": str(exc)})
        self._failure = None
        self._producer.flush(0)
