"""What organisations are called, for messages: read from the registers now and then. Never holds up a message.

Names are public (R5.1), but messages bear ids: the events say no more. Without registers a message names the id alone.
"""

import logging
from collections.abc import Mapping
from threading import Event as Flag
from typing import Final

from consumers.registers.connection import connect, store_errors
from consumers.registers.settings import RegistersSettings
from schemas.errors import OrynError

log = logging.getLogger(__name__)

REFRESH_S: Final = 30.0
# An id that several localities use for different organisations has no name of its own.
NAMES: Final = "SELECT organisation_id, min(name) FROM organisations GROUP BY 1 HAVING count(DISTINCT name) = 1"


class OrganisationNames:
    """A part of the gateway's process: `run` keeps the names, calling it asks for one from any thread."""

    def __init__(self, registers: RegistersSettings) -> None:
        """Knows none yet."""
        self._registers = registers
        self._names: Mapping[str, str] = {}
        self._told = False

    def __call__(self, organisation_id: str) -> str | None:
        """What an organisation is called; none if that is not known. Asks nobody."""
        return self._names.get(organisation_id)

    def run(self, stop: Flag) -> None:
        """Read the names over and over until told to stop."""
        while True:
            try:
                self.refresh()
            except OrynError as exc:
                if not self._told:
                    log.info("messages bear the ids of organisations alone", extra={"reason": str(exc)})
                self._told = True
            if stop.wait(REFRESH_S):
                return

    def refresh(self) -> None:
        """Read the names once. Raises: StoreUnavailable, OrynError; the names that were known stay."""
        connection = connect(self._registers, "names")
        try:
            with store_errors():
                self._names = dict(connection.execute(NAMES).fetchall())
            self._told = False
        finally:
            connection.close()

    def live(self) -> str | None:
        """Names never make a process worth a restart."""
        return None

    def ready(self) -> Mapping[str, str]:
        """Messages go out without names, too."""
        return {}
