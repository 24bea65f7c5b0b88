"""The root of the `oryn` command: its help, its table of commands, its exit codes.

Owns what all commands share: 0 done, 1 a check failed or input was malformed, 2 wrong usage, 130 interrupted, 141 the
reader of the output left. A command is the function `command` of the module in `infra/commands/` that bears its name
(`dead_letters` for `dead-letters`), or a table of actions there, a `typer.Typer`. It returns nothing, or its exit code.
Never imports a command before it is asked for, so that `oryn --help` is quick.
"""

import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

from infra.output import printable
from schemas.errors import OrynError

try:
    import typer
    from typer.core import TyperGroup
except ModuleNotFoundError as missing:  # a plain install brings contracts and client only
    sys.exit(f"oryn: the command line needs the package {missing.name}; install it with: pip install 'oryn[all]'")

INTERRUPTED = 130
READER_LEFT = 141
OWN_PACKAGES = {"consumers", "infra", "producers", "schemas", "streams"}
# Name and what the list says of it; the command's own docstring is its full help.
COMMANDS = {
    "campaign": "Generate a season of events: organisations, places, families, their choices.",
    "simulate": "Decide a file of events and write the journal.",
    "verify": "Check a journal: its sequence, its hashes and what it decided.",
    "application": "Where an application stands now: number, terms, referral; how it moved.",
    "queue": "The queues of a locality, and the order of one of them.",
    "place": "One place: its stage, its terms, who has it.",
    "organisation": "One kindergarten and the places it offers now.",
    "bulletin": "The bulletins of a locality, or one of them.",
    "why": "Explain an application or a place, record by record.",
    "journal": "Write the journal as a file, show a record, follow it as it grows.",
    "registers": "The registers: CSV files of a journal; upkeep of those in PostgreSQL.",
    "indicators": "Figures of nation, regions, localities, kindergartens, queues; the quality table.",
    "bulletins": "Write the bulletins of a journal as files to publish.",
    "submit": "Publish a file of events, each once, and show what became of them.",
    "outcome": "Ask what became of published events.",
    "stack": "A real Kafka, PostgreSQL and Redis on this machine: start, stop, look, wipe.",
    "settings": "Show every setting, its value and where it came from.",
    "topics": "Show, check or make the topics of Kafka.",
    "dead-letters": "Records that are no events: list them, look at one, send one again.",
    "status": "How the running system is: brokers, topics, groups, lag, workers.",
    "metrics": "Figures for Prometheus: which there are, and whom to ask for them.",
    "run": "Run everything that one machine needs, watched over.",
    "gateway": "The delivery log of messages: how it is, single messages, try again, forget.",
    "demo": "A season live through Kafka: people, decisions, bulletins, files at the end.",
    "worker": "Decide events live, over Kafka.",
    "fan-out": "Tell what the journal says: outcomes, messages, bulletins.",
    "reader": "Keep a store up to date: registers, live view, messages, public pages.",
    "monitor": "Count what the journal says, by hour, day and week.",
    "live-view": "The live view in Redis: how it is, make it anew, take it away.",
    "dashboard": "The dashboard in the browser; its local accounts.",
    "contacts": "Whom messages reach, in which language, where: take over, show, forget.",
    "calendar": "Check or renew the tables of days off and of zones (for maintainers).",
}
MAINTENANCE = {"calendar"}  # commands that need the development environment
HELP = """
Allocates kindergarten places by published rules. Every decision is a record of a journal that anyone can verify.

A season of Astana, decided, checked and explained:

  oryn campaign astana-2021 | oryn simulate - --journal journal.jsonl

  oryn verify journal.jsonl

  oryn why APPLICATION --journal journal.jsonl

Exit codes: 0 done, 1 a check failed or some input was malformed, 2 wrong usage.
"""


def load(name: str) -> Any:
    """The parser and body of one command. Raises: OrynError when a package that it needs is not installed."""
    try:
        body = import_module(f"infra.commands.{name.replace('-', '_')}").command
    except ModuleNotFoundError as exc:
        if exc.name is None or exc.name.partition(".")[0] in OWN_PACKAGES:
            raise
        extra = "dev" if name in MAINTENANCE else "all"
        raise OrynError(
            f"`oryn {name}` needs the package {exc.name}; install it with: pip install 'oryn[{extra}]'"
        ) from exc
    if isinstance(body, typer.Typer):  # a command of several actions, each with its own options
        return typer.main.get_command(body)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
    app.command(name)(body)
    return typer.main.get_command(app)


def _drop_output() -> None:
    """Send what is still buffered nowhere: without a reader the interpreter would complain on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class CommandTable(TyperGroup):
    """Shows the table's entries and imports the one that is used, also to complete its options."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The real command in place of the table's entry."""
        name, entry, rest = super().resolve_command(ctx, args)
        return name, entry if name is None else load(name), rest

    def invoke(self, ctx: Any) -> None:
        """Run the command; what it returns is its exit code."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as exc:
            _drop_output()
            raise typer.Exit(READER_LEFT) from exc
        if code:
            raise typer.Exit(code)


app = typer.Typer(
    cls=CommandTable,
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"oryn {version('oryn')}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of all commands."""


def _entry() -> None:
    raise AssertionError("an entry of the table is replaced by its command before it runs")


for _name, _help in COMMANDS.items():
    app.command(_name, help=_help)(_entry)


def main() -> None:
    """Run the command line of this process and exit. Never returns and never shows a traceback for a known error."""
    try:
        try:
            app(prog_name="oryn")
        finally:
            sys.stdout.flush()
    except OrynError as exc:
        typer.echo(f"oryn: {printable(str(exc))}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _drop_output()
        sys.exit(READER_LEFT)
