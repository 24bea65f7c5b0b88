"""What may be published (R7.3), as a list of types, and what never may, as a check of any type.

A publication carries the types of `PUBLISHED` and no others. Never reads a journal: the order of a queue is the book's.
"""

from collections.abc import Iterator
from typing import get_args

from msgspec import Struct
from msgspec.structs import fields

from schemas.facts import BulletinEntry, RecalledEntry
from schemas.outputs import Bulletin, OrderRow, OrderStatus

# Bulletins, and the order of a queue as rows, renewed with each change (p.24.8).
PUBLISHED: tuple[type[Struct], ...] = (Bulletin, BulletinEntry, RecalledEntry, OrderRow)

# R7.3: names, identity numbers, birth dates, addresses, contacts, which benefit, documents. And what leads there: who
# applied, which child, through which channel; and free text, in which anything may stand.
NEVER_PUBLISHED_WORDS = frozenset(
    {
        "applicant",
        "child",
        "benefit",
        "benefits",
        "born",
        "birth_date",
        "birthday",
        "name",
        "surname",
        "iin",
        "identity",
        "address",
        "phone",
        "email",
        "contact",
        "document",
        "documents",
        "signature",
        "special_needs",
        "commission",
        "missing",
        "channel",
        "detail",
        "source",
        "recipient",
        "value",
    }
)


def status_of(*, access: bool, referred: bool, stopped: bool) -> OrderStatus:
    """The published status of a live application, the strongest that holds.

    `stopped`: on the stop list or suspended; the public doesn't learn which. `referred`: a live referral, also one to
    a temporary place, for which the application stays in the order (R6.9).
    """
    if stopped:
        return OrderStatus.STOPPED
    if referred:
        return OrderStatus.REFERRED
    return OrderStatus.ACCESS if access else OrderStatus.WAITING


def unpublishable_fields(kind: type[Struct]) -> Iterator[str]:
    """The fields of a type, and of the types inside it, that may never be published, as `Type.field`."""
    for each in fields(kind):
        words = {each.name, *each.name.split("_")}
        if not words.isdisjoint(NEVER_PUBLISHED_WORDS):
            yield f"{kind.__name__}.{each.name}"
        for inner in _structs_in(each.type):
            yield from unpublishable_fields(inner)


def _structs_in(annotation: object) -> Iterator[type[Struct]]:
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        yield annotation
    for argument in get_args(annotation):
        yield from _structs_in(argument)
