"""The demo as somebody at a keyboard has it: a process that is started, interrupted, killed, and started again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # has no types of its own

from infra.live.season import Season, SeasonFile
from infra.live.showing import end_showing
from schemas.codec import journal_codec
from schemas.errors import OrynError
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.topic_reading import TopicReading

ROOT = Path(__file__).parents[3]
# What a surrounding `make test` or an operator's shell would say to the demo.
FOREIGN = ("ORYN_KAFKA", "ORYN_POSTGRES", "ORYN_REDIS", "MAKE", "MFLAGS", "CAMPAIGN", "SCALE", "SEED")
WAIT_S = 180.0
POLL_S = 0.1


class Demo:
    """One data folder and the demos in it, one after the other. `services`: addresses by their settings' names, as
    `KAFKA_BOOTSTRAP`; those that are missing are the demo's own."""

    def __init__(self, folder: Path, services: Mapping[str, str], prefix: str = "") -> None:
        self.folder = folder
        self.data, self.out = folder / "data", folder / "out"
        self.log = folder / "demo.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._from = 0
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self._environment = {**inherited, "ORYN_DATA": str(self.data), "ORYN_KAFKA_TOPIC_PREFIX": prefix}
        self._environment |= {f"ORYN_{name}": address for name, address in services.items()}

    def start(self, *options: str) -> None:
        """Start it without a dashboard, with options as of `oryn demo`."""
        command = [sys.executable, "-m", "infra", "demo", "--no-dashboard", "--out", str(self.out), *options]
        self._start(command, self.folder)

    def make(self, *variables: str) -> None:
        """Start `make demo` with variables as `SCALE=0.5`. What it needs is installed: this test runs."""
        made = ["make", "-o", ".venv/.installed", f"BIN={Path(sys.executable).parent}", f"OUT={self.out}"]
        self._start([*made, "demo", *variables], ROOT)

    def _start(self, command: list[str], folder: Path) -> None:
        self._from = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=folder,
                # As of a shell of its own: a signal to it reaches nobody else.
                start_new_session=True,
            )

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The present or last one."""
        assert self._process is not None
        return self._process

    def said(self) -> str:
        """What the present or last one wrote."""
        return self.log.read_bytes()[self._from :].decode()

    def wait(self, seconds: float = WAIT_S) -> int:
        """Until it ends; its exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end:\n{self.said()}") from None

    def interrupt(self) -> int:
        """As Ctrl-C does. Returns: the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.wait()

    def family(self) -> list[psutil.Process]:
        """All processes that belong to it, wherever they stand in the tree: those that know its data folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("ORYN_DATA") == str(self.data):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        end_showing(self.data)

    def ask(self, *arguments: str) -> Any:
        """What an `oryn` command answers with `--json` about the season."""
        season = self.season
        assert season is not None
        command = [sys.executable, "-m", "infra", *arguments, "--prefix", season.prefix, "--json"]
        done = subprocess.run(
            command, check=False, capture_output=True, env=self._environment, cwd=self.folder, timeout=WAIT_S
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    # What it left.

    @property
    def season(self) -> Season | None:
        """Which season it plays."""
        return SeasonFile(self.data / "demo").load()

    def records(self, kafka: str) -> list[Record]:
        """The journal of its season as it stands in the topic; empty while there is none."""
        season = self.season
        if season is None:
            return []
        codec = journal_codec(FrozenIds())
        try:
            with TopicReading({"bootstrap.servers": kafka}, f"{season.prefix}journal") as reading:
                return [codec.decode(message.value()) for message in reading]
        except OrynError:
            return []

    def await_records(self, count: int, kafka: Callable[[], str | None]) -> int:
        """Wait until the journal has so many records. Returns: how many it has."""
        deadline = time.monotonic() + WAIT_S
        while True:
            address = kafka()
            found = len(self.records(address)) if address else 0
            if found >= count:
                return found
            assert self.process.poll() is None, f"it ended before:\n{self.said()}"
            assert time.monotonic() < deadline, f"{found} records only:\n{self.said()}"
            time.sleep(POLL_S)
