"""`oryn indicators`: how it is, how it went, the quality table; upkeep of their tables. Owns options and tables."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from consumers.indicators.connection import Connection, connect
from consumers.indicators.deliveries import deliveries, in_time
from consumers.indicators.figures import Duration, Figures, Point, Scope, Value, duration, known
from consumers.indicators.quality import Counted, QualityTable, quality
from consumers.indicators.questions import ANY_KEY, newest_day, now, series
from consumers.indicators.state import state
from consumers.indicators.tables import HEAD, forget
from consumers.reading.store import StoreUnavailable
from infra import answers
from infra.id_arguments import checked_id
from infra.readers.indicators import indicators_settings, quality_goals, stores
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_options import JsonOption, KafkaOption, PrefixOption, SettingsOption
from infra.settings_services import kafka_admin, kafka_client
from schemas.errors import OrynError
from schemas.indicators import INDICATORS, Kind, Level, Window
from schemas.topic_offsets import OffsetLost
from schemas.topic_reading import TopicReading
from schemas.zones import zone_of

FAILED = 1
LOCALITY_DIGITS, REGION_DIGITS = 9, 2
WINDOWS_DEFAULT = 14
# No locality's own: moments of several are shown in the time of most.
NATION_TIME = ""
MINUTES_OF_HOUR, MINUTES_OF_DAY = 60, 1_440

LocalityOption = Annotated[
    str | None, typer.Option("--locality", metavar="KATO", help="Figures of this locality; of the nation without.")
]
RegionOption = Annotated[
    str | None, typer.Option("--region", metavar="RR", help="Figures of this region: two digits of KATO.")
]
OrganisationOption = Annotated[
    str | None,
    typer.Option("--organisation", metavar="ID", callback=checked_id, help="Of this kindergarten; with --locality."),
]
QueueOption = Annotated[
    str | None,
    typer.Option("--queue", metavar="QUEUE", callback=checked_id, help="Of this queue, general/2018; with --locality."),
]
FirstOption = Annotated[
    datetime.datetime | None, typer.Option("--first", formats=["%Y-%m-%d"], help="From this day on.")
]
LastOption = Annotated[
    datetime.datetime | None, typer.Option("--last", formats=["%Y-%m-%d"], help="Up to this day, included.")
]

command = typer.Typer(
    help="The figures that `oryn reader indicators` keeps: how it is, how it went, the quality table.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command("now")
def show_now(
    locality: LocalityOption = None,
    region: RegionOption = None,
    organisation: OrganisationOption = None,
    queue: QueueOption = None,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> int:
    """Show how many there are of everything, and what has happened on the day that goes on.

      oryn indicators now --locality 710000000

    Exit code 1 where nothing is known.
    """
    scope = scope_of(locality, region, organisation, queue)
    with _asked(settings, prefix) as (_, connection):
        found = now(connection, scope)
    if json:
        answers.write_json(found, _time_of(scope))
    elif found.until is None:
        answers.console().print(_nothing(scope))
    else:
        _print_now(found)
    return 0 if found.until is not None else FAILED


@command.command("series")
def show_series(  # noqa: PLR0913, PLR0917  # each option is one
    indicator: Annotated[str, typer.Argument(help=f"One of {', '.join(INDICATORS)}.", show_default=False)],
    window: Annotated[
        Window, typer.Option("--window", "-w", case_sensitive=False, help="Of what length.")
    ] = Window.DAY,
    key: Annotated[
        str | None, typer.Option(callback=checked_id, help="Only this key, as GENERAL/2018; - for all together.")
    ] = None,
    first: FirstOption = None,
    last: LastOption = None,
    locality: LocalityOption = None,
    region: RegionOption = None,
    organisation: OrganisationOption = None,
    queue: QueueOption = None,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> int:
    """Show an indicator window by window; without days the last two weeks.

      oryn indicators series waiting --key GENERAL/2018 --locality 710000000

      oryn indicators series filling_time --window week --key - --first 2021-06-01 --json

    Exit code 1 where nothing is known.
    """
    known(indicator)
    scope = scope_of(locality, region, organisation, queue)
    with _asked(settings, prefix) as (_, connection):
        newest = newest_day(connection, scope)
        end = last.date() if last else newest
        found: list[Point] = []
        if end is not None:
            begin = first.date() if first else end - datetime.timedelta(days=WINDOWS_DEFAULT - 1)
            if begin > end:
                raise OrynError(f"--first {begin} is after the last day, {end}")
            behind = datetime.datetime.combine(end, datetime.time(23))
            wanted = ANY_KEY if key == "-" else key
            found = series(connection, scope, indicator, window, begin, behind, wanted)
    if json:
        answers.write_json({"scope": scope, "indicator": INDICATORS[indicator], "points": found}, _time_of(scope))
    elif newest is None:
        answers.console().print(_nothing(scope))
    else:
        _print_series(scope, indicator, window, found)
    return 0 if newest is not None else FAILED


@command.command("quality")
def show_quality(
    first: FirstOption = None,
    last: LastOption = None,
    locality: LocalityOption = None,
    region: RegionOption = None,
    organisation: OrganisationOption = None,
    settings: SettingsOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> int:
    """Show the quality table in the form of the service standard; without days of the year that goes on.

    Normative values and targets are those of the file that the setting indicators.quality names. Exit code 1 where
    nothing is known.
    """
    scope = scope_of(locality, region, organisation, None)
    days = (first.date() if first else None), (last.date() if last else None)
    if None not in days and days[0] > days[1]:  # type: ignore[operator]  # neither is none
        raise OrynError(f"--first {days[0]} is after --last {days[1]}")
    with _asked(settings, prefix) as (found, connection):
        goals = quality_goals(found)
        table = quality(connection, scope, goals, *days)
        if table.first is not None and table.last is not None and organisation is None:
            messages = _messages(connection, found, scope, table.first, table.last)
            table = quality(connection, scope, goals, table.first, table.last, messages)
    if json:
        answers.write_json(table, _time_of(scope))
    else:
        _print_quality(table)
    return 0 if table.last is not None else FAILED


@command.command("status")
def show_status(
    settings: SettingsOption = None, kafka: KafkaOption = None, prefix: PrefixOption = None, json: JsonOption = False
) -> int:
    """Show the tables: their form, how many rows, up to where they go, how far behind the topics they are.

    Exit code 1 when they are not there or not of this version's form.
    """
    found = load_settings(settings, {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix}).settings
    where = indicators_settings(found)
    known_state = state(where)
    behind = {} if known_state is None else _behind(found, known_state.positions)
    right = known_state is not None and known_state.form == HEAD
    if json:
        body = None if known_state is None else {**known_state.shown(), "behind": behind}
        answers.write_json({"schema": where.schema, "newest_form": HEAD, "state": body}, NATION_TIME)
        return 0 if right else FAILED
    if known_state is None:
        answers.console().print(f"There is no schema {where.schema}; `oryn reader indicators` makes it.")
        return FAILED
    pairs = {
        "form": f"{known_state.form or 'none'} (this version: {HEAD})",
        "subjects": known_state.subjects,
        "windows": known_state.rows,
        "until": known_state.until,
        "all until": known_state.all_until,
        **{f"behind {topic}": _lag(count) for topic, count in behind.items()},
    }
    answers.console().print(answers.facts(f"Indicators in the schema {where.schema}", NATION_TIME, pairs))
    return 0 if right else FAILED


@command.command("rebuild")
def rebuild(settings: SettingsOption = None, prefix: PrefixOption = None) -> int:
    """Take all rows away, so that the reader begins anew with the topics' first records. Pages are empty meanwhile.

    For topics that were made again, and for rows that somebody changed by hand. The reader that runs does so by itself.
    """
    with _asked(settings, prefix) as (found, connection):
        forget(connection)
    schema = indicators_settings(found).schema
    answers.console().print(f"The tables of {schema} are empty; `oryn reader indicators` fills them.")
    return 0


# --------------------------------------------------------------------------------------------------------- asking


def scope_of(locality: str | None, region: str | None, organisation: str | None, queue: str | None) -> Scope:
    """What is asked about. Raises: typer.BadParameter for options that don't fit together."""
    for value, digits, name in ((locality, LOCALITY_DIGITS, "--locality"), (region, REGION_DIGITS, "--region")):
        if value is not None and not (len(value) == digits and value.isascii() and value.isdecimal()):
            raise typer.BadParameter(f"not {digits} digits: {value!r}", param_hint=name)
    if sum(each is not None for each in (region, organisation, queue)) > 1:
        raise typer.BadParameter("give one of --region, --organisation, --queue")
    if region is not None and locality is not None:
        raise typer.BadParameter("give --region or --locality")
    for value, level in ((organisation, Level.ORGANISATION), (queue, Level.QUEUE)):
        if value is not None:
            if locality is None:
                raise typer.BadParameter(f"in which locality is {value}?", param_hint="--locality")
            return Scope(level, value, locality)
    if locality is not None:
        return Scope(Level.LOCALITY, locality)
    return Scope(Level.NATION) if region is None else Scope(Level.REGION, region)


@contextmanager
def _asked(file: Any, prefix: str | None) -> Iterator[tuple[Settings, Connection]]:
    settings = load_settings(file, {"kafka.topic_prefix": prefix}).settings
    connection = connect(indicators_settings(settings), "indicators questions")
    try:
        yield settings, connection
    except StoreUnavailable as exc:
        if "not there" not in str(exc):
            raise
        raise OrynError(f"{exc}; `oryn reader indicators` makes and fills them") from exc
    finally:
        connection.close()


def _messages(
    connection: Connection, settings: Settings, scope: Scope, first: datetime.date, last: datetime.date
) -> Counted | None:
    """How many messages came in time; none where there is no delivery log."""
    try:
        return in_time(deliveries(connection, settings.schema("gateway"), first, last, scope.subject))
    except StoreUnavailable as exc:
        if "no delivery log" not in str(exc):
            raise
        return None


def _behind(settings: Settings, positions: dict[str, dict[int, int]]) -> dict[str, int | None]:
    """How many offsets of each topic are not stored; none where the log no longer holds what comes next."""
    kafka_admin(settings)  # says why, when the brokers do not answer
    found: dict[str, int | None] = {}
    for name in stores(settings):
        try:
            with TopicReading(kafka_client(settings), settings.topic(name), start=positions.get(name, {})) as reading:
                found[name] = reading.total
        except OffsetLost:
            found[name] = None
    return found


# ---------------------------------------------------------------------------------------------------------- looks


def _print_now(found: Figures) -> None:
    out, time = answers.console(), _time_of(found.scope)
    levels = ((each.indicator, each.key, each.level) for each in found.levels)
    out.print(answers.rows(f"{_name(found.scope)}: now", time, ("indicator!", "key", "there are#"), levels))
    columns = ("indicator!", "key", "count#", "median#", "9 of 10 below#")
    flows = ((each.indicator, each.key, each.count, *_lengths(each)) for each in found.flows)
    out.print(answers.rows(f"on {found.day}", time, columns, flows))
    assert found.until is not None
    shown = zone_of(time)
    out.print(f"As of {answers.cell(found.until, shown).plain}.")


def _print_series(scope: Scope, indicator: str, window: Window, found: list[Point]) -> None:
    kind = INDICATORS[indicator].kind
    columns = {
        Kind.FLOW: ("count#",),
        Kind.STOCK: ("there are#", "change#"),
        Kind.DURATION: ("count#", "mean#", "median#", "9 of 10 below#"),
    }[kind]
    lines = []
    for each in found:
        numbers: tuple[object, ...] = (each.count,)
        if kind is Kind.STOCK:
            numbers = (each.level, f"{each.count:+,}")
        elif kind is Kind.DURATION:
            length = duration(each)
            numbers = (each.count, None if length is None else _minutes(length.mean), *_lengths(each))
        lines.append((_starts(each.starts, window), each.key, *numbers, "" if each.final else "so far"))
    title = f"{_name(scope)}: {indicator} by {window.lower().replace('_', ' ')}"
    out = answers.console()
    out.print(answers.rows(title, _time_of(scope), ("begins!", "key", *columns, ""), lines))
    if not found:
        out.print("Nothing in these windows.")


def _print_quality(table: QualityTable) -> None:
    out = answers.console()
    if table.last is None:
        out.print(_nothing(table.scope))
        return
    columns = ("indicator!", "group!", "normative#", "target#", "current#", "of#", "")
    marks = {None: "", True: "reached", False: "missed"}
    lines = (
        (
            each.name,
            each.group.lower(),
            _percent(each.normative),
            _percent(each.target),
            _percent(each.current),
            each.whole,
            each.origin.lower().replace("_", " ") if each.whole is None else marks[each.met],
        )
        for each in table.rows
    )
    title = f"{_name(table.scope)}: quality from {table.first} to {table.last}, in percent"
    out.print(answers.rows(title, _time_of(table.scope), columns, lines))


def _lengths(of: Value | Point) -> tuple[str, str]:
    if INDICATORS.get(of.indicator) is None or INDICATORS[of.indicator].kind is not Kind.DURATION:
        return "", ""
    length: Duration | None = duration(of)
    if length is None:
        return "", ""
    return _minutes(length.median), ("> " if length.beyond else "") + _minutes(length.high)


def _minutes(minutes: float) -> str:
    if minutes < MINUTES_OF_HOUR:
        return f"{minutes:.0f} min"
    if minutes < 2 * MINUTES_OF_DAY:
        return f"{minutes / MINUTES_OF_HOUR:.1f} h"
    return f"{minutes / MINUTES_OF_DAY:.1f} d"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _starts(moment: datetime.datetime, window: Window) -> str:
    by_hour = window in (Window.HOUR, Window.LAST_24_HOURS)
    return moment.strftime("%Y-%m-%d %H:%M" if by_hour else "%Y-%m-%d")


def _lag(count: int | None) -> str:
    return "unknown: the topic no longer holds it, or was made again" if count is None else f"{count:,}"


def _name(scope: Scope) -> str:
    where = f" in {scope.locality}" if scope.locality else ""
    return f"{scope.level.capitalize()} {scope.subject}".rstrip() + where


def _nothing(scope: Scope) -> str:
    return f"Nothing is known of {_name(scope).lower()}: has it a record in the journal, and does monitoring run?"


def _time_of(scope: Scope) -> str:
    return scope.locality or scope.subject
