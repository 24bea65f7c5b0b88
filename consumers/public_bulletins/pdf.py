"""A bulletin as a PDF to print and hang up, through Typst: tagged (PDF/UA-1), archivable (PDF/A-2a), of fixed bytes.

Owns the compiler and the template beside it (`papers/`). What the sheet says is `pdf_content`. Data reaches the
template as JSON, never as markup; the template reads no file and the fonts are those inside the compiler. Never asks a
clock: the document's date is that of the bulletin.
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
import typst

from consumers.public_bulletins.model import BulletinView
from consumers.public_bulletins.pdf_content import Json, content
from consumers.public_bulletins.words import Language
from schemas.errors import OrynError

if TYPE_CHECKING:
    from typst import OutputFormat, PDFStandard

SECOND_MS = 1_000
STANDARDS: "list[PDFStandard]" = ["ua-1", "a-2a"]
# Typst remembers what it set for some compilations, in case the next one is alike. Bulletins are not, and the memory
# would stay: so it is made to forget, by empty compilations, whenever so many places have been set.
FORGET_PLACES = 500
GENERATIONS = 11
EMPTY = b"x"


class PaperError(OrynError):
    """A bulletin could not be set: a mistake in the template or in what it is given."""


class Press:
    """Prints bulletins, one after the other, with one compiler. Not safe to be used by several threads at once."""

    def __init__(self) -> None:
        """Load template and fonts."""
        self._compiler = typst.Compiler(ignore_system_fonts=True)
        self._template = files("consumers.public_bulletins").joinpath("papers", "bulletin.typ").read_bytes()
        self._remembered = 0

    def render(self, view: BulletinView, language: Language) -> bytes:
        """The PDF. The same bulletin gives the same bytes, wherever it is made. Raises: PaperError, TextsError."""
        made = self._compiled(content(view, language), view.issued.at // SECOND_MS, "pdf")
        self._remembered += len(view.issued.entries)
        if self._remembered >= FORGET_PLACES:
            self._remembered = 0
            for _ in range(GENERATIONS):
                self._compiler.compile(input=EMPTY, format="pdf")
        assert isinstance(made, bytes)
        return made

    def pictures(self, view: BulletinView, language: Language, dots_per_inch: int) -> list[bytes]:
        """The pages as PNG pictures, to look at. Raises: PaperError, TextsError."""
        made = self._compiled(content(view, language), view.issued.at // SECOND_MS, "png", dots_per_inch)
        return made if isinstance(made, list) else [made]

    def _compiled(
        self, said: Json, created_s: int, kind: "OutputFormat", dots: int | None = None
    ) -> bytes | list[bytes]:
        try:
            made = self._compiler.compile(
                input=self._template,
                format=kind,
                ppi=dots,
                sys_inputs={"paper": msgspec.json.encode(said).decode()},
                pdf_standards=STANDARDS if kind == "pdf" else [],
                timestamp=created_s,
            )
        except typst.TypstError as exc:
            raise PaperError(f"{said['document']}: {exc}") from exc
        assert made is not None
        return made


@cache
def _press() -> Press:
    return Press()


def render(view: BulletinView, language: Language) -> bytes:
    """The PDF, by a press that this process has one of. One thread uses it. Raises: PaperError, TextsError."""
    return _press().render(view, language)
