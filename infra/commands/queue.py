"""`oryn queue`: the queues of a locality, and who stands in one (R7.3). Owns options and tables."""

from typing import Annotated

import typer

from consumers.live_view.view import PAGE_MAX, LiveView
from consumers.live_view.views import QueueSummary, QueueView
from infra.answers import Unknown, as_of, asked_live_view, console, only, rows, up_to, write_json
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, PrefixOption, SettingsOption
from schemas.words import Group, Stage

COUNT_DEFAULT = 30
OFFERED = (Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN)


def command(
    locality: Annotated[str | None, typer.Argument(metavar="[LOCALITY]", help="KATO code; else the only one.")] = None,
    queue: Annotated[str | None, typer.Argument(metavar="[QUEUE]", help="As general/2018; else all of them.")] = None,
    first: Annotated[int, typer.Option("--from", min=1, metavar="NUMBER", help="Begin with this queue number.")] = 1,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=PAGE_MAX, help="So many rows.")] = COUNT_DEFAULT,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> None:
    """The queues of a locality in figures, or the order of one of them. From the live view.

    Of an application it shows what is published of it: id, number, group, moment of submission, status.

      oryn queue 710000000

      oryn queue 710000000 general/2018 --from 1000 --count 20
    """
    loaded = load_settings(settings, {"kafka.topic_prefix": prefix}).settings
    with asked_live_view(loaded) as view:
        where = only(view.localities(), locality)
        if queue is None:
            _all(view, where, json=json)
            return
        found = view.queue(where, queue, first, count)
        if found is None:
            known = ", ".join(each.queue for each in view.queues(where))
            raise Unknown(f"{where} has no queue {queue!r}; there are {known}")
    if json:
        write_json(found, where)
        return
    _one(found, first)


def _all(view: LiveView, locality: str, *, json: bool) -> None:
    position, found = view.position(locality), view.queues(locality)
    if json:
        write_json({"locality": locality, "position": position, "queues": found}, locality)
        return
    out = console()
    columns = ("queue!", "waiting#", "out of turn#", "priority#", "general#", "choosing#", "off order#")
    lines = ((*_figures(each), each.access, each.off_order, _offered(each)) for each in found)
    out.print(rows(f"Queues of {locality}", locality, (*columns, "places#"), lines))
    out.print("Choosing: may choose a place now. Off order: referred or stopped. Places: on offer.")
    if position is not None:
        out.print(as_of(locality, position))


def _one(found: QueueView, first: int) -> None:
    out = console()
    summary = found.summary
    out.print(
        rows(
            f"{summary.queue} of {found.locality}",
            found.locality,
            ("number#", "application", "group!", "submitted!", "status!"),
            ((each.number, each.application_id, each.group, each.submitted_at, each.status) for each in found.rows),
        )
    )
    if not found.rows:
        out.print(f"Nobody has the number {first:,} or a higher one.")
    out.print(
        f"{summary.size:,} wait, {summary.access:,} of them may choose now; {summary.off_order:,} are off the order; "
        f"{_offered(summary):,} places are on offer."
    )
    out.print(up_to(found.locality, found.position.sequence, found.position.time))


def _figures(each: QueueSummary) -> tuple[object, ...]:
    groups = (Group.EXTRAORDINARY, Group.PRIORITY, Group.GENERAL)
    return (each.queue, each.size, *(each.waiting.get(group, 0) for group in groups))


def _offered(each: QueueSummary) -> int:
    return sum(each.places.get(stage, 0) for stage in OFFERED)
