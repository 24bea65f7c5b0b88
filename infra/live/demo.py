"""`make demo`: a season from an empty machine to files that were checked. Owns the order of things and their end.

Everything that it starts it stops, and what can't be stopped in order dies with it. Where a season stands is kept by
its topics alone, so it may be interrupted at any moment, in any way, and be continued.
"""

import gc
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from confluent_kafka.admin import AdminClient
from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import Progress, TextColumn

from infra.live.board import Board
from infra.live.contacts import SeasonContacts
from infra.live.figures import Figures
from infra.live.lane import Lane
from infra.live.results import JOURNAL_FILE, REGISTERS_FOLDER, write_results
from infra.live.runner import Runner, Stalled
from infra.live.season import Season, SeasonFile, forget
from infra.live.services import NAMES, Services
from infra.live.showing import Showing, end_showing, tail
from infra.live.stores import (
    MESSAGES_FOLDER,
    PAGES_FOLDER,
    environment_of,
    forget_files,
    forget_stores,
    live_view_is_shown,
    seasonal,
)
from infra.live.supervisor import STOP_TIMEOUT_S, read_status
from infra.live.watch import Watch
from infra.readers.bulletins import renew_orders
from infra.settings import Settings
from infra.settings_services import kafka_client, postgres_url, schema_ids
from infra.stack.process import Child, start
from infra.stack.state import Endpoints
from producers.campaign.scenario import Scenario, scenario_of
from schemas.errors import OrynError
from schemas.outputs import Bulletin
from streams.rules.pack import KZ_2020

READY_TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.1
CHECK_EVERY_S = 1.0
# The group needs as long as it gives its children, and a little more.
STOP_MARGIN_S = 5.0
# Messages of a whole city take the longest.
READERS_TIMEOUT_S = 1_800.0
SETTLED_S = 3.0
# Who need not be at the end for the files: they count, and take longest.
COUNTING = ("monitor-", "indicators")


class AlreadyPlaying(OrynError):
    """Another demo plays in this data folder."""


@dataclass(frozen=True)
class Demo:
    """What to play, where. `file`: of the settings, if one was named; `last`: the season before, which is forgotten;
    `out`: the folder of the files; `stop`: whether services that were started, and the dashboard, stop with a finished
    season; `dashboard`: whether there is one."""

    settings: Settings
    file: Path | None
    season: Season
    last: Season | None
    out: Path
    workers: int
    console: Console
    stop: bool
    dashboard: bool = True

    @property
    def folder(self) -> Path:
        """Where demos of this data folder keep their season."""
        return self.settings.data / "demo"

    def play(self) -> None:
        """Play the season, or what is left of it. Raises: OrynError; KeyboardInterrupt, which leaves it resumable."""
        with ExitStack() as stack:
            stack.enter_context(_alone(self.folder))
            SeasonFile(self.folder).save(self.season)
            end_showing(self.settings.data)
            services = Services(self.settings, self.console)
            at = stack.enter_context(services)
            here = seasonal(self.settings, at, self.season.prefix, self.out)
            if self.last is None or self.last.prefix != self.season.prefix:
                self._forget_last(at)
            showing = stack.enter_context(self._showing(here)) if self.dashboard else None
            scenario = scenario_of(self.season.campaign, self.season.scale, self.season.days)
            with self._group(here, scenario, services, showing) as group:
                figures, seconds = self._season(here, scenario, group)
                self._say(f"\n{self.season.title}: {figures.events:,} events decided in {seconds:.0f} s.")
                over = time.monotonic()
                self._await_readers(here, group, over, later=COUNTING)
                # Whoever counts has the other core meanwhile.
                write_results(self.out, self.file, at.kafka, self.season.prefix)
                self._await_readers(here, group, over)
            renew_orders(here)
            SeasonFile(self.folder).save(_finished(self.season))
            pages = self._pages_worth_opening(here, showing, figures)
            if not self.stop:
                services.leave_running()
                pages = pages if showing is not None and showing.leave_open() else ""
        self._tell_more(figures, "" if self.stop else pages)

    def _showing(self, here: Settings) -> Showing:
        options = ["--kafka", str(here.kafka.bootstrap), "--prefix", self.season.prefix, "--health-port", "0"]
        if self.file is not None:
            options += ["--settings", str(self.file)]
        return Showing(self.settings, self.season.prefix, options, environment_of(here), self._say)

    def _forget_last(self, at: Endpoints) -> None:
        """Make room: nobody wants the former season any more."""
        if self.last is not None:
            last = seasonal(self.settings, at, self.last.prefix, self.out)
            forget(self.last, self.settings, AdminClient({**kafka_client(last)}))
            forget_stores(last)
        forget_files(self.out)

    def _say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, highlight=False)

    # ---------------------------------------------------------------------------------------------- what it needs

    @contextmanager
    def _group(
        self, here: Settings, scenario: Scenario, services: Services, showing: Showing | None
    ) -> Iterator["_Group"]:
        """`oryn run` underneath, until all of it is ready; stopped in order at the end."""
        settings, prefix = self.settings, self.season.prefix
        log = settings.data / "logs" / f"{prefix}run.log"
        child = start(self._run_command(here, scenario), log, environment_of(here))
        status = settings.data / "run" / f"{prefix}run.json"
        try:
            self._await_ready(child, status, log)
            with Watch(status) as watch:
                yield _Group(child, log, watch, services, showing)
        finally:
            if services.missing() != "kafka":
                child.identity.stop(STOP_TIMEOUT_S + STOP_MARGIN_S)
            # Without Kafka nothing can be ended in order. In any case it takes its processes with it.
            child.kill()

    def _run_command(self, here: Settings, scenario: Scenario) -> list[str]:
        address = ["--kafka", str(here.kafka.bootstrap), "--prefix", self.season.prefix]
        options = [*address, "--clock", "records", "--readers", "all"]
        if self.file is not None:
            options += ["--settings", str(self.file)]
        if len(scenario.localities) == 1:
            options += ["--partitions", "1"]  # that is all there is to share out; else as declared
        return [sys.executable, "-P", "-m", "infra", "run", "--workers", str(self.workers), *options]

    def _await_ready(self, child: Child, status: Path, log: Path) -> None:
        """Wait until all processes work. Raises: OrynError with the end of the log."""
        deadline = time.monotonic() + READY_TIMEOUT_S
        while True:
            found = read_status(status)
            # A killed group leaves its file behind: this one's has our child's id.
            ours = found is not None and found["pid"] == child.identity.pid
            # Readers of a season that goes on may have much to read: they do so while it is played.
            if found is not None and ours and all(_works(each) for each in found["children"]):
                break
            code = child.exit_code()
            if code is not None or time.monotonic() > deadline:
                how = (
                    f"ended with exit code {code}" if code is not None else f"is not ready after {READY_TIMEOUT_S:g} s"
                )
                raise OrynError(f"`oryn run` {how}; the end of {log}:\n{tail(log)}")
            time.sleep(LOOK_EVERY_S)
        names = ", ".join(each["name"] for each in found["children"])
        self._say(f"Running: {names}; their logs are in {log.parent}.")

    # ------------------------------------------------------------------------------------------------- the season

    def _season(self, here: Settings, scenario: Scenario, group: "_Group") -> tuple[Figures, float]:
        """Play it on the board. Returns: the figures at its end, and how many seconds it took."""
        figures = Figures()
        board: Board | None = None
        runner: Runner | None = None

        def publish(bulletin: Bulletin) -> None:
            if board is not None:
                board.bulletin(bulletin)

        def show() -> None:
            if board is not None and runner is not None:
                if not runner.catching_up:
                    board.caught_up()
                board.show()
            group.check()

        # Nothing of a season is freed before its end: looking for garbage over and over would only cost time.
        gc.disable()
        try:
            self._say(f"The people of {scenario.title} gather.")
            lanes = [Lane(plan, scenario, self.season.seed, KZ_2020, publish) for plan in scenario.localities]
            ids = schema_ids(self.settings)
            self._open_doors(group, lanes)
            known = SeasonContacts(postgres_url(here), here.schema("contacts"))
            runner = Runner(lanes, kafka_client(here), self.season.prefix, ids, figures, show, known.learn)
            try:
                before = runner.catch_up()
                began = time.monotonic()
                with Board(
                    self.console, scenario, self.season.title, figures, group.watch, lambda: runner.now
                ) as board:
                    board.catching_up(before)
                    runner.run()
                return figures, time.monotonic() - began
            except Stalled as exc:
                raise OrynError(
                    f"{exc}: look at the logs in {group.log.parent}; `make demo` goes on from here"
                ) from exc
            finally:
                runner.close()
        finally:
            # The people that are left are of no use, but looking through them would take seconds.
            gc.freeze()
            gc.enable()

    def _open_doors(self, group: "_Group", lanes: Sequence[Lane]) -> None:
        """Make the logins, and tell where the season is to be seen. Raises: OrynError."""
        showing = group.showing
        if showing is None:
            return
        from infra.live.logins import make_logins, told  # noqa: PLC0415 - a demo without a dashboard needs none of it

        showing.keep(make_logins(self.settings.data, lanes, showing.logins))
        showing.await_answer()
        self._say(f"Dashboard: {showing.address}  Logins, also in {showing.file}:\n{told(showing.logins)}")

    def _pages_worth_opening(self, here: Settings, showing: Showing | None, figures: Figures) -> str:
        """What to look at in the browser, when all is over."""
        if showing is None:
            return ""
        from infra.live.logins import told, with_family  # noqa: PLC0415 - as above

        where = f"{showing.address}en"
        locality = scenario_of(self.season.campaign, self.season.scale, self.season.days).localities[0].locality
        lines = [f"  {where}/nation", f"  {where}/localities/{locality}"]
        family = figures.last_referred
        if family is not None:
            showing.keep(with_family(here, showing.logins, family))
            lines.append(f"  {where}/localities/{figures.last_locality}/applications/{family}")
        return (
            f"\nThe dashboard is open: {showing.address}  Logins, also in {showing.file}:\n{told(showing.logins)}\n"
            "Pages worth opening (nation, locality, a family's application: its account is `family`):\n"
            + "\n".join(lines)
        )

    def _await_readers(self, here: Settings, group: "_Group", over: float, later: Collection[str] = ()) -> None:
        """Wait until every reader has read all and delivered all, but those that may be `later`. `over`: when
        the season was.

        Raises: OrynError when one does not get there.
        """
        progress = Progress(TextColumn("{task.description}"), console=self.console, transient=True)
        task = progress.add_task("", total=None)
        behind: dict[str, int | None] = {"all": None}
        began = time.monotonic()
        with progress if self.console.is_terminal else ExitStack():
            while behind:
                group.check()
                watch, settled = group.watch, time.monotonic() - over >= SETTLED_S
                # A figure is some moments old, and the fan-out may just have told something new.
                found = _of(watch.readers, later).items()
                behind = {name: lag for name, lag in found if not settled or watch.idle_s(name) < SETTLED_S}
                if not found or (not behind and not live_view_is_shown(here)):
                    behind = {"live-view": None}
                if time.monotonic() - began > READERS_TIMEOUT_S:
                    raise OrynError(f"these readers do not come to the end: {_told(behind)}; see {group.log.parent}")
                progress.update(task, description=f"Readers have still to read: {_told(behind)}")
                time.sleep(LOOK_EVERY_S)
        who = "Indicators are" if not later else "Readers are"
        self._say(f"{who} at the end of all topics, {time.monotonic() - began:.0f} s later.")

    def _tell_more(self, figures: Figures, pages: str) -> None:
        out, prefix = self.out, f"--prefix {self.season.prefix}"
        self._say(
            f"\nIn {out}: {JOURNAL_FILE} (every decision, hash-chained), {PAGES_FOLDER}/ (public pages: open "
            f"{PAGES_FOLDER}/index.html), {MESSAGES_FOLDER}/ (what families were told), {REGISTERS_FOLDER}/ "
            "(applications, places, referrals as CSV).\n"
            "Look at one family and one place:"
        )
        if figures.last_referred is not None:
            self._say(f"  oryn why {figures.last_referred} --journal {out / JOURNAL_FILE}")
        self._say(f"  oryn verify {out / JOURNAL_FILE} --bulletins {out / PAGES_FOLDER}")
        if self.stop:
            self._say(f"  oryn stack up && oryn queue {prefix}")
        else:
            asked = figures.last_referred or "APPLICATION"
            self._say(
                f"PostgreSQL, Redis and Kafka run on (`oryn stack down` stops them, and the dashboard):\n"
                f"  oryn application {asked} --history {prefix}\n"
                f"  oryn queue {prefix}\n"
                f"  oryn bulletin {prefix}\n"
                f"  oryn registers status {prefix}\n"
                f"  oryn gateway log {prefix}\n"
                f"  oryn journal follow --last 20 {prefix}"
            )
        if pages:
            self._say(pages)
        self._say("`make demo` again begins a new season; SCALE, CAMPAIGN and SEED choose another one.")


class _Group:
    """What works underneath, and whether it still does."""

    def __init__(self, child: Child, log: Path, watch: Watch, services: Services, showing: Showing | None) -> None:
        self.log, self.watch, self.showing = log, watch, showing
        self._child, self._services = child, services
        self._looked_at = 0.0

    def check(self) -> None:
        """Raises: OrynError when something has ended that nobody starts again."""
        now = time.monotonic()
        if now - self._looked_at < CHECK_EVERY_S:
            return
        self._looked_at = now
        if self.showing is not None:
            self.showing.check()
        code = self._child.exit_code()
        if code is not None:
            raise OrynError(f"`oryn run` ended with exit code {code}; the end of {self.log}:\n{tail(self.log)}")
        missing = self._services.missing()
        if missing is not None:
            raise OrynError(
                f"{NAMES[missing]} has ended (`oryn stack logs {missing}`); `make demo` starts it again and goes on "
                "from here"
            )


def _works(child: Mapping[str, Any]) -> bool:
    return bool(child["ready"] if child["essential"] else child["url"])


def _finished(season: Season) -> Season:
    return msgspec.structs.replace(season, finished=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Raises: AlreadyPlaying."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=0):
            yield
    except Timeout as exc:
        raise AlreadyPlaying(f"another demo plays in {folder}: stop it, or set ORYN_DATA to another folder") from exc


def _told(behind: Mapping[str, int | None]) -> str:
    return ", ".join(f"{name} {'?' if lag is None else f'{lag:,}'}" for name, lag in behind.items())


def _of(readers: Mapping[str, int | None], later: Collection[str]) -> dict[str, int | None]:
    """Those that are waited for now. A process is called by its kind, numbered where there may be several."""
    return {name: lag for name, lag in readers.items() if not name.startswith(tuple(later))}
