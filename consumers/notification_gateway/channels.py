"""What the gateway asks of others: channels that deliver, a directory of contacts, a renderer that writes texts.

Owns the interfaces and the values that cross them. Never delivers, never opens anything. A ministry's own gateway
implements whichever of the three it has already and passes it to `Gateway`.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from msgspec import Struct

from schemas.errors import OrynError
from schemas.instants import Instant
from schemas.outputs import Audience, Notification


class Language(StrEnum):
    """The languages in which messages are written."""

    KAZAKH = "kk"
    RUSSIAN = "ru"
    ENGLISH = "en"


# --------------------------------------------------------------------------------------------------------- directory


class Recipient(NamedTuple):
    """Who a message is for: an opaque id, which is unique only among those of one audience."""

    audience: Audience
    id: str


class Address(Struct, frozen=True, gc=False):
    """Where one channel reaches a recipient. What `where` means is the channel's business: a URL, a mailbox, a name.

    Personal data: it is never logged and never stored by the gateway, so `repr` leaves it out.
    """

    channel: str
    where: str

    def __repr__(self) -> str:
        """Without the address itself."""
        return f"Address(channel={self.channel!r})"


class Contact(Struct, frozen=True, gc=False):
    """How a recipient wants to be told: a language, and addresses in the order of preference. None: can't be told."""

    language: Language
    addresses: tuple[Address, ...]


class DirectoryUnavailable(OrynError):
    """The directory gave no answer. It says nothing about the recipients: the gateway waits and asks again."""


class Directory(Protocol):
    """Knows contacts and languages, which are never in events (R4.2)."""

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact | None]:
        """The contacts of some recipients (at most `DIRECTORY_BATCH_MAX`); who is unknown is left out. Repeatable.

        None for a recipient: no answer about this one, it is to be asked for again.
        Raises: DirectoryUnavailable: no answer about anybody. Called by one task at a time.
        """

    async def close(self) -> None:
        """Let go of connections. Repeatable."""


DIRECTORY_BATCH_MAX = 1_000

# ---------------------------------------------------------------------------------------------------------- renderer


class Text(Struct, frozen=True, gc=False):
    """A message in words."""

    # One line.
    subject: str
    # Plain text; lines end with "\n".
    body: str
    # The same for a channel of few characters (a text message): at most 160 for ids of usual length. May be empty.
    short: str = ""


class NotRendered(OrynError):
    """There are no words for a message: a mistake in the templates. The message becomes undelivered, and says so."""


class Renderer(Protocol):
    """Writes a message in a language. Pure: the same message gives the same text."""

    def render(self, notification: Notification, language: Language) -> Text:
        """The text of a message. Raises: NotRendered."""


# ---------------------------------------------------------------------------------------------------------- channels


class Letter(Struct, frozen=True, gc=False):
    """A rendered message on its way to one address."""

    # Stable: every attempt, on every channel, after every restart has it, so a receiver can drop a repeat.
    id: str
    recipient: Recipient
    language: Language
    subject: str
    # Plain text.
    text: str
    # By when it has to have arrived to be of use; not the deadline it tells of (`notification.deadline`).
    deliver_by: Instant
    # All that the rules say: kind, ids, numbers, deadline.
    notification: Notification
    # Personal data, never logged; see `Address.where`.
    address: str
    # As `Text.short`.
    short: str = ""

    def __repr__(self) -> str:
        """Without address and text."""
        return f"Letter(id={self.id!r})"


class Delivered(Struct, frozen=True, gc=False):
    """The receiver took the message: it is responsible now."""

    # What it answered: an HTTP or SMTP status. None where there is none.
    status: int | None = None


class Refused(Struct, frozen=True, gc=False):
    """This address will never take this message: the gateway goes on to the next channel at once."""

    # A word of a small closed set, such as "HTTP_4XX" or "SMTP_5XX": it is stored and labels a metric.
    error: str
    status: int | None = None


class Failed(Struct, frozen=True, gc=False):
    """Not this time; perhaps it was taken all the same. The gateway tries again."""

    # A word of a small closed set, such as "TIMEOUT", "CONNECTION" or "HTTP_5XX": it is stored and labels a metric.
    error: str
    status: int | None = None
    # How long the receiver asks to be left alone, in seconds. It holds for the whole endpoint.
    retry_after_s: float | None = None
    # Whether it speaks against the endpoint (it is down) and not only against this message (a full mailbox).
    endpoint_down: bool = True


Result = Delivered | Refused | Failed


class Channel(Protocol):
    """One way to reach people. One object serves all addresses; `send` runs many times at once."""

    @property
    def name(self) -> str:
        """The word by which addresses name it: `webhook`, `smtp`, `file`, `console`. At most 32 characters."""

    def endpoint(self, address: str) -> str:
        """What fails together when it fails, such as an origin or a relay: attempts pause by it. Never personal data.

        For an address that makes no sense any constant will do: `send` refuses it.
        """

    async def open(self) -> None:
        """Make ready, in the event loop that will send. Raises: OrynError when it can't work at all as it is set."""

    async def send(self, letter: Letter) -> Result:
        """Try once. What may go wrong is a result. The gateway limits its time: it may be cancelled at any await.

        Whatever it raises is logged as a mistake of the channel and counts as `Failed("CHANNEL_ERROR")`.
        """

    async def close(self) -> None:
        """Let go of connections. Repeatable."""
