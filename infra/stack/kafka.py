"""One Kafka broker as a child process: its files, its command line, its questions. Never starts or stops it itself."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM, Signals

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from infra.stack import jars, java
from infra.stack.ports import HOST, answers, split_address
from infra.stack.process import Child, run, start

HEAP_MIB = 768
RECORD_BYTES_MAX = 17 << 20  # 16 MiB and what goes around it
OFFSETS_PARTITIONS = 8
TRANSACTION_PARTITIONS = 8
FORMAT_SECONDS = 60.0
STOP_SECONDS = 30.0
ASK_SECONDS = 2.0
NODE = 1
# A killed broker may come back only when the controller has missed it for so long (9 s by default). In one process
# both stop and go together, so a short time does not part them on a busy machine.
SESSION_MS = 3_000
HEARTBEAT_MS = 500
# What a single broker of ours is like, wherever it runs.
BROKER_PROPERTIES = {
    "num.partitions": "1",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": str(OFFSETS_PARTITIONS),
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    # How often it is looked whether a transaction is too old: who takes over a dead worker's partition waits for that.
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    "transaction.state.log.num.partitions": str(TRANSACTION_PARTITIONS),
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.retention.ms": "-1",  # topics set their own
    "message.max.bytes": str(RECORD_BYTES_MAX),
    "replica.fetch.max.bytes": str(RECORD_BYTES_MAX),
    "replica.fetch.response.max.bytes": str(RECORD_BYTES_MAX),
    "socket.request.max.bytes": str(4 * RECORD_BYTES_MAX),
    "log.cleaner.dedupe.buffer.size": str(16 << 20),
    "log.cleaner.threads": "1",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "broker.heartbeat.interval.ms": str(HEARTBEAT_MS),
    "broker.session.timeout.ms": str(SESSION_MS),
}
LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
"""


class Kafka:
    """The broker of one folder: `broker/` holds its data, `server.properties` and `log4j2.properties` its settings.

    Alone in its cluster; a node of a larger one says so in `cluster` and `properties`.
    """

    name = "kafka"
    ports: tuple[str, ...] = ("kafka", "controller")
    stop_signal: Signals = SIGTERM
    stop_seconds = STOP_SECONDS

    def __init__(
        self,
        folder: Path,
        cache: Path,
        progress: jars.Progress = lambda done, of: None,
        client: Mapping[str, str] | None = None,
    ) -> None:
        """`client`: what asking `healthy` needs beside the address, for a broker of somebody else."""
        self._folder, self._cache, self._progress = folder, cache, progress
        self._client = dict(client or {})
        self._data = folder / "broker"
        self._properties = folder / "server.properties"
        self._logging = folder / "log4j2.properties"
        self.log = folder / "kafka.log"

    def start(self, ports: Mapping[str, int]) -> Child:
        """Fetch the jars, format the data if none are there, start; ask `healthy`. Raises: StackError."""
        classes = os.pathsep.join(str(path) for path in jars.fetch(jars.locked(), self._cache, self._progress))
        program = java.find(os.environ.get("PATH"), os.environ.get("JAVA_HOME"))
        self._folder.mkdir(parents=True, exist_ok=True)
        self._logging.write_text(LOGGING, "ascii")
        options = [
            *(f"-Xmx{HEAP_MIB}m", "-Xms128m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Xshare:auto"),
            # The quick compiler only: the same throughput here for little more than half of the processor time.
            *(
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.awt.headless=true",
                f"-Dlog4j2.configurationFile={self._logging}",
            ),
            *("-cp", classes),
        ]
        if not (self._data / "meta.properties").exists():
            self._format([program, *options], ports)
        self._write(self._properties, self._data, ports)
        return start([program, *options, "kafka.Kafka", self._properties], self.log)

    def _format(self, command: list[str | Path], ports: Mapping[str, int]) -> None:
        """Give the data an identity. Beside its place and moved there in one step: half a format is none."""
        partial, properties = self._folder / "broker.partial", self._folder / "format.properties"
        shutil.rmtree(partial, ignore_errors=True)
        self._write(properties, partial, ports)
        tool: list[str | Path] = ["kafka.tools.StorageTool", "format", *self.cluster(), "-c", properties]
        run([*command, *tool], self.log, FORMAT_SECONDS)
        partial.replace(self._data)
        properties.unlink()

    def cluster(self) -> list[str]:
        """What the format command is told of the cluster: a new one, whose only controller this is."""
        return ["--standalone", "-t", f"oryn-{os.urandom(8).hex()}"[:22]]

    def properties(self, ports: Mapping[str, int]) -> dict[str, str]:
        """All settings but for where its data are."""
        listeners = f"PLAINTEXT://{HOST}:{ports['kafka']},CONTROLLER://{HOST}:{ports['controller']}"
        return BROKER_PROPERTIES | {
            "process.roles": "broker,controller",
            "node.id": str(NODE),
            "listeners": listeners,
            "advertised.listeners": listeners,
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.bootstrap.servers": f"{HOST}:{ports['controller']}",
        }

    def _write(self, path: Path, data: Path, ports: Mapping[str, int]) -> None:
        # In a file of properties a backslash and what follows it is one character.
        own = self.properties(ports) | {"log.dirs": str(data).replace("\\", "\\\\")}
        path.write_text("".join(f"{name}={value}\n" for name, value in own.items()), "utf-8")

    def address(self, ports: Mapping[str, int]) -> str:
        """What clients call `bootstrap.servers`."""
        return f"{HOST}:{ports['kafka']}"

    def healthy(self, address: str) -> bool:
        """Whether a broker at the address says that it takes part in a cluster."""
        return reachable(address, client=self._client)


def reachable(bootstrap: str, seconds: float = ASK_SECONDS, client: Mapping[str, str] | None = None) -> bool:
    """Whether some broker at the address names the brokers of its cluster."""
    # The client would ask a closed port again and again until its time is over.
    if not any(answers(*split_address(address)) for address in bootstrap.split(",")):
        return False
    with suppress(KafkaException):
        # Clients log refused connections by themselves; here they are the answer.
        own = {"bootstrap.servers": bootstrap, "log_level": "0", "client.id": "oryn-stack"}
        return bool(AdminClient({**(client or {}), **own}).list_topics(timeout=seconds).brokers)
    return False
