"""The published bulletin: the journal's own, with its locality and record (R5.1). Never adds to what it lists."""

from schemas import facts as f
from schemas.outputs import Bulletin
from streams.projections.view import View


def bulletin_of(view: View, fact: f.BulletinIssued) -> Bulletin:
    """The bulletin that this fact issues, ready to publish (R7.3)."""
    return Bulletin(
        locality=view.locality,
        number=fact.number,
        date=fact.date,
        entries=fact.entries,
        recalled=fact.recalled,
        previous_bulletin_hash=fact.previous_bulletin_hash,
        bulletin_hash=fact.bulletin_hash,
        sequence=view.sequence,
        at=view.at,
    )
