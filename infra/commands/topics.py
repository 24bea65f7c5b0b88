"""`oryn topics`: shows, checks and makes the topics. Owns options, tables and the question before a change."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
import typer
from confluent_kafka.admin import AdminClient
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.settings_layers import load_settings
from infra.settings_options import ClockOption, JsonOption, KafkaOption, PrefixOption, SettingsOption
from infra.settings_services import kafka_admin
from infra.topics import Action, Difference, Plan, carry_out, declarations, plan_topics

FAILED = 1
SHOWN_SETTINGS = {"retention.ms": "kept", "message.timestamp.type": "time", "max.message.bytes": "largest"}
UNLIMITED = "-1"
DAY_MS = 86_400_000
MIB = 1_048_576
COLOURS = {Action.CREATE: "green", Action.ALTER: "yellow", Action.GROW: "yellow", Action.REFUSED: "red"}

PartitionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--partitions",
        metavar="N|TOPIC=N",
        help="N: of inputs and journal together. TOPIC=N: of one other topic. Else as they are, else as declared.",
    ),
]
ReplicasOption = Annotated[
    int | None, typer.Option("--replicas", min=1, help="Of every topic; else 3 from three brokers on, else 1.")
]

command = typer.Typer(
    help="Show, check or make the topics of Kafka: partitions, retention, sizes, timestamps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@command.command("list")
def list_topics(
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    json: JsonOption = False,
) -> None:
    """Show the topics as the cluster has them: partitions, copies of each record, how long and whose time is kept."""
    plan, _ = _plan(settings, kafka, prefix)
    if json:
        found = [
            {"name": each.name, "topic": each.topic, "present": plan.present.get(each.topic)} for each in plan.targets
        ]
        _write(found)
        return
    table = Table(title="Topics", title_justify="left")
    for column in ("topic", "parts", "copies", *SHOWN_SETTINGS.values()):
        table.add_column(column, no_wrap=True)
    for target in plan.targets:
        there = plan.present.get(target.topic)
        if there is None:
            table.add_row(target.topic, Text("missing", "red"), *[""] * (1 + len(SHOWN_SETTINGS)))
            continue
        values = (_value(name, there.config.get(name)) for name in SHOWN_SETTINGS)
        table.add_row(target.topic, str(there.partitions), str(there.replicas), *values)
    Console().print(table)


@command.command("check")
def check(
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    clock: ClockOption = None,
    partitions: PartitionsOption = None,
    replicas: ReplicasOption = None,
    json: JsonOption = False,
) -> int:
    """Compare the topics with what they should be; exit code 1 when something differs. Changes nothing."""
    plan, _ = _plan(settings, kafka, prefix, clock, partitions, replicas)
    if json:
        _write(plan.differences)
    else:
        _show(plan)
    return FAILED if plan.differences else 0


@command.command("apply")
def apply(
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    clock: ClockOption = None,
    partitions: PartitionsOption = None,
    replicas: ReplicasOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Change without a question.")] = False,
) -> int:
    """Make the topics what they should be: missing ones are created, settings changed, partitions added.

    The differences are shown before anything is changed. What would move keys, give times a second meaning or take
    partitions away is refused with its reason; then nothing at all is changed, and the exit code is 1.
    """
    plan, admin = _plan(settings, kafka, prefix, clock, partitions, replicas)
    _show(plan)
    if plan.refused:
        Console().print("Nothing is changed.")
        return FAILED
    if plan.changes:
        if not yes and not typer.confirm(f"Make {_many(len(plan.changes), 'change')}?"):
            return FAILED
        carry_out(admin, plan)
        Console().print(f"{_many(len(plan.changes), 'change')} made.")
    return 0


def _plan(
    settings: SettingsOption,
    kafka: str | None,
    prefix: str | None,
    clock: ClockOption = None,
    partitions: Sequence[str] | None = None,
    replicas: int | None = None,
) -> tuple[Plan, AdminClient]:
    options = {
        "kafka.bootstrap": kafka,
        "kafka.topic_prefix": prefix,
        "worker.clock": clock,
        "kafka.replicas": replicas,
    }
    found = load_settings(settings, options).settings
    admin = kafka_admin(found)
    wished = _wishes(partitions or (), found.kafka.partitions)
    return plan_topics(admin, found.kafka.topic_prefix, found.worker.clock, wished, found.kafka.replicas), admin


def _wishes(given: Sequence[str], usual: int | None) -> Mapping[str, int]:
    """Topic to number of partitions. Raises: BadParameter."""
    together = declarations().co_partitioned()
    wishes = {} if usual is None else dict.fromkeys(together, usual)
    for text in given:
        name, equals, number = text.rpartition("=")
        if not number.isdecimal():
            raise typer.BadParameter(f"{text!r} is neither a number nor TOPIC=NUMBER", param_hint="--partitions")
        if equals and name in together:
            raise typer.BadParameter(
                f"{name} always has as many as {', '.join(each for each in together if each != name)}; say the number "
                "alone to set them together",
                param_hint="--partitions",
            )
        wishes |= {name: int(number)} if equals else dict.fromkeys(together, int(number))
    return wishes


def _show(plan: Plan) -> None:
    console = Console()
    if not plan.differences:
        console.print(f"{_many(len(plan.targets), 'topic')}, all as declared.")
        return
    table = Table(title="Differences", title_justify="left")
    table.add_column("topic", no_wrap=True)
    table.add_column("action", no_wrap=True)
    table.add_column("setting", no_wrap=True)
    table.add_column("is")
    table.add_column("should be")
    for each in plan.differences:
        wanted = "the broker's default" if each.wanted is None else _value(each.setting, each.wanted)
        action = Text(each.action.value, COLOURS[each.action])
        table.add_row(each.topic, action, each.setting, _value(each.setting, each.present), wanted)
    console.print(table)
    for reason, topics in _reasons(plan.refused).items():
        console.print(Text(f"Refused for {', '.join(topics)}: {reason}.", "red"), soft_wrap=True)


def _reasons(refused: Sequence[Difference]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in refused:
        found.setdefault(each.reason, []).append(each.topic)
    return found


def _value(setting: str, value: str | None) -> str:
    """A setting's value for reading."""
    if value is None:
        return "none"
    if setting.startswith("retention.") and value == UNLIMITED:
        return "for ever" if setting == "retention.ms" else "no limit"
    if setting == "retention.ms" and int(value) % DAY_MS == 0:
        return _many(int(value) // DAY_MS, "day")
    if setting == "max.message.bytes" and int(value) % MIB == 0:
        return f"{int(value) // MIB} MiB"
    return value


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _write(value: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
