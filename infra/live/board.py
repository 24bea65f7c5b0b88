"""What somebody sees while a season runs: a board in a terminal, else a line every few seconds. Only shows.

Every figure comes from the journal, from the bulletins' topic or from what the processes say about themselves.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from infra.live.figures import Figures
from infra.live.watch import Seen, Watch
from producers.campaign.scenario import Scenario
from schemas.outputs import Bulletin
from schemas.words import Stage
from schemas.zones import MINUTE_MS, Zone, date_to_day, day_to_date, zone_of

DRAW_EVERY_S = 0.25
LINE_EVERY_S = 5.0
RATE_OVER_S = 5.0
# Of more localities the bulletins would fill the screen.
BULLETIN_LINES_OF = 5
# Before a hundredth is done nothing can be said of its end.
FORESEEN_FROM = 0.01
# A rate needs two looks.
KEPT_MIN = 2
HASH_SHOWN = 16
# A season's records for each application that waits at its start, to foresee its end.
RECORDS_PER_WAITING = 6.1
# Its first days have most of its events, its weeks most of its round trips.
SHARE_OF_RECORDS = 0.4
_STAGES = {
    Stage.RELEASED: "released",
    Stage.LISTED: "in the bulletin",
    Stage.PRIORITY: "by turn",
    Stage.OPEN: "open (first 1,000)",
    Stage.REFERRED: "referred",
    Stage.FILLED: "filled",
    Stage.RECALLED: "recalled",
}


class Board:
    """A context manager. `show` as often as you like: it draws at its own pace."""

    def __init__(
        self,
        console: Console,
        scenario: Scenario,
        title: str,
        figures: Figures,
        watch: Watch,
        now: Callable[[], int],
    ) -> None:
        """`now`: the simulated moment."""
        self._console = console
        self._title = title
        self._figures = figures
        self._watch = watch
        self._now = now
        self._zone: Zone = zone_of(scenario.localities[0].locality)
        self._starts = self._zone.at(date_to_day(scenario.starts))
        self._opens = self._zone.at(date_to_day(scenario.opens))
        self._stops = self._zone.at(date_to_day(scenario.last) + 1)
        self._expected = RECORDS_PER_WAITING * sum(each.queue for each in scenario.localities)
        self._began_at = time.monotonic()
        self._began_share: float | None = None
        self._drawn_at = 0.0
        self._seen: deque[tuple[float, int]] = deque()
        self._catching_up: int | None = None
        self._bulletin: Bulletin | None = None
        self._few = len(scenario.localities) <= BULLETIN_LINES_OF
        self._live: Live | None = None

    def __enter__(self) -> "Board":
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, transient=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.show(now=True)
        if self._live is not None:
            self._live.stop()

    def catching_up(self, events: int) -> None:
        """So many events were sent by an earlier run, and are followed first."""
        self._catching_up = events or None

    def caught_up(self) -> None:
        """From now on everything is new. Repeatable."""
        if self._catching_up is not None:
            self._catching_up = None
            self._began_at, self._began_share = time.monotonic(), None
            self._seen.clear()

    def bulletin(self, bulletin: Bulletin) -> None:
        """A bulletin came out."""
        if bulletin.entries or bulletin.recalled:
            self._bulletin = bulletin
            if self._live is None and self._catching_up is None and self._few:
                self._console.print(f"  {_bulletin_text(bulletin).plain}", soft_wrap=True, highlight=False)

    def show(self, *, now: bool = False) -> None:
        """Draw, if it is time."""
        moment = time.monotonic()
        pause = DRAW_EVERY_S if self._live is not None else LINE_EVERY_S
        if not now and moment - self._drawn_at < pause:
            return
        self._drawn_at = moment
        self._seen.append((moment, self._figures.records))
        while len(self._seen) > KEPT_MIN and moment - self._seen[0][0] > RATE_OVER_S:
            self._seen.popleft()
        if self._live is not None:
            self._live.update(self._picture(), refresh=True)
        else:
            self._console.print(self._line(), soft_wrap=True, highlight=False)

    # ---------------------------------------------------------------------------------------------------- figures

    def _rate(self) -> float:
        (since, before), (until, after) = self._seen[0], self._seen[-1]
        return (after - before) / (until - since) if until > since else 0.0

    def _share(self) -> float:
        span = (self._now() - self._starts) / (self._stops - self._starts)
        records = self._figures.records / self._expected
        share = SHARE_OF_RECORDS * min(1.0, records) + (1 - SHARE_OF_RECORDS) * span
        return max(0.0, min(1.0, share))

    def _left(self) -> str:
        share = self._share()
        if self._began_share is None:
            self._began_share = share
        done, spent = share - self._began_share, time.monotonic() - self._began_at
        left = spent * (1 - share) / done if done >= FORESEEN_FROM else 0.0
        return f"about {_span(left)} left" if left >= 1 else ""

    def _day(self) -> tuple[str, str]:
        """The simulated moment, and what goes on at that time of day."""
        now = self._now()
        local = now + self._zone.offset_ms(now)
        minute = local // MINUTE_MS % 1440
        date = day_to_date(self._zone.day_of(now))
        text = f"{date:%a %d %B %Y}, {minute // 60:02}:{minute % 60:02}"
        if self._catching_up is not None:
            return text, f"going back over {self._catching_up:,} events of the interrupted run"
        if now < self._opens:
            return text, "the old queue is taken over"
        if minute < 7 * 60:
            return text, "night: terms end at midnight, the opening comes in the morning"
        if minute < 18 * 60:
            return text, "day: whose turn has come chooses, referrals, enrolments; bulletin at 18:00"
        return text, "evening: the day's bulletin is out"

    # ---------------------------------------------------------------------------------------------------- drawing

    def _line(self) -> str:
        figures, places = self._figures, self._figures.places
        moment, phase = self._day()
        if self._catching_up is not None:
            return f"{moment}  {phase}"
        on_offer = places[Stage.LISTED] + places[Stage.PRIORITY] + places[Stage.OPEN]
        lag = self._watch.lag
        behind = "?" if lag is None else f"{lag:,}"
        return (
            f"{moment}  {self._share():4.0%}  waiting {figures.waiting:,}  on offer {on_offer:,}  "
            f"access {figures.accesses:,}  referrals {figures.referrals:,}  enrolled {figures.enrolled:,}  "
            f"{self._rate():,.0f} decisions/s  lag {behind}  {_health(self._watch.processes)}".rstrip()
        )

    def _picture(self) -> Panel:
        moment, phase = self._day()
        head = Table.grid(expand=True)
        head.add_column()
        head.add_column(justify="right")
        head.add_row(Text(moment, "bold"), Text(self._left(), "dim"))
        head.add_row(Text(phase, "cyan"), f"{self._share():.0%}")
        columns = Table.grid(expand=True, padding=(0, 3, 0, 0))
        for _ in range(3):
            columns.add_column(ratio=1)
        columns.add_row(self._people(), self._places(), self._machine())
        parts: list[RenderableType] = [head, ProgressBar(total=1.0, completed=self._share()), Text(), columns]
        if self._bulletin is not None:
            parts += [Text(), _bulletin_text(self._bulletin)]
        return Panel(Group(*parts), title=self._title, border_style="blue")

    def _people(self) -> Table:
        figures = self._figures
        return _rows(
            "People",
            [
                ("waiting", figures.waiting),
                ("may choose now", figures.accesses),
                ("turns that came", figures.accesses_granted),
                ("referrals", figures.referrals),
                ("enrolled", figures.enrolled),
                ("events rejected", figures.rejected),
            ],
        )

    def _places(self) -> Table:
        return _rows("Places", [(name, self._figures.places[stage]) for stage, name in _STAGES.items()])

    def _machine(self) -> Table:
        table = _rows("Machine", [("decisions", self._figures.records), ("decisions/s", round(self._rate()))])
        lag = self._watch.lag
        table.add_row("lag, records", "?" if lag is None else f"{lag:,}")
        for each in self._watch.processes:
            table.add_row(each.name, Text(_state(each), _colour(each)))
        return table


def _rows(title: str, rows: list[tuple[str, int]]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", show_header=False, box=None, padding=(0, 1, 0, 0)
    )
    table.add_column()
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(name, f"{value:,}")
    return table


def _bulletin_text(bulletin: Bulletin) -> Text:
    years = Counter(entry.birth_year for entry in bulletin.entries)
    organisations = len({entry.organisation_id for entry in bulletin.entries})
    by_year = ", ".join(f"{year}: {count:,}" for year, count in sorted(years.items(), reverse=True))
    text = Text(f"Bulletin {bulletin.number} of {bulletin.date:%d %B %Y}, {bulletin.locality}: ", "bold")
    text.append(f"{_many(len(bulletin.entries), 'place')} in {_many(organisations, 'organisation')}", "none")
    if by_year:
        text.append(f" (born {by_year})", "none")
    if bulletin.recalled:
        text.append(f", {len(bulletin.recalled):,} recalled", "none")
    text.append(f"; hash {bulletin.bulletin_hash[:HASH_SHOWN]}…", "dim")
    return text


def _state(process: Seen) -> str:
    state = "working" if process.ready else ("starting" if process.state == "running" else process.state)
    return f"{state}, restarted {process.restarts} ×" if process.restarts else state


def _colour(process: Seen) -> str:
    if process.state == "failed":
        return "red"
    return "green" if process.ready else "yellow"


def _health(processes: tuple[Seen, ...]) -> str:
    return ", ".join(f"{each.name} {_state(each)}" for each in processes if not each.ready or each.restarts)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - reads better so
