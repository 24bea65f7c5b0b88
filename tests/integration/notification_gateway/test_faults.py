"""The gateway killed, its PostgreSQL killed: nothing is lost, nothing overtakes, nothing is claimed that never was.

Judged by what the receiver itself wrote down.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from consumers.notification_gateway.intake import TOPIC
from infra.stack.own import OwnService
from schemas.codec import output_codec
from schemas.ids import FrozenIds
from schemas.outputs import Notification
from tests.integration.notification_gateway.receiver import SECRET, Receiver
from tests.integration.notification_gateway.world import Contacts, Log, contact, messages, running, wait_for, webhook

pytestmark = [pytest.mark.integration, pytest.mark.faults]

SEED = 19450509
KILLS = 20
# Of a thousand attempts each.
FAULTS = {"500": 20, "429": 10, "break": 20, "503": 10, "hang": 2}


def faulty(random: Random) -> Callable[[str, str, int], str]:
    """A receiver's behaviour: now and then one of the faults."""
    words = [word for word, share in FAULTS.items() for _ in range(share)]
    words += ["take"] * (1_000 - len(words))
    return lambda path, id_, times: random.choice(words)


def assert_delivered(receiver: Receiver, log: Log, sent: list[Notification]) -> None:
    """Each at least once, first arrivals in order, and none marked delivered that was never taken."""
    taken = {each.id for each in receiver.taken}
    marked = {id_ for (id_,) in log.rows("SELECT id FROM messages WHERE state = 'DELIVERED'")}
    assert marked <= taken
    assert marked == {each.id for each in sent}
    place = {each.id: index for index, each in enumerate(sent)}
    for ids in receiver.first_arrivals().values():
        assert [place[id_] for id_ in ids] == sorted(place[id_] for id_ in ids)


class Readers:
    """The reader process, again and again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._forker = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.notification_gateway.killable"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
            text=True,
        )

    def start(self) -> int:
        """Start one; its process id."""
        assert self._forker.stdin is not None
        assert self._forker.stdout is not None
        self._forker.stdin.write("\n")
        self._forker.stdin.flush()
        return int(self._forker.stdout.readline())

    def close(self) -> None:
        """End, with whatever still runs."""
        self._forker.kill()
        self._forker.communicate()


def publish(producer: Producer, topic: str, sent: list[Notification]) -> None:
    """Write messages to the topic, keyed by their recipients."""
    codec = output_codec(TOPIC, Notification, FrozenIds())
    for each in sent:
        producer.produce(topic, codec.encode(each), key=each.recipient)
    assert producer.flush(30) == 0


def test_a_reader_killed_twenty_times_delivers_every_message_in_order(
    kafka: str, postgres: str, prefix: str, tmp_path: Path
) -> None:
    random, topic = Random(SEED), f"{prefix}{TOPIC}"
    sent = messages(2_000, 150)
    admin = AdminClient({"bootstrap.servers": kafka})  # gone with its name, its tasks would be, too
    for task in admin.create_topics([NewTopic(topic, 2, 1)]).values():
        task.result(30)
    producer = Producer({"bootstrap.servers": kafka, "enable.idempotence": True, "linger.ms": 5})
    log = Log(postgres, prefix.replace(".", "_") + "gateway").make()
    with Receiver(faulty(random)) as receiver:
        readers = Readers(
            {
                "ORYN_DATA": str(tmp_path),
                "ORYN_KAFKA_BOOTSTRAP": kafka,
                "ORYN_KAFKA_TOPIC_PREFIX": prefix,
                "ORYN_POSTGRES_URL": postgres,
                "ORYN_POSTGRES_GATEWAY": log.schema,
                "ORYN_GATEWAY_WEBHOOK_URL": f"{receiver.url}/hook",
                "ORYN_GATEWAY_WEBHOOK_SECRET": SECRET,
                "ORYN_GATEWAY_ATTEMPTS": "1000",
                "ORYN_GATEWAY_ATTEMPT_S": "1",
            }
        )
        try:
            half, share, interrupted = len(sent) // 2, len(sent) // 2 // KILLS, 0
            publish(producer, topic, sent[:half])
            for kill in range(KILLS):
                publish(producer, topic, sent[half + kill * share : half + (kill + 1) * share])
                before = len(receiver.taken)
                pid = readers.start()
                if random.random() < 0.7:  # most of them in the midst of it, some while they start
                    receiver.wait_taken(before + 1)
                time.sleep(random.uniform(0, 0.1))
                os.kill(pid, signal.SIGKILL)
                interrupted += before < len(receiver.taken) and "PENDING" in log.states()
            # The first ones at least had more to do than they had time for.
            assert interrupted > 2
            pid = readers.start()
            wait_for(lambda: log.states().get("DELIVERED") == len(sent))
            os.kill(pid, signal.SIGTERM)
        finally:
            readers.close()
        assert_delivered(receiver, log, sent)
        # What was repeated was repeated with the same id, and is the exception.
        assert len(receiver.taken) < 2 * len(sent)


def test_a_log_killed_under_load_loses_nothing(own_service: Callable[[str], OwnService], prefix: str) -> None:
    random = Random(SEED)
    service = own_service("postgres")
    log = Log(service.address, "gateway").make()
    sent = messages(1_500, 150)
    log.fill(sent)
    with Receiver(faulty(random)) as receiver:
        with running(log, [webhook()], Contacts(contact(("webhook", receiver.url)))) as gateway:
            for part in (3, 2):
                receiver.wait_taken(len(sent) // part // 2)
                service.kill()
                service.start()
            assert log.await_done() == {"DELIVERED": len(sent)}
            assert gateway.figures.outages.labels("log")._value.get() >= 2
        assert_delivered(receiver, log, sent)
