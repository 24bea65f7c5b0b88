"""`oryn place`: one place, its stage now and what became of it. Owns options and table."""

from typing import Annotated

import typer

from consumers.live_view.views import PlaceView
from consumers.registers.questions import PlaceVersion
from infra.answers import Unknown, as_of, asked_live_view, asked_registers, console, facts, rows, write_json
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, LocalityOption, PrefixOption, SettingsOption


def command(
    place: Annotated[str, typer.Argument(metavar="ID", help="The place.")],
    locality: LocalityOption = None,
    history: Annotated[bool, typer.Option("--history", help="Each of its stages, from the registers.")] = False,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> None:
    """What a place offers, its stage now, and which application has it. From the live view.

    `oryn why ID` says who was eligible for it, in which order, and who got it.

      oryn place p42 --history
    """
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    with asked_live_view(loaded) as view:
        found = view.place(place, locality)
    if found is None:
        raise Unknown(f"the live view knows no place {place!r}")
    versions: list[PlaceVersion] = []
    if history:
        with asked_registers(loaded) as questions:
            _, versions = questions.place_versions(place, found.locality)
    if json:
        write_json({"place": found, "versions": versions} if history else found, found.locality)
        return
    out = console()
    out.print(_table(found))
    if history:
        columns = (
            "from!",
            "record#",
            "stage",
            "admission",
            "bulletin#",
            "window until!",
            "application",
            "recalled for",
        )
        lines = (
            (
                each.valid_from,
                each.made_by,
                each.stage,
                each.admission,
                each.bulletin,
                each.window_until,
                each.application_id,
                each.recall_reason,
            )
            for each in versions
        )
        out.print(rows("What became of it", found.locality, columns, lines))
    out.print(as_of(found.locality, found.position))


def _table(found: PlaceView) -> object:
    row = found.place
    ages = str(row.age_from) if row.age_from == row.age_to else f"{row.age_from} to {row.age_to}"
    return facts(
        f"Place {row.place_id}",
        found.locality,
        {
            "stage": row.stage,
            "for holders of access until": row.until,
            "application": found.application_id,
            "organisation": row.organisation_id,
            "queue": row.queue,
            "birth year": str(row.birth_year),
            "ages, full years on 1 September": ages,
            "language": row.language,
            "group": row.group_type,
            "regime": row.regime,
            "admission": row.admission,
            "from": row.admission_from,
            "to": row.admission_until,
            "attendance": row.attendance,
            "released": row.released_at,
            "last changed by record": found.record,
        },
    )
