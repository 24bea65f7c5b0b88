"""`make demo`: a season from an empty machine to files that were checked. Owns the order of things and their end.

Everything that it starts it stops, and what can't be stopped in order dies with it. Where a season stands is kept by
its topics alone, so it may be interrupted at any moment, in any way, and be continued.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from confluent_kafka.admin import AdminClient
from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from infra.live.board import Board
from infra.live.figures import Figures
from infra.live.lane import Lane
from infra.live.results import BULLETINS_FOLDER, JOURNAL_FILE, REGISTERS_FOLDER, write_results
from infra.live.runner import Runner, Stalled
from infra.live.season import Season, SeasonFile, forget
from infra.live.supervisor import STOP_TIMEOUT_S, read_status
from infra.live.watch import Watch
from infra.settings import Settings
from infra.settings_services import schema_ids
from infra.stack.local import LocalStack
from infra.stack.process import Child, start
from infra.stack.state import running
from producers.campaign.scenario import Scenario, scenario_of
from schemas.errors import OrynError
from schemas.outputs import Bulletin
from streams.rules.pack import KZ_2020

READY_TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.1
CHECK_EVERY_S = 1.0
# The group needs as long as it gives its children, and a little more.
STOP_MARGIN_S = 5.0
LOG_LINES_SHOWN = 12
# What this season needs of the stack. The readers that need the others bring them in.
SERVICES = ("kafka",)


class AlreadyPlaying(OrynError):
    """Another demo plays in this data folder."""


@dataclass(frozen=True)
class Demo:
    """What to play, where. `file`: of the settings, if one was named; `last`: the season before, which is forgotten;
    `out`: the folder of the files."""

    settings: Settings
    file: Path | None
    season: Season
    last: Season | None
    out: Path
    workers: int
    console: Console

    @property
    def folder(self) -> Path:
        """Where demos of this data folder keep their season."""
        return self.settings.data / "demo"

    def play(self) -> None:
        """Play the season, or what is left of it. Raises: OrynError; KeyboardInterrupt, which leaves it resumable."""
        with ExitStack() as stack:
            stack.enter_context(_alone(self.folder))
            SeasonFile(self.folder).save(self.season)
            bootstrap = stack.enter_context(self._kafka())
            if self.last is not None and self.last.prefix != self.season.prefix:
                forget(self.last, self.settings, AdminClient(dict(self._client(bootstrap))))
            scenario = scenario_of(self.season.campaign, self.season.scale, self.season.days)
            with self._group(bootstrap, scenario) as group:
                figures, seconds = self._season(bootstrap, scenario, group)
            self._say(f"\n{self.season.title}: {figures.events:,} events decided in {seconds:.0f} s.")
            write_results(self.out, self.file, bootstrap, self.season.prefix)
            SeasonFile(self.folder).save(_finished(self.season))
        self._tell_more(figures)

    def _say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, highlight=False)

    def _client(self, bootstrap: str) -> dict[str, str]:
        return {**self.settings.kafka.client, "bootstrap.servers": bootstrap}

    # ---------------------------------------------------------------------------------------------- what it needs

    @contextmanager
    def _kafka(self) -> Iterator[str]:
        """Kafka's address: as set, else of the local stack, which is stopped again unless it ran before."""
        given = self.settings.kafka.bootstrap or ""
        before = running(self.settings.data).kafka
        if given or before:
            self._say(f"Kafka runs at {given or before}.")
            yield given or before
            return
        began = time.monotonic()
        with _fetching(self.console) as progress:
            stack = LocalStack(self.settings.data, owned=True, progress=progress)
            address = stack.up(SERVICES).kafka
        self._say(f"Kafka started at {address} in {time.monotonic() - began:.0f} s.")
        try:
            yield address
        finally:
            stack.down(SERVICES)

    def _kafka_runs(self) -> bool:
        """Whether the local stack's does; one that was given is looked after by others."""
        return bool(self.settings.kafka.bootstrap or running(self.settings.data).kafka)

    @contextmanager
    def _group(self, bootstrap: str, scenario: Scenario) -> Iterator["_Group"]:
        """`oryn run` underneath, until all of it is ready; stopped in order at the end."""
        settings, prefix = self.settings, self.season.prefix
        log = settings.data / "logs" / f"{prefix}run.log"
        child = start(self._run_command(bootstrap, scenario), log)
        status = settings.data / "run" / f"{prefix}run.json"
        try:
            self._await_ready(child, status, log)
            with Watch(status) as watch:
                yield _Group(child, log, watch, self._kafka_runs)
        finally:
            if self._kafka_runs():
                child.identity.stop(STOP_TIMEOUT_S + STOP_MARGIN_S)
            # Without Kafka nothing can be ended in order. In any case it takes its processes with it.
            child.kill()

    def _run_command(self, bootstrap: str, scenario: Scenario) -> list[str]:
        options = ["--kafka", bootstrap, "--prefix", self.season.prefix, "--clock", "records"]
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
            if found is not None and ours and all(each["ready"] for each in found["children"]):
                break
            code = child.exit_code()
            if code is not None or time.monotonic() > deadline:
                how = (
                    f"ended with exit code {code}" if code is not None else f"is not ready after {READY_TIMEOUT_S:g} s"
                )
                raise OrynError(f"`oryn run` {how}; the end of {log}:\n{_tail(log)}")
            time.sleep(LOOK_EVERY_S)
        names = ", ".join(each["name"] for each in found["children"])
        self._say(f"Running: {names}; their logs are in {log.parent}.")

    # ------------------------------------------------------------------------------------------------- the season

    def _season(self, bootstrap: str, scenario: Scenario, group: "_Group") -> tuple[Figures, float]:
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
            runner = Runner(lanes, self._client(bootstrap), self.season.prefix, ids, figures, show)
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

    def _tell_more(self, figures: Figures) -> None:
        out = self.out
        self._say(
            f"\nIn {out}: {JOURNAL_FILE} (every decision, hash-chained), {BULLETINS_FOLDER}/ (one for each day), "
            f"{REGISTERS_FOLDER}/ (applications, places, referrals as CSV).\n"
            "Look at one family and one place:"
        )
        if figures.last_referred is not None:
            self._say(f"  oryn why {figures.last_referred} --journal {out / JOURNAL_FILE}")
        self._say(f"  oryn verify {out / JOURNAL_FILE} --bulletins {out / BULLETINS_FOLDER}")
        self._say(
            f"  oryn stack up && oryn journal follow --prefix {self.season.prefix} --last 20\n"
            "`make demo` again begins a new season; SCALE, CAMPAIGN and SEED choose another one."
        )


class _Group:
    """What works underneath, and whether it still does."""

    def __init__(self, child: Child, log: Path, watch: Watch, kafka_runs: Callable[[], bool]) -> None:
        self.log, self.watch = log, watch
        self._child, self._kafka_runs = child, kafka_runs
        self._looked_at = 0.0

    def check(self) -> None:
        """Raises: OrynError when something has ended that nobody starts again."""
        now = time.monotonic()
        if now - self._looked_at < CHECK_EVERY_S:
            return
        self._looked_at = now
        code = self._child.exit_code()
        if code is not None:
            raise OrynError(f"`oryn run` ended with exit code {code}; the end of {self.log}:\n{_tail(self.log)}")
        if not self._kafka_runs():
            raise OrynError(
                "Kafka has ended (`oryn stack logs kafka`); `make demo` starts it again and goes on from here"
            )


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


@contextmanager
def _fetching(console: Console) -> Iterator["_Fetching"]:
    """A bar while Kafka's jars are fetched."""
    bar = Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=console, transient=True)
    with bar if console.is_terminal else ExitStack():
        yield _Fetching(bar)


class _Fetching:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Kafka", total=None)

    def __call__(self, done: int, of: int) -> None:
        self._bar.update(self._task, completed=done, total=of)


def _tail(log: Path) -> str:
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError as exc:
        return f"(not readable: {exc.strerror})"
    return "\n".join(lines[-LOG_LINES_SHOWN:])
