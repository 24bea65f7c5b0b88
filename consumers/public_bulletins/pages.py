"""The frame of every page and the templates behind it: what a page is called, where it stands, what it links to.

Every value is escaped by the templates' engine. A page's files are named by numbers and hashes, never by what an event
says. Never writes a file, never asks a clock: the same input gives the same bytes.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from consumers.public_bulletins.model import alphabetical
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.words import Language, Words, shown, words
from schemas.outputs import OrderStatus
from schemas.words import Group

# A locality of the default zone, where no time is shown.
NOWHERE = "000000000"
# The Shanyrak ring over a place, as small as an icon is.
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' "
    "rx='3' fill='%2300566a'/%3E%3Ccircle cx='8' cy='8' r='4.5' fill='none' stroke='%23fec50c' stroke-width='2'/%3E"
    "%3C/svg%3E"
)
HASH_DIGITS = 12
File = tuple[str, bytes]


class Pages:
    """Makes pages. One for a process: the templates are read once."""

    def __init__(self, settings: PageSettings) -> None:
        """Read the templates and the style."""
        self.settings = settings
        self._style = files("consumers.public_bulletins").joinpath("templates", "style.css").read_bytes()
        self.style_path = f"style-{sha256(self._style).hexdigest()[:HASH_DIGITS]}.css"
        self._environment = Environment(
            loader=PackageLoader("consumers.public_bulletins", "templates"),
            autoescape=True,  # for every template, whatever its name ends with
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        tongues = {language: words(language, NOWHERE).say("language") for language in settings.languages}
        self._environment.globals.update(
            day_of=date.fromisoformat,
            icon=ICON,
            languages=settings.languages,
            papers=settings.papers,
            orders=settings.orders,
            publisher=settings.publisher and shown(settings.publisher),
            shown=shown,
            style=self.style_path,
            tongues=tongues,
        )

    def style(self) -> File:
        """The style sheet: its name changes with its content."""
        return self.style_path, self._style

    def text(self, template: str, **values: Any) -> bytes:
        """A template filled in."""
        return self._environment.get_template(template).render(values).encode()

    def page(self, template: str, language: Language, here: str, crumbs: list[tuple[str, str]], **values: Any) -> File:
        """A page of a locality: `here` is its path below the language's folder, as `710000000/index.html`."""
        locality, slash, _ = here.rpartition("/")
        w = words(language, locality or NOWHERE)
        root = "../../" if slash else "../"
        home = [(w.say("localities"), f"{root}{language}/index.html")] if slash else []
        data = self.text(
            template,
            w=w,
            t=w.say,
            here=here,
            root=root,
            code=locality,
            crumbs=[*home, *crumbs] if slash else [],
            **values,
        )
        return f"{language}/{here}", data

    def welcome(self) -> File:
        """The site's first page: a choice of languages."""
        return "index.html", self.text("welcome.html", all=[words(each, NOWHERE) for each in self.settings.languages])

    def start(self, localities: list[str]) -> Iterator[File]:
        """The page of all localities, by region, in each language."""
        for language in self.settings.languages:
            w = words(language, NOWHERE)
            regions: dict[str, list[str]] = {}
            for code in localities:
                regions.setdefault(w.region(code) or "", []).append(code)
            yield self.page(
                "start.html",
                language,
                "index.html",
                [],
                regions=sorted(regions.items(), key=lambda each: alphabetical(each[0])),
            )


def symbols(w: Words) -> Mapping[str, Mapping[Any, str]]:
    """The words that each row of an order has, looked up once."""
    return {
        "groups": {each: w.word(each) for each in Group},
        "statuses": {each: w.word(each) for each in OrderStatus},
    }
