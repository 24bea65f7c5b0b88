"""The path above a page: its region and its locality."""

from consumers.dashboard.pages import Crumb
from consumers.dashboard.routes import link
from consumers.dashboard.words import Words


def above(w: Words, locality: str, *further: Crumb) -> tuple[Crumb, ...]:
    """The locality, and what lies between it and the page."""
    return (Crumb(w.locality(locality), link(w.language, "locality", locality=locality)), *further)
