"""The peer: a bare transactional loop on confluent-kafka, as its documentation has it, with the traps avoided.

`python -m tests.benchmarks.pipeline.bare_loop BOOTSTRAP ID OUTPUT INPUT…`: each record of the inputs, key, value and
headers, into the output; offsets in the same transaction, batches of up to 2,000. Decides nothing, keeps nothing.
"""

import sys

from confluent_kafka import Consumer, Producer, TopicPartition

BATCH_RECORDS = 2_000
TIMEOUT_S = 20.0


def main() -> None:
    """Run until killed."""
    bootstrap, name, output, *inputs = sys.argv[1:]
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": name,
            "enable.auto.commit": False,
            "group.instance.id": name,  # killed and started again, it need not wait for its own session to end
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": 50,
        }
    )
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "transactional.id": name,
            "linger.ms": 20,
            "batch.size": 1_000_000,
            "compression.type": "lz4",
        }
    )
    producer.init_transactions(TIMEOUT_S)
    consumer.subscribe(inputs)
    positions: dict[tuple[str, int], int] = {}
    while True:
        messages = consumer.consume(1, 0.1)
        if not messages:
            continue
        messages += consumer.consume(BATCH_RECORDS - 1, 0)
        producer.begin_transaction()
        for message in messages:
            assert message.error() is None, message.error()
            producer.produce(
                output, message.value(), message.key(), headers=message.headers(), timestamp=message.timestamp()[1]
            )
            positions[str(message.topic()), message.partition() or 0] = (message.offset() or 0) + 1
        producer.flush(TIMEOUT_S)
        offsets = [TopicPartition(topic, partition, offset) for (topic, partition), offset in positions.items()]
        producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), TIMEOUT_S)
        producer.commit_transaction(TIMEOUT_S)


if __name__ == "__main__":
    main()
