"""Whom a rejection was about: its subjects, and the ids in its words, for an event that names several.

Never guesses: a part of a longer id is no mention.
"""

import re
from functools import lru_cache

from schemas import facts as f


@lru_cache(maxsize=16)
def _pattern(subject: str) -> re.Pattern[str]:
    # A full stop may end the sentence; any other character of an id would make it another id.
    return re.compile(rf"(?<![A-Za-z0-9_.:-]){re.escape(subject)}(?![A-Za-z0-9_:-]|\.[A-Za-z0-9_])")


def mentions(fact: f.Rejected, subject: str) -> bool:
    """Whether the rejected event was about the subject, as far as the record says."""
    return subject in (fact.application_id, fact.place_id, fact.organisation_id) or (
        _pattern(subject).search(fact.detail) is not None
    )
