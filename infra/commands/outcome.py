"""`oryn outcome`: what became of published events. Owns its options and its words."""

import json as json_text
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, KafkaOption, PrefixOption, SettingsOption
from infra.settings_services import kafka_client, schema_ids
from producers.client.outcomes import Mark, OutcomeReader, mark_at
from schemas.instants import Instant, parse_instant
from schemas.outputs import Outcome, OutcomeResult
from schemas.zones import zone_of

FAILED: Final = 1


def command(
    source: Annotated[str, typer.Argument(help="Who published (the CloudEvents source).")],
    event_ids: Annotated[list[str], typer.Argument(metavar="EVENT_ID...", help="The events' ids.")],
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Read only what was decided from then on (ISO 8601 with offset): quicker."),
    ] = None,
    wait: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Wait so long for what is not decided yet.")
    ] = None,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> int:
    """Ask what became of published events: accepted, rejected for a reason, or a repeat of an earlier one.

    The exit code is 1 if one of them has no outcome (yet).

      oryn outcome kindergarten/17 01979c1e-5b5e-7c43-9d0f-4a3d6c1f2b77

      oryn outcome kindergarten/17 release-2021-118 release-2021-119 --wait 10 --json
    """
    loaded = load_settings(settings, {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix}).settings
    client, own_prefix = kafka_client(loaded), loaded.kafka.topic_prefix
    start: Mark | None = None if since is None else mark_at(client, _moment(since), own_prefix)
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        task = progress.add_task("reading outcomes", total=None)
        with OutcomeReader(
            client,
            [source],
            topic_prefix=own_prefix,
            start=start,
            follow=wait is not None,
            ids=schema_ids(loaded),
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        ) as reader:
            found = reader.find(event_ids, wait)
    wanted = list(dict.fromkeys(event_ids))
    if json:
        typer.echo(json_text.dumps([_json(found[each]) for each in wanted if each in found], ensure_ascii=False))
    else:
        for each in wanted:
            typer.echo(_line(each, found.get(each)))
    return FAILED if len(found) < len(wanted) else 0


def _moment(text: str) -> Instant:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError) as exc:
        raise typer.BadParameter(f"{text!r} is no moment like 2021-09-01T00:00:00+06:00", param_hint="--since") from exc


def _line(event_id: str, outcome: Outcome | None) -> str:
    if outcome is None:
        return f"{event_id}: no outcome found"
    text = f"{event_id}: {outcome.type} {outcome.result.value.lower()}"
    if outcome.result is OutcomeResult.REJECTED:
        text += f", {outcome.reason}: {outcome.detail}"
    elif outcome.result is OutcomeResult.DUPLICATE:
        text += f" of record {outcome.first_sequence}"
    elif outcome.number is not None:
        text += f", number {outcome.number}"
    at = zone_of(outcome.locality).render(outcome.time)
    return f"{text} ({at}, record {outcome.sequence} of {outcome.locality})"


def _json(outcome: Outcome) -> object:
    """As the contracts write JSON: moments with the offset of the locality."""
    render = zone_of(outcome.locality).render
    tree = msgspec.to_builtins(outcome, enc_hook=lambda value: render(int(value)))
    return tree
