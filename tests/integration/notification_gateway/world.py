"""What the tests of the gateway share: messages, a directory and words of their own, a log to look at."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import psycopg
from confluent_kafka import Message

from consumers.notification_gateway.channels import (
    Address,
    Channel,
    Contact,
    Directory,
    Language,
    Recipient,
    Text,
)
from consumers.notification_gateway.engine import Gateway
from consumers.notification_gateway.intake import TOPIC, Intake
from consumers.notification_gateway.policy import Policy
from consumers.notification_gateway.tables import connect, upgrade
from consumers.notification_gateway.webhook import WebhookChannel, WebhookSettings
from schemas.codec import output_codec
from schemas.ids import FrozenIds
from schemas.instants import Instant
from schemas.outputs import Audience, MessageKind, Notification
from tests.integration.notification_gateway.receiver import SECRET

LOCALITY = "710000000"
WAIT_S = 40.0
POLL_S = 0.02
MINUTE_MS = 60_000
# Everything quick, so that faults take place in seconds.
QUICK = Policy(
    attempts=30,
    attempt_s=0.4,
    pause_s=0.02,
    pause_max_s=0.2,
    breaker_pause_s=0.05,
    breaker_pause_max_s=0.2,
    claim_s=0.2,
)


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


def message(number: int, recipient: str, deadline: int | None = None, at: int | None = None) -> Notification:
    """A message; `number` makes its id."""
    return Notification(
        id=f"{LOCALITY}:{number}:0",
        locality=LOCALITY,
        audience=Audience.APPLICANT,
        recipient=recipient,
        kind=MessageKind.ACCESS_LAPSED,
        at=Instant(now() if at is None else at),
        application_id=f"application/{number}",
        deadline=None if deadline is None else Instant(deadline),
    )


def messages(count: int, recipients: int, first: int = 1) -> list[Notification]:
    """Messages to recipients in turn."""
    return [message(number, f"applicant/{number % recipients}") for number in range(first, first + count)]


def records(notifications: Iterable[Notification], first_offset: int = 0) -> list[Message]:
    """The messages as records of a topic of one partition."""
    codec = output_codec(TOPIC, Notification, FrozenIds())
    return [
        Message(topic=TOPIC, partition=0, offset=first_offset + index, value=codec.encode(each))
        for index, each in enumerate(notifications)
    ]


class Words:
    """A renderer that needs no templates."""

    def render(self, notification: Notification, language: Language) -> Text:
        """As `Renderer.render`."""
        return Text(subject=f"{notification.kind} {language}", body=f"{notification.application_id}\n")


class Contacts:
    """A directory that gives everybody the same addresses, and some others."""

    def __init__(self, usual: Contact | None, others: Mapping[str, Contact | None] | None = None) -> None:
        self._usual, self._others = usual, others or {}

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact | None]:
        """As `Directory.find`."""
        found = {each: self._others.get(each.id, self._usual) for each in recipients}
        return {each: contact for each, contact in found.items() if contact is not None}

    async def close(self) -> None:
        """As `Directory.close`."""


def contact(*addresses: tuple[str, str]) -> Contact:
    """Channel and address, in order."""
    return Contact(Language.KAZAKH, tuple(Address(*each) for each in addresses))


class Log:
    """The delivery log of one test."""

    def __init__(self, url: str, schema: str) -> None:
        self.url, self.schema = url, schema
        self._offset = 0

    def make(self) -> "Log":
        """Make its tables."""
        upgrade(self.url, self.schema)
        return self

    def fill(self, notifications: Sequence[Notification], policy: Policy = QUICK) -> None:
        """Take messages over, as the reader does."""
        intake = Intake(self.url, self.schema, TOPIC, FrozenIds(), policy)
        intake.open()
        batch = records(notifications, self._offset)
        self._offset += len(batch)
        intake.take(batch, {0: self._offset})
        intake.close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the log."""
        connection = connect(self.url, self.schema)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def change(self, statement: str) -> None:
        """Change the log."""
        connection = connect(self.url, self.schema)
        try:
            connection.execute(statement)
        finally:
            connection.close()

    def states(self) -> dict[str, int]:
        """State -> how many messages are in it."""
        return dict(self.rows("SELECT state, count(*) FROM messages GROUP BY state"))

    def await_done(self, timeout_s: float = WAIT_S) -> dict[str, int]:
        """Wait until nothing is pending."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                states = self.states()
            except (psycopg.OperationalError, OSError):
                states = {"PENDING": -1}
            if states and "PENDING" not in states:
                return states
            assert time.monotonic() < deadline, f"still pending: {states}"
            time.sleep(POLL_S)


@contextmanager
def running(log: Log, channels: Sequence[Channel], directory: Directory, policy: Policy = QUICK) -> Iterator[Gateway]:
    """A gateway at work in a thread. What it raises is raised at the end."""
    gateway, stop, failures = Gateway(log.url, log.schema, channels, directory, Words(), policy), Event(), []

    def run() -> None:
        try:
            gateway.run(stop)
        except BaseException as exc:  # noqa: BLE001 - raised again below
            failures.append(exc)

    thread = Thread(target=run, name="gateway", daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        stop.set()
        thread.join(WAIT_S)
        assert not thread.is_alive()
    if failures:
        raise failures[0]


def webhook() -> WebhookChannel:
    """A webhook channel that signs as the receiver checks."""
    return WebhookChannel(WebhookSettings((SECRET,)))


def wait_for(what: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(POLL_S)
