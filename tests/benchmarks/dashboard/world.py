"""A whole machine for the benchmark: one prefix with its worker, readers, monitoring and dashboard, and its visitors.

Owns processes and how they are asked. Never measures by itself.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from http.cookiejar import CookieJar
from itertools import count
from typing import Any, Final, Self, TypeVar

import msgspec
import psutil  # type: ignore[import-untyped]  # has no types of its own
import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from psycopg.sql import SQL, Identifier

from consumers.dashboard.access import Role
from consumers.dashboard.accounts import Accounts
from infra.live.watch import Watch
from infra.settings_layers import load_settings
from infra.stack import ports
from infra.topics import apply_topics
from schemas.topic_offsets import extents
from schemas.words import TOPIC_ORDER
from tests.benchmarks.dashboard.readers import Seen, Task
from tests.benchmarks.pipeline.cluster import PARTITION, Cluster
from tests.benchmarks.programs import running

LOOK_EVERY_S: Final = 0.02
PATIENCE_S: Final = 600.0
STOP_S: Final = 60.0
# A figure is some moments old: once at the end may be what was before the last records came.
SETTLED_S: Final = 2.0
WHOLE: Final = ("--readers", "registers,live-view,indicators")
PART: Final = ("--readers", "registers,live-view", "--monitors", "0")
HOST: Final = "127.0.0.1"
SITE: Final = "localhost"
TOKEN: Final = re.compile(r'name="csrf" value="([^"]+)"')
_NUMBERS: Final = count(1)
Found = TypeVar("Found")


class World:
    """One prefix. A context manager: its processes run inside it."""

    def __init__(self, here: Cluster, postgres: str, redis: str, locality: str, *, whole: bool) -> None:
        """Start nothing yet. `locality`: that is looked at; `whole`: with the monitoring and its indicators."""
        self.locality = locality
        self.whole = whole
        self.name = f"w{os.getpid()}n{next(_NUMBERS)}"
        self.prefix = f"{self.name}-"
        self.client = here.client
        self.postgres = postgres
        self.folder = here.folder / self.name
        self._environment = {
            "ORYN_DATA": str(self.folder),
            "ORYN_KAFKA_BOOTSTRAP": here.client["bootstrap.servers"],
            "ORYN_KAFKA_TOPIC_PREFIX": self.prefix,
            "ORYN_POSTGRES_URL": postgres,
            "ORYN_REDIS_URL": redis,
        }
        self._stack = ExitStack()
        self.port = ports.pick()
        self.dashboard: psutil.Process = None
        self.worker: psutil.Process = None
        self.cookies: dict[Role, str] = {}

    @property
    def schema(self) -> str:
        """That of the registers."""
        return load_settings(None, {"kafka.topic_prefix": self.prefix}).settings.schema("registers")

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder.mkdir(parents=True)
            apply_topics(AdminClient(dict(self.client)), self.prefix, "records", 1)
            accounts = Accounts(self.folder / "dashboard" / "accounts.json")
            scopes = {Role.NATION: "", Role.LOCALITY: self.locality}
            words = {role: accounts.add(role.value, role, scope) for role, scope in scopes.items()}
            parts = WHOLE if self.whole else PART
            group = stack.enter_context(self._running("run", "--clock", "records", "--partitions", "1", *parts))
            self.dashboard = stack.enter_context(self._running("dashboard", "--port", str(self.port)))
            until(lambda: ports.answers(HOST, self.port), "the dashboard answers", self.dashboard)
            self.worker = until(self._worker, "the worker is ready", group)
            self.cookies = {role: self._logged_in(role.value, word) for role, word in words.items()}
            self._consumer = Consumer({**self.client, "group.id": f"{self.prefix}oryn-allocation"})
            stack.callback(self._consumer.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _running(self, *command: str) -> AbstractContextManager[psutil.Process]:
        log = self.folder / f"{command[0]}.log"
        return running((sys.executable, "-P", "-m", "infra", *command), log, self._environment)

    def _worker(self) -> psutil.Process | None:
        """The worker's process, once all of the group work."""
        try:
            found = json.loads((self.folder / "run" / f"{self.prefix}run.json").read_bytes())
        except (OSError, ValueError):
            return None
        children = {each["name"]: each for each in found["children"]}
        if not all(each["ready"] for each in children.values()):
            return None
        return psutil.Process(children["worker-1"]["pid"])

    def _logged_in(self, name: str, password: str) -> str:
        """What a browser shows from then on."""
        jar = CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), _NoWayOn())
        site = f"http://{SITE}:{self.port}/en/login"
        with browser.open(site, timeout=STOP_S) as answer:
            token = TOKEN.search(answer.read().decode())
        assert token is not None, "the form has its token"
        fields = urllib.parse.urlencode({"name": name, "password": password, "csrf": token[1]})
        with browser.open(site, fields.encode(), timeout=STOP_S):
            pass
        return "; ".join(f"{each.name}={each.value}" for each in jar if each.name == "oryn")

    # -------------------------------------------------------------------------------------------------- how far it is

    def await_decided(self) -> None:
        """Wait until the worker has decided all that was published."""
        topics = [f"{self.prefix}{topic}" for topic in TOPIC_ORDER]
        ends = {topic: extents(self.client, topic, [PARTITION])[PARTITION].end for topic in topics}
        asked = [TopicPartition(topic, PARTITION) for topic in topics]

        def decided() -> bool:
            found = self._consumer.committed(asked, timeout=STOP_S)
            return all(max(each.offset, 0) >= ends[each.topic] for each in found)

        until(decided, "the worker has decided everything")

    def await_shown(self) -> None:
        """Wait until registers, live view and indicators have all that was decided."""
        self.await_decided()
        with Watch(self.folder / "run" / f"{self.prefix}run.json") as watch:

            def shown() -> bool:
                return bool(watch.readers) and all(watch.idle_s(name) >= SETTLED_S for name in watch.readers)

            until(shown, "all readers are at the end")

    def ask(self, text: SQL, *values: object) -> list[Any]:
        """Rows of the registers, whose schema is the text's one gap."""
        with psycopg.connect(self.postgres) as connection:
            return connection.execute(text.format(Identifier(self.schema)), values).fetchall()


class _NoWayOn(urllib.request.HTTPRedirectHandler):
    """Where a login leads to is not looked at."""

    def http_error_303(self, req: Any, fp: Any, *_: Any) -> Any:
        """The answer itself."""
        return fp


class Visitors:
    """Readers of a dashboard in a process of their own. A context manager: inside it all of them listen."""

    def __init__(self, world: World, pages: list[tuple[str, list[str]]], stay_s: float) -> None:
        """Start nobody yet. `pages`: for each reader its cookie and the pages that it turns over."""
        self._task = Task(host=SITE, port=world.port, stay_s=stay_s, pages=pages)
        self._log = world.folder / "readers.log"
        self.process: psutil.Process = None

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.dashboard.readers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.process = psutil.Process(self._child.pid)
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.write(msgspec.json.encode(self._task) + b"\n")
        self._child.stdin.flush()
        if self._child.stdout.readline() != b"ready\n":
            self.__exit__()
            raise AssertionError(f"the readers do not listen; see {self._log}")
        return self

    def __exit__(self, *error: object) -> None:
        self._child.kill()
        self._child.communicate()

    def leave(self) -> Seen:
        """End them. Returns: what they saw."""
        found, _ = self._child.communicate(b"\n", timeout=STOP_S)
        assert self._child.returncode == 0, f"the readers failed; see {self._log}"
        return msgspec.json.decode(found, type=Seen)


def until(found: Callable[[], Found], what: str, *alive: psutil.Process) -> Found:
    """Wait for it; gives what is found. `alive`: who must not end meanwhile. Raises: AssertionError."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        for process in alive:
            assert process.status() != psutil.STATUS_ZOMBIE, f"a process has ended instead: {what}"
        assert time.monotonic() < deadline, f"not after {PATIENCE_S:.0f} s: {what}"
        time.sleep(LOOK_EVERY_S)
    return answer


def cpu_s(process: psutil.Process) -> float:
    """CPU time of one process so far, in seconds."""
    found = process.cpu_times()
    return float(found.user + found.system)


def pages_of(world: World, readers: int) -> list[tuple[str, list[str]]]:
    """What so many readers look at: a third of them families, each its own application; a third the order of a queue;
    the others localities, bulletins, start page; of twenty one in a ministry and one in a department."""
    home = f"/en/localities/{world.locality}"
    queues = world.ask(SQL("SELECT queue FROM {}.applications GROUP BY 1 ORDER BY count(*) DESC LIMIT 12"))
    kinds = [f"{home}/queues/{urllib.parse.quote(str(queue))}" for (queue,) in queues]
    waiting = world.ask(
        SQL("SELECT application_id FROM {}.applications WHERE state = 'QUEUED' ORDER BY md5(application_id) LIMIT %s"),
        readers,
    )
    children = world.ask(SQL("SELECT organisation_id FROM {}.organisations ORDER BY 1 LIMIT 20"))
    assert kinds and waiting and children, "the registers have nothing to show"
    # These can't be had without indicators, and say so.
    sums = ["/en/nation", f"/en/regions/{world.locality[:2]}"] if world.whole else []
    found: list[tuple[str, list[str]]] = []
    for number in range(readers):
        own = f"{home}/applications/{waiting[number % len(waiting)][0]}"
        queue = kinds[number % len(kinds)]
        garden = f"{home}/organisations/{children[number % len(children)][0]}"
        match number % 20:
            case 0:
                found.append((world.cookies[Role.NATION], [*sums, home, "/en/operations"]))
            case 1:
                found.append((world.cookies[Role.LOCALITY], [home, queue, garden, own]))
            case 2 | 3 | 4 | 5 | 6 | 7 | 8:
                found.append(("", [own, own, own, queue]))
            case 9 | 10 | 11 | 12 | 13 | 14 | 15:
                found.append(("", [queue, queue, home]))
            case _:
                found.append(("", [home, f"{home}/bulletins", "/en/"]))
    return found
