"""`oryn status`: how the running system is, for an operator. Owns options and tables; looks through `infra.status`."""

import sys
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.health import READER_GROUP
from infra.metrics_targets import MONITOR_GROUP
from infra.settings_layers import load_settings
from infra.settings_options import ClockOption, JsonOption, KafkaOption, PrefixOption, SettingsOption
from infra.status import Counted, Group, Status, look, partition_list

FAILED = 1
SHORT_LAG_ROWS_MAX = 20


def command(
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    clock: ClockOption = None,
    max_lag: Annotated[
        int | None, typer.Option(min=0, help="A group that is more records behind than this is wrong.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--partitions", help="Every partition's lag, also where there is none.")
    ] = False,
    json: JsonOption = False,
) -> int:
    """Show brokers, topics, groups and their lag, the journal, dead letters, and workers, readers and monitors of this
    machine; of monitors also up to which moment of the journal they have counted.

    Exit code 1 when something is wrong: brokers do not answer, a topic is missing or not as declared, a group has no
    worker, nobody reads a partition, a worker is not ready, or --max-lag is exceeded. Changes nothing.
    """
    options = {"kafka.bootstrap": kafka, "kafka.topic_prefix": prefix, "worker.clock": clock}
    status = look(load_settings(settings, options).settings, max_lag)
    if json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(status), indent=1) + b"\n")
    else:
        _show(status, every=every)
    return FAILED if status.problems else 0


def _show(status: Status, *, every: bool) -> None:
    console = Console()
    table = Table(title=f"Oryn at {status.bootstrap}", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("brokers", Text(", ".join(status.brokers) or "no answer", "" if status.brokers else "red"))
    if status.brokers:
        good = status.topics and not status.differences
        said = "as declared" if good else f"{status.differences} differences"
        table.add_row("topics", Text(f"{status.topics}, {said}", "" if good else "red"))
        for group in status.groups:
            _add_group(table, group)
        table.add_row("journal", f"{status.journal_records:,} offsets (records and transaction markers)")
        letters = f"{'at most ' if status.dead_letters_at_most else ''}{status.dead_letters:,}"
        table.add_row("dead letters", Text(letters, "yellow" if status.dead_letters else ""))
    for worker in status.workers:
        reasons = "; ".join(f"{where}: {reason}" for where, reason in worker.reasons.items())
        table.add_row(
            f"{_kind(worker.name)} {worker.name}",
            Text(reasons or f"ready ({worker.url})", "red" if reasons else "green"),
        )
    if status.counted:
        table.add_row("indicators", _counted(status.counted))
    console.print(table)
    for group in status.groups:
        _show_lag(console, group, every=every)
    if every and status.counted:
        _show_counted(console, status.counted)
    for problem in status.problems:
        console.print(Text(f"wrong: {problem}", "red"), soft_wrap=True)


def _kind(name: str) -> str:
    return "reader" if READER_GROUP in name else "monitor" if MONITOR_GROUP in name else "worker"


def _counted(counted: Sequence[Counted]) -> str:
    """How far they are, all together."""
    moments = [each.up_to for each in counted if each.up_to is not None]
    behind = sum(each.lag or 0 for each in counted)
    unknown = any(each.lag is None for each in counted)
    up_to = f"{max(moments).isoformat(timespec='seconds')}" if moments else "no record yet"
    return f"up to {up_to}, {'at least ' if unknown else ''}{behind:,} offsets behind"


def _show_counted(console: Console, counted: Sequence[Counted]) -> None:
    table = Table(title="Indicators", title_justify="left")
    for column in ("partition", "up to", "behind", "counted by"):
        table.add_column(column, justify="left" if column in ("up to", "counted by") else "right")
    for each in counted:
        up_to = "no record yet" if each.up_to is None else each.up_to.isoformat(timespec="seconds")
        table.add_row(str(each.partition), up_to, "not known" if each.lag is None else f"{each.lag:,}", each.process)
    console.print(table)


def _add_group(table: Table, group: Group) -> None:
    table.add_row(f"group {group.name}", f"{group.state.lower()}, {group.lag:,} behind")
    for member in group.members:
        by_topic: dict[str, list[int]] = {}
        for each in group.partitions:
            if each.member == member:
                by_topic.setdefault(each.topic, []).append(each.partition)
        held = {partition_list(numbers) for numbers in by_topic.values()}
        table.add_row("", f"{member}: partitions {' | '.join(sorted(held)) or 'none'}")


def _show_lag(console: Console, group: Group, *, every: bool) -> None:
    rows = [each for each in group.partitions if every or each.lag]
    if not rows:
        return
    rows.sort(key=lambda each: (0 if every else -each.lag, each.topic, each.partition))
    shown = rows if every else rows[:SHORT_LAG_ROWS_MAX]
    table = Table(title=f"Lag of {group.name}", title_justify="left")
    for column in ("partition", "committed", "end", "behind", "read by"):
        table.add_column(column, justify="left" if column in ("partition", "read by") else "right")
    for each in shown:
        committed = "none" if each.committed is None else f"{each.committed:,}"
        name = f"{each.topic}/{each.partition}"
        table.add_row(name, committed, f"{each.end:,}", f"{each.lag:,}", each.member or Text("nobody", "red"))
    console.print(table)
    if len(shown) < len(rows):
        console.print(f"and {len(rows) - len(shown)} partitions more: --partitions shows them all", highlight=False)
