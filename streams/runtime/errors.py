"""What may go wrong between us and Kafka, by what has to be done about it. Owns no handling."""

from schemas.errors import OrynError


class RuntimeFailure(OrynError):
    """Anything that Kafka, or the way we use it, did wrong."""


class Abortable(RuntimeFailure):
    """The transaction was aborted, and surely so: restore what it touched, then go on."""


class Doubtful(RuntimeFailure):
    """Nobody knows whether the transaction happened: take a new producer, restore from the journal, then go on."""


class Fatal(RuntimeFailure):
    """This process can't go on. `exit_code` tells a supervisor why."""

    exit_code = 70  # EX_SOFTWARE of sysexits.h


class Fenced(Fatal):
    """Somebody else has taken this worker's name. Two processes with one name would fence each other for ever."""

    exit_code = 71


class UnknownOffset(Fatal):
    """Where to go on is unknown. It is never taken for zero."""

    exit_code = 72


class Misconfigured(Fatal):
    """The topics or the settings contradict what the loop relies on."""

    exit_code = 78  # EX_CONFIG of sysexits.h
