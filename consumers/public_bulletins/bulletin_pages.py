"""The pages of one bulletin: grouped by organisation, places with the same terms together, split when long.

Never writes a file. A bulletin that fits on one page is one; a longer one is a list of its organisations and numbered
parts. A part may begin in the middle of an organisation's places, and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from consumers.public_bulletins.model import BulletinView, LedgerRow, OrganisationPart, PlaceKind, pages_of
from consumers.public_bulletins.pages import File, Pages
from consumers.public_bulletins.words import Language, words
from schemas.facts import RecalledEntry

# A page is at most about 300 KB; what it is made of is estimated, generously.
PAGE_BYTES = 270_000
# Rather one page than two of which one is short.
WHOLE_BYTES = 340_000
PIECE_BYTES, PLACE_BYTES, SPAN_BYTES, RECALL_BYTES, LETTER_BYTES = 950, 65, 120, 420, 15
KIND_PLACES_MAX = 1_000
# A page of more organisations begins with their list.
WITHOUT_CONTENTS_MAX = 8
# More organisations than this are listed by parts, not one by one.
CONTENTS_MAX = 1_200


@dataclass(frozen=True, slots=True)
class Section:
    """What one page shows of one organisation."""

    index: int
    organisation_id: str
    title: str
    kinds: tuple[PlaceKind, ...]
    continued: bool = False
    page: int = 0

    @property
    def anchor(self) -> str:
        """Its id on the page: by its position, never by what it is called."""
        return f"o{self.index}"

    @property
    def count(self) -> int:
        """How many places."""
        return sum(len(each.entries) for each in self.kinds)


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the contents."""

    link: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Span:
    """A line of the contents that stands for a whole part."""

    link: str
    first: str
    last: str


def bulletin_pages(pages: Pages, view: BulletinView, previous: LedgerRow | None) -> Iterator[File]:
    """All pages of a bulletin, the first one last."""
    pieces = list(_pieces(view.by_organisation))
    lengths = [_length(each) for each in pieces]
    recalls = view.issued.recalled
    if sum(lengths) + RECALL_BYTES * len(recalls) <= WHOLE_BYTES:
        whole = _joined(pieces)
        contents = [Link(f"#{each.anchor}", each.title, each.count) for each in whole]
        for language in pages.settings.languages:
            yield _page(
                pages,
                view,
                language,
                "bulletin.html",
                "",
                previous=previous,
                parts=whole,
                recalls=recalls,
                contents=contents if len(contents) > WITHOUT_CONTENTS_MAX else [],
            )
        return
    parts = [_joined(pieces[begin:end]) for begin, end in pages_of(lengths, PAGE_BYTES)]
    chunk = PAGE_BYTES // RECALL_BYTES
    chunks = [recalls[begin : begin + chunk] for begin in range(0, len(recalls), chunk)]
    for language in pages.settings.languages:
        yield from _parts(pages, view, language, parts, chunks)
        yield _contents(pages, view, language, parts, len(parts) + 1 if chunks else None, previous)


def _pieces(organisations: Sequence[OrganisationPart]) -> Iterator[Section]:
    """One section for each kind of place, none of more than a page."""
    for index, part in enumerate(organisations, start=1):
        for kind in part.kinds():
            for begin in range(0, len(kind.entries), KIND_PLACES_MAX):
                piece = PlaceKind(kind.entries[begin : begin + KIND_PLACES_MAX])
                yield Section(index, part.organisation_id, part.title, (piece,))


def _length(piece: Section) -> int:
    kind = piece.kinds[0]
    terms = kind.terms
    spans = SPAN_BYTES * len(terms.attendance or ())
    letters = len(piece.title) + len(terms.queue)
    return PIECE_BYTES + LETTER_BYTES * letters + spans + sum(PLACE_BYTES + len(e.place_id) for e in kind.entries)


def _joined(pieces: Sequence[Section]) -> list[Section]:
    """Pieces of the same organisation as one section."""
    found: list[Section] = []
    for piece in pieces:
        if found and found[-1].index == piece.index:
            found[-1] = replace(found[-1], kinds=found[-1].kinds + piece.kinds)
        else:
            found.append(piece)
    return found


def _parts(
    pages: Pages,
    view: BulletinView,
    language: Language,
    parts: Sequence[Sequence[Section]],
    chunks: Sequence[Sequence[RecalledEntry]],
) -> Iterator[File]:
    total = len(parts) + len(chunks)
    seen: set[int] = set()
    for page, sections in enumerate(parts, start=1):
        marked = [replace(each, continued=each.index in seen) for each in sections]
        seen.update(each.index for each in sections)
        yield _page(
            pages,
            view,
            language,
            "bulletin-part.html",
            f"-{page}",
            page=page,
            pages=total,
            parts=marked,
            contents=marked,
        )
    for page, chunk in enumerate(chunks, start=len(parts) + 1):
        yield _page(
            pages, view, language, "bulletin-part.html", f"-{page}", page=page, pages=total, contents=[], recalls=chunk
        )


def _contents(
    pages: Pages,
    view: BulletinView,
    language: Language,
    parts: Sequence[Sequence[Section]],
    recalls_page: int | None,
    previous: LedgerRow | None,
) -> File:
    organisations = len(view.by_organisation)
    contents: list[Link] = []
    ranges: list[Span] = []
    if organisations <= CONTENTS_MAX:
        counts = {index: len(part.entries) for index, part in enumerate(view.by_organisation, start=1)}
        for page, sections in enumerate(parts, start=1):
            for each in sections:
                if count := counts.pop(each.index, 0):  # where it begins
                    contents.append(Link(f"{view.stem}-{page}.html#{each.anchor}", each.title, count))
    else:
        ranges = [
            Span(f"{view.stem}-{page}.html", each[0].title, each[-1].title) for page, each in enumerate(parts, start=1)
        ]
    link = None if recalls_page is None else f"{view.stem}-{recalls_page}.html"
    return _page(
        pages,
        view,
        language,
        "bulletin.html",
        "",
        previous=previous,
        contents=contents,
        ranges=ranges,
        recalls_link=link,
    )


def _page(pages: Pages, view: BulletinView, language: Language, template: str, suffix: str, /, **values: Any) -> File:
    w = words(language, view.locality)
    place, issued = w.locality(view.locality), view.issued
    heading = w.say("bulletin-of", number=str(issued.number), day=w.day(issued.date))
    crumbs = [(place, "index.html")]
    if suffix:
        crumbs.append((heading, f"{view.stem}.html"))
    empty: dict[str, Any] = {"parts": [], "contents": [], "ranges": [], "recalls": (), "recalls_link": None}
    return pages.page(
        template,
        language,
        f"{view.locality}/{view.stem}{suffix}.html",
        crumbs,
        **{
            **empty,
            "place": place,
            "heading": heading,
            "issued": issued,
            "stem": view.stem,
            "organisations": len(view.by_organisation),
            **values,
        },
    )
