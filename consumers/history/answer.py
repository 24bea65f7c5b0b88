"""`oryn why` as a function: from an id and a journal to an answer. The command line's part without the command line."""

from datetime import date, datetime, timedelta

from consumers.history.application import application_history
from consumers.history.journal_file import JournalFile, Kind
from consumers.history.place import place_history
from consumers.history.report import Report
from consumers.history.summary import organisation_history, queue_summary
from schemas.errors import OrynError
from schemas.instants import EPOCH, MILLISECOND, Instant
from schemas.zones import Zone, date_to_day, zone_of

LIMIT_DEFAULT = 1000
DATE_LENGTH = len("2021-06-12")
_ANSWERS = {
    Kind.APPLICATION: application_history,
    Kind.PLACE: place_history,
    Kind.QUEUE: queue_summary,
    Kind.ORGANISATION: organisation_history,
}


class BadTime(OrynError):
    """A text that names no moment."""


def moment_of(text: str, zone: Zone) -> Instant:
    """The moment that a text names: ISO 8601; without an offset in local time; a date means the end of that day.

    Raises: BadTime.
    """
    try:
        if len(text) == DATE_LENGTH:
            day = date.fromisoformat(text) + timedelta(days=1)
            return zone.at(date_to_day(day))
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return Instant((moment - EPOCH) // MILLISECOND)
        rest = timedelta(seconds=moment.second, microseconds=moment.microsecond) // MILLISECOND
        return Instant(zone.at(date_to_day(moment.date()), moment.hour * 60 + moment.minute) + rest)
    except (ValueError, OverflowError) as exc:
        raise BadTime(text) from exc


def why(
    journal: JournalFile,
    subject: str,
    locality: str | None = None,
    kind: Kind | None = None,
    at: str | None = None,
    limit: int = LIMIT_DEFAULT,
) -> Report:
    """What the journal says of an id, up to the moment that `at` names (None: to the end).

    `limit`: records named for one cause, and applications of one order, at most; at least 1. Raises: BadTime,
    UnknownSubject, AmbiguousSubject, BrokenJournal, OSError.
    """
    if at is not None:
        moment_of(at, zone_of(""))  # a mistake in it shows before a long file is read
    found = journal.find(subject, locality, kind)
    until = moment_of(at, zone_of(found.locality)) if at is not None else None
    return _ANSWERS[found.kind](journal, found, until, limit)
