"""A Faust agent that counts records and does nothing else: `python -m tests.benchmarks.monitoring_bare BOOTSTRAP TOPIC
FILE`. The number so far stands in FILE."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import faust

BATCH_RECORDS, BATCH_WITHIN_S = 500, 0.1


async def main(bootstrap: str, topic: str, file: Path) -> None:
    """Read until SIGTERM."""
    app = faust.App(
        file.name,
        broker=f"kafka://{bootstrap}",
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        stream_buffer_maxsize=16_384,
        broker_max_poll_records=4_000,
        datadir=str(file.with_suffix(".faust")),
    )
    count = 0

    async def journal(stream: Any) -> None:
        nonlocal count
        async for batch in stream.take(BATCH_RECORDS, within=BATCH_WITHIN_S):
            count += len(batch)
            file.write_text(str(count), encoding="ascii")

    app.agent(app.topic(topic, value_type=bytes, value_serializer="raw", key_serializer="raw"))(journal)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await app.start()
    await ended.wait()
    await app.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
