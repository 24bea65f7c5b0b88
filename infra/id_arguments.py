"""Ids on a command line, checked before a service is asked for them. Owns what no service can be asked for; an id that
merely nobody knows passes: it is the command that tells so.
"""

import typer


def checked_id(given: str | None) -> str | None:
    """An id that can be looked up, as given, or none. Raises: typer.BadParameter, without what was given."""
    if given is None:
        return None
    if "\0" in given:
        raise typer.BadParameter("an id holds no NUL")
    try:
        given.encode()
    except UnicodeEncodeError:  # bytes of the command line that Python could not read
        raise typer.BadParameter("no text in UTF-8") from None
    return given


def checked_ids(given: list[str] | None) -> list[str] | None:
    """As `checked_id`, for several."""
    for each in given or ():
        checked_id(each)
    return given
