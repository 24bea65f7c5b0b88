"""The headers of a fetched record, whatever their sender wrote into them. Never says what they mean."""

from operator import methodcaller
from typing import cast

from confluent_kafka import Message

from schemas.cloudevents import Flaw, MalformedRecord

# For a header whose name is no UTF-8, confluent-kafka 2.16 gives a half-made list and sets an error beside it. Python
# looks for that behind a call from C, but no longer behind `message.headers()` once it has specialised that line: then
# the error comes up somewhere later. So the call is made from C, always.
_HEADERS = methodcaller("headers")


def headers_of(message: Message) -> list[tuple[str, bytes | None]]:
    """The record's headers; the client library gives them as pairs, whatever its types say.

    Raises: MalformedRecord when it can't give them; asked again, it gives none.
    """
    try:
        return cast("list[tuple[str, bytes | None]]", _HEADERS(message) or [])
    except (SystemError, UnicodeDecodeError) as exc:
        # The message keeps the half-made list, and whoever looked into it would end the process.
        message.set_headers([])
        raise MalformedRecord(Flaw.HEADER_MISSING, "the headers can't be read: a name is no UTF-8") from exc
