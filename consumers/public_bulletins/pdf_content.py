"""What a printed bulletin says, in one language: plain strings, ready for the page. Never lays anything out.

Places of one organisation with the same terms stand together, for a wall has room for terms, not for repetitions.
Characters that the paper's fonts lack are shown as a box: the JSON file has them.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from consumers.public_bulletins.model import BulletinView, OrganisationPart
from consumers.public_bulletins.words import Language, Words, shown, words
from schemas.facts import BulletinEntry

HASH_GROUP = 8
# How heavy a sheet may be: what a place, a span of attendance, a row of terms and an organisation weigh together, each
# unit about 13 kB of memory. The heaviest takes 1.2 GB for some seconds (decision 044). A bulletin beyond it lists how
# many places each organisation has, not each place. The first day of a season in Astana weighs 43,000.
WEIGHT_MAX = 100_000
ROW_WEIGHT = 10
ORGANISATION_WEIGHT = 6
# Wide enough for the longest "number time" of an organisation; the space between two comes on top of it.
PLACE_GAP = 1
# (longest word, longest piece of a longer one): what would run over a margin may be broken. The second is for the
# narrow column of queues, whose profiles are anybody's text, too.
WIDE, NARROW = (24, 24), (16, 8)
# More marks than this over one letter would cover the line above.
MARKS_MAX = 2
MISSING = "□"
# What both weights of Libertinus Serif have: Latin, Cyrillic with all Kazakh letters, and signs of running text. A test
# holds it against the fonts.
COVERED = (
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0300-\u036f\u0400-\u045f\u0462\u0463\u0470-\u0477\u0490-\u04c4"
    "\u04c7-\u04cc\u04d0-\u04f9\u1e00-\u1e9b\u1ea0-\u1ef9\u2010-\u2015\u2018-\u201f\u2020-\u2022\u2026\u2030\u2032\u2033\u2039\u203a"
    "\u20ac\u2116\u2122\u25a1"
)
_NOT_COVERED = re.compile(f"[^{COVERED}]")
_MARKS = re.compile(f"([\u0300-\u036f]{{{MARKS_MAX}}})[\u0300-\u036f]+")
BREAK = "\u200b"
_LONG_WORD = {room: re.compile(rf"\S{{{room[0] + 1},}}") for room in (WIDE, NARROW)}
_PIECE = {room: re.compile(rf".{{{room[1]}}}(?=.)") for room in (WIDE, NARROW)}

Json = dict[str, Any]


def content(view: BulletinView, language: Language) -> Json:
    """Everything that the page of a bulletin shows. Raises: TextsError."""
    says = words(language, view.locality)
    issued = view.issued
    day = says.day(issued.date)
    locality = printable(says.locality(view.locality))
    heavy = weight(view) > WEIGHT_MAX
    return {
        "lang": str(language),
        "document": says.say("pdf-document", number=str(issued.number), locality=locality, date=day),
        "title": says.say("pdf-title", number=str(issued.number)),
        "locality": locality,
        "date": day,
        "notes": list(_notes(view, says, heavy=heavy)),
        "released": says.say("pdf-released", count=len(issued.entries)),
        "heads": [
            says.say(f"pdf-head-{name}")
            for name in ("queue", "ages", "language", "group", "regime", "admission", "count")
        ],
        "places-head": says.say("pdf-head-places"),
        "organisations": [_organisation(part, view, says) for part in view.by_organisation] if not heavy else [],
        "summary-heads": [says.say(f"pdf-head-{name}") for name in ("organisation", "id", "count")],
        "summary": [
            [printable(part.title), breakable(part.organisation_id), says.count(len(part.entries))]
            for part in view.by_organisation
        ]
        if heavy
        else [],
        "recalled-title": says.say("pdf-recalled", count=len(issued.recalled)),
        "recalled-heads": [says.say(f"pdf-head-{name}") for name in ("place", "reason", "recalled-at")],
        "recalled": [
            [breakable(each.place_id), says.word(each.reason), says.stamp(each.at)] for each in issued.recalled
        ],
        "verify": {
            "title": says.say("pdf-verify"),
            "text": says.say("pdf-verify-text"),
            "hashes": [
                [says.say("pdf-hash"), grouped(issued.bulletin_hash)],
                [says.say("pdf-previous"), grouped(issued.previous_bulletin_hash)],
            ],
            "issued": f"{says.say('pdf-issued')}: {says.stamp(issued.at)}. "
            f"{says.say('pdf-record')}: {issued.sequence}.",
        },
        "page": says.say("pdf-page", page="{page}", pages="{pages}"),
    }


def printable(text: str, room: tuple[int, int] = WIDE) -> str:
    """A text of an event as the paper can show it."""
    text = _MARKS.sub(r"\1", unicodedata.normalize("NFC", shown(text)))
    return breakable(_NOT_COVERED.sub(MISSING, text), room)


def breakable(text: str, room: tuple[int, int] = WIDE) -> str:
    """A text whose longest words may be broken, with marks that nobody sees."""
    return _LONG_WORD[room].sub(lambda found: _PIECE[room].sub(lambda piece: piece[0] + BREAK, found[0]), text)


def grouped(digits: str) -> str:
    """A hash in groups that an eye can compare."""
    return " ".join(digits[at : at + HASH_GROUP] for at in range(0, len(digits), HASH_GROUP))


def weight(view: BulletinView) -> int:
    """How heavy a sheet with every place on it is."""
    total = ROW_WEIGHT * len(view.issued.recalled)
    for part in view.by_organisation:
        total += ORGANISATION_WEIGHT + len(part.entries)
        total += sum(ROW_WEIGHT + len(kind.terms.attendance or ()) for kind in part.kinds())
    return total


def _notes(view: BulletinView, says: Words, *, heavy: bool) -> Iterator[str]:
    issued = view.issued
    if not issued.entries and not issued.recalled:
        yield says.say("pdf-empty")
    if issued.entries:
        yield says.say("pdf-choosing", day=says.day(issued.date + timedelta(days=1)))
        yield says.say("pdf-heavy" if heavy else "pdf-group")


def _organisation(part: OrganisationPart, view: BulletinView, says: Words) -> Json:
    kinds = [
        {
            "terms": [*_terms(kind.terms, part.title, says), says.count(len(kind.entries))],
            # A place's number and when it was released.
            "places": [f"{each.place_id} {says.on_day(each.at, view.issued.date)}" for each in kind.entries],
        }
        for kind in part.kinds()
    ]
    return {
        "name": printable(part.title),
        "about": says.say(
            "pdf-organisation",
            id=breakable(part.organisation_id),
            places=says.say("places", count=len(part.entries)),
        ),
        "kinds": kinds,
        "width": PLACE_GAP + max(len(place) for kind in kinds for place in kind["places"]),
    }


def _terms(entry: BulletinEntry, organisation: str, says: Words) -> list[str]:
    return [
        printable(says.queue(entry.queue, organisation), NARROW),
        says.ages(entry.age_from, entry.age_to),
        printable(says.language_name(entry.language)),
        says.word(entry.group_type),
        says.word(entry.regime),
        _admission(entry, says),
    ]


def _admission(entry: BulletinEntry, says: Words) -> str:
    said = f"{says.word(entry.admission)}, {says.admission_dates(entry)}"
    if entry.attendance is None:
        return said
    spans = "; ".join(
        says.say("pdf-span", **{"from": says.short_day(each.from_), "until": says.short_day(each.until)})
        for each in entry.attendance
    )
    return f"{said}. {says.say('pdf-attendance', spans=spans)}"
