"""The figures of readers, for Prometheus. Labels are closed sets: readers, topics, partitions; never an id."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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
        self.lag = Gauge("oryn_reader_lag_records", "Records not yet stored", labels, registry=registry)
        self.batch_seconds = Histogram(
            "oryn_reader_batch_seconds", "From a batch to its commit", labels, buckets=_SECONDS, registry=registry
        )
