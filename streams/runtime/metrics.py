"""The figures of a processor, for Prometheus. Labels are closed sets: topics, partitions, causes; never an id."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
# A restore folds a whole log, or only what a snapshot does not have.
_RESTORE_SECONDS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1_800)
_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


class Metrics:
    """What one worker measures. One registry holds one processor."""

    def __init__(self, registry: CollectorRegistry, processor: str) -> None:
        """`processor`: the prefix's second half, as `oryn_allocation_…`."""
        name = f"oryn_{processor}"
        self.records = Counter(f"{name}_records", "Records produced", ["topic"], registry=registry)
        self.dead_letters = Counter(f"{name}_dead_letters", "Undecodable inputs", ["cause"], registry=registry)
        self.late = Counter(f"{name}_late_records", "Inputs that came later than the allowed skew", registry=registry)
        self.passed_over = Counter(
            f"{name}_passed_over", "Times that the client passed over records, which were read again", registry=registry
        )
        self.lag = Gauge(f"{name}_lag_records", "Input not yet done", ["topic", "partition"], registry=registry)
        self.behind = Gauge(
            f"{name}_behind_seconds",
            "Age of the next input record, or of the earliest timer due",
            ["partition"],
            registry=registry,
        )
        self.last_record = Gauge(
            f"{name}_last_record_timestamp_seconds",
            "Time of the last record done, by the log's own clock",
            ["partition"],
            registry=registry,
        )
        self.timers_due = Gauge(f"{name}_timers_due", "Books with a timer due", ["partition"], registry=registry)
        self.timer_overdue = Gauge(
            f"{name}_timer_overdue_seconds",
            "How long the bulletin, the opening or any timer is overdue by the wall clock; 0: it is not",
            ["partition", "timer"],
            registry=registry,
        )
        self.clock_behind = Gauge(
            f"{name}_clock_behind_seconds",
            "How far the brokers' append times are ahead of this machine's clock",
            ["partition"],
            registry=registry,
        )
        self.partitions = Gauge(f"{name}_partitions", "Partitions of this worker", ["state"], registry=registry)
        self.restored = Gauge(f"{name}_restored_ratio", "Share of the log restored", ["partition"], registry=registry)
        self.stopped = Gauge(
            f"{name}_partition_stopped", "1 after an unexpected error", ["partition"], registry=registry
        )
        self.restore_seconds = Histogram(
            f"{name}_restore_seconds",
            "From the beginning of a restore to its end",
            buckets=_RESTORE_SECONDS,
            registry=registry,
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
        self.disturbances = Counter(
            f"{name}_client_disturbances", "Times that brokers failed a client", registry=registry
        )
        self.snapshots = Counter(f"{name}_snapshots", "Snapshots written", registry=registry)

    def forget(self, partition: int) -> None:
        """Drop the figures of a partition that this worker no longer has."""
        label = str(partition)
        for gauge in (
            self.behind,
            self.last_record,
            self.timers_due,
            self.timer_overdue,
            self.clock_behind,
            self.restored,
            self.stopped,
            self.lag,
        ):
            gauge.remove_by_labels({"partition": label})
