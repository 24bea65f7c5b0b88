"""`oryn verify`: checks a journal with the independent reader. Owns its options, its progress and its table."""

import gc
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumers.history.texts import Language, language_of
from consumers.verification import texts
from consumers.verification.bulletins import Published, read_published
from consumers.verification.inputs import InputLedger
from consumers.verification.published_chain import check_chains
from consumers.verification.verify import Options, Report, verify, verify_topic
from infra.input_check import check_inputs
from infra.journal_source import HELP, JournalSource, LiveJournal, shown_progress
from infra.settings_options import KafkaOption, PrefixOption, SettingsOption
from schemas.errors import Malformed

BROKEN = 1
USAGE = 2
FINDINGS_MAX = 1000
BUFFER_BYTES = 1 << 20
GARBAGE_OBJECTS = 200_000
HEAD_PATTERN = re.compile(r"(?:([0-9]{9})=)?([0-9a-f]{64})")


def command(  # noqa: PLR0913, PLR0917  # one for each option
    journal: Annotated[
        str | None, typer.Argument(help=f"{HELP} Without one: the published bulletins by themselves.")
    ] = None,
    bulletins: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder of published bulletins (*.json, *.jsonl): each must be in the journal.",
        ),
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LOCALITY=HASH",
            help="The hash that a locality's journal must end with; repeatable. A bare hash for a single locality.",
        ),
    ] = None,
    locality: Annotated[list[str] | None, typer.Option(help="Check only this locality; repeatable.")] = None,
    every: Annotated[
        int,
        typer.Option("--all", min=1, max=FINDINGS_MAX, help="Name up to so many broken records, not only the first."),
    ] = 1,
    lang: Annotated[
        Language | None, typer.Option(help="The report's language; by default that of LC_ALL or LANG, else English.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no table, only what is broken.")
    ] = False,
    inputs: Annotated[
        bool, typer.Option("--inputs", help="Of a live journal: has each event of the input topics one outcome?")
    ] = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Check a journal: every hash, every bulletin, and every decision against the rules, from the facts alone.

    Names the first broken record: locality, sequence, line, what is wrong and which rule it breaks. Exit code 1: the
    journal is broken or cut off. Shares no code with what decides. Of the live topic, read to the end that it has now,
    the keys, partitions and offsets are checked as well.

    Without a journal, whoever has nothing but the published bulletins can check their chain.

      oryn verify --bulletins published/

      oryn verify journal.jsonl --head 710000000=HASH --bulletins published/

      oryn verify kafka:
    """
    language = lang or language_of(os.environ)
    heads, bare, wrong = _heads(head or [])
    if wrong:
        return _complain(f"--head {wrong}: expected LOCALITY=HASH or HASH, with 64 hexadecimal digits", USAGE)
    try:
        published = None if bulletins is None else read_published(bulletins)
    except Malformed as exc:
        return _complain(str(exc), BROKEN)
    if journal is None:
        if published is None or heads or bare or locality or inputs:
            return _complain("name a journal; without one only --bulletins can be checked", USAGE)
        return _chains(published, language, quiet=quiet)
    source = JournalSource(journal, settings, kafka, prefix).check("JOURNAL")
    if inputs and (locality or not source.live):
        return _complain("--inputs: only for a whole live journal (kafka:)", USAGE)
    ledger = InputLedger() if inputs else None
    options = Options(heads, bare, published, frozenset(locality or ()), every, inputs=ledger)
    started = time.perf_counter()
    # What is alive lives long: looking for garbage among it over and over would only cost time.
    gc.set_threshold(GARBAGE_OBJECTS)
    try:
        report = _check(source, options, language, quiet=quiet)
    except OSError as exc:
        return _complain(f"{journal}: {exc.strerror or exc}", BROKEN)
    _show(report, language, options, time.perf_counter() - started, quiet=quiet)
    return 0 if report.holds else BROKEN


def _chains(published: Published, language: Language, *, quiet: bool) -> int:
    """Check bulletins by themselves and tell."""
    chains, findings = check_chains(published)
    console = Console(width=None if sys.stdout.isatty() else 240)
    if not quiet:
        table = Table()
        table.add_column(texts.word(language, "locality"), no_wrap=True)
        for name in ("bulletins", "first_number", "last_number"):
            table.add_column(texts.word(language, name), justify="right")
        table.add_column(texts.word(language, "until"), no_wrap=True)
        table.add_column(texts.word(language, "last"), overflow="fold")
        for each in chains:
            table.add_row(each.locality, f"{each.count:,}", str(each.first), str(each.last), each.until, each.head)
        console.print(table)
    for finding in findings:
        heading = texts.word(language, "bulletins_of", locality=finding.locality)
        console.print(Text(heading, style="bold red"), soft_wrap=True)
        rule = texts.word(language, "rule", rule=finding.rule)
        console.print(Text(f"  {texts.what(language, finding)} ({rule})"), soft_wrap=True)
    if not quiet or findings:
        verdict = texts.word(language, "chain_broken" if findings else "chain_holds")
        console.print(Text(verdict, style="bold red" if findings else "bold green"))
    if not quiet and not findings:
        console.print(Text(texts.word(language, "chain_note"), style="dim"), soft_wrap=True)
    return BROKEN if findings else 0


def _heads(given: list[str]) -> tuple[dict[str, str], str | None, str | None]:
    """(head by locality, the bare head, what is neither)."""
    heads: dict[str, str] = {}
    bare: str | None = None
    for each in given:
        match = HEAD_PATTERN.fullmatch(each)
        if match is None or (match[1] is None and bare is not None) or match[1] in heads:
            return {}, None, each
        if match[1] is None:
            bare = match[2]
        else:
            heads[match[1]] = match[2]
    return heads, bare, None


def _check(source: JournalSource, options: Options, language: Language, *, quiet: bool) -> Report:
    with shown_progress(source, texts.word(language, "progress"), quiet=quiet) as shown:
        if source.live:
            with LiveJournal(source, localities=options.localities, report=shown) as live:
                report = verify_topic(live.records(), live.reading.partition_count, live.schema_of, options)
                if options.inputs is not None and report.holds:
                    report.findings += check_inputs(
                        live.client, live.settings, options.inputs, options.findings_max, shown
                    )
                return report
        with _opened(source) as (file, size):
            return verify(file, options, None if shown is None else lambda _, done: shown(done, size))


@contextmanager
def _opened(source: JournalSource) -> Iterator[tuple[BinaryIO, int | None]]:
    if source.standard_input:
        yield sys.stdin.buffer, None
        return
    path = Path(source.text)
    with path.open("rb", buffering=BUFFER_BYTES) as file:
        yield file, path.stat().st_size or None


def _show(report: Report, language: Language, options: Options, seconds: float, *, quiet: bool) -> None:
    # Wide enough where nobody looks at it: a hash that is cut is of no use to whoever pipes the table on.
    console = Console(width=None if sys.stdout.isatty() else 240)
    if not quiet:
        _table(console, report, language)
        speed = round(report.records / seconds) if seconds else report.records
        console.print(
            texts.word(
                language,
                "read",
                records=f"{report.records:,}",
                bytes=f"{report.bytes:,}",
                seconds=f"{seconds:.1f}",
                speed=f"{speed:,}",
            ),
            highlight=False,
        )
        if options.published is not None:
            console.print(texts.word(language, "compared", count=report.bulletins_compared), highlight=False)
        if options.inputs is not None:
            counts = {name: f"{getattr(options.inputs.counts, name):,}" for name in ("decided", "dead", "waiting")}
            console.print(texts.word(language, "inputs", **counts), highlight=False)
    for index, finding in enumerate(report.findings):
        title = texts.word(language, "first") if not index else ""
        heading = f"{title}: {texts.where(language, finding)}" if title else texts.where(language, finding)
        console.print(Text(heading, style="bold red"), soft_wrap=True)
        rule = texts.word(language, "rule", rule=finding.rule)
        console.print(Text(f"  {texts.what(language, finding)} ({rule})"), soft_wrap=True)
    if not quiet or report.findings:
        verdict = texts.word(language, "holds" if report.holds else "broken")
        console.print(Text(verdict, style="bold green" if report.holds else "bold red"))
    if report.holds and not quiet:
        console.print(Text(texts.word(language, "publish"), style="dim"), soft_wrap=True)


def _table(console: Console, report: Report, language: Language) -> None:
    table = Table()
    names = ("records", "applications", "places", "referrals", "bulletins")
    table.add_column(texts.word(language, "locality"), no_wrap=True)
    for name in names:
        table.add_column(texts.word(language, name), justify="right")
    table.add_column(texts.word(language, "until"), no_wrap=True)
    table.add_column(texts.word(language, "last"), overflow="fold")
    table.add_column(texts.word(language, "head"), overflow="fold")
    rows = sorted(report.localities.values(), key=lambda each: each.locality)
    for each in rows:
        counts = (each.records, each.applications, each.places, each.referrals, each.bulletins)
        last = f"{each.last_bulletin} {each.last_bulletin_hash}" if each.last_bulletin else ""
        table.add_row(each.locality, *(f"{count:,}" for count in counts), each.until, last, each.head)
    if len(rows) > 1:
        totals = [sum(getattr(each, name) for each in rows) for name in names]
        table.add_section()
        table.add_row(f"Σ {len(rows)}", *(f"{total:,}" for total in totals), "", "", "")
    console.print(table)


def _complain(said: str, code: int) -> int:
    typer.echo(f"oryn: {said}", err=True)
    return code
