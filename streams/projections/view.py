"""What an output is made from: one record, the fact in it that is looked at, and the memory of the facts before.

Owns the ids of outputs and nothing else. Never decides.
"""

from schemas import facts as f
from schemas.instants import Instant
from schemas.journal import Cause, Record
from streams.projections.memory import Memory

MESSAGES_PER_FACT_MAX = 2  # one to the applicant, one to the organisation
STAGES_PER_FACT_MAX = 3  # papers shown, confirmed and queued in one step


class View:
    """The position of the projection inside one record."""

    __slots__ = ("_record", "at", "cause", "ended", "locality", "memory", "position", "sequence")

    def __init__(self, memory: Memory, record: Record) -> None:
        """Stand before the first fact of a record."""
        self.memory = memory
        self.locality: str = record.locality
        self.sequence: int = record.sequence
        self.at: Instant = record.time
        self.cause: Cause = record.cause
        self.position = 0
        self._record = f"{record.locality}:{record.sequence}:"
        # Application to the end of its referral in this record: why it was stopped, regrouped or came back.
        self.ended: dict[str, f.ReferralEnded] = {}

    def message_id(self, to_organisation: bool) -> str:
        """The id of a message about this fact. It does not move when other facts gain or lose messages."""
        return f"{self._record}{MESSAGES_PER_FACT_MAX * self.position + to_organisation}"

    def stage_id(self, nth: int) -> str:
        """The id of one of the stages of this fact, by its fixed position among them (from 0)."""
        return f"{self._record}{STAGES_PER_FACT_MAX * self.position + nth}"
