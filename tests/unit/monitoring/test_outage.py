"""An outage is told once, whatever Kafka's clients say meanwhile."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry

from streams.monitoring.figures import MonitoringFigures
from streams.monitoring.outage import CALM_S, TELL_EVERY_S, Outage

AWAY = "Local: Broker transport failure"


@dataclass
class Log(logging.Handler):
    """What is shown, and a clock."""

    now: float = 0.0
    shown: list[str] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        super().__init__()
        self.outage = Outage(MonitoringFigures(self.registry), lambda: self.now)
        self.addFilter(self.outage)

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        self.shown.append(f"{record.getMessage()} {vars(record).get('entries_held', '')}".strip())

    def value(self, name: str) -> float | None:
        return self.registry.get_sample_value(name)


@pytest.fixture
def log() -> Iterator[Log]:
    root, handler = logging.getLogger(), Log()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


def talk(times: int = 10) -> None:
    for _ in range(times):
        logging.getLogger("aiokafka.consumer.fetcher").error("Failed fetch messages")
        logging.getLogger("oryn.kafka").error("FAIL Connect to broker failed")


def test_an_outage_is_one_line_when_it_begins_one_a_minute_one_when_it_ends(log: Log) -> None:
    for second in range(150):
        log.now = float(second)
        talk()
        if second >= 5:
            log.outage.found(AWAY)
    assert log.value("oryn_monitoring_brokers_away") == 1
    assert log.outage.reason == AWAY
    log.now += 1
    log.outage.found(None)
    assert len(log.shown) == 3, "over only when the clients are calm, too"
    log.now += CALM_S
    log.outage.found(None)
    log.outage.found(None)
    held = 20 * 150 - 1
    assert log.shown == [
        "Failed fetch messages",
        f"the brokers are still disturbed {20 * (int(TELL_EVERY_S) + 1) - 1}",
        f"the brokers are still disturbed {20 * (2 * int(TELL_EVERY_S) + 1) - 1}",
        f"the brokers answer again {held}",
    ]
    assert log.value("oryn_monitoring_brokers_away") == 0
    assert log.value("oryn_monitoring_held_entries_total") == held
    talk(1)
    assert log.shown[-1] == "Failed fetch messages", "the next one begins anew"


def test_brokers_that_are_silent_are_told_of_once(log: Log) -> None:
    for second in range(0, 50, 5):
        log.now = float(second)
        log.outage.found(AWAY)
    assert log.shown == ["no broker answers"]
    talk(1)
    log.now += CALM_S
    log.outage.found(None)
    assert log.shown == ["no broker answers", "the brokers answer again 2"]


def test_all_else_is_shown(log: Log) -> None:
    talk(1)
    logging.getLogger("streams.monitoring.keeping").warning("snapshot not saved")
    logging.getLogger("aiokafkaesque").warning("no client of ours")
    try:
        raise ValueError("bad")
    except ValueError:
        logging.getLogger("aiokafka.conn").exception("Unexpected exception")
    assert log.shown[1:] == ["snapshot not saved", "no client of ours", "Unexpected exception"]
