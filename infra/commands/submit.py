"""`oryn submit`: publishes a file of events. Owns its options, its progress and its summary."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.malformations import Malformations
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_options import KafkaOption, PrefixOption, SettingsOption
from infra.settings_services import kafka_client, schema_ids
from infra.submit import Figures, Following, Submission
from infra.submit_csv import TABLE_TYPES, TableForm
from infra.submit_input import STANDARD_INPUT, TABLE_SUFFIX, Input, open_input
from producers.client.outcomes import Mark, OutcomeReader, mark
from producers.client.publisher import Publisher, SpoolFull
from producers.client.settings import PublisherSettings
from producers.client.spool import Checkpoint
from schemas.errors import OrynError
from schemas.outputs import Outcome, OutcomeResult
from schemas.topic_offsets import TopicMissing, TopicUnavailable

FAILED: Final = 1
SPOOL_FILE: Final = "submit.db"
# Without --follow the mark is only a convenience for a later run with it.
MARK_TIMEOUT_S: Final = 2.0
COLOURS: Final = {OutcomeResult.ACCEPTED: "green", OutcomeResult.REJECTED: "red", OutcomeResult.DUPLICATE: "yellow"}


def command(  # noqa: PLR0913, PLR0917  # each option is a parameter
    file: Annotated[
        str | None,
        typer.Argument(help="Events file (JSON Lines) or table (.csv); - reads standard input. None: only the spool."),
    ] = None,
    type_name: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="The type of a table's events, e.g. PlaceReleased.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Who publishes, for a table without a column source.")] = None,
    locality: Annotated[str | None, typer.Option(help="KATO code, for a table without a column locality.")] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Show what becomes of each event, as it comes.")
    ] = False,
    keep_times: Annotated[
        bool,
        typer.Option(
            "--keep-times", help="Records carry the events' own times, in that order (replays; --clock records)."
        ),
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Send the whole file, even if it was sent before.")] = False,
    wait: Annotated[
        float | None,
        typer.Option(min=0, metavar="SECONDS", help="Leave when nothing has moved for so long; else as set (30)."),
    ] = None,
    spool: Annotated[
        Path | None, typer.Option(help="File that keeps what is not confirmed; else in the folder of settings.")
    ] = None,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first malformed line.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> int:
    """Publish the events of a file, each once, in the order of the file.

    What is read goes to a spool on this machine's disk first and leaves it when Kafka has confirmed it. So a run may be
    broken off at any moment, by Ctrl-C, a power cut or a network that is away: the same command goes on where it
    stopped. A malformed line is reported with its number and left out; the exit code is then 1. It is 1, too, if events
    stay in the spool or were refused.

    A file of events, and what was decided about each:

      oryn submit events.jsonl --follow

    A table that a kindergarten's office filled in:

      oryn submit places.csv --type PlaceReleased --locality 710000000 --source kindergarten/17

    What the spool still holds, after the network came back:

      oryn submit
    """
    loaded = load_settings(settings, {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix}).settings
    form = _table_form(file, type_name, source or loaded.publisher.source, locality, keep_times)
    given = None if file is None else open_input(file, form, keep_times=keep_times)
    out = Console()
    console = out if out.is_terminal else Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    malformed = Malformations(console, "standard input" if file == STANDARD_INPUT else file or "", strict=strict)
    with ExitStack() as stack:
        stack.enter_context(progress)
        patience = loaded.publisher.delivery_timeout_ms / 1_000 if wait is None else wait
        run = _Run(loaded, spool or loaded.spool / SPOOL_FILE, patience, progress, stack)
        try:
            if given is not None:
                run.send(given, malformed, out if follow else None, again=again)
            run.finish()
        except SpoolFull as exc:
            console.print(f"oryn: {exc}; the same command goes on from there", markup=False, highlight=False)
            run.failed = True
        finally:
            progress.stop()
            run.tell(console, malformed.count, quiet=quiet)
    return FAILED if malformed.count or run.failed or run.figures.waiting or run.figures.undecided else 0


def _table_form(
    file: str | None, type_name: str | None, source: str | None, locality: str | None, keep_times: bool
) -> TableForm | None:
    """What is said about a table; null for JSON Lines. Raises: BadParameter."""
    if type_name is None:
        if file is not None and file.lower().endswith(TABLE_SUFFIX):
            raise typer.BadParameter("a table holds events of one type: name it", param_hint="--type")
        if locality is not None:
            raise typer.BadParameter("only for a table", param_hint="--locality")
        return None
    if type_name not in TABLE_TYPES:
        raise typer.BadParameter(f"{type_name!r} is none of {', '.join(TABLE_TYPES)}", param_hint="--type")
    if file is None:
        raise typer.BadParameter("without a file there is no table", param_hint="--type")
    return TableForm(type_name, source, locality, None, keep_times)


class _Run:
    """The parts of one run, and what is drawn of it."""

    def __init__(self, settings: Settings, spool: Path, wait: float, progress: Progress, stack: ExitStack) -> None:
        self._prefix, self._wait, self._stack = settings.kafka.topic_prefix, wait, stack
        self._client, self._ids = kafka_client(settings), schema_ids(settings)
        publishing = PublisherSettings(
            client=self._client,
            spool=spool,
            source=settings.publisher.source,
            topic_prefix=self._prefix,
            submit_block_s=wait,
        )
        self._publisher = Publisher(publishing, self._ids, paused=True)
        stack.callback(self._publisher.close, 0)  # `finish` has waited as long as was wanted
        self._spool = spool
        self._at_start = self._publisher.pending
        self._submission: Submission | None = None
        self._progress = progress
        self._reading = progress.add_task("reading", total=None, visible=False)
        self._sending = progress.add_task("confirmed", total=None)
        self._deciding = progress.add_task("decided", total=None, visible=False)
        self.figures = Figures(waiting=self._at_start)
        self.failed = False

    def send(self, given: Input, malformed: Malformations, shown: Console | None, *, again: bool) -> None:
        """Accept the file's events and begin to send. `shown`: where outcomes go, if they are wanted."""
        name = None if given.checkpoint is None else f"{given.checkpoint} {self._prefix}".strip()
        before = self._publisher.checkpoint(name) if name is not None and not again else None
        here = self._marked(before, needed=shown is not None)
        checkpoint = None
        if name is not None:
            checkpoint = before or Checkpoint(name, 0, None if here is None else json.dumps(here))
            if before is None:
                self._publisher.put_checkpoint(checkpoint)
        following = None
        if shown is not None:
            following = Following(lambda: self._reader(here), lambda outcome: _show(shown, outcome))
            self._stack.callback(following.close)
            self._progress.update(self._deciding, visible=True)
        self._publisher.start()
        self._submission = Submission(self._publisher, checkpoint, following, malformed, self._draw)
        self.figures = self._submission.figures
        self._progress.update(self._reading, total=given.size, visible=given.size is not None)
        events = given.events(malformed, lambda count: self._progress.advance(self._reading, count))
        self._submission.feed(events)
        self._progress.update(self._reading, visible=False)

    def finish(self) -> None:
        """Wait for the brokers, and for the outcomes if they are wanted."""
        self._publisher.start()
        submission = self._submission or Submission(self._publisher, None, None, _no_line, self._draw)
        self.figures = submission.figures
        submission.finish(self._wait)

    def tell(self, console: Console, malformed: int, *, quiet: bool) -> None:
        """Say what was done, and what is left to do."""
        figures = self.figures
        figures.waiting = self._publisher.pending
        refused = self._publisher.refused()
        for event in refused:
            text = f"refused: {event.type} {event.event_id} of {event.source}: {event.error}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)
        self.failed = self.failed or bool(refused)
        if figures.waiting:
            why = f" ({self._publisher.trouble})" if self._publisher.trouble else ""
            text = f"{figures.waiting:,} events wait in {self._spool}{why}; send them with: oryn submit"
            console.print(text, markup=False, highlight=False, soft_wrap=True)
        if figures.before and not figures.accepted and not quiet:
            console.print("the whole file was accepted before; --again sends it again, under the same ids")
        if quiet:
            return
        table = Table(title="Published", show_header=False, title_justify="left")
        rows = [
            ("accepted", figures.accepted),
            ("accepted before", figures.before),
            ("malformed lines", malformed),
            ("confirmed", self._at_start + figures.accepted - figures.waiting),
            ("waiting in the spool", figures.waiting),
            ("refused by the brokers", len(refused)),
        ]
        if figures.decided or figures.undecided:
            rows += [(f"decided: {result.value.lower()}", figures.decided[result]) for result in OutcomeResult]
            rows.append(("not decided yet", figures.undecided))
        for name, value in rows:
            table.add_row(name, f"{value:,}")
        console.print(table)

    def _marked(self, before: Checkpoint | None, *, needed: bool) -> Mark | None:
        """Where the outcomes of this file begin. Before anything is sent: nothing can be missed then."""
        if before is not None:
            # JSON has no numbers as keys.
            return None if before.mark is None else {int(each): at for each, at in json.loads(before.mark).items()}
        if needed:
            return mark(self._client, self._prefix, self._wait)
        try:
            return mark(self._client, self._prefix, MARK_TIMEOUT_S)
        except (TopicUnavailable, TopicMissing):
            return None  # whoever asks for the outcomes later reads all that there are

    def _reader(self, start: Mark | None) -> OutcomeReader:
        return OutcomeReader(self._client, topic_prefix=self._prefix, start=start, ids=self._ids)

    def _draw(self, figures: Figures) -> None:
        total = self._at_start + figures.accepted
        self._progress.update(self._sending, total=total, completed=total - figures.waiting)
        decided = sum(figures.decided.values())
        self._progress.update(self._deciding, total=decided + figures.undecided, completed=decided)


def _show(console: Console, outcome: Outcome) -> None:
    """One line for one outcome."""
    result = outcome.result
    words = f"[{COLOURS[result]}]{result.value.lower():<9}[/]"
    more = {
        OutcomeResult.ACCEPTED: f"number {outcome.number}" if outcome.number else "",
        OutcomeResult.REJECTED: f"{outcome.reason}: {outcome.detail}",
        OutcomeResult.DUPLICATE: f"of record {outcome.first_sequence}",
    }[result]
    console.print(words, end=" ")
    text = f"{outcome.type} {outcome.event_id} record {outcome.sequence} {more}".rstrip()
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _no_line(line: int, text: str) -> None:
    raise OrynError(f"line {line}: {text}")
