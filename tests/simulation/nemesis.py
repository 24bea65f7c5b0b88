"""The nemesis of a history: what each fault of the plan does to processes, calls, brokers, weather, disks and time.

Owns whom it strikes and for how long; when, is the plan's.
"""

from random import Random
from typing import TYPE_CHECKING

from tests.simulation.fates import AtCall
from tests.simulation.network import CALM
from tests.simulation.plan import Fault, Strike, storm
from tests.simulation.workers import Disk, Worker
from tests.simulation.world import MS, Process, S

if TYPE_CHECKING:
    from tests.simulation.history import Simulation

BUSY_STRUCK = 0.8


class Nemesis:
    """Strikes one history, until it rests."""

    def __init__(self, history: "Simulation") -> None:
        self._history, self._plan = history, history.plan
        self._world, self._counts, self._disks = history.world, history.counts, history.disks
        self._cluster, self._network = history.cluster, history.network
        # Processes whose name another one has now: they go on until they notice.
        self.left_alone: list[Process] = []
        self._record_holds: dict[Process, tuple[int, int]] = {}
        self._resting = False
        history.kafka.at_produce = self._at_produce

    def rest(self) -> None:
        """Undo what lasts, and strike no more."""
        self._world.say("nemesis", "rests")
        self._resting = True
        self._network.weather = CALM
        for worker in self._history.everybody:
            if worker.process is not None:
                worker.process.fates.clear()
                worker.process.release()
            worker.start_again(0)
        for process in self.left_alone:
            process.fates.clear()
            process.release()
        self._record_holds.clear()
        for disk in self._disks.values():
            if disk is not None:
                disk.full = False

    def strike(self, strike: Strike) -> None:
        """Do it, to whom its dice say; counted, also if nobody was there to be struck."""
        random = Random(strike.dice)
        self._world.say("nemesis", "%s", strike.fault.value)
        everybody = self._history.everybody
        # Mostly somebody who has something to do.
        busy = [worker for worker in everybody if worker.tasks()]
        worker = random.choice(busy if busy and random.random() < BUSY_STRUCK else everybody)
        done = _STRIKES[strike.fault](self, random, worker)
        self._counts[f"fault: {strike.fault.value}" if done else "fault: nothing to strike"] += 1

    def _kill(self, random: Random, worker: Worker) -> bool:
        if not worker.runs:
            return False
        worker.kill()
        worker.start_again(random.randint(0, 3 * S))
        return True

    def _at_call(self, random: Random, worker: Worker, what: str) -> bool:
        process = worker.process
        if process is None or process.over:
            return False
        back = random.randint(0, 3 * S)

        def strike(phase: str, pause: int) -> None:
            self._counts[f"{what} {fate.verdict or phase}: {fate.kind or 'any'}"] += 1
            self._world.say("nemesis", "%s of %s: %s %s", fate.name, process.name, what, fate.verdict or phase)
            if what == "killed" and worker.process is process:
                worker.kill(f"is killed when a call is {phase}")
                worker.start_again(back)
            elif what == "held":
                self._hold_process(process, pause)

        fate = AtCall(self._world, random, process, self._hold_time(random), strike, fails=what == "call")
        process.fates.append(fate)
        return True

    def _call_fails(self, random: Random, worker: Worker) -> bool:
        return self._at_call(random, worker, "call")

    def _kill_at_call(self, random: Random, worker: Worker) -> bool:
        return self._at_call(random, worker, "killed")

    def _hold_at_call(self, random: Random, worker: Worker) -> bool:
        return self._at_call(random, worker, "held")

    def _hold_time(self, random: Random) -> int:
        session = int(str(self._plan.settings["session_timeout_ms"])) * MS
        transaction = int(str(self._plan.settings["transaction_timeout_ms"])) * MS
        return random.choice(
            (
                random.randint(1 * MS, 300 * MS),
                int(session * random.uniform(0.8, 3)),
                int(session * random.uniform(1, 2)),
                int(transaction * random.uniform(0.8, 3)),
                int((session + transaction) * random.uniform(1, 3)),
            )
        )

    def _hold_process(self, process: Process, pause: int) -> None:
        self._world.say(process.name, "is held for %d ms", pause // MS)
        process.hold()
        self._world.after(pause, process.release)
        if self._world.current is process:
            process.sleep(pause)

    def _hold(self, random: Random, worker: Worker) -> bool:
        if not worker.runs or worker.process is None:
            return False
        self._hold_process(worker.process, self._hold_time(random))
        return True

    def _hold_at_record(self, random: Random, worker: Worker) -> bool:
        if not worker.runs or worker.process is None:
            return False
        self._record_holds[worker.process] = (random.randint(1, 6), self._hold_time(random))
        return True

    def _at_produce(self, process: Process) -> None:
        found = self._record_holds.get(process)
        if found is None:
            return
        left, pause = found
        if left > 1:
            self._record_holds[process] = (left - 1, pause)
            return
        del self._record_holds[process]
        self._counts["held within a transaction"] += 1
        self._hold_process(process, pause)
        process.check()

    def _same_name(self, random: Random, worker: Worker) -> bool:
        if not worker.runs or worker.process is None:
            return False
        pause = self._hold_time(random)
        if random.random() < 0.8:
            self._hold_process(worker.process, pause)
        self.left_alone.append(worker.process)
        worker.start()
        return True

    def _stop(self, random: Random, worker: Worker) -> bool:
        if not worker.runs:
            return False
        worker.ask_to_stop()
        worker.start_again(random.randint(0, 4 * S))
        return True

    def _more(self, random: Random, worker: Worker) -> bool:
        return self._history.one_more()

    def _storm(self, random: Random, worker: Worker) -> bool:
        self._network.weather = storm(random)
        self._world.after(random.randint(100 * MS, 3 * S), self._weather_again)
        return True

    def _weather_again(self) -> None:
        if not self._resting:
            self._network.weather = self._plan.weather

    def _broker(self, random: Random, worker: Worker) -> bool:
        node = random.randrange(self._plan.nodes)
        if not all(self._cluster.up):
            return False
        self._world.say("broker", "%d fails", node)
        self._cluster.fail(node)
        self._network.node_failed(node)
        back = random.randint(100 * MS, 2 * S)
        if self._plan.nodes > 1:
            self._world.after(min(back, random.randint(20 * MS, 400 * MS)), self._cluster.take_over, node)
        self._world.after(back, self._broker_back, node)
        return True

    def _broker_back(self, node: int) -> None:
        self._cluster.come_back(node)
        if self._plan.nodes == 1:
            self._cluster.take_over(node)
        self._world.say("broker", "%d is back", node)

    def _disk(self, random: Random) -> Disk | None:
        return random.choice([*self._disks.values()])

    def _snapshot_broken(self, random: Random, worker: Worker) -> bool:
        disk = self._disk(random)
        if disk is None or not disk.files:
            return False
        name = random.choice(list(disk.files))
        content = bytearray(disk.files[name])
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        disk.files[name] = bytes(content[: random.choice((len(content), len(content), len(content) // 2))])
        return True

    def _snapshot_gone(self, random: Random, worker: Worker) -> bool:
        disk = self._disk(random)
        if disk is None or not disk.files:
            return False
        disk.files.clear()
        return True

    def _snapshot_old(self, random: Random, worker: Worker) -> bool:
        disk = self._disk(random)
        if disk is None or not disk.older:
            return False
        for name, contents in disk.older.items():
            disk.files[name] = random.choice(contents)
        return True

    def _disk_full(self, random: Random, worker: Worker) -> bool:
        disk = self._disk(random)
        if disk is None:
            return False
        disk.full = True
        self._world.after(random.randint(100 * MS, 3 * S), setattr, disk, "full", False)
        return True

    def _jump(self, random: Random, worker: Worker) -> bool:
        # Never beyond the next event: what is published late would only be another history.
        if not self._history.quiet():
            return False
        self._history.jump(random.choice((50, 900, 1_100, 5_000)))
        return True


_STRIKES = {
    Fault.KILL: Nemesis._kill,
    Fault.KILL_AT_CALL: Nemesis._kill_at_call,
    Fault.CALL_FAILS: Nemesis._call_fails,
    Fault.HOLD: Nemesis._hold,
    Fault.HOLD_AT_CALL: Nemesis._hold_at_call,
    Fault.HOLD_AT_RECORD: Nemesis._hold_at_record,
    Fault.SAME_NAME: Nemesis._same_name,
    Fault.STOP: Nemesis._stop,
    Fault.MORE_WORKERS: Nemesis._more,
    Fault.STORM: Nemesis._storm,
    Fault.BROKER: Nemesis._broker,
    Fault.SNAPSHOT_BROKEN: Nemesis._snapshot_broken,
    Fault.SNAPSHOT_GONE: Nemesis._snapshot_gone,
    Fault.SNAPSHOT_OLD: Nemesis._snapshot_old,
    Fault.DISK_FULL: Nemesis._disk_full,
    Fault.JUMP: Nemesis._jump,
}
