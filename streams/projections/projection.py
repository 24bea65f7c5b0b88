"""Folds the journal of one locality into everything that the world outside is told (rules, section 7).

Reads journal records only, in their order, so it runs wherever the journal is. Same record, same outputs, same ids,
on any machine. Pure: no clock, no input or output, no book, no decision.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, get_args

import msgspec
from msgspec import Struct

from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.journal import Record
from schemas.outputs import Output, ServiceStage
from streams.projections.bulletins import bulletin_of
from streams.projections.memory import CLOSES, OPENS, Memory
from streams.projections.notifications import APPLICANT_MESSAGES, ORGANISATION_MESSAGES
from streams.projections.outcomes import outcome_of
from streams.projections.referrals import REFERRAL_VIEWS
from streams.projections.stages import STAGES
from streams.projections.view import View

SNAPSHOT_FORM = 1


class _Snapshot(Struct, frozen=True):
    form: int
    locality: str
    sequence: int
    memory: Memory


def _encode_hook(value: object) -> int:
    if isinstance(value, Instant):
        return int(value)
    raise NotImplementedError(type(value))


def _decode_hook(kind: type, value: object) -> object:
    if kind is Instant and isinstance(value, int):
        return Instant(value)
    raise NotImplementedError(kind)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encode_hook, order="deterministic")
_DECODER = msgspec.msgpack.Decoder(_Snapshot, dec_hook=_decode_hook)


class Projection:
    """The outputs of one locality's journal, record by record."""

    def __init__(self, locality: str) -> None:
        """Stand before the first record of a locality."""
        self.locality = locality
        self.sequence = 0
        self._memory = Memory()

    def project(self, record: Record) -> list[Output]:
        """What this record, the next of its locality, tells the world: the outcome first, then fact by fact.

        Raises: BrokenJournal for a record that is not the next one or names what no fact made. The projection is
        then of no further use: restore it.
        """
        if record.locality != self.locality or record.sequence != self.sequence + 1:
            raise BrokenJournal(
                f"record {record.sequence} of {record.locality} does not follow {self.sequence} of {self.locality}"
            )
        outputs: list[Output] = []
        outcome = outcome_of(record)
        if outcome is not None:
            outputs.append(outcome)
        if record.facts:
            self._facts(record, outputs)
        self.sequence = record.sequence
        return outputs

    def _facts(self, record: Record, outputs: list[Output]) -> None:
        memory = self._memory
        view = View(memory, record)
        gone: list[str] = []
        for position, fact in enumerate(record.facts):
            kind = type(fact)
            route = _ROUTES[kind]
            view.position = position
            if route.opens is not None:
                route.opens(memory, fact)
            for maker in route.singles:
                output = maker(view, fact)
                if output is not None:
                    outputs.append(output)
            if route.stages is not None:
                outputs += route.stages(view, fact)
            if route.closes is not None:
                route.closes(memory, fact)
            if isinstance(fact, f.ReferralEnded):
                view.ended[fact.application_id] = fact
            elif isinstance(fact, _LEAVING):
                gone.append(fact.application_id)
        # Only now: a later fact of the same record may still name them (an access that is revoked with the exit).
        for application_id in gone:
            memory.forget(application_id)

    def snapshot(self) -> bytes:
        """The state as bytes, equal for equal states. `restore` is its inverse."""
        return _ENCODER.encode(_Snapshot(SNAPSHOT_FORM, self.locality, self.sequence, self._memory))

    @classmethod
    def restore(cls, snapshot: bytes) -> "Projection":
        """The projection that a snapshot was taken of. Raises: BrokenJournal when it is none of this form."""
        try:
            state = _DECODER.decode(snapshot)
        except msgspec.MsgspecError as exc:
            raise BrokenJournal(f"not a snapshot of a projection: {exc}") from exc
        if state.form != SNAPSHOT_FORM:
            raise BrokenJournal(f"a snapshot of form {state.form}, not {SNAPSHOT_FORM}: project the journal anew")
        projection = cls(state.locality)
        projection.sequence = state.sequence
        projection._memory = state.memory
        return projection

    @property
    def live(self) -> tuple[int, int, int]:
        """How much is remembered: applications, referrals, places."""
        return len(self._memory.applications), len(self._memory.referrals), len(self._memory.organisations)


_LEAVING = (f.ApplicationRefused, f.ApplicationArchived)


class _Route(NamedTuple):
    """What happens to one type of fact, in this order."""

    opens: Callable[..., None] | None
    singles: tuple[Callable[..., Output | None], ...]
    stages: Callable[..., tuple[ServiceStage, ...]] | None
    closes: Callable[..., None] | None


_SINGLES: tuple[Mapping[type[f.Fact], Callable[..., Output | None]], ...] = (
    {f.BulletinIssued: bulletin_of},
    APPLICANT_MESSAGES,
    ORGANISATION_MESSAGES,
    REFERRAL_VIEWS,
)
# One look-up for each fact: an opening has thousands of them.
_ROUTES: dict[type[f.Fact], _Route] = {
    kind: _Route(
        opens=OPENS.get(kind),
        singles=tuple(table[kind] for table in _SINGLES if kind in table),
        stages=STAGES.get(kind),
        closes=CLOSES.get(kind),
    )
    for kind in get_args(f.AnyFact)
}
