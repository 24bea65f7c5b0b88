"""Letters for the tests of channels."""

from consumers.notification_gateway.channels import Language, Letter, Recipient
from consumers.notification_gateway.rendering import Renderer
from schemas.instants import Instant
from schemas.outputs import MessageKind
from tests.unit.notification_gateway.examples import AT, whole

RENDERER = Renderer()
DAY_MS = 86_400_000


def letter(
    number: int = 1,
    address: str = "parent@example.kz",
    language: Language = Language.KAZAKH,
    kind: MessageKind = MessageKind.QUEUED,
) -> Letter:
    """A letter about a message; `number` makes its id."""
    notification = whole(kind)
    text = RENDERER.render(notification, language)
    return Letter(
        id=f"710000000:{number}:2",
        recipient=Recipient(notification.audience, notification.recipient),
        language=language,
        subject=text.subject,
        text=text.body,
        deliver_by=Instant(AT + DAY_MS),
        notification=notification,
        address=address,
        short=text.short,
    )
