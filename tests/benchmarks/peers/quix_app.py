"""The core in Quix Streams: `python -m tests.benchmarks.peers.quix_app BOOTSTRAP PREFIX FOLDER COMMIT_S`.

As its documentation has it for exactly-once: a dataframe over a topic with a stateful function; the state lies in
RocksDB and, in the transactions that commit the input offsets, in a changelog topic. It holds the journal's records; a
book is folded from it when its locality is met for the first time. Runs in an environment of its own (`make peers`).
"""

import sys
from typing import Any

from quixstreams import Application, State, message_context  # type: ignore[import-not-found]  # elsewhere

from tests.benchmarks.peers.core import Core, record_key

SESSION_MS = 10_000
COUNT = "records"


def main() -> None:
    """Run until asked to stop."""
    bootstrap, prefix, folder, commit_s = sys.argv[1:]
    name = f"{prefix}quix"
    app = Application(
        bootstrap,
        consumer_group=name,
        processing_guarantee="exactly-once",
        auto_offset_reset="earliest",
        state_dir=folder,
        commit_interval=float(commit_s),
        consumer_poll_timeout=min(float(commit_s), 1.0),
        consumer_extra_config={"group.instance.id": name, "session.timeout.ms": SESSION_MS, "fetch.wait.max.ms": 50},
        producer_extra_config={"transactional.id": name, "linger.ms": 20},
    )
    topic = app.topic(f"{prefix}merged", key_deserializer="bytes", value_deserializer="bytes")
    core = Core()

    def decide(value: bytes, key: bytes, at: int, headers: Any, state: State) -> None:
        locality = key.decode()
        count = core.books[locality].sequence if locality in core.books else state.get(COUNT, 0)
        if locality not in core.books and count:
            stored = (state.get_bytes(record_key(locality, each).decode()) for each in range(1, count + 1))
            core.restore(each for each in stored if each is not None)
        place = message_context()
        for name, record in core.decide(key, headers, value, at, place.partition, place.offset):
            state.set_bytes(name.decode(), record)
        state.set(COUNT, core.books[locality].sequence)

    app.dataframe(topic).apply(decide, stateful=True, metadata=True)
    app.run()


if __name__ == "__main__":
    main()
