"""The notification gateway: messages from the delivery log to a webhook, beside a bare loop that posts the same bodies.

The receiver is another process on the same machine, PostgreSQL a third. The gateway's way is whole: log, order, words
in Kazakh, signature, result recorded. The bare loop knows no log, no order, no signature: as many posts at a time.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread

import aiohttp
from confluent_kafka import Message

from consumers.notification_gateway.channels import Address, Contact, Language, Letter, Recipient
from consumers.notification_gateway.engine import Gateway
from consumers.notification_gateway.intake import TOPIC, Intake
from consumers.notification_gateway.policy import Policy
from consumers.notification_gateway.rendering import Renderer
from consumers.notification_gateway.tables import connect, upgrade
from consumers.notification_gateway.webhook import WebhookChannel, WebhookSettings, body_of
from infra.stack.own import OwnService
from infra.stack.postgres import Postgres
from schemas.codec import output_codec
from schemas.ids import FrozenIds
from schemas.instants import Instant
from schemas.outputs import Audience, MessageKind, Notification, Term
from schemas.words import Group
from tests.benchmarks.measure import Row, Sample, Stopwatch, in_turns, plain
from tests.benchmarks.plan import Plan

LOCALITY = "710000000"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of a benchmark
MESSAGES_OF_FULL, MESSAGES_OF_TINY = 20_000, 300
MESSAGES_OF_RECIPIENT = 4
ROUNDS_MAX = 3
BATCH = 5_000
POLL_S = 0.01
AIM_MESSAGES = 2_000
DAY_MS = 86_400_000


class Everybody:
    """A directory in which everybody has the same webhook."""

    def __init__(self, url: str) -> None:
        self._contact = Contact(Language.KAZAKH, (Address("webhook", url),))

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact]:
        """As `Directory.find`."""
        return dict.fromkeys(recipients, self._contact)

    async def close(self) -> None:
        """As `Directory.close`."""


def messages(size: int) -> list[Notification]:
    """Messages of some kinds, some for each recipient."""
    now = int(time.time() * 1000)
    made = []
    for number in range(size):
        person = number % max(1, size // MESSAGES_OF_RECIPIENT)
        kind = (MessageKind.REGISTERED, MessageKind.QUEUED, MessageKind.TURN_CAME, MessageKind.ACCESS_LAPSED)[
            number // max(1, size // MESSAGES_OF_RECIPIENT) % 4
        ]
        more: dict[str, object] = {}
        if kind in (MessageKind.REGISTERED, MessageKind.TURN_CAME):
            term = Term.DOCUMENTS if kind is MessageKind.REGISTERED else Term.CHOICE
            more = {"queue": "general/2018", "deadline": Instant(now + 3 * DAY_MS), "term": term}
        if kind is MessageKind.TURN_CAME:
            more["places"] = 17
        if kind is MessageKind.QUEUED:
            more = {
                "queue": "general/2018",
                "group": Group.GENERAL,
                "number": 7 + person,
                "number_in_group": 5 + person,
            }
        made.append(
            Notification(
                id=f"{LOCALITY}:{number + 1}:0",
                locality=LOCALITY,
                audience=Audience.APPLICANT,
                recipient=f"applicant/{person:07}",
                kind=kind,
                at=Instant(now),
                application_id=f"application/{person:07}",
                **more,  # type: ignore[arg-type]  # by kind
            )
        )
    return made


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    size = MESSAGES_OF_FULL if plan.campaign_scale >= 1 else MESSAGES_OF_TINY
    sent = messages(size)
    codec = output_codec(TOPIC, Notification, FrozenIds())
    values = [codec.encode(each) for each in sent]
    numbers = count()
    with OwnService(Postgres(plan.folder / "gateway-postgres")) as postgres, _receiver() as url:
        postgres.start()
        runs = in_turns(
            min(plan.rounds, ROUNDS_MAX),
            lambda: _gateway(postgres.address, f"gateway_{time.time_ns()}_{next(numbers)}", values, url),
            lambda: _bare(sent, url),
        )
        taken = _intake(postgres.address, f"intake_{time.time_ns()}", values)
    gateway, bare = runs
    share = [one.wall / other.wall for one, other in zip(gateway, bare, strict=True)]
    return [
        Row(f"gateway, {size:,} messages to a webhook, recorded, in order", "messages/s", gateway).held(
            at_least=AIM_MESSAGES
        ),
        Row("  bare aiohttp loop, the same bodies", "messages/s", bare),
        Row("  gateway, as a share of the bare loop by the clock", "×", [plain(each) for each in share]),
        Row("  intake into the delivery log", "messages/s", [taken]),
    ]


@contextmanager
def _receiver() -> Iterator[str]:
    command = (sys.executable, "-m", "tests.benchmarks.gateway_receiver")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/messages"
        process.stdin.close()


def _fill(url: str, schema: str, values: list[bytes]) -> None:
    upgrade(url, schema)
    intake = Intake(url, schema, TOPIC, FrozenIds(), Policy())
    intake.open()
    for begin in range(0, len(values), BATCH):
        batch = [
            Message(topic=TOPIC, partition=0, offset=begin + index, value=value)
            for index, value in enumerate(values[begin : begin + BATCH])
        ]
        intake.take(batch, {0: begin + len(batch)})
    intake.close()


def _intake(url: str, schema: str, values: list[bytes]) -> Sample:
    watch = Stopwatch.start()
    _fill(url, schema, values)
    return watch.stop().rate(len(values))


def _gateway(url: str, schema: str, values: list[bytes], webhook: str) -> Sample:
    _fill(url, schema, values)
    stop = Event()
    channel = WebhookChannel(WebhookSettings((SECRET,)))
    gateway = Gateway(url, schema, [channel], Everybody(webhook), Renderer())
    thread = Thread(target=gateway.run, args=(stop,))
    connection = connect(url, schema)
    watch = Stopwatch.start()
    thread.start()
    try:
        while connection.execute("SELECT 1 FROM messages WHERE state = 'PENDING' LIMIT 1").fetchone() is not None:
            time.sleep(POLL_S)
        taken = watch.stop()
    finally:
        stop.set()
        thread.join()
    assert connection.execute("SELECT DISTINCT state FROM messages").fetchall() == [("DELIVERED",)]
    connection.close()
    return taken.rate(len(values))


def _bare(sent: list[Notification], url: str) -> Sample:
    renderer = Renderer()
    bodies = [body_of(_letter(each, renderer, url)) for each in sent]

    async def post() -> None:
        waiting = iter(bodies)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def one_after_another() -> None:
                for body in waiting:
                    async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
                        await response.read()

            await asyncio.gather(*(one_after_another() for _ in range(Policy().parallel_endpoint)))

    watch = Stopwatch.start()
    asyncio.run(post())
    return watch.stop().rate(len(bodies))


def _letter(notification: Notification, renderer: Renderer, url: str) -> Letter:
    text = renderer.render(notification, Language.KAZAKH)
    return Letter(
        id=notification.id,
        recipient=Recipient(notification.audience, notification.recipient),
        language=Language.KAZAKH,
        subject=text.subject,
        text=text.body,
        deliver_by=Instant(notification.at + DAY_MS),
        notification=notification,
        address=url,
        short=text.short,
    )
