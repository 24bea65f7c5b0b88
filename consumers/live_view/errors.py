"""What may go wrong with the live view, for those who read it. Its writer raises the errors of `consumers.reading`."""

from schemas.errors import OrynError


class LiveViewError(OrynError):
    """Any of the errors below."""


class NotReady(LiveViewError):
    """There is no live view now: its first build is not finished, it was wiped, or another version wrote it."""


class Ambiguous(LiveViewError):
    """Several localities know this id: name the one that is meant."""


class LiveViewUnavailable(LiveViewError):
    """Redis does not answer. Nothing was changed by asking: ask again."""
