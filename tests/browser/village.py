"""A village in Oryn as its operator runs it: worker, readers, monitoring and dashboard, each a process of its own, with
a season decided and an account for every role.

Owns what is started and filled. Never looks at a page.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import redis as client_library
from confluent_kafka import Message

from consumers.dashboard.access import Role
from consumers.dashboard.accounts import Accounts
from infra.live.stores import forget_stores
from infra.settings import KafkaSettings, Settings
from infra.settings_readers import PostgresSettings, RedisSettings
from schemas.events import ApplicationSubmitted, DocumentsConfirmed, Event
from schemas.instants import Instant
from schemas.journal import Record
from schemas.words import Channel, QueueKind
from tests.browser.forwarding import Way, way_to
from tests.integration.pipeline.environment import JOURNAL_CODEC, Environment, Place, Watch
from tests.integration.pipeline.programs import Program

SEASON = ("campaign", "village", "--scale", "0.5", "--seed", "4", "--days", "60", "--quiet")
# A machine may be ten times slower than it is: this is waited for once, and says nothing when it is short.
WAIT_S = 120.0
POLL_S = 0.05
MINUTE_MS = 60_000
PASSWORD = "of-the-tests-and-long-enough"  # noqa: S105 - of accounts that live as long as a test


@dataclass
class Village:
    """What the tests look at. `address`: of the dashboard, without a slash at its end; `way`: how it reaches
    PostgreSQL."""

    oryn: Environment
    postgres: str
    redis: str
    way: Way
    watch: Watch
    address: str = ""
    programs: list[Program] = field(default_factory=list)
    _said: int = 0

    def __post_init__(self) -> None:
        """The names that the settings give to what belongs to it."""
        self.settings = Settings(
            data=self.oryn.folder / "data",
            kafka=KafkaSettings(self.oryn.bootstrap, topic_prefix=self.oryn.prefix),
            postgres=PostgresSettings(self.postgres),
            redis=RedisSettings(self.redis),
        )

    def rows(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """The registers' answer."""
        options = f"-csearch_path={self.settings.schema('registers')}"
        with psycopg.connect(self.postgres, autocommit=True, options=options) as connection:
            return connection.execute(text.encode(), values).fetchall()

    def one(self, text: str, *values: object) -> str:
        """The first of it."""
        return str(self.rows(text, *values)[0][0])

    @cached_property
    def parts(self) -> dict[str, str]:
        """What stands in the addresses of pages: one of each, with something to show."""
        locality = self.one("SELECT locality FROM localities")
        # The one with the longest story of those that still wait: its page has everything that such a page can have.
        application, queue = self.rows(
            "SELECT application_id, queue FROM applications WHERE state = 'QUEUED' ORDER BY"
            " (SELECT count(*) FROM movements m WHERE m.application_id = applications.application_id) DESC, 1 LIMIT 1"
        )[0]
        place, organisation = self.rows(
            "SELECT place_id, organisation_id FROM places WHERE place_id IN (SELECT place_id FROM referrals) ORDER BY 1"
        )[0]
        return {
            "region": locality[:2],
            "locality": locality,
            "queue": str(queue),
            "application": str(application),
            "organisation": str(organisation),
            "place": str(place),
            "number": self.one("SELECT max(number) FROM bulletin_entries"),
            "sequence": self.one("SELECT min(record) FROM referrals"),
        }

    def accounts(self) -> None:
        """One for every role that logs in, called as the role."""
        locality, organisation = self.parts["locality"], self.parts["organisation"]
        applicant = "SELECT applicant_id FROM applications WHERE application_id = %s"
        scopes = {
            Role.APPLICANT: self.one(applicant, self.parts["application"]),
            Role.ORGANISATION: f"{locality}/{organisation}",
            Role.LOCALITY: locality,
            Role.REGION: locality[:2],
            Role.NATION: "",
            Role.AUDITOR: "",
        }
        assert set(scopes) == set(Role) - {Role.PUBLIC}
        accounts = Accounts(self.settings.data / "dashboard" / "accounts.json")
        for role, scope in scopes.items():
            accounts.add(role.value, role, scope, PASSWORD)

    def end_login(self, cookies: Sequence[Mapping[str, Any]]) -> int:
        """End the session of a browser, as time does. Returns: how many there were."""
        names = [sha256(str(each["value"]).encode()).hexdigest() for each in cookies if each["name"] == "oryn"]
        with client_library.Redis.from_url(self.redis) as client:
            return int(client.delete(*(f"{self.settings.redis_prefix}-dashboard:session:{name}" for name in names)))

    def submit(self) -> Place:
        """Let a family apply for the queue of `parts` and the department confirm the papers: two events. Returns: where
        the second one stands."""
        self._said += 1
        self.watch.all()
        at = Instant(decoded(self.watch.messages[-1]).time + MINUTE_MS)
        born = date(int(self.parts["queue"].rpartition("/")[2]), 3, 1)
        application = f"a-live-{self._said}"
        data = (
            ApplicationSubmitted(
                application_id=application,
                applicant_id=f"p-live-{self._said}",
                child_id=f"c-live-{self._said}",
                child_born=born,
                queue_kind=QueueKind.GENERAL,
                submitted_at=at,
                benefits=(),
                special_needs=False,
                commission_conclusion=False,
                channel=Channel.PORTAL,
            ),
            DocumentsConfirmed(application_id=application),
        )
        topic, source, locality = "application-changes", "urn:oryn:test", self.parts["locality"]
        return self.oryn.publish(
            Event(topic, Instant(at + n), f"live-{self._said}-{n}", source, locality, each)
            for n, each in enumerate(data)
        )[-1]

    def await_decided(self, place: Place) -> float:
        """Wait until the journal's record of an event can be read. Returns: when it was, in seconds since 1970."""
        deadline = time.monotonic() + WAIT_S
        seen = 0
        while True:
            count = self.watch.look()
            now = time.time()
            for message in self.watch.messages[seen:count]:
                cause = decoded(message).cause
                if (cause.topic, cause.partition, cause.offset) == (place.topic, place.partition, place.offset):
                    return now
            assert time.monotonic() < deadline, "it was not decided"
            seen = count


def decoded(message: Message) -> Record:
    """A record of the journal."""
    return JOURNAL_CODEC.decode(message.value())


def eventually(holds: Callable[[], bool], what: str, *alive: Program) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + WAIT_S
    while not holds():
        for each in alive:
            assert each.alive, f"it has ended\n{each.tail()}"
        assert time.monotonic() < deadline, f"{what}: never\n" + "\n".join(each.tail() for each in alive)
        time.sleep(POLL_S)


@contextmanager
def village(kafka: str, postgres: str, redis: str, folder: Path) -> Iterator[Village]:
    """Start everything, let a season be decided, wait until readers have it; and away with it."""
    prefix = f"b{uuid4().hex[:10]}."
    oryn = Environment(kafka, prefix, folder, partitions=1)
    where = urlsplit(postgres)
    assert where.port is not None
    with way_to(where.port) as way:
        found = Village(oryn, postgres, redis, way, oryn.watch())
        try:
            _start(found, postgres.replace(f":{where.port}", f":{way.port}"))
            _fill(found)
            found.accounts()
            yield found
        finally:
            for each in reversed(found.programs):
                if each.alive:
                    each.stop()
            oryn.close()
            forget_stores(found.settings)


def _start(found: Village, postgres_by_the_way: str) -> None:
    stores = {"postgres_url": found.postgres, "redis_url": found.redis, "gateway_file": found.oryn.folder / "messages"}
    readers = ("--readers", "registers,live-view,gateway,indicators")
    group = ("-m", "infra", "run", "--clock", "records", "--partitions", "1", "--monitors", "1", *readers)
    found.programs.append(found.oryn.program("run", *group, settings=stores).start())
    one = {**stores, "postgres_url": postgres_by_the_way, "dashboard_port": 0}
    shown = found.oryn.program("dashboard", "-m", "infra", "dashboard", settings=one).start()
    found.programs.append(shown)
    found.address = shown.await_log(r"http://localhost:\d+")


def _fill(found: Village) -> None:
    folder = found.oryn.folder
    events, journal = folder / "events.jsonl", folder / "journal.jsonl"
    made = Program(["-m", "infra", *SEASON, "--events", str(events), "--journal", str(journal)], {}, folder / "c.log")
    assert made.start().await_exit() == 0, made.tail()
    code, said = found.oryn.run("submit", str(events), "--keep-times", "--quiet")
    assert code == 0, said
    records = len(journal.read_bytes().splitlines())
    found.watch.await_count(records, *found.programs)
    text = "SELECT coalesce(sum(records), 0) FROM localities"
    eventually(lambda: int(found.one(text)) == records, "the registers have all", *found.programs)
