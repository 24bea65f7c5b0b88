"""`oryn why`: the history of an application, the match run of a place, in the reader's language. Only wires."""

import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from consumers.history.answer import LIMIT_DEFAULT, BadTime, why
from consumers.history.journal_file import AmbiguousSubject, JournalFile, Kind, UnknownSubject
from consumers.history.rendering import lines, show, to_json
from consumers.history.report import Report
from consumers.history.texts import Language, Texts, language_of
from infra.journal_source import HELP, JournalSource, journal_file, shown_progress
from infra.settings_options import KafkaOption, PrefixOption, SettingsOption
from schemas.errors import BrokenJournal
from schemas.zones import zone_of

FAILED = 1
USAGE = 2
LIMIT_MAX = 10_000_000


def command(  # noqa: PLR0913, PLR0917  # one for each option
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT", help="The id of an application, a place, an organisation or a queue (general/2018)."
        ),
    ],
    journal: Annotated[str, typer.Option(help=HELP, show_default=False)],
    locality: Annotated[str | None, typer.Option(help="The KATO code, where several localities know the id.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="What the id means, where it means several things.")] = None,
    lang: Annotated[
        Language | None, typer.Option(help="The answer's language; by default that of LC_ALL or LANG, else English.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Write one JSON document with everything.")] = False,
    at: Annotated[
        str | None,
        typer.Option(help="Only what was known then: ISO 8601; without an offset in local time; a date: its end."),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=LIMIT_MAX, help="Records named for one cause, and applications of one order.")
    ] = LIMIT_DEFAULT,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Explain an application or a place: what happened, why, and which records of the journal prove it.

    An application: every queue number it had and what changed it, and what comes next. A place: who was eligible in
    which order at each opening and each choice, who had access, and who got it. Exit code 1: nothing has this id, or
    the journal contradicts itself.
    """
    language = lang or language_of(os.environ)
    texts = Texts(language, zone_of(locality or ""))
    source = JournalSource(journal, settings, kafka, prefix)
    localities = () if locality is None else (locality,)
    try:
        with (
            journal_file(source, texts.word("progress"), localities=localities) as path,
            shown_progress(JournalSource(str(path)), texts.word("progress")) as shown,
        ):
            report = why(JournalFile(path, shown), subject, locality, kind, at, limit)
    except BadTime as exc:
        return _complain(texts.word("error-time", text=str(exc)), USAGE)
    except UnknownSubject as exc:
        said = texts.word("error-unknown", id=exc.subject)
        hint = texts.word("error-hint", ids=", ".join(exc.hints)) if exc.hints else ""
        return _complain(f"{said} {hint}".rstrip(), FAILED)
    except AmbiguousSubject as exc:
        rows = [texts.word("error-ambiguous", id=exc.subject)]
        rows += [
            "  " + texts.word("error-candidate", kind=each.kind.value, locality=each.locality)
            for each in exc.candidates
        ]
        return _complain("\n".join(rows), FAILED)
    except BrokenJournal as exc:
        return _complain(texts.word("error-broken", problem=str(exc), journal=journal), FAILED)
    except OSError as exc:
        return _complain(texts.word("error-file", problem=exc.strerror or str(exc), journal=journal), FAILED)
    _write(report, language, json)
    return 0


def _write(report: Report, language: Language, json: bool) -> None:
    zone = zone_of(report.locality)
    texts = Texts(language, zone)
    console = Console()
    if json:
        sys.stdout.buffer.write(to_json(report, texts, zone) + b"\n")
    elif console.is_terminal:
        show(report, texts, zone, console)
    else:
        for line in lines(report, texts, zone):
            sys.stdout.buffer.write(line.encode() + b"\n")  # UTF-8 whatever the locale: the words need it


def _complain(said: str, code: int) -> int:
    typer.echo(f"oryn: {said}", err=True)
    return code
