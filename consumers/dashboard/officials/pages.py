"""All pages of this folder."""

from typing import Final

from consumers.dashboard.officials import bulletins, definitions, locality, nation, quality, region, start
from consumers.dashboard.pages import Page

PAGES: Final[list[Page]] = [
    *start.PAGES,
    *nation.PAGES,
    *region.PAGES,
    *locality.PAGES,
    *bulletins.PAGES,
    *quality.PAGES,
    *definitions.PAGES,
]
