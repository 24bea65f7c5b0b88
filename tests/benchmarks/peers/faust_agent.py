"""The core in a Faust agent: `python -m tests.benchmarks.peers.faust_agent BOOTSTRAP PREFIX FOLDER COMMIT_S`.

As Faust's documentation has it for exactly-once: a worker, an agent over a topic, its state in a table whose changelog
is written in the agent's transactions. The table holds the journal's records; the books are folded from it after each
recovery.
"""

import sys
from typing import Any

import faust

from tests.benchmarks.peers.core import Core

SESSION_S = 10.0


def app_of(bootstrap: str, prefix: str, folder: str, commit_s: float) -> faust.App:
    """The app with its table and agent."""
    app = faust.App(
        f"{prefix}faust",
        broker=f"kafka://{bootstrap}",
        processing_guarantee="exactly_once",
        store="memory://",
        datadir=folder,
        topic_partitions=1,
        topic_replication_factor=1,
        topic_disable_leader=True,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{prefix}faust",
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=SESSION_S / 4,
        broker_commit_interval=commit_s,
        stream_buffer_maxsize=16_384,
        broker_max_poll_records=4_000,
    )
    journal = app.Table("journal", partitions=1, key_type=bytes, value_type=bytes)
    core = Core()

    async def recovered() -> None:
        core.restore(value for _, value in sorted(journal.items()))

    journal.on_recover(recovered)

    async def decide(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            at = round(message.timestamp * 1_000)
            headers = [*message.headers.items()] if isinstance(message.headers, dict) else message.headers
            for key, value in core.decide(message.key, headers, message.value, at, message.partition, message.offset):
                journal[key] = value

    topic = app.topic(f"{prefix}merged", key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    app.agent(topic)(decide)
    return app


def main() -> None:
    """Run until asked to stop. Only in a worker of Faust's own is an app transactional."""
    bootstrap, prefix, folder, commit_s = sys.argv[1:]
    faust.Worker(app_of(bootstrap, prefix, folder, float(commit_s)), loglevel="WARN").execute_from_commandline()


if __name__ == "__main__":
    main()
