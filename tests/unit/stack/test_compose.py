"""The compose file and the stack's containers agree with the local stack on versions, sizes and names of settings."""

import re
from pathlib import Path

from infra.settings import leaves
from infra.stack import postgres
from infra.stack.containers import image_of
from infra.stack.jars import locked
from infra.stack.kafka import RECORD_BYTES_MAX
from infra.stack.local import SERVICES

# Prometheus and Grafana stand last, behind a profile: the local stack has none (tests/unit/metrics).
BEFORE, FIRST, AFTER = (
    (Path(__file__).parents[3] / "infra" / "compose.yaml").read_text("utf-8").partition("\n  prometheus:\n    image:")
)
COMPOSE = BEFORE + "\nvolumes:\n" + AFTER.partition("\nvolumes:\n")[2].replace("  prometheus:\n  grafana:\n", "")


def images() -> dict[str, str]:
    return dict(re.findall(r"image: ([\w/]+):([\w.]+)", COMPOSE))


def blocks() -> dict[str, str]:
    """The text of each service."""
    services = COMPOSE.partition("\nservices:\n")[2].partition("\nvolumes:\n")[0]
    names = re.findall(r"^  ([\w-]+):$", services, re.MULTILINE)
    return dict(zip(names, re.split(r"^  [\w-]+:$", services, flags=re.MULTILINE)[1:], strict=True))


def test_versions_are_those_of_the_local_stack() -> None:
    broker = next(jar.version for jar in locked() if jar.artifact == "kafka_2.13")
    assert images() == {"apache/kafka": broker, "postgres": str(postgres.VERSION), "redis": "7.4"}
    for name in SERVICES:
        image, _, version = image_of(name, 1).image.partition(":")
        assert images()[image] == version


def test_three_brokers_differ_only_in_what_is_their_own() -> None:
    found = blocks()
    assert list(found) == ["kafka-1", "kafka-2", "kafka-3", "postgres", "redis"]
    texts = {re.sub(f'kafka-{n}|9{n}92|"{n}"', "#", found[f"kafka-{n}"]).strip() for n in (1, 2, 3)}
    assert len(texts) == 1
    voters = ",".join(f"{n}@kafka-{n}:9093" for n in (1, 2, 3))
    assert f"KAFKA_CONTROLLER_QUORUM_VOTERS: {voters}" in COMPOSE


def test_every_service_has_a_check_a_volume_and_a_port_of_this_machine_only() -> None:
    volumes = re.findall(r"^  ([\w-]+):$", COMPOSE.partition("\nvolumes:\n")[2], re.MULTILINE)
    assert volumes == list(blocks())
    for name, text in blocks().items():
        assert "healthcheck:" in text or "*kafka" in text, name
        assert f'volumes: ["{name}:/' in text
        assert re.search(r'ports: \["127\.0\.0\.1:\d+:\d+"\]', text), name


def test_records_of_the_same_size_pass() -> None:
    for name in ("MESSAGE_MAX_BYTES", "REPLICA_FETCH_MAX_BYTES", "REPLICA_FETCH_RESPONSE_MAX_BYTES"):
        assert f'KAFKA_{name}: "{RECORD_BYTES_MAX}"' in COMPOSE


def test_the_addresses_that_the_head_exports_are_settings_and_ports_of_the_services() -> None:
    exported = dict(re.findall(r"export (\w+)=(\S+)", COMPOSE))
    assert set(exported) <= {leaf.variable for leaf in leaves().values()}
    for port in re.findall(r"127\.0\.0\.1:(\d+)", " ".join(exported.values())):
        assert f'"127.0.0.1:{port}:' in COMPOSE
