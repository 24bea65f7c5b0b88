"""All pages of this folder."""

from typing import Final

from consumers.dashboard.evidence import application, organisation, place, queue, record
from consumers.dashboard.pages import Page

PAGES: Final[list[Page]] = [
    *application.PAGES,
    *queue.PAGES,
    *place.PAGES,
    *organisation.PAGES,
    *record.PAGES,
]
