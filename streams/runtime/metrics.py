"""The figures of a processor, for Prometheus. Labels are closed sets: topics, partitions, causes; never an id."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


class Metrics:
    """What one worker measures. One registry holds one processor."""

    def __init__(self, registry: CollectorRegistry, processor: str) -> None:
        """`processor`: the prefix's second half, as `oryn_allocation_…`."""
        name = f"oryn_{processor}"
        self.records = Counter(f"{name}_records", "Records produced", ["topic"], registry=registry)
        self.dead_letters = Counter(f"{name}_dead_letters", "Undecodable inputs", ["cause"], registry=registry)
        self.late = Counter(f"{name}_late_records", "Inputs that came later than the allowed skew", registry=registry)
        self.lag = Gauge(f"{name}_lag_records", "Input not yet done", ["topic", "partition"], registry=registry)
        self.behind = Gauge(
            f"{name}_behind_seconds",
            "Age of the next input record, or of the earliest timer due",
            ["partition"],
            registry=registry,
        )
        self.timers_due = Gauge(f"{name}_timers_due", "Books with a timer due", ["partition"], registry=registry)
        self.restored = Gauge(f"{name}_restored_ratio", "Share of the log restored", ["partition"], registry=registry)
        self.stopped = Gauge(
            f"{name}_partition_stopped", "1 after an unexpected error", ["partition"], registry=registry
        )
        self.transaction_seconds = Histogram(
            f"{name}_transaction_seconds", "From begin to committed", buckets=_SECONDS, registry=registry
        )
        self.transaction_records = Histogram(
            f"{name}_transaction_records", "Records of a transaction", buckets=_RECORDS, registry=registry
        )
        self.aborted = Counter(f"{name}_transactions_aborted", "Transactions aborted", registry=registry)
        self.doubtful = Counter(f"{name}_transactions_doubtful", "Transactions of unknown end", registry=registry)
        self.producers_replaced = Counter(f"{name}_producers_replaced", "New producers", registry=registry)
        self.snapshots = Counter(f"{name}_snapshots", "Snapshots written", registry=registry)

    def forget(self, partition: int) -> None:
        """Drop the figures of a partition that this worker no longer has."""
        label = str(partition)
        for gauge in (self.behind, self.timers_due, self.restored, self.stopped):
            gauge.remove_by_labels({"partition": label})
        self.lag.remove_by_labels({"partition": label})
