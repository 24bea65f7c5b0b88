"""`oryn organisation`: one kindergarten and its places on offer. Owns options and tables."""

from typing import Annotated

import typer

from infra.answers import Unknown, as_of, asked_live_view, console, facts, rows, terms, write_json
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, LocalityOption, PrefixOption, SettingsOption


def command(
    organisation: Annotated[str, typer.Argument(metavar="ID", help="The organisation.")],
    locality: LocalityOption = None,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> None:
    """An organisation and the places that it offers now, in the order of their release. From the live view.

    oryn organisation k17 --json
    """
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    with asked_live_view(loaded) as view:
        found = view.organisation(organisation, locality)
    if found is None:
        raise Unknown(f"the live view knows no organisation {organisation!r}")
    if json:
        write_json(found, found.locality)
        return
    out = console()
    about = {"name": found.name, "ownership": found.ownership, "kind": found.kind, "closed": found.closed or None}
    out.print(facts(f"Organisation {found.organisation_id} of {found.locality}", found.locality, about))
    if found.places:
        columns = ("place", "queue", "stage", "for holders until!", "terms")
        lines = ((each.place_id, each.queue, each.stage, each.until, terms(each)) for each in found.places)
        out.print(rows("Places on offer", found.locality, columns, lines))
    else:
        out.print("It offers no place now.")
    out.print(as_of(found.locality, found.position))
