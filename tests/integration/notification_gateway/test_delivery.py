"""Messages through a real PostgreSQL to a real HTTP receiver that behaves badly."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from random import Random

import pytest

from consumers.notification_gateway import feeding
from consumers.notification_gateway.channels import Contact, Delivered, Letter, Recipient, Refused, Result
from consumers.notification_gateway.policy import Policy
from tests.integration.notification_gateway.receiver import Receiver
from tests.integration.notification_gateway.world import (
    QUICK,
    Contacts,
    Log,
    contact,
    message,
    messages,
    now,
    running,
    wait_for,
    webhook,
)

pytestmark = pytest.mark.integration

SEED = 20211124
FAULTS = ("500", "429", "hang", "break", "late", "503")


class Book:
    """A second channel: takes everything, or refuses some."""

    name = "book"

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def endpoint(self, address: str) -> str:
        """As `Channel.endpoint`."""
        return ""

    async def open(self) -> None:
        """As `Channel.open`."""

    async def send(self, letter: Letter) -> Result:
        """As `Channel.send`."""
        if letter.address == "refuses":
            return Refused("BOOK_FULL")
        self.letters.append(letter)
        return Delivered()

    async def close(self) -> None:
        """As `Channel.close`."""


class Uneven(Book):
    """Each address is an endpoint; those whose name begins with `slow` take their time."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def endpoint(self, address: str) -> str:
        """As `Channel.endpoint`."""
        return address

    async def send(self, letter: Letter) -> Result:
        """As `Channel.send`."""
        await asyncio.sleep(self._seconds if letter.address.startswith("slow") else 0)
        return await super().send(letter)

    def count(self, address: str) -> int:
        """How many letters went there."""
        return sum(each.address == address for each in self.letters)


def in_order(receiver: Receiver, sent: list[str]) -> bool:
    """Whether every recipient's first arrivals are in the order in which the messages were sent."""
    place = {id_: index for index, id_ in enumerate(sent)}
    return all(
        [place[id_] for id_ in ids] == sorted(place[id_] for id_ in ids) for ids in receiver.first_arrivals().values()
    )


def test_every_message_arrives_in_order_through_a_receiver_that_fails_in_every_way(log: Log) -> None:
    random = Random(SEED)
    sent = messages(200, 20)
    plan = {each.id: [random.choice(FAULTS) for _ in range(random.choice((0, 0, 0, 0, 1, 2)))] for each in sent}

    def behave(path: str, id_: str, times: int) -> str:
        return plan[id_][times] if times < len(plan[id_]) else "take"

    log.fill(sent)
    with Receiver(behave) as receiver:
        with running(log, [webhook()], Contacts(contact(("webhook", receiver.url + "/")))):
            assert log.await_done() == {"DELIVERED": 200}
        assert {each.id for each in receiver.taken} == {each.id for each in sent}
        assert in_order(receiver, [each.id for each in sent])
        for fault in FAULTS:
            assert receiver.done[fault] > 0
    # Each attempt is there once, with the same id, numbered without gaps.
    rows = log.rows("SELECT message_id, array_agg(number ORDER BY number), count(*) FROM attempts GROUP BY 1")
    assert len(rows) == 200
    assert all(numbers == list(range(1, count + 1)) for _, numbers, count in rows)
    assert log.rows("SELECT count(*) FROM messages WHERE notification IS NOT NULL") == [(0,)]


def test_what_is_refused_or_has_no_contact_or_comes_too_late_is_undelivered_with_the_reason(log: Log) -> None:
    def behave(path: str, id_: str, times: int) -> str:
        return {"/gone": "410", "/down": "500"}.get(path, "take")

    log.fill(
        [
            message(1, "gone"),
            message(2, "unknown"),
            message(3, "late", at=now() - 10 * 24 * 3_600_000),
            message(4, "gone-with-book"),
            message(5, "book-refuses"),
            message(6, "down"),
            message(7, "well"),
        ]
    )
    book = Book()
    with Receiver(behave) as receiver:
        at = receiver.url
        others = {
            "gone": contact(("webhook", f"{at}/gone")),
            "unknown": None,
            "gone-with-book": contact(("webhook", f"{at}/gone"), ("book", "page 1")),
            "book-refuses": contact(("webhook", f"{at}/gone"), ("book", "refuses")),
            "down": contact(("webhook", f"{at}/down"), ("pigeon", "home"), ("book", "page 2")),
        }
        policy = Policy(attempts=3, pause_s=0.01, pause_max_s=0.02, breaker_failures=100)
        with running(log, [webhook(), book], Contacts(contact(("webhook", f"{at}/well")), others), policy) as gateway:
            log.await_done()
    found = {
        recipient: tuple(rest)
        for recipient, *rest in log.rows("SELECT recipient, state, reason, channel, given_up, attempts FROM messages")
    }
    assert found == {
        "gone": ("UNDELIVERED", "REFUSED", "webhook", [], 1),
        "unknown": ("UNDELIVERED", "NO_CONTACT", None, [], 0),
        "late": ("UNDELIVERED", "EXPIRED", None, [], 0),
        "gone-with-book": ("DELIVERED", None, "book", ["webhook"], 2),
        "book-refuses": ("UNDELIVERED", "REFUSED", "book", ["webhook"], 2),
        "down": ("DELIVERED", None, "book", ["webhook"], 4),
        "well": ("DELIVERED", None, "webhook", [], 1),
    }
    assert sorted(each.address for each in book.letters) == ["page 1", "page 2"]
    assert log.rows("SELECT count(*) FROM undelivered") == [(4,)]
    counter = gateway.figures.undelivered.labels("ACCESS_LAPSED", "webhook", "REFUSED")
    assert counter._value.get() == 1


def test_a_dead_endpoint_is_left_alone_and_costs_the_others_nothing(log: Log) -> None:
    dead = [message(number, f"dead/{number}") for number in range(1, 301)]
    well = [message(number, f"well/{number}") for number in range(301, 601)]
    log.fill([*dead, *well])
    down = True

    def behave(path: str, id_: str, times: int) -> str:
        return "500" if down else "take"

    with Receiver(behave) as first, Receiver() as second:
        others = {each.recipient: contact(("webhook", f"{first.url}/")) for each in dead}
        policy = Policy(
            attempts=4, pause_s=0.05, pause_max_s=0.1, breaker_pause_s=0.1, breaker_pause_max_s=0.2, parallel_endpoint=8
        )
        with running(log, [webhook()], Contacts(contact(("webhook", f"{second.url}/")), others), policy):
            wait_for(lambda: len(second.taken) == 300)
            time.sleep(0.5)
            # 300 messages, and yet only some attempts: the breaker keeps them for when the endpoint is well.
            assert first.done["500"] < 40
            down = False
            assert log.await_done() == {"DELIVERED": 600}
    assert {each.id for each in first.taken} == {each.id for each in dead}


def test_a_channel_that_is_down_for_its_share_of_the_time_gives_way_to_the_next(log: Log) -> None:
    sent = [message(number, f"applicant/{number}", deadline=now() + 1_500) for number in range(1, 11)]
    policy = Policy(margin_s=0.0, pause_s=0.02, pause_max_s=0.05, attempts=1_000, breaker_pause_s=0.05)
    log.fill(sent, policy)
    book = Book()
    with (
        Receiver(lambda path, id_, times: "503") as receiver,
        running(log, [webhook(), book], Contacts(contact(("webhook", receiver.url), ("book", "page"))), policy),
    ):
        assert log.await_done() == {"DELIVERED": 10}
    assert log.rows("SELECT DISTINCT channel, given_up FROM messages") == [("book", ["webhook"])]
    assert len(book.letters) == 10


def test_retry_after_is_kept_to(log: Log) -> None:
    log.fill([message(1, "applicant/1"), message(2, "applicant/2")])
    with Receiver(lambda path, id_, times: "429 for 1 s" if times == 0 else "take") as receiver:
        with running(log, [webhook()], Contacts(contact(("webhook", receiver.url)))):
            log.await_done()
        assert Counter(receiver.done) == {"429 for 1 s": 2, "take": 2}
    ((gap,),) = log.rows(
        "SELECT extract(epoch FROM min(b.at) - min(a.at)) FROM attempts a JOIN attempts b USING (message_id)"
        " WHERE a.number = 1 AND b.number = 2"
    )
    assert 1.0 <= gap < 2.5


def test_a_receiver_that_takes_only_so_many_a_second_gets_them_all_and_its_pauses(log: Log) -> None:
    rate, slack = 15, 0.2
    log.fill([message(number, f"applicant/{number}") for number in range(1, 41)])
    second, taken, until, disturbed = 0, 0, 0.0, 0

    def behave(path: str, id_: str, times: int) -> str:
        nonlocal second, taken, until, disturbed
        at = time.monotonic()
        disturbed += until - 1 + slack < at < until - slack
        if int(at) != second:
            second, taken = int(at), 0
        taken += 1
        if taken <= rate:
            return "take"
        until = max(until, at + 1)
        return "429 for 1 s"

    policy = Policy(attempts=1)
    with (
        Receiver(behave) as receiver,
        running(log, [webhook()], Contacts(contact(("webhook", receiver.url))), policy) as gateway,
    ):
        wait_for(lambda: "PENDING" not in log.states())
        assert gateway.waiting_recipients == 0
    assert log.states() == {"DELIVERED": 40}
    assert disturbed == 0


def test_two_gateways_share_the_work_and_keep_the_order(log: Log) -> None:
    sent = messages(1_000, 100)
    half = len(sent) // 2
    policy = replace(QUICK, attempt_s=10.0)  # a busy machine must not make an attempt fail: none is made twice
    with Receiver() as receiver:
        directory = Contacts(contact(("webhook", receiver.url)))
        with running(log, [webhook()], directory, policy) as first:
            log.fill(sent[:half])
            wait_for(lambda: len(receiver.taken) > half // 4)
            with running(log, [webhook()], directory, policy) as second:
                wait_for(lambda: second.shards > 0)
                log.fill(sent[half:])
                assert log.await_done() == {"DELIVERED": 1_000}
                wait_for(lambda: first.shards == second.shards == 32)
            # One that ended leaves its shards to the other.
            wait_for(lambda: first.shards == 64)
        assert {each.id for each in receiver.taken} == {each.id for each in sent}
        assert len(receiver.taken) == len(sent)
        assert in_order(receiver, [each.id for each in sent])


def test_a_log_that_is_wiped_underneath_is_made_anew(log: Log) -> None:
    with Receiver() as receiver, running(log, [webhook()], Contacts(contact(("webhook", receiver.url)))) as gateway:
        log.fill([message(1, "applicant/1")])
        assert log.await_done() == {"DELIVERED": 1}
        log.change(f"DROP SCHEMA {log.schema} CASCADE")
        wait_for(lambda: gateway.figures.outages.labels("log")._value.get() > 0)
        log.make().fill([message(2, "applicant/1")])
        assert log.await_done() == {"DELIVERED": 1}
        assert [each.id for each in receiver.taken] == ["710000000:1:0", "710000000:2:0"]
        wait_for(lambda: not gateway.ready())


def test_what_waits_keeps_no_message_in_memory_and_goes_on_when_its_endpoint_is_well(log: Log) -> None:
    sent = messages(600, 300)
    log.fill(sent)
    down = True
    policy = Policy(window=40, parallel_endpoint=4, pause_s=0.02, breaker_pause_s=0.05, breaker_pause_max_s=0.1)
    with Receiver(lambda path, id_, times: "503" if down else "take") as receiver:
        with running(log, [webhook()], Contacts(contact(("webhook", receiver.url))), policy) as gateway:
            wait_for(lambda: gateway.waiting_recipients == 300)
            down = False
            assert log.await_done() == {"DELIVERED": 600}
        assert in_order(receiver, [each.id for each in sent])


def test_a_lane_that_ends_while_the_directory_is_asked_keeps_its_contact(log: Log) -> None:
    release = asyncio.Event()

    class Patient(Book):
        async def send(self, letter: Letter) -> Result:
            if letter.id == "710000000:1:0":
                await release.wait()
            return await super().send(letter)

    class Slow(Contacts):
        async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact | None]:
            if "second" in {each.id for each in recipients}:
                # Message 2 was loaded while the lane of its recipient was open; now that one comes to its end.
                release.set()
                while log.states().get("DELIVERED") != 1:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.1)
            return await super().find(recipients)

    book = Patient()
    log.fill([message(1, "first")])
    with running(log, [book], Slow(contact(("book", "page"))), Policy(gather_s=0)) as gateway:
        wait_for(lambda: gateway.shards == 64)
        time.sleep(0.2)
        log.fill([message(2, "first"), message(3, "second")])
        assert log.await_done() == {"DELIVERED": 3}
    assert {each.id for each in book.letters} == {f"710000000:{number}:0" for number in (1, 2, 3)}


def test_a_slow_endpoint_takes_no_room_from_the_others(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "FULL_FOR_S", 0.1)
    monkeypatch.setattr(feeding, "SHARD_MESSAGES_MIN", 1)

    slow = [message(number, f"slow/{number}") for number in range(1, 101)]
    well = [message(number, f"well/{number}") for number in range(101, 301)]
    log.fill([*slow, *well])
    others = {each.recipient: contact(("book", "slow")) for each in slow}
    book, policy = Uneven(0.1), Policy(window=60, parallel=8, parallel_endpoint=4)
    with running(log, [book], Contacts(contact(("book", "well")), others), policy):
        assert log.await_done() == {"DELIVERED": 300}
    last_well = max(index for index, each in enumerate(book.letters) if each.address == "well")
    # 100 slow ones take 2.5 s at least; the others did not wait for them.
    assert sum(each.address == "slow" for each in book.letters[last_well:]) > 20


def test_slow_endpoints_leave_a_fair_share_of_attempts_to_others(log: Log) -> None:
    log.fill([message(number, f"{number % 4}/{number}") for number in range(1, 201)])
    others = {f"{number % 4}/{number}": contact(("book", f"slow/{number % 4}")) for number in range(1, 201)}
    book, policy = Uneven(0.2), Policy(parallel=8, parallel_endpoint=4)
    with running(log, [book], Contacts(contact(("book", "well")), others), policy):
        wait_for(lambda: len(book.letters) > 4)
        log.fill([message(number, f"well/{number}") for number in range(201, 401)])
        wait_for(lambda: book.count("well") == 200, timeout_s=3)
        # 200 slow ones take 5 s; each of their endpoints had its share, too.
        assert all(book.count(f"slow/{number}") >= 2 for number in range(4))


def test_recipients_with_many_messages_at_a_slow_endpoint_take_no_room_from_the_others(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "FULL_FOR_S", 0.1)
    slow = [message(number, f"slow/{number % 5}") for number in range(1, 201)]
    log.fill(slow)
    others = {each.recipient: contact(("book", "slow")) for each in slow}
    book, policy = Uneven(0.3), Policy(window=60)
    with running(log, [book], Contacts(contact(("book", "well")), others), policy) as gateway:
        wait_for(lambda: bool(book.letters))
        log.fill([message(number, f"well/{number}") for number in range(201, 301)])
        wait_for(lambda: book.count("well") == 100, timeout_s=5)
        assert gateway.waiting_recipients <= 5
    numbers = [int(each.id.split(":")[1]) for each in book.letters if each.recipient.id == "slow/1"]
    assert numbers == list(range(1, 5 * len(numbers), 5))
