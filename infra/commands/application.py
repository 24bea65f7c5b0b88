"""`oryn application`: where one application stands now, and how it got there. Owns options and table."""

from typing import Annotated

import typer

from consumers.live_view.views import ApplicationView
from consumers.registers.questions import Movement
from infra.answers import Unknown, as_of, asked_live_view, asked_registers, console, facts, rows, write_json
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, LocalityOption, PrefixOption, SettingsOption


def command(
    application: Annotated[str, typer.Argument(metavar="ID", help="The application.")],
    locality: LocalityOption = None,
    history: Annotated[
        bool, typer.Option("--history", help="Each change of its state and group, from the registers.")
    ] = False,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> None:
    """Where an application stands: its number now, its group, its terms, its referral. From the live view.

    `oryn why ID` explains each number from the journal.

      oryn application a17

      oryn application a17 --history --json
    """
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    with asked_live_view(loaded) as view:
        found = view.application(application, locality)
    if found is None:
        raise Unknown(f"the live view knows no application {application!r}")
    movements: list[Movement] = []
    if history:
        with asked_registers(loaded) as questions:
            _, movements = questions.movements(application, found.locality)
    if json:
        write_json({"application": found, "movements": movements} if history else found, found.locality)
        return
    out = console()
    out.print(_table(found))
    if history:
        out.print(_history(found.locality, movements))
    out.print(as_of(found.locality, found.position))


def _table(found: ApplicationView) -> object:
    pairs: dict[str, object] = {
        "state": found.state,
        "number now": found.number,
        "number in its group": found.number_in_group,
        "group": found.group,
        "queue": found.queue,
        "submitted": found.submitted_at,
        "until": found.until,
        "may choose until": found.access_until,
    }
    for each in found.referrals:
        name = f"referral {each.referral}"
        pairs[name] = ("temporary place" if each.temporary else "place", each.place_id)
        pairs[f"{name} is"] = "active" if each.active else "waiting for its documents"
        pairs[f"{name} until"] = each.until if each.active else each.documents_until
    if not found.referrals:
        pairs["place"] = found.place_id
    pairs |= {"temporary stay": found.stay, "reason": found.reason, "last changed by record": found.record}
    return facts(f"Application {found.application_id}", found.locality, pairs)


def _history(locality: str, movements: list[Movement]) -> object:
    def change(before: str | None, after: str | None) -> str:
        if before == after or after is None:
            return before or ""
        return after if before is None else f"{before} → {after}"

    return rows(
        "How it moved",
        locality,
        ("at!", "record#", "what", "state", "group", "number then#", "reason"),
        (
            (
                each.at,
                each.record,
                each.what.removeprefix("Application"),
                change(each.from_state, each.to_state),
                change(each.from_group, each.to_group),
                each.number_stated,
                each.reason,
            )
            for each in movements
        ),
    )
