"""Random histories: gateways that come and go, a slow directory, a channel that fails by a plan, little memory.

What must hold in each: every message ends as its plan says, arrivals are in order, and none is repeated.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from random import Random
from zlib import crc32

import pytest

from consumers.notification_gateway import delivery_log, feeding
from consumers.notification_gateway.channels import Contact, Delivered, Failed, Letter, Recipient, Refused, Result
from consumers.notification_gateway.policy import Policy
from tests.integration.notification_gateway.world import Contacts, Log, contact, messages, running

pytestmark = pytest.mark.integration

MESSAGES, PARTS = 900, 15
# One of these for each message: what it meets before it is taken, or refused.
PLANS = ("", "", "", "", "", "f", "ff", "fd", "d", "r", "fr", "s")
ENDPOINTS = 3


class Planned:
    """A channel that does as it is planned for each message: f fails, d is down, s is slow, r refuses."""

    name = "planned"

    def __init__(self, plans: Mapping[str, str], random: Random) -> None:
        self._plans, self._random = plans, random
        self.taken: list[Letter] = []
        self._times: dict[str, int] = defaultdict(int)

    def endpoint(self, address: str) -> str:
        """As `Channel.endpoint`."""
        return address

    async def open(self) -> None:
        """As `Channel.open`."""

    async def send(self, letter: Letter) -> Result:
        """As `Channel.send`."""
        times, plan = self._times[letter.id], self._plans[letter.id]
        self._times[letter.id] += 1
        await asyncio.sleep(self._random.choice((0, 0, 0.001, 0.02)))
        word = plan[times] if times < len(plan) else ""
        if word == "r":
            return Refused("REFUSED")
        if word == "f":
            return Failed("FULL", endpoint_down=False)
        if word == "d":
            return Failed("DOWN")
        if word == "s":
            await asyncio.sleep(1)  # longer than an attempt may take
        self.taken.append(letter)
        return Delivered()

    async def close(self) -> None:
        """As `Channel.close`."""


class Slow(Contacts):
    """A directory that takes its time; recipients have one of some endpoints."""

    def __init__(self, random: Random) -> None:
        super().__init__(None)
        self._random = random

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact]:
        """As `Directory.find`."""
        await asyncio.sleep(self._random.choice((0, 0.001, 0.03)))
        return {each: contact(("planned", f"{crc32(each.id.encode()) % ENDPOINTS}")) for each in recipients}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_history_comes_to_its_planned_end(log: Log, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (delivery_log, feeding):
        monkeypatch.setattr(module, "RECIPIENT_MESSAGES", 3)
    monkeypatch.setattr(feeding, "LANE_MESSAGES_MAX", 5)
    monkeypatch.setattr(feeding, "SHARD_MESSAGES_MIN", 4)
    random = Random(seed)
    sent = messages(MESSAGES, random.choice((15, 70)))
    plans = {each.id: random.choice(PLANS) for each in sent}
    channel = Planned(plans, random)
    policy = Policy(
        attempts=50, attempt_s=0.1, pause_s=0.005, pause_max_s=0.05, breaker_failures=2, breaker_pause_s=0.01,
        breaker_pause_max_s=0.05, parallel=8, parallel_endpoint=3, window=24, look_s=0.02, claim_s=0.05, gather_s=0.001,
    )  # fmt: skip
    gateways: list[ExitStack] = []

    def start() -> None:
        gateways.append(ExitStack())
        gateways[-1].enter_context(running(log, [channel], Slow(random), policy))

    try:
        start()
        size = MESSAGES // PARTS
        for part in range(PARTS):
            log.fill(sent[part * size : (part + 1) * size], policy)
            if random.random() < 0.3 and len(gateways) < 3:
                start()
            elif random.random() < 0.3 and gateways:
                gateways.pop(random.randrange(len(gateways))).close()
            time.sleep(random.uniform(0, 0.1))
        if not gateways:
            start()
        log.await_done()
    finally:
        for each in gateways:
            each.close()

    states = dict(log.rows("SELECT id, state FROM messages"))
    refused = {id_ for id_, plan in plans.items() if plan.endswith("r")}
    assert {id_ for id_, state in states.items() if state == "UNDELIVERED"} == refused
    place = {each.id: index for index, each in enumerate(sent)}
    arrivals: dict[Recipient, dict[int, None]] = defaultdict(dict)
    for letter in channel.taken:
        arrivals[letter.recipient].setdefault(place[letter.id])
    assert all(list(numbers) == sorted(numbers) for numbers in arrivals.values())
    assert {letter.id for letter in channel.taken} == set(states) - refused
    # No gateway died, so nothing came twice.
    assert len(channel.taken) == len(set(states) - refused)
    counted = dict(log.rows("SELECT message_id, count(*) FROM attempts GROUP BY 1"))
    assert counted == dict(log.rows("SELECT id, attempts FROM messages"))
