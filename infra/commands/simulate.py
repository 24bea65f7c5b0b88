"""`oryn simulate`: decides a file of events in this process. Owns its options, its progress and its summary."""

import gc
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.events_file import read_events
from infra.malformations import Malformations
from infra.output import written
from infra.packs import PackChoice, parse_packs
from schemas.events import Event
from schemas.instants import Instant, parse_instant
from schemas.journal import JournalCodec, Record
from schemas.zones import zone_of
from streams.rules.book import Book
from streams.rules.pack import PACKS
from streams.rules.simulate import simulate_book
from streams.rules.view import QueueView, view_queues

PROGRESS_EVENTS = 2_000


def command(
    events: Annotated[str, typer.Argument(help="Events file (JSON Lines, in any order); - reads standard input.")],
    journal: Annotated[str, typer.Option(help="Where the journal goes; - is standard output.")],
    until: Annotated[
        str | None, typer.Option(help="Let time run to this moment (ISO 8601 with offset); later events stay out.")
    ] = None,
    pack: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Rule pack ({', '.join(PACKS)}; kz-2020 unless said). Again with @DATE for one in force from a local "
            "date on, with LOCALITY: before it for one locality: 710000000:kz-2020-immediate@2022-01-01."
        ),
    ] = None,
    state: Annotated[Path | None, typer.Option(help="Write final orders, accesses and places here, as JSON.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first malformed line.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> int:
    """Decide a whole events file by the rules and write the journal, record by record.

    Every event gets exactly one record; timers (bulletins, openings, deadlines) get theirs in between. A malformed
    line is reported with its number and left out; the exit code is then 1. Needs no service.

      oryn campaign village | oryn simulate - --journal journal.jsonl --state state.json
    """
    console = Console(stderr=True)
    packs, moment = parse_packs(pack or []), _moment(until)
    malformed = Malformations(console, "standard input" if events == "-" else events, strict=strict)
    started = time.perf_counter()
    # Nothing here is freed before the end, so looking for garbage over and over would only cost time.
    gc.disable()
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    try:
        if events != "-":  # whoever writes into the pipe may draw its own progress
            progress.start()
        by_locality = _read(events, malformed, progress)
        left_out = _leave_out(by_locality, moment)
        progress.start()
        read = time.perf_counter()
        run = _Run(packs, moment, progress)
        with written(None if journal == "-" else Path(journal)) as out:
            run.decide(by_locality, out)
    finally:
        progress.stop()
    if state is not None:
        with written(state) as out:
            out.write(msgspec.json.format(msgspec.json.encode(run.views), indent=1) + b"\n")
    if not quiet:
        run.summarise(console, malformed.count, left_out, read - started, time.perf_counter() - read)
    return 1 if malformed.count else 0


def _moment(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        return parse_instant(text)
    except (ValueError, OverflowError) as exc:
        raise typer.BadParameter(f"{text!r} is no moment like 2021-09-01T00:00:00+06:00", param_hint="--until") from exc


def _read(name: str, malformed: Malformations, progress: Progress) -> dict[str, list[Event]]:
    path = Path(name)
    size = None
    stream: BinaryIO = sys.stdin.buffer
    if name != "-":
        try:
            size = path.stat().st_size
            stream = path.open("rb")
        except OSError as exc:
            raise typer.BadParameter(f"cannot read {name}: {exc.strerror}", param_hint="EVENTS") from exc
    task = progress.add_task("reading", total=size)
    by_locality: dict[str, list[Event]] = {}
    for event in read_events(stream, malformed, lambda count: progress.advance(task, count)):
        by_locality.setdefault(event.locality, []).append(event)
    progress.remove_task(task)
    return by_locality


def _leave_out(by_locality: dict[str, list[Event]], until: Instant | None) -> int:
    if until is None:
        return 0
    left_out = 0
    for locality, events in by_locality.items():
        kept = [event for event in events if event.time <= until]
        left_out += len(events) - len(kept)
        by_locality[locality] = kept
    return left_out


class _Run:
    """One simulation: books one after the other, their records to a stream, and what the summary counts."""

    def __init__(self, packs: PackChoice, until: Instant | None, progress: Progress) -> None:
        self._packs, self._until, self._progress = packs, until, progress
        self.views: dict[str, dict[str, dict[str, QueueView]]] = {}
        self._heads: dict[str, tuple[int, str]] = {}
        self._facts: Counter[type] = Counter()
        self._events = self._records = 0

    def decide(self, by_locality: dict[str, list[Event]], out: BinaryIO) -> None:
        """Decide all events, locality by locality."""
        self._events = sum(len(events) for events in by_locality.values())
        task = self._progress.add_task("deciding", total=self._events)
        for locality in sorted(by_locality):
            book = Book(locality, self._packs.of(locality))
            codec = JournalCodec(zone_of(locality).render)
            done = 0
            for record in simulate_book(book, by_locality.pop(locality), self._until):
                out.write(codec.line(record) + b"\n")
                self._count(record)
                if record.cause.type is not None:
                    done += 1
                    if done % PROGRESS_EVENTS == 0:
                        self._progress.advance(task, PROGRESS_EVENTS)
            self._progress.advance(task, done % PROGRESS_EVENTS)
            self.views[locality] = {"queues": view_queues(book)}
            self._heads[locality] = (book.sequence, book.hash)

    def _count(self, record: Record) -> None:
        self._records += 1
        facts = self._facts
        for fact in record.facts:
            facts[type(fact)] += 1

    def summarise(self, console: Console, malformed: int, left_out: int, reading: float, deciding: float) -> None:
        """Say what was decided, in a table."""
        facts = Counter({kind.__name__: count for kind, count in self._facts.items()})
        table = Table(title="Simulation", show_header=False, title_justify="left")
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")  # a hash is worth nothing cut short
        for name, value in (
            ("localities", len(self._heads)),
            ("events decided", self._events),
            ("  rejected", facts["Rejected"]),
            ("  repeated", facts["Duplicate"]),
            ("malformed lines", malformed),
            ("events after --until", left_out),
            ("records", self._records),
            ("applications", facts["ApplicationRegistered"]),
            ("places released", facts["PlaceReleased"]),
            ("bulletins", facts["BulletinIssued"]),
            ("accesses", facts["AccessGranted"]),
            ("referrals", facts["ReferralIssued"]),
            ("places filled", facts["PlaceFilled"]),
        ):
            table.add_row(name, f"{value:,}")
        table.add_row("seconds reading", f"{reading:.1f}")
        table.add_row("seconds deciding", f"{deciding:.1f}")
        table.add_row("events decided a second", f"{self._events / max(deciding, 1e-9):,.0f}")
        if len(self._heads) == 1:
            table.add_row("head hash", next(iter(self._heads.values()))[1])
        console.print(table)
