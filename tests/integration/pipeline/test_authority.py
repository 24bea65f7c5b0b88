"""The journal is the authority: group offsets and snapshots may be gone, behind, ahead or wrong, and it decides.

Where it can't decide, because a record is gone or contradicts another, the worker says so and skips nothing.
"""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Message, Producer, TopicPartition

from schemas.cloudevents import HEADER_ID
from schemas.codec import journal_codec
from schemas.journal import Record
from schemas.message_headers import headers_of
from streams.runtime.errors import UnknownOffset
from streams.runtime.snapshots import Snapshot, SnapshotStore
from tests.integration.pipeline.checks import DERIVED, await_told, journal_is_of, world_was_told
from tests.integration.pipeline.environment import (
    ALLOCATION,
    ASK_S,
    IDS,
    INPUTS,
    JOURNAL,
    NONE,
    Environment,
    Place,
    Settings,
)
from tests.integration.pipeline.programs import Program
from tests.integration.pipeline.seasons import Season, decided, season, villages

pytestmark = pytest.mark.integration

# Each life of a worker saves a snapshot at its end, and the next one has it to begin with.
SETTINGS = {"worker_batch_records": 50, "worker_snapshot_records": 1_000_000}
Offsets = dict[tuple[str, int], int]


class Slices:
    """A season that goes in slice by slice, the worker away in between."""

    def __init__(self, environment: Environment, whole: Season, count: int) -> None:
        self.environment, self.whole = environment, whole
        events = len(whole.events)
        self._cuts = [events * number // count for number in range(1, count + 1)]
        self._done = 0
        self.places: list[Place] = []
        self.watch = environment.watch()
        self.group = ALLOCATION

    @property
    def so_far(self) -> Season:
        """What went in until now."""
        return decided(self.whole.events[: self._done])

    def publish(self) -> None:
        """The next slice goes in."""
        cut = self._cuts.pop(0)
        self.places += self.environment.publish(self.whole.events[self._done : cut])
        self._done = cut

    def forget_group(self, offsets: Offsets | None = None) -> None:
        """Go on with a group that the brokers don't know, or of which they know these offsets; snapshots stay.

        Deleting the group comes to the same, but its static member holds it for a session timeout.
        """
        before, self.group = self.group, f"{self.group}-"
        folder = self.environment.folder / "data" / "snapshots" / self.environment.prefix
        Path(f"{folder}{before}").rename(f"{folder}{self.group}")
        if offsets is not None:
            self.environment.set_group_offsets(offsets, self.group)

    def worker(self, settings: Settings = NONE) -> Program:
        """A worker of the present group, started."""
        return self.environment.worker({"worker_allocation_group": self.group, **SETTINGS, **settings})

    def work(self) -> str:
        """Publish the next slice, have it decided by a worker that is stopped then. Gives what it said."""
        self.publish()
        worker = self.worker()
        self.watch.await_count(len(self.so_far.records), worker)
        assert worker.stop() == 0
        return worker.said()

    def offsets(self) -> Offsets:
        """What the present group has committed."""
        return self.environment.group_offsets(self.group)

    def snapshot_file(self) -> Path:
        """The snapshot of partition 0."""
        return self.environment.folder / "data" / "snapshots" / (self.environment.prefix + self.group) / "0.snapshot"

    def saved(self) -> Snapshot:
        """The last snapshot of partition 0."""
        return msgspec.msgpack.decode(self.snapshot_file().read_bytes()[32:], type=Snapshot)

    def save(self, snapshot: Snapshot) -> None:
        """Replace the snapshot by another one whose digest holds."""
        SnapshotStore(self.snapshot_file().parent).save(snapshot)

    def check(self) -> None:
        """All slices went in, and the journal is that of the whole season."""
        assert not self._cuts
        journal_is_of(self.environment, self.whole, self.places)


def test_offsets_that_are_gone_or_behind_change_nothing(environment: Environment) -> None:
    slices = Slices(environment, season("village"), 4)
    slices.work()
    offsets = slices.offsets()
    slices.forget_group()
    slices.work()
    slices.forget_group(offsets)
    slices.work()
    slices.forget_group(dict.fromkeys(offsets, 0))
    slices.snapshot_file().unlink()
    slices.work()
    slices.check()


def test_snapshots_that_are_wrong_change_nothing(environment: Environment) -> None:
    slices = Slices(environment, season("village"), 7)
    assert "snapshot not" not in slices.work()
    file, old = slices.snapshot_file(), slices.snapshot_file().read_bytes()
    flipped = bytearray(old)
    flipped[len(old) // 2] ^= 1
    file.write_bytes(flipped)
    assert "its digest does not hold" in slices.work()

    file.write_bytes(file.read_bytes()[:-100])
    assert "its digest does not hold" in slices.work()

    middle = slices.saved()
    slices.save(msgspec.structs.replace(middle, log_id="of-another-topic"))
    assert "of another form, log or partition" in slices.work()

    # Its digest holds, but it says of old books that they stand further on in the journal.
    lie = msgspec.msgpack.decode(old[32:], type=Snapshot)
    slices.save(msgspec.structs.replace(lie, next_offset=middle.next_offset))
    assert "snapshot not used" in slices.work()

    folder = file.parent
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()
    folder.write_text("a file where the folder should be")
    said = slices.work()
    assert "snapshot not readable" in said
    assert "snapshot not saved" in said

    folder.unlink()
    assert "snapshot not" not in slices.work()
    assert file.exists()
    slices.check()


def test_topics_that_were_made_again_begin_anew(environment: Environment) -> None:
    village = season("village")
    slices = Slices(environment, village, 2)
    slices.work()
    before = slices.saved().log_id
    names = [environment.prefix + topic for topic in (*INPUTS, JOURNAL)]
    for done in environment.admin.delete_topics(names, request_timeout=ASK_S).values():
        done.result()
    environment.make_topics()
    places = environment.publish(village.events)
    worker = slices.worker()
    environment.watch().await_count(len(village.records), worker)
    assert worker.stop() == 0
    assert "of another form, log or partition" in worker.said()
    assert slices.saved().log_id != before
    journal_is_of(environment, village, places)


# ------------------------------------------------------------------------------------------ where it can't decide


def probe(worker: Program, page: str) -> tuple[int, str]:
    """What a worker answers."""
    url = worker.await_log(r"health and metrics url=\S+").partition("=")[2]
    try:
        with urllib.request.urlopen(url + page, timeout=ASK_S) as answer:  # noqa: S310  # a worker of ours
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


def test_a_partition_whose_group_is_ahead_of_the_journal_stops_and_the_others_go_on(
    make_environment: Callable[..., Environment],
) -> None:
    environment, both = make_environment(partitions=2), villages(4)
    slices = Slices(environment, both, 2)
    slices.work()
    before, first = slices.offsets(), slices.so_far
    slices.publish()
    stopped = environment.partition_of(both.localities[0])
    ahead = ("application-changes", stopped)
    slices.forget_group(before | {ahead: before[ahead] + 5})
    worker = slices.worker({"worker_health_port": 0})
    reason = worker.await_log("ERROR .*partition stopped .*")
    assert f"partition={stopped} " in reason
    assert "JournalContradicted" in reason
    assert f"application-changes/{stopped}" in reason
    # The other partition has all its records; this one has no more than before.
    others = sum(environment.partition_of(record.locality) != stopped for record in both.records)
    here = sum(environment.partition_of(record.locality) == stopped for record in first.records)
    assert slices.watch.await_count(others + here, worker) == others + here
    status, body = probe(worker, "/ready")
    assert status == 503
    assert list(json.loads(body)["reasons"]) == [str(stopped)]
    assert f'oryn_allocation_partition_stopped{{partition="{stopped}"}} 1.0' in probe(worker, "/metrics")[1]
    assert probe(worker, "/live")[0] == 200
    assert worker.stop() == 0
    assert slices.watch.all() == others + here, "nothing was skipped"
    # The runbook: put the group back to where the journal is.
    slices.forget_group(before)
    worker = slices.worker({"worker_health_port": 0})
    slices.watch.await_count(len(both.records), worker)
    assert probe(worker, "/ready")[0] == 200
    assert worker.stop() == 0
    slices.check()


def test_an_input_that_was_made_again_beside_the_journal_stops_its_partition(environment: Environment) -> None:
    slices = Slices(environment, season("village"), 4)
    slices.work()
    before = slices.watch.count
    (done,) = environment.admin.delete_topics([environment.prefix + "application-changes"]).values()
    done.result()
    environment.make_topics()
    # More records than were decided of the old topic: the journal's offset lies within the new one.
    for _ in range(3):
        slices.publish()
    worker = slices.worker()
    assert "application-changes/0" in worker.await_log("ERROR .*partition stopped .*")
    assert slices.watch.all() == before, "nothing was skipped"


def forge(environment: Environment, record: Record) -> None:
    """Append a record to the journal past the worker."""
    producer = Producer({**environment.client, "partitioner": "murmur2_random"})
    topic, key = environment.prefix + JOURNAL, record.locality.encode()
    producer.produce(topic, journal_codec(IDS).encode(record), key)
    assert producer.flush(ASK_S) == 0


def test_a_journal_whose_chain_is_torn_stops_its_partition(environment: Environment) -> None:
    village = season("village")
    slices = Slices(environment, village, 2)
    slices.work()
    last = environment.journal()[village.localities[0]][-1]
    forge(environment, msgspec.structs.replace(last, sequence=last.sequence + 1))
    slices.publish()
    for with_snapshot in (True, False):
        if not with_snapshot:
            slices.snapshot_file().unlink()
        worker = slices.worker()
        assert "BrokenJournal" in worker.await_log("ERROR .*partition stopped .*")
        assert worker.stop() == 0
    assert environment.watch().all() == slices.watch.count + 1, "only the forged record came"


def lose(environment: Environment, topic: str, before: int) -> None:
    """Let retention take the beginning of partition 0."""
    wanted = [TopicPartition(environment.prefix + topic, 0, before)]
    for done in environment.admin.delete_records(wanted, request_timeout=ASK_S).values():
        done.result()


def test_a_journal_that_has_lost_its_beginning_is_no_journal(environment: Environment) -> None:
    slices = Slices(environment, season("village"), 2)
    slices.work()
    lose(environment, JOURNAL, 10)
    slices.snapshot_file().unlink()
    for program in (slices.worker(), environment.fan_out()):
        assert program.await_exit() == UnknownOffset.exit_code
        assert "its first records are gone" in program.said()


@pytest.mark.parametrize("forgotten", [False, True])
def test_events_that_are_gone_undecided_are_not_passed_over(environment: Environment, forgotten: bool) -> None:
    slices = Slices(environment, season("village"), 3)
    slices.work()
    slices.publish()
    offsets, lost = slices.offsets(), ("application-changes", 0)
    if forgotten:
        slices.forget_group()
    lose(environment, "application-changes", offsets[lost] + 1)
    worker = slices.worker()
    assert worker.await_exit() == UnknownOffset.exit_code
    assert "application-changes/0" in worker.said()
    decided_before = slices.watch.all()
    # The runbook: whoever sets the group's offset to the input's beginning knows what is lost.
    slices.forget_group(offsets | {lost: offsets[lost] + 1})
    worker = slices.worker()
    slices.watch.await_count(decided_before + 1, worker)
    assert worker.stop() == 0


def test_a_fan_out_that_was_forgotten_asks_before_it_tells_again(environment: Environment) -> None:
    slices = Slices(environment, season("village"), 2)
    fan_out = environment.fan_out()
    slices.work()
    await_told(environment, slices.so_far, fan_out)
    assert fan_out.stop() == 0
    count = world_was_told(environment, slices.so_far)
    forgotten = {"worker_fan_out_group": "another"}
    fan_out = environment.fan_out(forgotten)
    assert fan_out.await_exit() == UnknownOffset.exit_code
    assert "--from-start" in fan_out.said()
    fan_out = environment.fan_out(forgotten, "--from-start")
    told = environment.watch(*DERIVED)
    told.await_count(2 * count, fan_out)
    assert fan_out.stop() == 0
    names = Counter((message.topic(), id_of(message)) for message in told.messages)
    assert set(names.values()) == {2}, "the same ids again"


def id_of(message: Message) -> bytes:
    """The id in its headers."""
    (found,) = [value for name, value in headers_of(message) if name == HEADER_ID]
    assert isinstance(found, bytes)
    return found
