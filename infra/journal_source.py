"""Where a command reads a journal: a file, standard input, or the live topic; as lines of a journal file in any case.

Owns the way in which a journal is named on the command line, and the progress shown while one is read. Never checks
what it reads, and never writes to a cluster.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import typer
from confluent_kafka import Message
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from consumers.verification.topic import LogRecord
from consumers.verification.wire import SchemaOf, Wire
from infra.settings_layers import load_settings
from infra.settings_services import kafka_client, schema_ids
from schemas.errors import BrokenJournal, Malformed
from schemas.topic_offsets import TopicMissing, TopicUnavailable
from schemas.topic_reading import Limits, Start, TopicReading

LIVE: Final = "kafka:"
JOURNAL_TOPIC: Final = "journal"
HELP: Final = f"Journal file; - is standard input, {LIVE} the live topic ({LIVE}TOPIC one of another name)."
BUFFER_BYTES: Final = 1 << 20
PROGRESS_LINES: Final = 5_000
# Somebody waits at the terminal: brokers that are away are reported soon.
LIMITS: Final = Limits(silence_s=15)
Report = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class JournalSource:
    """A journal as the command line names it: a path, standard input, or a topic. Settings are read for a topic only.

    `settings`, `kafka`, `prefix`: what the options of that name gave.
    """

    text: str
    settings: Path | None = None
    kafka: str | None = None
    prefix: str | None = None

    @property
    def live(self) -> bool:
        """Whether it is a topic."""
        return self.text.startswith(LIVE)

    @property
    def standard_input(self) -> bool:
        """Whether it is standard input."""
        return self.text == "-"

    def check(self, option: str) -> "JournalSource":
        """Itself. Raises: typer.BadParameter when it is a path that leads to no file."""
        path = Path(self.text)
        if not self.live and not self.standard_input and not path.is_file() and not path.is_fifo():
            raise typer.BadParameter(f"{self.text}: there is no such file", param_hint=option)
        return self


class LiveJournal:
    """The journal's topic, read once. A context manager."""

    def __init__(
        self,
        source: JournalSource,
        *,
        localities: Iterable[str] = (),
        start: Start | None = None,
        follow: bool = False,
        report: Report | None = None,
    ) -> None:
        """Ask where the topic ends. `localities`: read their partitions only. Raises: as `TopicReading`."""
        settings = load_settings(
            source.settings, {"kafka.bootstrap": source.kafka, "kafka.topic_prefix": source.prefix}
        ).settings
        # Without a name of its own, the topic of this environment.
        self.topic = source.text.removeprefix(LIVE) or settings.topic(JOURNAL_TOPIC)
        self.schema_of: SchemaOf = schema_ids(settings).schema_of
        self.settings = settings
        self.client: dict[str, str] = kafka_client(settings)
        keys = [each.encode() for each in localities] or None
        try:
            self.reading = TopicReading(
                self.client, self.topic, keys=keys, start=start, follow=follow, progress=report, limits=LIMITS
            )
        except TopicMissing as exc:
            raise TopicMissing(f"{exc}; `oryn topics apply` makes what is missing") from exc
        except TopicUnavailable as exc:
            raise TopicUnavailable(f"Kafka at {self.client['bootstrap.servers']}: {exc}") from exc

    def __enter__(self) -> "LiveJournal":
        return self

    def __exit__(self, *_: object) -> None:
        self.reading.close()

    def records(self) -> Iterator[LogRecord]:
        """The records as they stand in the log. Raises: as `TopicReading.batches`."""
        for batch in self.reading.batches():
            yield from log_records(batch)

    def lines(self) -> Iterator[bytes]:
        """The records as lines of a journal file, without line breaks. Raises: BrokenJournal for what is none."""
        wire = Wire(self.schema_of)
        for record in self.records():
            yield line_of(wire, record, self.topic)


def log_records(batch: Iterable[Message]) -> Iterator[LogRecord]:
    """Messages of the client as records of the log."""
    for message in batch:
        partition, offset = message.partition(), message.offset()
        assert partition is not None
        assert offset is not None
        yield LogRecord(partition, offset, message.key(), message.value())


def line_of(wire: Wire, record: LogRecord, topic: str) -> bytes:
    """The line of a record. Raises: BrokenJournal that names where it stands."""
    try:
        return wire.line(record.value)
    except Malformed as exc:
        raise BrokenJournal(f"{topic}/{record.partition}, offset {record.offset}: not a journal record: {exc}") from exc


@contextmanager
def journal_lines(
    source: JournalSource, *, localities: Iterable[str] = (), report: Report | None = None
) -> Iterator[Iterator[bytes]]:
    """The lines of any journal, in its order, without line breaks; of a topic, those of the partitions of `localities`.

    `report(done, total)` is called now and then: bytes of a file (total none if unknown), records of a topic.
    Raises: OSError, BrokenJournal, and as `TopicReading`.
    """
    if source.live:
        with LiveJournal(source, localities=localities, report=report) as live:
            yield live.lines()
    elif source.standard_input:
        yield _counted(sys.stdin.buffer, None, report)
    else:
        path = Path(source.text)
        with path.open("rb", buffering=BUFFER_BYTES) as file:
            yield _counted(file, path.stat().st_size, report)


def _counted(file: Iterable[bytes], total: int | None, report: Report | None) -> Iterator[bytes]:
    done = 0
    for number, line in enumerate(file, start=1):
        done += len(line)
        yield line.rstrip(b"\n")
        if report is not None and number % PROGRESS_LINES == 0:
            report(done, total)


@contextmanager
def journal_file(source: JournalSource, text: str, *, localities: Iterable[str] = ()) -> Iterator[Path]:
    """A journal as a file that can be read more than once; what is none is copied to a temporary one, with progress.

    Raises: as `journal_lines`.
    """
    if not source.live and not source.standard_input:
        Path(source.text).open("rb").close()
        yield Path(source.text)
        return
    with NamedTemporaryFile(prefix="oryn-journal-", suffix=".jsonl", buffering=BUFFER_BYTES) as copy:
        with (
            shown_progress(source, text) as shown,
            journal_lines(source, localities=localities, report=shown) as lines,
        ):
            copy.writelines(line + b"\n" for line in lines)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def shown_progress(source: JournalSource, text: str, *, quiet: bool = False) -> Iterator[Report | None]:
    """A bar on the terminal while a journal is read; none where nobody looks."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    count = MofNCompleteColumn() if source.live else DownloadColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(text, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
