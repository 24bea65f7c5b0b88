"""What a gateway has in memory: lanes of messages, one for each recipient, and the recipients that have to wait.

A lane's head is the only message of its recipient that may be underway. A recipient that has to wait for long keeps no
message in memory: it is `Away` until a moment, and its messages are loaded again then.
"""

from collections import deque
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from consumers.notification_gateway.channels import Address, Contact, Recipient
from consumers.notification_gateway.judging import Waiting

# So many more moments than recipients may be remembered: those of recipients who are not away any more.
STALE_MAX = 1_000


class Lane:
    """The pending messages of one recipient, in order."""

    __slots__ = ("address", "busy", "contact", "dropped", "messages", "more", "recipient", "shard", "steps")

    def __init__(self, recipient: Recipient, shard: int, contact: Contact | None) -> None:
        """Empty."""
        self.recipient, self.shard, self.contact = recipient, shard, contact
        self.messages: deque[Waiting] = deque()
        # There are further messages behind the last, which were not loaded.
        self.more = False
        # Its head is underway, or its result is being recorded.
        self.busy = False
        # It is no longer this gateway's.
        self.dropped = False
        # Where its head goes next, and how many addresses are left with this one.
        self.address: Address | None = None
        self.steps = 0


class Away:
    """A recipient that waits: until when, and what its head must not forget."""

    __slots__ = ("channel", "channel_since", "due", "number", "parked_at", "shard")

    def __init__(self, due: int, shard: int, head: Waiting | None, parked_at: object = None) -> None:
        """`due` in milliseconds since 1970; `parked_at`: the endpoint that may wake it before."""
        self.due, self.shard, self.parked_at = due, shard, parked_at
        self.number = None if head is None else head.number
        self.channel = None if head is None else head.channel
        self.channel_since = None if head is None else head.channel_since

    def remind(self, head: Waiting) -> None:
        """Give a head that was loaded again what the log does not have yet: since when it is tried where it is."""
        if head.number == self.number and head.channel_since is None:
            head.channel, head.channel_since = self.channel, self.channel_since


class Memory:
    """All lanes and all that wait, of one session."""

    def __init__(self) -> None:
        """Empty."""
        self.lanes: dict[Recipient, Lane] = {}
        self.away: dict[Recipient, Away] = {}
        # Messages in lanes.
        self.held = 0
        self._due: list[tuple[int, Recipient]] = []

    def new_lane(self, recipient: Recipient, shard: int, contact: Contact | None) -> Lane:
        """A lane for a recipient that has none."""
        assert recipient not in self.lanes, "one lane for each recipient"
        lane = self.lanes[recipient] = Lane(recipient, shard, contact)
        return lane

    def append(self, lane: Lane, message: Waiting) -> None:
        """Put a message behind the last one of its lane."""
        assert not lane.messages or lane.messages[-1].number < message.number, "messages of a lane are in order"
        lane.messages.append(message)
        self.held += 1

    def cut(self) -> int:
        """Forget all messages but the heads, to be loaded when their turn comes; how many they were."""
        before = self.held
        for lane in self.lanes.values():
            while len(lane.messages) > 1:
                lane.messages.pop()
                lane.more = True
                self.held -= 1
        return before - self.held

    def drop(self, lane: Lane) -> None:
        """Forget a lane and its messages."""
        lane.dropped = True
        self.held -= len(lane.messages)
        del self.lanes[lane.recipient]

    def send_away(self, lane: Lane, due: int, parked_at: object = None) -> None:
        """Forget a lane's messages and remember its recipient until `due`."""
        self.drop(lane)
        head = lane.messages[0] if lane.messages else None
        self.away[lane.recipient] = Away(due, lane.shard, head, parked_at)
        heappush(self._due, (due, lane.recipient))
        if len(self._due) > 2 * len(self.away) + STALE_MAX:
            self._due = [(away.due, recipient) for recipient, away in self.away.items()]
            heapify(self._due)

    def postpone(self, recipient: Recipient, shard: int, due: int, before: Away | None) -> None:
        """Remember a recipient without a lane until `due`. `before`: what was remembered of it."""
        away = self.away[recipient] = before or Away(due, shard, None)
        away.due, away.parked_at = due, None
        heappush(self._due, (due, recipient))

    def due(self, now: int) -> Iterator[Recipient]:
        """The recipients that have waited long enough. They stay away until they are loaded."""
        while self._due and self._due[0][0] <= now:
            due, recipient = heappop(self._due)
            away = self.away.get(recipient)
            if away is not None and away.due == due:
                yield recipient

    def leave_shard(self, shard: int) -> None:
        """Forget what is of a shard, but for lanes whose head is underway."""
        for lane in [each for each in self.lanes.values() if each.shard == shard and not each.busy]:
            self.drop(lane)
        for recipient in [each for each, away in self.away.items() if away.shard == shard]:
            del self.away[recipient]

    def busy_in(self, shard: int) -> bool:
        """Whether a head of a shard is underway or being recorded."""
        return any(lane.busy and lane.shard == shard for lane in self.lanes.values())
