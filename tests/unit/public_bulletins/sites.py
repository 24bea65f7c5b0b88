"""What the tests of the public pages share: journals with bulletins, sites in a folder, pages as elements."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from confluent_kafka import Message

from consumers.public_bulletins.folded_orders import FoldedOrders
from consumers.public_bulletins.model import BulletinView, Names, issued_by
from consumers.public_bulletins.order_board import OrderBoard
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.site import Site
from consumers.public_bulletins.store_folder import STAGING, FolderStore
from consumers.public_bulletins.words import Language
from schemas.codec import journal_codec
from schemas.facts import BulletinIssued, OrganisationChanged
from schemas.ids import FrozenIds
from schemas.journal import Record
from tests.unit.verification.seasons import Season

ASTANA, ORAL = "710000000", "270000000"
CODEC = journal_codec(FrozenIds())
VOID = {"meta", "link", "br", "img", "hr", "input"}


@cache
def journal(seed: int = 4, steps: int = 250, localities: tuple[str, ...] = (ASTANA, ORAL)) -> tuple[Record, ...]:
    """A lively journal of some localities in different zones, one after another."""
    return tuple(
        record for number, locality in enumerate(localities) for record in Season(seed + number, locality).run(steps)
    )


def views(records: Iterable[Record]) -> Iterator[BulletinView]:
    """The bulletins of a journal."""
    names: dict[str, Names] = {}
    for record in records:
        for fact in record.facts:
            known = names.setdefault(record.locality, Names())
            if isinstance(fact, OrganisationChanged):
                known.take(fact.organisation_id, fact.name)
            elif isinstance(fact, BulletinIssued):
                yield known.view(issued_by(record, fact))


def paper(view: BulletinView, language: Language) -> bytes:
    """Stands in for the printed bulletin, which has tests of its own and takes longer than all the rest."""
    return f"{view.issued.bulletin_hash} {language}".encode()


def site_of(folder: Path, settings: PageSettings | None = None) -> Site:
    """A site in a folder."""
    return Site(FolderStore(folder), Pages(settings or PageSettings()), paper)


def publish(folder: Path, records: Iterable[Record], settings: PageSettings | None = None) -> Path:
    """The whole site of a journal."""
    pages, store = Pages(settings or PageSettings()), FolderStore(folder)
    store.check()
    site, folded, records = Site(store, pages, paper), FoldedOrders(), tuple(records)
    site.frame()
    for view in views(records):
        site.publish(view)
    site.finish()
    for record in records:
        folded.take(record)
    OrderBoard(store, pages, folded, lambda: 0.0).renew()
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every published file."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and STAGING not in path.parts
    }


def messages_of(records: Iterable[Record], first: int = 0) -> list[Message]:
    """Records as they come from one partition."""
    return [
        Message(topic="journal", partition=0, offset=offset, value=CODEC.encode(record))
        for offset, record in enumerate(records, start=first)
    ]


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str | None = None) -> Iterator["Element"]:
        """This element and all inside it, in their order."""
        if tag is None or self.tag == tag:
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(tag)

    def text(self) -> str:
        """What it says, with single spaces."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parsed(data: bytes) -> Element:
    """A page, whose elements must all be closed in order."""
    reader = _Reader()
    reader.feed(data.decode())
    reader.close()
    assert reader._open == [reader.root], "an element is not closed"
    return reader.root
