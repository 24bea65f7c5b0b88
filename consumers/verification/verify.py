"""Reads a journal from its first byte to its last and says whether it holds. Owns the order of checks and the summary.

Memory is bounded by what is alive and by the longest line; nothing of the past is kept but ids.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from consumers.verification.bulletins import Published
from consumers.verification.chain import Chain
from consumers.verification.findings import Broken, Finding
from consumers.verification.form import FORM, LOCALITY_PATTERN, Row, moments_of, read_row
from consumers.verification.inputs import InputLedger
from consumers.verification.locality import LocalityRules
from consumers.verification.shapes import BulletinIssued
from consumers.verification.tables import TABLES, PackTable
from consumers.verification.topic import Entry, LogRecord, LogRules, entries_of
from consumers.verification.wire import SchemaOf

# The bulletin of a city's 24,297 places is about ten million bytes; what is longer than this is no record.
LINE_BYTES_MAX = 64 * 1024 * 1024
SKIP_BYTES = 1024 * 1024
PROGRESS_LINES = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Options:
    """What to check. `heads`: locality to the hash that its journal must end with (or contain no more after).

    `findings_max`: how many broken records to look for before stopping. `inputs`: of a topic, who notes which events
    were decided.
    """

    heads: dict[str, str] = field(default_factory=dict)
    head: str | None = None
    published: Published | None = None
    localities: frozenset[str] = frozenset()
    findings_max: int = 1
    tables: dict[str, PackTable] = field(default_factory=lambda: TABLES)
    rules: bool = True
    inputs: InputLedger | None = None


@dataclass(slots=True)
class LocalitySummary:
    """What was read of one locality."""

    locality: str
    records: int = 0
    applications: int = 0
    places: int = 0
    referrals: int = 0
    bulletins: int = 0
    head: str = ""
    last_bulletin: int = 0
    last_bulletin_hash: str = ""
    until: str = ""


@dataclass(slots=True)
class Report:
    """The outcome. `findings` is empty when the journal holds."""

    findings: list[Finding] = field(default_factory=list)
    localities: dict[str, LocalitySummary] = field(default_factory=dict)
    records: int = 0
    bytes: int = 0
    bulletins_compared: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing broken was found."""
        return not self.findings


class _Locality:
    def __init__(self, locality: str) -> None:
        self.chain = Chain(locality)
        self.rules: LocalityRules | None = None
        self.judged = True
        self.summary = LocalitySummary(locality)
        self.last: LogRecord | None = None


def verify(source: BinaryIO, options: Options | None = None, progress: Progress | None = None) -> Report:
    """Check a whole journal. `progress` is called now and then with (records, bytes). Raises: OSError of the source."""
    return _Run(options or Options(), progress).read(_lines(source))


def verify_topic(
    records: Iterable[LogRecord],
    partitions: int,
    schema_of: SchemaOf,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check the journal's topic: the committed records of all its `partitions`, each partition's in order.

    Raises: as `schema_of`, but for Malformed, which is a finding; and whatever `records` raises.
    """
    return _Run(options or Options(), progress, LogRules(partitions)).read(entries_of(records, schema_of))


class _Run:
    def __init__(self, options: Options, progress: Progress | None, log: LogRules | None = None) -> None:
        self._options = options
        self._progress = progress
        self._log = log
        self._known: dict[str, _Locality] = {}
        self._report = Report()

    def read(self, entries: Iterable[Entry]) -> Report:
        report, enough = self._report, False
        for entry in entries:
            report.bytes += entry.length
            self._entry(entry)
            if self._progress is not None and entry.number % PROGRESS_LINES == 0:
                self._progress(report.records, report.bytes)
            if len(report.findings) >= self._options.findings_max:
                enough = True
                break
        for name, known in sorted(self._known.items()):
            known.summary.head = known.chain.hash
            known.summary.until = known.chain.day() if known.chain.time else ""
            report.localities[name] = known.summary
        if not enough:
            self._ends()
        return report

    def _entry(self, entry: Entry) -> None:
        locality, sequence = "", 0
        try:
            if isinstance(entry.line, Broken):
                raise entry.line
            row = read_row(entry.line, entry.number)
            locality, sequence = row.shape.locality, row.shape.sequence
            self._record(row, entry.log)
        except Broken as broken:
            self._find(entry.number, locality, sequence, broken, entry.log)

    def _record(self, row: Row, log: LogRecord | None) -> None:
        locality = row.shape.locality
        known = self._known.get(locality)
        if known is None:
            if not LOCALITY_PATTERN.fullmatch(locality):
                raise Broken(FORM, "the locality {locality!r} is not a 9-digit KATO code", locality=locality[:64])
            if self._options.localities and locality not in self._options.localities:
                return
            known = self._known[locality] = _Locality(locality)
        self._report.records += 1
        known.summary.records += 1
        known.last = log
        try:
            known.chain.take(row)
            if self._log is not None and log is not None:
                self._log.check(log, row.shape)
                if self._options.inputs is not None:
                    self._options.inputs.decided(row.shape.cause, log)
            if self._options.rules and known.judged:
                self._judge(known, row)
        except Broken:
            # The account stands on no firm ground any more: the rest of this locality is read for its chain only.
            known.judged = False
            raise
        finally:
            self._count(known.summary, row)
        self._published(row)

    def _judge(self, known: _Locality, row: Row) -> None:
        table = self._options.tables.get(row.shape.pack)
        if table is None:
            raise Broken("R8.2", "this reader knows no rule pack {pack!r}", pack=row.shape.pack[:64])
        if known.rules is None:
            known.rules = LocalityRules(row.shape.locality, moments_of(row.shape.locality), table)
        known.rules.take(row, table)

    def _published(self, row: Row) -> None:
        published = self._options.published
        if published is None:
            return
        for fact in row.shape.facts:
            if isinstance(fact, BulletinIssued):
                published.check(row.shape.locality, fact.number, fact.bulletin_hash)
                self._report.bulletins_compared += 1

    @staticmethod
    def _count(summary: LocalitySummary, row: Row) -> None:
        for fact in row.shape.facts:
            kind = type(fact).__name__
            if kind == "ApplicationRegistered":
                summary.applications += 1
            elif kind == "PlaceReleased":
                summary.places += 1
            elif kind == "ReferralIssued":
                summary.referrals += 1
            elif isinstance(fact, BulletinIssued):
                summary.bulletins += 1
                summary.last_bulletin, summary.last_bulletin_hash = fact.number, fact.bulletin_hash

    def _find(self, line: int, locality: str, sequence: int, broken: Broken, log: LogRecord | None = None) -> None:
        partition, offset = (None, None) if log is None else (log.partition, log.offset)
        finding = Finding(line, locality, sequence, broken.rule, broken.template, broken.values, partition, offset)
        self._report.findings.append(finding)

    def _find_end(self, locality: str, broken: Broken) -> None:
        """A fault that only the end of a locality's journal shows: it stands at its last record."""
        known = self._known.get(locality)
        if known is None:
            self._find(0, locality, 0, broken)
        else:
            self._find(known.chain.last_line, locality, known.chain.sequence, broken, known.last)

    def _ends(self) -> None:
        """What only the end of the journal can show: an empty one, or one that was cut off."""
        if not self._report.records:
            self._find(0, "", 0, Broken(FORM, "the journal holds no record"))
            return
        heads = dict(self._options.heads)
        if self._options.head is not None:
            if len(self._known) == 1:
                heads[next(iter(self._known))] = self._options.head
            else:
                self._find(0, "", 0, Broken("R8.1", "a head without its locality needs a journal of one locality"))
        for locality, expected in sorted(heads.items()):
            known = self._known.get(locality)
            if known is None:
                self._find_end(locality, Broken("R8.1", "the journal holds nothing of this locality"))
            elif known.chain.hash != expected:
                ends = Broken("R8.1", "the journal ends here, not with the record {expected}", expected=expected)
                self._find_end(locality, ends)
        if self._options.published is not None:
            for locality, number in self._options.published.missing():
                if self._options.localities and locality not in self._options.localities:
                    continue
                lacks = Broken(
                    "R8.1", "bulletin {number} was published, and the journal does not hold it", number=number
                )
                self._find_end(locality, lacks)


def _lines(source: BinaryIO) -> Iterator[Entry]:
    """The lines of a file without their breaks, numbered from 1; one that is too long is skipped in pieces."""
    number = 0
    while line := source.readline(LINE_BYTES_MAX + 1):
        number += 1
        length = len(line)
        if line.endswith(b"\n"):
            yield Entry(number, line[:-1], length)
        elif length <= LINE_BYTES_MAX:
            yield Entry(number, line, length)
        else:
            while line and not line.endswith(b"\n"):
                line = source.readline(SKIP_BYTES)
                length += len(line)
            yield Entry(number, Broken(FORM, "longer than {most} bytes", most=LINE_BYTES_MAX), length)
