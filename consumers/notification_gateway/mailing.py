"""A message as a mail (RFC 5322): headers of an automatic mailer, a Message-ID that a repeat shares, UTF-8 text.

Owns what a mail looks like and which addresses are any. Never opens a connection.
"""

import re
from datetime import timedelta, timezone
from email.header import Header
from email.headerregistry import Address
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import Any, Final

from consumers.notification_gateway.channels import Letter
from schemas.errors import OrynError
from schemas.instants import EPOCH, Instant
from schemas.zones import Zone, zone_of

MAILBOX_LENGTH_MAX: Final = 254
# A dot-atom of RFC 5321, at most 64 characters. Other local parts need SMTPUTF8, which few mail servers offer.
_LOCAL: Final = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_DOMAIN: Final = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\Z"
)
_WIRE: Final = compat32.clone(linesep="\r\n")
# What a Message-ID may hold as it is; other characters are written as `=XX`.
_ATOM: Final = re.compile(r"[^A-Za-z0-9-]")


class NoMailbox(OrynError):
    """A text that is no address of a mailbox. The error never holds it."""


def mailbox(text: str) -> str:
    """The address as it goes over the wire: an international domain in its ASCII form. Raises: NoMailbox."""
    local, at, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError as exc:
        raise NoMailbox("the domain of an address is none") from exc
    if not at or not _LOCAL.match(local) or not _DOMAIN.match(domain) or len(local) + len(domain) >= MAILBOX_LENGTH_MAX:
        raise NoMailbox("not the address of a mailbox (name@domain)")
    return f"{local}@{domain}"


def message_id(letter_id: str, domain: str) -> str:
    """The Message-ID of a message: the same for each attempt. Two messages never share one."""
    atom = _ATOM.sub(lambda found: "".join(f"={byte:02X}" for byte in found[0].encode()), letter_id)
    return f"<{atom}@{domain}>"


def mail(letter: Letter, sender: Address, to: str) -> bytes:
    """The mail of a message, as it follows DATA. `to`: as `mailbox` gave it. The same letter gives the same bytes."""
    # Not EmailMessage: up to Python 3.13 it loses blanks between the parts of a long subject that is not ASCII.
    made = MIMEText(letter.text.replace("\n", "\r\n"), "plain", "utf-8")
    made["From"] = formataddr((sender.display_name, sender.addr_spec))
    made["To"] = to
    # A renderer of somebody else's might let a line break through.
    subject: Any = Header(" ".join(letter.subject.split()), "utf-8")  # the type says str, the library takes both
    made["Subject"] = subject
    # When it was decided: a repeat is then the same mail, byte for byte.
    made["Date"] = _date(letter.notification.at, zone_of(letter.notification.locality))
    made["Message-ID"] = message_id(letter.id, sender.domain)
    # RFC 3834: nobody's holiday answer comes back. Servers that don't know the first header know one of the others.
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made["List-Id"] = f"<notifications.{sender.domain}>"
    made["Content-Language"] = letter.language.value
    return made.as_bytes(policy=_WIRE)


def _date(moment: Instant, zone: Zone) -> str:
    offset = timezone(timedelta(milliseconds=zone.offset_ms(moment)))
    return format_datetime((EPOCH + timedelta(milliseconds=moment)).astimezone(offset).replace(microsecond=0))
