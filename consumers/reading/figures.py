"""The figures of readers, for Prometheus. Labels are closed sets: readers, topics, partitions; never an id."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)


class Figures:
    """What the readers of one process measure: one registry, one of these."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register them."""
        labels = ["topic"]
        self.records = Counter("oryn_reader_records", "Records stored", labels, registry=registry)
        self.outages = Counter(
            "oryn_reader_outages", "Times that the store or the brokers were away", [*labels, "of"], registry=registry
        )
        self.lag = Gauge(
            "oryn_reader_lag_records",
            "Offsets not yet stored, transaction markers included",
            [*labels, "partition"],
            registry=registry,
        )
        self.away = Gauge(
            "oryn_reader_away", "1 while the store or the brokers are away", [*labels, "of"], registry=registry
        )
        self.catching_up = Gauge(
            "oryn_reader_catching_up", "1 until the end that was there at the opening", labels, registry=registry
        )
        self.last_record = Gauge(
            "oryn_reader_last_record_timestamp_seconds",
            "Time of the newest record stored, by the log's own clock",
            labels,
            registry=registry,
        )
        self.batch_records = Histogram(
            "oryn_reader_batch_records", "Records of a batch", labels, buckets=_RECORDS, registry=registry
        )
        self.batch_seconds = Histogram(
            "oryn_reader_batch_seconds", "From a batch to its commit", labels, buckets=_SECONDS, registry=registry
        )
