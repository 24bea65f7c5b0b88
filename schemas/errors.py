"""The root of Oryn's errors. Never holds a rule violation: that is a value, `Rejected`."""


class OrynError(Exception):
    """Anything that Oryn itself raises. Its text says what is wrong and, where one can act, what to do."""


class Malformed(OrynError):
    """Input that is not an event of the contracts. It becomes a dead letter or a reported line, never state."""


class BrokenJournal(OrynError):
    """A journal whose sequence, hashes or facts do not hold together. Nothing may be decided on it."""
