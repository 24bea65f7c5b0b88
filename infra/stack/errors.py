"""What can go wrong with the local stack. Never a service's own error: that is in the service's log."""

from schemas.errors import OrynError


class StackError(OrynError):
    """The local stack cannot do what was asked. Its text names the service, the reason and the log to read."""
