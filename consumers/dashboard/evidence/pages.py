"""All pages of this folder."""

from typing import Final

from consumers.dashboard.evidence import application, queue
from consumers.dashboard.pages import Page

PAGES: Final[list[Page]] = [*application.PAGES, *queue.PAGES]
