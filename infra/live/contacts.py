"""The directory of a season: what the department knows of the families of its old register, in what language they read.

Owns invented contacts: an id and a language, no address, for a demo's messages go to files. Who applies later is not in
it and gets the gateway's default route, as in a department that has not asked yet.
"""

from collections.abc import Sequence
from zlib import crc32

from consumers.notification_gateway.channels import Language
from consumers.notification_gateway.directory_import import Contacts, Line
from consumers.notification_gateway.directory_tables import upgrade
from schemas.events import ApplicationSubmitted, Event, OrganisationRegistered
from schemas.outputs import Audience
from schemas.words import Channel

CHANNEL = "file"
# Of a hundred recipients, so many read Kazakh; of the others, all but a few read Russian.
KAZAKH_OF_100, RUSSIAN_OF_100 = 65, 32


class SeasonContacts:
    """One season's. Repeatable: a season that goes on may bring them in again."""

    def __init__(self, url: str, schema: str) -> None:
        """Make the tables. Raises: DirectoryUnavailable, ContactsError."""
        self._url, self._schema = url, schema
        self._known: set[tuple[Audience, str]] = set()
        upgrade(url, schema)

    def learn(self, events: Sequence[Event]) -> None:
        """Take in those whom events name who are known before: call it before the events are sent.

        Raises: DirectoryUnavailable, ContactsError.
        """
        named = dict.fromkeys(each for event in events if (each := _known_by(event)) is not None)
        new = [each for each in named if each not in self._known]
        if not new:
            return
        with Contacts(self._url, self._schema) as contacts:
            contacts.take((_line(number, *each) for number, each in enumerate(new, start=1)), _impossible)
        self._known.update(new)


def _known_by(event: Event) -> tuple[Audience, str] | None:
    data = event.data
    if isinstance(data, OrganisationRegistered):
        return Audience.ORGANISATION, data.organisation_id
    if isinstance(data, ApplicationSubmitted) and data.channel is Channel.MIGRATION:
        return Audience.APPLICANT, data.applicant_id
    return None


def _line(number: int, audience: Audience, recipient: str) -> Line:
    chance = crc32(recipient.encode()) % 100
    if chance < KAZAKH_OF_100:
        language = Language.KAZAKH
    else:
        language = Language.RUSSIAN if chance < KAZAKH_OF_100 + RUSSIAN_OF_100 else Language.ENGLISH
    return Line(number, audience.value, recipient, language.value, CHANNEL, "")


def _impossible(number: int, problem: str) -> None:
    raise AssertionError(f"line {number}: {problem}")
