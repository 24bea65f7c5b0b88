"""`make chaos SECONDS=1800 SEED=1`: the whole system on three brokers through storms of faults, then judged.

A storm and a calm in turns. Ends with 0 if all promises held, every fault that was planned happened, and after each
storm everything was decided within the calm; the report is one page. Ctrl-C: after this storm and calm it is judged.
"""

import argparse
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import mkdtemp
from threading import Event as Flag
from typing import Any, Final

import msgspec

from consumers.notification_gateway.directory_tables import upgrade
from infra.commands.campaign import play
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_services import kafka_admin
from infra.stack.own import OwnService
from infra.stack.places import jar_directory
from infra.stack.postgres import Postgres
from infra.stack.redis import Redis
from infra.topics import apply_topics
from producers.campaign.scenario import CAMPAIGNS, scenario_of
from schemas.events import Event
from schemas.murmur2 import partition_of
from streams.runtime.settings import Clock
from tests.arguments import positive, whole
from tests.faults.chaos.actors import Actors, NotHappened
from tests.faults.chaos.cluster import Cluster
from tests.faults.chaos.history import Append, courses, write_history
from tests.faults.chaos.looking import Observer
from tests.faults.chaos.report import delays, write_report
from tests.faults.chaos.storms import Storms, lanes_of
from tests.faults.chaos.traffic import Traffic
from tests.faults.chaos.verdict import Finding, World, judge
from tests.faults.chaos.watching import Watching

PREFIX: Final = "chaos."
PARTITIONS: Final = 6
WORKERS: Final = 3
# Everything has to be decided again within the calm, and readers at the end within so long.
SETTLE_S: Final = 300.0
SETTLED_S: Final = 10.0
FIRST_DECISION_S: Final = 120.0
WRONG_SHOWN: Final = 5
# Behind a storm its faults may be felt so long.
FELT_S: Final = 30.0


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the command is told."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=positive, default=600.0, help="storms and calms together (600)")
    parser.add_argument("--storm", type=positive, default=60.0, help="seconds of one storm (60)")
    parser.add_argument("--calm", type=positive, default=60.0, help="seconds of the calm after it (60)")
    parser.add_argument("--seed", type=whole(), default=1, help="of the faults and of the season (1)")
    parser.add_argument("--campaign", choices=CAMPAIGNS, default="nation", help="whose events are published (nation)")
    parser.add_argument("--scale", type=positive, default=0.01, help="its size (0.01)")
    parser.add_argument("--days", type=whole(1), default=None, help="only its first days")
    parser.add_argument("--least", type=whole(), default=1, help="faults of each kind that have to happen (1)")
    parser.add_argument("--out", type=Path, default=Path("out/chaos"), help="folder of the report (out/chaos)")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Run, judge, report."""
    asked = arguments(given)
    tell(f"playing {asked.campaign} at scale {asked.scale:g}")
    events = list(play(scenario_of(asked.campaign, asked.scale, asked.days), asked.seed, []))
    folder, code = Path(mkdtemp(prefix="oryn-chaos-")), 1
    try:
        code = Run(asked, events, folder).go()
    finally:
        if code:
            tell(f"logs and data are left in {folder}")
        else:
            shutil.rmtree(folder)
    return code


def tell(text: str) -> None:
    """One line for who watches."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


class Run:
    """One run in a folder of its own."""

    def __init__(self, asked: argparse.Namespace, events: list[Event], folder: Path) -> None:
        """Start nothing yet."""
        self.asked, self.events, self.folder = asked, events, folder
        self.rounds = max(1, round(asked.seconds / (asked.storm + asked.calm)))
        self.storms: list[tuple[float, float]] = []
        self.recoveries: list[float] = []
        self.began = 0.0
        # Ctrl-C: the storm and the calm that go on are the last ones.
        self.enough = Flag()

    def go(self) -> int:
        """All of it. Gives the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.enough.set())
        with ExitStack() as stack:
            cluster = stack.enter_context(Cluster(self.folder / "kafka", jar_directory(os.environ)))
            stores = {
                "PostgreSQL": stack.enter_context(OwnService(Postgres(self.folder / "postgres"))),
                "Redis": stack.enter_context(OwnService(Redis(self.folder / "redis"))),
            }
            for store in stores.values():
                store.start()
            settings = self._settings(cluster, stores)
            apply_topics(kafka_admin(settings), PREFIX, Clock.RECORDS, PARTITIONS)
            upgrade(stores["PostgreSQL"].address, settings.schema("contacts"))
            self.began = time.monotonic()
            actors = stack.enter_context(Actors(settings, WORKERS))
            rate = len(self.events) / (self.rounds * (self.asked.storm + self.asked.calm))
            traffic = stack.enter_context(
                Traffic(cluster.bootstrap, PREFIX, self.folder / "spool.db", self.events, rate)
            )
            watching = stack.enter_context(Watching(cluster.direct, f"{PREFIX}journal", traffic, self.began))
            observers = [
                stack.enter_context(Observer(number, bootstrap, f"{PREFIX}journal", PARTITIONS))
                for number, bootstrap in enumerate((cluster.direct, cluster.bootstrap))
            ]
            lanes = lanes_of(cluster, actors, stores, f"{PREFIX}journal")
            with Storms(self.asked.seed, lanes, self.began) as storms:
                self._through(storms, actors, watching, observers, rate)
            traffic.finish()
            watching.await_caught_up(SETTLE_S)
            tell("the season is over; readers come to the end")
            actors.await_idle(SETTLED_S, SETTLE_S)
            actors.end()
            for observer in observers:
                observer.end()
            findings = [
                self._of_faults(storms, actors),
                self._of_looks(traffic, watching, observers),
                *self._judged(settings, cluster, traffic, watching),
            ]
            self._report(findings, storms, actors, traffic, watching)
        for each in findings:
            tell(f"{'held  ' if each.held else 'BROKEN'} {each.promise}: {each.said}")
        return 0 if all(each.held for each in findings) else 1

    def _settings(self, cluster: Cluster, stores: dict[str, OwnService]) -> Settings:
        """Those of all processes: by the environment, as they read it."""
        bulletins = self.folder / "bulletins"
        chosen = {
            "ORYN_DATA": self.folder / "data",
            "ORYN_KAFKA_BOOTSTRAP": cluster.bootstrap,
            "ORYN_KAFKA_TOPIC_PREFIX": PREFIX,
            "ORYN_KAFKA_PARTITIONS": PARTITIONS,
            "ORYN_POSTGRES_URL": stores["PostgreSQL"].address,
            "ORYN_REDIS_URL": stores["Redis"].address,
            "ORYN_WORKER_CLOCK": "records",
            "ORYN_WORKER_SESSION_TIMEOUT_MS": 6_000,
            "ORYN_WORKER_TRANSACTION_TIMEOUT_MS": 10_000,
            "ORYN_WORKER_SNAPSHOT_RECORDS": 10,
            # Nothing is let go, so that whole copies can be compared.
            "ORYN_INDICATORS_KEEP_HOURS_DAYS": 36_500,
            "ORYN_INDICATORS_KEEP_DAYS_DAYS": 36_500,
            "ORYN_GATEWAY_FILE": self.folder / "messages",
            "ORYN_PUBLIC_STORE": bulletins.as_uri(),
        }
        os.environ.update({name: str(value) for name, value in chosen.items()})
        return load_settings(None, {}).settings

    def _through(
        self, storms: Storms, actors: Actors, watching: Watching, observers: Sequence[Observer], rate: float
    ) -> None:
        """Storms and calms."""
        started = time.monotonic()
        while not watching.decided:
            assert time.monotonic() - started < FIRST_DECISION_S, "nothing is decided"
            time.sleep(0.1)
        tell(f"{rate:.0f} events a second, {self.rounds} storms; seed {self.asked.seed}")
        for number in range(1, self.rounds + 1):
            if self.enough.is_set():
                tell("asked to end: no more storms, what happened is judged")
                break
            began = time.monotonic() - self.began
            storms.rage(self.asked.storm)
            ended = time.monotonic() - self.began
            self.storms.append((began, ended))
            self.recoveries.append(watching.await_caught_up(self.asked.calm))
            assert not actors.failed, f"ended for good: {actors.failed}"
            assert not (broken := [each for observer in observers for each in observer.broken]), repr(broken)
            tell(
                f"storm {number} of {self.rounds}: {len(storms.happened)} faults until now, decided again after "
                f"{self.recoveries[-1]:.1f} s, {len(watching.records):,} records"
            )
            time.sleep(max(0.0, self.asked.calm - self.recoveries[-1]))

    def _of_faults(self, storms: Storms, actors: Actors) -> Finding:
        """Whether all that was planned happened."""
        counts = storms.counts()
        few = {kind: count for kind, count in counts.items() if count < self.asked.least}
        said = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
        restarts = sum(actors.restarts.values())
        return Finding("each fault happened", not few, f"{said}; processes started again: {restarts}")

    def _of_looks(self, traffic: Traffic, watching: Watching, observers: Sequence[Observer]) -> Finding:
        """Whether what several have seen fits together; written down for who wants to check it with something else."""
        localities = {each.event_id: each.locality for each in self.events}
        appends = [
            Append(event, locality, partition_of(locality.encode(), PARTITIONS), handed, watching.seen.get(event))
            for event, handed in traffic.handed.items()
            for locality in [localities[event]]
        ]
        looks = [look for observer in observers for look in observer.looks]
        unanswered = [each for observer in observers for each in observer.unanswered]
        found = courses(appends, looks)
        stale = [each for course in found for each in course.stale()]
        wrong = [repr(each) for observer in observers for each in observer.broken]
        wrong += [f"no answer in a calm: {why}" for asked, why in unanswered if self._calm(asked)]
        wrong += [
            f"observer {each.look.observer} saw {len(each.look.seen)} events where {each.known} were known, in a calm"
            for each in stale
            if self._calm(each.look.asked)
        ]
        for course in found:
            wrong += course.contradictions()
        write_history(self.asked.out / "history.edn", appends, looks)
        counted = f"{len(appends):,} events, {len(looks):,} looks; in storms {len(unanswered)} more without an answer"
        said = "; ".join(wrong[:WRONG_SHOWN]) or f"{counted}, and {len(stale)} that a leader of yesterday answered"
        return Finding("who looks later sees no less, and all see one order", not wrong, said)

    def _calm(self, moment: float) -> bool:
        """Whether no fault could be felt any more at a monotonic second."""
        at = moment - self.began
        return all(not began <= at <= ended + FELT_S for began, ended in self.storms)

    def _judged(self, settings: Settings, cluster: Cluster, traffic: Traffic, watching: Watching) -> list[Finding]:
        past_the_proxy = replace(settings, kafka=replace(settings.kafka, bootstrap=cluster.direct))
        os.environ["ORYN_KAFKA_BOOTSTRAP"] = cluster.direct
        seen = Finding(
            "while it ran: chained, no gap, nothing decided twice",
            not watching.violations,
            "; ".join(watching.violations[:WRONG_SHOWN]) or f"{len(watching.records):,} records",
        )
        bulletins, messages = self.folder / "bulletins", self.folder / "messages"
        world = World(past_the_proxy, cluster.direct, bulletins, messages, traffic.ledger, watching.records)
        return [seen, *judge(world)]

    def _report(
        self, findings: list[Finding], storms: Storms, actors: Actors, traffic: Traffic, watching: Watching
    ) -> None:
        stormy = [delay for at, delay in watching.delays if any(begin <= at <= end for begin, end in self.storms)]
        calm = [delay for at, delay in watching.delays if not any(begin <= at <= end for begin, end in self.storms)]
        figures: dict[str, Any] = {
            "seed": self.asked.seed,
            "workers": WORKERS,
            "seconds": time.monotonic() - self.began,
            "confirmed": traffic.confirmed,
            "records": len(watching.records),
            "faults": len(storms.happened),
            "restarts": actors.restarts,
            "recoveries": self.recoveries,
            "delays": {"in storms": delays(stormy), "in calms": delays(calm)},
        }
        out: Path = self.asked.out
        write_report(out / "report.html", figures, findings, watching.samples, storms.happened, self.storms)
        kept = {**figures, "counts": storms.counts(), "findings": [asdict(each) for each in findings]}
        (out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(kept)))
        tell(f"report: {out / 'report.html'}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NotHappened as exc:
        tell(f"a fault could not be done: {exc}")
        sys.exit(1)
