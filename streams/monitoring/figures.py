"""What the monitoring counts about itself, for Prometheus. Label values are partitions: a closed set, no ids."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# From one small batch to a bulletin of a capital.
BATCH_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class MonitoringFigures:
    """The figures of one process of the monitoring."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register them; once per registry."""
        self.records = Counter("oryn_monitoring_records_total", "Journal records that were counted.", registry=registry)
        self.skipped = Counter(
            "oryn_monitoring_skipped_records_total",
            "Journal records that had been counted before and changed nothing.",
            registry=registry,
        )
        self.rows = Counter("oryn_monitoring_rows_total", "Rows of indicators sent.", registry=registry)
        self.lag = Gauge(
            "oryn_monitoring_lag_records", "Journal offsets not yet counted.", ["partition"], registry=registry
        )
        self.up_to = Gauge(
            "oryn_monitoring_up_to_timestamp_seconds",
            "Time of the last journal record that was counted.",
            ["partition"],
            registry=registry,
        )
        self.restores = Counter(
            "oryn_monitoring_restores_total", "Partitions whose figures were restored.", registry=registry
        )
        self.unsent = Gauge("oryn_monitoring_unsent_rows", "Rows not yet acknowledged.", registry=registry)
        self.brokers_away = Gauge("oryn_monitoring_brokers_away", "1 while no broker answers.", registry=registry)
        self.held_entries = Counter(
            "oryn_monitoring_held_entries_total",
            "Entries of Kafka's clients that were left out of the log, for they said once more that brokers are away.",
            registry=registry,
        )
        self.batch_seconds = Histogram(
            "oryn_monitoring_batch_seconds",
            "Time for counting one batch of journal records and sending its rows.",
            buckets=BATCH_BUCKETS,
            registry=registry,
        )

    def forget(self, partition: int) -> None:
        """The partition belongs to another process now. Repeatable."""
        for gauge in (self.lag, self.up_to):
            try:
                gauge.remove(str(partition))
            except KeyError:  # it never had a value
                continue
