"""The page about the machinery: processes, partitions, readers, messages, restores, what they logged, dead letters."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from consumers.dashboard.access import View
from consumers.dashboard.operations.view import Condition, OperationsView
from consumers.dashboard.pages import Column, Content, Page, Params, Table
from consumers.dashboard.sources import AWAY, SourceAway, Sources
from consumers.dashboard.words import Words
from consumers.indicators.dead_letters import DeadLetters, dead_letters
from schemas.instants import Instant

# Asked anew after so long: nothing that the watcher looks at moves when a process ends.
FRESH_S: Final = 3.0
LETTERS_DAYS: Final = 7
# Lines of dead letters that the page shows; the list has all.
LETTERS_SHOWN: Final = 50
MEGABYTE: Final = 1_000_000
SECOND_MS: Final = 1_000
MINUTE_S: Final = 60
# What says nothing of its figures.
_SILENT: Final = frozenset({Condition.DOWN, Condition.FAILED})


def load(sources: Sources, params: Params, view: View, w: Words) -> Content:
    """How the machinery is now. Raises: SourceAway where nobody is wired who could say it."""
    if sources.operations is None:
        raise SourceAway("operations: nobody is wired who could say how the processes are")
    found: OperationsView = sources.operations()
    letters = _letters(sources, found.asked, w)
    silent = {each.role for each in found.processes if each.condition in _SILENT}
    tables = {
        "processes": _processes(found, w),
        "partitions": _partitions(found, w),
        "readers": _readers(found, w),
        "work": _work(found, w),
        "troubles": _troubles(found, w),
        "dead-letters": _first(_letters_table(letters, w)),
    }
    ready = sum(each.condition is Condition.READY for each in found.processes)
    values = {
        "asked": w.moment(found.asked),
        "ready": w.say("operations-of", some=w.count(ready), all=w.count(len(found.processes))),
        "all_ready": 0 < len(found.processes) == ready,
        "stopped": [each.number for each in found.partitions if each.stopped],
        "behind": _behind(found, w),
        "waiting": _sum([each.waiting for each in found.partitions], w),
        "untold": _sum([each.untold for each in found.partitions], w),
        "lag": _sum([*(each.lag for each in found.readers), *([None] if "reader" in silent else [])], w),
        "messages": found.messages,
        "oldest": "" if found.messages is None else _length(found.messages.oldest_s, w),
        "letters": _sum([None] if letters is None else [0, *(each.count for each in letters)], w),
    }
    return Content(w.say("operations-title"), values, tables, description=w.say("operations-lede"))


def _sum(values: Sequence[int | None], w: Words) -> str:
    """A sum in words: of what nobody says at all it is unknown, and where somebody says nothing it is a lower bound."""
    known = [each for each in values if each is not None]
    if not known:
        return str(w.say("operations-unknown"))
    total = w.count(sum(known))
    return total if len(known) == len(values) else str(w.say("operations-at-least", value=total))


def _behind(found: OperationsView, w: Words) -> str:
    """How long the next event has waited; nothing where nobody says."""
    known = [each.behind_s for each in found.partitions if each.behind_s is not None]
    return _length(max(known), w) if known else ""


def _first(table: Table) -> Table:
    return replace(table, rows=table.rows[:LETTERS_SHOWN], total=len(table.rows))


def _length(seconds: float, w: Words) -> str:
    if seconds < 2 * MINUTE_S:
        return str(w.say("operations-seconds", value=w.number(seconds, 1)))
    return w.minutes(seconds / MINUTE_S)


def _processes(found: OperationsView, w: Words) -> Table:
    return Table(
        w.say("operations-processes"),
        (
            Column("process", w.say("operations-process")),
            Column("role", w.say("operations-role")),
            Column("condition", w.say("operations-condition")),
            Column("reasons", w.say("operations-reasons")),
            Column("lag", w.say("operations-lag"), "number"),
            Column("restarts", w.say("operations-restarts"), "number"),
            Column("memory_mb", w.say("operations-memory"), "number"),
        ),
        [
            (
                each.name,
                w.symbol("operations-role", each.role),
                w.say(f"operations-is-{each.condition}"),
                "; ".join(each.reasons),
                each.lag,
                each.restarts,
                None if each.memory is None else round(each.memory / MEGABYTE),
            )
            for each in found.processes
        ],
        w.say("operations-nobody"),
    )


def _partitions(found: OperationsView, w: Words) -> Table:
    return Table(
        w.say("operations-partitions"),
        (
            Column("partition", w.say("operations-partition"), "id"),
            Column("worker", w.say("operations-worker")),
            Column("stopped", w.say("operations-stopped")),
            Column("waiting", w.say("operations-waiting"), "number"),
            Column("behind_s", w.say("operations-behind"), "number"),
            Column("untold", w.say("operations-untold"), "number"),
            Column("uncounted", w.say("operations-uncounted"), "number"),
            Column("last", w.say("operations-last"), "moment"),
        ),
        [
            (
                str(each.number),
                each.worker,
                w.say("yes" if each.stopped else "no"),
                each.waiting,
                each.behind_s,
                each.untold,
                each.uncounted,
                each.last,
            )
            for each in found.partitions
        ],
        w.say("operations-no-partitions"),
    )


def _readers(found: OperationsView, w: Words) -> Table:
    return Table(
        w.say("operations-readers"),
        (
            Column("reader", w.say("operations-process")),
            Column("topic", w.say("operations-topic")),
            Column("lag", w.say("operations-lag"), "number"),
            Column("away", w.say("operations-away")),
            Column("outages", w.say("operations-outages"), "number"),
            Column("last", w.say("operations-last"), "moment"),
        ),
        [
            (
                each.name,
                each.topic,
                each.lag,
                ", ".join(w.say(f"operations-away-{of}") for of in each.away),
                each.outages,
                each.last,
            )
            for each in found.readers
        ],
        w.say("operations-no-readers"),
    )


def _work(found: OperationsView, w: Words) -> Table:
    return Table(
        w.say("operations-work"),
        (
            Column("process", w.say("operations-process")),
            Column("transactions", w.say("operations-transactions"), "number"),
            Column("aborted", w.say("operations-aborted"), "number"),
            Column("in_doubt", w.say("operations-doubtful"), "number"),
            Column("restores", w.say("operations-restores"), "number"),
            Column("restore_s", w.say("operations-restore-seconds"), "number"),
            Column("restoring", w.say("operations-restoring"), "number"),
            Column("dead_letters", w.say("operations-dead-letters"), "number"),
        ),
        [
            (
                each.name,
                each.transactions,
                each.aborted,
                each.doubtful,
                each.restores,
                round(each.restore_s, 1),
                each.restoring,
                each.dead_letters,
            )
            for each in found.work
        ],
        w.say("operations-nobody"),
    )


def _troubles(found: OperationsView, w: Words) -> Table:
    return Table(
        w.say("operations-troubles"),
        (
            Column("at", w.say("operations-at"), "moment"),
            Column("process", w.say("operations-process")),
            Column("severity", w.say("operations-severity")),
            Column("text", w.say("operations-text")),
        ),
        [
            (each.at, each.process, w.symbol("operations-severity", each.severity.lower()), each.text)
            for each in found.troubles
        ],
        w.say("operations-no-troubles"),
    )


def _letters(sources: Sources, asked: Instant, w: Words) -> list[DeadLetters] | None:
    """Dead letters of the last days; none where nobody counts them: the machinery is shown all the same."""
    # Seven days by any zone's calendar: those of the machine's clock, and one on each side.
    today = w.local(asked).date()
    try:
        with sources.indicators() as connection:
            return dead_letters(connection, today - timedelta(LETTERS_DAYS), today + timedelta(1))
    except (SourceAway, *AWAY):
        return None


def _letters_table(found: Sequence[DeadLetters] | None, w: Words) -> Table:
    return Table(
        w.say("operations-letters"),
        (
            Column("day", w.say("operations-day"), "day"),
            Column("publisher", w.say("operations-publisher")),
            Column("topic", w.say("operations-topic")),
            Column("cause", w.say("operations-cause")),
            Column("count", w.say("operations-count"), "number"),
        ),
        [
            (each.day, each.publisher or w.say("operations-unknown"), each.topic, each.cause, each.count)
            for each in found or ()
        ],
        w.say("operations-letters-away" if found is None else "operations-no-letters"),
    )


def load_letters(sources: Sources, params: Params, view: View, w: Words) -> Table:  # one form for all
    """All lines of dead letters. Raises: SourceAway: nobody takes an unknown number for none."""
    found = _letters(sources, Instant(int(time.time() * SECOND_MS)), w)
    if found is None:
        raise SourceAway("the indicators are not there yet")
    return _letters_table(found, w)


PAGES: Final = [
    Page(
        "operations",
        load,
        "operations.html",
        fragments=("machinery",),
        tables={"dead-letters": load_letters},
        fresh_s=FRESH_S,
    )
]
